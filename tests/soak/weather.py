"""What Slack does wrong, an hour long."""

from collections.abc import Callable, Mapping

from bot.playground import Playground

SAYS, MENDS = "chat.postMessage", "chat.update"


def _limits(slack: Playground) -> None:
    slack.faults.add(SAYS, "429", times=6)
    slack.faults.add(MENDS, "429", times=3)


def _errors(slack: Playground) -> None:
    slack.faults.add("*", "500", times=12)
    slack.faults.add("*", "fatal_error", times=3)


def _late(slack: Playground) -> None:
    """The call had its effect, or it had none, and no answer comes."""
    slack.faults.add(SAYS, "timeout_after", times=2)
    slack.faults.add("conversations.create", "timeout_after", times=1)
    slack.faults.add(MENDS, "timeout_before", times=1)


def _drops(slack: Playground) -> None:
    slack.faults.add(SAYS, "drop_after", times=4)
    slack.faults.add(SAYS, "drop_before", times=4)
    slack.faults.add("conversations.create", "drop_after", times=1)
    slack.faults.add("conversations.invite", "drop_after", times=2)


def _again(slack: Playground) -> None:
    slack.faults.duplicate_events(40)


def _unheard(slack: Playground) -> None:
    slack.faults.lose_acks(4)


def _cut(slack: Playground) -> None:
    slack.drop_sockets()


def _slow(slack: Playground) -> None:
    slack.faults.latency_ms = 60


def _closed(slack: Playground) -> None:
    """Slack takes nothing, and still delivers."""
    slack.faults.add(SAYS, "500", times=None)
    slack.faults.add(MENDS, "500", times=None)


WEATHERS: Mapping[str, Callable[[Playground], None]] = {
    "fair": lambda _slack: None,
    "limits": _limits,
    "errors": _errors,
    "late": _late,
    "drops": _drops,
    "again": _again,
    "unheard": _unheard,
    "cut": _cut,
    "slow": _slow,
    "closed": _closed,
}
