"""What people are told of an item's issue, word by word: the table in docs/jira.md is what is tried."""

from datetime import UTC, datetime

import pytest

from bot.config import Config, load
from bot.incidents.model import Incident, TimelineEntry
from bot.remediation.model import ActionItem
from bot.remediation.tracking_views import ADVICE, letter
from bot.timeline.sentences import TRACKED
from tests.processes import CONFIG
from tests.remediation.conflicts import DOCS

FACTS = {
    "evidence": {},
    "stranger": {"name": "Sofia Stranger"},
    "owner": {},
    "due": {},
    "both": {"field": "due date", "theirs": "2026-12-15"},
    "lost": {},
    "not_taken": {"field": "due date"},
    "refused": {"field": "assignee", "why": "SEV-42 is private, and this person is not in it."},
}
COLUMNS = "| Told | The message to who owes the item, or else to who made it |"


@pytest.fixture(scope="module")
def config() -> Config:
    return load(CONFIG)


def told(what: str, config: Config) -> str:
    """What the message says."""
    item = ActionItem(number=2, title="Add a circuit breaker", incident=Incident(number=42))
    data = {
        "item": "SEV-42/2", "title": "Add a circuit breaker", "what": what, "key": "PAY-7", "tracker": "Jira", **FACTS[what],
    }  # fmt: skip
    entry = TimelineEntry(kind="item_tracked", at=datetime(2026, 11, 26, tzinfo=UTC), actor="jira", text="", data=data)
    return letter(entry, [], item, config)[0]


def test_each_sentence_stands_in_the_docs(config: Config) -> None:
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    start = lines.index(COLUMNS) + 2
    listed = [line for line in lines[start : start + len(FACTS) + 1] if line.startswith("|")]
    assert listed == [f"| {what} | {told(what, config)} |" for what in FACTS]


def test_whatever_is_told_says_what_to_do() -> None:
    assert set(FACTS) == set(ADVICE)
    assert set(ADVICE) <= set(TRACKED)
