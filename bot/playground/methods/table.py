"""What a Web API method is, and what every method is handed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.playground.arguments import Arguments
from bot.playground.errors import SlackError
from bot.playground.modals import Triggers
from bot.playground.model import BOT_USER_ID, Channel, ChannelKind, Json
from bot.playground.workspace import Workspace

KINDS: tuple[ChannelKind, ...] = ("public", "private", "im", "mpim")
_FAMILY = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


@dataclass(slots=True)
class Asked:
    """One call, as a method sees it. `me` is the bot user."""

    workspace: Workspace
    args: Arguments
    triggers: Triggers
    new_link: Callable[[], str]
    me: str = BOT_USER_ID

    def channel(self, name: str = "channel") -> Channel:
        """Return the channel named by an argument; a private one the app is not in does not exist for it."""
        channel = self.workspace.channels.get(self.args.text(name))
        if channel is None or (channel.is_private and self.me not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        """Return a channel the app is a member of; raises SlackError not_in_channel or is_archived."""
        channel = self.channel(name)
        if channel.is_archived:
            raise SlackError("is_archived")
        if self.me not in channel.members:
            raise SlackError("not_in_channel")
        return channel


class Scopes(Protocol):
    """Which scopes a call needs: any one of the returned ones is enough, none are needed for an empty answer."""

    def __call__(self, asked: Asked) -> tuple[str, ...]: ...


def need(*scopes: str) -> Scopes:
    """Any of these scopes, whatever the arguments."""
    return lambda asked: scopes  # noqa: ARG005 -- the protocol passes it


def by_kind(*patterns: str, argument: str = "channel") -> Scopes:
    """Scopes that depend on the kind of channel: `{}:history` is channels:, groups:, im: or mpim:history."""

    def scopes(asked: Asked) -> tuple[str, ...]:
        channel = asked.workspace.channels.get(asked.args.text(argument))
        kinds = KINDS if channel is None else (channel.kind,)
        return for_kinds(kinds, *patterns)

    return scopes


def for_kinds(kinds: tuple[ChannelKind, ...], *patterns: str) -> tuple[str, ...]:
    """Return the scopes of these patterns for these kinds; channels:write is called channels:manage for bots."""
    names = [pattern.format(_FAMILY[kind]) for pattern in patterns for kind in kinds]
    return tuple("channels:manage" if name == "channels:write" else name for name in names)


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it does, which scopes it needs, its rate limit tier, and the error for each missing argument.

    `tier` is Slack's (1 to 4), 0 for the special limits. `app_token` marks the methods that want the xapp- token.
    """

    run: Callable[[Asked], Json]
    scopes: Scopes = field(default=need())
    tier: int = 3
    required: Mapping[str, str] = field(default_factory=dict)
    app_token: bool = False


INVALID_ARGUMENTS = "invalid_arguments"


def refuse_missing(method: Method, args: Arguments) -> None:
    """Raise Slack's error for the first required argument that was not given."""
    for name, error in method.required.items():
        if args.has(name):
            continue
        if error != INVALID_ARGUMENTS:
            raise SlackError(error)
        raise SlackError(
            error, response_metadata={"messages": [f"[ERROR] missing required field: {name} [json-pointer:/]"]}
        )
