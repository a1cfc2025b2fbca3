"""views.*: modals and App Homes."""

from bot.playground import modals
from bot.playground.blockkit import VIEW_BYTES, UnfitError, fit_view, size_of
from bot.playground.errors import SlackError
from bot.playground.methods.table import INVALID_ARGUMENTS, Asked, Method
from bot.playground.model import Json, View
from bot.playground.shapes import view_json


def _content(asked: Asked, *, home: bool = False) -> Json:
    """Return the view given, checked; raises SlackError invalid_arguments or view_too_large."""
    try:
        view = asked.args.json("view")
    except ValueError:
        view = None
    if not isinstance(view, dict):
        raise SlackError(
            INVALID_ARGUMENTS, response_metadata={"messages": ["[ERROR] must provide an object [json-pointer:/view]"]}
        )
    if size_of(view) > VIEW_BYTES:
        raise SlackError("view_too_large")
    wanted = "home" if home else "modal"
    if view.get("type") != wanted:
        message = f"[ERROR] failed to match all allowed schemas [json-pointer:/view/type]; expected {wanted}"
        raise SlackError(INVALID_ARGUMENTS, response_metadata={"messages": [message]})
    try:
        return fit_view(view, asked.workspace.next_id)
    except UnfitError as unfit:
        raise SlackError(INVALID_ARGUMENTS, **unfit.details()) from None


def _shown(view: View) -> Json:
    # Slack answers with an empty state, whatever the inputs hold.
    return {"view": view_json(view, {"values": {}})}


def open_modal(asked: Asked) -> Json:
    """Open a modal for whoever caused the trigger. The trigger is spent only when the view is fit."""
    content = _content(asked)
    return _shown(modals.open_modal(asked.workspace, asked.triggers.redeem(asked.args.text("trigger_id")), content))


def push(asked: Asked) -> Json:
    """Open a modal on top of the open one."""
    content = _content(asked)
    return _shown(modals.push(asked.workspace, asked.triggers.redeem(asked.args.text("trigger_id")), content))


def update(asked: Asked) -> Json:
    """Replace the content of an open view."""
    args = asked.args
    if not args.text("view_id") and not args.text("external_id"):
        message = "[ERROR] missing required field: view_id or external_id [json-pointer:/]"
        raise SlackError(INVALID_ARGUMENTS, response_metadata={"messages": [message]})
    view = modals.find(asked.workspace, args.text("view_id"), args.text("external_id"))
    content = _content(asked, home=view.content["type"] == "home")
    modals.update(asked.workspace, view, content, args.text("hash"))
    return _shown(view)


def publish(asked: Asked) -> Json:
    """Replace a person's App Home."""
    user = asked.workspace.users.get(asked.args.text("user_id"))
    if user is None:
        raise SlackError(INVALID_ARGUMENTS, response_metadata={"messages": ["[ERROR] user_id is not a valid user ID"]})
    view = modals.publish(asked.workspace, user.id, _content(asked, home=True), asked.args.text("hash"))
    return _shown(view)


_VIEW = {"view": INVALID_ARGUMENTS}
_TRIGGERED = _VIEW | {"trigger_id": INVALID_ARGUMENTS}

METHODS = {
    "views.open": Method(open_modal, tier=4, required=_TRIGGERED),
    "views.publish": Method(publish, tier=4, required=_VIEW | {"user_id": INVALID_ARGUMENTS}),
    "views.push": Method(push, tier=4, required=_TRIGGERED),
    "views.update": Method(update, tier=4, required=_VIEW),
}
