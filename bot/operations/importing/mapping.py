"""How words of a file are called here: its columns, severities and the like, and its people. Pure, but for reading its files."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field, ValidationError

from bot.config.values import SAFE_LOADER, Frozen, TimeZone, UserId
from bot.errors import Refused

KINDS = {
    "severity": "severities", "status": "statuses", "workflow": "workflows", "role": "roles", "team": "teams",
    "section": "sections", "cause": "causes", "field": "custom_fields",
}  # fmt: skip
"""What can be called otherwise here, and the word for it in a mapping's file."""
Words = dict[str, str]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class MappingFile(Frozen):
    """What `--mapping FILE` holds."""

    source: Annotated[str, Field(max_length=40)] = ""
    """What the tool is called from which it comes."""
    time_zone: TimeZone | None = None
    """Of times that name none."""
    time_format: Annotated[str, Field(max_length=60)] = ""
    """How times are written, as Python's strptime has it. Empty: in ISO 8601."""
    columns: dict[Name, str] = {}  # noqa: RUF012 - pydantic copies it
    """What a table's columns are called here; empty leaves one out."""
    severities: Words = {}  # noqa: RUF012
    statuses: Words = {}  # noqa: RUF012
    workflows: Words = {}  # noqa: RUF012
    roles: Words = {}  # noqa: RUF012
    teams: Words = {}  # noqa: RUF012
    sections: Words = {}  # noqa: RUF012
    causes: Words = {}  # noqa: RUF012
    custom_fields: Words = {}  # noqa: RUF012
    people: dict[Name, UserId] = {}  # noqa: RUF012
    """Who is who in Slack, by name, e-mail address or whatever the file calls them."""


@dataclass(frozen=True, kw_only=True)
class Translation:
    """Words of the file, in small letters, and what they are called here. Called nothing, they are left out."""

    source: str = ""
    zone: ZoneInfo | None = None
    time_format: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)

    def moment(self, said: str) -> datetime | None:
        """A time as the file writes it, or in ISO 8601; None where it is none. It may name no time zone."""
        with suppress(ValueError):
            return datetime.fromisoformat(re.sub(r"\s*(?:UTC|GMT)$", "+00:00", said, flags=re.IGNORECASE))
        with suppress(ValueError):
            return datetime.strptime(said, self.time_format) if self.time_format else None  # noqa: DTZ007 - see above
        return None

    def of(self, kind: str, word: str) -> str:
        """What a severity (a status, …) of the file is called here: as there, unless it was said otherwise."""
        return self.words.get(kind, {}).get(word.lower(), word)


def translation(
    file: Path | None,
    *,
    people: Path | None = None,
    given: Mapping[str, Sequence[str]],
    source: str = "",
    time_zone: str = "",
) -> Translation:
    """What the command's options say: a mapping's file, one of people, and single words (`P1=SEV1`) by kind.

    Raises `Refused`.
    """
    content = _read(file) if file else {}
    content["people"] = {**_part(content, "people"), **(_read(people) if people else {})}
    for kind, pairs in given.items():
        content[KINDS[kind]] = {**_part(content, KINDS[kind]), **dict(_pair(each) for each in pairs)}
    content |= {name: said for name, said in (("source", source), ("time_zone", time_zone)) if said}
    try:
        read = MappingFile.model_validate(content)
    except ValidationError as error:
        raise Refused("\n".join(_fault(file or people, each) for each in error.errors())) from None
    return Translation(
        source=" ".join(read.source.split()),
        zone=ZoneInfo(read.time_zone) if read.time_zone else None,
        time_format=read.time_format,
        columns=_small(read.columns),
        words={kind: _small(getattr(read, name)) for kind, name in KINDS.items()},
        people=_small(read.people),
    )


def _small(words: Mapping[str, str]) -> Words:
    return {" ".join(name.split()).lower(): said.strip() for name, said in words.items()}


def _part(content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _pair(text: str) -> tuple[str, str]:
    word, sign, here = text.partition("=")
    if not sign or not word.strip():
        raise Refused(f"{text!r}: say it like P1=SEV1: the file's word first, then this Sevbot's.")
    return word, here


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8-sig"), Loader=SAFE_LOADER)  # noqa: S506 - it is a safe one
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Refused(f"{file}: this is no YAML: {' '.join(str(error).split())[:300]}") from None
    if not isinstance(content, dict):
        raise Refused(f"{file}: write `name: value`, a line each.")
    return content


def _fault(file: Path | None, error: Any) -> str:
    place = ".".join(str(each) for each in error["loc"])
    return f"{file or 'options'}: {place}: {error['msg'].removeprefix('Value error, ')}"
