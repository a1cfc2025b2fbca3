"""The verbs of action items.

Each takes a session and an item whose SEV's row is locked, checks that the actor may do it, and changes, records and asks for
what must show, all in the caller's transaction. Nothing here commits, sends or reads a clock.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Actor, Standing, standing_of
from bot.directory.permissions import require, require_of
from bot.errors import Refused
from bot.incidents import membership
from bot.incidents.links import checked_address
from bot.incidents.model import Incident
from bot.incidents.service import SAME_WORDS_WITHIN
from bot.remediation import policy, reading, recording
from bot.remediation.days import today_for
from bot.remediation.drafts import (
    NOBODY,
    Draft,
    Owner,
    Source,
    checked_evidence,
    checked_item_reason,
    checked_item_title,
    checked_proof,
)
from bot.remediation.model import OPEN_STATES, QUOTE_LIMIT, ActionItem, ItemKind, ItemState, Priority
from bot.remediation.surfaces import owner_of
from bot.slack.text import clip, user

MOST_OF_ONE_SEV = 200
"""How many items a SEV may have. More would be nobody's promise."""

UNATTENDED = frozenset({"schedule", "tracker"})
"""Doors behind which nobody waits, so that nobody asked Slack who somebody is."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What becomes different of an item; None: that stays."""

    title: str | None = None
    kind: ItemKind | None = None
    priority: Priority | None = None
    owner: Owner | None = None
    due_on: date | None = None
    proof: str | None = None
    """Empty: it need not be proven any more."""
    tracker_url: str | None = None
    """Empty: it is in no tracker any more."""


