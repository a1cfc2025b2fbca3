"""Installing the app as its manifest asks: with its commands, shortcuts, scopes and events, and nothing beyond."""

from typing import TYPE_CHECKING

from bot.playground.model import Command, Json, Shortcut

if TYPE_CHECKING:
    from bot.playground.playground import Playground


def install(playground: "Playground", manifest: Json) -> None:
    """Let the app in as an administrator does who approves its manifest (schema 2)."""
    features, workspace = manifest["features"], playground.workspace
    commands = [Command(one["command"], one["description"], one["usage_hint"]) for one in features["slash_commands"]]
    playground.client.commands = {command.name: command for command in commands}
    playground.client.shortcuts = tuple(
        Shortcut(one["name"], one["callback_id"], one["type"]) for one in features["shortcuts"]
    )
    workspace.scopes = list(manifest["oauth_config"]["scopes"]["bot"])
    workspace.subscriptions = set(manifest["settings"]["event_subscriptions"]["bot_events"])
