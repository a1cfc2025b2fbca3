"""Composition objects: texts, options, confirmations. Limits: Block Kit reference, composition objects."""

from typing import Any

from bot.playground.blockkit.rules import Report, Rule, Shape, anything, array, boolean, one_of, string

TEXT_MOST = 3000
PLAIN = ("plain_text",)
BOTH = ("plain_text", "mrkdwn")


def text(most: int = TEXT_MOST, kinds: tuple[str, ...] = PLAIN) -> Rule:
    """A text object of one of these kinds, with 1 to `most` characters."""
    shapes = {
        "plain_text": Shape({"type": anything, "text": string(most), "emoji": boolean}, required=("text",)),
        "mrkdwn": Shape({"type": anything, "text": string(most), "verbatim": boolean}, required=("text",)),
    }

    def rule(value: Any, pointer: str, report: Report) -> None:
        inner = Report(report.surface)
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict):
            inner.add("must provide an object", pointer)
        elif kind not in kinds:
            inner.add("must be a valid enum value", f"{pointer}/type")
        else:
            shapes[kind](value, pointer, inner)
        # Slack says this first wherever more than one kind of text would have done.
        if inner.problems and len(kinds) > 1:
            report.add("failed to match all allowed schemas", pointer)
        report.problems += inner.problems

    return rule


def option(kinds: tuple[str, ...] = PLAIN, *, url: bool = False) -> Rule:
    """An option; only overflow menus may give it a `url`."""
    keys: dict[str, Rule] = {"text": text(75, kinds), "value": string(150), "description": text(75, kinds)}
    if url:
        keys["url"] = string(3000)
    return Shape(keys, required=("text", "value"))


def option_group(most: int = 100) -> Rule:
    """A labelled group of options."""
    return Shape({"label": text(75), "options": array(option(), most=most)}, required=("label", "options"))


CONFIRM = Shape(
    {
        "title": text(100),
        "text": text(300, BOTH),
        "confirm": text(30),
        "deny": text(30),
        "style": one_of("primary", "danger"),
    },
    required=("title", "text", "confirm", "deny"),
)

DISPATCH_CONFIG = Shape(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), most=2)},
    required=("trigger_actions_on",),
)

CONVERSATION_FILTER = Shape(
    {
        "include": array(one_of("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    at_least_one=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)

SLACK_FILE = Shape({"id": string(255), "url": string(3000)}, exactly_one=("id", "url"))


def _bare(one: Any) -> Any:
    """Return an option without the defaults Slack fills in, so that equal options compare equal."""
    if isinstance(one, dict):
        return {
            key: _bare(value)
            for key, value in one.items()
            if not (key == "emoji" and value is True) and not (key == "verbatim" and value is False)
        }
    return one


def initial_among_options(value: Any, pointer: str, report: Report) -> None:
    """The initial option or options must equal some of the options, to the letter."""
    there = [_bare(one) for one in value.get("options") or []]
    for group in value.get("option_groups") or []:
        if isinstance(group, dict):
            there += [_bare(one) for one in group.get("options") or []]
    if "initial_option" in value and _bare(value["initial_option"]) not in there:
        report.add("initial_option must match one of the options", f"{pointer}/initial_option")
    initial = value.get("initial_options")
    for position, one in enumerate(initial if isinstance(initial, list) else []):
        if _bare(one) not in there:
            report.add("initial_options must match the options", f"{pointer}/initial_options/{position}")
