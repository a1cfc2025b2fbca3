"""How the golden story is told: people act, days pass, the loop does what it does, and all that is said is written down."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from bot.app import Bot
from bot.playground import Person, Playground
from bot.playground.model import Channel, Message, User
from bot.schedule import Schedule
from tests.conftest import environment_for
from tests.golden.standing import StandingClock, StandingSlacksClock
from tests.golden.transcript import Transcript
from tests.scenarios.stories import Stage

T = TypeVar("T")
HERE = Path(__file__).parent
MONDAY = date(2035, 2, 26)
"""A Monday far in the future. Within six weeks of it America's clocks go forward (11 March) and Europe's (25 March), and
there are Good Friday (23 March) and Easter Monday (26 March) in England and Germany, and the equinox (21 March) in Japan."""
NEW_PEOPLE = (
    User("U07RADIA", "radia", "Radia Perlman", "Europe/Berlin", "radia@acme.example"),
    User("U08ASHA", "asha", "Asha Rao", "Asia/Kolkata", "asha@acme.example"),
)
HOURS = {
    "Asia/Tokyo": ("09:00",),
    "Asia/Kolkata": ("09:00",),
    "Europe/Berlin": ("09:00",),
    "Europe/London": ("09:00",),
    "America/New_York": ("08:30", "09:00"),
    "America/Chicago": ("09:00",),
    "America/Los_Angeles": ("08:30", "09:00"),
}
"""When something may be due, where people live: what they are told once a day, and the digests of their channels."""
SOON = timedelta(seconds=15)
"""What is done as often as this is done again and again at each moment."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MOST_ROUNDS = 6
"""How often the loop may find something new to say at one moment."""


