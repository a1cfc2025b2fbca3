"""Making the document: everything but what people wrote is read from the SEV as it is at that moment, so it stays true."""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Person
from bot.incidents import lifecycle
from bot.incidents.field_values import held, shown
from bot.incidents.field_views import name_of
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.roles import holders
from bot.incidents.views import TIME_LABELS
from bot.incidents.words import noticed_by
from bot.postmortems.document import Cost, Document, Moment, Part, Promise, Reference
from bot.postmortems.durations import durations
from bot.postmortems.reading import Whole
from bot.postmortems.words import STATES, VERDICTS
from bot.remediation.model import ActionItem, ItemState
from bot.slack.text import author, is_person, one_line
from bot.timeline.listing import Permalink, everything, links_of
from bot.timeline.sentences import Voice, sentence
from bot.workflows.health import burned_views, keeping_burned

MOST_ENTRIES = 2000
MOST_ITEMS = 200
UPDATE = "update"
ASIDE = ("joined", "channel", "postmortem")
"""What the kinds of entries begin with that tell nothing of the outage: the SEV's own timeline has them."""

Name = Callable[[str], str]


def items_of(session: Session, incident: Incident) -> Sequence[ActionItem]:
    """The SEV's action items, in the order of their numbers."""
    own = ActionItem.incident_id == incident.id, ActionItem.state != ItemState.WITHDRAWN
    return session.scalars(select(ActionItem).where(*own).order_by(ActionItem.number).limit(MOST_ITEMS)).all()


def composed(session: Session, config: Config, whole: Whole, permalink: Permalink) -> Document:
    """The document of a postmortem."""
    incident, name = whole.incident, _naming(session)
    entries = everything(session, incident, most=MOST_ENTRIES)
    total = session.scalar(
        select(func.count(TimelineEntry.id)).where(
            TimelineEntry.incident_id == incident.id, TimelineEntry.withdrawn_at.is_(None)
        )
    )  # fmt: skip
    moments = _moments(config, entries, links_of(session, incident, entries, permalink), name)
    severity = config.severity(incident.severity)
    rules = config.postmortems
    return Document(
        name=incident.name, title=incident.title, state=STATES[whole.postmortem.state], is_drill=incident.is_drill,
        is_private=incident.is_private, severity=incident.severity, meaning=severity.meaning if severity else "",
        status=config.status(incident.status).label, summary=incident.summary,
        workflows=[found.name if (found := config.workflow(key)) else key for key in incident.workflow_keys],
        causes=[rules.cause(key).label for key in whole.causes],
        times=[(label, at) for field, label in TIME_LABELS.items() if (at := getattr(incident, field))],
        durations=durations(incident), noticed_by=noticed_by(incident), costs=_costs(session, config, incident),
        fields=_fields(config, incident, name),
        roles=[(config.role(role).label, name(who)) for role, who in sorted(holders(session, incident).items())],
        authors=sorted({name(each.by) for each in whole.sections.values()}),
        reviewers=[(name(each.user_id), VERDICTS[each.verdict]) for each in whole.reviewers],
        published_at=whole.postmortem.published_at if whole.is_published else None,
        parts=[Part(each.key, each.label, whole.text(each.key), each.key in rules.required) for each in rules.parts],
        timeline=[moment for _, moment in moments], left_out=(total or 0) - len(entries),
        updates=[moment for entry, moment in moments if entry.kind == UPDATE],
        items=[_promise(config, incident, item, name) for item in items_of(session, incident)],
        links=[Reference(each.title, each.address) for each in whole.links],
    )  # fmt: skip


def _fields(config: Config, incident: Incident, name: Name) -> list[tuple[str, str]]:
    """What custom fields hold, in the configuration's order; what is no longer configured comes last, by its old name."""
    holds = held(incident.fields)
    order = [*(each.key for each in config.fields if each.key in holds), *holds]
    return [
        (name_of(config, holds[key]), one_line(shown(config.field(key), holds[key], person=name)))
        for key in dict.fromkeys(order)
    ]


def _costs(session: Session, config: Config, incident: Incident) -> list[Cost]:
    is_open = lifecycle.is_open(config, incident)
    return [
        Cost(
            burned_views.title_of(config, *each.key), burned_views.burned(each, is_open=is_open),
            burned_views.recovery(each, lambda moment: f"{moment:%Y-%m-%d %H:%M} UTC"),
        )
        for each in keeping_burned.kept(session, incident)
    ]  # fmt: skip


def _moments(
    config: Config, entries: Sequence[TimelineEntry], links: dict[int, str], name: Name
) -> list[tuple[TimelineEntry, Moment]]:
    voice = Voice(person=name, text=lambda text, _limit: text, channel=lambda channel_id: channel_id)
    return [
        (entry, Moment(entry.at, sentence(entry, config, voice=voice), links.get(entry.id, "")))
        for entry in entries
        if not entry.kind.startswith(ASIDE)
    ]


def _promise(config: Config, incident: Incident, item: ActionItem, name: Name) -> Promise:
    owner = "nobody yet"
    if item.owner_user:
        owner = name(item.owner_user)
    elif item.owner_team:
        team = config.team(item.owner_team)
        owner = team.name if team else item.owner_team
    return Promise(
        f"{incident.name}/{item.number}", item.title, item.kind, item.priority, item.state.replace("_", " "), owner,
        item.due_on, item.proof, item.evidence, item.tracker_url,
    )  # fmt: skip


def _naming(session: Session) -> Name:
    """How people are called in a file, which knows no mentions."""
    names = {person.user_id: person.name for person in session.scalars(select(Person))}

    def name(user_id: str) -> str:
        return names.get(user_id, user_id) if is_person(user_id) else author(user_id)

    return name
