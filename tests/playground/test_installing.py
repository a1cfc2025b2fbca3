"""The app is let in as its manifest asks: the local Slack offers and grants what Slack would, and nothing beyond."""

from bot.playground import Person, Playground, install
from bot.slack.manifest import SCOPES, SHORTCUTS, manifest


def test_what_the_manifest_asks_for_is_granted_and_nothing_beyond(slack: Playground) -> None:
    install(slack, manifest(["message", "app_home_opened"]))
    assert sorted(slack.workspace.scopes) == sorted(SCOPES)
    assert slack.workspace.subscriptions == {"message.channels", "message.groups", "app_home_opened"}


def test_people_are_offered_the_manifests_command_and_shortcuts(slack: Playground, ada: Person) -> None:
    install(slack, manifest(["message"]))
    assert [one.name for one in slack.client.shortcuts] == [name for name, *_ in SHORTCUTS]
    assert slack.client.commands["/sev"].usage_hint == "[declare | status | severity | list | help]"
    ada.types("/nonsense")
    assert "/nonsense is not a valid command" in ada.notices[-1]
