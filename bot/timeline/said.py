"""A message as the timeline keeps it, read from Slack's JSON. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.slack.text import clip, plain

TEXT_LIMIT = 8000
"""How much of a message an entry keeps; Slack itself recommends 4,000 and cuts at 40,000."""
FILE_FACTS = ("id", "name", "title", "mimetype", "permalink")
"""What is kept of a file. Its contents and previews stay where Slack guards them."""
FILES_LIMIT = 20
FACT_LIMIT = 500

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message. `edited` is Slack's time of its last edit, empty where there was none."""

    channel_id: str
    ts: str
    author: str = ""
    text: str = ""
    files: tuple[dict[str, str], ...] = field(default=())
    edited: str = ""
    thread_ts: str | None = None
    """For a reply: its thread."""

    @property
    def at(self) -> datetime:
        """When it was said."""
        return moment(self.ts)


def read(channel_id: str, message: Json) -> Said:
    """A message of Slack's (contract 6.7), in plain text."""
    thread_ts = message.get("thread_ts")
    return Said(
        channel_id=channel_id,
        ts=str(message["ts"]),
        author=str(message.get("user") or message.get("bot_id") or ""),
        text=clip(plain(message.get("text")) or _fallback(message), TEXT_LIMIT),
        files=tuple(_file(each) for each in (message.get("files") or [])[:FILES_LIMIT] if each.get("id")),
        edited=str((message.get("edited") or {}).get("ts") or ""),
        thread_ts=str(thread_ts) if thread_ts and thread_ts != message["ts"] else None,
    )


def _fallback(message: Json) -> str:
    """What a message without words of its own says: apps may put all of it into attachments."""
    attachments = message.get("attachments") or [{}]
    return plain(attachments[0].get("fallback") or attachments[0].get("text"))


def _file(file: Json) -> dict[str, str]:
    return {name: clip(plain(str(file[name])), FACT_LIMIT) for name in FILE_FACTS if file.get(name)}


def moment(ts: str) -> datetime:
    """A `ts` of Slack's as a time."""
    return datetime.fromtimestamp(float(ts), UTC)


def order(ts: str) -> tuple[int, int]:
    """What a `ts` of Slack's is compared by; an empty one comes before all others."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds or 0), int(f"{fraction:0<6}"[:6])


def earlier(ts: str, seconds: int) -> str:
    """A `ts` so many seconds before another one."""
    whole, _, fraction = ts.partition(".")
    return f"{max(int(whole or 0) - seconds, 0)}.{fraction or '000000'}"