@contextmanager
def golden_company(database_url: str) -> Iterator["Story"]:
    """The workspace, with the bot at work in it, on the first Monday at midnight in London."""
    begins_at = datetime.combine(MONDAY, time(), tzinfo=UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.playground.playground.Clock", lambda: StandingSlacksClock(begins_at))
        patch.setattr(Schedule, "start", lambda _schedule: None)  # the story does what the loop does
        with Playground() as slack:
            patch.setattr("bot.app.Clock", lambda: StandingClock(slack.clock))
            _let_in(slack)
            bot = Bot(environment_for(slack, database_url, config=HERE / "config"))
            bot.start()
            slack.wait_until(lambda: slack.socket_count() == 1, why="the bot connects")
            try:
                story = Story(slack, bot)
                story.loops()
                yield story
            finally:
                bot.stop()
            assert slack.rejections == []


def _let_in(slack: Playground) -> None:
    for person in NEW_PEOPLE:
        slack.workspace.users[person.id] = person
    radia = slack.person("radia")
    for place in ("#general", "#incidents"):
        slack.channel(place).members += [person.id for person in NEW_PEOPLE]
    radia.creates("mobile")
    slack.person("asha").joins("#mobile")


@dataclass
class Telling:
    """Somebody of the story. What they do is written down before it is done, and what is said about it after."""

    story: "Story"
    person: Person

    def types(self, text: str, where: Channel | str | None = None) -> str:
        """They type a line; what it was answered."""
        self._goes_to(where)
        answer: str = self._does(f"types: {text}", lambda: self.person.types(text)).text
        return answer

    def says(self, text: str, where: Channel | str | None = None) -> Message:
        self._goes_to(where)
        said: Message = self._does(f"says: {text}", lambda: self.person.says(text))
        return said

    def clicks(self, label: str, *, in_: Channel | str | None = None, message: Message | None = None) -> None:
        self._does(f"clicks [{label}]", lambda: self.person.clicks(label, in_=in_, message=message))

    def reacts(self, name: str, to: Message) -> None:
        self._does(f"reacts with :{name}: to “{to.text}”", lambda: self.person.reacts(name, to=to))

    def fills_and_submits(self, **values: Any) -> None:
        """They fill in the form that is open, and send it."""

        def submit() -> None:
            self.person.fills(**values)
            sent = self.person.submits()
            assert sent.errors == {}

        told = ", ".join(f"{label}: {value}" for label, value in values.items())
        self._does(f"submits the form with {told}", submit)

    def uses_shortcut(self, name: str, on: Message) -> None:
        self._does(f"uses “{name}” on “{on.text}”", lambda: self.person.uses_message_shortcut(name, on=on))

    def status(self, emoji: str, until: datetime | None = None) -> None:
        """They show an emoji as their Slack status."""
        story, name = self.story, self.person.name
        ends = f" until {until:%a %d %b %H:%M}" if until else ""

        def change() -> None:
            expires = int(until.timestamp()) if until else 0
            story.slack.change_person(name, status_emoji=emoji, status_expiration=expires)

        self._does(f"sets the status {emoji}{ends}" if emoji else "clears their status", change, where="")

    def _goes_to(self, where: Channel | str | None) -> None:
        """They look at a channel from now on, and join it where they are no member."""
        if where is None:
            return
        self.person.goes_to(where)
        place = self.story.slack.channel(self.person._here)
        if self.person.id not in place.members:
            self._does("joins", lambda: self.person.joins(place))

    def _does(self, what: str, deed: Callable[[], T], *, where: str | None = None) -> T:
        story = self.story
        story.passes(minutes=1)
        place = story.slack.channel(self.person._here)
        found = f"#{place.name}" if not place.is_direct else ""
        story.transcript.acts(self.person.name, what, found if where is None else where)
        result = deed()
        story.stage.hears()
        story.loops()
        return result


class Story:
    """Six weeks in the demo's clock, and what is known of them."""

    def __init__(self, slack: Playground, bot: Bot) -> None:
        self.slack = slack
        self.stage = Stage(slack, bot)
        self.transcript = Transcript(slack)
        self._bot = bot
        self._ran: dict[str, datetime] = {}

    def person(self, name: str) -> Telling:
        return Telling(self, self.slack.person(name))

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.slack.clock.now(), UTC)

    def passes(self, *, minutes: int) -> None:
        """Time passes in which the loop finds nothing to do."""
        self.slack.advance_clock(minutes * 60)

    def waits(self, minutes: int, *, step: int = 5) -> None:
        """Minutes pass while a SEV is open, and the loop looks every few of them."""
        for _ in range(0, minutes, step):
            self.passes(minutes=step)
            self.loops()

    def comes(self, day: int, hour: str, zone: str) -> None:
        """That day (0 is the first Monday) and hour come, where `zone` is. At each hour before at which something may be
        due the loop does what it does."""
        end = datetime.combine(MONDAY + timedelta(days=day), time.fromisoformat(hour), tzinfo=ZoneInfo(zone))
        assert end > self.now, "the clock only moves forward"
        for moment in [each for each in _due_moments() if self.now < each < end] + [end]:
            self.passes(minutes=int((moment - self.now).total_seconds()) // 60)
            self.loops()

    def happens(self, what: str, deed: Callable[[], object]) -> None:
        """Something is done that nobody does in Slack's client."""
        self.passes(minutes=1)
        self.transcript.happens(what)
        deed()
        self.stage.hears()
        self.loops()

    def loops(self) -> None:
        """The recurring jobs whose time has come run, and those that always come soon again, until nothing more is said."""
        self.transcript.listens()
        for _ in range(MOST_ROUNDS):
            before = len(self.slack.calls)
            for job in self._bot.schedule.jobs:
                if job.every <= SOON or self.now - self._ran.get(job.name, LONG_AGO) >= job.every:
                    self._ran[job.name] = self.now
                    job.run()
            if len(self.slack.calls) == before and self.stage.is_settled():
                return  # as at most moments
            self.stage.hears()
            if not self.transcript.listens():
                return
        raise AssertionError("\n".join(["the bot does not come to rest:", *self.transcript.lines[-40:]]))


def _due_moments() -> list[datetime]:
    """Every hour at which something may be due, all over the world, in order."""
    days = [MONDAY + timedelta(days=each) for each in range(50)]
    found = {
        datetime.combine(day, time.fromisoformat(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for day in days
        for zone, hours in HOURS.items()
        for hour in hours
    }
    return sorted(found)
