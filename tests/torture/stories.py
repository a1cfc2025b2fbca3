"""What people do so that a kind of delivery calls a method of Slack: a short story for each, told with Slack failing there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory, mkdtemp

from sqlalchemy import delete, select, update

from bot.config import Channels, Digest
from bot.config.nudges import DAYS
from bot.digest.model import DigestSubscription
from bot.directory.people import Person
from bot.incidents.model import Incident
from bot.outbox.model import OPEN
from bot.playground import Playground
from bot.playground.faults import Rule
from bot.remediation import tracking_surfaces
from tests.databases import new_sqlite
from tests.torture import signs
from tests.torture.faulting import CHANNEL, Stage, Visible, staged, visible, without_database

Act = Callable[[Stage], None]
PUSHPIN = "pushpin"
TOOL = "hammer_and_wrench"


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


def export(stage: Stage) -> None:
    stage.types("/sev export SEV-1 csv")


def adopt(stage: Stage) -> None:
    """The channel has the name a made one would have, so that people look for trouble in the same places."""
    room = stage.ada.creates(CHANNEL.removeprefix("#"))
    stage.ada.pins(stage.ada.says("declines began at 10:02", in_=room))
    stage.types("/sev adopt SEV1 checkout is down", in_=CHANNEL)


def start_and_adopt(stage: Stage) -> None:
    stage.start()
    adopt(stage)


def pass_over(stage: Stage) -> None:
    stage.ada.clicks("No", in_=CHANNEL)
    stage.settle()


def start_declare_and_subscribe(stage: Stage) -> None:
    """Grace is sent what is new of ada's SEV."""
    start_and_declare(stage)
    subscribe(stage)


def subscribe(stage: Stage) -> None:
    stage.slack.person("grace").goes_to("#general").types("/sev subscribe SEV-1")
    stage.settle()


def open_home(stage: Stage) -> None:
    stage.ada.opens_home()
    stage.settle()


def set_bridge(stage: Stage) -> None:
    stage.types("/sev bridge https://meet.example.com/two", in_=CHANNEL)


def start_and_set_a_bridge_where_none_is_usual(stage: Stage) -> None:
    settings = stage.bot.settings
    settings.current = settings.current.model_copy(update={"channels": Channels()})
    start_and_declare(stage)
    set_bridge(stage)


def take_the_bridge_away(stage: Stage) -> None:
    stage.types("/sev bridge none", in_=CHANNEL)


def take_a_role(stage: Stage) -> None:
    stage.types("/sev take scribe", in_=CHANNEL)


def start_and_command(stage: Stage) -> None:
    start_and_declare(stage)
    stage.types("/sev take ic", in_=CHANNEL)


def hand_over(stage: Stage) -> None:
    stage.types("/sev handoff @grace I need some sleep", in_=CHANNEL)


def start_and_hand_over(stage: Stage) -> None:
    start_and_command(stage)
    hand_over(stage)


def decline(stage: Stage) -> None:
    stage.slack.person("grace").goes_to("@sevbot").clicks("Decline")
    stage.settle()


def invite(stage: Stage) -> None:
    """Invite somebody and a group, two of whom are there already."""
    stage.types("/sev invite @linus @engineers", in_=CHANNEL)


def come_late(stage: Stage) -> None:
    stage.slack.person("linus").joins(CHANNEL)
    stage.settle()


def look_after(stage: Stage) -> None:
    """What the schedule does every ten minutes, and every new connection."""
    stage.bot.reconcile()
    stage.settle()


def is_tagged(stage: Stage, name: str = "ada", *, thread: bool = False) -> None:
    """Somebody says something in the SEV's channel, perhaps in a thread, and reacts to it with a pushpin."""
    person = stage.slack.person(name)
    if person.id not in stage.slack.channel(CHANNEL).members:
        person.joins(CHANNEL)
    message = person.says("Rolled back.", in_=CHANNEL)
    if thread:
        message = person.says("It helped.", thread=message)
    stage.settle()
    person.reacts(PUSHPIN, to=message)
    stage.settle()


