"""Taking a SEV's timeline away as a file: the asker alone gets it, once."""

import csv
import io

import pytest

from bot.playground import Person
from bot.playground.model import File
from tests.scenarios.stories import Sev, Stage


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    declared = stage.declared(ada, 'SEV2 =HYPERLINK("https://evil.example","pay") is down')
    ada.goes_to(declared.channel)
    stage.hears()
    ada.types("/sev title checkout [is](javascript:alert) down")
    ada.types("/sev mitigate")
    stage.begins()
    return declared


def files_of(stage: Stage, person: str) -> list[File]:
    """The files in a person's conversation with the bot, each as often as it is shown."""
    with stage.slack.workspace.lock:
        shown = stage.slack.direct(person).messages.values()
        return [stage.slack.workspace.files[each] for message in shown for each in message.file_ids]


@pytest.mark.usefixtures("sev")
def test_who_asks_gets_the_file_by_direct_message_and_nobody_else_does(stage: Stage, ada: Person) -> None:
    told = ada.types("/sev export csv")
    assert told.text == "The timeline of SEV-1 is on its way to you, in a direct message."
    ada.sees("Here is the timeline of SEV-1.", in_="@sevbot")
    stage.settles()
    (file,) = files_of(stage, "ada")
    assert (file.name, file.title) == ("sev-1-timeline.csv", "sev-1-timeline.csv")
    assert file.channels == [stage.slack.direct("ada").id]
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert [row["kind"] for row in rows] == ["declared", "channel", "joined", "title", "status"]
    assert rows[0] | {"at": "", "permalink": ""} == {
        "number": "1", "at": "", "kind": "declared", "who": "ada", "text": "ada declared it as SEV2.", "permalink": "",
    }  # fmt: skip
    assert rows[0]["permalink"].startswith("http")
    assert rows[2]["text"] == "ada joined the channel."
    assert rows[3]["text"] == "ada changed the title to “checkout [is](javascript:alert) down”."


@pytest.mark.usefixtures("sev")
def test_a_page_in_markdown_says_what_who_how_long_and_when(stage: Stage, ada: Person) -> None:
    ada.types("/sev export")
    ada.sees("Here is the timeline of SEV-1.", in_="@sevbot")
    stage.settles()
    (file,) = files_of(stage, "ada")
    page = file.content.decode()
    assert file.name == "sev-1-timeline.md"
    assert page.startswith("# SEV\\-1\\: checkout \\[is\\]\\(javascript\\:alert\\) down\n")
    for part in ("- **Severity:** SEV2", "- **Status:** Mitigated", "- **Declared by:** ada", "- **Mitigated:** 20"):
        assert part in page
    assert "- **To mitigate:** " in page
    assert "[message](<http" in page
    assert "](javascript" not in page


@pytest.mark.usefixtures("sev")
def test_an_export_asked_for_in_vain_is_explained(ada: Person) -> None:
    assert ada.types("/sev export pdf").text == "The timeline can be had as markdown or csv."
    assert ada.types("/sev export SEV-9").text == (
        "There is no SEV-9 that you can see. /sev list shows what there is. "
        "If it is private, /sev access SEV-9 WHY asks its people to let you in."
    )


@pytest.mark.parametrize("fault", ["drop_after", "timeout_before", "500"])
@pytest.mark.parametrize("engine", ["sqlite"])
def test_however_slack_fails_the_file_comes_once(troubled_stage: Stage, ada: Person, fault: str) -> None:
    stage = troubled_stage
    sev = stage.declared(ada, "SEV2 checkout is down")
    stage.slack.faults.add("files.completeUploadExternal", fault, times=1)
    ada.goes_to(sev.channel).types("/sev export csv")
    stage.slack.wait_until(lambda: files_of(stage, "ada"), within=30, why="the file comes")
    stage.settles()
    ada.sees("Here is the timeline of SEV-1.", in_="@sevbot")
    assert len(files_of(stage, "ada")) == 1
