"""A timeline entry as one sentence: the one place where each kind gets its words. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.config import Config
from bot.incidents.model import TimelineEntry
from bot.slack.text import author, mrkdwn
from bot.slack.text import channel as channel_mention

LONGEST_QUOTE = 600


@dataclass(frozen=True)
class Voice:
    """How a sentence is written where it is read: who did it, what people wrote (up to so many characters), where."""

    person: Callable[[str], str]
    text: Callable[[str, int], str]
    channel: Callable[[str], str]


SLACK = Voice(person=author, text=mrkdwn, channel=channel_mention)


@dataclass(frozen=True)
class Telling:
    """One entry on its way to a sentence."""

    entry: TimelineEntry
    config: Config
    voice: Voice
    longest: int

    @property
    def who(self) -> str:
        return self.voice.person(self.entry.actor)

    def quoted(self, text: object) -> str:
        return self.voice.text(str(text), self.longest)

    def value(self, name: str) -> str:
        """A value of the entry's data, as people read it."""
        return self.quoted(self.entry.data.get(name) or "nothing")

    @property
    def reason(self) -> str:
        return f": {self.quoted(self.entry.text)}" if self.entry.text else "."


Sentence = Callable[[Telling], str]


def _declared(tell: Telling) -> str:
    place = " in this channel" if tell.entry.data.get("adopted") else ""
    return f"{tell.who} declared it{place} as {tell.value('severity')}."


def _said(tell: Telling) -> str:
    return f"{tell.who}: {tell.quoted(tell.entry.text) or 'a message without words'}"


def _status(tell: Telling) -> str:
    key = tell.entry.data.get("after") or "nothing"
    label = next((each.label for each in tell.config.statuses if each.key == key), key)
    return f"{tell.who} set the status to {tell.quoted(label)}{tell.reason}"


def _workflows(tell: Telling) -> str:
    keys: Sequence[str] = tell.entry.data.get("after") or ()
    names = [found.name if (found := tell.config.workflow(key)) else key for key in keys]
    return f"{tell.who} said which workflows it affects: {tell.quoted(', '.join(names) or 'none')}."


def _times(tell: Telling) -> str:
    names = ", ".join(name.removesuffix("_at") for name in tell.entry.data.get("after") or ())
    return f"{tell.who} corrected its times ({tell.quoted(names) or 'none'})."


SENTENCES: Mapping[str, Sentence] = {
    "backfilled": lambda tell: f"{tell.who} wrote it down afterwards, when it was over, as {tell.value('severity')}.",
    "channel": lambda tell: f"Its channel is {tell.voice.channel(str(tell.entry.data.get('channel', '')))}.",
    "channel_archived": lambda _: "Its channel was archived.",
    "channel_bot_removed": lambda _: "Sevbot was removed from its channel.",
    "channel_deleted": lambda _: "Its channel was deleted.",
    "channel_id_changed": lambda _: "Slack gave its channel another id.",
    "channel_regained": lambda _: "Its channel can be used again.",
    "channel_renamed": lambda tell: f"Its channel was renamed to #{tell.value('name')}.",
    "channel_replaced": lambda tell: f"{tell.who} asked for a new channel.",
    "declared": _declared,
    "message": _said,
    "reopened": lambda tell: f"{tell.who} reopened it{tell.reason}",
    "severity": lambda tell: f"{tell.who} changed the severity from {tell.value('before')} to {tell.value('after')}.",
    "status": _status,
    "summary": lambda tell: f"{tell.who} changed the summary: {tell.value('after')}",
    "times": _times,
    "title": lambda tell: f"{tell.who} changed the title to “{tell.value('after')}”.",
    "workflows": _workflows,
}
"""Every kind of entry there is, by name. A test fails for a kind that the code writes and that has no sentence here."""


def sentence(entry: TimelineEntry, config: Config, *, voice: Voice = SLACK, longest: int = LONGEST_QUOTE) -> str:
    """What an entry says. `longest` bounds what it quotes of people.

    A kind written by a newer version, during a rolling deploy, is told by its name.
    """
    tell = Telling(entry, config, voice, longest)
    known = SENTENCES.get(entry.kind)
    return known(tell) if known else f"{tell.who}: {tell.quoted(entry.kind.replace('_', ' '))}{tell.reason}"
