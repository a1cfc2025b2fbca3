"""How people are told what others gave them to do."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.directory.channels import channel_id
from bot.incidents import membership
from bot.incidents.model import TimelineEntry
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Kinds, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.remediation import giving, giving_views
from bot.remediation.drafts import Owner
from bot.remediation.giving import Recipient
from bot.remediation.model import ActionItem
from bot.remediation.surfaces import TELL_GIVEN
from bot.slack import posts
from bot.slack.client import Slack


class GivingDeliveries:
    """The kind of this part of the room."""

    def __init__(self, slack: Slack, settings: Settings) -> None:
        self._slack = slack
        self._settings = settings

    def register(self, kinds: Kinds) -> None:
        """Add it to the table."""
        kinds.add(
            posts.kind(
                self._slack, TELL_GIVEN, "Tell somebody what they were given", self._load,
                record=_record, on_trouble=show_trouble(self._settings), overwrites=True,
            )
        )  # fmt: skip

    def _load(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        asked, config = message.arguments, self._settings.current
        entry = session.get_one(TimelineEntry, asked["giving"])
        item = session.get_one(ActionItem, asked["item"])
        given = giving.given_by(session, entry.id)
        owner = Owner(user=asked["user"], team=asked["team"])
        is_private = all(each.incident.is_private for each in given or (item,))
        to = giving.recipient_of(session, config, owner, is_private=is_private)
        if to is None:
            return Skip("there is nobody to tell")
        if to.user == entry.actor:
            return Skip("they did it themselves")
        was_said = message.unsure or session.get(posts.Post, message.key) is not None
        told = [each for each in given if giving.may_be_told(session, each, to)]
        if len(told) == 1 or not was_said:
            told = [each for each in told if each.is_open]
        if told:
            text, blocks = giving_views.given(entry, told, to)
        elif not was_said:
            return Skip("there is nothing of it for them to do")
        else:
            may_see = giving.may_be_told(session, item, to)
            text, blocks = giving_views.over(item, config, may_see=may_see)
        return posts.draft_for(session, message, text=text, blocks=blocks, **self._where(session, message, to))

    def _where(self, session: Session, message: OutboxMessage, to: Recipient) -> dict[str, Any]:
        """Where to say it; what was said stays where it is, also when a team has another channel now."""
        if session.get(posts.Post, message.key) is not None:
            return {}
        if to.user:
            return {"channel_id": "", "users": (to.user,)}
        return {"channel_id": channel_id(session, to.team.channel if to.team and to.team.channel else ""), "join": True}


def _record(session: Session, message: OutboxMessage, result: Result, _now: datetime) -> None:
    membership.lock(session, message.subject_id)
    posts.remember(session, message, result)
