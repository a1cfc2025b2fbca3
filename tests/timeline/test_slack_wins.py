"""Whatever events come late, twice or never: after the channel was read, the timeline is what Slack shows."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot.app import Bot
from bot.playground import Impossible, Person, Playground
from bot.playground.errors import SlackError
from bot.playground.model import Json, Message
from tests.scenarios.stories import Sev, Stage

PIN = "pushpin"
NAMES = (PIN, f"{PIN}::skin-tone-2", "eyes")
MESSAGES = 4
TAGGED = ("reacts", 0, "ada", PIN)
LOSES_THE_LAST = 9
"""With this chance the bot hears of the message, then of the reaction, and not of what follows."""
deeds = st.lists(
    st.tuples(
        st.sampled_from(["reacts", "unreacts", "edits", "deletes", "says", "replies"]),
        st.integers(0, MESSAGES - 1),
        st.sampled_from(["ada", "grace", "edsger"]),
        st.sampled_from(NAMES),
    ),
    min_size=1,
    max_size=14,
)


@pytest.fixture
def stage(slack: Playground, sevbot: Bot) -> Stage:
    stage = Stage(slack, sevbot)
    stage.begins()
    return stage


@pytest.fixture
def sev(stage: Stage, ada: Person, grace: Person, edsger: Person) -> Sev:
    """A SEV with ada, grace and a guest in its channel."""
    sev = stage.declared(ada, "SEV4 checkout is down")
    grace.joins(sev.channel)
    ada.invites(edsger, to=sev.channel)
    stage.hears()
    return sev


class Round:
    """Some people doing things to some messages while Slack's events to the bot are held back."""

    def __init__(self, sev: Sev, deeds: list[tuple[str, int, str, str]]) -> None:
        self.sev, self.slack = sev, sev.stage.slack
        self.events: list[Json] = []
        self.grace = self.slack.person("grace")
        told = self.slack.workspace.on_event
        self.slack.workspace.on_event = self.events.append
        self.messages = [self.grace.says(f"Message {number}.", in_=sev.channel) for number in range(MESSAGES)]
        for number, deed in enumerate(deeds):
            self.does(number, *deed)
        self.slack.workspace.on_event = told

    def does(self, number: int, deed: str, at: int, name: str, emoji: str) -> None:
        """Somebody does something, if it can be done."""
        person, message = self.slack.person(name), self.messages[at]
        try:
            if deed in ("reacts", "unreacts"):
                getattr(person, deed)(emoji, to=message)
            elif deed == "edits":
                self.grace.edits(message, f"Edit {number}.")
            elif deed == "deletes":
                self.grace.deletes(message)
            else:
                thread = message if deed == "replies" and self._is_there(message) and not message.thread_ts else None
                self.messages[at] = self.grace.says(f"Message {number} of {deed}.", thread=thread, in_=self.sev.channel)
        except (SlackError, Impossible, KeyError):
            pass

    def _is_there(self, message: Message) -> bool:
        return message.ts in self.sev.channel.messages and message.subtype != "tombstone"

    def implied(self) -> list[str]:
        """What the timeline must say: the messages that a member's pushpin is on, as Slack has them now."""
        members = {self.slack.person(name).id for name in ("ada", "grace")}
        found = [
            message
            for message in self.sev.channel.messages.values()
            if message.subtype != "tombstone"
            and members & {user for name in NAMES[:2] for user in message.reactions.get(name, [])}
        ]
        return [message.text for message in sorted(found, key=lambda each: each.ts)]


def delivered(events: list[Json], chance: random.Random) -> Iterator[Json]:
    """The events as a bad network delivers them: in any order, some twice, some never."""
    shuffled = [event for event in events for _ in range(chance.choice((0, 1, 1, 2)))]
    chance.shuffle(shuffled)
    yield from shuffled


@pytest.mark.filterwarnings("ignore:Do not use the `random` module")  # the bot's own threads do, while values are drawn
@pytest.mark.timeout(600)
@pytest.mark.parametrize("cases", [8, pytest.param(40, marks=pytest.mark.torture)])
def test_after_the_channel_was_read_the_timeline_is_what_slack_shows(stage: Stage, sev: Sev, cases: int) -> None:
    told: list[str] = []

    @settings(
        max_examples=cases, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(deeds, st.integers(0, 10**6))
    @example([TAGGED, ("deletes", 0, "grace", PIN)], LOSES_THE_LAST)
    @example([TAGGED, ("edits", 0, "grace", PIN)], LOSES_THE_LAST)
    @example([TAGGED, ("unreacts", 0, "ada", PIN)], LOSES_THE_LAST)
    def once(drawn: list[tuple[str, int, str, str]], seed: int) -> None:
        before = len(words(sev))
        happened = Round(sev, drawn)
        for event in delivered(happened.events, random.Random(seed)):
            assert stage.slack.send_event(event).wait(10)
        stage.hears()
        stage.bot.reconcile()
        stage.hears()
        assert words(sev) == happened.implied()
        told.append("grew" if len(words(sev)) > before else "same")

    once()
    assert "grew" in told


def words(sev: Sev) -> list[str]:
    found = [entry for entry in sev.timeline if entry.kind == "message" and entry.withdrawn_at is None]
    return [entry.text for entry in sorted(found, key=lambda entry: entry.source_ts or "")]
