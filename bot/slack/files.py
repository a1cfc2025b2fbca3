"""Files on their way to Slack: announced, sent, and shared in one conversation, once."""

import http.client
import json
import urllib.request
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from bot.errors import Blame, Permanent, Temporary
from bot.outbox.kinds import Attempt
from bot.slack import posts
from bot.slack.client import Slack
from bot.slack.text import clip

ALT_TEXT_LIMIT = 1000


@dataclass(frozen=True)
class FileDraft:
    """A file to be shared with the post that tells of it. The post's first block bears the key by which it is found."""

    post: posts.Draft
    name: str
    content: bytes
    alt_text: str = ""
    """What a picture shows, for those who can't see it."""


def share(slack: Slack, draft: FileDraft, attempt: Attempt) -> None:
    """Share the file by direct message, unless an earlier try did. Raises `CallFailed`.

    Only the last call shows it to anybody, so only after that one is it looked for.
    """
    calls = slack.during(attempt)
    channel = posts.destination(calls, draft.post)
    if attempt.look_first and posts.find(calls, draft.post, channel):
        return
    files = [_sent(slack, draft.name, draft.content, attempt, alt_text=draft.alt_text)]
    blocks = json.dumps(posts.marked(draft.post))  # the SDK encodes the files by itself, and these not
    calls.call("files.completeUploadExternal", files=files, channel_id=channel, blocks=blocks)


def upload(slack: Slack, name: str, content: bytes, attempt: Attempt, *, alt_text: str) -> str:
    """Upload a file that is shown nowhere yet, and return its id. Done twice, it leaves one that nobody sees."""
    sent = _sent(slack, name, content, attempt, alt_text=alt_text)
    slack.during(attempt).call("files.completeUploadExternal", files=[sent])
    return sent["id"]


def _sent(slack: Slack, name: str, content: bytes, attempt: Attempt, *, alt_text: str) -> dict[str, str]:
    """Announce a file and send its bytes; what is left is to complete it."""
    described = {"alt_txt": clip(alt_text, ALT_TEXT_LIMIT)} if alt_text else {}
    calls = slack.during(attempt)
    announced = calls.call("files.getUploadURLExternal", filename=name, length=len(content), **described)
    attempt.require_lease(slack.timeout.total_seconds())
    _send(slack, announced["upload_url"], content)
    return {"id": announced["file_id"], "title": name}


def remove_copies(slack: Slack, draft: FileDraft, attempt: Attempt) -> None:
    """Delete every post of the file but the first."""
    calls = slack.during(attempt)
    channel = posts.destination(calls, draft.post)
    for ts in posts.find(calls, draft.post, channel)[1:]:
        calls.call("chat.delete", channel=channel, ts=ts)


def _send(slack: Slack, address: str, content: bytes) -> None:
    """Send the bytes where Slack said. Until the upload is completed nobody sees them, so this can be done again."""
    if urlsplit(address).scheme != "https" and not slack.is_local:
        raise Permanent("upload_url_refused", "it is no https address", blame=Blame.GONE)
    request = urllib.request.Request(address, data=content, method="POST")  # noqa: S310 - its scheme was just looked at
    request.add_header("Content-Type", "application/octet-stream")
    try:
        with urllib.request.urlopen(request, timeout=slack.timeout.total_seconds()) as answer:  # noqa: S310
            status = answer.status
    except HTTPError as error:
        status = error.code
    except (URLError, OSError, http.client.HTTPException) as error:
        raise Temporary("upload_failed", type(error).__name__) from None
    if status != http.client.OK:
        raise Temporary("upload_failed", str(status))
