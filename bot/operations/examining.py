"""How the doctor looks: at the database, at Slack, and at what the running bot counts of itself."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot import schema
from bot.config import Config
from bot.db import Database
from bot.directory.channels import KnownChannel, all_places
from bot.errors import CallFailed, Permanent
from bot.operations import findings
from bot.operations.findings import Failed, Finding, Level
from bot.outbox import claims
from bot.outbox.kinds import Kinds
from bot.outbox.model import OutboxMessage, State
from bot.slack.client import Slack
from bot.slack.manifest import SCOPES

REVISION = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True)
class Places:
    """The configuration's channels, and their ids as far as they are known."""

    known: Mapping[str, str]
    unknown: tuple[str, ...]


def database(session: Session, database: Database, kinds: Kinds, *, now: datetime) -> list[Finding]:
    """How the database and the queue fare. `now` is machine time."""
    found = [findings.schema(session.scalar(REVISION), schema.known_revisions())]
    found += findings.queue(claims.queue_state(session, now=now), _failed(session, kinds))
    if database.file is not None:
        found.append(findings.disk(shutil.disk_usage(database.file.absolute().parent).free))
    return found


def _failed(session: Session, kinds: Kinds) -> list[Failed]:
    """What failed for good, the most frequent first."""
    count = func.count()
    rows = session.execute(
        select(OutboxMessage.kind, OutboxMessage.last_error, count)
        .where(OutboxMessage.state == State.DEAD)
        .group_by(OutboxMessage.kind, OutboxMessage.last_error)
        .order_by(count.desc(), OutboxMessage.kind)
        .limit(findings.SHOWN + 1)
    )
    names = set(kinds.names())
    return [
        Failed(kinds[kind].label if kind in names else kind, error or "nobody knows why", number)
        for kind, error, number in rows
    ]


def places(session: Session, config: Config) -> Places:
    """Where the configuration lets the bot speak."""
    named = sorted(all_places(config))
    known = {
        each.place: each.channel_id
        for each in session.scalars(select(KnownChannel).where(KnownChannel.place.in_(named)))
    }
    return Places(known, tuple(each for each in named if each not in known))


def slack(slack: Slack, at: Places, *, now: datetime) -> list[Finding]:
    """Whether Slack lets the bot do its work. `now` is machine time. It raises nothing that a call may fail with."""
    headers: dict[str, str] = {}
    try:
        identity = slack.call("auth.test", headers=headers.update)
    except Permanent as failure:
        todo = "Give SLACK_BOT_TOKEN as api.slack.com/apps shows it under OAuth & Permissions."
        return [Finding(Level.FAULT, f"Slack does not take the bot token: {failure}.", todo)]
    except CallFailed as failure:
        return [Finding(Level.FAULT, f"Slack does not answer: {failure}.", "See status.slack.com, and the network.")]
    found = [findings.ok(f"The bot token is good: {identity.get('user')} in {identity.get('team')}.")]
    if "x-oauth-scopes" in headers:
        granted = {each.strip() for each in headers["x-oauth-scopes"].split(",") if each.strip()}
        found += findings.scopes(granted, SCOPES)
    if "date" in headers:
        found.append(findings.clock(now, parsedate_to_datetime(headers["date"])))
    return found + _channels(slack, at)


def _channels(slack: Slack, at: Places) -> list[Finding]:
    found = [
        Finding(Level.WARN, f"Nobody knows yet which channel {place} is.", "The bot learns it when it runs; else see whether it exists.")
        for place in at.unknown
    ]  # fmt: skip
    for place, channel_id in at.known.items():
        try:
            info = slack.call("conversations.info", channel=channel_id)["channel"]
        except CallFailed as failure:
            todo = f"Invite the bot to {place} if it is private, or name another in the configuration."
            found.append(Finding(Level.FAULT, f"Slack does not show {place}: {failure}.", todo))
            continue
        wrong = findings.channel(
            place, is_member=bool(info.get("is_member")), is_archived=bool(info.get("is_archived"))
        )
        found += [wrong] if wrong else []
    return found or [findings.ok(f"The bot is in all {len(at.known)} channels that the configuration names.")]


def app_token(slack: Slack) -> Finding:
    """Whether Socket Mode can connect; `slack` calls with the app-level token."""
    try:
        slack.call("apps.connections.open", app_token=slack.token)
    except CallFailed as failure:
        todo = "Give SLACK_APP_TOKEN as api.slack.com/apps shows it under Basic Information, with connections:write."
        return Finding(Level.FAULT, f"Slack does not take the app-level token: {failure}.", todo)
    return findings.ok("The app-level token is good.")