def is_tagged_by_a_stranger(stage: Stage) -> None:
    """Linus is nobody the bot remembers, as when another replica greeted him, or nobody did."""
    linus = stage.slack.person("linus")
    linus.joins(CHANNEL)
    message = linus.says("Rolled back.", in_=CHANNEL)
    stage.settle()
    stage.bot.database.run(lambda session: session.execute(delete(Person).where(Person.user_id == linus.id)))
    stage.bot.acquaintance._known.clear()
    stage.bot.acquaintance._standings.clear()
    linus.reacts(PUSHPIN, to=message)
    stage.settle()


def is_tagged_after_a_restart(stage: Stage) -> None:
    """What the bot remembered is gone by the time of the reaction."""
    message = stage.ada.says("Rolled back.", in_=CHANNEL)
    stage.settle()
    stage.bot.house.memory._said.clear()
    stage.ada.reacts(PUSHPIN, to=message)
    stage.settle()


def is_untagged(stage: Stage) -> None:
    message = next(each for each in stage.slack.channel(CHANNEL).messages.values() if each.text == "Rolled back.")
    stage.ada.unreacts(PUSHPIN, to=message)
    stage.settle()


def becomes_an_item(stage: Stage, name: str = "ada") -> None:
    """Somebody says something in the SEV's channel, and reacts to it so that it becomes an action item."""
    person = stage.slack.person(name)
    if person.id not in stage.slack.channel(CHANNEL).members:
        person.joins(CHANNEL)
    message = person.says("We need a breaker.", in_=CHANNEL)
    stage.settle()
    person.reacts(TOOL, to=message)
    stage.settle()


def becomes_an_item_by_a_stranger(stage: Stage) -> None:
    linus = stage.slack.person("linus")
    linus.joins(CHANNEL)
    stage.settle()
    stage.bot.database.run(lambda session: session.execute(delete(Person).where(Person.user_id == linus.id)))
    stage.bot.acquaintance._known.clear()
    stage.bot.acquaintance._standings.clear()
    becomes_an_item(stage, "linus")


def start_declare_and_make_an_item(stage: Stage) -> None:
    start_and_declare(stage)
    becomes_an_item(stage)


def start_declare_and_promise(stage: Stage) -> None:
    """Beside the SEV there is one that was before it, of which something is still open."""
    start_and_declare(stage)
    stage.types("/sev declare SEV4 card processor refuses payments")
    stage.types("/sev action SEV-2 add add a circuit breaker @ada")
    a_week_ago = stage.bot.clock.now() - timedelta(days=7)
    before = update(Incident).where(Incident.number == 2).values(declared_at=a_week_ago)
    stage.bot.database.run(lambda session: session.execute(before))


def comes_again(stage: Stage) -> None:
    stage.types("/sev title SEV-1 the card processor refuses payments")


def give_the_item(stage: Stage) -> None:
    stage.types("/sev action give SEV-1/1 payments")


def start_declare_and_meet(stage: Stage) -> None:
    start_and_declare(stage)
    stage.slack.person("grace").goes_to("#general").types("/sev list")


def promise_for_another(stage: Stage) -> None:
    stage.types("/sev action SEV-1 add cap the retries @grace")


def start_declare_and_give(stage: Stage) -> None:
    start_declare_and_meet(stage)
    promise_for_another(stage)


def start_declare_and_tag(stage: Stage) -> None:
    start_and_declare(stage)
    is_tagged(stage)


def start_declare_and_miss(stage: Stage) -> None:
    """Of three messages on the timeline one is deleted, and another one tagged, without the bot hearing of it."""
    start_and_declare(stage)
    is_tagged(stage, thread=True)
    is_tagged(stage)
    told, stage.slack.workspace.on_event = stage.slack.workspace.on_event, lambda _event: None
    gone = [each for each in stage.slack.channel(CHANNEL).messages.values() if each.text == "It helped."]
    stage.ada.deletes(gone[0])
    stage.ada.reacts(PUSHPIN, to=stage.ada.says("It works again.", in_=CHANNEL))
    stage.slack.workspace.on_event = told


def declare_and_wait(stage: Stage) -> None:
    """A SEV with nobody in command, and half an hour later."""
    start_and_declare(stage)
    half_an_hour_passes(stage)


def half_an_hour_passes(stage: Stage) -> None:
    stage.slack.advance_clock(1800)
    stage.bot.slack.call("auth.test")  # by whose answer the bot learns what time it is


