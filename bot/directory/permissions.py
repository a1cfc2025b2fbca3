"""Who may do what: the table in `config/sevbot.yaml`, as one question."""

from typing import Literal

from bot.config import Config
from bot.directory.people import Actor, Standing
from bot.errors import Refused

Deed = Literal["declare", "change", "page", "see"]

SENTENCES: dict[Deed, str] = {
    "declare": "declare a SEV",
    "change": "change a SEV",
    "page": "page a team or see who is on call",
    "see": "see SEVs",
}


def require(config: Config, actor: Actor, deed: Deed) -> None:
    """Raise `Refused` unless `actor` may do it.

    Somebody whom Slack could not vouch for in time may declare, since an outage can't wait, and nothing else that is not
    for everyone.
    """
    who = getattr(config.permissions, deed)
    if who == "nobody":
        raise Refused(f"Nobody may {SENTENCES[deed]} here: the permissions in Sevbot's configuration say so.")
    if who == "everyone" or actor.standing is Standing.MEMBER:
        return
    if actor.standing is Standing.GUEST:
        raise Refused(f"Guests can't {SENTENCES[deed]} here. Ask somebody of this workspace to do it.")
    if deed != "declare":
        raise Refused("Slack did not say in time who you are, so this was not done. Please try again.")


def may(config: Config, actor: Actor, deed: Deed) -> bool:
    """Whether `actor` may do it, where not being allowed only means to be shown less."""
    try:
        require(config, actor, deed)
    except Refused:
        return False
    return True
