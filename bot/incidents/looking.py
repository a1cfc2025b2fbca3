"""Looking at SEVs from Slack: lists, one SEV, and what can be done here."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.config import COMMANDER, Config, Settings
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import field_filter, field_views, lifecycle, membership, subscriber_views, views
from bot.incidents.model import AffectedWorkflow, ImportedSev, Incident
from bot.incidents.promises import latest_update
from bot.incidents.reading import CardButtons
from bot.incidents.roles import holders
from bot.incidents.subject import LONGEST_LIST, open_incidents, subject
from bot.incidents.subscribers import subscribers
from bot.slack import blocks as kit
from bot.slack.commands import NAME, Line
from bot.slack.text import channel as channel_mention
from bot.slack.text import mrkdwn, one_line
from bot.slack.visit import Answer, Blocks, Visit

LIST_WORDS = ("open", "all", "mine")
ORIGIN_LIMIT = 600


class Looking:
    """The listeners that change nothing."""

    def __init__(
        self, settings: Settings, *, card_buttons: Sequence[CardButtons] = (), tray_buttons: Sequence[Any] = ()
    ) -> None:
        self._settings = settings
        self._card_buttons = card_buttons
        self._tray_buttons = tray_buttons

    @property
    def _config(self) -> Config:
        return self._settings.current

    def list_incidents(self, session: Session, visit: Visit, line: Line) -> Answer:
        """SEVs, the newest first."""
        require(self._config, actor_of(session, visit), "see")
        word = one_line(line.text).lower() if "=" not in line.text else line.text
        query = self._narrowed(select(Incident).where(membership.may_see(visit.user_id)), word, visit.user_id)
        found = session.scalars(query.limit(LONGEST_LIST + 1)).all()
        if not found:
            none_open = "No SEV is open. :tada:" if word in ("", "open") else "There is no such SEV."
            return Answer(text=none_open)
        return Answer(text=f"{len(found[:LONGEST_LIST])} SEVs", blocks=self._listed(found))

    def _narrowed(self, query: Select[Incident], word: str, user_id: str) -> Select[Incident]:
        """The SEVs a word asks for, the newest first. Raises `Refused` with what can be asked for."""
        severity = self._config.severity(word) if word else None
        workflow = next((each for each in self._config.workflows if word in (each.key, each.name.lower())), None)
        if workflow:
            affecting = query.join(AffectedWorkflow, AffectedWorkflow.incident_id == Incident.id)
            return affecting.where(AffectedWorkflow.workflow == workflow.key).order_by(
                AffectedWorkflow.incident_id.desc()
            )
        if word in ("", "open"):
            return query.where(lifecycle.open_now(self._config)).order_by(lifecycle.NEWEST_OPEN_FIRST)
        query = query.order_by(Incident.number.desc())
        holding = field_filter.holding(self._config, word)
        if holding is not None:
            return query.where(holding)
        if severity:
            return query.where(Incident.severity == severity.key)
        if word == "mine":
            return query.where(Incident.declared_by == user_id)
        if word == "all":
            return query
        fields = [f"a field's value, such as `{each.key}=…`" for each in self._config.fields[:1]]
        severities = (each.key for each in self._config.severities)
        possible = ", ".join([*LIST_WORDS, *severities, "a workflow's name", *fields])
        raise Refused(f"I can list {possible}.")

    def _listed(self, found: Sequence[Incident]) -> Blocks:
        shown = [kit.section(views.brief(self._config, each)) for each in found[:LONGEST_LIST]]
        if len(found) > LONGEST_LIST:
            shown.append(
                kit.context(f"These are the newest {LONGEST_LIST}. `{NAME} list SEV1` and the like narrow it down.")
            )
        return shown

    def show(self, session: Session, visit: Visit, line: Line) -> Answer:
        """One SEV, as its card shows it."""
        actor = actor_of(session, visit)
        require(self._config, actor, "see")
        incident = subject(session, visit, line, lock=False)
        picture = views.Picture(
            incident, self._config, roles=holders(session, incident), update=latest_update(session, incident)
        )
        place = _place(session, incident)
        told = subscribers(session, incident, self._config)
        known = field_views.all_known(self._config, incident, but_on_card=True)
        below = [
            *map(kit.context, known),
            kit.context(place),
            *([kit.context(subscriber_views.listed(told))] if told else []),
        ]
        return Answer(text=views.card_text(self._config, incident), blocks=[*views.card(picture), *below])

    def tray(self, session: Session, visit: Visit, line: Line) -> Answer:
        """What can be done here: in a SEV's channel with that SEV, elsewhere in general."""
        incident = membership.by_channel(session, visit.channel_id, user_id=visit.user_id)
        if incident is not None:
            added = [button for add in self._card_buttons for button in add(incident)]
            own = views.card_buttons(self._config, incident, has_commander=COMMANDER in holders(session, incident))
            buttons = [*own, *added]
            help_line = kit.context(f"`{NAME} help` lists all that can be typed.")
            return Answer(
                text=f"What to do with {incident.name}",
                blocks=[kit.section(views.brief(self._config, incident)), kit.actions(buttons), help_line],
            )
        found = open_incidents(session, self._config, visit)
        declare = kit.button("Declare a SEV", "incident.open_declare", style="danger")
        shown: Blocks = [kit.actions([declare, *self._tray_buttons])]
        if found:
            shown = [*shown, kit.section("*Open SEVs*"), *self._listed(found)]
        else:
            shown.append(kit.section("No SEV is open. :tada:"))
        shown.append(kit.context(f"`{NAME} help` lists all that can be typed."))
        return Answer(text="What would you like to do?", blocks=shown)


def _place(session: Session, incident: Incident) -> str:
    """Where its channel is, or why it has none."""
    if incident.channel_id:
        return f"Its channel is {channel_mention(incident.channel_id)}"
    if not incident.is_quiet:
        return "It has no channel yet"
    imported = session.get(ImportedSev, incident.id)
    if imported is None:
        return "It was over before it was declared, so it has no channel"
    origin = f" from {imported.source}, where it is {imported.external_id}" if imported.source else ""
    return f"It was imported{mrkdwn(origin, ORIGIN_LIMIT)}, so it has no channel"
