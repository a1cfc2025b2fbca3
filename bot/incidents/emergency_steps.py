"""What is done about a SEV while the database is down, step by step, from the journal's entry and the configuration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from bot.config import Config
from bot.errors import Blame, Permanent
from bot.incidents.audience import Audience, audience
from bot.incidents.calling import Invitation, invite_all
from bot.incidents.channel_making import Plan, make_channel
from bot.incidents.journal import Entry, Journal
from bot.outbox.model import OutboxMessage
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.client import Calls, Slack
from bot.slack.text import channel as channel_mention
from bot.slack.text import mrkdwn, user

KIND = "incident.emergency"
"""How the calls of this room name themselves to the local Slack."""
PAGE, CHANNEL, INVITE, POST, TROUBLE, ANNOUNCE = "page", "channel", "invite", "post", "trouble", "announce"
OWN = (CHANNEL, INVITE, POST, TROUBLE, ANNOUNCE)
"""Steps of this room, which show by themselves; what the others did is said in the channel."""
LABELS = {
    PAGE: "teams could not be paged",
    CHANNEL: "its channel could not be made", INVITE: "people could not be invited", POST: "nothing could be said there",
    TROUBLE: "you could not be told by direct message", ANNOUNCE: "it could not be announced",
}  # fmt: skip


@dataclass
class JournalAttempt:
    """One try at a step; see `outbox.kinds.Attempt`. There is no row and no lease: the journal is this process's own."""

    look_first: bool
    has_written: bool = False
    message: OutboxMessage = field(default_factory=lambda: OutboxMessage(kind=KIND))

    def require_lease(self, seconds: float) -> None:
        """Nobody can take over."""

    def commit(self, work: Callable[[Session], None]) -> None:
        """Never asked: what must be kept is kept in the journal."""
        raise NotImplementedError


@dataclass(frozen=True)
class Work:
    """What a step works on."""

    entry: Entry
    config: Config
    journal: Journal
    attempt: JournalAttempt

    @property
    def audience(self) -> Audience:
        """Who is invited, told and paged: as always, from the configuration alone."""
        entry = self.entry
        return audience(
            self.config, severity=entry.severity, workflows=entry.workflows, is_private=entry.is_private,
            declared_by=entry.declared_by, is_drill=entry.is_drill,
        )  # fmt: skip


@dataclass(frozen=True)
class EmergencyStep:
    """One step. `run` returns what was done, as a sentence (or nothing to say), and raises `CallFailed`.

    It may run again after a crash, so it must find again, or repeat harmlessly, what it did: `entry.id` is the key.
    """

    name: str
    run: Callable[[Work], str]
    is_wanted: Callable[[Entry], bool] = lambda _entry: True


def all_steps(slack: Slack, pages: Sequence[EmergencyStep]) -> tuple[EmergencyStep, ...]:
    """Every step in its order: paging waits for nothing, and all that is said or shown needs its place first."""
    told = _Telling(slack)
    return (
        *pages,
        EmergencyStep(CHANNEL, told.make_channel),
        EmergencyStep(INVITE, told.invite, lambda entry: entry.channel_id is not None),
        EmergencyStep(POST, told.post, lambda entry: entry.channel_id is not None),
        EmergencyStep(TROUBLE, told.tell_declarer, lambda entry: CHANNEL in entry.failed),
        EmergencyStep(ANNOUNCE, told.announce, lambda entry: CHANNEL in entry.failed and not entry.is_private),
    )


def account(entry: Entry) -> str:
    """What the declarer is told: what was done, what was not, and what comes of the rest."""
    done = " ".join(sentence for sentence in entry.done.values() if sentence)
    failed = "".join(f" {_failure(entry, name)}" for name in entry.failed)
    return (
        f"Declared while Sevbot can't reach its database. {done}{failed} "
        f"It has no number, no card and no announcement yet: they follow by themselves once the database is back."
    )


def _failure(entry: Entry, name: str) -> str:
    return f"{LABELS.get(name, name).capitalize()} ({entry.failed[name]})."


