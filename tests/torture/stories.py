"""What people do so that a kind of delivery calls a method of Slack: a short story for each, told with Slack failing there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.playground import Playground
from bot.playground.faults import Rule
from tests.databases import new_sqlite
from tests.torture.faulting import CHANNEL, Stage, Visible, staged, visible

Act = Callable[[Stage], None]


def nothing(_stage: Stage) -> None:
    """The bot is not even started."""


def declare(stage: Stage) -> None:
    stage.types("/sev declare SEV1 checkout is down")


def declare_by_form(stage: Stage) -> None:
    stage.ada.uses_shortcut("Declare a SEV")
    stage.ada.fills(Title="checkout is down", Severity="SEV1")
    stage.ada.submits()
    stage.settle()


def start_and_declare(stage: Stage) -> None:
    stage.start()
    declare(stage)


def start_and_declare_privately(stage: Stage) -> None:
    stage.start()
    stage.types("/sev declare SEV1 checkout is down --private")


def change_title(stage: Stage) -> None:
    stage.types("/sev title checkout is slow", in_=CHANNEL)


def change_severity(stage: Stage) -> None:
    stage.types("/sev severity SEV2", in_=CHANNEL)


def mitigate(stage: Stage) -> None:
    stage.types("/sev mitigate SEV-1")


def archive(stage: Stage) -> None:
    stage.ada.archives(CHANNEL)
    stage.settle()


def unarchive(stage: Stage) -> None:
    stage.ada.unarchives(CHANNEL)
    stage.settle()


def start_declare_and_archive(stage: Stage) -> None:
    start_and_declare(stage)
    archive(stage)


def look_after(stage: Stage) -> None:
    """What the schedule does every ten minutes, and every new connection."""
    stage.bot.reconcile()
    stage.settle()


def page(stage: Stage) -> None:
    stage.types("/sev page platform", in_=CHANNEL)


def page_from_outside(stage: Stage) -> None:
    stage.types("/sev page SEV-1 platform")


def page_in_vain(stage: Stage) -> None:
    """The pager is down, and stays so: the team's people are told directly."""
    stage.slack.pager.outage = True
    stage.patience = 3
    page(stage)


def start_declare_and_page_in_vain(stage: Stage) -> None:
    start_and_declare(stage)
    page_in_vain(stage)


def the_pager_is_back(stage: Stage) -> None:
    stage.slack.pager.outage = False
    stage.patience = 1000
    stage.settle()


@cache
def undisturbed(given: Act, when: Act, config: Path) -> Visible:
    """What people see at the end of a story in which nothing fails."""
    with TemporaryDirectory() as folder, staged(new_sqlite(Path(folder)), config) as stage:
        given(stage)
        when(stage)
        return visible(stage.slack)


@dataclass(frozen=True)
class Story:
    """How it comes that deliveries of `kind` call `method`: after `given`, people do `when`.

    Some methods are called only when an earlier outcome is unknown: then `lead` is the method whose answer is lost.
    """

    kind: str
    method: str
    when: Act
    given: Act = Stage.start
    lead: str = ""

    def __str__(self) -> str:
        return f"{self.kind}-{self.method}"

    def arm(self, slack: Playground, fault: str, *, times: int | None = 1) -> Rule:
        """Let this kind's next calls of the method suffer a fault."""
        self.lose_lead(slack)
        return slack.faults.add(self.method, fault, times=times, where=lambda call: call.delivery_kind == self.kind)

    def lose_lead(self, slack: Playground) -> None:
        """Let the answer of the leading method be lost, if there is one."""
        if self.lead:
            slack.faults.add(self.lead, "drop_after", where=lambda call: call.delivery_kind == self.kind)


LEARN = "directory.learn_channel"
CREATE, INVITE, CARD, PIN, TOPIC, BOOKMARK, ANNOUNCEMENT, LINE, ANSWER, TROUBLE, RECONCILE = (
    f"incident.{name}"
    for name in (
        "create_channel", "invite", "card", "pin", "topic", "bookmark", "announcement", "line", "answer", "trouble",
        "reconcile",
    )
)  # fmt: skip
OUTCOME, CALL = "paging.outcome", "paging.call"
POST, UPDATE, HISTORY, JOIN = "chat.postMessage", "chat.update", "conversations.history", "conversations.join"

STORIES = (
    Story(LEARN, POST, start_and_declare, given=nothing),
    Story(LEARN, JOIN, start_and_declare, given=nothing),
    Story(CREATE, "conversations.create", declare),
    Story(CREATE, "users.conversations", declare, lead="conversations.create"),
    Story(INVITE, "usergroups.users.list", declare),
    Story(INVITE, "conversations.invite", declare),
    Story(CARD, POST, declare),
    Story(CARD, HISTORY, declare, lead=POST),
    Story(CARD, UPDATE, change_title, given=start_and_declare),
    Story(PIN, "pins.add", declare),
    Story(TOPIC, "conversations.setTopic", declare),
    Story(BOOKMARK, "bookmarks.add", declare),
    Story(BOOKMARK, "bookmarks.list", declare, lead="bookmarks.add"),
    Story(ANNOUNCEMENT, POST, declare),
    Story(ANNOUNCEMENT, JOIN, declare, lead=POST),
    Story(ANNOUNCEMENT, HISTORY, declare, lead=POST),
    Story(ANNOUNCEMENT, UPDATE, change_title, given=start_and_declare),
    Story(LINE, POST, change_severity, given=start_and_declare),
    Story(LINE, HISTORY, change_severity, given=start_and_declare, lead=POST),
    Story(LINE, UPDATE, change_severity, given=start_and_declare, lead=POST),
    Story(LINE, "conversations.replies", mitigate, given=start_declare_and_archive, lead=POST),
    Story(ANSWER, "views.update", declare_by_form),
    Story(TROUBLE, "conversations.open", archive, given=start_and_declare),
    Story(TROUBLE, POST, archive, given=start_and_declare),
    Story(TROUBLE, HISTORY, archive, given=start_and_declare, lead=POST),
    Story(TROUBLE, UPDATE, unarchive, given=start_declare_and_archive),
    Story(RECONCILE, "conversations.info", look_after, given=start_and_declare),
    Story(RECONCILE, HISTORY, look_after, given=start_and_declare),
    Story(RECONCILE, "conversations.members", look_after, given=start_and_declare_privately),
    Story(RECONCILE, JOIN, unarchive, given=start_declare_and_archive),
    Story(OUTCOME, POST, page, given=start_and_declare),
    Story(OUTCOME, HISTORY, page, given=start_and_declare, lead=POST),
    Story(OUTCOME, UPDATE, the_pager_is_back, given=start_declare_and_page_in_vain),
    Story(OUTCOME, "conversations.replies", page_from_outside, given=start_declare_and_archive, lead=POST),
    Story(CALL, "conversations.open", page_in_vain, given=start_and_declare),
    Story(CALL, POST, page_in_vain, given=start_and_declare),
    Story(CALL, HISTORY, page_in_vain, given=start_and_declare, lead=POST),
    Story(CALL, UPDATE, page_in_vain, given=start_and_declare, lead=POST),
)
