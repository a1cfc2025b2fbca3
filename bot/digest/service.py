"""The verbs on digests: a channel subscribes, changes or stops; and what is due is asked for, once, whoever else looks."""

from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config
from bot.config.digests import GRACE, Digest
from bot.db import affected, dialect_of, insert_for
from bot.digest.model import CONFIGURED, DigestIssue, DigestSubscription
from bot.digest.occurrences import Timing
from bot.digest.reading import of_channel
from bot.directory.calendars import calendar_of
from bot.directory.channels import learn_place
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode

POST = "digest.post"
PICTURE = "digest.picture"
MOST_IN_A_CHANNEL = 5
NO_MORE = "This channel is sent no such digest any more. `/sev digest` shows what it is sent."
MOST_LEFT_OUT = timedelta(days=31)
"""Of a longer absence, only the digests of the last days are recorded as left out."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants a channel to be sent, and when."""

    rhythm: str
    at: time
    days: tuple[str, ...]
    time_zone: str
    teams: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    what: tuple[str, ...]
    picture: str
    skip_when_empty: bool = False


def timing(config: Config, subscription: DigestSubscription) -> Timing:
    """When a subscription is due. A weekly one keeps the holidays of the first team it is about, or the company's."""
    team = subscription.teams[0] if subscription.teams else None
    calendar = calendar_of(config, team) if subscription.is_weekly else None
    return Timing(subscription.at, tuple(subscription.days), subscription.time_zone, calendar)


def subscribe(
    session: Session, channel_id: str, wish: Wish, *, config: Config, actor: Actor, now: datetime
) -> DigestSubscription:
    """Let a channel be sent a digest from now on. Raises `Refused`."""
    require(config, actor, "digest")
    _check(config, wish)
    if len(of_channel(session, channel_id)) >= MOST_IN_A_CHANNEL:
        raise Refused(f"This channel is sent {MOST_IN_A_CHANNEL} digests already. Change or stop one of them.")
    subscription = DigestSubscription(
        key=f"slack:{uuid4().hex}", place=channel_id, grace_seconds=int(GRACE.total_seconds()), tell=actor.user_id,
        **_columns(wish),
    )  # fmt: skip
    subscription.next_due_at = timing(config, subscription).after(now).due_at
    session.add(subscription)
    session.flush()
    learn_place(session, channel_id)
    _note(session, subscription, "digest.subscribed", actor, now, **_told(wish))
    return subscription


