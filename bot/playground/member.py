"""What people do in conversations, for tests: `ada.says("…")`, `ada.reacts("pushpin", to=message)`."""

from typing import TYPE_CHECKING, Self

from bot.playground import channels, people
from bot.playground.errors import Impossible
from bot.playground.model import Channel, Message, User

if TYPE_CHECKING:
    from bot.playground.playground import Playground


class Member:
    """A member of the workspace. What Slack's client would not let them do raises Impossible, with a sentence."""

    def __init__(self, playground: "Playground", user: User) -> None:
        self.user = user
        self._playground = playground
        self._workspace = playground.workspace
        self._client = playground.client
        self._here = "#general"

    @property
    def id(self) -> str:
        """The user id."""
        return self.user.id

    @property
    def name(self) -> str:
        """The short name."""
        return self.user.name

    @property
    def mention(self) -> str:
        """What one types to mention them."""
        return f"@{self.user.name}"

    # Where they are and what they type

    def goes_to(self, channel: Channel | str) -> Self:
        """Look at a channel: there they type and click from now on. `@sevbot` is the direct messages with the bot."""
        found = self._channel(channel)
        if not people.may_look(self.user, found):
            raise Impossible(f"{self.user.real_name} cannot see #{found.name}.")
        self._here = found.id
        return self

    def says(self, text: str, *, thread: Message | None = None, in_: Channel | str | None = None) -> Message:
        """Post a message, or a reply in a thread."""
        with self._workspace.lock:
            channel = self._workspace.channels[thread.channel_id] if thread else self._channel(in_)
            return people.say(self._workspace, self.user, channel, text, thread.ts if thread else "")

    def shares(self, name: str, content: bytes, text: str = "", *, in_: Channel | str | None = None) -> Message:
        """Share a file, with a comment."""
        with self._workspace.lock:
            return people.share(self._workspace, self.user, self._channel(in_), text, name=name, content=content)

    def edits(self, message: Message, text: str) -> None:
        """Edit one's own message."""
        with self._workspace.lock:
            people.edit(self._workspace, self.user, message, text)

    def deletes(self, message: Message) -> None:
        """Delete one's own message; admins may delete anybody's."""
        with self._workspace.lock:
            people.delete(self._workspace, self.user, message)

    def deletes_message_of_bot(self, message: Message) -> None:
        """Delete a message of the app, as admins can."""
        self.deletes(message)

    def reacts(self, name: str, *, to: Message) -> None:
        """Add a reaction."""
        with self._workspace.lock:
            people.react(self._workspace, self.user, to, name)

    def unreacts(self, name: str, *, to: Message) -> None:
        """Take a reaction away."""
        with self._workspace.lock:
            people.react(self._workspace, self.user, to, name, remove=True)

    def pins(self, message: Message) -> None:
        """Pin a message."""
        with self._workspace.lock:
            people.pin(self._workspace, self.user, message)

    def unpins(self, message: Message) -> None:
        """Take a pin away."""
        with self._workspace.lock:
            people.pin(self._workspace, self.user, message, remove=True)

    def joins(self, channel: Channel | str) -> None:
        """Join a public channel."""
        with self._workspace.lock:
            people.join(self._workspace, self.user, self._channel(channel))

    def leaves(self, channel: Channel | str) -> None:
        """Leave a channel."""
        with self._workspace.lock:
            people.leave(self._workspace, self.user, self._channel(channel))

    def invites(self, who: "Member | str", *, to: Channel | str) -> None:
        """Bring someone into a channel; `sevbot` for the bot."""
        with self._workspace.lock:
            people.invite(self._workspace, self.user, self._channel(to), self._user(who))

    def removes(self, who: "Member | str", *, from_: Channel | str) -> None:
        """Remove someone from a channel; `sevbot` for the bot."""
        with self._workspace.lock:
            people.remove(self._workspace, self.user, self._channel(from_), self._user(who))

    def renames(self, channel: Channel | str, name: str) -> None:
        """Rename a channel."""
        with self._workspace.lock:
            people.rename(self._workspace, self.user, self._channel(channel), name)

    def archives(self, channel: Channel | str) -> None:
        """Archive a channel."""
        with self._workspace.lock:
            people.archive(self._workspace, self.user, self._channel(channel))

    def unarchives(self, channel: Channel | str) -> None:
        """Bring an archived channel back."""
        with self._workspace.lock:
            people.unarchive(self._workspace, self.user, self._channel(channel))

    def deletes_channel(self, channel: Channel | str) -> None:
        """Delete a channel for good, as admins can."""
        with self._workspace.lock:
            people.delete_channel(self._workspace, self.user, self._channel(channel))

    def sets_topic(self, channel: Channel | str, topic: str) -> None:
        """Set a channel's topic."""
        with self._workspace.lock:
            people.set_topic(self._workspace, self.user, self._channel(channel), topic)

    def creates(self, name: str, *, private: bool = False) -> Channel:
        """Make a channel of their own."""
        with self._workspace.lock:
            return channels.create(self._workspace, name.removeprefix("#"), self.id, private=private)

    def _channel(self, where: Channel | str | None) -> Channel:
        if isinstance(where, Channel):
            return where
        name = self._here if where is None else where
        channel = self._channel_if_any(name)
        if channel is None:
            raise Impossible(f"There is no channel {name}.")
        return channel

    def _channel_if_any(self, where: Channel | str) -> Channel | None:
        if isinstance(where, Channel):
            return where
        if where.startswith("@"):
            return people.direct_messages(self._workspace, self.user, self._user(where))
        return self._workspace.channel_named(where)

    def _user(self, who: "Member | str") -> User:
        if isinstance(who, Member):
            return who.user
        user = self._workspace.user_named(who)
        if user is None:
            raise Impossible(f"There is nobody called {who}.")
        return user
