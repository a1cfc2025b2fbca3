"""How a SEV's entries, its updates and pages of lists look in an answer. Pure."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from bot.api import Fault, Rejected
from bot.config import Config
from bot.incidents.facts import moment
from bot.incidents.model import TimelineEntry
from bot.timeline.sentences import Voice, sentence

AS_WRITTEN = Voice(person=str, text=lambda text, _limit: text, channel=str)
"""Entries as sentences for machines: people by their ids, and nothing escaped."""
LONGEST_CURSOR = 100
LARGEST = 2**53
"""Of what a cursor names: as microseconds since 1970, the year 2255."""


def entry(found: TimelineEntry, number: int, config: Config) -> dict[str, Any]:
    """An entry of a timeline, by its number there."""
    return {
        "number": number,
        "kind": found.kind,
        "at": moment(found.at),
        "by": found.actor,
        "text": found.text,
        "sentence": sentence(found, config, voice=AS_WRITTEN),
    }


def update(found: TimelineEntry, number: int) -> dict[str, Any]:
    """A status update: what it said, the status it brought (None: it left it), and for when it promised the next."""
    promised = found.data.get("next_update_at")
    return {
        "number": number,
        "at": moment(found.at),
        "by": found.actor,
        "text": found.text,
        "status": found.data.get("after"),
        "next_update_at": moment(datetime.fromisoformat(promised)) if promised else None,
    }


def page(name: str, rows: list[dict[str, Any]], cursor: tuple[int, ...] | None) -> Mapping[str, Any]:
    """A page of a list, and from where the next one goes on; None: this is the last."""
    return {name: rows, "next_cursor": _encoded(cursor) if cursor else None}


def _encoded(cursor: tuple[int, ...]) -> str:
    return base64.urlsafe_b64encode(" ".join(map(str, cursor)).encode()).decode().rstrip("=")


def decoded(text: str, *, parts: int) -> tuple[int, ...] | None:
    """What `page` gave as a cursor; None for nothing. Raises `Rejected` for one that was never given."""
    if not text:
        return None
    given = text[:LONGEST_CURSOR]
    try:
        raw = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True)
        found = tuple(int(each) for each in raw.decode("ascii").split(" "))
    except (ValueError, binascii.Error):
        found = ()
    if len(found) != parts or not all(0 <= each < LARGEST for each in found):
        detail = "Give a cursor as next_cursor of the page before had it, or none for the first page."
        raise Rejected(HTTPStatus.UNPROCESSABLE_ENTITY, detail, faults=[Fault("/cursor", detail)])
    return found
