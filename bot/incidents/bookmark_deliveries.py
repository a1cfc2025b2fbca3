"""Keeping the bookmarks at the top of a SEV's channel as they should be: added once, replaced where they stand."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.errors import Permanent
from bot.incidents import membership, surfaces
from bot.incidents.bookmarks import BRIDGE, Bookmark, wanted_bookmarks
from bot.incidents.model import PlacedBookmark
from bot.incidents.reading import incident_of
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack.client import Calls, Slack


@dataclass(frozen=True)
class Slot:
    """What is to stand in one place, and the id of what stands there now. Without a bookmark it is taken away."""

    channel_id: str
    bookmark: Bookmark | None
    placed: str | None


class BookmarkDeliveries:
    """The kind that keeps a bookmark."""

    def __init__(self, slack: Slack, settings: Settings, kinds: Kinds) -> None:
        self._slack = slack
        self._settings = settings
        self._kinds = kinds

    def register(self) -> None:
        """Add the kind to the table."""
        self._kinds.add(
            Kind(
                name=surfaces.BOOKMARK,
                nature=Nature.FINDABLE,
                label="Add a bookmark",
                load=self._load,
                send=self._put,
                record=self._record,
                on_trouble=show_trouble(self._settings),
                remove_copies=self._remove_copies,
                overwrites=True,
            )
        )

    def _load(self, session: Session, message: OutboxMessage) -> Slot | Skip:
        incident, slot = incident_of(session, message), message.arguments["slot"]
        channel = incident.working_channel
        if channel is None:
            return Skip("the SEV has no channel at the moment")
        wanted = wanted_bookmarks(session, incident, self._settings.current)
        bookmark = next((each for each in wanted if each.slot == slot), None)
        known = session.get(PlacedBookmark, (incident.id, slot))
        placed = known.bookmark_id if known and known.channel_id == channel else None
        if bookmark is None and placed is None:
            return Skip("it is not wanted any more")
        return Slot(channel, bookmark, placed)

    def _put(self, slot: Slot, attempt: Attempt) -> Result:
        calls = self._slack.during(attempt)
        if slot.bookmark is None:
            return self._remove(slot, calls)
        if slot.placed and self._edit(calls, slot, slot.bookmark, slot.placed):
            return {"channel": slot.channel_id, "bookmark": slot.placed}
        may_be_there = attempt.look_first or attempt.message.version > 1  # asked for again
        found = self._like(slot, slot.bookmark, calls) if may_be_there else []
        if found and self._edit(calls, slot, slot.bookmark, found[0]):
            return {"channel": slot.channel_id, "bookmark": found[0]}
        answer = calls.call("bookmarks.add", channel_id=slot.channel_id, type="link", **_content(slot.bookmark))
        return {"channel": slot.channel_id, "bookmark": answer["bookmark"]["id"]}

    def _edit(self, calls: Calls, slot: Slot, bookmark: Bookmark, bookmark_id: str) -> bool:
        """Whether it is there, and now shows what it should."""
        try:
            calls.call(
                "bookmarks.edit", channel_id=slot.channel_id, bookmark_id=bookmark_id, **_content(bookmark)
            )  # fmt: skip
        except Permanent as error:
            if error.code != "not_found":
                raise
            return False
        return True

    def _remove(self, slot: Slot, calls: Calls) -> Result:
        try:
            calls.call("bookmarks.remove", channel_id=slot.channel_id, bookmark_id=slot.placed)
        except Permanent as error:
            if error.code != "not_found":  # somebody was faster
                raise
        return {"bookmark": None}

    def _remove_copies(self, slot: Slot, attempt: Attempt) -> None:
        if slot.bookmark is None or slot.placed is None:
            return
        calls = self._slack.during(attempt)
        for copy in self._like(slot, slot.bookmark, calls):
            if copy != slot.placed:
                calls.call("bookmarks.remove", channel_id=slot.channel_id, bookmark_id=copy)

    def _like(self, slot: Slot, bookmark: Bookmark, calls: Calls) -> list[str]:
        """Those that a try whose answer was lost may have left. The bridge of before has the bot's own mark and name."""
        present = calls.call("bookmarks.list", channel_id=slot.channel_id).get("bookmarks") or []
        us = self._slack.identity().user_id
        named = [each for each in present if each.get("title") == bookmark.title]
        return [
            each["id"]
            for each in named
            if each.get("link") == bookmark.link
            or (bookmark.slot == BRIDGE and each.get("last_updated_by_user_id") == us)
        ]

    def _record(self, session: Session, message: OutboxMessage, result: Result, _now: datetime) -> None:
        incident = membership.lock(session, message.subject_id)
        slot = message.arguments["slot"]
        if result["bookmark"] is not None:
            session.merge(
                PlacedBookmark(
                    incident_id=incident.id, slot=slot, channel_id=result["channel"], bookmark_id=result["bookmark"]
                )
            )
        elif known := session.get(PlacedBookmark, (incident.id, slot)):
            session.delete(known)


def _content(bookmark: Bookmark) -> dict[str, str]:
    return {"title": bookmark.title, "link": bookmark.link, "emoji": bookmark.emoji}
