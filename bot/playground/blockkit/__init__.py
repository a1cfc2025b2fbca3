"""Block Kit as Slack accepts it: checked strictly, then echoed with everything Slack fills in."""

from bot.playground.blockkit.check import (
    VIEW_BYTES,
    UnfitError,
    fit_for_message,
    fit_view,
    message_problems,
    size_of,
    view_problems,
)

__all__ = ["VIEW_BYTES", "UnfitError", "fit_for_message", "fit_view", "message_problems", "size_of", "view_problems"]
