"""A postmortem is found again: as a file, in lists, by its words; and only by who may see its SEV."""

from datetime import timedelta

from bot.playground import Person
from bot.playground.model import File
from bot.postmortems import reading
from bot.remediation.model import ActionItem
from tests.postmortems.writing import is_published, is_written, writes
from tests.scenarios.stories import Sev, Stage


def file_of(stage: Stage, person: str) -> File:
    """The newest file in a person's conversation with the bot."""
    stage.settles()
    with stage.slack.workspace.lock:
        shown = stage.slack.direct(person).messages.values()
        return [stage.slack.workspace.files[each] for message in shown for each in message.file_ids][-1]


def has_item(sev: Sev) -> None:
    """Somebody promised something."""
    now = sev.kept.declared_at
    item = ActionItem(
        incident_id=sev.kept.id, number=1, title="Alert on the cache", owner_user="U01ADA", created_by="U01ADA",
        created_at=now, changed_at=now, proof="an alert in staging",
    )  # fmt: skip
    sev.stage.bot.database.run(lambda session: session.add(item))


def test_a_file_holds_all_that_is_known(stage: Stage, sev: Sev, ada: Person) -> None:
    has_item(sev)
    ada.types("/sev postmortem")
    writes(ada, sev, "impact", "A third <could> not pay.\n\nFor an hour.")
    ada.types("/sev postmortem link https://docs.example.com/1 The graphs")
    ada.types("/sev field contact @grace")
    ada.types("/sev field workaround Pay by <transfer>")
    told = ada.types("/sev postmortem export").text
    assert told == "The postmortem of SEV-1 is on its way to you, in a direct message."
    ada.sees("Here is the postmortem of SEV-1.", in_="@sevbot")
    file = file_of(stage, "ada")
    assert file.name == "sev-1-postmortem.html"
    page = file.content.decode()
    for part in (
        "<h1>SEV-1: checkout is down</h1>", "<p>A third &lt;could&gt; not pay.</p>\n<p>For an hour.</p>",
        "from declared to acknowledged", "not known: it has no time for started and detected", "Alert on the cache",
        "an alert in staging", '<a href="https://docs.example.com/1" rel="noreferrer">The graphs</a>',
        "ada set the status to Resolved.", "<dt>Incident commander</dt><dd>ada</dd>",
        "<dt>Regulator contact</dt><dd>grace</dd>", "<dt>Workaround</dt><dd>Pay by &lt;transfer&gt;</dd>",
        "ada set Regulator contact to grace.",
    ):  # fmt: skip
        assert part in page, part
    ada.types("/sev postmortem export md")
    stage.settles()
    page = file_of(stage, "ada").content.decode()
    assert page.startswith("# SEV\\-1: checkout is down\n")
    assert "\n## Impact\n\nA third \\<could\\> not pay\\.\n\nFor an hour\\.\n" in page
    stage.slack.expect_all()


def test_what_customers_get_names_nobody(stage: Stage, sev: Sev, ada: Person) -> None:
    has_item(sev)
    ada.types("/sev postmortem")
    is_written(ada, sev)
    ada.types("/sev postmortem export md customer")
    ada.sees("Here is the postmortem of SEV-1.", in_="@sevbot")
    page = file_of(stage, "ada").content.decode()
    assert "## What happened" in page
    assert "## Why it happened" in page
    for secret in ("ada", "Ada", "http", "Alert on the cache", "SEV", "Timeline"):
        assert secret not in page, secret
    stage.slack.expect_all()


def test_an_export_asked_for_in_vain_is_explained(sev: Sev, ada: Person) -> None:
    assert ada.types("/sev postmortem export").text.startswith("SEV-1 has no postmortem yet.")
    ada.types("/sev postmortem")
    assert ada.types("/sev postmortem export pdf").text == (
        "The postmortem can be had as html, md, short, full or customer."
    )
    assert ada.types("/sev postmortem burn").text.startswith("/sev postmortem opens it. After it may stand: list, ")
    sev.stage.begins()


