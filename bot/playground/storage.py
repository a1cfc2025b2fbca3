"""Keeping a workspace in a file, so that a demo killed at any moment continues where it was.

Entities are rows of JSON; those that changed are written before a request is answered. The file survives the death
of the process, not of the machine: nothing waits for the disk.
"""

import base64
import json
import sqlite3
from dataclasses import fields
from pathlib import Path
from threading import Lock
from typing import Any

from bot.playground.model import Channel, File, Json, Message, User, View
from bot.playground.workspace import Entity, Workspace

_NOT_STORED = {
    "Channel": frozenset({"messages", "timeline", "ephemerals"}),
    "Message": frozenset({"read_as"}),
}
_KINDS: dict[str, type[Entity]] = {"User": User, "Channel": Channel, "Message": Message, "File": File, "View": View}


class Storage:
    """One SQLite file behind one workspace."""

    def __init__(self, path: Path, workspace: Workspace) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._workspace = workspace
        self._lock = Lock()
        self._settings: Json = {}
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS entity (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))"
        )

    def load(self) -> bool:
        """Fill the workspace from the file; return whether there was anything in it."""
        found = self._database.execute("SELECT kind, key, body FROM entity ORDER BY kind, key").fetchall()
        for kind, key, body in found:
            if kind == "Setting":
                self._settings[key] = json.loads(body)
        for wanted in _KINDS:
            for kind, _, body in found:
                if kind == wanted:
                    _restore(self._workspace, _entity(kind, json.loads(body)))
        self._restore_settings()
        for channel in self._workspace.channels.values():
            channel.timeline.sort()
        return bool(found)

    def _restore_settings(self) -> None:
        workspace, settings = self._workspace, self._settings
        workspace.identity = settings.get("identity", workspace.identity)
        workspace.counter = settings.get("counter", 0)
        workspace.usergroups = settings.get("usergroups", {})
        workspace.clock.advance(settings.get("clock_offset", 0.0))
        for channel in workspace.channels.values():
            if channel.messages:
                workspace.clock.not_before(max(channel.messages))

    def flush(self) -> None:
        """Write what changed."""
        workspace = self._workspace
        with workspace.lock, self._lock:
            dirty, workspace.dirty = workspace.dirty, {}
            settings = {
                "identity": workspace.identity,
                "counter": workspace.counter,
                "usergroups": workspace.usergroups,
                "clock_offset": workspace.clock.offset,
            }
            changed = {key: value for key, value in settings.items() if self._settings.get(key) != value}
            if not dirty and not changed:
                return
            self._settings = json.loads(json.dumps(settings))
            rows = [("Setting", key, json.dumps(value)) for key, value in changed.items()]
            rows += [(kind, key, _body(entity)) for (kind, key), entity in dirty.items() if entity is not None]
            self._database.execute("BEGIN")
            self._database.executemany("INSERT OR REPLACE INTO entity VALUES (?, ?, ?)", rows)
            gone = [key for key, entity in dirty.items() if entity is None]
            self._database.executemany("DELETE FROM entity WHERE kind = ? AND key = ?", gone)
            self._database.execute("COMMIT")

    def close(self) -> None:
        """Write what changed and close the file."""
        self.flush()
        self._database.close()


def _body(entity: Entity) -> str:
    skipped = _NOT_STORED.get(type(entity).__name__, frozenset())
    values = {one.name: getattr(entity, one.name) for one in fields(entity) if one.name not in skipped}
    return json.dumps(values, default=lambda data: base64.b64encode(data).decode())


def _entity(kind: str, values: dict[str, Any]) -> Entity:
    if kind == "File":
        values["content"] = base64.b64decode(values["content"])
    return _KINDS[kind](**values)


def _restore(workspace: Workspace, entity: Entity) -> None:
    if isinstance(entity, User):
        workspace.users[entity.id] = entity
    elif isinstance(entity, Channel):
        workspace.add_channel(entity)
    elif isinstance(entity, File):
        workspace.files[entity.id] = entity
    elif isinstance(entity, View):
        workspace.homes[entity.user] = entity
    else:
        channel = workspace.channels[entity.channel_id]
        channel.messages[entity.ts] = entity
        if not entity.thread_ts or entity.broadcast:
            channel.timeline.append(entity.ts)
