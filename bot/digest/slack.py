"""A channel's digests from Slack: see them, add, change and stop one, see what it would tell now; and figures on demand."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.digest import composing, forms, listing, reading, service, stat_views, stats, troubles, views
from bot.digest.model import DigestSubscription
from bot.directory.people import Person, actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.nudges.hours import known_zone
from bot.slack.commands import NAME, Command, Form, Line
from bot.slack.rooms import Rooms
from bot.slack.templates import Texts
from bot.slack.visit import Answer, View, Visit


class Subscribing:
    """The listeners about a channel's digests."""

    def __init__(self, settings: Settings, clock: Clock, texts: Texts) -> None:
        self._settings = settings
        self._clock = clock
        self._texts = texts

    @property
    def _config(self) -> Config:
        return self._settings.current

    def digest(self, session: Session, visit: Visit, line: Line) -> Answer:
        """`/sev digest`: what this channel is sent."""
        require(self._config, actor_of(session, visit), "see")
        return self._listed(session, _channel(visit))

    def _listed(self, session: Session, channel_id: str) -> Answer:
        with_last = [(each, reading.last_issue(session, each)) for each in reading.of_channel(session, channel_id)]
        return Answer(text="The digests of this channel", blocks=listing.digests(self._config, with_last))

    def add_form(self, visit: Visit) -> Form:
        """*Add a digest…* was clicked."""
        return self._form(visit, None)

    def change_form(self, visit: Visit) -> Form:
        """*Change…* was clicked."""
        return self._form(visit, _number(visit.value))

    def _form(self, visit: Visit, subscription_id: int | None) -> Form:
        """The form as the digest is; where that was stopped meanwhile, for a new one."""
        channel_id = _channel(visit)

        def complete(session: Session) -> View:
            present = session.get(DigestSubscription, subscription_id) if subscription_id else None
            if present and (present.place != channel_id or present.next_due_at is None):
                present = None
            return forms.subscribe(self._config, channel_id, self._zone_of(session, visit.user_id), present=present)

        return Form(forms.loading(), complete)

    def _zone_of(self, session: Session, user_id: str) -> str:
        person = session.get(Person, user_id)
        return known_zone(person.time_zone if person else "", otherwise=self._config.nudges.time_zone)

    def submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent."""
        wish = forms.submitted(visit.values)
        channel_id, subscription_id = visit.metadata["channel"], visit.metadata.get("id")
        actor, config = actor_of(session, visit), self._config
        if subscription_id is None:
            present = service.subscribe(session, channel_id, wish, config=config, actor=actor, now=visit.now)
        else:
            present = service.locked(session, subscription_id, channel_id=channel_id)
            service.change(session, present, wish, config=config, actor=actor, now=visit.now)
        return Answer(view=forms.saved(present))

    def stop(self, session: Session, visit: Visit) -> Answer:
        """*Stop* was clicked, and confirmed."""
        present = service.locked(session, _number(visit.value), channel_id=_channel(visit))
        service.stop(session, present, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(text="This channel is sent no more of this digest.")

    def preview(self, session: Session, visit: Visit) -> Answer:
        """*Show it now* was clicked: only who clicked sees it."""
        require(self._config, actor_of(session, visit), "see")
        found = reading.of_channel(session, _channel(visit))
        present = next((each for each in found if each.id == _number(visit.value)), None)
        if present is None:
            raise Refused(service.NO_MORE)
        composed = composing.compose(session, self._config, present, None, now=visit.now)
        return Answer(
            text=views.text(composed.content, composed.framing),
            blocks=views.digest(self._config, composed.content, composed.framing, self._texts),
        )

    def retry(self, session: Session, visit: Visit) -> Answer:
        """*Retry* was clicked, below what was told of a digest that could not be posted."""
        actor, machine_now = actor_of(session, visit), self._clock.machine()
        troubles.retry(session, _number(visit.value), config=self._config, actor=actor, machine_now=machine_now)
        return Answer(text="Trying again now.")


def _channel(visit: Visit) -> str:
    """The channel somebody is in. Raises `Refused` where it is no channel."""
    if not visit.channel_id or visit.channel_id[:1] not in "CG":
        raise Refused(f"Digests are sent to channels. Type `{NAME} digest` in the channel that shall have one.")
    return visit.channel_id


def _number(value: str) -> int:
    return int(value[:18]) if value.isdecimal() and value.isascii() else 0


def commands(subscribing: Subscribing, figures: stats.Figures) -> tuple[Command, ...]:
    """The verbs of this room."""
    return (
        Command(
            verb="digest", usage="digest", summary="what this channel is told regularly, and when; change it",
            details="Daily or weekly: open SEVs, what is owed, who is needed, the week in figures, with a picture.",
            run=subscribing.digest, takes_target=False,
        ),
        Command(
            verb="stats", usage="stats [team|workflow|SEVn] [30d]",
            summary="how many SEVs there were, and how long they took",
            details="Medians and p90 with how many they rest on, and whether a change is more than noise. `30d` or `12w` "
            "says how far back; 30 days, if you say nothing.",
            run=figures.stats, takes_target=False, changes=False,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, subscribing: Subscribing, figures: stats.Figures) -> None:
    """Attach the clicks and the form of this room."""
    rooms.clicks |= {
        listing.STOP: subscribing.stop,
        listing.PREVIEW: subscribing.preview,
        troubles.RETRY: subscribing.retry,
        stat_views.PICTURE: figures.picture,
    }
    rooms.openers |= {listing.OPEN_ADD: subscribing.add_form, listing.OPEN_CHANGE: subscribing.change_form}
    rooms.forms |= {forms.SUBSCRIBE: subscribing.submitted}
