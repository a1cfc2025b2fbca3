"""How a postmortem looks in Slack: the board it is worked on, the whole of it, what reviewers and channels are told. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.config import Config
from bot.config.postmortems import PostmortemPart
from bot.incidents.model import Incident
from bot.incidents.views import brief, heading, mark
from bot.postmortems.durations import durations
from bot.postmortems.model import Postmortem, Reviewer, SectionVersion, State, Verdict
from bot.postmortems.reading import VERSIONS, Whole
from bot.postmortems.words import STATES, VERDICTS
from bot.remediation.days import day_text
from bot.remediation.item_views import OPEN_ADD
from bot.remediation.model import ActionItem
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.commands import NAME
from bot.slack.text import author, clip, link, mrkdwn, one_line, user, when
from bot.timeline.export import spelled

OPEN = "postmortem.open"
READ = "postmortem.read"
APPROVE = "postmortem.approve"
PUBLISH = "postmortem.publish"
EXPORT = "postmortem.export"
VERSIONS_OF = "postmortem.versions"
RESTORE = "postmortem.restore"
OPEN_SECTION = "postmortem.open_section"
OPEN_SUBMIT = "postmortem.open_submit"
OPEN_CHANGES = "postmortem.open_changes"
OPEN_TAKE_BACK = "postmortem.open_take_back"
OPEN_CAUSES = "postmortem.open_causes"

EMOJI = {State.OWED: ":hourglass_flowing_sand:", State.DRAFT: ":pencil2:", State.IN_REVIEW: ":eyes:",
         State.PUBLISHED: ":book:"}  # fmt: skip
LONGEST_GLANCE = 280
MOST_SHOWN = 25
"""How many items or links one block names at most."""


@dataclass(frozen=True)
class Dates:
    """Until when its draft should be ready, and reviewed; None where nothing is asked for."""

    due_on: date | None = None
    review_due_on: date | None = None


def state_text(postmortem: Postmortem) -> str:
    """`:eyes: In review`, as part of a line."""
    return f"{EMOJI[State(postmortem.state)]} {STATES[postmortem.state]}"


def card_line(postmortem: Postmortem, dates: Dates, address: str = "") -> str:
    """What the SEV's card says of it. `address` is where it is worked on."""
    name = link(address, "Postmortem") if address else "Postmortem"
    return f"{name}: {state_text(postmortem)}{_until(postmortem, dates)}"


def button(incident: Incident) -> Any:
    """What leads to it from the SEV's card and from reminders."""
    return kit.button("Postmortem", OPEN, value=str(incident.number))


def board(config: Config, whole: Whole, dates: Dates) -> list[Block]:
    """The message on which people work: each section at a glance, and what can be done next."""
    incident, postmortem = whole.incident, whole.postmortem
    reason = (
        f"\n&gt; {mrkdwn(postmortem.reason, 1500)}" if postmortem.state == State.DRAFT and postmortem.reason else ""
    )
    head = (
        f"{heading(config, incident, 600)}\n*Postmortem*: {state_text(postmortem)}{_until(postmortem, dates)}{reason}"
    )
    shown = [kit.section(head), kit.context(_durations(incident))]
    can_write = postmortem.state == State.DRAFT
    parts = [part for part in config.postmortems.parts if can_write or whole.text(part.key)]
    shown += [_glance(config, whole, part, can_write=can_write) for part in parts]
    shown += [kit.context(line) for line in _about(config, whole)]
    return [*shown, kit.actions(_buttons(config, whole))]


def board_text(incident: Incident, postmortem: Postmortem) -> str:
    """What notifications say of the board."""
    return f"{mark(incident)}Postmortem of {incident.name}: {STATES[postmortem.state]}"


def read(config: Config, whole: Whole, items: Sequence[ActionItem]) -> list[Block]:
    """The whole of it, for the asker alone."""
    incident = whole.incident
    shown = [kit.section(f"*Postmortem of* {heading(config, incident, 600)}\n{state_text(whole.postmortem)}")]
    shown.append(kit.context(_durations(incident)))
    for part in config.postmortems.parts:
        text = whole.text(part.key)
        if text:
            shown.append(kit.section(f"*{mrkdwn(part.label, 300)}*\n{mrkdwn(text, 2600)}"))
    if items:
        shown.append(
            kit.section("\n".join(["*Action items*", *(_item(incident, each) for each in items[:MOST_SHOWN])]))
        )
    shown += [kit.context(line) for line in _about(config, whole)]
    more = f"`{NAME} postmortem {incident.name} export` sends it with the timeline, as a file."
    return [*shown, kit.context(more)]


