"""An item's issue from Slack: wish for one, link one, part from it. Each listener makes one service call and answers."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.directory.people import actor_of
from bot.remediation import tracking, tracking_views
from bot.remediation.model import ActionItem
from bot.remediation.naming import clicked_item
from bot.remediation.slack import Deed
from bot.remediation.trackers import name_of
from bot.slack.rooms import Rooms
from bot.slack.visit import Answer, Visit


class TrackingListeners:
    """The listeners of this part of the room."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def deeds(self) -> Mapping[str, Deed]:
        """The words after `action` that are about an item's issue."""
        return {"track": self._track, "link": self._link, "unlink": self._unlink}

    def clicked(self, session: Session, visit: Visit) -> Answer:
        """*Create in Jira* was clicked."""
        item, _ = clicked_item(session, visit, visit.value)
        return Answer(text=self._track(session, visit, item, ""))

    def _track(self, session: Session, visit: Visit, item: ActionItem, _rest: str) -> str:
        config = self._settings.current
        tracking.ask_for_issue(session, item, config=config, actor=actor_of(session, visit), now=visit.now)
        return f"An issue for {item.name} is made in {name_of(config)}; it shows here as soon as it is there."

    def _link(self, session: Session, visit: Visit, item: ActionItem, rest: str) -> str:
        config, actor = self._settings.current, actor_of(session, visit)
        key = tracking.link_issue(session, item, rest, config=config, actor=actor, now=visit.now)
        return f"{item.name} is {key} in {name_of(config)} from now on."

    def _unlink(self, session: Session, visit: Visit, item: ActionItem, _rest: str) -> str:
        config = self._settings.current
        tracking.unlink_issue(session, item, config=config, actor=actor_of(session, visit), now=visit.now)
        return f"{item.name} has no issue in {name_of(config)} any more. The issue stays as it is."


def listen(rooms: Rooms, tracking_listeners: TrackingListeners) -> None:
    """Attach the click of this part of the room."""
    rooms.clicks |= {tracking_views.TRACK: tracking_listeners.clicked}
