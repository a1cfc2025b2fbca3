"""Small rules that larger ones are made of. A rule looks at one piece of JSON and reports what Slack would say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Surface = Literal["message", "modal", "home"]


@dataclass(slots=True)
class Report:
    """The problems found so far, in Slack's words, each with the JSON pointer Slack adds."""

    surface: Surface
    problems: list[str] = field(default_factory=list)

    def add(self, problem: str, pointer: str) -> None:
        """Add one problem."""
        self.problems.append(f"{problem} [json-pointer:{pointer}]")


Rule = Callable[[Any, str, Report], None]
"""Takes a value, the JSON pointer to it, and where to report."""


def length_of(text: str) -> int:
    """Return the length Slack may count, in UTF-16 units.

    Whether Slack counts characters or units is unknown; the larger number keeps an app on the safe side.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def string(most: int, *, least: int = 1, pattern: str = "") -> Rule:
    """A string of `least` to `most` characters."""
    compiled = re.compile(pattern) if pattern else None

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must provide a string", pointer)
        elif length_of(value) > most:
            report.add(f"must be less than {most + 1} characters", pointer)
        elif length_of(value) < least:
            report.add(f"must be more than {least - 1} characters", pointer)
        elif compiled is not None and not compiled.fullmatch(value):
            report.add("must match the required pattern", pointer)

    return rule


def integer(least: int, most: int) -> Rule:
    """A whole number between `least` and `most`."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add("must provide a number", pointer)
        elif not least <= value <= most:
            report.add(f"must be between {least} and {most}", pointer)

    return rule


def boolean(value: Any, pointer: str, report: Report) -> None:
    """True or false."""
    if not isinstance(value, bool):
        report.add("must provide a boolean", pointer)


def anything(value: Any, pointer: str, report: Report) -> None:
    """Whatever it is: for parts nobody documented."""


def one_of(*allowed: str) -> Rule:
    """One of these words."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if value not in allowed:
            report.add("must be a valid enum value", pointer)

    return rule


def array(item: Rule, *, least: int = 1, most: int) -> Rule:
    """A list of `least` to `most` items, each of which keeps `item`."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must provide an array", pointer)
            return
        if len(value) > most:
            report.add(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            report.add(f"no fewer than {least} items allowed", pointer)
        for position, one in enumerate(value):
            item(one, f"{pointer}/{position}", report)

    return rule


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: its keys with their rules, which are required, and further rules over the whole.

    `closed` objects refuse keys they do not know, as Slack does; open ones are for blocks too new to be documented.
    """

    keys: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()
    at_least_one: tuple[str, ...] = ()
    further: tuple[Rule, ...] = ()
    closed: bool = True

    def __call__(self, value: Any, pointer: str, report: Report) -> None:
        """Apply the rules to `value`."""
        if not isinstance(value, dict):
            report.add("must provide an object", pointer)
            return
        for name in self.required:
            if name not in value:
                report.add(f"missing required field: {name}", pointer)
        self._check_choices(value, pointer, report)
        for name, part in value.items():
            rule = self.keys.get(name)
            if rule is not None:
                rule(part, f"{pointer}/{name}", report)
            elif self.closed:
                report.add(f"invalid additional property: {name}", pointer)
        for rule in self.further:
            rule(value, pointer, report)

    def _check_choices(self, value: dict[str, Any], pointer: str, report: Report) -> None:
        given = [name for name in self.exactly_one if name in value]
        if self.exactly_one and not given:
            report.add(f"missing required field: {self.exactly_one[0]}", pointer)
        if len(given) > 1:
            report.add(f"only one of {', '.join(self.exactly_one)} is allowed", pointer)
        if self.at_least_one and not any(name in value for name in self.at_least_one):
            report.add(f"missing required field: {self.at_least_one[0]}", pointer)


def typed(value: Any, pointer: str, report: Report, kinds: Mapping[str, Rule]) -> None:
    """Apply the rule for the value's `type`; report a missing or unknown one."""
    if not isinstance(value, dict):
        report.add("must provide an object", pointer)
    elif "type" not in value:
        report.add("missing required field: type", pointer)
    elif not isinstance(value["type"], str) or value["type"] not in kinds:
        report.add(f"unsupported type: {value['type']}", f"{pointer}/type")
    else:
        kinds[value["type"]](value, pointer, report)
