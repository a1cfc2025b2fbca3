"""How a SEV looks: its card, its announcement, its topic, its lines. Pure: plain data in, Block Kit out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.config import COMMANDER, Category, Config
from bot.incidents import field_needs, field_views, lifecycle, role_views, update_views
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.words import noticed_by
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.templates import Texts
from bot.slack.text import TOPIC_LIMIT, Mrkdwn, author, clip, length, link, mrkdwn, one_line, user, when
from bot.slack.text import channel as channel_mention

SEVERITY_BUTTON = "incident.pick_severity"
TIME_LABELS = {
    "started_at": "Started",
    "detected_at": "Detected",
    "declared_at": "Declared",
    "acknowledged_at": "Acknowledged",
    "mitigated_at": "Mitigated",
    "resolved_at": "Resolved",
    "closed_at": "Closed",
}


DETECTED = TIME_LABELS["detected_at"]


@dataclass(frozen=True)
class Step:
    """A delivery that failed or is late, as people see it."""

    kind: str
    label: str
    reason: str
    is_late: bool
    """Late steps are tried again by themselves; failed ones wait for *Retry*."""


@dataclass(frozen=True)
class Picture:
    """All that a SEV's surfaces show, read in one go."""

    incident: Incident
    config: Config
    steps: tuple[Step, ...] = ()
    report: TimelineEntry | None = None
    """The message it was declared from."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Who holds which role, by the role's key."""
    update: TimelineEntry | None = None
    """The latest status update."""
    lines: tuple[str, ...] = ()
    """What other rooms add to the card, in mrkdwn."""
    buttons: tuple[Any, ...] = ()
    """What other rooms add to the card's buttons."""


def mark(incident: Incident) -> str:
    """What must be seen first about it: that it is an exercise, or that it is private."""
    return "".join((":performing_arts: DRILL  " if incident.is_drill else "", ":lock: " if incident.is_private else ""))


def heading(config: Config, incident: Incident, limit: int = 200) -> str:
    """`:red_circle: *SEV-42* SEV1: checkout is down`, in mrkdwn."""
    severity = config.severity(incident.severity)
    emoji = f"{severity.emoji} " if severity and severity.emoji else ""
    return f"{mark(incident)}{emoji}*{incident.name}* {incident.severity}: {mrkdwn(incident.title, limit)}"


def status_text(config: Config, incident: Incident) -> str:
    status = config.status(incident.status)
    return f"{status.emoji} {mrkdwn(status.label, 60)}".strip()


def card(picture: Picture) -> list[Block]:
    """The pinned card in a SEV's channel."""
    incident, config = picture.incident, picture.config
    shown: list[Block] = [kit.section(heading(config, incident, 600))]
    if incident.summary:
        shown.append(kit.section(mrkdwn(incident.summary, 2900)))
    if picture.update:
        shown.append(kit.section(update_views.latest(picture.update, 1500)))
    shown.append(kit.fields(_facts(picture)))
    shown += field_views.card(config, incident)
    shown.append(kit.context(_times(incident)))
    shown += [kit.context(each) for each in picture.lines]
    if picture.report:
        shown.append(kit.context(_report(picture.report)))
    shown += _trouble(incident, picture.steps)
    buttons = [*card_buttons(config, incident, has_commander=COMMANDER in picture.roles), *picture.buttons]
    if buttons:
        shown.append(kit.actions(buttons))
    return shown


def card_text(config: Config, incident: Incident) -> str:
    """What notifications and screen readers say of the card."""
    status = config.status(incident.status).label
    return f"{mark(incident)}{incident.name} {incident.severity}: {mrkdwn(incident.title, 300)} ({mrkdwn(status, 60)})"


def card_buttons(config: Config, incident: Incident, *, has_commander: bool = True) -> list[Any]:
    """What can be done next, as far as it is legal."""
    number = str(incident.number)
    category = config.status(incident.status).category
    if category is Category.CANCELLED:
        return [kit.button("Reopen…", "incident.open_reopen", value=number)]
    buttons: list[Any] = []
    if category in lifecycle.OPEN and not has_commander:
        buttons.append(role_views.take_command_button(incident))
    if category in (Category.INVESTIGATING, Category.IDENTIFIED):
        buttons.append(_move_button(config, incident, Category.MITIGATED, "Mitigate", "Customers are no longer hurt?"))
    if category in lifecycle.OPEN:
        buttons.append(_resolve_button(config, incident))
        buttons.append(severity_menu(config, incident))
        buttons.append(kit.button("Post update", update_views.OPEN_UPDATE, value=number))
    if category is Category.RESOLVED:
        buttons.append(_move_button(config, incident, Category.CLOSED, "Close", "All follow-up work is done?"))
    if category not in lifecycle.OPEN:
        buttons.append(kit.button("Reopen…", "incident.open_reopen", value=number))
    buttons.append(kit.button("Edit…", "incident.open_edit", value=number))
    buttons.append(kit.button("Times…", "incident.open_times", value=number))
    return buttons


