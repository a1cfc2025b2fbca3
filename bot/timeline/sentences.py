"""A timeline entry as one sentence: the one place where each kind gets its words. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.config import Config
from bot.directory.people import BOT
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


def _role(tell: Telling) -> str:
    data, role = tell.entry.data, _role_name(tell)
    if data.get("after") == tell.entry.actor:
        return f"{tell.who} took the role: {role}."
    if data.get("after"):
        return f"{tell.who} made {tell.voice.person(str(data['after']))} {role}."
    return f"{tell.who} left the role of {role} to nobody."


def _handoff(tell: Telling) -> str:
    before, after = (tell.voice.person(str(tell.entry.data.get(name) or "")) for name in ("before", "after"))
    return f"{before} handed over to {after}: {_role_name(tell)}."


def _role_name(tell: Telling) -> str:
    key = str(tell.entry.data.get("role") or "a role")
    return tell.quoted(next((each.label for each in tell.config.roles if each.key == key), key))


def _invited(tell: Telling) -> str:
    people = [tell.voice.person(str(each)) for each in tell.entry.data.get("people") or ()]
    groups = tell.entry.data.get("groups") or ()
    number = f"{len(groups)} group{'s' if len(groups) != 1 else ''}" if groups else ""
    return f"{tell.who} invited {', '.join([*people[:20], *([number] if number else [])]) or 'nobody new'}."


def _submitted(tell: Telling) -> str:
    people = ", ".join(tell.voice.person(str(each)) for each in tell.entry.data.get("people") or ())
    return f"{tell.who} asked {people or 'nobody'} to review the postmortem."


def _let_in(verb: str) -> Sentence:
    """Somebody decided on another's wish to be let in."""
    return lambda tell: f"{tell.who} {verb} {tell.voice.person(str(tell.entry.data.get('user') or ''))}."


def _owner(tell: Telling, owner: object) -> str:
    """Who owes an item: `{"user": …}`, `{"team": …}` with the team's name, or nobody."""
    found = owner if isinstance(owner, Mapping) else {}
    if "user" in found:
        return tell.voice.person(str(found["user"]))
    return tell.quoted(found.get("team") or "nobody")


def _fields(tell: Telling) -> str:
    """What custom fields were said to hold, and what they held before."""
    before, after, names, kinds = (
        dict(tell.entry.data.get(each) or {}) for each in ("before", "after", "names", "kinds")
    )

    def value(key: str, held: object) -> str:
        return tell.voice.person(str(held)) if held and kinds.get(key) == "person" else tell.quoted(held or "nothing")

    told = [
        f"{tell.quoted(names.get(key, key))} to {value(key, held)}"
        + (f" (before: {value(key, before[key])})" if before.get(key) else "")
        for key, held in after.items()
    ]
    return f"{tell.who} set {', '.join(told) or 'no field'}."


def _item(tell: Telling) -> str:
    return f"{tell.value('item')} “{tell.value('title')}”"


def _item_added(tell: Telling) -> str:
    owner = tell.entry.data.get("owner")
    whose = f" for {_owner(tell, owner)}" if owner else ""
    return f"{tell.who} added the action item {_item(tell)}{whose}, due {tell.value('due')}."


ITEM_FIELDS = {
    "title": "title", "kind": "kind", "priority": "priority", "state": "state", "due_on": "due date", "proof": "proof",
    "tracker_url": "tracker",
}  # fmt: skip
"""What people call what of an item can change, besides its owner."""


def _item_changed(tell: Telling) -> str:
    changes: Mapping[str, Sequence[object]] = tell.entry.data.get("changes") or {}
    if tell.entry.data.get("because") == "severity":
        _, due = changes["due_on"]
        return f"{_item(tell)} is due {tell.quoted(due)}: its due date follows the severity."
    return f"{tell.who} changed {_item(tell)}: {', '.join(_item_change(tell, name, pair) for name, pair in changes.items())}{tell.reason}"


def _item_change(tell: Telling, name: str, pair: Sequence[object]) -> str:
    before, after = pair
    if name == "owner":
        return f"it is owned by {_owner(tell, after)} (before: {_owner(tell, before)})"
    if name == "snoozed_until":
        return f"nobody is reminded of it before {tell.quoted(after)}"
    new = str(after).replace("_", " ") if name == "state" else after or "nothing"
    return f"its {ITEM_FIELDS.get(name, name)} is {tell.quoted(new)}"


ITEM_ENDS = {"done": "did {}", "wont_do": "decided that {} won't be done", "withdrawn": "took back {}"}


def _item_closed(tell: Telling) -> str:
    end = ITEM_ENDS.get(str(tell.entry.data.get("state")), "closed {}")
    return f"{tell.who} {end.format(_item(tell))}{tell.reason}"


TRACKED: Mapping[str, str] = {
    "made": "{item} is {key} in {tracker} now.",
    "linked": "{who} linked {item} to {key} in {tracker}.",
    "unlinked": "{who} parted {item} from {key} in {tracker}.",
    "moved": "{before}, the issue of {item}, is {key} in {tracker} now.",
    "lost": "{key}, the issue of {item}, can't be found in {tracker} any more. The item stays as it is.",
    "found": "{key}, the issue of {item}, can be found in {tracker} again.",
    "both": "The {field} of {item} was changed here and in {tracker} ({key}: {theirs}). What was said here was kept.",
    "evidence": "{key} is done in {tracker}, but {item} is to be proven, so it stays open.",
    "stranger": "{key} was given to {name} in {tracker}, whom Sevbot does not know in Slack. The owner of {item} stays.",
    "owner": "{key} has no assignee in {tracker} any more. The owner of {item} stays.",
    "due": "{key} has no due date in {tracker} any more. The due date of {item} stays.",
    "not_taken": "{tracker} did not take the {field} of {item} for {key}.",
    "refused": "{key} was changed in {tracker} (its {field}), which {item} can't follow. {why}",
}
"""What happened between an item and its issue, by the entry's `what`."""


