"""The gateway to Slack's Web API: the one place that calls it, and where its errors get their meaning."""

import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from prometheus_client import Counter, Histogram
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from bot.clock import Clock
from bot.errors import Blame, CallFailed, OutcomeUnknown, Permanent, Temporary
from bot.outbox.kinds import Attempt
from bot.slack.tls import trust

log = logging.getLogger(__name__)

CALLS = Counter("sevbot_slack_calls", "Web API calls by method and outcome.", ["method", "outcome"])
SECONDS = Histogram(
    "sevbot_slack_call_seconds",
    "How long calls of the Web API took.",
    ["method"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)
MODAL_TIMEOUT = timedelta(seconds=2)
"""A trigger lives 3 s; what is slower cannot open a modal."""
LONGEST_WAIT = 24 * 3600
"""Seconds. Nothing sensible asks for more, and the end of a longer wait would never be seen."""
KIND_HEADER = "x-sevbot-kind"
OFFSET_HEADER = "X-Playground-Clock-Offset"

NEVER_CONNECTED = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
"""What ends a call before anything of it was sent."""
READS = frozenset(
    {
        "bookmarks.list", "conversations.history", "conversations.info", "conversations.members", "conversations.open", "conversations.replies", "files.getUploadURLExternal", "pins.list", "reactions.get", "usergroups.users.list", "users.conversations", "users.info",
    }
)  # fmt: skip
"""Calls that leave nothing behind which a second one would double."""
DONE_ALREADY = {
    "conversations.invite": {"already_in_channel", "cant_invite_self"},
    "conversations.join": {"already_in_channel"},
    "pins.add": {"already_pinned"},
}
"""What a method answers where there is nothing left to do."""
BUSY = frozenset(
    {
        "ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "request_timeout",
        "external_channel_migrating", "too_many_requests", "fetch_members_failed",
    }
)  # fmt: skip
PERHAPS_DONE = frozenset({"internal_error", "fatal_error", "update_failed", "invalid_json_answer"})
OPERATORS = frozenset(
    {
        "not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "missing_scope",
        "not_allowed_token_type", "no_permission", "org_login_required", "ekm_access_denied", "team_access_not_granted",
        "team_added_to_org", "access_denied", "accesslimited", "enterprise_is_restricted", "restricted_action",
        "cannot_create_channel", "user_is_restricted", "permission_denied", "not_authorized", "messages_tab_disabled",
        "plan_upgrade_required", "two_factor_setup_required", "not_enabled",
    }
)  # fmt: skip
GONE = frozenset(
    {
        "channel_not_found", "is_archived", "not_in_channel", "user_not_found", "user_not_visible", "user_disabled",
        "message_not_found", "thread_not_found", "not_found", "is_inactive", "no_such_subteam", "cant_update_message",
        "cant_delete_message", "edit_window_closed", "user_not_in_channel", "expired_trigger_id",
        "exchanged_trigger_id", "invalid_trigger_id", "name_taken", "channel_is_limited_access", "hash_conflict",
        "method_not_supported_for_channel_type", "cant_invite", "ura_max_channels", "org_user_not_in_team",
        "invitee_cant_see_channel", "no_external_invite_permission", "too_many_bookmarks", "too_many_pins", "no_user",
        "too_many_members", "too_many_tabs", "cannot_reply_to_message", "team_not_found",
        "cannot_bookmark_from_external_org", "cannot_bookmark_restricted_sharing_enabled",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """Who the bot is in its workspace, as `auth.test` says."""

    user_id: str
    bot_id: str
    team_id: str
    enterprise_id: str
    """Of the organisation, on Enterprise Grid; else empty."""
    url: str
    """The workspace's address, with a slash at its end."""


@dataclass
class Slack:
    """Calls Slack, once per call: repeating is the outbox's decision, never this layer's."""

    token: str
    base_url: str
    clock: Clock
    timeout: timedelta = timedelta(seconds=5)
    is_away: bool = False
    """Whether Slack answered nothing useful when it was last called."""
    _identity: Identity | None = field(default=None, repr=False)
    _asking: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _clients: dict[tuple[str, float], WebClient] = field(default_factory=dict, repr=False)
    _held: dict[tuple[str, str], float] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether this is the local Slack, whose clock is obeyed and who is told which kind of row makes a call."""
        return urlsplit(self.base_url).hostname in {"127.0.0.1", "localhost", "::1"}

    def call(
        self,
        method: str,
        /,
        *,
        kind: str = "",
        timeout: timedelta | None = None,
        headers: Callable[[Mapping[str, str]], None] | None = None,
        **arguments: Any,
    ) -> dict[str, Any]:
        """Call `method` (`chat.postMessage`) and return its answer.

        What Slack says was done already counts as done: the answer is then `{"done_already": code, "errors": […]}`.
        `headers` is given those of an answer that is none of an error. Raises `Temporary` (no effect), `OutcomeUnknown`
        (perhaps an effect) or `Permanent` (no effect, and none to come).
        """
        place = (method, str(arguments.get("channel", "")) if method == "chat.postMessage" else "")
        self._respect_hold(place)
        client = self._client(kind, timeout or self.timeout)
        try:
            with SECONDS.labels(method).time():
                answer: SlackResponse = getattr(client, method.replace(".", "_"))(**arguments)
        except SlackApiError as error:
            failure = self._understand(method, error)
            self.is_away = isinstance(failure, OutcomeUnknown) or (
                isinstance(failure, Temporary) and failure.retry_after is None
            )
            if failure is None:
                CALLS.labels(method, "done_already").inc()
                return {
                    "ok": True,
                    "done_already": error.response["error"],
                    "errors": error.response.get("errors") or [],
                }
            self._hold(place, failure)
            CALLS.labels(method, failure.code).inc()
            raise failure from None
        except URLError as error:
            self.is_away = True
            CALLS.labels(method, "connection").inc()
            if isinstance(error.reason, NEVER_CONNECTED):
                raise Temporary("not_connected", type(error.reason).__name__) from None
            raise OutcomeUnknown("connection_failed", type(error.reason).__name__) from None
        except (OSError, http.client.HTTPException, SlackClientError) as error:
            self.is_away = True
            CALLS.labels(method, "connection").inc()
            raise OutcomeUnknown("connection_failed", type(error).__name__) from None
        self.is_away = False
        CALLS.labels(method, "ok").inc()
        self._obey_clock(answer)
        if headers is not None:
            headers({name.lower(): value for name, value in answer.headers.items()})
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    def identity(self) -> Identity:
        """Who the bot is: asked once, then remembered. Raises `CallFailed` while Slack does not say."""
        with self._asking:
            if self._identity is None:
                answer = self.call("auth.test", timeout=MODAL_TIMEOUT)
                self._identity = Identity(
                    user_id=answer["user_id"], bot_id=answer.get("bot_id", ""), team_id=answer["team_id"],
                    enterprise_id=answer.get("enterprise_id") or "", url=answer["url"],
                )  # fmt: skip
            return self._identity

    def permalink(self, channel: str, ts: str, thread_ts: str | None = None) -> str:
        """The address of a message, or of a reply in a thread. Raises `CallFailed` while Slack does not say the workspace's."""
        address = f"{self.identity().url}archives/{channel}/p{ts.replace('.', '')}"
        return f"{address}?thread_ts={thread_ts}&cid={channel}" if thread_ts else address

    def respond(self, url: str, *, text: str, blocks: list[dict[str, Any]] | None, replaces: bool = False) -> None:
        """Say something to one person through a response URL (30 minutes, 5 uses): at most once, and only they see it.

        `replaces`: in the place of the message the URL came with.
        """
        webhook = WebhookClient(url, timeout=int(self.timeout.total_seconds()), retry_handlers=[])
        try:
            answer = webhook.send(text=text, blocks=blocks, response_type="ephemeral", replace_original=replaces)
        except (OSError, http.client.HTTPException) as error:
            raise OutcomeUnknown("connection_failed", type(error).__name__) from None
        except (SlackRequestError, ValueError):
            raise Permanent("response_url_refused", "it is no address", blame=Blame.GONE) from None
        if answer.status_code != http.client.OK:
            raise Permanent("response_url_refused", str(answer.status_code), blame=Blame.GONE)

    def during(self, attempt: Attempt) -> "Calls":
        """The gateway as a sender sees it: each call asks for the lease first."""
        return Calls(self, attempt)

    def _client(self, kind: str, timeout: timedelta) -> WebClient:
        key = (kind if self.is_local else "", timeout.total_seconds())
        client = self._clients.get(key)
        if client is None:
            client = WebClient(
                token=self.token,
                base_url=self.base_url,
                timeout=int(max(1, timeout.total_seconds())),
                ssl=trust(),
                headers={KIND_HEADER: key[0]} if key[0] else None,
                retry_handlers=[],  # the SDK's default repeats posts after a dropped connection
            )
            self._clients[key] = client
        return client

    def _understand(self, method: str, error: SlackApiError) -> CallFailed | None:
        """Slack's error as one of ours, or None where it says that there is nothing left to do."""
        response = error.response
        status = getattr(response, "status_code", 200)
        data = response.data if isinstance(getattr(response, "data", None), dict) else {}
        code = str(data.get("error", "")) or "invalid_json_answer"
        if status == http.client.TOO_MANY_REQUESTS or code in {"ratelimited", "rate_limited"}:
            asked = str((getattr(response, "headers", None) or {}).get("Retry-After", ""))
            seconds = min(int(asked[:9]), LONGEST_WAIT) if asked.isdecimal() else 1
            return Temporary("ratelimited", retry_after=timedelta(seconds=seconds))
        if code in DONE_ALREADY.get(method, ()):
            return None
        if code in BUSY:
            return Temporary(code)
        if status >= http.client.INTERNAL_SERVER_ERROR or code in PERHAPS_DONE:
            return OutcomeUnknown(code if code in PERHAPS_DONE else f"http_{status}")
        if code in OPERATORS or code.startswith("restricted_action"):
            return Permanent(code, str(data.get("needed", "")), blame=Blame.OPERATOR)
        if code in GONE:
            return Permanent(code, blame=Blame.GONE)
        log.error("slack.call_unacceptable", extra={"method": method, "error": code, "details": details(data)})
        return Permanent(code, details(data), blame=Blame.OURS)

    def _hold(self, place: tuple[str, str], failure: CallFailed) -> None:
        if isinstance(failure, Temporary) and failure.retry_after is not None:
            with self._lock:
                self._held[place] = self.clock.monotonic() + failure.retry_after.total_seconds()

    def _respect_hold(self, place: tuple[str, str]) -> None:
        """Refuse at once what Slack asked to wait for: another call would only be refused there, and counted."""
        with self._lock:
            left = self._held.get(place, 0.0) - self.clock.monotonic()
            if left <= 0:
                self._held.pop(place, None)
                return
        raise Temporary("ratelimited", "held back", retry_after=timedelta(seconds=left))

    def learn_time(self) -> None:
        """Ask the local Slack what time it is there. A real one is not asked."""
        if self.is_local:
            with suppress(CallFailed):
                self.call("auth.test", timeout=MODAL_TIMEOUT)

    def _obey_clock(self, answer: SlackResponse) -> None:
        if not self.is_local:
            return
        offset = next((value for name, value in answer.headers.items() if name.lower() == OFFSET_HEADER.lower()), None)
        if offset is not None:
            self.clock.move_to(timedelta(seconds=float(offset)))


@dataclass(frozen=True)
class Calls:
    """The gateway, bound to one try at one outbox row."""

    slack: Slack
    attempt: Attempt

    def call(self, method: str, /, **arguments: Any) -> dict[str, Any]:
        """As `Slack.call`; raises `LeaseLost` where the call could outlast the lease."""
        self.attempt.require_lease(self.slack.timeout.total_seconds())
        answer = self.slack.call(method, kind=self.attempt.message.kind, **arguments)
        self.attempt.has_written |= method not in READS
        return answer


def details(data: dict[str, Any]) -> str:
    """What Slack says about an error beyond its code: where a block is wrong, which scope is needed. No user text."""
    messages = (data.get("response_metadata") or {}).get("messages") or data.get("errors") or []
    return "; ".join(str(each) for each in messages)[:300]
