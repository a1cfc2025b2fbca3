"""A call that has a name (`Idempotency-Key`) is done once: whoever sends it again gets the answer of the first time."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus

from sqlalchemy import Executable
from sqlalchemy.orm import Session

from bot.api import Call, Rejected, Reply
from bot.db import dialect_of, insert_for
from bot.environment import ApiToken
from bot.web.v1.model import ApiAnswer

KEY = re.compile(r"[\x21-\x7e]{1,200}")
REPLAYED = "Idempotent-Replayed"
"""The header that says so."""


@dataclass(frozen=True)
class Named:
    """A call that has a name: by what it is known again, and what it asks for."""

    key: str
    request: str


def named(call: Call, token: ApiToken) -> Named | None:
    """The call's name, among those of its token; None where it has none. Raises `Rejected` for one that can't be."""
    given = call.headers.get("idempotency-key")
    if given is None:
        return None
    if not KEY.fullmatch(given):
        detail = "Give an Idempotency-Key of 1 to 200 visible ASCII characters, such as a UUID."
        raise Rejected(HTTPStatus.BAD_REQUEST, detail)
    parts = f"{token.name}\n{given}".encode(), call.line.encode() + b"\n" + call.body
    return Named(*(hashlib.sha256(each).hexdigest() for each in parts))


def once(
    session: Session, name: Named | None, work: Callable[[], Reply], *, look: Callable[[Reply], None], now: datetime
) -> Reply:
    """Do it, or give the answer of the time when it was done. What is refused leaves no trace, and may be tried again.

    Of two at the same time the second waits for the first. `look` is shown an answer that is given again, and raises where
    it may not be any more: the token may have lost a scope since. Raises `Rejected` where the name was used for something else.
    """
    if name is None:
        return work()
    values = {"key": name.key, "request": name.request, "status": 0, "location": "", "body": "", "at": now}
    if session.connection().execute(_unless_there(dialect_of(session)), values).first() is None:
        kept = _replayed(session.get_one(ApiAnswer, name.key), name)
        look(kept)
        return kept
    reply = work()
    answer = session.get_one(ApiAnswer, name.key)
    answer.status, answer.body = reply.status, json.dumps(reply.content)
    answer.location = reply.headers.get("Location", "")
    return reply


@cache
def _unless_there(dialect: str) -> Executable:
    return insert_for(dialect, ApiAnswer).on_conflict_do_nothing().returning(ApiAnswer.key)


def _replayed(answer: ApiAnswer, name: Named) -> Reply:
    if answer.request != name.request:
        detail = "This Idempotency-Key was used for another call. Give each call one of its own."
        raise Rejected(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    headers = {REPLAYED: "true"} | ({"Location": answer.location} if answer.location else {})
    return Reply(HTTPStatus(answer.status), json.loads(answer.body), headers)
