"""What the page does in conversations and to the switches, as the person one is on it."""

from typing import TYPE_CHECKING

from bot.playground import people
from bot.playground.errors import Impossible
from bot.playground.model import Json, User
from bot.playground.page_app import APP_ACTS, Act, channel_of, message_of

if TYPE_CHECKING:
    from bot.playground.playground import Playground


def _user(playground: "Playground", body: Json) -> User:
    user = playground.workspace.users.get(str(body.get("user")))
    if user is None:
        raise Impossible("There is no such person.")
    return user


def say(playground: "Playground", me: User, body: Json) -> Json:
    """Post a message or reply."""
    thread_ts = str(body.get("thread_ts") or "")
    message = people.say(playground.workspace, me, channel_of(playground, body), str(body.get("text", "")), thread_ts)
    return {"ts": message.ts}


def edit(playground: "Playground", me: User, body: Json) -> Json:
    """Edit one's own message."""
    people.edit(playground.workspace, me, message_of(playground, body), str(body.get("text", "")))
    return {}


def delete(playground: "Playground", me: User, body: Json) -> Json:
    """Delete a message."""
    people.delete(playground.workspace, me, message_of(playground, body))
    return {}


def react(playground: "Playground", me: User, body: Json) -> Json:
    """Add or take away a reaction."""
    message = message_of(playground, body)
    people.react(playground.workspace, me, message, str(body.get("name", "")), remove=bool(body.get("remove")))
    return {}


def pin(playground: "Playground", me: User, body: Json) -> Json:
    """Pin a message, or take the pin away."""
    people.pin(playground.workspace, me, message_of(playground, body), remove=bool(body.get("remove")))
    return {}


def join(playground: "Playground", me: User, body: Json) -> Json:
    """Join a channel."""
    people.join(playground.workspace, me, channel_of(playground, body))
    return {}


def leave(playground: "Playground", me: User, body: Json) -> Json:
    """Leave a channel."""
    people.leave(playground.workspace, me, channel_of(playground, body))
    return {}


def invite(playground: "Playground", me: User, body: Json) -> Json:
    """Bring someone into a channel."""
    people.invite(playground.workspace, me, channel_of(playground, body), _user(playground, body))
    return {}


def kick(playground: "Playground", me: User, body: Json) -> Json:
    """Remove someone from a channel."""
    people.remove(playground.workspace, me, channel_of(playground, body), _user(playground, body))
    return {}


def rename(playground: "Playground", me: User, body: Json) -> Json:
    """Rename a channel."""
    people.rename(playground.workspace, me, channel_of(playground, body), str(body.get("name", "")))
    return {}


def archive(playground: "Playground", me: User, body: Json) -> Json:
    """Archive a channel, or bring it back."""
    act = people.unarchive if body.get("remove") else people.archive
    act(playground.workspace, me, channel_of(playground, body))
    return {}


def topic(playground: "Playground", me: User, body: Json) -> Json:
    """Set a channel's topic."""
    people.set_topic(playground.workspace, me, channel_of(playground, body), str(body.get("topic", "")))
    return {}


def open_dm(playground: "Playground", me: User, body: Json) -> Json:
    """Open direct messages with someone."""
    return {"channel": people.direct_messages(playground.workspace, me, _user(playground, body)).id}


# Switches


def faults(playground: "Playground", me: User, body: Json) -> Json:  # noqa: ARG001 -- every act takes a person
    """Make Slack misbehave, or behave again."""
    switches = playground.faults
    if body.get("clear"):
        switches.clear()
        playground.rate_limits = playground.pager.outage = playground.jira.outage = False
    rule = body.get("add")
    if rule:
        switches.add(rule["method"], rule["fault"], times=rule.get("times", 1))
    if "latency_ms" in body:
        switches.latency_ms = max(0.0, float(body["latency_ms"]))
    if "outage" in body:
        switches.outage = bool(body["outage"])
    if "rate_limits" in body:
        playground.rate_limits = bool(body["rate_limits"])
    if "pager_outage" in body:
        playground.pager.outage = bool(body["pager_outage"])
    if "jira_outage" in body:
        playground.jira.outage = bool(body["jira_outage"])
    if body.get("drop_sockets"):
        playground.drop_sockets()
    switches.lose_acks(switches.acks_to_lose + int(body.get("lose_acks", 0)))
    switches.duplicate_events(switches.events_to_duplicate + int(body.get("redeliver", 0)))
    playground.workspace.touch("state")
    return {}


def clock(playground: "Playground", me: User, body: Json) -> Json:  # noqa: ARG001 -- every act takes a person
    """Move business time forward. Slack has refreshed every connection meanwhile, so that apps hear of it at once."""
    try:
        playground.advance_clock(float(body.get("advance_seconds", 0)))
    except ValueError as refusal:
        raise Impossible(str(refusal)) from None
    playground.disconnect()
    return {}


ACTS: dict[str, Act] = APP_ACTS | {
    "say": say,
    "edit": edit,
    "delete": delete,
    "react": react,
    "pin": pin,
    "join": join,
    "leave": leave,
    "invite": invite,
    "kick": kick,
    "rename": rename,
    "archive": archive,
    "topic": topic,
    "open_dm": open_dm,
    "faults": faults,
    "clock": clock,
}
