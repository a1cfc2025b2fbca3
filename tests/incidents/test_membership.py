import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.db import Database
from bot.errors import Refused
from bot.incidents import membership
from bot.incidents.model import Incident, IncidentMember
from tests.incidents.pictures import incident

PUBLIC, PRIVATE = 1, 2


@pytest.fixture
def sevs(database: Database) -> Database:
    """SEV-1, which is public, and SEV-2, which is private and has ada as its only member; each has a channel."""

    def declare(session: Session) -> None:
        for number in (PUBLIC, PRIVATE):
            session.add(incident(id=number, number=number, is_private=number == PRIVATE, channel_id=f"C{number}"))
        session.flush()
        session.add(IncidentMember(incident_id=PRIVATE, user_id="U01ADA"))

    database.run(declare)
    return database


def seen_by(database: Database, user_id: str) -> list[int]:
    with database.read() as session:
        query = select(Incident.number).where(membership.may_see(user_id)).order_by(Incident.number)
        return list(session.scalars(query))


def members(database: Database, number: int = PRIVATE) -> list[str]:
    with database.read() as session:
        query = select(IncidentMember.user_id).where(IncidentMember.incident_id == number)
        return sorted(session.scalars(query))


def test_a_private_sev_is_in_nobodys_list_but_its_members(sevs: Database) -> None:
    assert seen_by(sevs, "U01ADA") == [PUBLIC, PRIVATE]
    assert seen_by(sevs, "U02GRACE") == [PUBLIC]


def test_a_private_sev_is_refused_in_the_very_words_for_one_that_is_not_there(sevs: Database) -> None:
    def refusal(number: int, *, lock: bool) -> str:
        with pytest.raises(Refused) as raised:
            sevs.run(lambda session: membership.by_number(session, number, user_id="U02GRACE", lock=lock))
        return raised.value.sentence

    for lock in (False, True):
        assert refusal(PRIVATE, lock=lock).replace("SEV-2", "SEV-3") == refusal(3, lock=lock)


@pytest.mark.parametrize("lock", [False, True])
def test_a_member_finds_it_by_its_number(sevs: Database, lock: bool) -> None:
    def name(number: int, user_id: str) -> str:
        return sevs.run(lambda session: membership.by_number(session, number, user_id=user_id, lock=lock).name)

    assert name(PRIVATE, "U01ADA") == "SEV-2"
    assert name(PUBLIC, "U02GRACE") == "SEV-1"


def test_whoever_acts_in_its_channel_becomes_a_member_once(sevs: Database) -> None:
    def acts(*, lock: bool) -> list[str]:
        found = sevs.run(lambda session: membership.by_channel(session, "C2", user_id="U02GRACE", lock=lock))
        assert found is not None
        return members(sevs)

    assert acts(lock=False) == ["U01ADA"]
    assert acts(lock=True) == acts(lock=True) == ["U01ADA", "U02GRACE"]
    sevs.run(lambda session: membership.by_channel(session, "C1", user_id="U02GRACE", lock=True))
    assert members(sevs, PUBLIC) == []


@pytest.mark.parametrize("channel", [None, "C9"])
def test_elsewhere_there_is_no_sev(sevs: Database, channel: str | None) -> None:
    assert sevs.run(lambda session: membership.by_channel(session, channel, user_id="U01ADA", lock=True)) is None


def test_the_channels_members_take_the_place_of_those_who_were(sevs: Database) -> None:
    def after(*people: str) -> list[str]:
        sevs.run(lambda session: membership.replace(session, membership.lock(session, PRIVATE), set(people)))
        return members(sevs)

    assert after("U02GRACE", "U03LINUS") == ["U02GRACE", "U03LINUS"]
    assert after("U02GRACE") == ["U02GRACE"]
    assert after() == []
    assert seen_by(sevs, "U01ADA") == [PUBLIC]


def test_whoever_is_removed_sees_it_no_more(sevs: Database) -> None:
    sevs.run(lambda session: membership.remove(session, membership.lock(session, PRIVATE), "U01ADA"))
    assert seen_by(sevs, "U01ADA") == [PUBLIC]
