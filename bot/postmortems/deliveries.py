"""How a postmortem gets to Slack. Each kind reads how it stands, renders that, and sends it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.channels import channel_id as known_channel
from bot.incidents import membership
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.reading import CardLines, incident_of
from bot.incidents.surfaces import show_card
from bot.incidents.troubles import show_trouble
from bot.nudges.views import GONE
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.postmortems import composing, dues, reading, surfaces, views
from bot.postmortems.model import Postmortem, State
from bot.postmortems.rendering import Renderer, file_name
from bot.slack import blocks as kit
from bot.slack import files, posts
from bot.slack.blocks import Block
from bot.slack.client import Slack
from bot.timeline.listing import Permalink, card_link

NO_CHANNEL = Skip("the SEV has no channel at the moment")
NOT_BEGUN = Skip("nobody has begun the postmortem")
NOT_INVOLVED = Skip("they may not see the SEV any more")


class Deliveries:
    """The kinds of this room."""

    def __init__(self, slack: Slack, settings: Settings, kinds: Kinds, config_folder: Path) -> None:
        self._slack = slack
        self._settings = settings
        self._kinds = kinds
        self._renderer = Renderer(config_folder)
        self._on_trouble = show_trouble(settings)

    def register(self) -> None:
        """Add every kind to the table."""
        self._kinds.add(
            self._post(surfaces.BOARD, "Show the postmortem", self._load_board),
            self._post(surfaces.ANNOUNCEMENT, "Announce the postmortem", self._load_announcement),
            self._post(surfaces.REVIEW, "Ask for a review", self._load_review),
            self._post(surfaces.TELL, "Tell what a reviewer said", self._load_told, overwrites=False),
            Kind(
                name=surfaces.EXPORT, nature=Nature.FINDABLE, label="Send the postmortem as a file",
                load=self._load_export, send=self._share,
                on_trouble=self._on_trouble,
                remove_copies=lambda draft, attempt: files.remove_copies(self._slack, draft, attempt),
            ),
        )  # fmt: skip

    def _post(
        self,
        name: str,
        label: str,
        load: Callable[[Session, OutboxMessage], posts.Draft | Skip],
        *,
        overwrites: bool = True,
    ) -> Kind[posts.Draft]:
        return posts.kind(
            self._slack, name, label, load, record=_remember, on_trouble=self._on_trouble, overwrites=overwrites
        )

    def _load_board(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        whole = reading.whole(session, incident)
        if whole is None:
            return NOT_BEGUN
        if incident.working_channel is None:
            return NO_CHANNEL
        config = self._settings.current
        text = views.board_text(incident, whole.postmortem)
        blocks = views.board(config, whole, dates_of(config, incident, whole.postmortem))
        return posts.draft_for(session, message, channel_id=incident.working_channel, text=text, blocks=blocks)

    def _load_announcement(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        """In the SEV's channel it is a message of its own, since the board changes where few people look."""
        incident, place = incident_of(session, message), message.arguments["place"]
        whole = reading.whole(session, incident)
        if whole is None:
            return NOT_BEGUN
        if place and incident.is_private:
            return Skip("the SEV is private")
        if not place and incident.working_channel is None:
            return NO_CHANNEL
        channel = known_channel(session, place) if place else incident.working_channel
        return posts.draft_for(
            session, message, channel_id=channel, text=views.announcement_text(incident, whole.postmortem),
            blocks=views.announcement(self._settings.current, whole), join=bool(place),
        )  # fmt: skip

    def _load_review(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, to = incident_of(session, message), str(message.arguments["to"])
        whole = reading.whole(session, incident)
        if whole is None:
            return NOT_BEGUN
        if whole.postmortem.round != message.arguments["round"]:
            return Skip("they were asked anew")
        if not whole.awaits(to) and not message.unsure and session.get(posts.Post, message.key) is None:
            return Skip("there was nothing left to ask")
        config = self._settings.current
        dates = dates_of(config, incident, whole.postmortem)
        blocks = views.review(config, whole, to, dates)
        return self._letter(session, message, incident, views.review_text(whole, to), blocks)

    def _load_told(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        entry = session.get_one(TimelineEntry, message.arguments["entry"])
        text = views.told(incident, entry.kind, entry.actor, entry.text)
        return self._letter(session, message, incident, text, [kit.section(text)])

    def _letter(
        self, session: Session, message: OutboxMessage, incident: Incident, text: str, blocks: list[Block]
    ) -> posts.Draft | Skip:
        """A direct message, as long as they may see the SEV. What one said once is taken back when they may no more."""
        to = str(message.arguments["to"])
        if not membership.is_visible_to(session, incident, to):
            if session.get(posts.Post, message.key) is None:
                return NOT_INVOLVED
            text, blocks = GONE, [kit.section(GONE)]
        return posts.draft_for(session, message, channel_id="", users=(to,), text=text, blocks=blocks)

    def _load_export(self, session: Session, message: OutboxMessage) -> files.FileDraft | Skip:
        user_id, form = str(message.arguments["user"]), message.arguments["format"]
        seen = select(Incident).where(Incident.id == message.subject_id, membership.may_see(user_id))
        incident = session.scalars(seen).one_or_none()
        if incident is None:
            return NOT_INVOLVED
        whole = reading.whole(session, incident)
        if whole is None:
            return NOT_BEGUN
        document = composing.composed(session, self._settings.current, whole, self._slack.permalink)
        content = self._renderer.render(document, form=form, template=message.arguments["template"])
        text = f"Here is the postmortem of {incident.name}."
        blocks = [kit.section(text)]
        draft = posts.draft_for(session, message, channel_id="", users=(user_id,), text=text, blocks=blocks)
        return files.FileDraft(draft, file_name(incident, form), content.encode("utf-8", "replace"))

    def _share(self, draft: files.FileDraft, attempt: Attempt) -> Result:
        files.share(self._slack, draft, attempt)
        return {}


def dates_of(config: Config, incident: Incident, postmortem: Postmortem) -> views.Dates:
    """Until when its draft should be ready, and reviewed."""
    return views.Dates(dues.due_on(config, incident), dues.review_due_on(config, incident, postmortem))


def card_lines(settings: Settings, permalink: Permalink) -> CardLines:
    """What a SEV's card says of its postmortem, with where it is worked on."""

    def lines(session: Session, incident: Incident) -> list[str]:
        postmortem = session.get(Postmortem, incident.id)
        config = settings.current
        if postmortem is None or (postmortem.state == State.OWED and not dues.needs_one(config, incident)):
            return []
        address = card_link(session, incident, permalink, surface=surfaces.ON_BOARD)
        return [views.card_line(postmortem, dates_of(config, incident, postmortem), address)]

    return lines


def _remember(session: Session, message: OutboxMessage, result: Result, _now: datetime) -> None:
    incident = membership.lock(session, message.subject_id)
    if message.kind == surfaces.BOARD and session.get(posts.Post, message.key) is None:
        show_card(session, incident)  # from now on it can point there
    posts.remember(session, message, result)