def remind(stage: Stage) -> None:
    """What the schedule does every few seconds."""
    stage.bot.house.remind()
    stage.settle()


def start_declare_and_remind(stage: Stage) -> None:
    declare_and_wait(stage)
    remind(stage)


def promise_and_wait(stage: Stage) -> None:
    """Ada promised something, and half of the time is over, at an hour at which she works."""
    _promise(stage, "@ada")


def promise_of_a_team_and_wait(stage: Stage) -> None:
    _promise(stage, "@payments")


def _promise(stage: Stage, whose: str) -> None:
    start_and_command(stage)
    stage.types(f"/sev action add cap the retries {whose} due 16d", in_=CHANNEL)
    now = stage.bot.clock.now()
    monday = (now + timedelta(days=14 - now.weekday())).replace(hour=11, minute=0, second=0)
    stage.slack.advance_clock((monday - now).total_seconds())
    stage.bot.slack.call("auth.test")  # by whose answer the bot learns what time it is


def snooze(stage: Stage) -> None:
    stage.types("/sev snooze SEV-1 1h")


def declare_archive_and_wait(stage: Stage) -> None:
    start_declare_and_archive(stage)
    half_an_hour_passes(stage)


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
    emergencies = stage.bot.house.emergencies
    with without_database(stage.bot):
        stage.ada.goes_to("#general").types("/sev declare SEV1 checkout is down")
        stage.slack.wait_until(lambda: "post" in emergencies.journal.all()[0].done, why="all is done that can be")
    bring_in(stage)


def bring_in(stage: Stage) -> None:
    """The database is back: what the schedule does every two seconds."""

    def is_done() -> bool:
        stage.bot.house.emergencies.carry_on()
        return not stage.bot.house.emergencies.journal.all()

    stage.slack.wait_until(is_done, why="it is brought in")
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


def start_declare_and_choose_a_digest(stage: Stage) -> None:
    """Ada is told when it can't be posted. A picture takes longer to draw than the tests' bot has patience."""
    start_and_declare(stage)
    settings = stage.bot.settings
    patient = settings.current.delivery.model_copy(update={"attempt_limit": timedelta(seconds=20)})
    digest = Digest.model_validate({"key": "daily", "channel": "#incidents", "days": DAYS, "tell": "U01ADA"})
    settings.current = settings.current.model_copy(update={"digests": (digest,), "delivery": patient})
    stage.bot.house.digests.send_due()


def start_declare_and_watch(stage: Stage) -> None:
    start_and_declare(stage)
    signs.watch_a_workflow(stage)


def start_declare_and_see_a_sign(stage: Stage) -> None:
    start_declare_and_watch(stage)
    signs.a_sign_is_seen(stage)


def start_declare_and_hold_checks_back(stage: Stage) -> None:
    start_and_declare(stage)
    signs.checks_prove_nothing(stage)


def start_declare_and_send_something_unknown(stage: Stage) -> None:
    start_and_declare(stage)
    signs.something_unknown_is_sent(stage)


def start_declare_and_fail_at_a_query(stage: Stage) -> None:
    start_and_declare(stage)
    signs.a_query_fails_for_long(stage)


def a_digest_is_due(stage: Stage) -> None:
    move_to_the_digest(stage)
    stage.settle()


def move_to_the_digest(stage: Stage) -> None:
    with stage.bot.database.read() as session:
        (due_at,) = session.scalars(select(DigestSubscription.next_due_at))
    assert due_at is not None
    stage.slack.advance_clock((due_at - stage.bot.clock.now()).total_seconds() + 1)
    stage.bot.slack.call("auth.test")  # by whose answer the bot learns what time it is
    stage.bot.house.digests.send_due()


def a_digest_is_late(stage: Stage) -> None:
    """Slack does not take it until it was told that it is late."""
    refusing = stage.slack.faults.add(POST, "500", times=None, where=lambda call: call.delivery_kind == DIGEST)
    move_to_the_digest(stage)
    stage.slack.wait_until(lambda: told_that_it_is_late(stage), why="it is told that it is late", seen=stage.queue)
    refusing.times = 0
    stage.settle()


