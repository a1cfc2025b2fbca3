"""The story of a SEV so far, told from its timeline: each sentence with the place where it can be checked. Pure.

Nothing is guessed or worded anew. It is short however long the SEV is: of each sort of entry the newest few are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.config import COMMANDER, Config
from bot.incidents import views
from bot.incidents.model import Incident, TimelineEntry
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import link, mrkdwn, user, when
from bot.timeline.listing import GROUPS
from bot.timeline.sentences import sentence

TURNS = ("declared", "backfilled", "severity", "status", "reopened")
PARTS = tuple(kind for kind in GROUPS["people"] if kind != "joined")
"""Who took which part. Who merely came is left out: a crowd that joins would hide who leads."""
SORTS: tuple[tuple[tuple[str, ...], int], ...] = (
    (TURNS, 10),
    (GROUPS["updates"], 4),
    (PARTS, 6),
    (GROUPS["messages"], 10),
)
"""Which entries make the story, and how many of each sort at most, the newest before the others."""
LONGEST_QUOTE = 280


@dataclass(frozen=True)
class Story:
    """All that is told. `entries` come newest first; `links` are by the entries' ids, `beginning` is the card's."""

    incident: Incident
    config: Config
    entries: Sequence[TimelineEntry]
    links: Mapping[int, str]
    beginning: str
    roles: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0


def told(story: Story) -> list[Block]:
    """The story: where it stands now, then how it came to that, the newest first."""
    shown = [kit.section(_now(story))]
    if story.entries:
        shown.append(kit.section("*How it came to this, the newest first*"))
    shown += [kit.section(_line(story, entry)) for entry in story.entries]
    rest = f"{story.left_out} more entries are" if story.left_out > 1 else "One more entry is"
    if story.left_out:
        shown.append(kit.context(f"{rest} in `/sev timeline {story.incident.name}`."))
    return shown


def _now(story: Story) -> str:
    incident, config = story.incident, story.config
    newest = next((each for each in story.entries if each.kind in TURNS), None)
    at = newest.at if newest else incident.declared_at
    lines = [
        views.heading(config, incident, 600),
        f"*{views.status_text(config, incident)}* since {when(at)}{_receipt(story, newest)}",
    ]
    held = [f"{mrkdwn(config.role(role).label, 60)}: {user(who)}" for role, who in sorted(story.roles.items())]
    if COMMANDER not in story.roles:
        held.insert(0, f"{mrkdwn(config.role(COMMANDER).label, 60)}: nobody")
    lines.append("  |  ".join(held) + _receipt(story, None))
    if incident.next_update_at:
        lines.append(f"The next update is promised for {when(incident.next_update_at)}{_receipt(story, None)}")
    if incident.summary:
        lines.append(f"{mrkdwn(incident.summary, 900)}{_receipt(story, None)}")
    return "\n".join(lines)


def _line(story: Story, entry: TimelineEntry) -> str:
    said = sentence(entry, story.config, longest=LONGEST_QUOTE)
    return f"{when(entry.at)}  {said}{_receipt(story, entry)}"


def _receipt(story: Story, entry: TimelineEntry | None) -> str:
    """Where it can be checked: at the entry's own message, else at the card, which is kept true."""
    own = story.links.get(entry.id) if entry else None
    if own:
        return f" {link(own, 'see')}"
    return f" {link(story.beginning, 'card')}" if story.beginning else ""
