"""SEVs that were imported while the bot runs: they are found and counted, nobody hears of them, and private ones stay private."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.operations.importing.mapping import Translation
from bot.operations.importing.planning import Verdict
from bot.playground import Person, Playground
from tests.operations.imports import a_sev, brought, document
from tests.scenarios.reminding import ALWAYS, HOUR, passes, reminding_bot
from tests.scenarios.stories import Stage

CANARY = "quetzal"
ADA, GRACE = "U01ADA", "U02GRACE"


def imported(stage: Stage, folder: Path, *sevs: dict[str, Any], remind: bool = False) -> list[Verdict]:
    bot: Bot = stage.bot
    return brought(
        bot.database, document(folder, *sevs), Translation(source="theirs"), config=bot.settings.current, now=bot.clock.now(),
        remind=remind,
    )  # fmt: skip


def before(stage: Stage, hours: float) -> str:
    return (stage.bot.clock.now() - timedelta(hours=hours)).isoformat()


def a_past(stage: Stage) -> dict[str, Any]:
    """A SEV of the day before yesterday, with what is still owed."""
    return a_sev(
        number=41, title="deposits are slow", severity="SEV2", started_at=before(stage, 50), declared_at=before(stage, 49),
        mitigated_at=before(stage, 48), resolved_at=before(stage, 48), declared_by="Barbara Liskov", workflows=["sign-in"],
        timeline=[{"at": before(stage, 49), "actor": "<!channel> Linus & Co", "text": "the disk is full <!here>"}],
        items=[{"title": "Add a larger disk", "owner_user": GRACE, "due_on": "2025-01-10"}],
        postmortem={"state": "draft", "sections": {"summary": "A disk was full of logs."}},
    )  # fmt: skip


def test_they_are_found_counted_and_shown_and_nobody_heard_of_them(
    stage: Stage, ada: Person, grace: Person, tmp_path: Path
) -> None:
    still_open = a_sev(title="mails are late", status="investigating", resolved_at=None, declared_at=before(stage, 30))
    assert imported(stage, tmp_path, a_past(stage), still_open) == [Verdict.NEW] * 2
    assert "SEV-41 SEV2: deposits are slow" in grace.types("/sev list all").text
    assert "SEV-42 SEV1: mails are late" in grace.types("/sev list").text
    shown = grace.types("/sev show SEV-41").text
    assert "Barbara Liskov" in shown
    assert "It was imported from theirs, where it is 41, so it has no channel" in shown
    told = grace.types("/sev timeline SEV-41").text
    assert "!channel Linus Co: the disk is full <!here>" in told
    assert "SEV-41" in grace.types("/sev search disk").text
    assert "SEV-41" in grace.types("/sev postmortem search logs").text
    assert "• SEVs: 2 (SEV1 1, SEV2 1)" in ada.types("/sev stats 7d").text
    assert "Add a larger disk" in grace.types("/sev mine").text
    assert grace.types("/sev resolve SEV-42").text
    stage.settles()
    assert stage.slack.unexpected() == []
    assert stage.declared(ada, "SEV3 the next one").number == 43


def test_reopened_it_is_a_sev_like_any_other(stage: Stage, ada: Person, tmp_path: Path) -> None:
    imported(stage, tmp_path, a_past(stage))
    ada.types("/sev reopen SEV-41 it came back")
    stage.begins()
    sev = stage.sev(41)
    assert sev.kept.channel_id
    assert "deposits are slow" in " ".join(stage.words(each) for each in stage.said_in(sev.channel.id))


@pytest.mark.parametrize("remind", [False, True])
def test_of_what_is_open_people_are_reminded_where_that_is_asked_for(
    slack: Playground, database_url: str, tmp_path: Path, *, remind: bool
) -> None:
    with reminding_bot(slack, database_url, working_hours=ALWAYS) as bot:
        stage = Stage(slack, bot)
        stage.begins()
        tomorrow = (bot.clock.now() + timedelta(hours=26)).date().isoformat()
        kept_up = a_sev(
            title="search was slow", items=[{"title": "Build the index", "owner_user": "U03LINUS", "due_on": tomorrow}]
        )  # fmt: skip
        still_open = a_sev(
            title="mails are late", status="investigating", resolved_at=None, declared_at=before(stage, 30)
        )
        imported(stage, tmp_path, a_past(stage), still_open, kept_up, remind=remind)
        for _ in range(4):
            passes(stage, 13 * HOUR)
        said = "\n".join(stage.words(each) for each in stage.everything_said())
        assert "Build the index" in said
        assert ("Add a larger disk" in said) == remind
        assert "SEV-42" not in said


def test_private_ones_are_seen_by_their_people_alone(
    stage: Stage, ada: Person, grace: Person, linus: Person, tmp_path: Path
) -> None:
    secret = a_past(stage) | {
        "title": f"the {CANARY} leaked", "summary": CANARY, "is_private": True, "members": [ADA], "roles": {"commander": GRACE},
        "timeline": [{"at": before(stage, 49), "actor": ADA, "text": CANARY}], "postmortem": {"sections": {"summary": CANARY}},
        "items": [{"title": f"hide the {CANARY}", "owner_user": ADA}], "links": [{"title": CANARY, "address": f"https://x.example/{CANARY}"}],
    }  # fmt: skip
    imported(stage, tmp_path, secret)
    asked = (
        "list all", "show SEV-41", "timeline SEV-41", f"search {CANARY}", f"postmortem search {CANARY}", "items all", "stats 90d",
        "postmortem SEV-41", "export SEV-41", "workflow sign-in", "why SEV-41",
    )  # fmt: skip
    for words in asked:
        assert CANARY not in linus.types(f"/sev {words}").text.lower()
    for person in (ada, grace):
        assert CANARY in person.types("/sev show SEV-41").text
    linus.opens_home()
    stage.settles()
    assert CANARY not in json.dumps(stage.slack.dump()["homes"]).lower()
    assert "SEV-41" in ada.types("/sev list all").text
    grace.types("/sev reopen SEV-41 it leaks again")
    stage.begins()
    for person in (ada, grace):
        assert CANARY in person.types("/sev show SEV-41").text
        assert person.user.id in stage.sev(41).channel.members
    assert CANARY not in linus.types("/sev show SEV-41").text.lower()