def change(
    session: Session, subscription: DigestSubscription, wish: Wish, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Let a channel be sent it otherwise. Raises `Refused`."""
    require(config, actor, "digest")
    _require_own(subscription)
    _check(config, wish)
    for name, value in _columns(wish).items():
        setattr(subscription, name, value)
    subscription.next_due_at = timing(config, subscription).after(now).due_at
    subscription.tell = actor.user_id
    _note(session, subscription, "digest.changed", actor, now, **_told(wish))


def stop(session: Session, subscription: DigestSubscription, *, config: Config, actor: Actor, now: datetime) -> None:
    """Send the channel no more of it. Raises `Refused`."""
    require(config, actor, "digest")
    _require_own(subscription)
    subscription.next_due_at = None
    _note(session, subscription, "digest.stopped", actor, now)


def locked(session: Session, subscription_id: int, *, channel_id: str | None) -> DigestSubscription:
    """A channel's subscription, to change it. Raises `Refused` where it is there no more, or is another channel's."""
    query = select(DigestSubscription).where(DigestSubscription.id == subscription_id)
    found = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None or found.next_due_at is None or (channel_id and not _is_of(found, channel_id)):
        raise Refused(NO_MORE)
    return found


def _is_of(subscription: DigestSubscription, channel_id: str) -> bool:
    return subscription.is_configured or subscription.place == channel_id


def _require_own(subscription: DigestSubscription) -> None:
    if subscription.is_configured:
        key = subscription.key.removeprefix(CONFIGURED)
        raise Refused(
            f"This digest stands in Sevbot's configuration (digests: {key}), so it is changed and stopped there."
        )


def _check(config: Config, wish: Wish) -> None:
    if not wish.days:
        raise Refused("Choose a day at least.", field="days")
    if wish.rhythm == "weekly" and len(wish.days) > 1:
        raise Refused("A weekly digest has one day. Choose one, or make it a daily one.", field="days")
    if not wish.what:
        raise Refused("Choose what it shall tell.", field="what")
    gone = [key for key in wish.teams if config.team(key) is None]
    if gone:
        raise Refused(f"There is no team {gone[0]} any more. Choose others.", field="teams")
    gone = [key for key in wish.workflows if config.workflow(key) is None]
    if gone:
        raise Refused(f"There is no workflow {gone[0]} any more. Choose others.", field="workflows")


def _columns(wish: Wish) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(wish).items()}


def _told(wish: Wish) -> dict[str, Any]:
    """A wish as the audit keeps it."""
    return {**_columns(wish), "at": wish.at.isoformat("minutes")}


def _note(
    session: Session, subscription: DigestSubscription, action: str, actor: Actor, now: datetime, **data: Any
) -> None:
    audit.record(
        session, actor=actor.user_id, action=action, subject=subscription.subject, source=actor.door, now=now,
        place=subscription.place, **data,
    )  # fmt: skip


def follow_configuration(session: Session, config: Config, *, now: datetime) -> None:
    """Let the subscriptions of the configuration be what they are there: new ones begin, and those taken out stop."""
    dialect = dialect_of(session)
    for digest in config.digests:
        wanted = {"key": f"{CONFIGURED}{digest.key}", "trouble": "", **_configured(digest, config)}
        insert = insert_for(dialect, DigestSubscription).values(wanted)  # another replica may begin at the same time
        session.execute(insert.on_conflict_do_nothing(index_elements=["key"]))
    query = select(DigestSubscription).where(DigestSubscription.key.startswith(CONFIGURED, autoescape=True))
    rows = session.scalars(query.order_by(DigestSubscription.id).with_for_update())
    digests = {f"{CONFIGURED}{digest.key}": digest for digest in config.digests}
    for row in rows:
        if row.key in digests:
            _follow(row, _configured(digests[row.key], config), config, now=now)
        else:
            row.next_due_at = None


def _configured(digest: Digest, config: Config) -> dict[str, Any]:
    """A digest of the configuration, as the columns of its subscription."""
    return {
        "place": digest.channel, "rhythm": digest.rhythm, "at": digest.at, "days": list(digest.weekdays),
        "time_zone": digest.time_zone or config.nudges.time_zone, "teams": list(digest.teams),
        "workflows": list(digest.workflows), "what": list(digest.what), "picture": digest.picture,
        "skip_when_empty": digest.skip_when_empty, "counts_private": digest.counts_private,
        "grace_seconds": int(digest.grace.total_seconds()), "tell": digest.tell,
    }  # fmt: skip


def _follow(row: DigestSubscription, wanted: dict[str, Any], config: Config, *, now: datetime) -> None:
    """What is due already stays due, as long as the time is the same. What is to come follows the calendar too."""
    is_same_time = all(getattr(row, name) == wanted[name] for name in ("at", "days", "time_zone"))
    for name, value in wanted.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    if row.next_due_at is None or row.next_due_at > now or not is_same_time:
        next_due_at = timing(config, row).after(now).due_at
        if row.next_due_at != next_due_at:
            row.next_due_at = next_due_at


def due(session: Session, *, now: datetime, limit: int) -> list[tuple[int, datetime]]:
    """The subscriptions that are due, with the moment they were due at."""
    query = select(DigestSubscription.id, DigestSubscription.next_due_at).where(DigestSubscription.next_due_at <= now)
    rows = session.execute(query.order_by(DigestSubscription.next_due_at).limit(limit))
    return [(row.id, row.next_due_at) for row in rows if row.next_due_at is not None]


def issue(session: Session, subscription_id: int, due_at: datetime, *, config: Config, now: datetime) -> None:
    """Ask for the digest that is due, unless somebody else did; what was missed for too long is recorded as left out."""
    found = session.get_one(DigestSubscription, subscription_id)
    claimed = update(DigestSubscription).where(
        DigestSubscription.id == subscription_id, DigestSubscription.next_due_at == due_at
    )
    if affected(session, claimed.values(next_due_at=timing(config, found).after(now).due_at)) != 1:
        return
    for each in timing(config, found).through(max(due_at, now - MOST_LEFT_OUT), now):
        if now - each.due_at <= found.grace:
            made = _made(session, found, DigestIssue(day=each.day, due_at=each.due_at))
            if made:
                _ask(session, found, made)
        else:
            _made(session, found, DigestIssue(day=each.day, due_at=each.due_at, left_out="the bot came too late"))


def _made(session: Session, subscription: DigestSubscription, issue: DigestIssue) -> DigestIssue | None:
    """The issue, kept; None where there is one of that day already, as where the time of day was changed since."""
    query = select(DigestIssue.id).where(DigestIssue.subscription_id == subscription.id, DigestIssue.day == issue.day)
    if session.scalar(query) is not None:
        return None
    issue.subscription_id = subscription.id
    session.add(issue)
    session.flush()  # its deliveries speak of it by id
    return issue


def _ask(session: Session, subscription: DigestSubscription, issue: DigestIssue) -> None:
    """Ask for its picture, and for itself once that was tried."""
    has_picture = subscription.picture != "none"
    rule = f"digest.{subscription.rhythm}"
    if has_picture:
        enqueue(
            session,
            Request(
                kind=PICTURE, subject=issue.subject, key=issue.picture_key, mode=Mode.ONCE, rule=rule,
                audience=subscription.place,
            ),
        )  # fmt: skip
    enqueue(
        session,
        Request(
            kind=POST, subject=issue.subject, key=issue.key, mode=Mode.ONCE, rule=rule, audience=subscription.place,
            after=issue.picture_key if has_picture else None, after_any_end=True,
        ),
    )  # fmt: skip
