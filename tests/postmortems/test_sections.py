"""Sections are written one by one: every save is kept, and nobody writes over another unseen."""

from concurrent.futures import ThreadPoolExecutor

from bot.playground import Person
from tests.postmortems.writing import is_published, is_written, writes
from tests.scenarios.stories import Sev, Stage

IMPACT = "postmortem.open_section:impact"


def is_begun(sev: Sev, ada: Person) -> None:
    ada.types("/sev postmortem")
    sev.stage.begins()


def board(sev: Sev) -> str:
    """What people see of it in the SEV's channel."""
    sev.stage.settles()
    (message,) = sev.stage.said_in(sev.place, containing="[Versions]")
    sev.stage.slack.expected.add(message)
    return sev.stage.words(message)


def test_two_who_begin_it_at_once_have_one(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    grace.goes_to(sev.channel)
    with ThreadPoolExecutor(2) as both:
        replies = [reply.text for reply in both.map(lambda person: person.types("/sev postmortem"), (ada, grace))]
    assert ["ostmortem of SEV-1" in reply for reply in replies] == [True, True]
    stage.settles()
    board(sev)
    assert [entry.kind for entry in sev.facts].count("postmortem_drafted") == 1


def test_in_its_own_channel_it_stands_once_and_is_pointed_to(stage: Stage, sev: Sev, ada: Person) -> None:
    begun = ada.types("/sev postmortem").text
    assert begun == "The postmortem of SEV-1 is begun: it is posted here, where everybody can work on it."
    board(sev)
    (message,) = stage.said_in(sev.place, containing="[Versions]")
    told = ada.types("/sev postmortem")
    assert told.text == "Postmortem of SEV-1: Draft. It is worked on in this message."
    assert message.ts.replace(".", "") in told.message.text
    ada.goes_to("#general")
    assert "[Versions]" in ada.types("/sev postmortem SEV-1").text


def test_paragraphs_are_kept_and_markup_is_not_obeyed(sev: Sev, ada: Person) -> None:
    is_begun(sev, ada)
    assert writes(ada, sev, "impact", "One in three\ncould not pay.\n\n<!channel> lost all") == {}
    assert "One in three\ncould not pay.\n\n@channel lost all" in board(sev)
    ada.clicks(IMPACT, in_=sev.channel)
    ada.sees("One in three\ncould not pay.\n\n@channel lost all")
    ada.closes_modal()


def test_who_saves_later_sees_both_and_loses_nothing(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    is_begun(sev, ada)
    grace.clicks(IMPACT, in_=sev.channel)
    grace.fills(Impact="Nobody could pay.")
    assert writes(ada, sev, "impact", "A third could not pay.") == {}
    grace.submits()
    grace.sees("@Ada Lovelace saved this section")
    form = grace.modal
    assert form is not None
    assert "A third could not pay." in form.text()
    assert "Nobody could pay." in form.text()
    assert "A third could not pay." in board(sev)
    grace.submits()
    stage.settles()
    assert "Nobody could pay." in board(sev)
    ada.clicks("Versions", in_=sev.channel)
    ada.sees("Summary in the postmortem of SEV-1")
    ada.picks("Section", "Impact")
    ada.sees("Version 1, @Ada Lovelace")
    ada.sees("Impact in the postmortem of SEV-1")
    ada.clicks("Restore")
    stage.settles()
    assert "A third could not pay." in board(sev)
    ada.sees("Version 3, @Ada Lovelace")


def test_saving_what_it_says_already_is_no_version(sev: Sev, ada: Person) -> None:
    is_begun(sev, ada)
    for text in ("A third could not pay.", "A third could not pay.  ", "A third could not pay."):
        assert writes(ada, sev, "impact", text) == {}
    assert [record.action for record in sev.audit].count("postmortem.write") == 1
    board(sev)


def test_what_must_be_written_is_named(sev: Sev, ada: Person) -> None:
    assert ada.types("/sev postmortem submit @grace").text == (
        "SEV-1 has no postmortem yet. /sev postmortem SEV-1 drafts it."
    )
    is_begun(sev, ada)
    writes(ada, sev, "impact", "A third could not pay.")
    told = ada.types("/sev postmortem submit @grace").text
    assert told == "These sections are still empty: Summary, Contributing factors. Write them first."
    ada.clicks("Submit for review…", in_=sev.channel)
    ada.fills(Reviewers=["grace"])
    assert ada.submits().errors == {"Reviewers": told}
    ada.closes_modal()
    board(sev)


def test_reviewers_are_others_who_can_review(sev: Sev, ada: Person) -> None:
    is_begun(sev, ada)
    is_written(ada, sev)
    for words, answer in (
        ("", "Name 1 to 10 reviewers: /sev postmortem submit @grace."),
        ("@ada", "Let somebody else review what you submit."),
        (
            "@edsger",
            "@Edsger Dijkstra is a guest, and guests can't change a SEV here. Name somebody of this workspace.",
        ),
    ):
        assert ada.types(f"/sev postmortem submit {words}").text == answer
    board(sev)


def test_changes_that_are_asked_for_make_it_a_draft_again(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    is_begun(sev, ada)
    is_written(ada, sev)
    ada.types("/sev postmortem submit @grace")
    stage.settles()
    assert ada.types("/sev postmortem publish").text == (
        "0 of 1 approvals are there. Its reviewers can approve it with a click."
    )
    grace.goes_to("@sevbot").clicks("Ask for changes…")
    grace.fills(**{"What should change?": "The times are wrong"})
    grace.submits()
    ada.sees("asked for changes in the postmortem of SEV-1, so it is a draft again: The times are wrong", in_="@sevbot")
    grace.sees("You asked for changes in the postmortem of SEV-1.", in_="@sevbot")
    assert "\nThe times are wrong" in board(sev)
    ada.types("/sev postmortem submit @grace")
    grace.sees("@Ada Lovelace asks you to review the postmortem of SEV-1.", in_="@sevbot")
    board(sev)


def test_what_is_published_is_written_again_only_as_a_draft(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    is_begun(sev, ada)
    ada.goes_to("#general").types("/sev postmortem SEV-1")
    ada.goes_to(sev.channel)
    ada.clicks(IMPACT, in_=sev.channel)
    ada.fills(Impact="Nobody could pay.")
    late = ada.modal
    assert late is not None
    stage.slack.workspace.modals[ada.id].clear()
    is_published(ada, grace, sev)
    stage.slack.workspace.modals[ada.id].append(late.view)
    assert "It is published by now, and was not changed." in ada.submits().errors["Impact"]
    ada.closes_modal()
    assert "Edit…" not in board(sev)
    ada.clicks(IMPACT, in_="#general")  # of what she was shown alone, before
    ada.sees("It is published by now, and was not changed.")
    ada.closes_modal()
    assert ada.types("/sev postmortem draft").text.startswith("Say why:")
    ada.types("/sev postmortem draft the cause was another one")
    ada.sees("The postmortem of SEV-1 was published, and is being worked on again.", in_="#incidents")
    stage.expects("is being worked on again")
    assert writes(ada, sev, "impact", "A third could not pay.") == {}
    board(sev)
