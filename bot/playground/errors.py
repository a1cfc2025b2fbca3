"""How the local Slack says no."""

from typing import Any


class SlackError(Exception):
    """Slack's refusal: an error code, and whatever else stands beside it in the answer."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def answer(self) -> dict[str, Any]:
        """Return the JSON body Slack would send."""
        return {"ok": False, "error": self.code, **self.details}


class DropConnection(Exception):  # noqa: N818 -- it is an order to the server, raised by hooks, not a fault of theirs
    """Raised by a hook to close the connection without an answer."""


class Impossible(Exception):  # noqa: N818 -- reads as a sentence where people raise it
    """What a person tried cannot be done in Slack's client; the message is a sentence for them."""
