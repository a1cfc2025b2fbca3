"""How digests get to Slack: the picture is drawn and uploaded first, shown nowhere; then the digest is posted with it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.digest import drawing, service, troubles, views
from bot.digest.composing import compose
from bot.digest.content import Content
from bot.digest.model import DigestIssue, DigestSubscription
from bot.digest.plot import Plot
from bot.digest.reading import issue_of
from bot.digest.reminded import reminded_there
from bot.digest.stats_delivery import StatsDelivery
from bot.directory.channels import channel_id
from bot.errors import CallFailed, Permanent, Temporary
from bot.nudges.subjects import AllSubjects
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import files, posts
from bot.slack.client import Slack
from bot.slack.templates import Texts

log = logging.getLogger(__name__)

TRIES = 3
"""How often a picture is tried before the digest goes without it."""
NOT_PROCESSED_YET = timedelta(seconds=30)
"""How long Slack may take until it shows a picture that was uploaded: then the digest goes without it."""


@dataclass(frozen=True)
class Posting:
    """A digest to be posted."""

    draft: posts.Draft
    without_picture: Sequence[dict[str, Any]]
    """Its blocks where Slack does not take the picture."""
    until: datetime
    is_new_picture: bool


class DigestDeliveries:
    """The kinds of this room."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, subjects: AllSubjects, texts: Texts) -> None:
        self._texts = texts
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._subjects = subjects

    def register(self, kinds: Kinds) -> None:
        """Add every kind to the table."""
        kinds.add(
            StatsDelivery(self._slack, self._clock, self._settings).kind(),
            Kind(
                name=service.PICTURE, nature=Nature.IDEMPOTENT, label="Draw a digest's picture",
                load=self._load_picture, send=self._send_picture, record=_keep_picture,
            ),
            Kind(
                name=service.POST, nature=Nature.FINDABLE, label="Post a digest", load=self._load, send=self._send,
                record=_record, on_trouble=troubles.on_trouble,
                remove_copies=lambda posting, attempt: posts.remove_copies(self._slack, posting.draft, attempt),
            ),
            troubles.kind(self._slack),
        )  # fmt: skip

    @property
    def _config(self) -> Config:
        return self._settings.current

    def _load_picture(self, session: Session, message: OutboxMessage) -> Plot | Skip:
        issue, subscription = issue_of(session, message)
        composed = compose(session, self._config, subscription, issue, now=self._clock.now())
        obstacle = _obstacle(subscription, issue, composed.content)
        if obstacle or composed.plot is None:
            return Skip(obstacle or "it has no picture any more")
        return composed.plot

    def _send_picture(self, drawn: Plot, attempt: Attempt) -> Result:
        """Draw and upload it. The digest waits for that: so it is given up soon, and never held against it."""
        tries = attempt.message.attempts
        picture = drawing.draw(drawn) if tries <= TRIES else None
        if picture is None:
            return {}
        try:
            return {"file": files.upload(self._slack, "digest.png", picture, attempt, alt_text=drawn.alt_text)}
        except CallFailed as error:
            if not isinstance(error, Permanent) and tries < TRIES:
                raise
            log.error("digest.picture_not_uploaded", extra={"error": str(error)})  # noqa: TRY400 - the code says it all
            return {}

    def _load(self, session: Session, message: OutboxMessage) -> Posting | Skip:
        issue, subscription = issue_of(session, message)
        composed = compose(session, self._config, subscription, issue, now=self._clock.now())
        obstacle = _obstacle(subscription, issue, composed.content)
        if obstacle and issue.posted_at is None:
            return Skip(obstacle)
        content = self._without_reminded(session, subscription, composed.content)
        blocks = views.digest(self._config, content, composed.framing, self._texts)
        draft = posts.draft_for(
            session, message, channel_id=channel_id(session, subscription.place),
            text=views.text(composed.content, composed.framing), blocks=blocks, join=True,
        )  # fmt: skip
        bare = [block for block in blocks if block["type"] != "image"]
        is_new = self._clock.machine() - message.queued_at < NOT_PROCESSED_YET
        return Posting(draft, bare, composed.content.now, is_new)

    def _without_reminded(self, session: Session, subscription: DigestSubscription, content: Content) -> Content:
        """What is to be posted, less those overdue items that today's reminder names in the same channel."""
        found = reminded_there(
            session, self._config, subscription, content.overdue, subjects=self._subjects, now=content.now
        )
        left = tuple(item for item in content.overdue if item.subject not in found)
        return replace(content, overdue=left, number_reminded=len(found))

    def _send(self, posting: Posting, attempt: Attempt) -> Result:
        try:
            result = posts.put(self._slack, posting.draft, attempt)
        except Permanent as error:
            if error.code != "invalid_blocks" or len(posting.without_picture) == len(posting.draft.blocks):
                raise
            if posting.is_new_picture:
                raise Temporary("picture_not_processed_yet") from None
            log.error("digest.picture_refused", extra={"error": str(error)})  # noqa: TRY400 - the code says it all
            bare = posts.Draft(**{**vars(posting.draft), "blocks": list(posting.without_picture)})
            result = posts.put(self._slack, bare, attempt)
        return result | {"until": posting.until.isoformat()}


def _obstacle(subscription: DigestSubscription, issue: DigestIssue, content: Content) -> str | None:
    """Why a digest that was asked for is not posted after all."""
    if subscription.next_due_at is None:
        return "the digest was stopped"
    if content.now - issue.due_at > subscription.grace:
        return "it could not be posted in time, and the next one tells more"
    if subscription.skip_when_empty and content.is_empty:
        return "there is nothing to tell"
    return None


def _keep_picture(session: Session, message: OutboxMessage, result: Result, _now: datetime) -> None:
    session.get_one(DigestIssue, message.subject_id).file_id = result.get("file")


def _record(session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
    issue, subscription = issue_of(session, message)
    issue.posted_at, issue.covers_until = now, datetime.fromisoformat(result["until"])
    subscription.trouble = ""
    posts.remember(session, message, result)
