"""Handing a role over: an offer, an answer, and nobody led by somebody who does not know it."""

from bot.playground import Person, Playground
from bot.playground.model import Message
from tests.scenarios.stories import Sev, Stage

ASKED = "@Grace Hopper is asked to take over. You stay Incident commander of SEV-1 until then."


def commanded_by_ada(stage: Stage, ada: Person) -> Sev:
    """A SEV that ada commands, with some history."""
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(sev.place).types("/sev take ic")
    ada.types("/sev severity SEV3")
    ada.types("/sev status identified a bad deploy")
    stage.settles()
    stage.slack.expect_all()
    return sev


def test_a_commander_hands_over_and_stays_until_the_other_accepts(stage: Stage, ada: Person, grace: Person) -> None:
    sev = commanded_by_ada(stage, ada)
    assert ada.types("/sev handoff @grace I need some sleep").text == ASKED
    offer = grace.sees("@Ada Lovelace asks you to take over as Incident commander of SEV-1.", in_="@sevbot")
    assert isinstance(offer, Message)
    said = stage.words(offer)
    for words in (
        "I need some sleep",
        "You decide.",
        "SEV-1 SEV3: checkout is down",
        "Identified",
        "@Ada Lovelace changed the severity from SEV2 to SEV3 more",
        "@Ada Lovelace set the status to Identified: a bad deploy more",
        "Bridge",
        "[Accept]",
    ):
        assert words in said
    assert "Incident commander\n@Ada Lovelace" in sev.card
    grace.goes_to("@sevbot").clicks("Accept")
    press(stage, grace, offer, f"1:{offer_id(sev)}")
    stage.expects("@Grace Hopper took over from @Ada Lovelace as Incident commander.")
    assert "Incident commander\n@Grace Hopper" in sev.card
    grace.sees("You took over from @Ada Lovelace as Incident commander of SEV-1.", in_="@sevbot")
    grace.sees("You decide.", in_="@sevbot")
    assert "grace" in sev.members
    stage.settles()
    assert sev.briefed == [], "she was told with the offer"
    assert [entry.kind for entry in sev.timeline if "hand" in entry.kind] == ["handoff_offered", "handoff"]


def test_who_declines_leaves_it_to_the_holder_who_is_told(stage: Stage, ada: Person, grace: Person) -> None:
    sev = commanded_by_ada(stage, ada)
    ada.types("/sev handoff @grace")
    grace.sees("[Decline]", in_="@sevbot")
    grace.goes_to("@sevbot").clicks("Decline")
    ada.sees("@Grace Hopper declined to take over as Incident commander of SEV-1. You still are.", in_="@sevbot")
    grace.sees("You declined to take over from @Ada Lovelace", in_="@sevbot")
    assert "Incident commander\n@Ada Lovelace" in sev.card
    assert ada.types("/sev handoff @grace please").text == ASKED, "she may be asked again"
    grace.sees("please", in_="@sevbot")


def test_an_offer_is_over_when_somebody_else_takes_the_role(
    stage: Stage, ada: Person, grace: Person, linus: Person
) -> None:
    sev = commanded_by_ada(stage, ada)
    ada.types("/sev handoff @grace")
    offer = grace.sees("[Accept]", in_="@sevbot")
    assert isinstance(offer, Message)
    told = linus.types("/sev take SEV-1 ic")
    linus.clicks("Take over", message=told.message)
    stage.expects("@Linus Torvalds is Incident commander of SEV-1 now, in the place of @Ada Lovelace.")
    grace.sees("This offer is over: you need not answer.", in_="@sevbot")
    ada.sees("@Linus Torvalds is Incident commander", in_="@sevbot")
    linus.sees("You decide.", in_="@sevbot")
    linus.sees("Welcome to SEV-1.", in_=sev.place)
    press(stage, grace, offer, f"1:{offer_id(sev)}")
    grace.sees("This offer is over. @Linus Torvalds is Incident commander.", in_="@sevbot")
    assert "Incident commander\n@Linus Torvalds" in sev.card


def test_nobody_accepts_for_another(stage: Stage, ada: Person, grace: Person, linus: Person) -> None:
    sev = commanded_by_ada(stage, ada)
    ada.types("/sev handoff @grace")
    grace.sees("[Accept]", in_="@sevbot")
    (announcement,) = stage.said_in("#incidents", containing="SEV-1")
    press(stage, linus, announcement, f"1:{offer_id(sev)}")
    linus.sees("This offer is over. @Ada Lovelace is Incident commander.")
    assert "Incident commander\n@Ada Lovelace" in sev.card


def test_another_role_is_handed_over_by_its_name_and_a_new_offer_takes_the_place_of_the_old(
    stage: Stage, ada: Person, grace: Person, linus: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.types("/sev take SEV-1 comms")
    ada.sees("You tell everybody outside", in_="@sevbot")
    ada.types("/sev handoff SEV-1 @grace")
    grace.sees("asks you to take over as Communications lead of SEV-1.", in_="@sevbot")
    assert ada.types("/sev handoff SEV-1 comms @grace").text.startswith("It is offered to @Grace Hopper already")
    ada.types("/sev handoff SEV-1 comms @linus")
    grace.sees("This offer is over", in_="@sevbot")
    linus.sees("asks you to take over as Communications lead of SEV-1.", in_="@sevbot")
    linus.goes_to("@sevbot").clicks("Accept")
    stage.expects("@Linus Torvalds took over from @Ada Lovelace as Communications lead.")
    linus.sees("You took over from @Ada Lovelace", in_="@sevbot")
    linus.sees("You tell everybody outside", in_="@sevbot")
    assert "Communications lead: @Linus Torvalds" in sev.card


def test_only_what_one_holds_is_handed_over_and_only_to_people_who_may_have_it(
    stage: Stage, slack: Playground, ada: Person, grace: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    assert ada.types("/sev handoff SEV-1 @grace").text.startswith("You hold no role in SEV-1.")
    ada.types("/sev take SEV-1 ic")
    stage.expects("@Ada Lovelace is Incident commander of SEV-1 now.")
    ada.sees("You decide.", in_="@sevbot")
    slack.change_person("margaret", deleted=True)
    for person, words, sentence in (
        (grace, "ic @ada", "You can hand over only what you hold. @Ada Lovelace is Incident commander of SEV-1."),
        (ada, "scribe @grace", "You can hand over only what you hold. Nobody is yet Scribe of SEV-1."),
        (ada, "@ada", "You are Incident commander of SEV-1 yourself. Name somebody else."),
        (ada, "@sevbot", "@Sevbot is an app. Name a person."),
        (ada, "@margaret", "@Margaret Hamilton has left this workspace."),
        (ada, "@edsger", "@Edsger Dijkstra is a guest, and guests can't hold a role in a SEV here."),
        (ada, "", "Say to whom: /sev handoff @grace"),
    ):
        assert person.types(f"/sev handoff SEV-1 {words}").text.startswith(sentence), words
    assert "handoff_offered" not in {entry.kind for entry in sev.timeline}


def offer_id(sev: Sev) -> int:
    """The newest offer, as its buttons name it."""
    return max(entry.id for entry in sev.timeline if entry.kind == "handoff_offered")


def press(stage: Stage, person: Person, on: Message, value: str) -> None:
    """Press *Accept* on a message, also where it is not offered any more: a slow client may still show it."""
    click = {"type": "button", "action_id": "incident.accept_handoff", "value": value}
    with stage.slack.workspace.lock:
        delivery = stage.slack.client.act(person.user, on, "buttons", click)
    assert delivery.wait()
