"""How alerts of other services are read, and which workflow they are about."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.config.values import TAKES_A_PATTERN, Duration, Frozen

USUAL_PATHS = frozenset({"key", "title", "state", "detail", "link", "urgency", "workflow", "labels"})


def json_path(value: str) -> str:
    """A JSONPath, without its library's own functions (in backticks) and regular expressions. Raises `ValueError`."""
    if value in USUAL_PATHS:
        return value
    from jsonpath_ng.exceptions import JSONPathError  # late: most bots need it never, and it is large
    from jsonpath_ng.ext.parser import parse

    example = "write incidents[*], monitor.name or tags[0]; what else stands in a name, in quotes: monitor.'1st name'"
    if "`" in value or TAKES_A_PATTERN.search(value):
        raise ValueError(f"{value!r} can't be used: {example}")
    try:
        parse(value)
    except JSONPathError:
        raise ValueError(f"{value!r} is no JSONPath: {example}") from None
    return value


JsonPath = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(json_path)]
"""Where something is in a body: `a.b[0].c`."""
Word = Annotated[str, Field(min_length=1, max_length=200)]
SHORTEST_KEPT = timedelta(days=1)
SHORTEST_STORM, LONGEST_STORM = timedelta(minutes=1), timedelta(hours=1)


class AlertMatcher(Frozen):
    """Alerts that are about a workflow: those of a source (left out: of any) that have all these labels."""

    source: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")] | None = None
    labels: Annotated[dict[Word, Word], Field(min_length=1)]

    def matches(self, source: str, labels: Mapping[str, str]) -> bool:
        """Whether an alert is meant."""
        return self.source in (None, source) and all(labels.get(name) == each for name, each in self.labels.items())


class GenericRules(Frozen):
    """Where `/hooks/generic` finds what in a body of JSON."""

    alerts: JsonPath | None = None
    """The list of alerts, or each of them, in which the other paths begin; None: the body is one alert."""
    id: JsonPath | None = None
    """By which the sender knows the delivery: the same where it repeats itself, another for every news. None: it has none."""
    key: JsonPath = "key"
    """By which the sender knows the alert again."""
    title: JsonPath = "title"
    state: JsonPath = "state"
    resolved: tuple[Word, ...] = ("resolved", "recovered", "ok", "closed")
    """The states in which it is over; in any other, and in none, it goes on."""
    detail: JsonPath = "detail"
    link: JsonPath = "link"
    urgency: JsonPath = "urgency"
    workflow: JsonPath = "workflow"
    labels: JsonPath = "labels"


class ManyRules(Frozen):
    """From when on problems of one channel, whatever their source, share a message."""

    after: Annotated[int, Field(ge=1, le=1000)] = 10
    """How many are told by themselves."""
    within: Duration = timedelta(minutes=5)


class AlertRules(Frozen):
    """Alerts of other services."""

    many: ManyRules = ManyRules()

    keep: Duration = timedelta(days=14)
    """How long bodies are kept."""
    generic: GenericRules = GenericRules()


def wrong_alerts(rules: AlertRules) -> list[str]:
    """What is wrong with them, each fault with its place."""
    if rules.keep < SHORTEST_KEPT:
        return ["alerts.keep: give a day at least: what is delivered again later than that counts as news"]
    if not SHORTEST_STORM <= rules.many.within <= LONGEST_STORM:
        return ["alerts.many.within: give 1m to 1h"]
    return []