def told_that_it_is_late(stage: Stage) -> bool:
    return any(row.kind == DIGEST_TROUBLE and row.state not in OPEN for row in stage.rows())


def start_declare_and_name_the_operators(stage: Stage) -> None:
    """The bot reads files of its own, which can be spoiled."""
    start_and_declare(stage)
    settings = stage.bot.settings
    settings.folder = Path(copytree(settings.folder, Path(mkdtemp()) / "config"))
    with (settings.folder / "sevbot.yaml").open("a") as file:
        file.write("\noperators: '#incidents'\n")
    look_at_the_configuration(stage)


def spoil_the_configuration(stage: Stage) -> None:
    (stage.bot.settings.folder / "workflows.yaml").write_text("workflows: nowhere\n")
    look_at_the_configuration(stage)


def start_declare_and_spoil_the_configuration(stage: Stage) -> None:
    start_declare_and_name_the_operators(stage)
    spoil_the_configuration(stage)


def mend_the_configuration(stage: Stage) -> None:
    (stage.bot.settings.folder / "workflows.yaml").write_text("workflows: []\n")
    look_at_the_configuration(stage)


def look_at_the_configuration(stage: Stage) -> None:
    """Twice: it is read once it stayed the same."""
    stage.bot.house.operations.config_watch.look()
    stage.bot.house.operations.config_watch.look()
    stage.settle()


def ask_for_a_picture(stage: Stage) -> None:
    stage.types("/sev stats")
    stage.ada.clicks("Picture: SEVs per week", in_="#general")
    stage.settle()


def draft_postmortem(stage: Stage) -> None:
    stage.types("/sev postmortem SEV-1")


def start_and_draft(stage: Stage) -> None:
    start_and_declare(stage)
    draft_postmortem(stage)


def write_section(stage: Stage, section: str = "summary") -> None:
    stage.ada.clicks(f"postmortem.open_section:{section}", in_=CHANNEL)
    stage.ada.fills(text="The cache was full.")
    stage.ada.submits()
    stage.settle()


def write_postmortem(stage: Stage) -> None:
    """What must be written is written, each section in its form."""
    for section in ("summary", "impact", "contributing_factors"):
        write_section(stage, section)


def start_and_write(stage: Stage) -> None:
    start_and_draft(stage)
    write_postmortem(stage)


def submit_postmortem(stage: Stage) -> None:
    stage.types("/sev postmortem SEV-1 submit @grace")


def start_and_submit(stage: Stage) -> None:
    start_and_write(stage)
    submit_postmortem(stage)


def approve_postmortem(stage: Stage) -> None:
    stage.slack.person("grace").goes_to("@sevbot").clicks("Approve")
    stage.settle()


def start_and_have_it_approved(stage: Stage) -> None:
    start_and_submit(stage)
    approve_postmortem(stage)


def have_it_approved_and_archive(stage: Stage) -> None:
    """The SEV's channel is gone, so only the configured one hears of it."""
    start_and_have_it_approved(stage)
    archive(stage)


def publish_postmortem(stage: Stage) -> None:
    stage.types("/sev postmortem SEV-1 publish")


def start_and_publish(stage: Stage) -> None:
    start_and_have_it_approved(stage)
    publish_postmortem(stage)


def take_postmortem_back(stage: Stage) -> None:
    stage.types("/sev postmortem SEV-1 draft we learned more")


def export_postmortem(stage: Stage) -> None:
    stage.types("/sev postmortem SEV-1 export html")


def start_declare_and_track(stage: Stage) -> None:
    """Ada's action item has an issue in Jira."""
    start_and_declare(stage)
    stage.types("/sev action add add a circuit breaker @ada due 2027-01-15", in_=CHANNEL)
    stage.types("/sev action track 1", in_=CHANNEL)


