"""Who does what in a SEV, and how roles are taken, given and freed."""

from concurrent.futures import ThreadPoolExecutor

from bot.playground import Person, Playground
from tests.scenarios.stories import Stage

TAKEN_BY_ADA = "@Ada Lovelace is Incident commander of SEV-1 now."
TAKEN_BY_GRACE = "@Grace Hopper is Incident commander of SEV-1 now."


def test_the_first_commander_acknowledges_the_sev_and_is_told_what_to_do(
    stage: Stage, ada: Person, grace: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    assert "Incident commander\nNobody yet" in sev.card
    assert "Acknowledged" not in sev.card
    assert grace.types("/sev take SEV-1 ic").text == "You are Incident commander of SEV-1."
    stage.expects(TAKEN_BY_GRACE)
    grace.sees("You are Incident commander of :large_orange_circle: SEV-1 SEV2: checkout is down", in_="@sevbot")
    grace.sees("You decide.", in_="@sevbot")
    grace.sees("Welcome to SEV-1.", in_=sev.place)
    assert sev.members == {"ada", "grace"}, "who leads it is brought in"
    assert "Incident commander\n@Grace Hopper" in sev.card
    acknowledged = sev.kept.acknowledged_at
    assert acknowledged is not None
    assert grace.types("/sev role SEV-1 commander none").text == "Nobody is Incident commander of SEV-1 now."
    stage.settles()
    ada.goes_to(sev.place).clicks("Take command")
    stage.expects("@Grace Hopper relieved themselves as Incident commander of SEV-1.", TAKEN_BY_ADA)
    ada.sees("You decide.", in_="@sevbot")
    assert sev.kept.acknowledged_at == acknowledged, "only the first acknowledges it"
    assert "Take command" not in sev.card


def test_a_sev_that_is_mitigated_already_is_not_acknowledged_by_a_late_commander(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.types("/sev mitigate SEV-1")
    ada.types("/sev take SEV-1 commander")
    stage.expects("set the status to", TAKEN_BY_ADA)
    ada.sees("You decide.", in_="@sevbot")
    assert sev.kept.acknowledged_at is None
    ada.goes_to(sev.place).clicks("Times…")
    ada.sees("Acknowledged")
    assert ada.submits().errors == {}, "its times can still be corrected"


def test_whoever_comes_second_is_told_who_has_it_and_may_take_it_over_expressly(
    stage: Stage, ada: Person, grace: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(sev.place).clicks("Take command")
    stage.expects(TAKEN_BY_ADA)
    ada.sees("You decide.", in_="@sevbot")
    told = grace.types("/sev take SEV-1 ic")
    assert told.text == "@Ada Lovelace is Incident commander of SEV-1.\n[Take over]"
    grace.clicks("Take over", message=told.message)
    stage.expects("@Grace Hopper is Incident commander of SEV-1 now, in the place of @Ada Lovelace.")
    ada.sees("@Grace Hopper is Incident commander of SEV-1 now, in the place of @Ada Lovelace.", in_="@sevbot")
    grace.sees("You decide.", in_="@sevbot")
    grace.sees("Welcome to SEV-1.")
    grace.clicks("Take over", message=told.message)
    stage.settles()
    assert [entry.kind for entry in sev.timeline].count("role") == 2, "a second click changes nothing"
    assert ada.types("/sev take SEV-1 ic").text.startswith("@Grace Hopper is Incident commander"), (
        "it is not taken back"
    )


def test_a_take_over_counts_only_against_the_holder_one_knew_of(
    stage: Stage, ada: Person, grace: Person, linus: Person
) -> None:
    stage.declared(ada, "SEV2 checkout is down")
    ada.types("/sev take SEV-1 scribe")
    ada.sees("You see that the timeline holds what matters", in_="@sevbot")
    seen_by_grace, seen_by_linus = (each.types("/sev take SEV-1 scribe") for each in (grace, linus))
    linus.clicks("Take over", message=seen_by_linus.message)
    linus.sees("You are Scribe of", in_="@sevbot")
    linus.sees("Welcome to SEV-1.")
    ada.sees("@Linus Torvalds is Scribe of SEV-1 now, in the place of @Ada Lovelace.", in_="@sevbot")
    grace.clicks("Take over", message=seen_by_grace.message)
    grace.sees("@Linus Torvalds is Scribe of SEV-1.\n[Take over]")


def test_of_two_who_take_command_at_once_one_has_it_and_the_other_is_told(
    stage: Stage, ada: Person, grace: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    with ThreadPoolExecutor(2) as both:
        answers = sorted(reply.text for reply in both.map(lambda each: each.types("/sev take SEV-1 ic"), (ada, grace)))
    stage.slack.wait_until(lambda: stage.said_in(sev.place, containing="is Incident commander"), why="one has it")
    stage.settles()
    stage.slack.expect_all()
    assert [answer.partition("\n")[0] for answer in answers] in (
        ["@Ada Lovelace is Incident commander of SEV-1.", "You are Incident commander of SEV-1."],
        ["@Grace Hopper is Incident commander of SEV-1.", "You are Incident commander of SEV-1."],
    )
    assert [entry.kind for entry in sev.timeline].count("role") == 1


def test_other_roles_show_on_the_card_and_make_no_noise(stage: Stage, ada: Person, grace: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    lines = sev.lines
    assert ada.types("/sev role SEV-1 comms @grace").text == "@Grace Hopper is Communications lead of SEV-1."
    assert ada.types("/sev take SEV-1 scrib").text == "You are Scribe of SEV-1."
    stage.settles()
    grace.sees("You are Communications lead of", in_="@sevbot")
    grace.sees("Welcome to SEV-1.")
    ada.sees("You are Scribe of", in_="@sevbot")
    assert "Other roles\nCommunications lead: @Grace Hopper\nScribe: @Ada Lovelace" in sev.card
    assert sev.lines == lines
    assert ada.types("/sev role SEV-1 comms @grace").text == "@Grace Hopper is Communications lead of SEV-1 already."
    taken = ada.types("/sev role SEV-1 comms @ada")
    assert taken.text == "@Grace Hopper is Communications lead of SEV-1.\n[Take over]"
    assert ada.types("/sev role SEV-1 comms none").text == "Nobody is Communications lead of SEV-1 now."
    grace.sees("@Ada Lovelace relieved @Grace Hopper as Communications lead of SEV-1.", in_="@sevbot")
    stage.settles()
    assert "Communications lead" not in sev.card


def test_instructions_are_not_repeated_to_who_has_just_read_them(stage: Stage, slack: Playground, ada: Person) -> None:
    stage.declared(ada, "SEV2 checkout is down")

    def holds_it_and_lets_go() -> int:
        ada.types("/sev take SEV-1 scribe")
        ada.types("/sev role SEV-1 scribe none")
        stage.settles()
        slack.expect_all()
        return len(stage.said_in(slack.direct("ada").id, containing="You are Scribe of"))

    assert [holds_it_and_lets_go(), holds_it_and_lets_go()] == [1, 1]
    slack.advance_clock(5 * 3600)
    ada.types("/sev title SEV-1 checkout is slow")
    stage.settles()
    assert holds_it_and_lets_go() == 2


def test_the_list_shows_who_does_what_and_lets_one_take_what_is_free(stage: Stage, ada: Person, grace: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.types("/sev take SEV-1 scribe")
    ada.sees("You are Scribe of", in_="@sevbot")
    shown = grace.types("/sev role SEV-1")
    assert shown.text.splitlines() == [
        "Who does what in SEV-1",
        "Incident commander: nobody yet",
        "[Take]",
        "Communications lead: nobody yet",
        "[Take]",
        "Scribe: @Ada Lovelace",
        "[Take over]",
    ]
    grace.clicks("Take", message=shown.message)
    stage.expects(TAKEN_BY_GRACE)
    grace.sees("You decide.", in_="@sevbot")
    grace.sees("Welcome to SEV-1.", in_=sev.place)
    assert grace.types("/sev role SEV-1 ic").text.startswith(
        "@Grace Hopper is Incident commander of SEV-1.\nYou decide."
    )
    assert "[Take over]" not in grace.types("/sev role SEV-1 ic").text


def test_what_cannot_be_is_refused_with_what_can(stage: Stage, slack: Playground, ada: Person, edsger: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    slack.change_person("margaret", deleted=True)
    for words, sentence in (
        ("role SEV-1 pilot @grace", "There is no such role. Possible are: Incident commander (ic), Communications"),
        ("take SEV-1 pilot", "There is no such role."),
        ("role SEV-1 scribe none", "Nobody is Scribe of SEV-1, so there is nobody to relieve."),
        ("role SEV-1 scribe @sevbot", "@Sevbot is an app. Name a person."),
        ("role SEV-1 scribe @margaret", "@Margaret Hamilton has left this workspace."),
        ("role SEV-1 scribe @edsger", "@Edsger Dijkstra is a guest, and guests can't hold a role in a SEV here."),
        ("role SEV-1 scribe @somebody", "Mention the person as Slack offers it"),
    ):
        assert ada.types(f"/sev {words}").text.startswith(sentence), words
    assert edsger.goes_to("#payments").types("/sev take SEV-1 ic").text == (
        "Guests can't hold a role in a SEV here. Ask somebody of this workspace to do it."
    )
    slack.faults.add("users.info", "user_not_found", times=10)
    assert ada.types("/sev role SEV-1 scribe @barbara").text.startswith(
        "Slack did not say in time who @Barbara Liskov is"
    )
    slack.faults.clear()
    assert "role" not in {entry.kind for entry in sev.timeline}
    ada.types("/sev cancel SEV-1 it was nothing")
    stage.expects("set the status to")
    assert ada.types("/sev take SEV-1 ic").text == (
        "SEV-1 is cancelled, so nobody needs to lead it. /sev reopen REASON opens it again."
    )


def test_a_role_in_a_private_sev_is_for_those_who_are_in_it(stage: Stage, ada: Person, grace: Person) -> None:
    sev = stage.declared(ada, "SEV2 salaries are public --private")
    assert ada.types("/sev role SEV-1 ic @grace").text == (
        "@Grace Hopper is not in SEV-1, which is private. /sev invite @… them first."
    )
    assert ada.types("/sev invite SEV-1 @grace").text == "They are being invited to SEV-1."
    stage.slack.wait_until(lambda: "salaries" in grace.types("/sev show SEV-1").text, why="grace is a member")
    grace.sees("Welcome to SEV-1.", in_=sev.place)
    assert ada.types("/sev role SEV-1 ic @grace").text == "@Grace Hopper is Incident commander of SEV-1."
    stage.expects("@Ada Lovelace made @Grace Hopper Incident commander of SEV-1.")
    grace.sees("You decide.", in_="@sevbot")
