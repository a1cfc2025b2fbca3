"""Replicas under load, frozen, killed and replaced: nothing that was accepted is lost, and nothing is said twice."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text

from bot.digest.model import DigestSubscription
from bot.incidents import surfaces
from bot.outbox.model import OPEN, Mode, OutboxMessage, State
from bot.playground import Playground
from bot.slack.posts import Post
from tests.databases import PostgresServer
from tests.torture.accounts import DIGEST, Account
from tests.torture.fleet import Fleet, Replica
from tests.torture.kill_story import REDELIVERY_DELAYS, Ledger
from tests.torture.killing import Nursery
from tests.torture.loads import Load
from tests.torture.versions import GREETING, REVISION, make_migrations

SECRET = secrets.token_hex(16)
TOKEN = f"sevbot_{secrets.token_urlsafe(32)}"
VARIABLES = {
    "SEVBOT_HOOK_GENERIC": SECRET,
    "SEVBOT_API_TOKENS": f"deploys incidents:read,incidents:write sha256:{sha256(TOKEN.encode()).hexdigest()}",
}
TAKEN_OVER_WITHIN = 60.0
MODES = ("socket", "http")
SPEAKS = (f"{surfaces.CARD} chat.postMessage", f"{surfaces.ANNOUNCEMENT} chat.postMessage")


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@dataclass
class Story:
    """Replicas at work on one database, under load."""

    slack: Playground
    fleet: Fleet
    ledger: Ledger
    load: Load

    def claims(self) -> set[str]:
        """The leases that are held at the moment."""
        held = select(OutboxMessage.lease).where(OutboxMessage.state.in_(OPEN), OutboxMessage.lease.is_not(None))
        with self.ledger.connection.begin():
            return {str(lease) for lease in self.ledger.connection.scalars(held)}

    def waits_until_taken_over(self, claims: set[str]) -> None:
        """Wait until these leases are over, each one's work being done or in other hands."""
        self.slack.wait_until(lambda: not claims & self.claims(), within=TAKEN_OVER_WITHIN, why="claims are taken over")

    def waits_until_posted(self, kind: str) -> None:
        """Wait until whatever of that kind is being posted at the moment is there: by others, where one of them froze."""
        held = select(OutboxMessage.key).where(OutboxMessage.kind == kind, OutboxMessage.lease.is_not(None))
        with self.ledger.connection.begin():
            keys = set(self.ledger.connection.scalars(held))

        def are_there() -> bool:
            with self.ledger.connection.begin():
                return keys <= set(self.ledger.connection.scalars(select(Post.key).where(Post.key.in_(keys))))

        assert keys
        self.slack.wait_until(are_there, within=TAKEN_OVER_WITHIN, why=f"{keys} are there")

    def freezes_with_claims(self, replica: Replica) -> set[str]:
        """Freeze one while it holds claims, and return them: those that last longer than the others' work does."""
        while True:
            self.fleet.freeze(replica)
            held = self.claims()
            left = held & self.claims()
            if left:
                return left
            self.fleet.thaw(replica)

    def comes_morning(self) -> None:
        """It is the time of the next digest, at once; wait until it is there."""
        told = self._digests()
        due_at = self.slack.wait_until(self._digest_due_at, within=TAKEN_OVER_WITHIN, why="a digest is to come")
        with self.load.stands_still():
            self.slack.advance_clock(due_at.timestamp() - self.slack.clock.now() + 1)
        self.load.goes_on_until(lambda: self._digests() > told, why="the digest is there")

    def _digest_due_at(self) -> datetime | None:
        """When the next digest is due; None where no replica has looked yet."""
        with self.ledger.connection.begin():
            return self.ledger.connection.scalar(select(DigestSubscription.next_due_at))

    def revision(self) -> str:
        """Where the schema is."""
        with self.ledger.connection.begin():
            return str(self.ledger.connection.scalar(text("SELECT version_num FROM alembic_version")))

    def asks_for_a_greeting(self) -> None:
        """Something is to be done that only the next version can."""
        now = datetime.now(UTC)
        key = f"greeting:{uuid4().hex}"
        row = {
            "kind": GREETING, "subject": "greeting:1", "arguments": {}, "key": key, "mode": Mode.ONCE, "lane": key,
            "decided_at": now, "queued_at": now, "due_at": now,
        }  # fmt: skip
        with self.ledger.connection.begin():
            self.ledger.connection.execute(insert(OutboxMessage), row)

    def greetings(self) -> list[str]:
        """How far each of these is."""
        states = select(OutboxMessage.state).where(OutboxMessage.kind == GREETING).order_by(OutboxMessage.id)
        with self.ledger.connection.begin():
            return [*self.ledger.connection.scalars(states)]

    def _digests(self) -> int:
        return sum(DIGEST in line for line in self.slack.transcript("#incidents"))

    def ends(self) -> Account:
        """The load ends, and all is done. Nothing may be wrong then."""
        self.load.ends()
        account = Account(self.ledger, self.slack, self.load)
        account.settles()
        assert not (faults := account.faults()), "\n".join(faults)
        return account