def give_its_issue_to_a_stranger(stage: Stage) -> None:
    stage.slack.jira.assigns("OPS-1", "stranger")
    stage.bot.database.run(tracking_surfaces.poll)
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
MEET, FETCH, CONFIRM, UPDATE_CONFIRMATION, CATCH_UP = (
    f"timeline.{name}" for name in ("meet", "fetch_message", "confirm", "update_confirmation", "catch_up")
)
REPLIES = "conversations.replies"
EXPORT, MOVE_IN, OFFER = (f"timeline.{name}" for name in ("export", "move_in", "offer_pinned"))
STATE, NEWS, HOME = "incident.state", "incident.news", "incident.home"
INSTRUCTIONS, HANDOFF, TELL, INVITE_PEOPLE, BRIEF = (
    f"incident.{name}" for name in ("role_instructions", "handoff_offer", "tell_person", "invite_people", "late_brief")
)
DIRECT_NUDGE, NUDGE, NUDGE_REFRESH = "nudges.direct", "nudges.post", "nudges.refresh"
DAILY, TEAM, REFRESH_PERSON = "nudges.daily", "nudges.team", "directory.refresh_person"
REQUEST, LET_IN, WELCOME = (f"incident.{name}" for name in ("access_request", "let_in", "welcome"))
NAME, RECOVERED = "incident.name", "incident.recovered"
OUTCOME, CALL = "paging.outcome", "paging.call"
DIGEST, DIGEST_PICTURE, DIGEST_TROUBLE, STATS_PICTURE = (
    f"digest.{name}" for name in ("post", "picture", "trouble", "stats_picture")
)
PROBLEM, ELSEWHERE, UNKNOWN = "problem.message", "problem.elsewhere", "alerts.unknown"
HELD = "checks.held"
TRACKER_TELL = "tracker.tell"
OPERATORS, QUERIES = "operations.tell_operators", "queries.trouble"
BOARD, PUBLISHED, REVIEW, REVIEWED, POSTMORTEM_FILE = (
    f"postmortems.{name}" for name in ("board", "announcement", "review", "tell", "export")
)
POST, UPDATE, HISTORY, JOIN = "chat.postMessage", "chat.update", "conversations.history", "conversations.join"
ANNOUNCE_FILE, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"

CALLS_NOTHING = {"incident.consider_request", "remediation.recall"}
"""Kinds that only decide, aside, whether anything follows: Slack can't fail there."""

