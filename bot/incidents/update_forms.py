"""The form *Status update*. Pure: what is known in, a modal out; and what was filled in back again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.config import Config
from bot.errors import Refused
from bot.incidents import lifecycle
from bot.incidents.model import UPDATE_LIMIT, Incident
from bot.incidents.promises import check_promise, in_words, usual_promise
from bot.incidents.updates import Update
from bot.slack import blocks as kit
from bot.slack.visit import View, metadata

UPDATE = "incident.update"
TITLE = "Status update"
SPANS = tuple(timedelta(minutes=each) for each in (15, 30, 60, 120))
NONE, AT = "none", "at"


def loading() -> View:
    """What is shown until the database was read."""
    return kit.modal("incident.loading", TITLE, [kit.section("One moment…")], submit=None)


def update(config: Config, incident: Incident) -> View:
    """What is new, whether the status changes with it, and when the next update is due."""
    text = kit.text_input(
        "text", limit=UPDATE_LIMIT, multiline=True, placeholder="What is known, what is done, who is still hurt"
    )
    shown = [kit.context(f"Of {incident.name}"), kit.field("text", "What is new", text)]
    ahead = [kit.option(each.label, each.key) for each in lifecycle.statuses_ahead(config, incident)]
    if ahead:
        label = config.status(incident.status).label
        shown.append(kit.field("status", "Status", kit.menu(f"Stays {label.lower()}", "status", ahead), optional=True))
    if lifecycle.is_open(config, incident):
        usual = usual_promise(config, incident.severity)
        spans = sorted({*SPANS, *([usual] if usual else [])})
        options = [
            kit.option(in_words(each).capitalize(), str(int(each.total_seconds())),
                       description=f"As is usual for a {incident.severity}" if each == usual else "")
            for each in spans
        ]  # fmt: skip
        options += [kit.option("At the time given below", AT), kit.option("None", NONE)]
        chosen = str(int(usual.total_seconds())) if usual else NONE
        shown.append(
            kit.field(
                "next", "Next update due in", kit.menu("When will there be news?", "next", options, initial=chosen)
            )
        )
        shown.append(kit.field("at", "Next update at", kit.moment_input("at", None), optional=True))
    return kit.modal(UPDATE, TITLE, shown, submit="Post", metadata=metadata(number=incident.number))


def submitted(config: Config, incident: Incident, values: dict[str, Any], *, now: datetime) -> Update:
    """What a person said in the form. Raises `Refused` at the field that is wrong."""
    key = values.get("status")
    status = next((each for each in config.statuses if each.key == key), None)
    if key and status is None:
        raise Refused(
            f"There is no such status. Possible next: {lifecycle.possible(config, incident)}.", field="status"
        )
    span, moment = values.get("next") or NONE, values.get("at")
    promise = None
    if moment:
        promise = datetime.fromtimestamp(moment, UTC) - now
        check_promise(promise, field="at")
    elif span == AT:
        raise Refused("Give the time at which the next update is due.", field="at")
    elif span.isdecimal():
        promise = timedelta(seconds=min(int(span[:9]), 10**8))
    return Update(text=values.get("text") or "", status=status, promise=promise, is_usual=False)
