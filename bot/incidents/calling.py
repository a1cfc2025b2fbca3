"""Calling people into a channel, so that one who can't be invited keeps nobody else out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.errors import Permanent
from bot.slack.client import Calls

INVITES_AT_ONCE = 100
"""How many people one `conversations.invite` may name for sure (contract 4.3)."""
ABOUT_A_PERSON = frozenset(
    {
        "cant_invite", "user_not_found", "no_user", "user_is_restricted", "ura_max_channels", "org_user_not_in_team",
        "invitee_cant_see_channel", "no_external_invite_permission", "user_disabled", "user_not_visible",
        "user_is_ultra_restricted",
    }
)  # fmt: skip
"""Refusals that concern one of those named, not the channel."""
NO_SUCH_GROUP = "no_such_subteam"
THERE = frozenset({"already_in_channel", "cant_invite_self"})


@dataclass(frozen=True)
class Invitation:
    """Whom to call where."""

    channel_id: str
    people: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass
class Came:
    """What came of it: who was brought in, and who (a person or a group) could not be, with Slack's word for it."""

    joined: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def invite_all(calls: Calls, invitation: Invitation) -> Came:
    """Invite people and the members of user groups. Raises `CallFailed` where it is not about one of them."""
    came = Came()
    people = dict.fromkeys(invitation.people)
    for group in invitation.groups:
        try:
            people |= dict.fromkeys(calls.call("usergroups.users.list", usergroup=group)["users"])
        except Permanent as error:
            if error.code != NO_SUCH_GROUP:
                raise
            came.failed[group] = error.code
    everyone = list(people)
    for start in range(0, len(everyone), INVITES_AT_ONCE):
        some = everyone[start : start + INVITES_AT_ONCE]
        if not _invite(calls, invitation.channel_id, some, came):
            for each in some:
                _invite(calls, invitation.channel_id, [each], came)
    return came


def _invite(calls: Calls, channel_id: str, some: list[str], came: Came) -> bool:
    """Invite some people in one call. False where one of them spoilt it for the others."""
    try:
        answer = calls.call("conversations.invite", channel=channel_id, users=",".join(some), force=True)
    except Permanent as error:
        if len(some) > 1 and error.code in ABOUT_A_PERSON:
            return False
        _blame(came, some, error)
        return True
    refused = {each["user"]: each["error"] for each in _refusals(answer.get("errors"))}
    came.failed |= {user_id: code for user_id, code in refused.items() if code not in THERE}
    if "done_already" not in answer:
        came.joined += [user_id for user_id in some if user_id not in refused]
    return True


def _refusals(errors: object) -> Iterable[dict[str, str]]:
    found = errors if isinstance(errors, list) else []
    return [each for each in found if isinstance(each, dict) and "user" in each and "error" in each]


def _blame(came: Came, some: list[str], error: Permanent) -> None:
    """Keep the refusal with those it concerns. Raises it again where it concerns the channel."""
    if error.code not in ABOUT_A_PERSON:
        raise error
    came.failed |= dict.fromkeys(some, error.code)
