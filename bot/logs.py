"""Logging: constant event names, ids as fields, no text of people, no token."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
LEVELS = {
    "alembic": logging.ERROR,
    "apscheduler": logging.ERROR,
    "slack_bolt": logging.CRITICAL,  # what it reports is caught, and reported, by our listeners and our socket
    "slack_sdk": logging.ERROR,
    "urllib3": logging.ERROR,
    "uvicorn": logging.ERROR,
}
"""Libraries that say too much at the level this project speaks at."""


class TextFormatter(logging.Formatter):
    """`12:00:01 WARNING outbox.not_sent key=incident:42:card`: for reading at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in record.__dict__.items() if name not in STANDARD}
        line = super().format(record)
        return f"{line} {' '.join(f'{name}={value}' for name, value in fields.items())}" if fields else line


def set_up(log_format: str) -> None:
    """Log to standard error, as `text` or as `json` with one object per line."""
    handler = logging.StreamHandler(sys.stderr)
    if log_format == "json":
        handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    else:
        handler.setFormatter(TextFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", datefmt="%H:%M:%S"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
