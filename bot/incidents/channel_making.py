"""Making a channel once, however often it is tried: from plain data, so that it also serves where there is no database."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import Blame, Permanent
from bot.incidents.naming import next_name
from bot.slack.client import Calls

NAMES = 50
"""How many names are tried at most, in one go."""
PAGES = 20


@dataclass(frozen=True)
class Plan:
    """A channel to be made. `attempt` is the name it is, or was, being created under."""

    attempt: str
    first: str
    is_private: bool
    not_before: float


def make_channel(
    calls: Calls, plan: Plan, *, keep_name: Callable[[str], None], is_anothers: Callable[[str], bool]
) -> str:
    """Create the channel under the first name that is free, and return its id.

    Each name is kept before it is tried (`keep_name`). So a channel whose creation was never answered can be known again: it
    bears the name, the bot made it, it is not older than the wish for it, and it is no other SEV's (`is_anothers`). Raises
    `CallFailed`.
    """
    name = plan.attempt

    def ours() -> str | None:
        found = _find(calls, plan, name) if calls.attempt.look_first else None
        return found if found and not is_anothers(found) else None

    if found := ours():
        return found
    for _ in range(NAMES):
        try:
            answer = calls.call("conversations.create", name=name, is_private=plan.is_private)
        except Permanent as error:
            if error.code != "name_taken":
                raise
            if found := ours():
                return found  # by the earlier try, which arrived only after the first look
            name = next_name(plan.first, name)
            keep_name(name)
        else:
            return str(answer["channel"]["id"])
    raise Permanent("name_taken", f"{NAMES} names tried", blame=Blame.GONE)


def _find(calls: Calls, plan: Plan, name: str) -> str | None:
    """The channel of that name that the bot made for this SEV, among those it is a member of."""
    bot = calls.slack.identity().user_id
    cursor = ""
    for _ in range(PAGES):
        page = calls.call(
            "users.conversations", types="public_channel,private_channel", exclude_archived=True, limit=200,
            **({"cursor": cursor} if cursor else {}),
        )  # fmt: skip
        for found in page.get("channels", []):
            if found["name"] == name and found.get("creator") == bot and found["created"] >= int(plan.not_before):
                return str(found["id"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return None
