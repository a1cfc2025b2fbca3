"""An old SEV is forgotten: nobody finds it any more, what is left of it in Slack does no harm, and no other SEV is touched."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bot.app import Bot
from bot.config.retention import Retention
from bot.incidents.model import Incident
from bot.playground import Person
from tests.processes import CONFIG
from tests.scenarios.digesting import moves_on
from tests.scenarios.stories import Sev, Stage
from tests.scenarios.test_doctor import told_in_a_shell
from tests.shell import Sevbot

CANARY = "xylophonequarry"
"""A word nobody says otherwise."""
A_DAY = 24 * 60 * 60
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def keeps(bot: Bot, **ages: Any) -> None:
    """Settings under `retention`, as the files would give them."""
    rules = Retention.model_validate(ages)
    bot.settings.current = bot.settings.current.model_copy(update={"retention": rules})


def over_and_done(stage: Stage, person: Person, words: str) -> Sev:
    """A SEV that was worked on, with an item that is done, and resolved."""
    sev = stage.declared(person, words)
    person.goes_to(sev.channel)
    for line in (f"log {CANARY} once more", f"action add look after the {CANARY}", "action done 1", "resolve"):
        person.types(f"/sev {line}")
        stage.begins()
    return sev


def test_a_sev_is_forgotten_and_nobody_finds_it(stage: Stage, ada: Person, grace: Person) -> None:
    keeps(stage.bot, sevs="30d", at="00:00")
    old = over_and_done(stage, ada, f"SEV4 {CANARY} is down")
    moves_on(stage, 29 * A_DAY)
    new = stage.declared(grace, "SEV4 search is slow")
    forgetting = stage.bot.house.operations.forgetting
    stage.bot.settings.current = at_this_hour(stage)
    assert forgetting.nightly() == {}
    assert CANARY in ada.types(f"/sev search {CANARY}").text
    moves_on(stage, 2 * A_DAY)
    channel = old.channel
    gone = forgetting.nightly()
    assert (gone["incidents"], gone["action_items"]) == (1, 1)
    assert CANARY not in ada.types("/sev list all").text
    assert ada.types(f"/sev search {CANARY}").text.startswith("No SEV")
    assert ada.types("/sev show SEV-1").text.startswith("There is no SEV-1 that you can see.")
    ada.goes_to(channel)
    ada.clicks("Reopen…", in_=channel)
    ada.sees("There is no SEV-1 that you can see.")
    said = ada.says("it is quiet here")
    ada.reacts("pushpin", to=said)
    stage.hears()
    assert stage.sev(2).kept.title == new.kept.title
    assert stage.declared(ada, "SEV4 the third").number == 3
    stage.settles()
    stage.bot.stop()
    assert not is_left(stage.bot, CANARY)


def at_this_hour(stage: Stage) -> Any:
    """The settings, with a night that begins now."""
    current = stage.bot.settings.current
    rules = current.retention.model_copy(update={"at": stage.bot.clock.now().time().replace(second=0, microsecond=0)})
    return current.model_copy(update={"retention": rules})


def is_left(bot: Bot, word: str) -> bool:
    """Whether the word is somewhere in the file of an embedded database, in use or not. The bot must be stopped."""
    if bot.database.file is None:
        return False
    with closing(sqlite3.connect(bot.database.file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return word.encode() in bot.database.file.read_bytes()


def test_a_shell_says_what_would_go_and_lets_it_go(
    sevbot_cli: Sevbot, stage: Stage, ada: Person, tmp_path: Path
) -> None:
    environment = told_in_a_shell(stage.bot, stage.slack)
    assert sevbot_cli("retention", **environment).stdout.splitlines()[0] == "SEVs: kept for ever (retention.sevs)"
    over_and_done(stage, ada, "SEV4 it was brief")
    over_and_done(stage, ada, "SEV4 so was this")
    ada.types("/sev action add write it down")
    stage.begins()
    stage.declared(ada, "SEV4 and this goes on")
    stage.bot.database.run(lambda session: session.execute(update(Incident).values(resolved_at=LONG_AGO)))
    folder = tmp_path / "settings"
    shutil.copytree(CONFIG, folder)
    with (folder / "sevbot.yaml").open("a") as file:
        file.write("\nretention: {sevs: 365d}\n")
    environment["SEVBOT_CONFIG"] = str(folder)
    foretold = sevbot_cli("retention", **environment).stdout
    assert foretold.startswith(
        "SEVs: 1, over since 2020-01-01 (retention.sevs: 365d)\n  SEV-1\ndrills: kept for ever (retention.drills)\n"
    )
    assert "Old enough, and they stay:\n  SEV-2: an action item is open\nNothing was deleted." in foretold
    told = sevbot_cli("retention", "--apply", **environment).stdout
    assert "SEVs: 1" in told
    assert foretold.partition("With them:\n")[2].partition("words of")[0] == told.partition("Forgotten:\n")[2]
    assert sevbot_cli("retention", "--apply", **environment).stdout == "There was nothing to forget.\n"
