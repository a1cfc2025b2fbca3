"""The kinds of value a setting can have, each checked where it is read."""

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

SAFE_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Reads data and nothing else; libyaml's, where there is one, is ten times as fast."""

DURATION = re.compile(r"(\d+)\s*(ms|s|m|h|d)")
TAKES_A_PATTERN = re.compile(r"=~|`\s*sub\b")
"""What of a JSONPath takes a regular expression: one of Python's, which a text may hold up for ever."""
UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(value: object) -> object:
    """`90s`, `15m`, `2h`, `7d` or `1h 30m` as a timedelta; anything else is left to pydantic to refuse."""
    if not isinstance(value, str):
        raise ValueError("write a duration with its unit, such as 90s, 15m, 2h or 7d")  # noqa: TRY004 - pydantic asks for it
    parts = DURATION.findall(value)
    if not parts or DURATION.sub("", value).strip():
        raise ValueError(f"{value!r} is no duration: write 90s, 15m, 2h or 7d")
    try:
        return sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        raise ValueError(f"{value!r} is too long") from None


def http_link(value: str) -> str:
    """An address of the web. Raises `ValueError` where it is none."""
    address = urlsplit(value)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ValueError(f"{value!r} is no link: it must begin with https:// or http://")
    return value


def channel_template(value: str) -> str:
    """A pattern for channel names. Raises `ValueError` where no legal name can come of it."""
    if value.count("{number}") != 1 or value.count("{title}") > 1:
        raise ValueError("must hold {number} once, and {title} once at most")
    if not re.fullmatch(r"[a-z0-9_-]*", value.replace("{number}", "").replace("{title}", "")):
        raise ValueError("besides {number} and {title} only a-z, 0-9, - and _ are possible in a channel's name")
    return value


def emoji_name(value: str) -> str:
    """An emoji's name. Raises `ValueError` for anything else."""
    if not re.fullmatch(r"[^\s:]{1,100}", value):
        raise ValueError(f"{value!r} is no emoji's name: write it without colons, such as pushpin")
    return value


def not_a_file(value: str) -> str:
    """The name of a secret in the environment. Raises `ValueError` for one that would be taken for a file's."""
    if value.endswith("_FILE"):
        raise ValueError("must not end with _FILE, which is how a secret is given as a file")
    return value


def time_zone(value: str) -> str:
    """The name of a time zone. Raises `ValueError` where this machine knows none of that name."""
    try:
        ZoneInfo(value)
    except (ValueError, OSError):  # what is not found is a KeyError of zoneinfo's own, and an OSError for a folder
        raise ValueError(f"{value!r} is no time zone: write Europe/London or the like") from None
    except KeyError:
        raise ValueError(f"there is no time zone {value!r}: write Europe/London or the like") from None
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
TimeZone = Annotated[str, AfterValidator(time_zone)]
Link = Annotated[str, Field(max_length=2000), AfterValidator(http_link)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Place = Annotated[str, Field(pattern=r"^([CG][A-Z0-9]{2,}|#[^\s#]{1,80})$")]
"""A channel: its id (C0123456), or #name where the id is not known yet."""
UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]
GroupId = Annotated[str, Field(pattern=r"^S[A-Z0-9]{2,}$")]


Emoji = Annotated[str, AfterValidator(emoji_name)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
