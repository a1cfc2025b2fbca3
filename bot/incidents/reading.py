"""What the surfaces of a SEV need to know, read in one go: the SEV, its failed steps, and where its lines go."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents import people_surfaces, surfaces, views
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.promises import latest_update
from bot.incidents.roles import holders
from bot.outbox.kinds import Kinds
from bot.outbox.model import OPEN, OutboxMessage, State
from bot.slack import posts

HIDDEN_STEPS = frozenset({surfaces.ANSWER, surfaces.RECONCILE, people_surfaces.BRIEF})
"""What people need not see fail: it is an answer, or looked after by the bot itself."""

PLACES = frozenset("#CG")
"""What a channel's name or id begins with. Who is told by direct message is nobody's business on a card."""

CardLines = Callable[[Session, Incident], Sequence[str]]
"""What another room adds to a SEV's card: lines of mrkdwn, none where it has nothing to say."""
CardButtons = Callable[[Incident], Sequence[Any]]
"""What another room adds to a SEV's buttons."""


def incident_of(session: Session, message: OutboxMessage) -> Incident:
    """The SEV a row is about."""
    return session.get_one(Incident, message.subject_id)


def picture(
    session: Session,
    config: Config,
    kinds: Kinds,
    incident: Incident,
    *,
    card_lines: Sequence[CardLines] = (),
    card_buttons: Sequence[CardButtons] = (),
) -> views.Picture:
    """All that the SEV's surfaces show. `card_lines` and `card_buttons` are what other rooms add to the card, in order."""
    of_incident = TimelineEntry.incident_id == incident.id
    declared = select(func.min(TimelineEntry.id)).where(of_incident, TimelineEntry.kind == "declared").scalar_subquery()
    report = session.scalars(
        select(TimelineEntry).where(of_incident, TimelineEntry.source_ts.is_not(None), TimelineEntry.id < declared)
    ).first()  # what came from a message before it was declared is what it was declared from
    steps = [step for step in failed_steps(session, kinds, incident) if step.kind != surfaces.CARD]  # it shows itself
    lines = [line for add in card_lines for line in add(session, incident)]
    return views.Picture(
        incident, config, steps=tuple(steps), report=report, roles=holders(session, incident),
        update=latest_update(session, incident), lines=tuple(lines),
        buttons=tuple(button for add in card_buttons for button in add(incident)),
    )  # fmt: skip


def failed_steps(session: Session, kinds: Kinds, incident: Incident) -> list[views.Step]:
    """The deliveries of a SEV that failed or are late, each kind once, the first asked for first."""
    rows = session.scalars(
        select(OutboxMessage).where(
            OutboxMessage.subject == incident.subject, OutboxMessage.kind.not_in(HIDDEN_STEPS),
            OutboxMessage.last_error.is_not(None), OutboxMessage.state.in_((State.DEAD, *OPEN)),
        ).order_by(OutboxMessage.id)
    )  # fmt: skip
    steps: dict[str, views.Step] = {}
    for row in rows:
        is_late = row.state != State.DEAD
        label = f"{kinds[row.kind].label}{f' in {row.audience}' if row.audience[:1] in PLACES else ''}"
        steps.setdefault(label, views.Step(row.kind, label, row.last_error or "", is_late))
    return list(steps.values())


def state_of(session: Session, key: str) -> str | None:
    """How far the delivery of that key is; None where there is none."""
    return session.scalar(select(OutboxMessage.state).where(OutboxMessage.key == key))


def where_lines_go(session: Session, incident: Incident) -> tuple[str, str | None] | None:
    """The channel a line is posted in, and the ts of the thread, if it is one; None where there is no place at all."""
    if incident.working_channel:
        return incident.working_channel, None
    prefix = surfaces.key(incident, "announcement:")
    post = session.scalars(
        select(posts.Post)
        .where(posts.Post.subject == incident.subject, posts.Post.key.startswith(prefix, autoescape=True))
        .order_by(posts.Post.key)
        .limit(1)
    ).first()
    return (post.channel_id, post.ts) if post else None