SHOW_ITEM, LOOK, SAY_KNOWN, TELL_GIVEN = (
    f"remediation.{name}" for name in ("show_item", "look_at_message", "say_known", "tell_given")
)

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
    Story(BOOKMARK, "bookmarks.edit", set_bridge, given=start_and_declare),
    Story(BOOKMARK, "bookmarks.remove", take_the_bridge_away, given=start_and_set_a_bridge_where_none_is_usual),
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
    Story(STATE, "conversations.open", subscribe, given=start_and_declare),
    Story(STATE, POST, subscribe, given=start_and_declare),
    Story(STATE, HISTORY, subscribe, given=start_and_declare, lead=POST),
    Story(STATE, UPDATE, change_title, given=start_declare_and_subscribe),
    Story(NEWS, POST, change_severity, given=start_declare_and_subscribe),
    Story(NEWS, HISTORY, change_severity, given=start_declare_and_subscribe, lead=POST),
    Story(NEWS, UPDATE, change_severity, given=start_declare_and_subscribe, lead=POST),
    Story(HOME, "views.publish", open_home, given=start_and_declare),
    Story(RECONCILE, "conversations.info", look_after, given=start_and_declare),
    Story(RECONCILE, HISTORY, look_after, given=start_and_declare),
    Story(RECONCILE, "conversations.members", look_after, given=start_and_declare_privately),
    Story(RECONCILE, JOIN, unarchive, given=start_declare_and_archive),
    Story(MEET, "users.info", is_tagged_by_a_stranger, given=start_and_declare),
    Story(LOOK, "reactions.get", becomes_an_item, given=start_and_declare),
    Story(LOOK, "users.info", becomes_an_item_by_a_stranger, given=start_and_declare),
    Story(SHOW_ITEM, POST, becomes_an_item, given=start_and_declare),
    Story(SHOW_ITEM, REPLIES, becomes_an_item, given=start_and_declare, lead=POST),
    Story(SAY_KNOWN, POST, comes_again, given=start_declare_and_promise),
    Story(SAY_KNOWN, HISTORY, comes_again, given=start_declare_and_promise, lead=POST),
    Story(SAY_KNOWN, UPDATE, comes_again, given=start_declare_and_promise, lead=POST),
    Story(SHOW_ITEM, UPDATE, give_the_item, given=start_declare_and_make_an_item),
    Story(TELL_GIVEN, "conversations.open", promise_for_another, given=start_declare_and_meet),
    Story(TELL_GIVEN, POST, promise_for_another, given=start_declare_and_meet),
    Story(TELL_GIVEN, HISTORY, promise_for_another, given=start_declare_and_meet, lead=POST),
    Story(TELL_GIVEN, UPDATE, give_the_item, given=start_declare_and_give),
    Story(TELL_GIVEN, JOIN, give_the_item, given=start_declare_and_make_an_item, lead=POST),
    Story(FETCH, "reactions.get", is_tagged_after_a_restart, given=start_and_declare),
    Story(CONFIRM, POST, is_tagged, given=start_and_declare),
    Story(CONFIRM, REPLIES, is_tagged, given=start_and_declare, lead=POST),
    Story(CONFIRM, UPDATE, is_tagged, given=start_and_declare, lead=POST),
    Story(UPDATE_CONFIRMATION, UPDATE, is_untagged, given=start_declare_and_tag),
    Story(CATCH_UP, HISTORY, look_after, given=start_declare_and_miss),
    Story(CATCH_UP, REPLIES, look_after, given=start_declare_and_miss),
    Story(CATCH_UP, "reactions.get", look_after, given=start_declare_and_miss),
    Story(EXPORT, "conversations.open", export, given=start_and_declare),
    Story(EXPORT, ANNOUNCE_FILE, export, given=start_and_declare),
    Story(EXPORT, COMPLETE, export, given=start_and_declare),
    Story(EXPORT, HISTORY, export, given=start_and_declare, lead=COMPLETE),
    Story(MOVE_IN, JOIN, adopt),
    Story(MOVE_IN, "pins.list", adopt),
    Story(MOVE_IN, "conversations.members", adopt),
    Story(OFFER, POST, adopt),
    Story(OFFER, HISTORY, adopt, lead=POST),
    Story(OFFER, UPDATE, pass_over, given=start_and_adopt),
    Story(INSTRUCTIONS, "conversations.open", take_a_role, given=start_and_declare),
    Story(INSTRUCTIONS, POST, take_a_role, given=start_and_declare),
    Story(INSTRUCTIONS, HISTORY, take_a_role, given=start_and_declare, lead=POST),
    Story(INSTRUCTIONS, UPDATE, take_a_role, given=start_and_declare, lead=POST),
    Story(HANDOFF, "conversations.open", hand_over, given=start_and_command),
    Story(HANDOFF, POST, hand_over, given=start_and_command),
    Story(HANDOFF, HISTORY, hand_over, given=start_and_command, lead=POST),
    Story(HANDOFF, UPDATE, decline, given=start_and_hand_over),
    Story(TELL, "conversations.open", decline, given=start_and_hand_over),
    Story(TELL, POST, decline, given=start_and_hand_over),
    Story(TELL, HISTORY, decline, given=start_and_hand_over, lead=POST),
    Story(TELL, UPDATE, decline, given=start_and_hand_over, lead=POST),
    Story(INVITE_PEOPLE, "usergroups.users.list", invite, given=start_and_declare),
    Story(INVITE_PEOPLE, "conversations.invite", invite, given=start_and_declare),
    Story(BRIEF, "users.info", come_late, given=start_and_declare),
    Story(BRIEF, "chat.postEphemeral", come_late, given=start_and_declare),
    Story(DIRECT_NUDGE, "conversations.open", remind, given=declare_and_wait),
    Story(DIRECT_NUDGE, POST, remind, given=declare_and_wait),
    Story(DIRECT_NUDGE, HISTORY, remind, given=declare_and_wait, lead=POST),
    Story(DIRECT_NUDGE, UPDATE, remind, given=declare_and_wait, lead=POST),
    Story(NUDGE, POST, remind, given=declare_and_wait),
    Story(NUDGE, HISTORY, remind, given=declare_and_wait, lead=POST),
    Story(NUDGE, UPDATE, remind, given=declare_and_wait, lead=POST),
    Story(NUDGE, "conversations.replies", remind, given=declare_archive_and_wait, lead=POST),
    Story(REFRESH_PERSON, "users.info", remind, given=promise_and_wait),
    Story(DAILY, "conversations.open", remind, given=promise_and_wait),
    Story(DAILY, POST, remind, given=promise_and_wait),
    Story(DAILY, HISTORY, remind, given=promise_and_wait, lead=POST),
    Story(DAILY, UPDATE, remind, given=promise_and_wait, lead=POST),
    Story(TEAM, POST, remind, given=promise_of_a_team_and_wait),
    Story(TEAM, JOIN, remind, given=promise_of_a_team_and_wait, lead=POST),
    Story(TEAM, HISTORY, remind, given=promise_of_a_team_and_wait, lead=POST),
    Story(TEAM, UPDATE, remind, given=promise_of_a_team_and_wait, lead=POST),
    Story(NUDGE_REFRESH, UPDATE, snooze, given=start_declare_and_remind),
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
    Story(OUTCOME, POST, page, given=start_and_declare),
    Story(OUTCOME, HISTORY, page, given=start_and_declare, lead=POST),
    Story(OUTCOME, UPDATE, the_pager_is_back, given=start_declare_and_page_in_vain),
    Story(OUTCOME, "conversations.replies", page_from_outside, given=start_declare_and_archive, lead=POST),
    Story(CALL, "conversations.open", page_in_vain, given=start_and_declare),
    Story(CALL, POST, page_in_vain, given=start_and_declare),
    Story(CALL, HISTORY, page_in_vain, given=start_and_declare, lead=POST),
    Story(CALL, UPDATE, page_in_vain, given=start_and_declare, lead=POST),
    Story(PROBLEM, POST, signs.a_sign_is_seen, given=start_declare_and_watch),
    Story(PROBLEM, JOIN, signs.a_sign_is_seen, given=start_declare_and_watch, lead=POST),
    Story(PROBLEM, HISTORY, signs.a_sign_is_seen, given=start_declare_and_watch, lead=POST),
    Story(PROBLEM, UPDATE, signs.it_recovers, given=start_declare_and_see_a_sign),
    Story(ELSEWHERE, POST, signs.a_sign_is_told_elsewhere, given=start_declare_and_watch),
    Story(ELSEWHERE, JOIN, signs.a_sign_is_told_elsewhere, given=start_declare_and_watch, lead=POST),
    Story(ELSEWHERE, HISTORY, signs.a_sign_is_told_elsewhere, given=start_declare_and_watch, lead=POST),
    Story(ELSEWHERE, UPDATE, signs.a_sign_is_told_elsewhere, given=start_declare_and_watch),
    Story(UNKNOWN, POST, signs.something_unknown_is_sent, given=start_and_declare),
    Story(UNKNOWN, JOIN, signs.something_unknown_is_sent, given=start_and_declare, lead=POST),
    Story(UNKNOWN, HISTORY, signs.something_unknown_is_sent, given=start_and_declare, lead=POST),
    Story(UNKNOWN, UPDATE, signs.more_of_it_is_sent, given=start_declare_and_send_something_unknown),
    Story(HELD, POST, signs.checks_prove_nothing, given=start_and_declare),
    Story(HELD, JOIN, signs.checks_prove_nothing, given=start_and_declare, lead=POST),
    Story(HELD, HISTORY, signs.checks_prove_nothing, given=start_and_declare, lead=POST),
    Story(HELD, UPDATE, signs.checks_prove_nothing, given=start_declare_and_hold_checks_back),
    Story(QUERIES, POST, signs.a_query_fails_for_long, given=start_and_declare),
    Story(QUERIES, JOIN, signs.a_query_fails_for_long, given=start_and_declare, lead=POST),
    Story(QUERIES, HISTORY, signs.a_query_fails_for_long, given=start_and_declare, lead=POST),
    Story(QUERIES, UPDATE, signs.it_is_asked_no_more, given=start_declare_and_fail_at_a_query),
    Story(DIGEST, POST, a_digest_is_due, given=start_declare_and_choose_a_digest),
    Story(DIGEST, JOIN, a_digest_is_due, given=start_declare_and_choose_a_digest, lead=POST),
    Story(DIGEST, HISTORY, a_digest_is_due, given=start_declare_and_choose_a_digest, lead=POST),
    Story(DIGEST, UPDATE, a_digest_is_due, given=start_declare_and_choose_a_digest, lead=POST),
    Story(DIGEST_PICTURE, ANNOUNCE_FILE, a_digest_is_due, given=start_declare_and_choose_a_digest),
    Story(DIGEST_PICTURE, COMPLETE, a_digest_is_due, given=start_declare_and_choose_a_digest),
    Story(DIGEST_TROUBLE, "conversations.open", a_digest_is_late, given=start_declare_and_choose_a_digest),
    Story(DIGEST_TROUBLE, POST, a_digest_is_late, given=start_declare_and_choose_a_digest),
    Story(DIGEST_TROUBLE, HISTORY, a_digest_is_late, given=start_declare_and_choose_a_digest, lead=POST),
    Story(DIGEST_TROUBLE, UPDATE, a_digest_is_late, given=start_declare_and_choose_a_digest),
    Story(OPERATORS, POST, spoil_the_configuration, given=start_declare_and_name_the_operators),
    Story(OPERATORS, JOIN, spoil_the_configuration, given=start_declare_and_name_the_operators, lead=POST),
    Story(OPERATORS, HISTORY, spoil_the_configuration, given=start_declare_and_name_the_operators, lead=POST),
    Story(OPERATORS, UPDATE, mend_the_configuration, given=start_declare_and_spoil_the_configuration),
    Story(STATS_PICTURE, "conversations.open", ask_for_a_picture, given=start_declare_and_choose_a_digest),
    Story(STATS_PICTURE, ANNOUNCE_FILE, ask_for_a_picture, given=start_declare_and_choose_a_digest),
    Story(STATS_PICTURE, COMPLETE, ask_for_a_picture, given=start_declare_and_choose_a_digest),
    Story(STATS_PICTURE, HISTORY, ask_for_a_picture, given=start_declare_and_choose_a_digest, lead=COMPLETE),
    Story(BOARD, POST, draft_postmortem, given=start_and_declare),
    Story(BOARD, HISTORY, draft_postmortem, given=start_and_declare, lead=POST),
    Story(BOARD, UPDATE, write_section, given=start_and_draft),
    Story(PUBLISHED, POST, publish_postmortem, given=start_and_have_it_approved),
    Story(PUBLISHED, HISTORY, publish_postmortem, given=start_and_have_it_approved, lead=POST),
    Story(PUBLISHED, JOIN, publish_postmortem, given=have_it_approved_and_archive, lead=POST),
    Story(PUBLISHED, UPDATE, take_postmortem_back, given=start_and_publish),
    Story(REVIEW, "conversations.open", submit_postmortem, given=start_and_write),
    Story(REVIEW, POST, submit_postmortem, given=start_and_write),
    Story(REVIEW, HISTORY, submit_postmortem, given=start_and_write, lead=POST),
    Story(REVIEW, UPDATE, take_postmortem_back, given=start_and_submit),
    Story(REVIEWED, "conversations.open", approve_postmortem, given=start_and_submit),
    Story(REVIEWED, POST, approve_postmortem, given=start_and_submit),
    Story(REVIEWED, HISTORY, approve_postmortem, given=start_and_submit, lead=POST),
    Story(REVIEWED, UPDATE, approve_postmortem, given=start_and_submit, lead=POST),
    Story(POSTMORTEM_FILE, "conversations.open", export_postmortem, given=start_and_draft),
    Story(POSTMORTEM_FILE, "files.getUploadURLExternal", export_postmortem, given=start_and_draft),
    Story(POSTMORTEM_FILE, COMPLETE, export_postmortem, given=start_and_draft),
    Story(POSTMORTEM_FILE, HISTORY, export_postmortem, given=start_and_draft, lead=COMPLETE),
    Story(TRACKER_TELL, "conversations.open", give_its_issue_to_a_stranger, given=start_declare_and_track),
    Story(TRACKER_TELL, POST, give_its_issue_to_a_stranger, given=start_declare_and_track),
    Story(TRACKER_TELL, HISTORY, give_its_issue_to_a_stranger, given=start_declare_and_track, lead=POST),
    Story(TRACKER_TELL, UPDATE, give_its_issue_to_a_stranger, given=start_declare_and_track, lead=POST),
)
