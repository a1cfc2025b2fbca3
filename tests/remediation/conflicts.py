"""The table of conflicts in `docs/jira.md`, as the tests read it."""

from dataclasses import dataclass
from pathlib import Path

from bot.integrations.tracker import Field

DOCS = Path(__file__).parents[2] / "docs" / "jira.md"
COLUMNS = "| Field | Last | In Slack | In Jira | Then in Slack | Then in Jira | Told | Why |"


@dataclass(frozen=True)
class Row:
    """One row: values as they stand there, empty for nobody and no date."""

    field: Field
    last: str | None
    """None: they were just linked."""
    slack: str
    jira: str
    then_slack: str
    then_jira: str
    told: str
    is_to_be_proven: bool

    def __str__(self) -> str:
        return f"{self.field}-{self.last}-{self.slack}{'!' if self.is_to_be_proven else ''}-{self.jira}"


def rows() -> list[Row]:
    """Every row of the table."""
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    start = lines.index(COLUMNS) + 2
    found = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        field, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        last, slack, jira, then_slack, then_jira, told, _why = ("" if cell == "-" else cell for cell in cells)
        found.append(
            Row(
                Field(field), None if last == "linked" else last, slack.rstrip("!"), jira, then_slack, then_jira, told,
                slack.endswith("!"),
            )
        )  # fmt: skip
    return found
