"""conversations.*: channels and direct messages."""

from bot.playground import channels
from bot.playground.errors import SlackError
from bot.playground.methods.paging import page_of
from bot.playground.methods.table import KINDS, Asked, Method, Scopes, by_kind, for_kinds
from bot.playground.model import Channel, Json, User
from bot.playground.shapes import channel_json

_NAMES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
INVITED_AT_ONCE = 100


def _shown(asked: Asked, channel: Channel) -> Json:
    return {"channel": channel_json(channel, asked.me)}


def _named_channel(asked: Asked) -> Channel:
    """A channel that has a name: direct messages are refused."""
    channel = asked.channel()
    if channel.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    return channel


def create(asked: Asked) -> Json:
    """Make a channel; the bot becomes its only member."""
    name = asked.args.text("name")
    made = channels.create(asked.workspace, name, asked.me, private=asked.args.flag("is_private"))
    return _shown(asked, made)


def info(asked: Asked) -> Json:
    """Describe a channel."""
    members = asked.args.flag("include_num_members")
    return {"channel": channel_json(asked.channel(), asked.me, members=members)}


def _kinds_asked(asked: Asked) -> list[str]:
    types = asked.args.words("types") or ["public_channel"]
    if not set(types) <= set(_NAMES):
        raise SlackError("invalid_types")
    return [_NAMES[one] for one in types]


def _listed(asked: Asked, found: list[Channel]) -> Json:
    kinds = _kinds_asked(asked)
    page, metadata = page_of([channel for channel in found if channel.kind in kinds], asked.args, default=100)
    # Slack cuts the page first and filters then, so pages can be short.
    unwanted = asked.args.flag("exclude_archived")
    shown = [
        channel_json(channel, asked.me, members=True) for channel in page if not (unwanted and channel.is_archived)
    ]
    return {"channels": shown} | metadata


def list_all(asked: Asked) -> Json:
    """List public channels, and others the bot is in."""
    everything = asked.workspace.channels.values()
    return _listed(asked, [one for one in everything if not one.is_private or asked.me in one.members])


def list_mine(asked: Asked) -> Json:
    """users.conversations: list what the bot, or another user, is a member of."""
    user = asked.args.text("user") or asked.me
    asked.workspace.user(user)
    found = [one for one in asked.workspace.channels.values() if user in one.members]
    return _listed(asked, [one for one in found if not one.is_private or asked.me in one.members])


def members(asked: Asked) -> Json:
    """List the members of a channel."""
    page, metadata = page_of(asked.channel().members, asked.args, default=100)
    return {"members": list(page)} | metadata


def invite(asked: Asked) -> Json:
    """Invite people. Without `force`, one bad id fails the whole call."""
    wanted = asked.args.words("users")
    if not wanted:
        raise SlackError("no_user")
    channel = _named_channel(asked)
    if channel.is_archived:
        raise SlackError("is_archived")
    if asked.me not in channel.members:
        raise SlackError("not_in_channel")
    if len(wanted) > INVITED_AT_ONCE:
        raise SlackError("too_many_users")
    good, errors = _sorted_out(asked, channel, wanted)
    if errors and (not good or not asked.args.flag("force")):
        raise SlackError(errors[0]["error"], errors=errors)
    for user in good:
        channels.invite(asked.workspace, channel, asked.me, user)
    return _shown(asked, channel) | ({"errors": errors} if errors else {})


def _sorted_out(asked: Asked, channel: Channel, wanted: list[str]) -> tuple[list[User], list[Json]]:
    good: list[User] = []
    errors: list[Json] = []
    for user_id in dict.fromkeys(wanted):
        user = asked.workspace.users.get(user_id)
        refusal = channels.why_not_invite(channel, asked.me, user) if user else "user_not_found"
        if refusal:
            errors.append({"user": user_id, "ok": False, "error": refusal})
        elif user:
            good.append(user)
    return good, errors


def join(asked: Asked) -> Json:
    """Join a public channel; a second time is a warning."""
    channel = asked.channel()
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if asked.me in channel.members:
        warned = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return _shown(asked, channel) | warned
    channels.add_member(asked.workspace, channel, asked.me)
    return _shown(asked, channel)


def leave(asked: Asked) -> Json:
    """Leave a channel; not having been in it is no error but says so."""
    channel = _named_channel(asked)
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_general:
        raise SlackError("cant_leave_general")
    if asked.me not in channel.members:
        return {"ok": False, "not_in_channel": True}
    if channel.is_private and len(channel.members) == 1:
        raise SlackError("last_member")
    channels.remove_member(asked.workspace, channel, asked.me)
    return {}