def add(
    session: Session, incident: Incident, draft: Draft, *, config: Config, actor: Actor, now: datetime
) -> ActionItem:
    """Write down what somebody promises, or should. Raises `Refused`."""
    require(config, actor, "remediate")
    title, proof = checked_item_title(draft.title), checked_proof(draft.proof)
    _require_owner(session, incident, draft.owner, config=config, actor=actor)
    if draft.source is not None:
        _require_new_message(session, incident, draft.source)
    else:
        _require_new(session, incident, title, actor=actor, now=now)
    last = session.scalar(select(func.max(ActionItem.number)).where(ActionItem.incident_id == incident.id)) or 0
    if last >= MOST_OF_ONE_SEV:
        raise Refused(f"{incident.name} has {last} action items, and can't have more. Put the rest into a tracker.")
    team = policy.team_of(config, owner_user=draft.owner.user, owner_team=draft.owner.team)
    today = today_for(session, config, draft.owner.user, now=now)
    by_policy = policy.due_date(
        config, severity=incident.severity, priority=draft.priority, team=team, start=today
    )  # fmt: skip
    source = draft.source
    item = ActionItem(
        incident=incident, number=last + 1, title=title, kind=draft.kind.value, priority=draft.priority.value,
        owner_user=draft.owner.user, owner_team=draft.owner.team,
        due_on=draft.due_on or by_policy, is_due_by_policy=draft.due_on is None, proof=proof,
        quote=clip(source.text, QUOTE_LIMIT) if source else "",
        source_channel=source.channel_id if source else None, source_ts=source.ts if source else None,
        source_thread=source.thread_ts if source else None, is_tagged=draft.is_tagged,
        created_by=actor.user_id, created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(item)
    session.flush()
    recording.added(session, item, config=config, actor=actor, now=now)
    return item


def change(
    session: Session,
    item: ActionItem,
    wanted: Change,
    *,
    together_with: ActionItem | None = None,
    config: Config,
    actor: Actor,
    now: datetime,
) -> bool:
    """Change an open item. A due date that came from the policy follows the priority. Whether anything changed.

    `together_with` was given to the same owner just before, by the same deed: they are told of both at once. Raises
    `Refused` at the field that is wrong.
    """
    require(config, actor, "remediate")
    require_open(item)
    former, new = owner_of(item), _values(session, item, wanted, config=config, actor=actor)
    changed = {name: value for name, value in new.items() if value != getattr(item, name)}
    if not changed:
        return False
    before = {name: getattr(item, name) for name in changed}
    _apply(item, changed, now=now)
    if wanted.due_on is None and item.is_due_by_policy and _moves_due(former, changed):
        before.setdefault("due_on", item.due_on)
        item.due_on = changed["due_on"] = _due_anew(session, item, config=config, now=now)
        if before["due_on"] == item.due_on:
            del before["due_on"], changed["due_on"]
    told = {name: (before[name], value) for name, value in changed.items() if name != "is_due_by_policy"}
    recording.changed(session, item, told, former, together_with=together_with, config=config, actor=actor, now=now)
    return True


def give(
    session: Session,
    item: ActionItem,
    owner: Owner,
    *,
    together_with: ActionItem | None = None,
    config: Config,
    actor: Actor,
    now: datetime,
) -> bool:
    """Let somebody else owe it. Its due date stays: handing over buys no time. Whether that is news. Raises `Refused`."""
    wanted = Change(owner=owner)
    return change(session, item, wanted, together_with=together_with, config=config, actor=actor, now=now)


def start(session: Session, item: ActionItem, *, config: Config, actor: Actor, now: datetime) -> None:
    """Somebody works on it now. Raises `Refused`."""
    require(config, actor, "remediate")
    require_open(item)
    if item.state == ItemState.IN_PROGRESS:
        raise Refused(f"{item.name} is in progress already.")
    before = item.state
    _apply(item, {"state": ItemState.IN_PROGRESS}, now=now)
    told = {"state": (before, item.state)}
    recording.changed(session, item, told, owner_of(item), config=config, actor=actor, now=now)


def close(
    session: Session,
    item: ActionItem,
    state: ItemState,
    *,
    evidence: str = "",
    reason: str = "",
    config: Config,
    actor: Actor,
    now: datetime,
) -> None:
    """It is done, or won't be. What is to be proven needs evidence, and what won't be done a reason. Raises `Refused`."""
    require(config, actor, "remediate")
    require_open(item)
    evidence, reason = checked_evidence(evidence), checked_item_reason(reason)
    if state is ItemState.DONE and item.proof and not evidence:
        raise Refused(
            f"{item.name} is to be proven. Say what shows that it works, in words or with a link: "
            f"`/sev action done {item.name} EVIDENCE`.",
            field="evidence",
        )
    if state is ItemState.WONT_DO and not reason:
        raise Refused(f"Say why it won't be done: `/sev action wontdo {item.name} REASON`.", field="reason")
    item.state, item.evidence, item.reason = state.value, evidence, reason
    item.closed_at, item.closed_by = now, actor.user_id
    item.changed_at, item.is_tagged = now, False
    recording.closed(session, item, config=config, actor=actor, now=now)


def reopen(session: Session, item: ActionItem, reason: str, *, config: Config, actor: Actor, now: datetime) -> None:
    """What was closed is owed again. Where the policy gave the due date, its days count from today. Raises `Refused`."""
    require(config, actor, "remediate")
    if item.is_open:
        raise Refused(f"{item.name} is open already.")
    reason = checked_item_reason(reason)
    if not reason:
        raise Refused(f"Say why it is open again: `/sev action reopen {item.name} REASON`.", field="reason")
    open_again(session, item, config=config, now=now)
    item.reason = reason
    recording.reopened(session, item, config=config, actor=actor, now=now)


def open_again(session: Session, item: ActionItem, *, config: Config, now: datetime) -> None:
    """Let it be owed again, whoever asked for that."""
    item.state, item.evidence, item.reason = ItemState.OPEN.value, "", ""
    item.closed_at = item.closed_by = None
    item.changed_at, item.is_tagged = now, False
    if item.is_due_by_policy:
        item.due_from = today_for(session, config, item.owner_user, now=now)
        item.due_on = _due_anew(session, item, config=config, now=now)


def follow_severity(session: Session, item: ActionItem, *, config: Config, actor: Actor, now: datetime) -> None:
    """The SEV's severity changed: an open item's due date that came from the policy follows, and the timeline says so."""
    if not (item.is_open and item.is_due_by_policy):
        return
    before, item.due_on = item.due_on, _due_anew(session, item, config=config, now=now)
    if item.due_on != before:
        told = {"due_on": (before, item.due_on)}
        owner = owner_of(item)
        recording.changed(session, item, told, owner, because="severity", config=config, actor=actor, now=now)


def require_open(item: ActionItem) -> None:
    """Raise `Refused` unless somebody still owes it; what the sentence says is what to do then."""
    if item.is_open:
        return
    again = f"`/sev action reopen {item.name} REASON` opens it again."
    if item.state == ItemState.WITHDRAWN:
        raise Refused(f"{item.name} was taken back with its reaction. {again}")
    what = "is done already" if item.state == ItemState.DONE else "won't be done"
    by = f", says {user(item.closed_by)}" if item.closed_by and item.closed_by[:1] in "UW" else ""
    raise Refused(f"{item.name} {what}{by}. {again}")


def _require_new(session: Session, incident: Incident, title: str, *, actor: Actor, now: datetime) -> None:
    """Raise `Refused` where the same person said the same just now, in impatience."""
    twin = session.scalars(
        select(ActionItem).where(
            ActionItem.incident_id == incident.id, ActionItem.created_by == actor.user_id, ActionItem.title == title,
            ActionItem.created_at > now - SAME_WORDS_WITHIN, ActionItem.state.in_(OPEN_STATES),
        )
    ).first()  # fmt: skip
    if twin is not None:
        raise Refused(f"{twin.name} says that already: you added it just now.")


def _require_new_message(session: Session, incident: Incident, source: Source) -> None:
    """Raise `Refused` where the message is an item of the SEV already."""
    made = reading.of_message(session, incident, source.channel_id, source.ts)
    if made is not None and made.state == ItemState.WITHDRAWN:
        raise Refused(f"This message was {made.name}. `/sev action reopen {made.name} REASON` opens it again.")
    if made is not None:
        raise Refused(f"This message is {made.name} already. `/sev action edit {made.name}` changes it.")


def _values(session: Session, item: ActionItem, wanted: Change, *, config: Config, actor: Actor) -> dict[str, Any]:
    """The columns' new values, each checked. What came back from a form as it was shown is no change."""
    new: dict[str, Any] = {}
    if wanted.title is not None and wanted.title != item.title:
        new["title"] = checked_item_title(wanted.title)
    if wanted.kind is not None:
        new["kind"] = wanted.kind.value
    if wanted.priority is not None:
        new["priority"] = wanted.priority.value
    if wanted.owner is not None and wanted.owner != owner_of(item):
        _require_owner(session, item.incident, wanted.owner, config=config, actor=actor)
        new |= {"owner_user": wanted.owner.user, "owner_team": wanted.owner.team}
    if wanted.due_on is not None and wanted.due_on != item.due_on:
        new |= {"due_on": wanted.due_on, "is_due_by_policy": False}
    if wanted.proof is not None and wanted.proof != item.proof:
        new["proof"] = checked_proof(wanted.proof)
    if wanted.tracker_url is not None and wanted.tracker_url != item.tracker_url:
        new["tracker_url"] = _checked_tracker(wanted.tracker_url)
    return new


def _checked_tracker(address: str) -> str:
    try:
        return checked_address(address) if address else ""
    except Refused as refusal:
        raise Refused(refusal.sentence, field="tracker") from None


def _apply(item: ActionItem, changed: dict[str, Any], *, now: datetime) -> None:
    for name, value in changed.items():
        setattr(item, name, value)
    item.changed_at, item.is_tagged = now, False


def _moves_due(former: Owner, changed: dict[str, Any]) -> bool:
    """Whether the policy speaks anew: for another priority, and where the first owner is found, by their team's rules."""
    return "priority" in changed or (former == NOBODY and bool({"owner_user", "owner_team"} & set(changed)))


def _due_anew(session: Session, item: ActionItem, *, config: Config, now: datetime) -> date:
    today = today_for(session, config, item.owner_user, now=now)
    made = today_for(session, config, item.owner_user, now=item.created_at)
    return policy.due_date_anew(
        config, severity=item.incident.severity, priority=Priority(item.priority), start=item.due_from or made,
        team=policy.team_of(config, owner_user=item.owner_user, owner_team=item.owner_team), today=today,
    )  # fmt: skip


def _require_owner(session: Session, incident: Incident, owner: Owner, *, config: Config, actor: Actor) -> None:
    """Raise `Refused` unless the owner can see the item and may do something about it."""
    if owner.team and config.team(owner.team) is None:
        raise Refused("There is no such team any more. Name another one, or a person.", field="owner")
    if owner.user is None or owner.user == actor.user_id:
        return
    standing = standing_of(session, owner.user)
    if standing is not Standing.UNKNOWN or actor.door not in UNATTENDED:  # whom a tracker names need not have been met
        try:
            require_of(config, owner.user, standing, "remediate")
        except Refused as refusal:
            raise Refused(refusal.sentence, field="owner") from None
    if not membership.is_visible_to(session, incident, owner.user):
        raise Refused(
            f"{incident.name} is private, and {user(owner.user)} is not in it. Invite them first: "
            f"`/sev invite {incident.name} @name`.",
            field="owner",
        )
