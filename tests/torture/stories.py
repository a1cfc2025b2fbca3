"""What people do so that a kind of delivery calls a method of Slack: a short story for each, told with Slack failing there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.playground import Playground
from bot.playground.faults import Rule
from tests.databases import new_sqlite
from tests.torture.faulting import CHANNEL, Stage, Visible, staged, visible, without_database

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


def ask_for_access(stage: Stage) -> None:
    stage.slack.person("grace").types("/sev access SEV-1 I run its database")
    stage.settle()


def declare_privately_and_ask(stage: Stage) -> None:
    start_and_declare_privately(stage)
    ask_for_access(stage)


def let_in(stage: Stage) -> None:
    stage.ada.clicks("Let them in", in_=PRIVATE_CHANNEL)
    stage.settle()


def declare_without_database(stage: Stage) -> None:
    emergencies = stage.bot.emergencies
    with without_database(stage.bot):
        stage.ada.goes_to("#general").types("/sev declare SEV1 checkout is down")
        stage.slack.wait_until(lambda: "post" in emergencies.journal.all()[0].done, why="all is done that can be")
    bring_in(stage)


def bring_in(stage: Stage) -> None:
    """The database is back: what the schedule does every two seconds."""

    def is_done() -> bool:
        stage.bot.emergencies.carry_on()
        return not stage.bot.emergencies.journal.all()

    stage.slack.wait_until(is_done, why="it is brought in")
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


PRIVATE_CHANNEL = "#sev-1"
LEARN = "directory.learn_channel"
CREATE, INVITE, CARD, PIN, TOPIC, BOOKMARK, ANNOUNCEMENT, LINE, ANSWER, TROUBLE, RECONCILE = (
    f"incident.{name}"
    for name in (
        "create_channel", "invite", "card", "pin", "topic", "bookmark", "announcement", "line", "answer", "trouble",
        "reconcile",
    )
)  # fmt: skip
REQUEST, LET_IN, WELCOME = (f"incident.{name}" for name in ("access_request", "let_in", "welcome"))
NAME, RECOVERED = "incident.name", "incident.recovered"
POST, UPDATE, HISTORY, JOIN = "chat.postMessage", "chat.update", "conversations.history", "conversations.join"

CALLS_NOTHING = {"incident.consider_request"}
"""Kinds that only decide, aside, whether anything follows: Slack can't fail there."""

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
    Story(NAME, "conversations.rename", declare_without_database),
    Story(NAME, "conversations.info", declare_without_database, lead="conversations.rename"),
    Story(RECOVERED, UPDATE, declare_without_database),
    Story(REQUEST, POST, ask_for_access, given=start_and_declare_privately),
    Story(REQUEST, HISTORY, ask_for_access, given=start_and_declare_privately, lead=POST),
    Story(REQUEST, UPDATE, let_in, given=declare_privately_and_ask),
    Story(LET_IN, "conversations.invite", let_in, given=declare_privately_and_ask),
    Story(WELCOME, "conversations.open", let_in, given=declare_privately_and_ask),
    Story(WELCOME, POST, let_in, given=declare_privately_and_ask),
    Story(WELCOME, HISTORY, let_in, given=declare_privately_and_ask, lead=POST),
    Story(WELCOME, UPDATE, let_in, given=declare_privately_and_ask, lead=POST),
)
