"""A SEV's timeline as a file for other tools: Markdown or CSV. Pure, and safe wherever it is opened.

A spreadsheet runs a cell that begins like a formula, and a Markdown page runs a `javascript:` link: neither can come of
what people wrote.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

from bot.config import Config
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.views import TIME_LABELS
from bot.slack.text import author, is_person, one_line
from bot.timeline.sentences import Voice, sentence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:^$=\"'])")
HTTP = re.compile(r"https?://[^\s<>\"\\^`{|}]+\Z")
LONGEST_TEXT = 40_000
COLUMNS = ("number", "at", "kind", "who", "text", "permalink")
FORMATS = ("markdown", "csv")
SUFFIXES = {"markdown": "md", "csv": "csv"}


@dataclass(frozen=True)
class Exported:
    """All that goes into the file. `names` are people's names by id, `numbers` and `links` are by the entries' ids."""

    incident: Incident
    config: Config
    entries: Sequence[TimelineEntry]
    numbers: Mapping[int, int]
    links: Mapping[int, str]
    names: Mapping[str, str]
    roles: Mapping[str, str] = field(default_factory=dict)

    def person(self, user_id: str) -> str:
        """A person's name; what is no person is an app or the bot."""
        return self.names.get(user_id, user_id) if is_person(user_id) else author(user_id)


def file_name(incident: Incident, form: str) -> str:
    """`sev-42-timeline.csv`: never the title, which a private SEV's file would betray."""
    return f"sev-{incident.number}-timeline.{SUFFIXES[form]}"


def rendered(exported: Exported, form: str) -> str:
    """The file's content in one of `FORMATS`."""
    return as_csv(exported) if form == "csv" else as_markdown(exported)


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(exported: Exported) -> str:
    """A line for each entry, under a line with the columns' names. Times are UTC in ISO 8601."""
    told = io.StringIO(newline="")
    writer = csv.writer(told, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    voice = Voice(person=exported.person, text=lambda text, _limit: text, channel=lambda channel_id: channel_id)
    for entry in exported.entries:
        said = sentence(entry, exported.config, voice=voice)
        row = (
            str(exported.numbers.get(entry.id, "")), entry.at.isoformat(timespec="seconds"), entry.kind,
            exported.person(entry.actor), said, exported.links.get(entry.id, ""),
        )  # fmt: skip
        writer.writerow([cell(each) for each in row])
    return told.getvalue()


def escaped(text: str) -> str:
    """Text on one line that Markdown shows as it is, whatever it holds."""
    return SPECIAL.sub(r"\\\1", one_line(text))


def link(label: str, address: str) -> str:
    """A Markdown link, or the label alone where the address is none that a browser may follow safely."""
    if not HTTP.match(address):
        return escaped(label)
    return f"[{escaped(label)}](<{quote(address, safe=':/?#[]@!$&*+,;=%~-._')}>)"


def as_markdown(exported: Exported) -> str:
    """A page: what it was, who did what, how long it took, and what happened when."""
    incident, config = exported.incident, exported.config
    lines = [f"# {escaped(f'{incident.name}: {incident.title}')}", ""]
    lines += [f"- **{name}:** {value}" for name, value in _facts(exported)]
    if incident.summary:
        lines += ["", "## Summary", "", *_paragraphs(incident.summary)]
    if exported.roles:
        lines += ["", "## Roles", ""]
        lines += [
            f"- **{escaped(config.role(role).label)}:** {escaped(exported.person(user_id))}"
            for role, user_id in sorted(exported.roles.items())
        ]
    took = durations(incident)
    if took:
        lines += ["", "## How long it took", "", *(f"- **{name}:** {spelled(span)}" for name, span in took)]
    voice = Voice(
        person=lambda who: escaped(exported.person(who)), text=lambda text, _limit: escaped(text), channel=escaped
    )
    lines += ["", "## Timeline (UTC)", ""]
    for entry in exported.entries:
        seen = exported.links.get(entry.id)
        where = f" ({link('message', seen)})" if seen else ""
        lines.append(f"- {_moment(entry.at)} {sentence(entry, config, voice=voice)}{where}")
    return "\n".join(lines) + "\n"


def durations(incident: Incident) -> list[tuple[str, timedelta]]:
    """How long it took from the beginning (started, else detected, else declared) to each step that has a time."""
    begun = incident.started_at or incident.detected_at or incident.declared_at
    steps = (
        ("To detect", incident.detected_at), ("To declare", incident.declared_at),
        ("To acknowledge", incident.acknowledged_at), ("To mitigate", incident.mitigated_at),
        ("To resolve", incident.resolved_at),
    )  # fmt: skip
    return [(name, moment - begun) for name, moment in steps if moment and moment > begun]


def spelled(span: timedelta) -> str:
    """`1 d 2 h 5 min`; what is shorter than a minute in seconds."""
    minutes = int(span.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    parts = [(days, "d"), (hours, "h"), (minutes % 60, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or f"{int(span.total_seconds())} s"


def _facts(exported: Exported) -> list[tuple[str, str]]:
    incident, config = exported.incident, exported.config
    workflows = [found.name if (found := config.workflow(key)) else key for key in incident.workflow_keys]
    facts = [
        ("Severity", escaped(incident.severity)),
        ("Status", escaped(config.status(incident.status).label)),
        ("Declared by", escaped(exported.person(incident.declared_by))),
        ("Workflows", escaped(", ".join(workflows) or "none named")),
    ]
    if incident.is_private or incident.is_drill:
        marks = [word for word, holds in (("private", incident.is_private), ("drill", incident.is_drill)) if holds]
        facts.append(("Kind", ", ".join(marks)))
    moments: list[tuple[str, datetime | None]] = [
        (label, getattr(incident, name)) for name, label in TIME_LABELS.items()
    ]
    return [*facts, *((label, _moment(moment)) for label, moment in moments if moment)]


def _paragraphs(text: str) -> list[str]:
    return [escaped(line) for line in text.split("\n")]


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
