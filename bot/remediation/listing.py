"""Which items a person asks to see: as they type it, and as a button carries it. Pure."""

import json
from datetime import date
from typing import Any

from bot.config import Config
from bot.errors import Refused
from bot.remediation.drafts import NOBODY, Owner, owner_named
from bot.remediation.model import ActionItem
from bot.remediation.reading import Wanted
from bot.slack.text import one_line

WORDS = ("all", "overdue", "mine", "nobody")
OUTDATED = "This button belongs to an older message. Type `/sev items` for a new one."


def asked(text: str, *, config: Config, reader: str) -> Wanted:
    """What was typed after `items`: a person, a team, one of `WORDS`, or two of these. Raises `Refused`."""
    words = one_line(text).lower().split()
    is_overdue = "overdue" in words
    left = " ".join(word for word in text.split() if word.lower() not in ("overdue", "all"))
    if not left:
        return Wanted(is_overdue=is_overdue)
    if left.lower() in ("mine", "me"):
        return Wanted(owner=Owner(user=reader), is_overdue=is_overdue)
    if left.lower() in ("nobody", "nobody's", "unowned"):
        return Wanted(owner=NOBODY, is_overdue=is_overdue)
    try:
        return Wanted(owner=owner_named(left, config), is_overdue=is_overdue)
    except Refused as refusal:
        raise Refused(f"{refusal.sentence} Or ask for {', '.join(f'`{each}`' for each in WORDS)}.") from None


def encoded(wanted: Wanted) -> str:
    """What is asked for as the value of a button."""
    owner = wanted.owner
    content = {
        "s": wanted.sev,
        "u": owner.user if owner else None,
        "t": owner.team if owner else None,
        "n": owner == NOBODY or None,
        "o": wanted.is_overdue or None,
        "a": [wanted.after[0] and wanted.after[0].isoformat(), wanted.after[1]] if wanted.after else None,
    }
    return json.dumps({name: each for name, each in content.items() if each is not None}, separators=(",", ":"))


def decoded(value: str) -> Wanted:
    """What a button asks for. Raises `Refused` for one that is not ours."""
    try:
        content: dict[str, Any] = json.loads(value)
        after = content.get("a")
        owner = Owner(user=content.get("u"), team=content.get("t"))
        return Wanted(
            sev=content.get("s"),
            owner=owner if owner != NOBODY or content.get("n") else None,
            is_overdue=bool(content.get("o")),
            after=(date.fromisoformat(after[0]) if after[0] else None, int(after[1])) if after else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise Refused(OUTDATED) from None


def encoded_owner(owner: Owner) -> str:
    """An owner as a part of a button's value: `U0123` or `@payments`."""
    return owner.user or f"@{owner.team}"


def decoded_owner(value: str) -> Owner:
    """The owner in a button's value. Raises `Refused` for one that is not ours."""
    if not value:
        raise Refused(OUTDATED)
    return Owner(team=value[1:41]) if value.startswith("@") else Owner(user=value[:32])


def next_after(items: list[ActionItem]) -> tuple[date | None, int] | None:
    """From where the page after these goes on."""
    return (items[-1].due_on, items[-1].id) if items else None


def value_of(item: ActionItem, wanted: Wanted | None = None) -> str:
    """The value of an item's button: its name without `SEV-`, and the list it stands in, to be shown anew."""
    return f"{item.incident.number}/{item.number}" + (f" {encoded(wanted)}" if wanted else "")


def named_by(value: str) -> tuple[int, int, Wanted | None]:
    """The SEV's number, the item's, and the list, from a button's value. Raises `Refused` for one that is not ours."""
    name, _, listed = value.partition(" ")
    sev, _, number = name.partition("/")
    if not (sev.isdecimal() and number.isdecimal() and len(name) < 19):
        raise Refused(OUTDATED)
    return int(sev), int(number), decoded(listed) if listed else None
