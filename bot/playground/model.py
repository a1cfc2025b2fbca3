"""What a workspace holds. Plain data: behaviour lives in the files named for it."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["public", "private", "im", "mpim"]

TEAM_ID = "T0ACME"
TEAM_NAME = "Acme"
TEAM_DOMAIN = "acme"
APP_ID = "A0SEVBOT"
BOT_ID = "B0SEVBOT"
BOT_USER_ID = "U0SEVBOT"
BOT_NAME = "sevbot"


@dataclass(slots=True, eq=False)
class User:
    """A person or a bot. `name` is the legacy handle, `real_name` what people read."""

    id: str
    name: str
    real_name: str
    tz: str = "UTC"
    email: str = ""
    color: str = "9f69e7"
    is_bot: bool = False
    is_restricted: bool = False
    is_admin: bool = False
    deleted: bool = False
    updated: int = 0
    status_emoji: str = ""
    """`:palm_tree:`, as they chose it."""
    status_expiration: int = 0


@dataclass(slots=True, eq=False)
class Message:
    """One message. `replies` holds the timestamps of a parent's thread; `reactions` maps emoji to user ids.

    `read_as` remembers what a reader sees of it, beside the version of the names in that.
    """

    channel_id: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    subtype: str = ""
    thread_ts: str = ""
    broadcast: bool = False
    by_app: bool = False
    ephemeral_to: str = ""
    username: str = ""
    icon_emoji: str = ""
    metadata: Json | None = None
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    file_ids: list[str] = field(default_factory=list)
    extra: Json = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    reply_users: list[str] = field(default_factory=list)
    read_as: tuple[int, str] | None = None


@dataclass(slots=True, eq=False)
class Channel:
    """A channel or direct message, with everything said in it.

    `timeline` lists the timestamps shown in the channel itself, oldest first: thread replies are absent.
    """

    id: str
    name: str
    kind: ChannelKind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    is_archived: bool = False
    is_general: bool = False
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    previous_names: list[str] = field(default_factory=list)
    pins: list[Json] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    timeline: list[str] = field(default_factory=list)
    ephemerals: list[Message] = field(default_factory=list)
    read_until: dict[str, str] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Whether only members know of it (private channels and direct messages)."""
        return self.kind != "public"

    @property
    def is_direct(self) -> bool:
        """Whether it is a conversation among people rather than a named channel."""
        return self.kind in ("im", "mpim")


@dataclass(slots=True, eq=False)
class View:
    """A modal or an App Home. `content` is what the app sent; `typed` is the person's input by block and action id."""

    id: str
    user: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    typed: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """The view's blocks, with ids filled in."""
        blocks: list[Json] = self.content["blocks"]
        return blocks


@dataclass(slots=True, eq=False)
class File:
    """An uploaded file; `uploaded` and `completed` follow the three steps of an upload."""

    id: str
    name: str
    title: str
    user: str
    created: int
    length: int
    alt_text: str = ""
    content: bytes = b""
    uploaded: bool = False
    completed: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command the workspace offers."""

    name: str
    description: str
    usage_hint: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut the workspace offers: `global` in the composer's menu, `message` in a message's menu."""

    name: str
    callback_id: str
    type: Literal["global", "message"]


COMMANDS = (Command("/sev", "Declare and run SEVs", "[declare|status|severity|list|help]"),)
SHORTCUTS = (
    Shortcut("Declare a SEV", "incident.declare", "global"),
    Shortcut("Declare a SEV from this message", "incident.declare_from_message", "message"),
    Shortcut("Add to timeline", "timeline.add_message", "message"),
    Shortcut("Create action item", "item.add_message", "message"),
)
