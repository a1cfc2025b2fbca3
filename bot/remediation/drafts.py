"""What a person says of an action item before there is one, and how it is read from a line they typed. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from bot.config import Config, Team
from bot.errors import Refused
from bot.remediation.days import DAY, HOW_TO_WRITE, parsed_day
from bot.remediation.model import (
    EVIDENCE_LIMIT,
    ITEM_REASON_LIMIT,
    ITEM_TITLE_LIMIT,
    ItemKind,
    Priority,
)
from bot.slack.text import GROUP_MENTION, USER_MENTION, length, one_line, plain, visible

PLAIN_NAME = re.compile(r"@([\w.-]{1,60})")
KINDS = "|".join(ItemKind)
_OPTION = rf"(?P<user>{USER_MENTION.pattern})|(?P<group>{GROUP_MENTION.pattern})|(?P<name>{PLAIN_NAME.pattern})|(?P<priority>p[1-3])"
_AT_START = re.compile(rf"\s*(?:{_OPTION})(?=[\s,:]|$)[\s,:]*", re.IGNORECASE)
_AT_END = re.compile(
    rf"(?:^|[\s,;])(?:{_OPTION}|due(?:\s+(?:on|by|in))?\s+(?P<due>{DAY})|(?P<mark>\#|kind\s+)?(?P<kind>{KINDS}))$",
    re.IGNORECASE,
)
"""Read where spaces stand alone and nothing follows, so that no text, however odd, takes long."""
_BETWEEN = " ,;."
_LIKE_DUE = re.compile(r"(?:^|\s)due\s+(\S+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Owner:
    """Who owes an item: a person or a team of the configuration, by its key; or nobody yet."""

    user: str | None = None
    team: str | None = None


NOBODY = Owner()


@dataclass(frozen=True, kw_only=True)
class Source:
    """The message an item is made from."""

    channel_id: str
    ts: str
    thread_ts: str | None
    text: str
    """Plain text already."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An item as it is wished for. Without a due date the policy gives one."""

    title: str
    owner: Owner = NOBODY
    kind: ItemKind = ItemKind.PREVENT
    priority: Priority = Priority.P2
    due_on: date | None = None
    proof: str = ""
    source: Source | None = None
    is_tagged: bool = False
    """Whether a reaction wished for it: then it goes with the reaction while nobody touches it."""


def drafted(text: str, *, config: Config, today: date) -> Draft:
    """An item as it was typed: `add a circuit breaker @grace P1 due friday detect`. Raises `Refused`.

    What is said besides the title stands at its end, in any order; owner and priority may stand before it too. What
    stands within it is a part of it. A kind counts after another of these, or as `#detect`: `improve the release process`
    says what to do, not of which kind it is.
    """
    found: dict[str, str] = {}
    text = " ".join(text.split())
    while (option := _last_option(text)) and _is_meant(option) and _takes(found, option):
        text = option.string[: option.start()].rstrip(_BETWEEN)
    while (option := _AT_START.match(text)) and _takes(found, option):
        text = text[option.end() :]
    unread = _LIKE_DUE.search(text)
    if unread and "due" not in found and re.search(r"\d", unread[1]):
        raise Refused(f"`{repeated(unread[1])}` is no day I understand. Write {HOW_TO_WRITE}.", field="due")
    return Draft(
        title=checked_item_title(text),
        owner=_owner(found, config),
        kind=ItemKind(found.get("kind", ItemKind.PREVENT).lower()),
        priority=Priority(found.get("priority", Priority.P2).upper()),
        due_on=day_named(found["due"], today=today) if "due" in found else None,
    )


def _last_option(text: str) -> re.Match[str] | None:
    return _AT_END.search(text.rstrip(_BETWEEN))


def _is_meant(option: re.Match[str]) -> bool:
    return bool(not option["kind"] or option["mark"] or _last_option(option.string[: option.start()]))


