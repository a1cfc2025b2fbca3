"""What the page does with the app, as the person one is on it: commands, clicks, modals, shortcuts, Home.

An act that the app has to ack returns the delivery; the page is answered when that is over.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.playground import people
from bot.playground.elements import VALUE_KEYS, all_elements, view_state
from bot.playground.errors import Impossible
from bot.playground.form import action_of, client_errors
from bot.playground.model import Channel, Json, Message, User, View
from bot.playground.traffic import Delivery

if TYPE_CHECKING:
    from bot.playground.playground import Playground

Act = Callable[["Playground", User, Json], Json | Delivery]


def channel_of(playground: "Playground", body: Json) -> Channel:
    """Return the channel a request names."""
    channel = playground.workspace.channels.get(str(body.get("channel")))
    if channel is None:
        raise Impossible("There is no such channel.")
    return channel


def message_of(playground: "Playground", body: Json) -> Message:
    """Return the message a request names by channel and ts, ephemeral ones too."""
    channel = channel_of(playground, body)
    ts = str(body.get("ts"))
    message = channel.messages.get(ts) or next((one for one in channel.ephemerals if one.ts == ts), None)
    if message is None:
        raise Impossible("This message is gone.")
    return message


def command(playground: "Playground", me: User, body: Json) -> Json | Delivery:
    """Run a slash command."""
    channel = channel_of(playground, body)
    people.may_write(me, channel)
    line = people.typed(playground.workspace, str(body.get("text", "")), labels=True)
    delivery, _ = playground.client.command(me, channel, line)
    return delivery or {}


def _place(playground: "Playground", me: User, container: Json) -> View | Message:
    if container.get("type") != "view":
        found = {"channel": container.get("channel_id"), "ts": container.get("message_ts")}
        return message_of(playground, found)
    stack = playground.workspace.modals.get(me.id, [])
    home = playground.workspace.homes.get(me.id)
    for view in [*stack, *([home] if home else [])]:
        if view.id == container.get("view_id"):
            return view
    raise Impossible("This view is closed.")


def action(playground: "Playground", me: User, body: Json) -> Json | Delivery:
    """Click or pick something, in a view or under a message."""
    place = _place(playground, me, body.get("container", {}))
    blocks = [*place.blocks, *_attached(place)]
    for block, element in all_elements(blocks):
        if block["block_id"] == body.get("block_id") and element["action_id"] == body.get("action_id"):
            break
    else:
        raise Impossible("This button is gone.")
    typed = _typed(playground, me, place)
    _keep(typed, body.get("values"))
    state = {"type": element["type"], **body.get("payload", {})}
    if element["type"] in VALUE_KEYS:
        typed.setdefault(block["block_id"], {})[element["action_id"]] = state
    acted = action_of(element, state)
    return playground.client.act(me, place, block["block_id"], acted)


def _attached(place: View | Message) -> list[Json]:
    if isinstance(place, View):
        return []
    return [block for attachment in place.attachments for block in attachment.get("blocks", [])]


def _typed(playground: "Playground", me: User, place: View | Message) -> dict[str, dict[str, Json]]:
    if isinstance(place, View):
        return place.typed
    return playground.workspace.typed.setdefault((me.id, place.ts), {})


def _keep(typed: dict[str, dict[str, Json]], values: Any) -> None:
    for block_id, actions in (values or {}).items():
        typed.setdefault(block_id, {}).update(actions)


def _top(playground: "Playground", me: User, view_id: Any) -> View:
    stack = playground.workspace.modals.get(me.id, [])
    if not stack or stack[-1].id != view_id:
        raise Impossible("This modal is closed.")
    return stack[-1]


def submit(playground: "Playground", me: User, body: Json) -> Json | Delivery:
    """Submit the topmost modal; answers the errors, by block id, that the client or the app found."""
    view = _top(playground, me, body.get("view_id"))
    _keep(view.typed, body.get("values"))
    view.errors = client_errors(view, view_state(view))
    if view.errors:
        playground.workspace.touch("views")
        return {"errors": view.errors}
    return playground.client.submit(me, view)


def close(playground: "Playground", me: User, body: Json) -> Json:
    """Close the topmost modal, or with `all` the whole stack."""
    if body.get("all"):
        playground.client.close_all(me)
    else:
        _top(playground, me, body.get("view_id"))
        playground.client.close(me)
    return {}


def shortcut(playground: "Playground", me: User, body: Json) -> Json | Delivery:
    """Use a global shortcut."""
    return _use(playground, me, body, None)


def message_shortcut(playground: "Playground", me: User, body: Json) -> Json | Delivery:
    """Use a message shortcut."""
    return _use(playground, me, body, message_of(playground, body))


def _use(playground: "Playground", me: User, body: Json, on: Message | None) -> Json | Delivery:
    for one in playground.client.shortcuts:
        if one.callback_id == body.get("callback_id"):
            return playground.client.shortcut(me, one, on)
    raise Impossible("There is no such shortcut.")


def home(playground: "Playground", me: User, body: Json) -> Json:  # noqa: ARG001 -- every act takes a body
    """Open the app's Home."""
    playground.client.open_home(me)
    return {}


APP_ACTS: dict[str, Act] = {
    "command": command,
    "action": action,
    "submit": submit,
    "close": close,
    "shortcut": shortcut,
    "message_shortcut": message_shortcut,
    "home": home,
}
