"""The code, the registries and the Slack app's manifest say the same."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from bot.app import Bot
from bot.clock import Clock
from bot.environment import Environment
from bot.hearing import event_types
from bot.outbox.model import OutboxMessage
from bot.schedule import Job, Schedule
from bot.slack.manifest import SCOPES, SHORTCUTS, manifest
from tests.architecture.source import BOT, bot_files, texts, tree
from tests.databases import new_sqlite
from tests.environments import without_slack

METHOD = re.compile(
    r"(apps|auth|bookmarks|chat|conversations|files|pins|reactions|usergroups|users|views)(\.[a-zA-Z]+)+"
)
READ, WRITE = {"channels:read", "groups:read"}, {"channels:manage", "groups:write"}
HISTORY = {"channels:history", "groups:history", "im:history"}
NEEDS: dict[str, set[str]] = {
    "apps.connections.open": set(),
    "auth.test": set(),
    "bookmarks.add": {"bookmarks:write"},
    "bookmarks.edit": {"bookmarks:write"},
    "bookmarks.list": {"bookmarks:read"},
    "bookmarks.remove": {"bookmarks:write"},
    "chat.delete": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write", "chat:write.public"},
    "chat.update": {"chat:write"},
    "conversations.create": WRITE,
    "conversations.history": HISTORY,
    "conversations.info": READ,
    "conversations.invite": WRITE,
    "conversations.join": {"channels:join"},
    "conversations.members": READ,
    "conversations.open": {"im:write"},
    "conversations.rename": WRITE,
    "conversations.replies": HISTORY,
    "conversations.setTopic": WRITE,
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "pins.add": {"pins:write"},
    "reactions.get": {"reactions:read"},
    "pins.list": {"pins:read"},
    "usergroups.users.list": {"usergroups:read"},
    "users.conversations": READ,
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
"""The bot's scopes each method needs, as Slack's reference lists them for the kinds of channel the bot works in."""


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return without_slack(new_sqlite(tmp_path))


@pytest.fixture
def idle_bot(environment: Environment) -> Iterator[Bot]:
    """The bot, built and not started."""
    bot = Bot(environment)
    yield bot
    bot.stop()


def test_every_method_the_code_calls_is_covered_by_a_scope_and_every_scope_by_a_call() -> None:
    called = {text for path in bot_files() for text in texts(path) if METHOD.fullmatch(text)}
    assert called == set(NEEDS)
    assert set().union(*NEEDS.values()) | {"commands"} == set(SCOPES)


def test_the_manifest_subscribes_to_what_the_rules_listen_to(idle_bot: Bot, environment: Environment) -> None:
    listened = {name for rule in idle_bot.rooms.events._rules for name in rule.types}
    subscribed = manifest(event_types(environment))["settings"]["event_subscriptions"]["bot_events"]
    assert {name.partition(".")[0] for name in subscribed} == listened
    assert len(subscribed) == len(set(subscribed))


def test_every_shortcut_of_the_manifest_is_listened_to(idle_bot: Bot) -> None:
    callbacks = {callback_id for _name, _type, callback_id, _description in SHORTCUTS}
    assert callbacks <= set(idle_bot.rooms.openers)
    assert all(len(name) <= 24 for name, *_ in SHORTCUTS)


def test_a_delivery_over_http_is_asked_for_at_every_door(environment: Environment) -> None:
    url = "https://sevbot.example.com/slack/events"
    made = manifest(event_types(environment), request_url=url)
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert made["settings"]["interactivity"]["request_url"] == url
    assert [command["url"] for command in made["features"]["slash_commands"]] == [url]
    assert made["settings"]["socket_mode_enabled"] is False


def test_every_outbox_kind_has_a_name_that_fits_and_a_label(idle_bot: Bot) -> None:
    limit = OutboxMessage.__table__.c.kind.type.length  # type: ignore[attr-defined]  # columns here are strings
    kinds = [idle_bot.kinds[name] for name in idle_bot.kinds.names()]
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", kind.name) and len(kind.name) <= limit for kind in kinds)
    labels = [kind.label for kind in kinds]
    assert all(label.strip() for label in labels)
    assert len(set(labels)) == len(labels)


def test_every_job_there_is_is_scheduled(idle_bot: Bot) -> None:
    for written in BOT.glob("**/jobs.py"):
        found = {
            node.name
            for node in tree(written).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        }
        rooms = (BOT / "app.py", BOT / "house.py", *written.parent.parent.glob("**/*room.py"))
        used = {node.attr for path in rooms for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
        assert found <= used, written
    names = [job.name for job in idle_bot.schedule.jobs]
    assert len(set(names)) == len(names)
    assert all(job.every >= timedelta(seconds=1) or job.name.startswith("outbox.") for job in idle_bot.schedule.jobs)


def test_jobs_are_neither_dropped_when_late_nor_run_twice_at_once(idle_bot: Bot) -> None:
    schedule = Schedule(Clock(), tuple(Job(each.name, each.every, lambda: None) for each in idle_bot.schedule.jobs))
    schedule.start()
    try:
        scheduled = schedule._scheduler.get_jobs()
        assert {job.id for job in scheduled} == {job.name for job in idle_bot.schedule.jobs}
        for job in scheduled:
            assert (job.max_instances, job.coalesce, job.misfire_grace_time) == (1, True, None)
            assert isinstance(job.trigger, IntervalTrigger)
    finally:
        schedule.stop()
