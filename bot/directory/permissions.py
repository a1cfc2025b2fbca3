"""Who may do what: the table in `config/sevbot.yaml`, as one question."""

from typing import Literal

from bot.config import Config
from bot.directory.people import Actor, Standing
from bot.errors import Refused
from bot.slack.text import user

Deed = Literal[
    "declare", "change", "command", "invite", "page", "publish", "remediate", "see", "ask", "digest", "operate"
]

SENTENCES: dict[Deed, str] = {
    "declare": "declare a SEV",
    "change": "change a SEV",
    "command": "hold a role in a SEV",
    "invite": "invite people to a SEV",
    "page": "page a team or see who is on call",
    "publish": "publish a postmortem",
    "remediate": "add, change or be given action items",
    "see": "see SEVs",
    "ask": "ask to be let into a SEV",
    "digest": "change the digests of a channel",
    "operate": "look how Sevbot itself fares",
}


def require(config: Config, actor: Actor, deed: Deed) -> None:
    """Raise `Refused` unless `actor` may do it.

    Somebody whom Slack could not vouch for in time may declare, since an outage can't wait, and nothing else that is not
    for everyone.
    """
    who = getattr(config.permissions, deed)
    if isinstance(who, tuple):
        if actor.user_id in who:
            return
        raise Refused(f"Only its operators may {SENTENCES[deed]}: the permissions in its configuration name them.")
    if who == "nobody":
        raise Refused(f"Nobody may {SENTENCES[deed]} here: the permissions in Sevbot's configuration say so.")
    if who == "everyone" or actor.standing is Standing.MEMBER:
        return
    if actor.standing is Standing.GUEST:
        raise Refused(f"Guests can't {SENTENCES[deed]} here. Ask somebody of this workspace to do it.")
    if deed != "declare" or actor.standing is not Standing.UNKNOWN:
        raise Refused("Slack did not say in time who you are, so this was not done. Please try again.")


def require_of(config: Config, user_id: str, standing: Standing, deed: Deed) -> None:
    """Raise `Refused` unless somebody else, who was named, may do it: no app, nobody who left, nobody unknown."""
    who, allowed = user(user_id), getattr(config.permissions, deed)
    if standing is Standing.BOT:
        raise Refused(f"{who} is an app. Name a person.")
    if standing is Standing.DEACTIVATED:
        raise Refused(f"{who} has left this workspace. Name somebody who is here.")
    if standing is Standing.UNKNOWN:
        raise Refused(f"Slack did not say in time who {who} is, so this was not done. Please try again.")
    if standing is Standing.GUEST and allowed != "everyone":
        raise Refused(f"{who} is a guest, and guests can't {SENTENCES[deed]} here. Name somebody of this workspace.")


def may(config: Config, actor: Actor, deed: Deed) -> bool:
    """Whether `actor` may do it, where not being allowed only means to be shown less."""
    try:
        require(config, actor, deed)
    except Refused:
        return False
    return True
