"""Which role a person means by what they type. Pure."""

import difflib
import re

from bot.config import Config, Role
from bot.errors import Refused
from bot.slack.text import mrkdwn, one_line

CLOSE_ENOUGH = 0.75


def role_named(config: Config, text: str) -> Role:
    """The role of that key, label or alias, however it is written, shortened or mistyped, if only one can be meant.

    Raises `Refused` with the roles there are.
    """
    wanted = _bare(one_line(text))
    names = {_bare(name): role for role in config.roles for name in (role.key, role.label, *role.aliases)}
    if wanted in names:
        return names[wanted]
    begun = {role.key: role for name, role in names.items() if wanted and name.startswith(wanted)}
    if len(begun) == 1:
        return begun.popitem()[1]
    near = {names[name].key: names[name] for name in difflib.get_close_matches(wanted, names, cutoff=CLOSE_ENOUGH)}
    if not begun and len(near) == 1:
        return near.popitem()[1]
    raise Refused(f"There is no such role. Possible are: {possible_roles(config)}.")


def possible_roles(config: Config) -> str:
    """All roles there are and what they may be called for short, as part of a sentence."""
    return ", ".join(f"{mrkdwn(each.label, 100)} (`{(each.aliases or (each.key,))[0]}`)" for each in config.roles)


def short_name(role: Role) -> str:
    """The shortest thing to type for it."""
    return min((role.key, *role.aliases), key=len)


def _bare(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()