def test_they_are_listed_by_cause_and_found_by_their_words(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    ada.types("/sev postmortem")
    stage.settles()
    is_published(ada, grace, sev)
    ada.clicks("Causes…", in_=sev.channel)
    ada.fills(Causes=["Capacity"])
    ada.submits()
    ada.sees("Causes: Capacity", in_=sev.channel)
    assert "checkout is down" in ada.types("/sev postmortem list capacity").text
    assert ada.types("/sev postmortem list defect").text == "There is no such postmortem yet."
    assert ada.types("/sev postmortem list place-order").text == "There is no such postmortem yet."
    assert ada.types("/sev postmortem list nonsense").text.startswith("I can list those of a workflow, or of a cause:")
    assert "the cache was full" in ada.types("/sev postmortem search CACHE ful").text
    assert "Published" in ada.types("/sev postmortem search checkout").text
    assert ada.types("/sev postmortem search elephants").text == "No postmortem that you can see has all these words."
    ada.clicks("Read it", in_="#incidents")
    ada.sees("The impact of it: the cache was full.", in_="#incidents")
    stage.slack.expect_all()


def test_that_of_a_private_sev_is_for_its_members_alone(
    stage: Stage, ada: Person, grace: Person, linus: Person
) -> None:
    sev = stage.declared(ada, "SEV1 payroll is public --private")
    ada.goes_to(sev.channel)
    ada.types("/sev resolve")
    ada.types("/sev postmortem")
    stage.settles()
    is_written(ada, sev)
    assert ada.types("/sev postmortem submit @grace").text == (
        "@Grace Hopper is not in this private SEV. /sev invite brings them in."
    )
    ada.invites(grace, to=sev.channel)
    stage.hears()
    is_published(ada, grace, sev)
    assert stage.said_in("#incidents", containing="postmortem") == []
    ada.sees("The postmortem of SEV-1 is published.", in_=sev.channel)
    for words in ("SEV-1", "SEV-1 export", "SEV-1 approve", "SEV-1 publish"):
        assert linus.types(f"/sev postmortem {words}").text.startswith("There is no SEV-1 that you can see.")
    assert linus.types("/sev postmortem list").text == "There is no such postmortem yet."
    assert "payroll" not in linus.types("/sev postmortem search payroll").text
    assert "payroll" not in linus.types("/sev postmortem search cache").text
    assert "payroll is public" in grace.types("/sev postmortem search payroll").text
    grace.leaves(sev.channel)
    stage.hears()
    assert grace.types("/sev postmortem list").text == "There is no such postmortem yet."
    ada.types("/sev postmortem SEV-1 draft the salaries were older")
    stage.settles()
    assert stage.said_in(stage.slack.direct("grace").id, containing="payroll") == []
    grace.sees("This is not yours to see any more.", in_="@sevbot")
    stage.slack.expect_all()


def test_home_shows_what_one_owes_and_what_waits_for_ones_review(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    ada.opens_home()
    ada.sees(":hourglass_flowing_sand: Not begun, due")
    ada.types("/sev postmortem")
    stage.settles()
    is_written(ada, sev)
    ada.types("/sev postmortem submit @grace")
    stage.settles()
    grace.opens_home()
    grace.sees(":eyes: It waits for your review. /sev postmortem SEV-1 opens it.")
    grace.types("/sev postmortem SEV-1 approve")
    stage.settles()
    assert grace.home is not None
    assert "waits for your review" not in grace.home.text()
    stage.slack.expect_all()


def test_what_is_owed_is_known_with_its_day_until_it_is_published(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    later = stage.declared(ada, "SEV1 sign-in is down")
    for name in (later.name, stage.declared(ada, "SEV4 a typo").name, stage.declared(ada, "SEV1 a drill --drill").name):
        ada.types(f"/sev resolve {name}")
    stage.begins()

    def owed(days: float) -> list[tuple[str, str, bool]]:
        now = stage.bot.clock.now() + timedelta(days=days)
        with stage.bot.database.read() as session:
            found = reading.owed(session, stage.bot.settings.current, now=now)
            return [(each.incident.name, each.postmortem.state, each.is_late) for each in found]

    assert owed(0) == [("SEV-2", "owed", False), ("SEV-1", "owed", False)]
    assert owed(20) == [("SEV-2", "owed", True), ("SEV-1", "owed", True)]
    ada.goes_to(sev.channel).types("/sev postmortem")
    stage.settles()
    is_published(ada, grace, sev)
    assert owed(20) == [("SEV-2", "owed", True)]
    ada.types("/sev reopen SEV-2 it is down again")
    assert owed(20) == []
    stage.begins()
