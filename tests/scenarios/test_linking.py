"""What a SEV points to: its call, its links, and the SEV it is a duplicate of."""

from bot.playground import Person
from tests.scenarios.stories import Stage

USUAL = "https://meet.example.com/sev"


def test_the_call_is_set_everywhere_and_its_bookmark_is_replaced_where_it_stands(
    stage: Stage, ada: Person, linus: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    assert ada.types("/sev bridge SEV-1").text == "The call of SEV-1 is here. /sev bridge URL sets it."
    (before,) = sev.channel.bookmarks
    identity = before["id"]
    assert ada.types("/sev bridge SEV-1 https://meet.example.com/two?a=1&b=2").text == "The call of SEV-1 is set."
    stage.settles()
    (after,) = sev.channel.bookmarks
    assert (after["id"], after["link"]) == (identity, "https://meet.example.com/two?a=1&b=2")
    assert "https://meet.example.com/two?a=1&amp;b=2" in str(
        stage.said_in(sev.place, containing="Declared by")[0].blocks
    )
    linus.joins(sev.place)
    assert "https://meet.example.com/two?a=1&amp;b=2" in str(linus.sees("Welcome to SEV-1."))
    assert ada.types("/sev bridge SEV-1 none").text == "The call of SEV-1 is the usual one again."
    stage.settles()
    assert sev.bookmarks == {"Bridge": USUAL}
    assert [entry.data["after"] for entry in sev.timeline if entry.kind == "bridge"] == [
        "https://meet.example.com/two?a=1&b=2",
        None,
    ]


def test_a_bookmark_that_somebody_deleted_comes_back_when_the_call_changes(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    with stage.slack.workspace.lock:
        sev.channel.bookmarks.clear()
    ada.types("/sev bridge SEV-1 https://meet.example.com/two")
    stage.settles()
    assert sev.bookmarks == {"Bridge": "https://meet.example.com/two"}


def test_links_stand_at_the_top_of_the_channel_and_on_the_card(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.types("/sev link SEV-1 https://grafana.example.com/d/1 Checkout dashboard")
    ada.types("/sev link SEV-1 https://wiki.example.com/pay")
    stage.settles()
    assert sev.bookmarks == {
        "Bridge": USUAL,
        "Checkout dashboard": "https://grafana.example.com/d/1",
        "https://wiki.example.com/pay": "https://wiki.example.com/pay",
    }
    assert ":link: Checkout dashboard  :link: https://wiki.example.com/pay" in sev.card
    assert ada.types("/sev link SEV-1 https://wiki.example.com/pay").text.startswith("SEV-1 has this link already.")
    ada.types("/sev link SEV-1 https://wiki.example.com/pay How to pay")
    stage.settles()
    assert sev.bookmarks["How to pay"] == "https://wiki.example.com/pay"
    assert len(sev.bookmarks) == 3
    assert "• How to pay" in ada.types("/sev link SEV-1").text


def test_what_is_no_link_is_refused(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    for verb in ("bridge", "link"):
        for words in ("meet.example.com", "javascript:alert(1)", "https://", "look https://meet.example.com"):
            assert ada.types(f"/sev {verb} SEV-1 {words}").text.startswith("Give a link that begins with https://")
    assert ada.types(f"/sev link SEV-1 {USUAL} the call").text == "SEV-1 has this link already."
    assert ada.types(f"/sev link SEV-1 https://a.example {'x' * 101}").text.startswith("This title has 101 characters")
    assert sev.bookmarks == {"Bridge": USUAL}


def test_a_duplicate_is_cancelled_and_the_two_point_to_each_other(stage: Stage, ada: Person, grace: Person) -> None:
    original, copy = (stage.declared(ada, f"SEV2 checkout is {how}") for how in ("down", "broken"))
    assert ada.goes_to(copy.place).types("/sev duplicate SEV-1").text == "SEV-2 is cancelled as a duplicate of SEV-1."
    stage.expects(f"@Ada Lovelace cancelled SEV-2 as a duplicate of SEV-1. Work goes on in {original.place}.")
    assert copy.kept.status == "cancelled"
    assert copy.kept.reason == "duplicate of SEV-1"
    assert f":twisted_rightwards_arrows: A duplicate of SEV-1 {original.place}" in copy.card
    assert f":twisted_rightwards_arrows: Duplicates: SEV-2 {copy.place}" in original.card
    assert "duplicate_found" in {entry.kind for entry in original.timeline}
    assert grace.types("/sev duplicate SEV-2 SEV-1").text.startswith("SEV-2 is already cancelled.")
    ada.types("/sev reopen it is another one after all")
    stage.expects("reopened SEV-2")
    assert "A duplicate of" not in copy.card
    assert "Duplicates" not in original.card


def test_what_can_be_no_duplicate(stage: Stage, ada: Person, grace: Person) -> None:
    for words in ("one", "two", "three --private"):
        stage.declared(ada, f"SEV4 {words}")
    for words, sentence in (
        ("", "Name the original: /sev duplicate SEV-41"),
        ("SEV-1 whatever", "Name the original: /sev duplicate SEV-41"),
        ("SEV-1", "This is no SEV's channel. Name the SEV"),
        ("SEV-1 SEV-1", "SEV-1 can't be a duplicate of itself."),
        ("SEV-1 SEV-9", "There is no SEV-9 that you can see."),
        ("SEV-1 SEV-3", "SEV-3 is private, and a public SEV can't point to it."),
    ):
        assert ada.types(f"/sev duplicate {words}").text.startswith(sentence), words
    assert grace.types("/sev duplicate SEV-1 SEV-3").text.startswith("There is no SEV-3 that you can see.")
    ada.types("/sev duplicate SEV-2 SEV-1")
    ada.types("/sev duplicate SEV-3 SEV-1")
    stage.expects("cancelled SEV-2 as a duplicate", "cancelled SEV-3 as a duplicate")
    assert "SEV-3" not in stage.sev(1).card, "a public card does not speak of a private SEV"
    stage.declared(ada, "SEV4 four")
    assert ada.types("/sev duplicate SEV-4 SEV-2").text == "SEV-2 is a duplicate of SEV-1 itself. Name that one."
