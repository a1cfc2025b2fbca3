"""The verbs about an item's issue: wish for one, link one that is there, part from it; and what follows from changes.

Each takes an item whose SEV's row is locked. Nothing here speaks to the tracker: that is asked for.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config
from bot.directory.people import BOT, Actor, Standing
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership
from bot.incidents.model import TimelineEntry
from bot.incidents.noting import note
from bot.incidents.surfaces import show_card
from bot.remediation import surfaces, tracking_surfaces
from bot.remediation.model import ActionItem, ItemState
from bot.remediation.trackers import name_of
from bot.remediation.tracking_model import TrackerLink
from bot.remediation.tracking_sides import KEY, comment_of, fields_of, may_be_tracked, ours_of, team_of
from bot.slack.commands import NAME
from bot.slack.text import one_line

TRACKED = "item_tracked"
"""The kind of the timeline's entries about issues; their `what` says which."""
PEOPLE = frozenset("UW")
"""What the ids of people begin with, as opposed to what else does things."""


def tracker_actor(config: Config) -> Actor:
    """Whoever works in the tracker, as the audit names them."""
    return Actor(user_id=config.tracker.service or "tracker", standing=Standing.MEMBER, door="tracker")


def ask_for_issue(session: Session, item: ActionItem, *, config: Config, actor: Actor, now: datetime) -> None:
    """Wish for an issue. It is made as soon as the tracker can be reached. Raises `Refused`."""
    require(config, actor, "remediate")
    _require_allowed(item, config)
    link = session.get(TrackerLink, item.id)
    if link is not None and link.key:
        raise Refused(f"{item.name} is {link.key} in {name_of(config)} already.")
    if link is not None:
        raise Refused(f"An issue for {item.name} is being made already.")
    if item.tracker_url:
        raise Refused(f"{item.name} names an issue elsewhere already. Take that out of it first: press *Edit…*.")
    if not item.is_open:
        raise Refused(f"{item.name} is closed. Link an issue that is there: `{NAME} action link {item.name} PAY-7`.")
    if config.tracker.project_of(team_of(item, config)) is None:
        raise Refused(
            f"The team of {item.name} has no project in {name_of(config)}. Name one in Sevbot's configuration (`tracker.projects`),"
            f" or link an issue that is there: `{NAME} action link {item.name} PAY-7`."
        )
    session.add(_link(item, config, actor, now))
    _record(session, item, "asked", actor, now)
    tracking_surfaces.make(session, item)


def link_issue(session: Session, item: ActionItem, text: str, *, config: Config, actor: Actor, now: datetime) -> str:
    """Say which issue is the item's, by its key or address. Returns the key. Raises `Refused`."""
    require(config, actor, "remediate")
    _require_allowed(item, config)
    found = KEY.search(one_line(text).strip("<>"))
    if found is None:
        raise Refused(f"Name the issue by its key: `{NAME} action link {item.name} PAY-7`.")
    key, link = found[1].upper(), session.get(TrackerLink, item.id)
    if link is not None and link.key == key and link.lost_at is None:
        raise Refused(f"{item.name} is {key} in {name_of(config)} already.")
    if link is not None and link.key is None and link.tried_at is not None:
        raise Refused(f"An issue for {item.name} is being made just now. Look again in a minute.")
    if link is not None:
        session.delete(link)
        session.flush()
    item.tracker_url = ""
    session.add(_link(item, config, actor, now, key=key))
    tell_timeline(session, item, "linked", config=config, actor=actor, now=now, key=key)
    tracking_surfaces.bring_together(session, item)
    return key


def unlink_issue(session: Session, item: ActionItem, *, config: Config, actor: Actor, now: datetime) -> None:
    """Part the item from its issue, which stays as it is. Raises `Refused`."""
    require(config, actor, "remediate")
    link = session.get(TrackerLink, item.id)
    if link is None:
        raise Refused(f"{item.name} has no issue in {name_of(config)}.")
    key = link.key
    session.delete(link)
    item.tracker_url = ""
    if key is None:  # it was only wished for
        _record(session, item, "given_up", actor, now)
    else:
        tell_timeline(session, item, "unlinked", config=config, actor=actor, now=now, key=key)
    surfaces.show(session, item, config)


def follow_item(session: Session, item: ActionItem, *, config: Config) -> None:
    """Something of an item changed: its issue is made the same."""
    link = session.get(TrackerLink, item.id)
    if link is None or not may_be_tracked(config, item.incident):
        return
    if link.key is None:
        tracking_surfaces.make(session, item)
    elif _differs(item, link, config):
        tracking_surfaces.bring_together(session, item)