class _Telling:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def make_channel(self, work: Work) -> str:
        """The name is in the journal already, and so is each further one before it is tried."""
        entry, journal = work.entry, work.journal
        since = (entry.at - posts.OVERLAP).timestamp()
        plan = Plan(entry.channel_name, entry.channel_name, entry.is_private, since)

        def keep_name(name: str) -> None:
            journal.update(entry.id, channel_name=name)

        def is_anothers(channel_id: str) -> bool:
            return any(each.channel_id == channel_id for each in journal.all())

        made = make_channel(self._calls(work), plan, keep_name=keep_name, is_anothers=is_anothers)
        journal.update(entry.id, channel_id=made)
        return f"Its channel is {channel_mention(made)}."

    def invite(self, work: Work) -> str:
        """Whom the configuration calls for."""
        found = work.audience
        came = invite_all(self._calls(work), Invitation(work.entry.channel_id or "", found.people, found.groups))
        for code in came.failed.values():
            raise Permanent(code, ", ".join(came.failed), blame=Blame.GONE)
        names = ", ".join(["You", *(mrkdwn(team.name, 100) for team in found.teams)])
        return f"{names} {'are' if found.teams or names == 'You' else 'is'} invited."

    def post(self, work: Work) -> str:
        """The first message in the channel."""
        self._put(work, POST, channel_id=work.entry.channel_id or "", text=first_words(work))
        return ""

    def tell_declarer(self, work: Work) -> str:
        """Without a channel the declarer has it in their direct messages."""
        text = f"{_what(work)}\n{account(work.entry)}"
        self._put(work, TROUBLE, channel_id="", users=(work.entry.declared_by,), text=text)
        return ""

    def announce(self, work: Work) -> str:
        """Without a channel people work in the thread of the announcement."""
        text = (
            f"{_what(work)}\nSevbot can't reach its database, and could not make a channel. Work on it in this thread."
        )
        for place in work.audience.places:
            self._put(work, f"announcement:{place}", channel_id=place, text=text)
        return "People are told where they are told of SEVs, and work in the thread there."

    def _put(self, work: Work, surface: str, **where: Any) -> None:
        entry = work.journal.get(work.entry.id) or work.entry
        if surface in entry.posts:
            return
        draft = posts.Draft(
            key=surface, token=token(entry, surface), blocks=[kit.section(where["text"])],
            since=entry.at - posts.OVERLAP, **where,
        )  # fmt: skip
        can_look = not draft.channel_id.startswith("#")
        put = posts.put(self._slack, draft, work.attempt, can_look=can_look)
        work.journal.update(entry.id, posts=entry.posts | {surface: [put["channel"], put["ts"]]})

    def _calls(self, work: Work) -> Calls:
        return self._slack.during(work.attempt)


def token(entry: Entry, surface: str) -> str:
    """What a message carries so that it can be found again; it says nothing to anybody else."""
    return entry.id if surface == POST else f"{entry.id}:{surface}"


def first_words(work: Work) -> str:
    """The truth, in the channel, until the database is back."""
    return (
        f"{_what(work)}\n:warning: Sevbot can't reach its database right now. So this SEV has no number, no card and no "
        f"announcement yet, and Sevbot's commands and buttons do nothing. Work on it here: nothing of it is lost, and the "
        f"rest follows by itself once the database is back."
    )


def _what(work: Work) -> str:
    entry = work.entry
    severity = work.config.severity(entry.severity)
    marks = (":performing_arts: DRILL  " if entry.is_drill else "", ":lock: " if entry.is_private else "")
    emoji = f"{severity.emoji} " if severity and severity.emoji else ""
    summary = f"\n{mrkdwn(entry.summary, 1500)}" if entry.summary else ""
    done = "".join(f"\n{entry.done[name]}" for name in entry.done if name not in OWN and entry.done[name])
    paging = f"\n:warning: {_failure(entry, PAGE)}" if PAGE in entry.failed else ""
    return (
        f"{''.join(marks)}{emoji}{user(entry.declared_by)} declared a {entry.severity}: "
        f"*{mrkdwn(entry.title, 600)}*{summary}{done}{paging}"
    )
