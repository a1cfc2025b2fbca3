"""Modals and App Homes: opening, stacking, updating, closing."""

import time
from dataclasses import dataclass

from bot.playground.errors import SlackError
from bot.playground.model import Json, View
from bot.playground.workspace import Workspace

STACK_LIMIT = 3
TRIGGER_LIFE = 3.0


@dataclass(slots=True)
class Trigger:
    """The right to open one modal for `user`, until `expires_at` (machine time, monotonic seconds)."""

    user: str
    expires_at: float
    used: bool = False


class Triggers:
    """trigger_ids: valid for three seconds of machine time, once."""

    def __init__(self) -> None:
        self._triggers: dict[str, Trigger] = {}
        self._count = 0

    def issue(self, user: str) -> str:
        """Return a fresh trigger id for something `user` did now."""
        self._forget_old()
        self._count += 1
        trigger_id = f"{int(time.time())}.{self._count}.{hash((user, self._count)) & 0xFFFFFFFFFFFF:012x}"
        self._triggers[trigger_id] = Trigger(user, time.monotonic() + TRIGGER_LIFE)
        return trigger_id

    def redeem(self, trigger_id: str) -> str:
        """Return the user whose doing this was; raises SlackError for a bad, used or old trigger."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() > trigger.expires_at:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def _forget_old(self) -> None:
        """Keep a minute's worth, so that late calls still learn that their trigger has expired."""
        limit = time.monotonic() - 60
        while self._triggers and next(iter(self._triggers.values())).expires_at < limit:
            del self._triggers[next(iter(self._triggers))]


def stack_of(workspace: Workspace, user: str) -> list[View]:
    """Return the user's open modals, bottom first."""
    return workspace.modals.setdefault(user, [])


def _new_view(workspace: Workspace, user: str, content: Json, below: View | None = None) -> View:
    view_id = workspace.next_id("V")
    return View(
        id=view_id,
        user=user,
        content=content,
        hash=workspace.new_hash(),
        root_id=below.root_id if below else view_id,
        previous_id=below.id if below else None,
    )


def open_modal(workspace: Workspace, user: str, content: Json) -> View:
    """Open a modal in place of whatever modals the user has open."""
    _check_external_id(workspace, content)
    view = _new_view(workspace, user, content)
    workspace.modals[user] = [view]
    workspace.touch("views")
    return view


def push(workspace: Workspace, user: str, content: Json) -> View:
    """Open a modal on top of the others; raises SlackError push_limit_reached or not_found (none is open)."""
    stack = stack_of(workspace, user)
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= STACK_LIMIT:
        raise SlackError("push_limit_reached")
    _check_external_id(workspace, content)
    view = _new_view(workspace, user, content, stack[-1])
    stack.append(view)
    workspace.touch("views")
    return view


def find(workspace: Workspace, view_id: str, external_id: str) -> View:
    """Return an open modal or a published home; raises SlackError not_found."""
    homes = list(workspace.homes.values())
    for view in [one for stack in workspace.modals.values() for one in stack] + homes:
        if view.id == view_id or (external_id and view.content.get("external_id") == external_id):
            return view
    raise SlackError("not_found")


def update(workspace: Workspace, view: View, content: Json, expected_hash: str = "") -> None:
    """Replace a view's content. What was typed stays where block id and action id stay; errors go."""
    if expected_hash and expected_hash != view.hash:
        raise SlackError("hash_conflict")
    _check_external_id(workspace, content, view)
    view.content = content
    view.hash = workspace.new_hash()
    view.errors = {}
    workspace.touch("views")


def close(workspace: Workspace, user: str) -> None:
    """Close the topmost modal; the one below shows again."""
    stack = stack_of(workspace, user)
    if stack:
        stack.pop()
    workspace.touch("views")


def clear(workspace: Workspace, user: str) -> list[View]:
    """Close all modals of the user and return them, topmost first."""
    stack = stack_of(workspace, user)
    closed = stack[::-1]
    stack.clear()
    workspace.touch("views")
    return closed


def publish(workspace: Workspace, user: str, content: Json, expected_hash: str = "") -> View:
    """Replace the user's App Home; raises SlackError hash_conflict."""
    view = workspace.homes.get(user)
    if view is None:
        view = workspace.homes[user] = _new_view(workspace, user, content)
    else:
        update(workspace, view, content, expected_hash)
    workspace.save(view)
    workspace.touch("views")
    return view


def _check_external_id(workspace: Workspace, content: Json, but: View | None = None) -> None:
    external_id = content.get("external_id")
    if external_id:
        for stack in workspace.modals.values():
            if any(view is not but and view.content.get("external_id") == external_id for view in stack):
                raise SlackError("duplicate_external_id")
