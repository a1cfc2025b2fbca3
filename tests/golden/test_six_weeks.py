"""Six weeks in the demo's clock, a day at a time: the complete transcript of everything said is a golden file."""

import os
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from tests.databases import new_sqlite, quick_folder
from tests.golden.story import first_days, first_ten_days, the_other_weeks
from tests.golden.telling import Story, golden_company
from tests.operations.imports import Json, out_and_in_again

GOLDEN = Path(__file__).with_name("six_weeks.txt")
WRITE = "SEVBOT_WRITE_GOLDEN"
"""The environment variable that has the file written anew: `SEVBOT_WRITE_GOLDEN=1 pytest -m torture tests/golden`. Then read
what became different as those read it whom it is said to, and commit it with what made it so."""


def test_the_first_days_are_said_as_written() -> None:
    with quick_folder() as folder, golden_company(new_sqlite(folder)) as story:
        first_days(story)
        said = story.transcript.text
        exported, again = comes_again(story, folder)
    assert again == exported
    assert differences(said, golden()[: len(said.splitlines())]) == []


@pytest.mark.torture
@pytest.mark.timeout(600)
def test_all_that_is_said_in_six_weeks_is_as_written() -> None:
    with quick_folder() as folder, golden_company(new_sqlite(folder)) as story:
        first_ten_days(story)
        the_other_weeks(story)
        said = story.transcript.text
        exported, again = comes_again(story, folder)
    assert again == exported
    if os.environ.get(WRITE):
        GOLDEN.write_text(said, encoding="utf-8")
    assert differences(said, golden()) == []


def test_one_unexpected_line_is_shown_with_its_day() -> None:
    written = golden()
    number = written.index("    | You are Incident commander of SEV-1.") + 1
    said = [*written[:number], "    | Good morning!", *written[number:]]
    (shown,) = differences("\n".join(said), written)
    assert shown.startswith(f"{GOLDEN.name}:{number + 1} (== Mon 2035-02-26): unexpected\n+     | Good morning!")


def comes_again(story: Story, folder: Path) -> tuple[list[Json], list[Json]]:
    """What it exports of what happened, and what another one does that imported it."""
    bot = story.stage.bot
    return out_and_in_again(bot.database, bot.settings.current, folder, now=bot.clock.now())


def golden() -> list[str]:
    return GOLDEN.read_text(encoding="utf-8").splitlines()


def differences(said: str, written: list[str]) -> list[str]:
    """Each place where what was said is not as written: its line in the golden file, its day, and what differs."""
    lines, found = said.splitlines(), []
    for tag, start, end, from_, to in SequenceMatcher(None, written, lines, autojunk=False).get_opcodes():
        if tag != "equal":
            day = next((line for line in reversed(lines[: from_ + 1]) if line.startswith("== ")), "before it begins")
            what = {"insert": "unexpected", "delete": "not said", "replace": "said otherwise"}[tag]
            shown = [*(f"- {line}" for line in written[start:end]), *(f"+ {line}" for line in lines[from_:to])]
            found.append("\n".join([f"{GOLDEN.name}:{start + 1} ({day}): {what}", *shown]))
    return found
