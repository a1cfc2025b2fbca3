"""What all rooms do about Slack's events, in order, and so what its app must subscribe to."""

from collections.abc import Callable

from bot.clock import Clock
from bot.config import Settings
from bot.directory import people
from bot.environment import Environment
from bot.incidents.channel import ChannelEvents
from bot.incidents.home import event_rules as home_rules
from bot.incidents.late_joiners import LateJoiners
from bot.remediation.events import ItemEvents
from bot.slack.client import Slack
from bot.slack.events import EventRule
from bot.timeline.events import CaptureEvents
from bot.timeline.memory import Memory


def event_rules(
    slack: Slack, settings: Settings, memory: Memory, *, is_asking: Callable[[str], bool]
) -> tuple[EventRule, ...]:
    """What the rooms do about Slack's events, in order. `is_asking`: whether Slack is being asked about somebody just now."""
    rooms = (
        ChannelEvents(slack, settings), LateJoiners(slack, settings), CaptureEvents(slack, settings, memory),
        ItemEvents(settings),
    )  # fmt: skip
    return (*people.event_rules(slack, is_asking), *(rule for room in rooms for rule in room.rules()), *home_rules())


def event_types(environment: Environment) -> set[str]:
    """Every type of event the bot listens to: what its Slack app must subscribe to."""
    slack = Slack("", environment.slack_api_url, Clock())
    rules = event_rules(slack, Settings(environment.config_folder), Memory(), is_asking=lambda _user_id: False)
    return {name for rule in rules for name in rule.types}
