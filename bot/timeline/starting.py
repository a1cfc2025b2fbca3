"""Two other ways to begin a SEV from Slack: from a channel in which people work already, and when it is over."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot import inbound
from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.errors import CallFailed, Permanent, Refused
from bot.incidents import forms as incident_forms
from bot.incidents import membership
from bot.incidents.model import Incident
from bot.incidents.subject import of_number
from bot.slack.client import Slack
from bot.slack.commands import NAME, Command, Form, Line
from bot.slack.rooms import Rooms
from bot.slack.text import channel as channel_mention
from bot.slack.text import one_line
from bot.slack.visit import DONE, Answer, View, Visit
from bot.timeline import adopting, backfilling
from bot.timeline import telling_forms as forms
from bot.timeline.telling_deliveries import OPEN_PINNED, PASS_OVER

ASK_TIMEOUT = timedelta(seconds=1)
"""How long a person waits while the bot asks Slack what their channel is."""


class Starting:
    """The listeners that adopt and backfill."""

    def __init__(self, settings: Settings, slack: Slack) -> None:
        self._settings = settings
        self._slack = slack
        self._looked: dict[str, bool] = {}
        """Whether the channel is private, by the command that is under way."""

    @property
    def _config(self) -> Config:
        return self._settings.current

    def backfill_form(self, visit: Visit, line: Line) -> Form:
        """`/sev backfill`, with the title if one was typed."""
        return Form(forms.backfill(self._config, title=one_line(line.text)))

    def backfill(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Never asked: `/sev backfill` always opens its form."""
        raise Refused(f"`{NAME} backfill` opens a form.")

    def backfill_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent. Sent twice, it is the same SEV."""
        known = self._known(session, visit)
        if known:
            return Answer(view=incident_forms.declared(f"{known.name} is written down already."))
        values = visit.values
        past = backfilling.Past(
            title=values.get("title") or "",
            severity=values.get("severity") or "",
            summary=values.get("summary") or "",
            workflows=tuple(values.get("workflows") or ()),
            status=values.get("status") or "",
            times=forms.moments(values, forms.PAST_TIMES),
        )
        incident = backfilling.backfill(
            session, past, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        inbound.set_subject(session, _source(visit), visit.delivery_key, incident.subject)
        said = f"{incident.name} is written down. `{NAME} show {incident.name}` shows it; nobody was disturbed."
        return Answer(view=incident_forms.declared(said))

    def adopt_form(self, visit: Visit, line: Line) -> Form | None:
        """The form, filled with what was given; None where that is enough to adopt at once.

        What the channel is, no slash command says: that costs one question, as an unknown person does. Raises `Refused`.
        """
        first, *rest = line.text.split(maxsplit=1) or [""]
        found = self._config.severity(first)
        severity, title = (found.key, "".join(rest)) if found else (None, line.text)
        is_private = self._look(visit)
        if severity and title:
            self._looked[visit.delivery_key] = is_private
            return None
        return Form(
            forms.adopt(
                self._config, channel_id=visit.channel_id or "", is_private=is_private, severity=severity,
                title=one_line(title),
            )
        )  # fmt: skip

    def _look(self, visit: Visit) -> bool:
        """Whether the channel is private. Raises `Refused` for one that can't be adopted."""
        try:
            info = self._slack.call("conversations.info", kind="form", channel=visit.channel_id, timeout=ASK_TIMEOUT)[
                "channel"
            ]
        except Permanent as error:
            if error.code != "channel_not_found":
                raise Refused("Sevbot may not look at this channel, so it can't adopt it.") from None
            raise Refused(
                "Sevbot is not in this private channel, so it can't work here. Type `/invite @sevbot`, then adopt it again; "
                f"or `{NAME} declare` a SEV with a channel of its own."
            ) from None
        except CallFailed:
            raise Refused("Slack did not say in time what this channel is. Please try again.") from None
        if info.get("is_im") or info.get("is_mpim"):
            raise Refused(f"A direct message can't become a SEV's channel. `{NAME} declare` makes one.")
        is_private = bool(info.get("is_private"))
        if is_private and not info.get("is_member"):
            raise Refused("Sevbot is not in this private channel. Type `/invite @sevbot`, then adopt it again.")
        return is_private

    def adopt(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Adopt at once, from the words of the command."""
        severity, _, title = line.text.partition(" ")
        said = adopting.Adoption(
            channel_id=visit.channel_id or "", is_private=self._looked.pop(visit.delivery_key, True),
            title=title, severity=severity,
        )  # fmt: skip
        return Answer(text=self._adopt(session, visit, said))

    def adopt_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent. Sent twice, it is the same SEV."""
        values, place = visit.values, visit.metadata
        if not place.get("channel"):
            raise Refused(f"Type `{NAME} adopt` in the channel that is to become a SEV's.")
        said = adopting.Adoption(
            channel_id=str(place["channel"]),
            is_private=bool(place.get("private", True)),
            title=values.get("title") or "",
            severity=values.get("severity") or "",
            summary=values.get("summary") or "",
            workflows=tuple(values.get("workflows") or ()),
        )
        return Answer(view=incident_forms.declared(self._adopt(session, visit, said)))

    def _adopt(self, session: Session, visit: Visit, said: adopting.Adoption) -> str:
        known = self._known(session, visit)
        if known:
            return f"{known.name} is declared already; {channel_mention(said.channel_id)} is its channel."
        incident = adopting.adopt(session, said, config=self._config, actor=actor_of(session, visit), now=visit.now)
        inbound.set_subject(session, _source(visit), visit.delivery_key, incident.subject)
        return f"{incident.name} declared; {channel_mention(said.channel_id)} is its channel now."

    def _known(self, session: Session, visit: Visit) -> Incident | None:
        """What came of the same delivery before, if it came before."""
        if inbound.is_new(session, _source(visit), visit.delivery_key, now=visit.now):
            return None
        subject = inbound.subject_of(session, _source(visit), visit.delivery_key) or ""
        return session.get(Incident, int(subject.partition(":")[2])) if subject else None

    def pinned_form(self, visit: Visit) -> Form:
        """*Add N pinned messages…* was clicked."""
        number = int(visit.value.partition(":")[0])

        def complete(session: Session) -> View:
            incident = membership.by_number(session, number, user_id=visit.user_id)
            return forms.pinned(incident, adopting.waiting(session, incident))

        return Form(incident_forms.loading(number), complete)

    def pinned_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent: what was ticked becomes entries."""
        incident = of_number(session, visit, visit.metadata["number"])
        self._add(session, visit, incident, forms.ticked(visit.values))
        return DONE

    def passed_over(self, session: Session, visit: Visit) -> Answer:
        """*No* was clicked: none of the pinned messages becomes an entry."""
        self._add(session, visit, of_number(session, visit, visit.value.partition(":")[0]), set())
        return DONE

    def _add(self, session: Session, visit: Visit, incident: Incident, wanted: set[str]) -> None:
        adopting.add_pinned(
            session, incident, wanted, config=self._config, actor=actor_of(session, visit), now=visit.now
        )


def _source(visit: Visit) -> str:
    return f"slack.{visit.door}"


def commands(starting: Starting) -> tuple[Command, ...]:
    """The verbs that begin a SEV otherwise than `declare`."""
    return (
        Command(
            verb="adopt", usage="adopt [SEVn] [title]", summary="make this channel a SEV's",
            details="It keeps its name and all that was said in it, and its pinned messages are offered as entries. "
            "A private channel makes a private SEV; invite Sevbot first.",
            run=starting.adopt, form=starting.adopt_form, takes_target=False,
        ),
        Command(
            verb="backfill", usage="backfill [title]", summary="write down a SEV that is over already",
            details="Nobody is invited, paged or told.",
            run=starting.backfill, form=starting.backfill_form, takes_target=False,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, starting: Starting) -> None:
    """Attach the clicks and forms of adopting and backfilling."""
    rooms.clicks |= {PASS_OVER: starting.passed_over}
    rooms.forms |= {
        forms.ADOPT: starting.adopt_submitted,
        forms.BACKFILL: starting.backfill_submitted,
        forms.PINNED: starting.pinned_submitted,
    }
    rooms.openers |= {OPEN_PINNED: starting.pinned_form}
