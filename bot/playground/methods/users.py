"""users.* and usergroups.*: people."""

from bot.playground.errors import SlackError
from bot.playground.methods.paging import page_of
from bot.playground.methods.table import Asked, Method, need
from bot.playground.model import Json, User
from bot.playground.shapes import user_json


def _shown(asked: Asked, user: User) -> Json:
    return user_json(user, email="users:read.email" in asked.workspace.scopes)


def info(asked: Asked) -> Json:
    """Describe a user."""
    shape = _shown(asked, asked.workspace.user(asked.args.text("user")))
    return {"user": shape | ({"locale": "en-US"} if asked.args.flag("include_locale") else {})}


def list_all(asked: Asked) -> Json:
    """List everyone, deleted users and bots too."""
    page, metadata = page_of(list(asked.workspace.users.values()), asked.args, default=1000)
    return {"members": [_shown(asked, user) for user in page], "cache_ts": int(asked.workspace.clock.now())} | metadata


def look_up_by_email(asked: Asked) -> Json:
    """Find a user by e-mail address."""
    wanted = asked.args.text("email").lower()
    for user in asked.workspace.users.values():
        if user.email and user.email.lower() == wanted and not user.deleted:
            return {"user": _shown(asked, user)}
    raise SlackError("users_not_found")


def groups_list(asked: Asked) -> Json:
    """List the user groups."""
    groups = [dict(group) for group in asked.workspace.usergroups.values()]
    for group in groups:
        group["user_count"] = len(group["users"])
        if not asked.args.flag("include_users"):
            del group["users"]
    return {"usergroups": groups}


def group_users(asked: Asked) -> Json:
    """List the users of a group."""
    group = asked.workspace.usergroups.get(asked.args.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group["users"])}


METHODS = {
    "usergroups.list": Method(groups_list, need("usergroups:read"), 2),
    "usergroups.users.list": Method(group_users, need("usergroups:read"), 2, {"usergroup": "no_such_subteam"}),
    "users.info": Method(info, need("users:read"), 4, {"user": "user_not_found"}),
    "users.list": Method(list_all, need("users:read"), 2),
    "users.lookupByEmail": Method(look_up_by_email, need("users:read.email"), 3, {"email": "users_not_found"}),
}
