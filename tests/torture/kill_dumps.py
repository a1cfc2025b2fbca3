"""What is left at the end of a story, in the database and in Slack, in a shape in which two runs can be compared.

Left out is what may differ: ids, times, tokens, attempts and leases; what was only ever meant to be seen in passing; and the
order in which parallel lanes came through. Kept is the order within each lane.
"""

import difflib
import json
import re
from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from bot.db import Base
from bot.incidents import surfaces
from bot.incidents.model import Incident, TimelineEntry
from bot.nudges.model import NudgeLook, NudgeWatch
from bot.outbox.model import OutboxMessage
from bot.playground import Playground
from bot.playground.reading import message_words
from bot.runs import JobRun
from bot.slack.posts import Post
from bot.timeline.model import Reading
from bot.timeline.surfaces import CATCH_UP
from bot.workflows.counts.model import WorkflowRound
from bot.workflows.heartbeats.model import HeartbeatWatch
from tests.torture.kill_story import Ledger

Row = dict[str, Any]

UNLIKE = {
    "outbox_messages": {
        "attempts", "version", "sending_version", "unsure", "due_at", "lease", "token", "revive_at", "second_look_at",
    },
    "inbound_keys": {"key"},
}  # fmt: skip
"""Columns, besides ids, that differ between two equal runs."""
SEEN_IN_PASSING = {surfaces.ANSWER}
"""Kinds that may be missed, and are never doubled: that they were asked for is compared, not how it went."""
OF_ONE_MESSAGE = {"source_ts", "permalink"}
"""What names one message of one Slack."""
A_MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
A_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*\+00:00")
UPKEEP = {surfaces.RECONCILE, CATCH_UP}
"""Kinds that a bot asks for when it connects: a run that was not interrupted connects only once."""
UPKEEP_TABLES = {
    Reading.__tablename__, NudgeWatch.__tablename__, NudgeLook.__tablename__, WorkflowRound.__tablename__,
    HeartbeatWatch.__tablename__, JobRun.__tablename__,
}  # fmt: skip
"""What such kinds keep for themselves, when the recurring reminder looks again, and when jobs ran: it may come by, or not."""
IN_TIME_ORDER = {"timeline_entries", "audit_records"}


def dump(ledger: Ledger, slack: Playground) -> dict[str, Any]:
    """All that is left, of the database and of Slack."""
    with ledger.connection.begin():
        names = Names(ledger, slack)
        tables = {
            table.name: _rows(ledger, table, names)
            for table in Base.metadata.sorted_tables
            if table.name not in UPKEEP_TABLES
        }
        return {"database": tables, "lanes": _lanes(ledger, names), "slack": _slack(slack)}


def difference(expected: dict[str, Any], found: dict[str, Any], *, with_notices: bool = True) -> str:
    """What differs, as lines to read; empty where nothing does.

    Slack's own notices of what was done (`set the channel topic`) are left out where it may be done twice: they cannot be
    unsaid.
    """
    before, after = (
        json.dumps(each if with_notices else _without_notices(each), indent=1, ensure_ascii=False).splitlines()
        for each in (expected, found)
    )
    return "\n".join(difflib.unified_diff(before, after, "not interrupted", "interrupted", lineterm="", n=4))


def _without_notices(left: dict[str, Any]) -> dict[str, Any]:
    channels = {name: {**channel, "notices": []} for name, channel in left["slack"]["channels"].items()}
    return {**left, "slack": {**left["slack"], "channels": channels}}