def _takes(found: dict[str, str], option: re.Match[str]) -> bool:
    """Keep what was said. Said twice, the second one is a part of the title."""
    name, value = next((name, value) for name, value in option.groupdict().items() if value and name != "mark")
    what = "owner" if name in ("user", "group", "name") else name
    if what in found:
        return False
    found[what] = value
    return True


def _owner(found: dict[str, str], config: Config) -> Owner:
    return owner_named(found["owner"], config) if "owner" in found else NOBODY


def owner_named(text: str, config: Config) -> Owner:
    """The person or team a text names: a mention, a user group that is a team's, `@payments` or `Payments`. Raises `Refused`."""
    person = USER_MENTION.search(text)
    if person:
        return Owner(user=person[1])
    group = GROUP_MENTION.search(text)
    team = _team_of_group(config, group[1]) if group else team_named(config, text)
    if team is None:
        raise Refused(_nobody(text, config), field="owner")
    return Owner(team=team.key)


def team_named(config: Config, text: str) -> Team | None:
    """The team of that key or name, whatever its case, with `@` or without."""
    word = one_line(text).removeprefix("@").lower()
    return next((team for team in config.teams if word in (team.key, team.name.lower())), None)


def _team_of_group(config: Config, group: str) -> Team | None:
    return next((team for team in config.teams if team.user_group == group), None)


def _nobody(text: str, config: Config) -> str:
    word = repeated(text)
    teams = ", ".join(f"`@{each.key}`" for each in config.teams[:10])
    named = f" Teams are: {teams}." if teams else ""
    return (
        f"`{word}` is nobody I know. Mention a person as Slack offers it when you type `@`, or name a team.{named}"
        if word
        else f"Say whose it is: mention a person as Slack offers it when you type `@`, or name a team.{named}"
    )


def repeated(text: str) -> str:
    """What somebody typed, as a refusal may repeat it: short, and with nothing in it that could come alive."""
    return re.sub(r"[<>&`]", "", one_line(text))[:40]


def day_named(text: str, *, today: date) -> date:
    """The day a person means, today or later. Raises `Refused` at the field `due`."""
    day = parsed_day(text, today=today)
    if day is None:
        word = repeated(text)
        wrong = f"`{word}` is no day I understand." if word else "Say by when."
        raise Refused(f"{wrong} Write {HOW_TO_WRITE}.", field="due")
    return checked_day(day, today=today)


def checked_day(day: date, *, today: date) -> date:
    """A due date that can be kept: today or later, within ten years. Raises `Refused` at the field `due`."""
    if day < today:
        raise Refused(f"{day.isoformat()} is over. Give a day that is still to come.", field="due")
    if (day - today).days > 3650:
        raise Refused(f"{day.isoformat()} is too far away. Give a day within ten years.", field="due")
    return day


def checked_item_title(text: str) -> str:
    """A title fit to be stored. Raises `Refused` at the field `title`."""
    title = one_line(text)
    if not visible(title):
        raise Refused("Say what is to be done, in a few words: `add a circuit breaker to checkout`.", field="title")
    return _fits(title, ITEM_TITLE_LIMIT, "title", "Shorten it, and put the rest into the thread.")


def checked_proof(text: str) -> str:
    """How an item will be proven, or nothing. Raises `Refused` at the field `proof`."""
    return _fits(_seen(plain(text)), EVIDENCE_LIMIT, "proof", "Shorten it, or give a link.")


def checked_evidence(text: str) -> str:
    """What shows that an item was done, or nothing. Raises `Refused` at the field `evidence`."""
    return _fits(_seen(plain(text)), EVIDENCE_LIMIT, "evidence", "Shorten it, or give a link.")


def checked_item_reason(text: str) -> str:
    """Why something is so, or nothing. Raises `Refused` at the field `reason`."""
    return _fits(_seen(one_line(text)), ITEM_REASON_LIMIT, "reason", "Shorten it.")


def _seen(text: str) -> str:
    return text if visible(text) else ""


def _fits(text: str, limit: int, field: str, instead: str) -> str:
    if length(text) > limit:
        raise Refused(f"This has {length(text)} characters; {limit} are possible. {instead}", field=field)
    return text
