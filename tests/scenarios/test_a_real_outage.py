"""One outage from alarm to all-clear, told as it goes: three people, two handoffs, an edit, a thread, an aside, and Slack itself
away in the middle. At the end every line of the channel is compared: one more or less is a fault."""

import re

import pytest

from bot.playground import Channel, Person
from tests.scenarios.stories import Stage

NOTICE = re.compile(r"has joined the channel$|set the channel topic: ")
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2} \d{4}")


@pytest.fixture
def is_new() -> bool:
    """All that is ever said is compared, the greetings too."""
    return True


def test_an_outage_from_the_alarm_to_the_all_clear(
    troubled_stage: Stage, ada: Person, grace: Person, linus: Person
) -> None:
    stage, slack = troubled_stage, troubled_stage.slack
    sev = stage.declared(ada, "SEV3 orders fail")
    ada.goes_to(sev.channel)
    ada.types("/sev take ic")
    stage.begins()
    grace.joins(sev.channel)
    stage.hears()
    grace.goes_to(sev.channel)
    found = grace.says("The last deploy broke the price service.")
    ada.reacts("pushpin", to=found)
    stage.hears()
    grace.edits(found, "The 10:02 deploy broke the price service.")
    ada.types("/sev severity SEV2")
    ada.types("/sev update 30m We roll back the price service.")
    stage.hears()
    ada.types("/sev handoff @grace I have to sleep")
    stage.begins()
    grace.goes_to("@sevbot").clicks("Accept")
    stage.begins()
    grace.goes_to(sev.channel)
    linus.joins(sev.channel)
    stage.hears()
    linus.goes_to(sev.channel)
    grace.creates("leads", private=True)
    grace.says("Between us: who reviewed that deploy?", in_="#leads")
    question = grace.says("Is the cache warm again?", in_=sev.channel)
    reply = linus.says("Warm since 10:40.", thread=question)
    linus.reacts("pushpin", to=reply)
    stage.hears()
    slack.faults.add("*", "500", times=None)
    assert grace.types("/sev mitigate").text == "SEV-1 is now mitigated."
    slack.faults.clear()
    stage.begins()
    grace.types("/sev handoff @linus")
    stage.begins()
    linus.goes_to("@sevbot").clicks("Accept")
    stage.begins()
    linus.goes_to(sev.channel)
    linus.types("/sev resolve")
    stage.begins()
    told, notices = read(stage, sev.channel)
    assert told == CARD + LINES
    assert [each for each in notices if "topic" in each] == TOPICS
    assert {each for each in notices if "topic" not in each} == JOINED
    assert read(stage, "#incidents")[0] == ANNOUNCED
    for person, words in DIRECT.items():
        assert read(stage, slack.direct(person))[0] == words, person
    assert [f"{entry.kind}: {entry.text}".removesuffix(": ") for entry in sev.facts] == TIMELINE


def read(stage: Stage, place: Channel | str) -> tuple[list[str], list[str]]:
    """What was said somewhere, in order; and Slack's own notices, which come beside it."""
    lines = [TIME.sub("then", line) for line in stage.slack.transcript(place)]
    notices = [line for line in lines if NOTICE.search(line)]
    return [line for line in lines if line not in notices], notices


CARD = """sevbot: :large_orange_circle: SEV-1 SEV2: orders fail
Latest update by @Ada Lovelace, then
We roll back the price service.
Status
:white_check_mark: Resolved
Severity
SEV2
A critical workflow is badly degraded
Declared by
@Ada Lovelace
Incident commander
@Linus Torvalds
Workflows
None named
Next update
None promised
Declared then  |  Acknowledged then  |  Mitigated then  |  Resolved then
:telephone_receiver: Bridge
Postmortem: :hourglass_flowing_sand: Not begun, due then
[Close]
[Reopen…]
[Edit…]
[Times…]
[Action item…]
[Postmortem]""".splitlines()
LINES = """sevbot: @Ada Lovelace declared SEV-1 as SEV3. Type /sev here to see what you can do.
sevbot: @Ada Lovelace is Incident commander of SEV-1 now.
grace: The 10:02 deploy broke the price service.
    sevbot: On the timeline of SEV-1.
    [Undo]
sevbot: @Ada Lovelace changed the severity from SEV3 to SEV2.
sevbot: Update by @Ada Lovelace:
We roll back the price service.
Next update then
sevbot: @Grace Hopper took over from @Ada Lovelace as Incident commander.
grace: Is the cache warm again?
    linus: Warm since 10:40.
    sevbot: On the timeline of SEV-1.
    [Undo]
sevbot: @Grace Hopper set the status to :adhesive_bandage: Mitigated.
sevbot: @Linus Torvalds took over from @Grace Hopper as Incident commander.
sevbot: @Linus Torvalds set the status to :white_check_mark: Resolved.""".splitlines()
TOPICS = [
    f"sevbot: @Sevbot set the channel topic: SEV-1 | {each} | orders fail"
    for each in ("SEV3 | Investigating", "SEV2 | Investigating", "SEV2 | Mitigated", "SEV2 | Resolved")
]
JOINED = {
    f"{name}: @{whole} has joined the channel"
    for name, whole in (
        ("sevbot", "Sevbot"), ("ada", "Ada Lovelace"), ("grace", "Grace Hopper"), ("linus", "Linus Torvalds"),
    )
}  # fmt: skip
ANNOUNCED = """sevbot: Hello. SEVs will be announced here from now on.
sevbot: :large_orange_circle: SEV-1 SEV2: orders fail
:white_check_mark: Resolved, then
Latest update by @Ada Lovelace, then
We roll back the price service.
It was worked on in #sev-1-orders-fail""".splitlines()
INSTRUCTIONS = """You decide. Keep an overview, give the work to others, and promise a next update.
Its channel is #sev-1-orders-fail. /sev handoff SEV-1 commander @who hands it over.""".splitlines()
TAKEN_OVER = [
    "sevbot: You are Incident commander of :large_orange_circle: SEV-1 SEV2: orders fail", *INSTRUCTIONS,
]  # fmt: skip
DIRECT = {
    "ada": [
        "sevbot: You are Incident commander of :large_yellow_circle: SEV-1 SEV3: orders fail", *INSTRUCTIONS,
    ],
    "grace": ["sevbot: You took over from @Ada Lovelace as Incident commander of SEV-1.", *TAKEN_OVER],
    "linus": ["sevbot: You took over from @Grace Hopper as Incident commander of SEV-1.", *TAKEN_OVER],
}  # fmt: skip
"""What each of them was told by the bot alone."""
TIMELINE = [
    "declared", "channel", "role", "message: The 10:02 deploy broke the price service.", "severity",
    "update: We roll back the price service.", "handoff_offered: I have to sleep", "handoff",
    "message: Warm since 10:40.", "status", "handoff_offered", "handoff", "status",
]  # fmt: skip
