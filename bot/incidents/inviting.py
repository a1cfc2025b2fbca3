"""Inviting people into a SEV's channel by name."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Actor, Standing
from bot.directory.permissions import require, require_of
from bot.errors import Refused
from bot.incidents import people_surfaces
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.noting import note
from bot.slack.commands import NAME
from bot.slack.text import mrkdwn, user

INVITED = "invited"
MOST_AT_ONCE = 50
"""How many people and groups one command may name."""


def invite(
    session: Session,
    incident: Incident,
    people: Mapping[str, Standing],
    groups: Sequence[str] = (),
    *,
    config: Config,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Invite people (with what is known of each) and user groups. Whoever can't be invited keeps nobody else out.

    Returns sentences on those who were left out. Raises `Refused` where nobody is left.
    """
    require(config, actor, "invite")
    if incident.working_channel is None:
        raise Refused(
            f"{incident.name} has no channel that works at the moment. `{NAME} show {incident.name}` says more."
        )
    if not people and not groups:
        raise Refused(f"Say whom: `{NAME} invite @grace @payments-oncall`, people or user groups.")
    if len(people) + len(groups) > MOST_AT_ONCE:
        raise Refused(f"That is more than {MOST_AT_ONCE} at once. Use a user group, or invite them in two goes.")
    if groups and config.permissions.see != "everyone":
        raise Refused("Guests may not see SEVs here, and a user group may hold some. Invite people one by one.")
    left_out = {user_id: sentence for user_id in people if (sentence := _why_not(config, user_id, people[user_id]))}
    welcome = [user_id for user_id in people if user_id not in left_out]
    if not welcome and not groups:
        raise Refused(" ".join(left_out.values()))
    entry = note(session, incident, INVITED, actor=actor, now=now, people=welcome, groups=list(groups))
    session.flush()
    people_surfaces.bring(session, incident, entry, welcome, groups, asked_by=actor.user_id)
    return list(left_out.values())


def came(
    session: Session,
    incident: Incident,
    entry: TimelineEntry,
    *,
    joined: Sequence[str],
    failed: Mapping[str, str],
    asked_by: str,
    now: datetime,
) -> None:
    """What came of it: those who joined are told how things stand, and whoever asked is told who could not be invited."""
    for user_id in joined:
        people_surfaces.brief(session, incident, user_id, now=now)
    if failed:
        entry.data = {**entry.data, "failed": dict(failed)}
        people_surfaces.tell(session, incident, entry, asked_by)


def failures(incident: Incident, entry: TimelineEntry) -> str:
    """Who could not be invited, and why, in mrkdwn. Pure."""
    failed: dict[str, str] = entry.data.get("failed") or {}
    lines = [f"• {_name(who)}: {WHY.get(code) or mrkdwn(code, 60)}" for who, code in list(failed.items())[:30]]
    return "\n".join([f"Not everybody could be invited to {incident.name}:", *lines])


WHY = {
    "user_is_restricted": "is a guest, whom only people can add to channels",
    "ura_max_channels": "is a guest of one channel only",
    "user_not_found": "is not in this workspace",
    "user_disabled": "has left this workspace",
    "no_user": "is not in this workspace",
    "no_such_subteam": "there is no such user group any more",
    "cant_invite": "Slack does not let an app invite them",
}


def _why_not(config: Config, user_id: str, standing: Standing) -> str:
    """Why somebody can't be invited. Empty: they can. Whoever may see SEVs may be invited to one."""
    try:
        require_of(config, user_id, standing, "see")
    except Refused as refusal:
        return refusal.sentence
    return ""


def _name(who: str) -> str:
    return user(who) if who[:1] in {"U", "W"} else f"the user group `{mrkdwn(who, 40)}`"