def severity_menu(config: Config, incident: Incident) -> Any:
    """The menu that changes the severity, its options naming the SEV they are for."""
    options = [
        kit.option(each.key, f"{incident.number}:{each.key}", description=each.meaning) for each in config.severities
    ]
    return kit.menu("Change severity", SEVERITY_BUTTON, options, initial=f"{incident.number}:{incident.severity}")


def announcement(picture: Picture) -> list[Block]:
    """The message in an announcement channel, kept true in place."""
    incident, config = picture.incident, picture.config
    lines = [heading(config, incident, 600), f"*{status_text(config, incident)}*, {_since(config, incident)}"]
    if incident.workflows:
        lines.append(f"Affects {_workflows(config, incident)}")
    lines += field_views.announced(config, incident)
    shown: list[Block] = [kit.section("\n".join(lines))]
    if incident.summary:
        shown.append(kit.context(mrkdwn(clip(one_line(incident.summary), 500), 1900)))
    if picture.update:
        shown.append(kit.section(update_views.latest(picture.update, 1500)))
    shown.append(kit.context(_where(config, incident, picture.steps)))
    buttons: list[Any] = []
    if lifecycle.is_open(config, incident):
        buttons.append(kit.button("Subscribe", update_views.SUBSCRIBE, value=str(incident.number)))
        if incident.working_channel is None:
            buttons += help_buttons(incident, picture.steps)
    return [*shown, kit.actions(buttons)] if buttons else shown


def announcement_text(config: Config, incident: Incident) -> str:
    """What notifications say of an announcement."""
    return card_text(config, incident)


def topic(config: Config, incident: Incident) -> str:
    """A channel's topic: plain text, in which Slack knows no mentions (250 characters)."""
    status = config.status(incident.status).label
    head = f"{'DRILL ' if incident.is_drill else ''}{incident.name} | {incident.severity} | {status} | "
    title = incident.title.replace("<", "‹").replace(
        ">", "›"
    )  # whether a topic's mentions come alive is not documented
    return head + clip(title, TOPIC_LIMIT - length(head))


def line(config: Config, incident: Incident, entry: TimelineEntry, texts: Texts) -> str:
    """A timeline entry as a sentence of its own in the SEV's channel."""
    who = author(entry.actor)
    reason = f": {mrkdwn(entry.text, 1000)}" if entry.text else "."
    label = status_text(config, incident)
    if "after" in entry.data and entry.kind in {"status", "reopened"}:
        status = config.status(entry.data["after"])
        label = f"{status.emoji} {mrkdwn(status.label, 60)}".strip()
    if entry.kind == "update":
        return update_views.said_text(config, entry)
    if entry.kind == "declared":
        return texts.render(
            "incidents/declared.j2", mark=Mrkdwn(mark(incident)), declarer=Mrkdwn(who), name=incident.name,
            severity=entry.data["severity"], title=incident.title, summary=incident.summary,
            workflows=_workflow_names(config, incident),
        )  # fmt: skip
    if "role" in entry.data:
        return role_views.line(config, incident, entry)
    sentences = {
        "severity": f"{who} changed the severity from {entry.data.get('before')} to *{entry.data.get('after')}*.",
        "status": f"{who} set the status to *{label}*{reason}",
        "reopened": f"{who} reopened {incident.name}{reason}",
        "duplicate": f"{who} cancelled {incident.name} as a duplicate of *{entry.data.get('original')}*."
        f"{_go_on(entry.data.get('channel'))}",
    }
    return sentences[entry.kind]


def _go_on(channel_id: str | None) -> str:
    return f" Work goes on in {channel_mention(channel_id)}." if channel_id else ""


def brief(config: Config, incident: Incident) -> str:
    """One line of a list: what, how bad, how far, where."""
    place = f" in {channel_mention(incident.channel_id)}" if incident.channel_id else ""
    return f"{heading(config, incident)}\n{status_text(config, incident)}, {_since(config, incident)}{place}"