def kick(asked: Asked) -> Json:
    """Remove someone from a channel."""
    channel = _named_channel(asked)
    user = asked.workspace.user(asked.args.text("user"))
    if user.id == asked.me:
        raise SlackError("cant_kick_self")
    if channel.is_general:
        raise SlackError("cant_kick_from_general")
    if asked.me not in channel.members or user.id not in channel.members:
        raise SlackError("not_in_channel")
    channels.remove_member(asked.workspace, channel, user.id)
    return {}


def _mine(asked: Asked) -> Channel:
    """A named, living channel the bot is in."""
    _named_channel(asked)
    return asked.joined_channel()


def rename(asked: Asked) -> Json:
    """Rename a channel the bot made; the name is mended to fit."""
    channel = _mine(asked)
    if channel.creator != asked.me:
        raise SlackError("not_authorized")
    channels.rename(asked.workspace, channel, asked.args.text("name"), asked.me)
    return _shown(asked, channel)


def archive(asked: Asked) -> Json:
    """Archive a channel; the bot is out of it from then on."""
    channel = _named_channel(asked)
    if channel.is_archived:
        raise SlackError("already_archived")
    if asked.me not in channel.members:
        raise SlackError("not_in_channel")
    channels.archive(asked.workspace, channel, asked.me)
    return {}


def unarchive(asked: Asked) -> Json:
    """Refuse, as Slack does a bot: archiving threw it out, and nobody can join an archived channel."""
    channel = _named_channel(asked)
    if not channel.is_archived:
        raise SlackError("not_archived")
    raise SlackError("not_in_channel")


def set_topic(asked: Asked) -> Json:
    """Set the topic."""
    channel = _mine(asked)
    channels.describe(asked.workspace, channel, "topic", asked.args.text("topic"), asked.me)
    return _shown(asked, channel)


def set_purpose(asked: Asked) -> Json:
    """Set the purpose."""
    channel = _mine(asked)
    channels.describe(asked.workspace, channel, "purpose", asked.args.text("purpose"), asked.me)
    return _shown(asked, channel)


def open_direct(asked: Asked) -> Json:
    """Open a direct message with one person, or a group of up to eight."""
    workspace = asked.workspace
    if asked.args.text("channel"):
        return {"channel": {"id": asked.channel().id}, "no_op": True, "already_open": True}
    users = [user for user in asked.args.words("users") if user != asked.me]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 8:
        raise SlackError("too_many_users")
    if any(workspace.user(user).deleted for user in users):
        raise SlackError("user_disabled")
    found = workspace.direct_channel(*users, asked.me)
    channel = found or workspace.open_direct(*users, asked.me)
    shape = channel_json(channel, asked.me) if asked.args.flag("return_im") else {"id": channel.id}
    return {"channel": shape} | ({"no_op": True, "already_open": True} if found else {})


def _create_scopes(asked: Asked) -> tuple[str, ...]:
    return for_kinds(("private",) if asked.args.flag("is_private") else ("public",), "{}:write")


def _list_scopes(asked: Asked) -> tuple[str, ...]:
    names = set(asked.args.words("types") or ["public_channel"])
    return for_kinds(tuple(kind for kind in KINDS if any(_NAMES.get(name) == kind for name in names)), "{}:read")


def _open_scopes(asked: Asked) -> tuple[str, ...]:
    return ("im:write",) if len(asked.args.words("users")) <= 1 else ("mpim:write",)


_CHANNEL = {"channel": "channel_not_found"}
_READ: Scopes = by_kind("{}:read")
_WRITE: Scopes = by_kind("{}:write")

METHODS = {
    "conversations.archive": Method(archive, _WRITE, 2, _CHANNEL),
    "conversations.create": Method(create, _create_scopes, 2, {"name": "invalid_name_required"}),
    "conversations.info": Method(info, _READ, 3, _CHANNEL),
    "conversations.invite": Method(invite, by_kind("{}:write", "{}:write.invites"), 3, _CHANNEL | {"users": "no_user"}),
    "conversations.join": Method(join, lambda _asked: ("channels:join",), 3, _CHANNEL),
    "conversations.kick": Method(kick, _WRITE, 3, _CHANNEL | {"user": "user_not_found"}),
    "conversations.leave": Method(leave, _WRITE, 3, _CHANNEL),
    "conversations.list": Method(list_all, _list_scopes, 2),
    "conversations.members": Method(members, _READ, 4, _CHANNEL),
    "conversations.open": Method(open_direct, _open_scopes, 3),
    "conversations.rename": Method(rename, _WRITE, 2, _CHANNEL | {"name": "invalid_name_required"}),
    "conversations.setPurpose": Method(set_purpose, by_kind("{}:write", "{}:write.topic"), 2, _CHANNEL),
    "conversations.setTopic": Method(set_topic, by_kind("{}:write", "{}:write.topic"), 2, _CHANNEL),
    "conversations.unarchive": Method(unarchive, _WRITE, 2, _CHANNEL),
    "users.conversations": Method(list_mine, _list_scopes, 3),
}
