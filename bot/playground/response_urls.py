"""response_url: answering a command or a click later, without a token."""

import secrets
import time
from dataclasses import dataclass

from bot.playground import messages
from bot.playground.blockkit import UnfitError, fit_for_message
from bot.playground.errors import SlackError
from bot.playground.model import BOT_USER_ID, Channel, Json, Message
from bot.playground.workspace import Workspace

LIFE = 30 * 60.0
USES = 5


@dataclass(slots=True)
class _Place:
    """Where an answer goes: a person in a channel, and the message whose button was clicked, if one was."""

    user: str
    channel: Channel
    message: Message | None
    expires_at: float
    uses: int = 0


class ResponseUrls:
    """Issues response URLs and honours them: 30 minutes of machine time, five uses."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._places: dict[str, _Place] = {}

    def issue(self, user: str, channel: Channel, message: Message | None = None) -> str:
        """Return a fresh response URL."""
        self._forget_old()
        token = secrets.token_hex(12)
        self._places[token] = _Place(user, channel, message, time.monotonic() + LIFE)
        return f"{self._workspace.url}/response/{token}"

    def respond(self, token: str, answer: Json) -> None:
        """Do what was posted to a response URL; raises SlackError with the word Slack puts into the body."""
        place = self._places.get(token)
        if place is None or time.monotonic() > place.expires_at:
            raise SlackError("expired_url")
        if place.uses >= USES:
            raise SlackError("used_url")
        content = checked_answer(self._workspace, answer)
        place.uses += 1
        if answer.get("delete_original"):
            self._delete(place)
        elif answer.get("replace_original") and place.message is not None:
            self._replace(place.message, content)
        else:
            show_answer(self._workspace, place.user, place.channel, answer, content)

    def _forget_old(self) -> None:
        now = time.monotonic()
        while self._places and next(iter(self._places.values())).expires_at < now:
            del self._places[next(iter(self._places))]

    def _delete(self, place: _Place) -> None:
        message = place.message
        if message is None:
            return
        if message in place.channel.ephemerals:
            place.channel.ephemerals.remove(message)
            self._workspace.touch("messages", place.channel.id)
        elif message.ts in place.channel.messages:
            messages.delete(self._workspace, message)

    def _replace(self, message: Message, content: Json) -> None:
        if message.ephemeral_to:
            for name, value in content.items():
                setattr(message, name, value)
            message.read_as = None
            self._workspace.touch("messages", message.channel_id)
        else:
            messages.edit(self._workspace, message, content)


def checked_answer(workspace: Workspace, answer: object) -> Json:
    """Return the text, blocks and attachments of an answer; raises SlackError no_text or invalid_blocks."""
    if not isinstance(answer, dict):
        raise SlackError("invalid_payload")
    text, blocks, attachments = answer.get("text") or "", answer.get("blocks") or [], answer.get("attachments") or []
    if not (text or blocks or attachments or answer.get("delete_original")):
        raise SlackError("no_text")
    if not isinstance(text, str) or not isinstance(blocks, list) or not isinstance(attachments, list):
        raise SlackError("invalid_payload")
    try:
        fit = fit_for_message(blocks, workspace.next_id)
    except UnfitError as unfit:
        raise SlackError("invalid_blocks", **unfit.details()) from None
    return {"text": text[: messages.TEXT_LIMIT], "blocks": fit, "attachments": attachments}


def show_answer(workspace: Workspace, user: str, channel: Channel, answer: Json, content: Json) -> Message:
    """Show an answer in its channel: to the person alone unless it says in_channel."""
    content = dict(content)
    text = content.pop("text")
    thread_ts = str(answer.get("thread_ts") or "")
    if thread_ts:
        content["thread_ts"] = messages.parent_of(channel, thread_ts).ts
    if answer.get("response_type") == "in_channel":
        return messages.post(workspace, channel, BOT_USER_ID, text, by_app=True, **content)
    return messages.post_ephemeral(workspace, channel, user, text, **content)
