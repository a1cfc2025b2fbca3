"""Messages and views as a whole: what one block cannot know about the others."""

import json
from collections.abc import Callable
from typing import Any

from bot.playground.blockkit.blocks import MARKDOWN_MOST, block_rule
from bot.playground.blockkit.fill import fill_texts, filled
from bot.playground.blockkit.objects import text
from bot.playground.blockkit.rules import Report, Rule, Shape, Surface, anything, array, boolean, length_of, string
from bot.playground.model import Json

VIEW_BYTES = 250_000
AT_MOST_ONE = {"table": 1, "data_visualization": 2}
"""Blocks of which a message may hold only so many."""


class UnfitError(Exception):
    """Blocks or a view that Slack would refuse; `problems` are its sentences, each with a JSON pointer."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems

    def details(self) -> Json:
        """Return what stands beside the error code in Slack's answer."""
        return {
            "errors": self.problems,
            "response_metadata": {"messages": [f"[ERROR] {problem}" for problem in self.problems]},
        }


_MESSAGE_BLOCKS = array(block_rule, least=0, most=50)
_VIEW_BLOCKS = array(block_rule, most=100)

_SHARED: dict[str, Rule] = {
    "type": anything,
    "blocks": _VIEW_BLOCKS,
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}
_TITLE = text(24)
_MODAL = Shape(
    _SHARED
    | {
        "title": _TITLE,
        "submit": _TITLE,
        "close": _TITLE,
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    required=("title", "blocks"),
)
_HOME = Shape(_SHARED, required=("blocks",))


def message_problems(blocks: Any) -> list[str]:
    """Return what Slack would say against the blocks of a message."""
    report = Report("message")
    _MESSAGE_BLOCKS(blocks, "/blocks", report)
    _check_together(blocks, "/blocks", report)
    return report.problems


def view_problems(view: Any) -> list[str]:
    """Return what Slack would say against a modal or a home view."""
    kind = view.get("type") if isinstance(view, dict) else None
    surface: Surface = "home" if kind == "home" else "modal"
    report = Report(surface)
    if kind not in ("modal", "home"):
        report.add("must be a valid enum value" if kind else "missing required field: type", "/view")
    (_HOME if surface == "home" else _MODAL)(view, "/view", report)
    if isinstance(view, dict):
        _check_together(view.get("blocks"), "/view/blocks", report)
        _check_submit(view, report)
    return report.problems


def _check_submit(view: Json, report: Report) -> None:
    inputs = any(isinstance(block, dict) and block.get("type") == "input" for block in view.get("blocks") or [])
    if report.surface == "modal" and inputs and "submit" not in view:
        report.add("missing required field: submit", "/view")


def _check_together(blocks: Any, pointer: str, report: Report) -> None:
    """Check what concerns several blocks: ids, focus, and how many of a kind there may be."""
    if not isinstance(blocks, list):
        return
    whole = [(f"{pointer}/{position}", block) for position, block in enumerate(blocks) if isinstance(block, dict)]
    _check_ids(whole, report)
    _check_focus(whole, report)
    kinds = [block.get("type") for _, block in whole]
    for kind, most in AT_MOST_ONE.items():
        if kinds.count(kind) > most:
            report.add("only_one_table_allowed" if kind == "table" else f"no more than {most} {kind} allowed", pointer)
    texts = [
        block["text"] for _, block in whole if block.get("type") == "markdown" and isinstance(block.get("text"), str)
    ]
    if sum(map(length_of, texts)) > MARKDOWN_MOST:
        report.add(f"must be less than {MARKDOWN_MOST + 1} characters", pointer)


def _check_ids(whole: list[tuple[str, Json]], report: Report) -> None:
    seen: set[Any] = set()
    for pointer, block in whole:
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                report.add(f'block_id "{block_id}" already exists', f"{pointer}/block_id")
            seen.add(block_id)
        actions: set[Any] = set()
        elements = block.get("elements")
        for position, element in enumerate(elements if isinstance(elements, list) else []):
            action_id = element.get("action_id") if isinstance(element, dict) else None
            if isinstance(action_id, str):
                if action_id in actions:
                    problem = f'action_id "{action_id}" already exists for block_id "{block_id}"'
                    report.add(problem, f"{pointer}/elements/{position}/action_id")
                actions.add(action_id)


def _check_focus(whole: list[tuple[str, Json]], report: Report) -> None:
    focused = 0
    for pointer, block in whole:
        inner = block.get("elements")
        elements = [*(inner if isinstance(inner, list) else []), block.get("element"), block.get("accessory")]
        for element in elements:
            if isinstance(element, dict) and element.get("focus_on_load"):
                focused += 1
                if focused > 1:
                    report.add("only one element can have focus_on_load set to true", pointer)


def fit_for_message(blocks: Any, new_id: Callable[[str], str]) -> list[Json]:
    """Return a message's blocks as Slack echoes them; raises UnfitError."""
    problems = message_problems(blocks)
    if problems:
        raise UnfitError(problems)
    return filled(blocks, new_id)


def fit_view(view: Json, new_id: Callable[[str], str]) -> Json:
    """Return a modal or home view as Slack echoes it; raises UnfitError."""
    problems = view_problems(view)
    if problems:
        raise UnfitError(problems)
    fit = {**view, "blocks": filled(view["blocks"], new_id)}
    for key in ("title", "submit", "close"):
        if key in fit:
            fit[key] = fill_texts(fit[key])
    return fit


def size_of(view: Json) -> int:
    """Return the size of a view in bytes, which Slack limits to `VIEW_BYTES`."""
    return len(json.dumps(view, ensure_ascii=False).encode("utf-8", "surrogatepass"))
