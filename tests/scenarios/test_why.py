"""The bot accounts for what it said and for what it did not say, to whoever may see it."""

import re
from collections.abc import Iterator

import pytest

from bot.app import Bot
from bot.playground import Person, Playground
from tests.scenarios.reminding import HOUR, MINUTE, ONE_RULE, passes, reminding_bot
from tests.scenarios.stories import Stage

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    with reminding_bot(slack, database_url, **ONE_RULE) as bot:
        yield bot


def said(person: Person, line: str) -> list[str]:
    """The lines of an answer, with every time as `T`."""
    return TIME.sub("T", person.types(line).text).splitlines()


def test_why_tells_what_was_said_to_whom_and_what_became_of_it(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(sev.channel)
    passes(stage, 11 * MINUTE)
    ada.clicks("Snooze 1 h")
    passes(stage, 1 * MINUTE)
    stage.expects("Nobody is in command")
    assert said(ada, "/sev why") == [
        "What was said about SEV-1, the newest first",
        "Reminders from here on:",
        "nobody in command, the channel: it is not due yet, until T",
        "nobody in command, @Ada Lovelace: it is not due yet, until T",
        "T  nobody in command: @Ada Lovelace reminded, since it was due; it arrived T; @Ada Lovelace answered it T (snoozed)",
        "T  nobody in command: the channel reminded, since it was due; it arrived T; @Ada Lovelace answered it T (snoozed)",
        "T  Post a line: arrived T",
        "T  Answer the declarer (@Ada Lovelace): arrived T",
        "T  Invite people: arrived T",
        "T  Announce it (#incidents): arrived T",
    ]
    passes(stage, 2 * HOUR)
    ada.types("/sev mitigate")
    ada.types("/sev resolve")
    passes(stage, 1 * MINUTE)
    stage.expects("Mitigated.", "Resolved.", "SEV-1 is resolved. (@Ada Lovelace")
    lines = said(ada, "/sev why SEV-1")
    assert lines[1] == "T  nobody in command: nothing is wrong any more"
    repeated = [line for line in lines if "since it was due again; it arrived T" in line]
    assert len(repeated) == 2
    assert all(line.endswith("; @Ada Lovelace answered it T (status)") for line in repeated)
    assert lines[-1] == "/sev why SEV-1 2 shows what was before."
    assert len(said(ada, "/sev why SEV-1 2")) == 2
    assert said(ada, "/sev why me")[1].startswith("T  SEV-1 nobody in command: @Ada Lovelace reminded")


def test_why_says_why_somebody_heard_nothing(troubled_stage: Stage, ada: Person) -> None:
    stage = troubled_stage
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(sev.channel)
    ada.types("/sev mute the vendor is on it")
    passes(stage, 11 * MINUTE)
    lines = said(ada, "/sev why")
    assert "nobody in command, the channel: it is muted" in lines
    assert "T  nobody in command: @Ada Lovelace not reminded, since it is muted" in lines
    ada.types("/sev mute off")
    stage.slack.faults.add("chat.postMessage", "restricted_action", times=1, where=_is_direct)
    passes(stage, 3 * MINUTE)
    stage.expects("Nobody is in command")
    failed = "since it was due; it is on its way (restricted_action)"
    assert any(line.endswith(f"{failed}; nobody answered it yet") for line in said(ada, "/sev why"))
    passes(stage, 2 * MINUTE)
    assert any("it could not be delivered (restricted_action)" in line for line in said(ada, "/sev why me"))
    assert "Remind somebody failed (restricted_action)" in sev.card


def _is_direct(call: object) -> bool:
    return getattr(call, "delivery_kind", "") == "nudges.direct"


def test_why_is_for_those_who_may_see_it_and_says_what_can_be_asked(stage: Stage, ada: Person, linus: Person) -> None:
    stage.declared(ada, "SEV2 somebody reads our mail --private")
    passes(stage, 11 * MINUTE)
    stage.expects("Nobody is in command")
    assert "somebody" not in linus.types("/sev why SEV-1").text
    assert linus.types("/sev why SEV-1").text.startswith("There is no SEV-1 that you can see.")
    assert linus.types("/sev why me").text.splitlines()[1:] == ["Nothing yet."]
    assert linus.types("/sev why").text.startswith("This is no SEV's channel.")
    assert ada.types("/sev why SEV-1 0").text.startswith("Type /sev why, /sev why SEV-42, or /sev why me;")
