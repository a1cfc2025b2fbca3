"""The workspace everyone starts with: team Acme."""

import time
from dataclasses import replace

from bot.playground.model import BOT_NAME, BOT_USER_ID, Channel, User
from bot.playground.workspace import Workspace

_PEOPLE = (
    User("U01ADA", "ada", "Ada Lovelace", "Europe/London", color="4bbe2e", is_admin=True),
    User("U02GRACE", "grace", "Grace Hopper", "America/New_York", color="e7392d"),
    User("U03LINUS", "linus", "Linus Torvalds", "America/Los_Angeles", color="3c989f", is_admin=True),
    User("U04EDSGER", "edsger", "Edsger Dijkstra", "Europe/Amsterdam", color="674b1b", is_restricted=True),
    User("U05MARGARET", "margaret", "Margaret Hamilton", "America/Chicago", color="e96699"),
    User("U06BARBARA", "barbara", "Barbara Liskov", "Asia/Tokyo", color="9f69e7"),
)

_CHANNELS = {
    "general": (),
    "random": ("ada", "grace", "linus", "margaret", "barbara"),
    "incidents": ("ada", "grace", "linus", "margaret", "barbara"),
    "payments": ("ada", "grace", "edsger"),
    "platform": ("margaret", "barbara", "linus"),
    "leadership": ("linus",),
}

_TOPICS = {"general": "Company-wide announcements", "incidents": "SEVs, and nothing else"}


def seed(workspace: Workspace) -> None:
    """Fill an empty workspace. The bot is in none of the channels; a guest is only where invited."""
    now = int(time.time())
    for template in _PEOPLE:
        person = replace(template, email=f"{template.name}@acme.example")
        workspace.users[person.id] = person
        workspace.save(person)
    _add_bots(workspace)
    ids = {user.name: user.id for user in workspace.users.values()}
    everyone = [person.id for person in _PEOPLE if not person.is_restricted]
    for number, (name, members) in enumerate(_CHANNELS.items(), 1):
        channel = Channel(f"C0{number}{name.upper()}", name, "public", creator=ids["linus"], created=now)
        channel.members = [ids[member] for member in members] or list(everyone)
        channel.is_general = name == "general"
        channel.topic = {"value": _TOPICS.get(name, ""), "creator": ids["linus"], "last_set": now}
        workspace.add_channel(channel)
    engineers = [ids[name] for name in ("ada", "grace", "margaret", "barbara")]
    _add_group(workspace, "S01ENGINEERS", "engineers", "Engineers", engineers)


def _add_bots(workspace: Workspace) -> None:
    bot = User(BOT_USER_ID, BOT_NAME, "Sevbot", color="2c2d30", is_bot=True)
    slackbot = User("USLACKBOT", "slackbot", "Slackbot", color="757575")
    for user in (bot, slackbot):
        workspace.users[user.id] = user
        workspace.save(user)


def _add_group(workspace: Workspace, group_id: str, handle: str, name: str, users: list[str]) -> None:
    workspace.usergroups[group_id] = {
        "id": group_id,
        "team_id": "T0ACME",
        "is_usergroup": True,
        "name": name,
        "handle": handle,
        "description": "",
        "is_external": False,
        "date_create": 0,
        "date_update": 0,
        "date_delete": 0,
        "auto_type": None,
        "created_by": "U03LINUS",
        "updated_by": "U03LINUS",
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "users": users,
    }
