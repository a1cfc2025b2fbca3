"""What a person finds at Home of postmortems: those they owe, and those that wait for their review."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, selectinload

from bot.config import COMMANDER, Config, Settings
from bot.incidents import membership
from bot.incidents.home import HomeSection
from bot.incidents.model import Incident, RoleHolder
from bot.postmortems import dues, views
from bot.postmortems.deliveries import dates_of
from bot.postmortems.model import WRITABLE, Postmortem
from bot.postmortems.reading import LONGEST_LIST, to_review
from bot.slack.blocks import Block


def section(settings: Settings) -> HomeSection:
    """The section, as the house shows it."""

    def show(session: Session, user_id: str) -> list[Block]:
        config = settings.current
        own = [
            (incident, postmortem, dates_of(config, incident, postmortem))
            for incident, postmortem in owed_by(session, config, user_id)
        ]
        return views.home(config, own, to_review(session, user_id))

    return show


def owed_by(session: Session, config: Config, user_id: str) -> list[tuple[Incident, Postmortem]]:
    """The postmortems a person has to write, the longest resolved first.

    They commanded the SEV, or nobody did and they declared it.
    """
    commander = select(RoleHolder.user_id).where(RoleHolder.incident_id == Incident.id, RoleHolder.role == COMMANDER)
    declared = and_(Incident.declared_by == user_id, ~commander.exists())
    query = (
        select(Incident, Postmortem)
        .join(Postmortem, Postmortem.incident_id == Incident.id)
        .where(Postmortem.state.in_(WRITABLE), membership.may_see(user_id))
        .where(or_(declared, commander.where(RoleHolder.user_id == user_id).exists()))
        .options(selectinload(Incident.workflows))
        .order_by(Incident.resolved_at, Incident.id)
        .limit(LONGEST_LIST)
    )
    found = [(incident, postmortem) for incident, postmortem in session.execute(query)]
    return [(incident, each) for incident, each in found if dues.needs_one(config, incident)]