def _item_tracked(tell: Telling) -> str:
    facts = {name: tell.value(name) for name in ("key", "tracker", "before", "field", "theirs", "name", "why")}
    said = TRACKED.get(str(tell.entry.data.get("what")), "Something happened to {key}, the issue of {item}.")
    return said.format(who=tell.who, item=_item(tell), **facts)


SIGNS = {
    "alert": ("An alert", "The alert"), "burn": ("A burning error budget", "The burn"),
    "check": ("A failing check", "The failing check"), "heartbeat": ("A missing heartbeat", "The missing heartbeat"),
}  # fmt: skip
"""What noticed a problem, when it is first spoken of and later."""


def _sign(tell: Telling) -> str:
    what, _ = SIGNS.get(str(tell.entry.data.get("sign")), ("A sign of trouble", ""))
    verb = "detected it" if tell.entry.data.get("detected") else "was noticed"
    address = f" {tell.value('link')}" if tell.entry.data.get("link") else ""
    return f"{what} {verb}: {tell.quoted(tell.entry.text)}{address}"


def _sign_recovered(tell: Telling) -> str:
    _, what = SIGNS.get(str(tell.entry.data.get("sign")), ("", "The sign of trouble"))
    ended_by = tell.entry.data.get("ended_by")
    if ended_by == BOT.user_id:
        return f"{what} was not heard of for long, so it is taken to be over: {tell.quoted(tell.entry.text)}"
    if ended_by == tell.entry.actor:
        return f"{tell.who} said that {what[0].lower()}{what[1:]} is over: {tell.quoted(tell.entry.text)}"
    return f"{what} is over: {tell.quoted(tell.entry.text)}"


SENTENCES: Mapping[str, Sentence] = {
    "access_declined": _let_in("did not let in"),
    "access_let_in": _let_in("let in"),
    "backfilled": lambda tell: f"{tell.who} wrote it down afterwards, when it was over, as {tell.value('severity')}.",
    "bridge": lambda tell: f"{tell.who} set the call everybody joins: {tell.value('after')}",
    "channel": lambda tell: f"Its channel is {tell.voice.channel(str(tell.entry.data.get('channel', '')))}.",
    "channel_archived": lambda _: "Its channel was archived.",
    "channel_bot_removed": lambda _: "Sevbot was removed from its channel.",
    "channel_deleted": lambda _: "Its channel was deleted.",
    "channel_id_changed": lambda _: "Slack gave its channel another id.",
    "channel_regained": lambda _: "Its channel can be used again.",
    "channel_renamed": lambda tell: f"Its channel was renamed to #{tell.value('name')}.",
    "channel_replaced": lambda tell: f"{tell.who} asked for a new channel.",
    "declared": _declared,
    "declared_without_database": lambda tell: f"{tell.who} had declared it while the database was down.",
    "duplicate_found": lambda tell: f"{tell.who} found that {tell.value('duplicate')} is the same.",
    "fields": _fields,
    "file": _said,
    "handoff": _handoff,
    "handoff_declined": lambda tell: f"{tell.who} did not take over: {_role_name(tell)}.",
    "handoff_offered": lambda tell: (
        f"{tell.who} asked {tell.voice.person(str(tell.entry.data.get('to') or ''))} to take over: {_role_name(tell)}."
    ),
    "invited": _invited,
    "item_added": _item_added,
    "item_changed": _item_changed,
    "item_closed": _item_closed,
    "item_tracked": _item_tracked,
    "item_reopened": lambda tell: f"{tell.who} opened {_item(tell)} again, due {tell.value('due')}{tell.reason}",
    "joined": lambda tell: f"{tell.who} joined the channel.",
    "link": lambda tell: f"{tell.who} added a link: {tell.quoted(tell.entry.text)} {tell.value('address')}",
    "message": _said,
    "note": _said,
    "page_failed": lambda tell: f"The page to {tell.value('team')} did not get through.",
    "paged": lambda tell: f"{tell.who} paged {tell.value('team')}{tell.reason}",
    "postmortem_approved": lambda tell: f"{tell.who} approved the postmortem.",
    "postmortem_changes_asked": lambda tell: f"{tell.who} asked for changes in the postmortem{tell.reason}",
    "postmortem_drafted": lambda tell: f"{tell.who} began the postmortem.",
    "postmortem_linked": lambda tell: (
        f"{tell.who} added a link to the postmortem: {tell.quoted(tell.entry.text)} {tell.value('address')}"
    ),
    "postmortem_published": lambda tell: f"{tell.who} published the postmortem.",
    "postmortem_submitted": _submitted,
    "postmortem_taken_back": lambda tell: f"{tell.who} made the postmortem a draft again{tell.reason}",
    "reopened": lambda tell: f"{tell.who} reopened it{tell.reason}",
    "role": _role,
    "severity": lambda tell: f"{tell.who} changed the severity from {tell.value('before')} to {tell.value('after')}.",
    "sign": _sign,
    "sign_recovered": _sign_recovered,
    "status": _status,
    "summary": lambda tell: f"{tell.who} changed the summary: {tell.value('after')}",
    "times": _times,
    "title": lambda tell: f"{tell.who} changed the title to “{tell.value('after')}”.",
    "update": lambda tell: f"{tell.who} gave an update{tell.reason}",
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
