"""Handing over all that somebody owes at once, as when they leave: first shown, then done."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership
from bot.remediation import reading, service
from bot.remediation.drafts import Owner, owner_named
from bot.remediation.model import ActionItem
from bot.remediation.surfaces import owner_of
from bot.slack.commands import NAME
from bot.slack.text import GROUP_MENTION, USER_MENTION

AT_ONCE = 100
"""How many items one confirmation hands over: each locks its SEV."""
_TWO = re.compile(rf"\s*({USER_MENTION.pattern}|{GROUP_MENTION.pattern}|\S+)\s+(?:to\s+)?(?P<new>.+)", re.DOTALL)


@dataclass(frozen=True)
class Handover:
    """From whom to whom."""

    former: Owner
    new: Owner


@dataclass(frozen=True)
class Outcome:
    """What became of it: what changed hands, what could not (with the sentence that says why), and whether there is more."""

    given: Sequence[ActionItem]
    kept: Sequence[tuple[ActionItem, str]]
    has_more: bool


def read_handover(text: str, config: Config) -> Handover:
    """`@grace @payments`, as it was typed. Raises `Refused`."""
    found = _TWO.match(text)
    if found is None:
        raise Refused(f"Say from whom to whom: `{NAME} items handover @grace @linus`, or to a team: `… @payments`.")
    handover = Handover(owner_named(found[1], config), owner_named(found["new"], config))
    if handover.former == handover.new:
        raise Refused("They own it all already. Name somebody else to hand it over to.")
    return handover


def to_hand_over(session: Session, handover: Handover, *, reader: str) -> tuple[Sequence[ActionItem], bool]:
    """What would change hands, as far as `reader` may see it, and whether there is more. Raises `Refused`."""
    found = reading.open_of_owner(session, handover.former, reader=reader, most=AT_ONCE + 1)
    if not found:
        raise Refused("They owe nothing that you can see, so there is nothing to hand over.")
    return found[:AT_ONCE], len(found) > AT_ONCE


def hand_over(session: Session, handover: Handover, *, config: Config, actor: Actor, now: datetime) -> Outcome:
    """Hand it over, as many items as go at once. What the new owner may not see stays. Raises `Refused`."""
    require(config, actor, "remediate")
    items, has_more = to_hand_over(session, handover, reader=actor.user_id)
    given: list[ActionItem] = []
    kept: list[tuple[ActionItem, str]] = []
    for each in items:  # in the order of their SEVs, which everybody locks in
        membership.lock(session, each.incident_id)
        session.refresh(each)
        if not each.is_open or owner_of(each) != handover.former:
            continue
        try:
            alike = (other for other in given if other.incident.is_private == each.incident.is_private)
            service.give(
                session, each, handover.new, together_with=next(alike, None), config=config, actor=actor, now=now
            )
            given.append(each)
        except Refused as refusal:
            kept.append((each, refusal.sentence))
    return Outcome(given, kept, has_more)