def versions(part: PostmortemPart, incident: Incident, found: Sequence[SectionVersion], parts: Sequence[PostmortemPart], *,
             writable: bool) -> list[Block]:  # fmt: skip
    """What a section said before, the newest first, each of which can be had again."""
    options = [kit.option(each.label, f"{incident.number}:{each.key}") for each in parts]
    menu = kit.menu("Section", VERSIONS_OF, options, initial=f"{incident.number}:{part.key}")
    shown = [kit.section(f"*{mrkdwn(part.label, 300)}* in the postmortem of {incident.name}"), kit.actions([menu])]
    for place, each in enumerate(found[:VERSIONS]):
        restore = kit.button("Restore", RESTORE, value=f"{incident.number}:{each.key}:{each.number}")
        text = mrkdwn(each.text, 2700) or "_empty_"
        head = f"*Version {each.number}*, {author(each.by)}, {when(each.at)}"
        shown.append(kit.section(f"{head}\n{text}", accessory=restore if place and writable else None))
    if not found:
        shown.append(kit.section("Nobody wrote it yet."))
    if len(found) > VERSIONS:
        shown.append(kit.context(f"These are the newest {VERSIONS}; all are kept."))
    return shown


def review(config: Config, whole: Whole, user_id: str, dates: Dates) -> list[Block]:
    """What a reviewer is asked by direct message, or what became of it."""
    incident, postmortem = whole.incident, whole.postmortem
    own = next((each for each in whole.reviewers if each.user_id == user_id), None)
    is_asked = own is not None and not own.verdict and postmortem.state == State.IN_REVIEW
    until = f" Please answer by {day_text(dates.review_due_on)}." if is_asked and dates.review_due_on else ""
    shown = [kit.section(f"{review_text(whole, user_id)}{until}\n{heading(config, incident, 600)}")]
    summary = whole.text("summary")
    if summary:
        shown.append(kit.context(mrkdwn(clip(one_line(summary), 600), 1900)))
    number = str(incident.number)
    buttons = [kit.button("Read it", READ, value=number)]
    if is_asked:
        buttons.append(kit.button("Approve", APPROVE, value=number, style="primary"))
        buttons.append(kit.button("Ask for changes…", OPEN_CHANGES, value=number))
    return [*shown, kit.actions(buttons)]


def review_text(whole: Whole, user_id: str) -> str:
    """What a reviewer is told, in a sentence."""
    incident, postmortem = whole.incident, whole.postmortem
    name = f"the postmortem of {incident.name}"
    own = next((each for each in whole.reviewers if each.user_id == user_id), None)
    if own is None:
        return f"Your review of {name} is not needed any more."
    if own.verdict == Verdict.APPROVED:
        return f"You approved {name}."
    if own.verdict == Verdict.CHANGES:
        return f"You asked for changes in {name}."
    if postmortem.state == State.IN_REVIEW:
        return f":eyes: {user(postmortem.submitted_by or '')} asks you to review {name}."
    now = "a draft again" if postmortem.state == State.DRAFT else STATES[postmortem.state].lower()
    return f"Your review of {name} is not needed any more: it is {now}."


def announcement(config: Config, whole: Whole) -> list[Block]:
    """What channels are told once it is published, kept true in place."""
    incident, postmortem = whole.incident, whole.postmortem
    if postmortem.state != State.PUBLISHED:
        return [kit.section(f"{heading(config, incident, 600)}\n{announcement_text(incident, postmortem)}")]
    shown = [kit.section(f"{announcement_text(incident, postmortem)}\n{heading(config, incident, 600)}")]
    summary = whole.text("summary")
    if summary:
        shown.append(kit.section(mrkdwn(summary, 1500)))
    shown += [kit.context(line) for line in _about(config, whole)]
    number = str(incident.number)
    buttons = [kit.button("Read it", READ, value=number), kit.button("Get it as a file", EXPORT, value=number)]
    return [*shown, kit.actions(buttons)]


def announcement_text(incident: Incident, postmortem: Postmortem) -> str:
    """What notifications say of an announcement."""
    if postmortem.state != State.PUBLISHED:
        return f"{mark(incident)}The postmortem of {incident.name} was published, and is being worked on again."
    return f"{mark(incident)}:book: The postmortem of {incident.name} is published."


def listed(
    config: Config, found: Sequence[tuple[Incident, Postmortem]], passages: Sequence[str] = (), *, most: int
) -> list[Block]:
    """A list of postmortems, with the passages in which words were found."""
    shown = []
    for place, (incident, postmortem) in enumerate(found[:most]):
        passage = passages[place] if place < len(passages) else ""
        quoted = f"\n&gt; {mrkdwn(clip(one_line(passage), 300), 1200)}" if passage else ""
        read_it = kit.button("Read it", READ, value=str(incident.number))
        shown.append(kit.section(f"{brief(config, incident)}\n{state_text(postmortem)}{quoted}", accessory=read_it))
    if len(found) > most:
        shown.append(kit.context(f"These are the first {most}."))
    return shown