class Names:
    """Replaces ids, which differ between two runs, by what they stand for."""

    def __init__(self, ledger: Ledger, slack: Playground) -> None:
        connection = ledger.connection
        self._slack = slack
        self._incidents = {
            str(id_): f"SEV-{number}" for id_, number in connection.execute(select(Incident.id, Incident.number))
        }
        entries = connection.execute(select(TimelineEntry.id, TimelineEntry.kind).order_by(TimelineEntry.id))
        self._entries = {str(id_): kind for id_, kind in entries}
        self._channels = {
            channel.id: f"#{channel.name}" if channel.name else "a direct message"
            for channel in slack.workspace.channels.values()
        }

    def in_text(self, text: str) -> str:
        """A text without ids."""
        text = re.sub(r"\bincident:(\d+)", lambda found: f"incident:{self._incidents[found[1]]}", text)
        text = re.sub(r":(line|instructions):(\d+)$", lambda found: f":{found[1]}:{self._entries[found[2]]}", text)
        return self._channels.get(text, A_MOMENT.sub("some time", text))

    def in_arguments(self, arguments: Row) -> Row:
        """An outbox row's arguments without ids."""
        shown: Row = dict.fromkeys(arguments, "given")
        for name in ("slot", "place", "join"):
            if name in arguments:
                shown[name] = arguments[name]
        if "entry" in arguments:
            shown["entry"] = self._entries.get(str(arguments["entry"]), "one of the journal")
        return shown

    def of_message(self, channel_id: str, ts: str) -> str:
        """What a message says, which shows that it is there; its ts differs."""
        message = self._slack.workspace.channels[channel_id].messages.get(ts)
        words = message_words(self._slack.workspace, message) if message else "no such message"
        return A_MINUTE.sub("some time", words)

    def of_bookmark(self, channel_id: str, bookmark_id: str) -> str:
        """What a bookmark shows, which tells that it is there."""
        present = self._slack.workspace.channels[channel_id].bookmarks
        found = (f"{each['title']}: {each['link']}" for each in present if each["id"] == bookmark_id)
        return next(found, "no such bookmark")


def _rows(ledger: Ledger, table: Table, names: Names) -> list[Row]:
    query = select(table)
    if table.name in IN_TIME_ORDER:
        query = query.order_by(table.c.at, table.c.id)
    rows = [_row(table.name, dict(row), names) for row in ledger.connection.execute(query).mappings()]
    shown = [row for row in rows if row.get("kind") not in UPKEEP]
    if table.name in IN_TIME_ORDER:
        return shown
    distinct = {json.dumps(row, sort_keys=True): row for row in shown}
    if table.name == "inbound_keys":  # one for each time that Slack, or the person, said the same
        return [distinct[key] for key in sorted(distinct)]
    return sorted(shown, key=lambda row: json.dumps(row, sort_keys=True))


def _row(table: str, row: Row, names: Names) -> Row:
    if table == "posts":
        row["ts"] = names.of_message(row["channel_id"], row["ts"])
    if table == "placed_bookmarks":
        row["bookmark_id"] = names.of_bookmark(row["channel_id"], row["bookmark_id"])
    for name in UNLIKE.get(table, set()):
        del row[name]
    row.pop("id", None)
    row.pop("incident_id", None)
    if row.get("kind") in SEEN_IN_PASSING:
        del row["state"], row["last_error"], row["confirmed_at"]
    return {name: _value(name, value, names) for name, value in row.items()}


def _value(name: str, value: Any, names: Names) -> Any:
    if isinstance(value, datetime):
        return "some time"
    if name == "arguments":
        return names.in_arguments(value)
    if name in OF_ONE_MESSAGE and value is not None:
        return f"some {name}"
    if isinstance(value, dict):
        return {key: _value(key, each, names) for key, each in value.items()}
    return names.in_text(value) if isinstance(value, str) else value


def _lanes(ledger: Ledger, names: Names) -> dict[str, list[str]]:
    """The posts of each lane in the order in which Slack shows them."""
    query = select(OutboxMessage.lane, Post.key).join(Post, Post.key == OutboxMessage.key).order_by(Post.ts)
    lanes: dict[str, list[str]] = defaultdict(list)
    for lane, key in ledger.connection.execute(query):
        lanes[names.in_text(lane)].append(names.in_text(key))
    return dict(sorted(lanes.items()))


def _slack(slack: Playground) -> dict[str, Any]:
    found = json.loads(A_MINUTE.sub("some time", json.dumps(slack.dump()).replace(slack.url, "https://slack")))
    for channel in found["channels"].values():
        channel["messages"].sort(key=lambda message: json.dumps(message, sort_keys=True))
        channel["bookmarks"].sort()
    return {**found, "refused": slack.rejections}
