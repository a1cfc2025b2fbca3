"""What Jira sends by itself: believed only when signed, and only for which issue it is about."""

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import inbound
from bot.clock import Clock
from bot.db import UNAVAILABLE, CommitUnknown, Database, log_failure
from bot.environment import TrackerAccess
from bot.remediation import tracking_surfaces
from bot.remediation.tracking_model import TrackerLink, UnknownDelivery

log = logging.getLogger(__name__)

SOURCE = "jira"
MOST_NAMES = 30
NAME_LIMIT = 60
LONGEST = 1_000_000
"""Bytes that a delivery may have."""


class TrackerHooks:
    """Takes the tracker's deliveries."""

    def __init__(self, access: TrackerAccess, database: Database, clock: Clock) -> None:
        self._secret = access.jira_webhook_secret
        self._database = database
        self._clock = clock

    def take(self, headers: Mapping[str, str], body: bytes) -> HTTPStatus:
        """Take one delivery, and answer once what follows from it is kept: then Jira need not repeat it.

        `headers` are named in lower case.
        """
        if not self._secret:
            return HTTPStatus.NOT_FOUND
        if len(body) > LONGEST:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if not is_signed(self._secret, headers, body):
            log.warning("tracker.hook_refused")
            return HTTPStatus.UNAUTHORIZED
        key = headers.get("x-atlassian-webhook-identifier") or hashlib.sha256(body).hexdigest()
        content, now = _content(body), self._clock.now()
        try:
            self._database.run(lambda session: _hear(session, key, content, now))
        except (*UNAVAILABLE, CommitUnknown) as error:
            log_failure(log, "tracker.hook_not_kept", error)
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether it comes from who knows the secret: by the signature of its very bytes, or by the secret as a bearer token."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    signature = headers.get("x-hub-signature", "")
    if signature:
        return hmac.compare_digest(signature.encode(), f"sha256={expected}".encode())
    return hmac.compare_digest(headers.get("authorization", "").encode(), f"Bearer {secret}".encode())


def _content(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _hear(session: Session, key: str, content: Any, now: datetime) -> None:
    """Read the issue anew that it is about. What comes twice, late or in another order does no harm: it is only a hint."""
    names = _issue_of(content)
    if not names:
        session.add(UnknownDelivery(source=SOURCE, outline=_outline(content), at=now))
        return
    links = session.scalars(
        select(TrackerLink).where(or_(TrackerLink.issue_id.in_(names), TrackerLink.key.in_(names)))
    ).all()
    if links and inbound.is_new(session, SOURCE, key, now=now):
        for link in links:
            tracking_surfaces.bring_together(session, link.item)


def _issue_of(content: Any) -> list[str]:
    """The id and the key of the issue it is about; none where it can't be understood."""
    issue = content.get("issue") if isinstance(content, dict) else None
    found = [issue.get("id"), issue.get("key")] if isinstance(issue, dict) else []
    return [str(each)[:NAME_LIMIT] for each in found if isinstance(each, (str, int)) and each]


def _outline(content: Any) -> dict[str, Any]:
    """What it looked like: the names of its fields, and nothing of what they held."""
    if not isinstance(content, dict):
        return {"shape": type(content).__name__}
    event = content.get("webhookEvent")
    named = {"event": event[:NAME_LIMIT]} if isinstance(event, str) else {}
    return {**named, "fields": sorted(str(name)[:NAME_LIMIT] for name in list(content)[:MOST_NAMES])}