def home(config: Config, own: Sequence[tuple[Incident, Postmortem, Dates]], waiting: Sequence[Incident]) -> list[Block]:
    """What somebody has to write, and what waits for their review."""
    shown = [
        kit.section(
            f"{heading(config, incident)}\n{state_text(postmortem)}{_until(postmortem, dates)}. {_typed(incident)}"
        )
        for incident, postmortem, dates in own
    ]
    shown += [
        kit.section(f"{heading(config, incident)}\n:eyes: It waits for your review. {_typed(incident)}")
        for incident in waiting
    ]
    return [kit.header("Postmortems"), *shown] if shown else []


def told(incident: Incident, kind: str, who: str, reason: str) -> str:
    """What whoever submitted it is told of a reviewer's answer."""
    if kind == "postmortem_approved":
        return f":white_check_mark: {user(who)} approved the postmortem of {incident.name}."
    return (
        f":leftwards_arrow_with_hook: {user(who)} asked for changes in the postmortem of {incident.name}, "
        f"so it is a draft again: {mrkdwn(reason, 1500)}"
    )


def _typed(incident: Incident) -> str:
    """How it is opened from where there are no buttons."""
    return f"`{NAME} postmortem {incident.name}` opens it."


def _until(postmortem: Postmortem, dates: Dates) -> str:
    if postmortem.state == State.PUBLISHED:
        return f" {when(postmortem.published_at)}" if postmortem.published_at else ""
    if dates.review_due_on:
        return f" until {day_text(dates.review_due_on)}"
    return f", due {day_text(dates.due_on)}" if dates.due_on else ""


def _durations(incident: Incident) -> str:
    lines = [
        f"{each.definition.label}: {f'*{spelled(each.span)}*' if each.span is not None else each.missing}"
        for each in durations(incident)
    ]
    return "\n".join(lines)


def _glance(config: Config, whole: Whole, part: PostmortemPart, *, can_write: bool) -> Block:
    """A section as the board shows it."""
    text = whole.text(part.key)
    needed = " (needed)" if part.key in config.postmortems.required and not text else ""
    said = mrkdwn(clip(text, LONGEST_GLANCE), 1400) or f"_{mrkdwn(part.hint, 900) or 'Nothing yet'}_"
    edit = (
        kit.button("Edit…", f"{OPEN_SECTION}:{part.key}", value=f"{whole.incident.number}:{part.key}")
        if can_write
        else None
    )
    return kit.section(f"*{mrkdwn(part.label, 300)}*{needed}\n{said}", accessory=edit)


def _about(config: Config, whole: Whole) -> list[str]:
    """Causes, reviewers and documents elsewhere, each on a line."""
    causes = ", ".join(mrkdwn(config.postmortems.cause(key).label, 300) for key in whole.causes[:MOST_SHOWN])
    said = ", ".join(_verdict(each) for each in whole.reviewers)
    links: list[str] = []
    for each in whole.links:
        shown = link(each.address, each.title)
        if len("  ".join([*links, shown])) <= 2500:
            links.append(shown)
    lines = [(f"Causes: {causes}", causes), (f"Review: {said}", said), (f"Elsewhere: {'  '.join(links)}", links)]
    return [line for line, present in lines if present]


def _verdict(reviewer: Reviewer) -> str:
    return f"{user(reviewer.user_id)} {VERDICTS[reviewer.verdict]}"


def _item(incident: Incident, item: ActionItem) -> str:
    return f"• *{incident.name}/{item.number}* {mrkdwn(clip(item.title, 60), 80)} ({item.state.replace('_', ' ')})"


def _buttons(config: Config, whole: Whole) -> list[Any]:
    number, state = str(whole.incident.number), whole.postmortem.state
    buttons = []
    if state == State.DRAFT:
        buttons.append(kit.button("Submit for review…", OPEN_SUBMIT, value=number, style="primary"))
    if state == State.IN_REVIEW and whole.approvals >= config.postmortems.approvals:
        sure = kit.confirm(
            "Publish it?", "Whoever may see the SEV can read it already. Now they are told.", yes="Publish"
        )
        buttons.append(kit.button("Publish", PUBLISH, value=number, style="primary", confirm=sure))
    if state in (State.IN_REVIEW, State.PUBLISHED):
        buttons.append(kit.button("Back to draft…", OPEN_TAKE_BACK, value=number))
    buttons.append(kit.button("Action item…", OPEN_ADD, value=number))
    buttons.append(kit.button("Causes…", OPEN_CAUSES, value=number))
    buttons.append(kit.button("Versions", VERSIONS_OF, value=number))
    return [*buttons, kit.button("Read it", READ, value=number), kit.button("Get it as a file", EXPORT, value=number)]