@contextmanager
def story(
    nursery: Nursery, postgres: PostgresServer, slack: Playground, folder: Path, *, http: bool
) -> Iterator[Story]:
    """A fleet without replicas yet, and a load that has not begun."""
    url = postgres.new_database()
    ledger = Ledger(url)
    slack.redelivery_delays = REDELIVERY_DELAYS
    try:
        with Fleet(nursery, slack, url, folder, http=http, **VARIABLES) as fleet:
            load = Load(slack, fleet.balancer.url, alert_secret=SECRET, api_token=TOKEN)
            try:
                yield Story(slack, fleet, ledger, load)
            except AssertionError as failure:
                failure.add_note(fleet.log[-5000:])
                raise
            finally:
                load.gives_up()
    finally:
        ledger.close()
        postgres.drop(url)


@pytest.fixture(params=MODES)
def told(
    request: pytest.FixtureRequest, nursery: Nursery, postgres: PostgresServer, slack: Playground, tmp_path: Path
) -> Iterator[Story]:
    """A story in each mode."""
    with story(nursery, postgres, slack, tmp_path, http=request.param == "http") as told:
        yield told


@pytest.mark.torture
@pytest.mark.timeout(300)
def test_one_is_frozen_past_its_leases_and_thawed_and_one_is_killed(told: Story) -> None:
    fleet, load = told.fleet, told.load
    first, second = fleet.start(), fleet.start()
    load.begins()
    load.goes_on()
    told.waits_until_taken_over(told.freezes_with_claims(first))
    load.goes_on()
    fleet.thaw(first)
    load.goes_on()
    told.comes_morning()
    load.goes_on()
    fleet.kill(second)
    load.goes_on()
    fleet.start()
    load.goes_on()
    told.ends()


@pytest.mark.torture
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("told", "call"), [*zip(MODES, SPEAKS, strict=True)], indirect=["told"])
def test_what_one_says_that_froze_after_its_last_look_at_its_lease_is_taken_away(told: Story, call: str) -> None:
    fleet, load = told.fleet, told.load
    fleet.may_freeze_before(call)
    fleet.start()
    fleet.start()
    load.begins()
    load.goes_on(sevs=1)
    fleet.shall_freeze_before(call)
    frozen = load.goes_on_until(lambda: fleet.frozen_before(call), why="one froze")
    told.waits_until_posted(call.partition(" ")[0])
    fleet.thaw(frozen)
    load.goes_on(sevs=1)
    account = told.ends()
    assert account.copies_taken_away == 1


@pytest.mark.torture
@pytest.mark.timeout(300)
def test_a_rolling_upgrade_over_a_migration(told: Story, tmp_path: Path) -> None:
    fleet, load = told.fleet, told.load
    newer = make_migrations(tmp_path / "migrations")
    old = [fleet.start(), fleet.start()]
    load.begins()
    load.goes_on()
    assert fleet.refuses_to_start(next_version=newer)
    for pid in [fleet.migrate(next_version=newer) for _ in range(2)]:  # as two would that are replaced at once
        fleet.wait_for(pid)
    assert told.revision() == REVISION
    told.asks_for_a_greeting()
    load.goes_on()
    assert told.greetings() == [State.PENDING]
    fleet.retire(old[0])
    fleet.start(next_version=newer)
    told.slack.wait_until(lambda: told.greetings() == [State.SENT], within=TAKEN_OVER_WITHIN, why="it greets")
    told.comes_morning()
    fleet.start()  # of the old version still: one that crashed, and was started again
    told.asks_for_a_greeting()
    load.goes_on()
    fleet.retire(old[1])
    fleet.start(next_version=newer)
    load.goes_on()
    told.ends()
    assert told.greetings() == [State.SENT, State.SENT]
