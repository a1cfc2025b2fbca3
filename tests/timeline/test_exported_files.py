"""An exported timeline is safe wherever it is opened, whatever people wrote."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import load
from bot.incidents.model import AffectedWorkflow, Incident, TimelineEntry
from bot.timeline import export
from tests.anytext.hostile import hostile
from tests.processes import CONFIG

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CONFIGURED = load(CONFIG)
BEGINNINGS = st.sampled_from(
    ["=", "+", "-", "@", "\t", "\r", "\t=", "[x](javascript:alert(1))", "![", "<script>", "# ", ""]
)
anything = st.one_of(hostile, st.tuples(BEGINNINGS, st.text(max_size=40)).map("".join))


def exported(text: str, *, link: str = "https://acme.slack.com/archives/C1/p1", name: str = "ada") -> export.Exported:
    incident = Incident(
        number=42, title=text, summary=text, severity="SEV1", status="resolved", is_private=False, is_drill=False,
        declared_by="U01ADA", declared_at=NOW, started_at=NOW - timedelta(minutes=5), resolved_at=NOW + timedelta(hours=1),
        workflows=[AffectedWorkflow(workflow="place-order")],
    )  # fmt: skip
    entry = TimelineEntry(id=7, incident_id=1, kind="message", at=NOW, actor="U01ADA", text=text, data={})
    return export.Exported(
        incident, CONFIGURED, [entry], numbers={7: 1}, links={7: link}, names={"U01ADA": name},
        roles={"commander": "U01ADA"},
    )  # fmt: skip


@settings(max_examples=60)
@given(anything, anything, anything)
def test_no_cell_is_a_formula_and_every_row_has_every_column(text: str, link: str, name: str) -> None:
    made = export.as_csv(exported(text, link=link, name=name))
    rows = list(csv.reader(io.StringIO(made, newline="")))
    assert [len(row) for row in rows] == [len(export.COLUMNS)] * 2
    assert not [each for row in rows for each in row if each.startswith(export.FORMULA)]
    assert rows[1][5] in (link, f"'{link}")
    assert text in rows[1][4]


@settings(max_examples=60)
@given(anything, anything)
def test_a_page_has_the_links_and_headings_we_made_and_no_others(text: str, link: str) -> None:
    page = export.as_markdown(exported(text, link=link, name=text))
    bare = re.sub(r"\\.", "", page)
    links = re.findall(r"\]\(<([^>]*)>\)", bare)
    assert all(re.match(r"https?://", each) for each in links)
    assert bare.count("](") == len(links) == bare.count("[")
    assert "<" not in re.sub(r"\(<[^<>]*>\)", "", bare)
    assert [line for line in bare.split("\n") if line.startswith("#")] == [
        line
        for line in bare.split("\n")
        if line.startswith(("# SEV", "## Summary", "## Roles", "## How", "## Timeline"))
    ]
    assert "`" not in bare


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        " https://x",
        "https://x y",
        "https://x>) [a](b",
        "",
        "//x",
    ],
)
def test_an_address_that_a_browser_should_not_follow_is_no_link(address: str) -> None:
    assert export.link("message", address) == "message"


def test_what_is_told_of_the_whole(subtests: pytest.Subtests) -> None:
    page = export.as_markdown(exported("checkout"))
    for line in (
        "# SEV\\-42\\: checkout",
        "- **Severity:** SEV1",
        "- **Workflows:** Place order",
        "- **Started:** 2026-03-01 11:55:00",
        "- **Incident commander:** ada",
        "- **To declare:** 5 min",
        "- **To resolve:** 1 h 5 min",
        "- 2026-03-01 12:00:00 ada: checkout ([message](<https://acme.slack.com/archives/C1/p1>))",
    ):
        with subtests.test(line):
            assert line in page.split("\n")


@pytest.mark.parametrize(
    ("span", "spelled"),
    [
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(days=2, hours=3, minutes=4, seconds=5), "2 d 3 h 4 min"),
        (timedelta(hours=24), "1 d"),
    ],
)
def test_spans_are_spelled(span: timedelta, spelled: str) -> None:
    assert export.spelled(span) == spelled
