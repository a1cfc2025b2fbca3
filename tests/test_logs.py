"""What the logs look like: a constant name, its fields, one line or one object each."""

import json
import logging

import pytest

from bot import logs
from tests.environments import kept_logging


def said(log_format: str, capsys: pytest.CaptureFixture[str], *, by: str, name: str, **fields: object) -> str:
    """What is to be read when `by` warns of `name`."""
    with kept_logging():
        logs.set_up(log_format)
        logging.getLogger(by).warning(name, extra=fields)
    return capsys.readouterr().err


def test_text_is_a_line_with_its_fields_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    line = said("text", capsys, by="bot.outbox", name="outbox.not_sent", key="incident:42:card", attempts=3)
    assert line.endswith(" WARNING bot.outbox outbox.not_sent key=incident:42:card attempts=3\n")


def test_text_without_fields_ends_with_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert said("text", capsys, by="bot.app", name="app.started").endswith(" WARNING bot.app app.started\n")


def test_json_is_one_object_per_line_with_its_fields_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said("json", capsys, by="bot.outbox", name="outbox.not_sent", key="incident:42:card"))
    assert told["message"] == "outbox.not_sent"
    assert told["levelname"] == "WARNING"
    assert told["key"] == "incident:42:card"


@pytest.mark.parametrize("library", sorted(logs.LEVELS))
def test_libraries_speak_only_when_something_is_wrong(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said("text", capsys, by=library, name="by the way") == ""
