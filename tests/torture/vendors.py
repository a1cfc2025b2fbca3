"""What people do so that a kind of delivery calls a vendor: a short story for each address, told with the vendor failing."""

from dataclasses import dataclass
from typing import Any

from bot.incidents import membership
from bot.incidents.model import RoleHolder
from bot.outbox.announcements import announce
from tests.torture.faulting import CHANNEL, Stage
from tests.torture.stories import Act

TELL, ON_CALL = "paging.tell", "paging.on_call"


def start_declare(stage: Stage) -> None:
    stage.start()
    stage.types("/sev declare SEV2 checkout is down")


def page(team: str) -> Act:
    return lambda stage: stage.types(f"/sev page {team}", in_=CHANNEL)


def start_declare_page(team: str) -> Act:
    def act(stage: Stage) -> None:
        start_declare(stage)
        page(team)(stage)

    return act


def take_command(person: str) -> Act:
    """Somebody of the team takes command, as the room of roles keeps it."""

    def act(stage: Stage) -> None:
        def take(session: Any) -> None:
            incident = membership.lock(session, 1)
            holder = RoleHolder(incident_id=1, role="commander", user_id=person, since=incident.declared_at)
            session.merge(holder)
            announce(session, "incident.role", incident.subject)

        stage.bot.database.run(take)
        stage.settle()

    return act


def resolve(stage: Stage) -> None:
    stage.types("/sev resolve", in_=CHANNEL)


@dataclass(frozen=True)
class VendorStory:
    """How it comes that deliveries of `kind` call an address with such an ending: after `given`, people do `when`."""

    kind: str
    ending: str
    when: Act
    given: Act

    def __str__(self) -> str:
        return f"{self.kind}-{self.ending}"


def nothing(_stage: Stage) -> None:
    """The bot is not even started."""


VENDOR_STORIES = (
    VendorStory(TELL, "pagerduty/v2/enqueue", page("payments"), start_declare),
    VendorStory(TELL, "v2/enqueue", take_command("U02GRACE"), start_declare_page("payments")),
    VendorStory(TELL, "enqueue", resolve, start_declare_page("payments")),
    VendorStory(TELL, "v2/alerts", page("platform"), start_declare),
    VendorStory(TELL, "/acknowledge", take_command("U06BARBARA"), start_declare_page("platform")),
    VendorStory(TELL, "/close", resolve, start_declare_page("platform")),
    VendorStory(ON_CALL, "/oncalls", Stage.start, nothing),
    VendorStory(ON_CALL, "/contact_methods", Stage.start, nothing),
    VendorStory(ON_CALL, "/on-calls", Stage.start, nothing),
    VendorStory(ON_CALL, "@example.com", Stage.start, nothing),
)
