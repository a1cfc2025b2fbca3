"""What subscribers see in their direct messages: how a SEV stands, kept true in place, and its news one by one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.incidents import subscriber_views, subscribers, update_views, views
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.promises import latest_update
from bot.incidents.reading import incident_of
from bot.incidents.superseding import superseded
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Kind, Kinds, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.client import Slack
from bot.slack.templates import Texts

NOT_WANTED = Skip("they are not sent the updates of this SEV any more")


class UpdateDeliveries:
    """The kinds that go to subscribers. Who is one is asked once more when they are sent."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, texts: Texts) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._texts = texts

    def register(self, kinds: Kinds) -> None:
        """Add every kind to the table."""
        state = self._post(subscribers.STATE, "Show subscribers how it stands", self._load_state)
        kinds.add(
            replace(state, overwrites=True),
            self._post(subscribers.NEWS, "Send subscribers the news", self._load_news),
        )

    def _post(
        self, name: str, label: str, load: Callable[[Session, OutboxMessage], posts.Draft | Skip]
    ) -> Kind[posts.Draft]:
        return posts.kind(self._slack, name, label, load, on_trouble=show_trouble(self._settings))

    def _load_state(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, user = incident_of(session, message), message.arguments["user"]
        config = self._settings.current
        if user in subscribers.subscribers(session, incident, config):
            text = views.card_text(config, incident)
            blocks = subscriber_views.state(config, incident, latest_update(session, incident))
        elif session.get(posts.Post, message.key) is None:
            return NOT_WANTED
        else:
            text, blocks = subscriber_views.farewell_text(incident), subscriber_views.farewell(incident)
        return posts.draft_for(session, message, text=text, blocks=blocks, **self._direct(session, incident, user))

    def _load_news(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, user = incident_of(session, message), message.arguments["user"]
        config = self._settings.current
        entry = session.get_one(TimelineEntry, message.arguments["entry"])
        if entry.withdrawn_at is not None:
            return Skip("it was withdrawn")
        if user not in subscribers.subscribers(session, incident, config, entry=entry):
            return NOT_WANTED
        skip = superseded(session, message, entry, self._key(incident, user), now=self._clock.now())
        if skip:
            return skip
        name = views.heading(config, incident)
        line = views.line(config, incident, entry, self._texts)
        said = update_views.said(config, entry) if entry.kind == "update" else [kit.section(line)]
        return posts.draft_for(
            session, message, text=f"{name}\n{line}", blocks=[kit.context(name), *said],
            **self._direct(session, incident, user),
        )  # fmt: skip

    def _direct(self, session: Session, incident: Incident, user: str) -> dict[str, Any]:
        """Where they are written to: asked of Slack only the first time."""
        post = session.get(posts.Post, subscribers.state_key(incident, user))
        return {"channel_id": post.channel_id} if post else {"channel_id": "", "users": (user,)}

    def _key(self, incident: Incident, user: str) -> Callable[[TimelineEntry], str]:
        return lambda entry: subscribers.news_key(incident, entry.id, user)
