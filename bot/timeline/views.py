"""How the timeline looks in Slack: a page of it, and what a search found. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.config import Config
from bot.incidents import views
from bot.incidents.model import Incident, TimelineEntry
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import clip, link, mrkdwn, one_line, user, when
from bot.timeline.listing import GROUPS, Page, Wanted, cursor_of
from bot.timeline.mending import MENDED, MOVED
from bot.timeline.searching import Hit
from bot.timeline.sentences import sentence

TURN = "timeline.turn"
NARROW = "timeline.narrow"
OPEN_ENTRY = "timeline.open_entry"
LABELS = {
    "all": "Everything",
    "messages": "Messages",
    "status": "Severity and status",
    "people": "People",
    "updates": "Updates",
    "items": "Action items",
    "withdrawn": "Withdrawn",
}


def timeline(config: Config, incident: Incident, page: Page, wanted: Wanted, links: Mapping[int, str]) -> list[Block]:
    """A page of a SEV's timeline, with what leads to its other pages."""
    shown = [kit.section(f"*Timeline of {incident.name}*{_narrowed(wanted)}")]
    shown += [
        kit.section(
            line(config, entry, page.numbers[entry.id], links.get(entry.id, "")),
            accessory=kit.button("Mend…", OPEN_ENTRY, value=f"{incident.number}:{page.numbers[entry.id]}"),
        )
        for entry in page.entries
    ]
    if not page.entries:
        shown.append(kit.section("There is no such entry. `/sev timeline` shows everything."))
    return [*shown, kit.actions([*_turns(incident, page, wanted), _narrow(incident, wanted)])]


def line(config: Config, entry: TimelineEntry, number: int, address: str) -> str:
    """One entry: its number, its time, what it says, and where it can be seen."""
    place = f"  {link(address, 'see')}" if address else ""
    mended = "  _mended_" if {MENDED, MOVED} & set(entry.data) else ""
    return f"*{number}*  {when(entry.at)}  {sentence(entry, config)}{place}{mended}"


def found(config: Config, hits: Sequence[Hit], *, most: int) -> list[Block]:
    """What a search found: the SEVs, each with the words that were found in it."""
    shown = [kit.section(f"{views.brief(config, hit.incident)}{_passage(hit)}") for hit in hits[:most]]
    if len(hits) > most:
        shown.append(kit.context(f"These are the first {most}. More words narrow it down."))
    return shown


def _passage(hit: Hit) -> str:
    return f"\n&gt; {mrkdwn(clip(one_line(hit.passage), 300), 1200)}" if hit.passage else ""


def _narrowed(wanted: Wanted) -> str:
    parts = [LABELS[wanted.group].lower()] if wanted.group in LABELS and wanted.group != "all" else []
    if wanted.person:
        parts.append(f"by {user(wanted.person)}")
    if wanted.words:
        parts.append(f"with “{mrkdwn(wanted.words, 300)}”")
    return f": {', '.join(parts)}" if parts else ""


def _turns(incident: Incident, page: Page, wanted: Wanted) -> list[Any]:
    buttons = []
    if page.entries and page.has_older:
        older = Wanted(wanted.group, wanted.person, wanted.words, cursor_of(page.entries[0]), "older")
        buttons.append(kit.button("Older", f"{TURN}:older", value=older.encoded(incident.number)))
    if page.entries and page.has_newer:
        newer = Wanted(wanted.group, wanted.person, wanted.words, cursor_of(page.entries[-1]), "newer")
        buttons.append(kit.button("Newer", f"{TURN}:newer", value=newer.encoded(incident.number)))
    return buttons


def _narrow(incident: Incident, wanted: Wanted) -> Any:
    options = [
        kit.option(LABELS[group], Wanted(group, wanted.person, wanted.words).encoded(incident.number))
        for group in GROUPS
    ]
    chosen = Wanted(wanted.group, wanted.person, wanted.words).encoded(incident.number)
    return kit.menu("Show", NARROW, options, initial=chosen)
