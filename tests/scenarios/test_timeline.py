"""Reading a SEV's timeline and mending it."""

import re

import pytest

from bot.playground import Person
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    """A SEV declared from a message of grace's, in whose channel ada is, and which became worse: six entries."""
    report = stage.slack.person("grace").says("nobody can pay", in_="#payments")
    ada.uses_message_shortcut("Declare a SEV from this message", on=report)
    ada.fills(Severity="SEV3")
    ada.submits()
    stage.begins()
    ada.closes_modal()
    stage.hears()
    declared = stage.sev(1)
    ada.goes_to(declared.channel)
    ada.types("/sev severity SEV2")
    ada.types("/sev status identified a bad deploy")
    stage.begins()
    return declared


def entries(text: str) -> list[str]:
    """The lines of a timeline without its times, buttons and the row of choices."""
    found = re.findall(r"^(\d+  .*)$", text, flags=re.MULTILINE)
    return [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC  ", "", line) for line in found]


@pytest.mark.usefixtures("sev")
def test_the_timeline_tells_what_happened_in_order_each_with_its_number_and_link(ada: Person) -> None:
    told = ada.types("/sev timeline")
    assert entries(told.text) == [
        "1  @Grace Hopper: nobody can pay  see",
        "2  @Ada Lovelace declared it as SEV3.  see",
        "3  Its channel is #sev-1-nobody-can-pay.",
        "4  @Ada Lovelace joined the channel.",
        "5  @Ada Lovelace changed the severity from SEV3 to SEV2.  see",
        "6  @Ada Lovelace set the status to Identified: a bad deploy  see",
    ]
    lines = [block["text"]["text"] for block in told.blocks if block["type"] == "section"]
    assert re.search(r"<!date\^\d+\^", lines[1])
    for line in (lines[1], lines[2], lines[5]):
        assert re.search(r"<https?://[^|]+/archives/\w+/p\d+\|see>", line), line
    assert ada.goes_to("#general").types("/sev timeline SEV-1").text == told.text


@pytest.mark.usefixtures("sev")
def test_it_is_narrowed_down_by_sort_person_and_words(ada: Person) -> None:
    asked = {
        "messages": [1],
        "status": [2, 5, 6],
        "status @ada": [2, 5, 6],
        "@grace": [1],
        "PAY": [1],
        "status deploy": [6],
        "people": [4],
        "100%": [],
    }
    for words, numbers in asked.items():
        told = ada.types(f"/sev timeline {words}").text
        assert [int(line.split()[0]) for line in entries(told)] == numbers, words
        assert ("There is no such entry." in told) == (not numbers)


@pytest.mark.usefixtures("sev")
def test_a_long_timeline_is_turned_page_by_page_in_place(stage: Stage, ada: Person) -> None:
    for number in range(20):
        ada.types(f"/sev title trouble number {number}")
    stage.begins()
    newest = ada.types("/sev timeline")
    assert newest.message
    numbers = [int(line.split()[0]) for line in entries(newest.text)]
    assert numbers == list(range(15, 27))
    assert "[Newer]" not in newest.text

    def shown() -> list[int]:
        return [int(line.split()[0]) for line in entries(stage.words(newest.message))]

    ada.clicks("Older", message=newest.message)
    stage.slack.wait_until(lambda: shown() == list(range(3, 15)), why="the page before takes its place")
    ada.clicks("Older", message=newest.message)
    stage.slack.wait_until(lambda: shown() == [1, 2], why="the first page takes its place")
    assert "[Older]" not in stage.words(newest.message)
    ada.clicks("Newer", message=newest.message)
    stage.slack.wait_until(lambda: shown() == list(range(3, 15)), why="the second page is back")
    ada.picks("narrow", "Messages", message=newest.message)
    stage.slack.wait_until(lambda: shown() == [1], why="only messages are shown")


def test_a_message_is_mended_and_keeps_its_number_wherever_it_moves(sev: Sev, ada: Person) -> None:
    before = sev.timeline[0]
    ada.types("/sev entry 1")
    ada.sees("SEV-1, entry 1")
    earlier = int(before.at.timestamp()) // 60 * 60 - 600
    ada.fills(Text="nobody can pay by card", Time=earlier)
    assert ada.submits().errors == {}
    after = sev.timeline[0]
    assert (after.text, int(after.at.timestamp())) == ("nobody can pay by card", earlier)
    assert after.data == before.data | {"mended": True, "moved": True}
    assert entries(ada.types("/sev timeline").text)[0] == "1  @Grace Hopper: nobody can pay by card  see  mended"
    record = sev.audit[-1]
    assert (record.action, record.actor) == ("timeline.mend", ada.id)
    assert record.data["before"] == {"text": "nobody can pay", "at": before.at.isoformat()}
    assert record.data["after"] == {"text": "nobody can pay by card", "at": after.at.isoformat()}


def test_what_was_not_touched_keeps_its_seconds_and_leaves_no_record(sev: Sev, ada: Person) -> None:
    before = sev.timeline[0].at
    ada.types("/sev entry 1")
    ada.sees("SEV-1, entry 1")
    ada.submits()
    assert sev.timeline[0].at == before
    assert not [record for record in sev.audit if record.action.startswith("timeline.")]


def test_what_happened_by_itself_keeps_its_words_but_not_its_time(sev: Sev, ada: Person) -> None:
    ada.types("/sev entry 6")
    ada.sees("This happened by itself, so its words stay as they are.")
    assert ada.modal
    assert [block["block_id"] for block in ada.modal.blocks if block["type"] == "input"] == ["at"]
    ada.fills(Time=int(sev.timeline[0].at.timestamp()) // 60 * 60 - 120)
    assert ada.submits().errors == {}
    first, *_ = entries(ada.types("/sev timeline").text)
    assert first == "6  @Ada Lovelace set the status to Identified: a bad deploy  see  mended"


def test_a_time_must_have_passed(sev: Sev, ada: Person) -> None:
    ada.types("/sev entry")
    ada.sees("SEV-1, entry 6")
    ada.fills(Time=int(sev.timeline[-1].at.timestamp()) + 3600)
    assert ada.submits().errors == {"Time": "This lies in the future. Give a time that has passed."}
    ada.fills(Time=100)
    assert ada.submits().errors == {"Time": "This is too long ago. Is the year right?"}
    ada.closes_modal()


def test_an_entry_is_withdrawn_and_restored(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev entry 1")
    ada.sees("SEV-1, entry 1")
    ada.clicks("Withdraw")
    ada.sees("It was withdrawn")
    ada.closes_modal()
    assert entries(ada.types("/sev timeline").text)[0].startswith("2  ")
    withdrawn = ada.types("/sev timeline withdrawn")
    assert entries(withdrawn.text) == ["1  @Grace Hopper: nobody can pay  see"]
    ada.clicks("Mend…", message=withdrawn.message)
    ada.sees("SEV-1, entry 1")
    ada.clicks("Restore")
    stage.slack.wait_until(lambda: ada.modal and "[Withdraw]" in ada.modal.text(), why="it can be withdrawn again")
    ada.closes_modal()
    assert entries(ada.types("/sev timeline").text)[0] == "1  @Grace Hopper: nobody can pay  see"
    assert [record.action for record in sev.audit][-2:] == ["timeline.withdraw", "timeline.restore"]


@pytest.mark.usefixtures("sev")
def test_the_beginning_stays(ada: Person) -> None:
    ada.types("/sev entry 2")
    ada.sees("SEV-1, entry 2")
    assert ada.modal
    assert "[Withdraw]" not in ada.modal.text()
    ada.closes_modal()


@pytest.mark.usefixtures("sev")
def test_an_entry_that_is_not_there_is_explained(ada: Person) -> None:
    ada.types("/sev entry 99")
    ada.sees("SEV-1 has no entry 99; there are 6. /sev timeline shows them.")
    ada.closes_modal()
    assert ada.types("/sev entry first").text == (
        "Say which entry by its number, as /sev timeline shows it: /sev entry 3."
    )


@pytest.mark.usefixtures("ada")
def test_a_guest_may_read_and_mends_nothing(sev: Sev, edsger: Person) -> None:
    edsger.goes_to("#payments")
    told = edsger.types("/sev timeline SEV-1")
    assert entries(told.text)[0] == "1  @Grace Hopper: nobody can pay  see"
    edsger.types("/sev entry SEV-1 1")
    edsger.sees("SEV-1, entry 1")
    edsger.fills(Text="all is well")
    edsger.submits()
    edsger.sees("Guests can't change a SEV here. Ask somebody of this workspace to do it.")
    edsger.closes_modal()
    assert sev.timeline[0].text == "nobody can pay"


@pytest.mark.usefixtures("sev")
def test_the_story_so_far_is_told_newest_first_each_line_with_a_link(ada: Person) -> None:
    told = ada.types("/sev catchup")
    lines = told.text.splitlines()
    assert lines[0] == ":large_orange_circle: SEV-1 SEV2: nobody can pay"
    assert lines[1].startswith(":dart: Identified since ")
    assert lines[1].endswith(" see")
    assert lines[2] == "Incident commander: nobody card"
    assert lines[3] == "How it came to this, the newest first"
    stories = [line.split(" UTC  ")[1] for line in lines[4:8]]
    assert stories == [
        "@Ada Lovelace set the status to Identified: a bad deploy see",
        "@Ada Lovelace changed the severity from SEV3 to SEV2. see",
        "@Ada Lovelace declared it as SEV3. see",
        "@Grace Hopper: nobody can pay see",
    ]
    assert lines[8] == "2 more entries are in /sev timeline SEV-1.", "its channel, and who came"
    assert told.message.ephemeral_to == ada.id
    for block in told.blocks[2:-1]:
        assert "|see>" in block["text"]["text"]
