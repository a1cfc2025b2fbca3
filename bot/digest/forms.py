"""The form in which people say what a channel shall be sent, and when; and what they said. Pure."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from bot.config import Config
from bot.config.digests import PARTS, WORKDAYS
from bot.config.nudges import DAYS
from bot.digest.model import DigestSubscription
from bot.digest.service import Wish
from bot.errors import Refused
from bot.nudges.hours import known_zone
from bot.slack import blocks as kit
from bot.slack.commands import NAME
from bot.slack.text import one_line, when
from bot.slack.visit import View, metadata, notice

SUBSCRIBE = "digest.subscribe"
TITLE = "Digest"
AT = time(8, 30)
MOST_OPTIONS = 100
SKIP = "skip_when_empty"
RHYTHMS = {"daily": "Daily", "weekly": "Weekly"}
DAY_NAMES: dict[str, str] = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
PART_NAMES = {
    "people": "What needs a person",
    "open": "Open SEVs",
    "health": "The health of workflows",
    "since": "SEVs that are over since the last one",
    "items": "Overdue and upcoming action items",
    "postmortems": "Postmortems that are owed",
    "figures": "The week in figures",
}
PICTURES = {
    "sevs": "SEVs per week, and overdue items",
    "mitigate": "Time to mitigate",
    "health": "Error budgets of the workflows that do worst",
    "none": "None",
}


def loading() -> View:
    """What is shown until the database was read."""
    return kit.modal("incident.loading", TITLE, [kit.section("One moment…")], submit=None)


def subscribe(config: Config, channel_id: str, zone: str, *, present: DigestSubscription | None = None) -> View:
    """What a channel shall be sent, when, about what; as it is at `present`, or as is usual."""
    shown = [
        kit.field("rhythm", "How often", kit.menu("How often", "rhythm", _options(RHYTHMS),
                                                  initial=present.rhythm if present else "daily")),
        kit.field("days", "On which days", kit.many("Days", "days", _options(DAY_NAMES),
                                                    initial=present.days if present else WORKDAYS),
                  hint="A weekly digest has one day."),
        kit.field("at", "At", kit.time_input("at", (present.at if present else AT).isoformat("minutes"))),
        kit.field("zone", "By the clock of", kit.text_input("zone", initial=present.time_zone if present else zone,
                                                            limit=64), hint="A time zone, such as Europe/London."),
        kit.field("what", "What it tells", kit.ticks("what", _options(PART_NAMES),
                                                     initial=present.what if present else PARTS)),
        kit.field("picture", "Picture", kit.menu("Picture", "picture", _options(PICTURES),
                                                 initial=present.picture if present else "sevs")),
    ]  # fmt: skip
    teams = {each.key: each.name for each in config.teams[:MOST_OPTIONS]}
    workflows = {each.key: each.name for each in config.workflows[:MOST_OPTIONS]}
    for name, label, choices in (
        ("teams", "Only these teams", teams),
        ("workflows", "Only these workflows", workflows),
    ):
        if choices:
            chosen = getattr(present, name) if present else ()
            menu = kit.many("All", name, _options(choices), initial=chosen)
            shown.append(kit.field(name, label, menu, optional=True))
    skips = kit.ticks("quiet", _options({SKIP: "Send nothing when there is nothing to tell"}),
                      initial=(SKIP,) if present and present.skip_when_empty else ())  # fmt: skip
    shown.append(kit.field("quiet", "Quiet days", skips, optional=True))
    carried = metadata(channel=channel_id, id=present.id if present else None)
    return kit.modal(SUBSCRIBE, TITLE, shown, submit="Save", metadata=carried)


def saved(subscription: DigestSubscription) -> View:
    """What is said when the form was sent."""
    due = f" The next one comes {when(subscription.next_due_at)}." if subscription.next_due_at else ""
    return notice(TITLE, f"Saved.{due} `{NAME} digest` shows what this channel is sent.")


def _options(names: Mapping[str, str]) -> list[Any]:
    return [kit.option(label, key) for key, label in names.items()]


def submitted(values: dict[str, Any]) -> Wish:
    """What a person said in the form. Raises `Refused` at the field that is wrong."""
    zone = one_line(values.get("zone"))
    if not zone or known_zone(zone, otherwise="") != zone:
        raise Refused("There is no such time zone. Write Europe/London or the like.", field="zone")
    return Wish(
        rhythm=_one_of(RHYTHMS, values.get("rhythm"), "rhythm"),
        at=_time_of_day(values.get("at")),
        days=tuple(day for day in DAYS if day in (values.get("days") or ())),
        time_zone=zone,
        teams=tuple(values.get("teams") or ()),
        workflows=tuple(values.get("workflows") or ()),
        what=tuple(part for part in PARTS if part in (values.get("what") or ())),
        picture=_one_of(PICTURES, values.get("picture"), "picture"),
        skip_when_empty=SKIP in (values.get("quiet") or ()),
    )


def _one_of(names: dict[str, str], chosen: str | None, field: str) -> str:
    if chosen not in names:
        raise Refused("Choose one of the menu.", field=field)
    return chosen


def _time_of_day(text: str | None) -> time:
    try:
        return time.fromisoformat(text or "").replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Refused("Give a time of day, such as 08:30.", field="at") from None