def follow_address(session: Session, item: ActionItem, address: str, *, config: Config, now: datetime) -> None:
    """Somebody wrote into the item where it is in the tracker: an issue of ours is linked, anything else parts them.

    `address` is the tracker's own.
    """
    link, found = session.get(TrackerLink, item.id), KEY.search(item.tracker_url)
    is_ours = found is not None and item.tracker_url.startswith(f"{address}/") and may_be_tracked(config, item.incident)
    if link is not None and item.tracker_url != link.url:
        session.delete(link)
        session.flush()
        link = None
    if link is None and is_ours and found is not None:
        session.add(_link(item, config, BOT, now, key=found[1].upper()))
        tracking_surfaces.bring_together(session, item)


def follow_new(session: Session, item: ActionItem, *, config: Config, now: datetime) -> None:
    """An item was made: it gets an issue, where the configuration says so and there is a project for it."""
    is_wanted = config.tracker.automatic and may_be_tracked(config, item.incident) and item.is_open
    is_wanted = is_wanted and not item.incident.is_drill
    if is_wanted and config.tracker.project_of(team_of(item, config)):
        session.add(_link(item, config, BOT, now))
        tracking_surfaces.make(session, item)


def follow_end(session: Session, item: ActionItem, *, config: Config) -> None:
    """An item was closed: what was said of that in Slack is said below its issue too."""
    link = session.get(TrackerLink, item.id)
    if link is None or not may_be_tracked(config, item.incident):
        return
    if (item.closed_by or "")[:1] in PEOPLE and comment_of(item):
        tracking_surfaces.comment(session, item, is_made=link.key is not None)
    follow_item(session, item, config=config)


def tell_timeline(
    session: Session,
    item: ActionItem,
    what: str,
    *,
    config: Config,
    actor: Actor,
    now: datetime,
    key: str,
    **facts: Any,
) -> TimelineEntry:
    """Write down something about an item's issue in the SEV's timeline, and show the item as it is now."""
    entry = note(
        session, item.incident, TRACKED, actor=actor, now=now, item=item.name, title=item.title, what=what, key=key,
        tracker=name_of(config), **facts,
    )  # fmt: skip
    _record(session, item, what, actor, now, key=key, **facts)
    show_card(session, item.incident)
    return entry


def tell_owner(session: Session, item: ActionItem, entry: TimelineEntry) -> None:
    """Tell who owes the item, or else who made it, what was written down."""
    user_id = item.owner_user or item.created_by
    if user_id[:1] in PEOPLE and membership.is_visible_to(session, item.incident, user_id):
        tracking_surfaces.tell(session, item, entry, user_id)


def _differs(item: ActionItem, link: TrackerLink, config: Config) -> bool:
    """Whether the item is not as it was when it was last settled."""
    ours, settled = ours_of(item, config.tracker), link.settled_fields()
    return any(each not in settled or settled[each].ours != ours[each] for each in fields_of(config, item.incident))


def _link(item: ActionItem, config: Config, actor: Actor, now: datetime, *, key: str | None = None) -> TrackerLink:
    """An item's link: to an issue that is there, or to one that is to be made."""
    return TrackerLink(
        item_id=item.id, item=item, tracker=config.tracker.service or "", mark=f"sevbot-{uuid4().hex}",
        asked_by=actor.user_id, asked_at=now, settled={}, read_at=now, key=key, url=item.tracker_url if key else "",
        is_adopted=key is not None,
    )  # fmt: skip


def _require_allowed(item: ActionItem, config: Config) -> None:
    if config.tracker.service is None:
        raise Refused("Sevbot's configuration names no tracker (`tracker`).")
    if not may_be_tracked(config, item.incident):
        raise Refused(f"{item.incident.name} is private, and its action items are not kept in {name_of(config)}.")
    if item.state == ItemState.WITHDRAWN:
        raise Refused(f"{item.name} was taken back. `{NAME} action reopen {item.name} REASON` opens it again.")


def _record(session: Session, item: ActionItem, what: str, actor: Actor, now: datetime, **facts: str) -> None:
    audit.record(
        session,
        actor=actor.user_id,
        action=f"item.tracker_{what}",
        subject=item.subject,
        source=actor.door,
        now=now,
        **facts,
    )
