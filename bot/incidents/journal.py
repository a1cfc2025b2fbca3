"""What was declared while the database was down: one file per declaration, written before anything is done about it.

A file is replaced as a whole and forced to the disk, so a crash at any line leaves the state before or the state after. The
files belong to this instance; they hold what private SEVs are about, so only its user may read them.
"""

import json
import logging
import os
import threading
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

log = logging.getLogger(__name__)

SUFFIX = ".json"
UNREADABLE = ".unreadable"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One declaration, and what was done about it so far. Its texts are checked already."""

    id: str = field(default_factory=lambda: uuid4().hex)
    declared_at: str
    """As ISO 8601, in UTC."""
    declared_by: str
    door: str
    delivery_key: str
    title: str
    severity: str
    summary: str = ""
    workflows: tuple[str, ...] = ()
    is_private: bool = False
    is_drill: bool = False
    fields: tuple[dict[str, Any], ...] = ()
    """What was said of custom fields, as `field_values.as_json` has it."""
    source: dict[str, str] | None = None
    """The message it was declared from, as `service.Source` holds it."""
    channel_name: str
    """The name under which the channel is, or was, being made: kept before the call, so that it can be known again."""
    channel_id: str | None = None
    posts: dict[str, list[str]] = field(default_factory=dict)
    """What was posted, by surface: channel and ts."""
    done: dict[str, str] = field(default_factory=dict)
    """What was done, by the name of the step: a sentence for the declarer."""
    failed: dict[str, str] = field(default_factory=dict)
    """What can't be done without somebody's help, by the name of the step: Slack's word for why."""

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.declared_at)

    def says_the_same(self, other: "Entry", *, within: timedelta) -> bool:
        """Whether it is the same declaration again: delivered twice, or typed again in impatience."""
        if self.delivery_key and (self.door, self.delivery_key) == (other.door, other.delivery_key):
            return True
        same = ("declared_by", "title", "severity", "is_private", "is_drill")
        return all(getattr(self, name) == getattr(other, name) for name in same) and abs(self.at - other.at) < within


class Journal:
    """The files of one folder, and what they say, in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: dict[str, Entry] = {}
        self._lock = threading.Lock()

    def open(self) -> None:
        """Read what an earlier run left behind. A file that can't be read is set aside, and told of loudly."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                entry = _entry(json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError, KeyError) as error:
                log.error("journal.unreadable", extra={"file": path.name, "error": type(error).__name__})  # noqa: TRY400 - the text could show what is private
                path.rename(path.with_suffix(UNREADABLE))
            else:
                self._entries[entry.id] = entry

    def all(self) -> list[Entry]:
        """Every declaration that is not in the database yet, the oldest first."""
        with self._lock:
            return sorted(self._entries.values(), key=lambda entry: (entry.declared_at, entry.id))

    def get(self, entry_id: str) -> Entry | None:
        """The declaration as it is now, or None once it is in the database."""
        return self._entries.get(entry_id)

    def add(self, entry: Entry, *, within: timedelta) -> Entry:
        """Keep a new declaration; or return the one that says the same. Raises `OSError` where it can't be written."""
        with self._lock:
            for known in self._entries.values():
                if known.says_the_same(entry, within=within):
                    return known
            self._write(entry)
            self._entries[entry.id] = entry
            return entry

    def update(self, entry_id: str, **changes: Any) -> Entry:
        """Keep what was done meanwhile, in memory also where the disk refuses it now. Returns the entry as it is then."""
        with self._lock:
            entry = replace(self._entries[entry_id], **changes)
            self._entries[entry_id] = entry
            try:
                self._write(entry)
            except OSError as error:
                log.error("journal.not_updated", extra={"entry": entry_id, "error": type(error).__name__})  # noqa: TRY400 - no text of a file's
            return entry

    def remove(self, entry_id: str) -> None:
        """Forget a declaration that is in the database now."""
        with self._lock:
            self._path(entry_id).unlink(missing_ok=True)
            self._entries.pop(entry_id, None)

    def _path(self, entry_id: str) -> Path:
        return self._folder / f"{entry_id}{SUFFIX}"

    def _write(self, entry: Entry) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(entry.id)
        unfinished = path.with_suffix(".part")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(asdict(entry), file)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        _force_names(self._folder)


def moment(at: datetime) -> str:
    """A time as the journal keeps it."""
    return at.astimezone(UTC).isoformat()


def _entry(content: dict[str, Any]) -> Entry:
    tuples = {name: tuple(content.get(name, ())) for name in ("workflows", "fields")}
    return Entry(**{**content, **tuples})


def _force_names(folder: Path) -> None:
    """Force the folder itself to the disk: only then a new name in it outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
