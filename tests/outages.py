"""A database that goes away and comes back, on both engines."""

from dataclasses import dataclass
from pathlib import Path

from tests.databases import PostgresServer


@dataclass
class Outage:
    """The database of one test. `server` is given for PostgreSQL; an SQLite file is moved away instead."""

    url: str
    server: PostgresServer | None

    def begins(self) -> None:
        """The database is down from now on."""
        if self.server:
            self.server.shut_out(self.url)
        for path in self._files(""):
            path.rename(f"{path}.away")

    def ends(self) -> None:
        """It is back, as it was."""
        if self.server:
            self.server.let_in(self.url)
        for path in self._files(".away"):
            path.rename(str(path).removesuffix(".away"))

    def _files(self, suffix: str) -> list[Path]:
        if self.server:
            return []
        file = Path(self.url.removeprefix("sqlite:///"))
        return [path for name in ("", "-wal", "-shm") if (path := Path(f"{file}{name}{suffix}")).exists()]
