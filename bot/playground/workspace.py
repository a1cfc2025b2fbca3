"""The workspace: its people, channels and files, one lock, and how anyone learns that something changed."""

import secrets
import time
from collections.abc import Callable
from threading import Condition, RLock

from bot.playground.clock import Clock
from bot.playground.errors import SlackError
from bot.playground.model import BOT_USER_ID, Channel, ChannelKind, File, Json, Message, User, View

GRANTED_SCOPES = (
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "chat:write.customize",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "metadata.message:read",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)

SUBSCRIPTIONS = frozenset(
    {
        "message.channels",
        "message.groups",
        "message.im",
        "app_mention",
        "app_home_opened",
        "reaction_added",
        "reaction_removed",
        "member_joined_channel",
        "member_left_channel",
        "channel_rename",
        "channel_archive",
        "channel_unarchive",
        "channel_deleted",
        "group_rename",
        "group_archive",
        "group_unarchive",
        "group_deleted",
        "user_change",
        "team_join",
    }
)

Entity = User | Channel | Message | File | View
Change = str
"""What changed, in the page's words: messages, channels, views, traffic or state."""


class Workspace:
    """All state of one Slack workspace. Whoever reads or writes it holds `lock`."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = RLock()
        self.changed = Condition(self.lock)
        self.version = 0
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.usergroups: dict[str, Json] = {}
        self.homes: dict[str, View] = {}
        self.modals: dict[str, list[View]] = {}
        self.typed: dict[tuple[str, str], dict[str, dict[str, Json]]] = {}
        self.scopes = list(GRANTED_SCOPES)
        self.subscriptions = set(SUBSCRIPTIONS)
        self.installed = True
        self.identity = secrets.token_hex(8)
        """Which workspace it is: what browsers remember of one is not true of another."""
        self.counter = 0
        self.naming = 0
        self.url = "http://127.0.0.1/"
        self.on_event: Callable[[Json], object] = lambda _event: None
        self.watchers: list[Callable[[Change, str], None]] = []
        self.storing = False
        self.dirty: dict[tuple[str, str], Entity | None] = {}
        self.persist: Callable[[], None] = lambda: None
        self._names: dict[str, str] = {}
        self._direct: dict[frozenset[str], str] = {}

    def next_id(self, prefix: str) -> str:
        """Return a fresh id in Slack's style: a letter for the kind, then capitals and digits."""
        self.counter += 1
        return f"{prefix}P{self.counter:08d}"

    def touch(self, change: Change, channel_id: str = "") -> None:
        """Tell everyone who waits or watches that something visible changed."""
        with self.lock:
            self.version += 1
            self.changed.notify_all()
        for watcher in self.watchers:
            watcher(change, channel_id)

    def save(self, entity: Entity) -> None:
        """Take note of a change: `entity` must be in the store before this request is answered."""
        if isinstance(entity, Message):
            entity.read_as = None
        if not self.storing:
            return
        kind = type(entity).__name__
        key = f"{entity.channel_id}/{entity.ts}" if isinstance(entity, Message) else entity.id
        self.dirty[kind, key] = entity

    def forget(self, message: Message) -> None:
        """Remember that a deleted message must leave the store."""
        if self.storing:
            self.dirty["Message", f"{message.channel_id}/{message.ts}"] = None

    def forget_file(self, file: File) -> None:
        """Forget a deleted file."""
        del self.files[file.id]
        if self.storing:
            self.dirty["File", file.id] = None

    # People

    def user(self, user_id: str) -> User:
        """Return the user; raises SlackError user_not_found."""
        user = self.users.get(user_id)
        if user is None:
            raise SlackError("user_not_found")
        return user

    def user_named(self, name: str) -> User | None:
        """Return the user with this handle, real name or id, or None."""
        wanted = name.removeprefix("@").lower()
        for user in self.users.values():
            if wanted in (user.name.lower(), user.real_name.lower(), user.id.lower()):
                return user
        return None

    @property
    def bot(self) -> User:
        """The app's bot user."""
        return self.users[BOT_USER_ID]

    # Channels

    def add_channel(self, channel: Channel) -> None:
        """Add a channel under its name, which must be free."""
        self.channels[channel.id] = channel
        if channel.name:
            self._names[channel.name] = channel.id
        if channel.is_direct:
            self._direct[frozenset(channel.members)] = channel.id
        self.save(channel)

    def remove_channel(self, channel: Channel) -> None:
        """Forget a channel and everything said in it; its name is free again."""
        for message in channel.messages.values():
            self.forget(message)
        self._names.pop(channel.name, None)
        del self.channels[channel.id]
        if self.storing:
            self.dirty["Channel", channel.id] = None

    def name_is_taken(self, name: str) -> bool:
        """Whether any channel has this name: archived ones and private ones count too."""
        return name in self._names

    def give_name(self, channel: Channel, name: str) -> None:
        """Rename `channel`; its old name is free again."""
        self._names.pop(channel.name, None)
        channel.previous_names.insert(0, channel.name)
        channel.name = name
        self._names[name] = channel.id
        self.naming += 1
        self.save(channel)

    def channel_named(self, name: str) -> Channel | None:
        """Return the channel with this name (with or without #) or id, or None."""
        return self.channels.get(name) or self.channels.get(self._names.get(name.removeprefix("#"), ""))

    def direct_channel(self, *user_ids: str) -> Channel | None:
        """Return the direct conversation of exactly these users, or None."""
        return self.channels.get(self._direct.get(frozenset(user_ids), ""))

    def open_direct(self, *user_ids: str) -> Channel:
        """Return the direct conversation of these users, opening it when there is none yet."""
        found = self.direct_channel(*user_ids)
        if found is not None:
            return found
        members = list(dict.fromkeys(user_ids))
        kind: ChannelKind = "im" if len(members) <= 2 else "mpim"
        name = "" if kind == "im" else "mpdm-" + "--".join(self.users[one].name for one in members) + "-1"
        channel = Channel(
            id=self.next_id("D" if kind == "im" else "G"),
            name=name,
            kind=kind,
            creator=members[0],
            created=int(self.clock.now()),
            members=members,
        )
        self.add_channel(channel)
        self.touch("channels", channel.id)
        return channel

    def new_hash(self) -> str:
        """Return a fresh view hash in Slack's form: a time, a dot, something short."""
        self.counter += 1
        return f"{int(time.time())}.{self.counter:08x}"