def _facts(picture: Picture) -> list[str]:
    incident, config = picture.incident, picture.config
    severity = config.severity(incident.severity)
    meaning = f"\n{mrkdwn(severity.meaning, 300)}" if severity else ""
    commander, held = config.role(COMMANDER), picture.roles.get(COMMANDER)
    others = role_views.held_roles(config, picture.roles)
    return [
        f"*Status*\n{status_text(config, incident)}",
        f"*Severity*\n{incident.severity}{meaning}",
        f"*Declared by*\n{author(incident.declared_by)}",
        f"*{mrkdwn(commander.label, 100)}*\n{user(held) if held else 'Nobody yet'}",
        f"*Workflows*\n{_workflows(config, incident) if incident.workflows else 'None named'}",
        f"*Next update*\n{when(incident.next_update_at) if incident.next_update_at else 'None promised'}",
        *([f"*Other roles*\n{others}"] if others else []),
    ]


def _workflows(config: Config, incident: Incident) -> str:
    return mrkdwn(", ".join(_workflow_names(config, incident)), 1500)


def _workflow_names(config: Config, incident: Incident) -> list[str]:
    return [found.name if (found := config.workflow(key)) else key for key in incident.workflow_keys]


def _times(incident: Incident) -> str:
    known = [(label, getattr(incident, name)) for name, label in TIME_LABELS.items() if getattr(incident, name)]
    by = f" by {noticed_by(incident)}" if incident.detected_by else ""
    return "  |  ".join(f"{label} {when(moment)}{by if label == DETECTED else ''}" for label, moment in known)


def _since(config: Config, incident: Incident) -> str:
    category = config.status(incident.status).category
    stamp = lifecycle.STAMPS.get(category)
    moment: datetime | None = getattr(incident, stamp) if stamp else None
    return when(moment) if moment else f"declared {when(incident.declared_at)}"


def _report(entry: TimelineEntry) -> str:
    source = link(entry.data["permalink"], "a message")
    return f"Declared from {source} by {author(entry.actor)}: {mrkdwn(clip(one_line(entry.text), 400), 1500)}"


def _where(config: Config, incident: Incident, steps: tuple[Step, ...]) -> str:
    if incident.channel_trouble and lifecycle.is_open(config, incident):
        return ":warning: The channel can't be used at the moment. Work on it in this thread."
    if incident.channel_id:
        place = channel_mention(incident.channel_id)
        return f"Join {place} to help" if lifecycle.is_open(config, incident) else f"It was worked on in {place}"
    if steps:
        return ":warning: Its channel could not be made yet. Work on it in this thread."
    return "Its channel is being set up"


def step_text(step: Step) -> str:
    """A failed or late delivery as a phrase: `Pin the card failed (missing_scope: pins:write)`."""
    how = "is late and is tried again" if step.is_late else "failed"
    return f"{mrkdwn(step.label, 150)} {how} ({mrkdwn(step.reason, 200)})"


def help_buttons(incident: Incident, steps: Sequence[Step]) -> list[Any]:
    """What anybody can do about a SEV that is not fully in place."""
    number = str(incident.number)
    buttons = [kit.button("Retry", "incident.retry", value=number)] if steps else []
    if incident.channel_trouble:
        buttons.append(kit.button("Make a new channel", "incident.replace_channel", value=number))
    return buttons


def _trouble(incident: Incident, steps: tuple[Step, ...]) -> list[Block]:
    if not steps:
        return []
    lines = [f":warning: {step_text(step)}" for step in steps[:10]]
    retry = kit.button("Retry", "incident.retry", value=str(incident.number))
    return [kit.section("\n".join(lines), accessory=retry)]


def _resolve_button(config: Config, incident: Incident) -> Any:
    """It asks whether it is so, and where there are fields to fill in, by a form."""
    if field_needs.asked_at_resolve(config, incident):
        return kit.button("Resolve…", field_views.OPEN_RESOLVE, value=str(incident.number), style="primary")
    return _move_button(config, incident, Category.RESOLVED, "Resolve", field_views.IS_OVER, style="primary")


def _move_button(
    config: Config, incident: Incident, category: Category, label: str, question: str, *, style: str | None = None
) -> Any:
    status = config.status_of(category)
    return kit.button(
        label,
        f"incident.move:{status.key}",
        value=f"{incident.number}:{status.key}",
        style=style,
        confirm=kit.confirm(f"{label} {incident.name}?", question, yes=f"Yes, {label.lower()}"),
    )
