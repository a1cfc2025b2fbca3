"""Whoever comes late is told how things stand, privately and once."""

from bot.playground import Person, Playground
from bot.playground.model import Message
from tests.scenarios.stories import Stage


def test_who_joins_later_is_briefed_alone_and_not_again_for_a_while(
    stage: Stage, slack: Playground, ada: Person, linus: Person
) -> None:
    sev = stage.declared(ada, "SEV1 checkout is down")
    assert sev.briefed == [], "whoever is there from the beginning sees it all begin"
    ada.goes_to(sev.place).types("/sev take ic")
    ada.types("/sev status identified a bad deploy")
    ada.types("/sev link https://grafana.example.com/checkout Dashboard")
    stage.settles()
    slack.expect_all()
    linus.joins(sev.place)
    found = linus.sees("Welcome to SEV-1. Only you see this.", in_=sev.place)
    assert isinstance(found, Message)
    brief = stage.words(found)
    for words in (
        ":red_circle: SEV-1 SEV1: checkout is down",
        ":dart: Identified, for 0 min, since",
        "Incident commander: @Ada Lovelace",
        "What happened",
        "@Ada Lovelace set the status to Identified: a bad deploy more",
        "Bridge",
        "Dashboard",
        "Nobody does these yet: /sev take comms, /sev take scribe.",
        "ask @Ada Lovelace what is needed",
    ):
        assert words in brief
    assert sev.briefed == ["linus"]
    linus.leaves(sev.place)
    linus.joins(sev.place)
    stage.settles()
    assert sev.briefed == ["linus"]
    linus.leaves(sev.place)
    slack.advance_clock(5 * 3600)
    ada.types("/sev title checkout is slow")
    stage.settles()
    linus.joins(sev.place)
    slack.wait_until(lambda: sev.briefed == ["linus", "linus"], why="after hours it is news again")
    linus.sees("for 5 h", in_=sev.place)


def test_the_brief_tells_of_messages_in_the_timeline_with_a_link_to_each(
    stage: Stage, ada: Person, linus: Person
) -> None:
    report = ada.goes_to("#general").says("Customers cannot pay")
    ada.uses_message_shortcut("Declare a SEV from this message", on=report)
    ada.fills(Title="checkout is down", Severity="SEV3")
    ada.submits()
    stage.begins()
    ada.closes_modal()
    sev = stage.sev(1)
    linus.joins(sev.place)
    brief = linus.sees("Welcome to SEV-1.", in_=sev.place)
    assert isinstance(brief, Message)
    assert "@Ada Lovelace: Customers cannot pay more" in stage.words(brief)
    assert f"/archives/{report.channel_id}/p{report.ts.replace('.', '')}" in str(brief.blocks)


def test_apps_are_not_briefed_nor_anybody_once_it_is_over(
    stage: Stage, slack: Playground, ada: Person, grace: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    event = {"type": "member_joined_channel", "user": "USLACKBOT", "channel": sev.channel.id, "channel_type": "C"}
    assert slack.send_event(event).wait()
    stage.settles()
    assert "chat.postEphemeral" not in {call.method for call in slack.calls}
    ada.types("/sev resolve SEV-1")
    stage.expects("Resolved")
    grace.joins(sev.place)
    stage.settles()
    assert sev.briefed == []


def test_a_private_sevs_brief_is_shown_only_to_who_is_in_its_channel(
    stage: Stage, slack: Playground, ada: Person, grace: Person
) -> None:
    sev = stage.declared(ada, "SEV2 salaries are public --private")
    event = {"type": "member_joined_channel", "user": grace.id, "channel": sev.channel.id, "channel_type": "G"}
    assert slack.send_event(event).wait()
    stage.settles()
    assert "chat.postEphemeral" not in {call.method for call in slack.calls}, "the event was not true"
    ada.invites(grace, to=sev.channel)
    slack.advance_clock(5 * 3600)
    ada.types("/sev title SEV-1 the salaries are public")
    stage.settles()
    grace.leaves(sev.channel)
    ada.invites(grace, to=sev.channel)
    grace.sees("Welcome to SEV-1.", in_=sev.place)
