"""People for tests: `ada.types("/sev declare")`, `ada.fills(Title="…")`, `ada.submits()`, `ada.sees("…")`."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from bot.playground import people
from bot.playground.elements import VALUE_KEYS, view_state
from bot.playground.errors import Impossible
from bot.playground.form import action_of, client_errors, find_field, label_of, pick_option, typed_state, wants_dispatch
from bot.playground.member import Member
from bot.playground.model import Channel, Json, Message, View
from bot.playground.reading import message_words
from bot.playground.sight import (
    Screen,
    Sight,
    Touchable,
    find_button,
    find_menu,
    is_there,
    screens_of,
    seen,
    touchables,
)
from bot.playground.traffic import Delivery

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a slash command was answered with. It is false when nothing was shown.

    `text` is what the person reads, `blocks` what was sent, `message` the message shown to them.
    """

    delivery: Delivery | None
    message: Message | None = None
    text: str = ""

    def __bool__(self) -> bool:
        return self.message is not None

    @property
    def blocks(self) -> list[Json]:
        """The blocks of the answer."""
        return self.message.blocks if self.message else []


class Person(Member):
    """One person at Slack's client. What they cannot do there raises Impossible, with a sentence."""

    def types(self, text: str) -> Any:
        """Type a line and press Enter: a slash command gives a Reply once it is acked, anything else a Message.

        An ack is waited for as long as Slack waits (3 s); what Slack then shows is in `notices`.
        """
        if not text.startswith("/"):
            return self.says(text)
        with self._workspace.lock:
            channel = self._channel(None)
            people.may_write(self.user, channel)
            line = people.typed(self._workspace, text, labels=True)
            delivery, shown = self._client.command(self.user, channel, line)
        if delivery is None:
            return Reply(None)
        self._wait(delivery)
        if not shown:
            return Reply(delivery)
        self._playground.expected.add(shown[0])
        return Reply(delivery, shown[0], self._reads(shown[0]))

    # Modals

    @property
    def modal(self) -> Screen | None:
        """The topmost open modal."""
        stack = self._workspace.modals.get(self.user.id, [])
        return Screen(stack[-1], self._workspace) if stack else None

    @property
    def home(self) -> Screen | None:
        """What the app published as their Home."""
        view = self._workspace.homes.get(self.user.id)
        return Screen(view, self._workspace) if view else None

    def _top(self) -> View:
        stack = self._workspace.modals.get(self.user.id, [])
        if not stack:
            raise Impossible(f"{self.user.real_name} has no modal open.")
        return stack[-1]

    def fills(self, **values: Any) -> None:
        """Fill in inputs of the topmost modal, by label. Inputs that dispatch tell the app at once."""
        for label, value in values.items():
            delivery = self._patiently(partial(self._fill, label, value))
            if delivery is not None:
                self._wait(delivery)

    def _fill(self, label: str, value: Any) -> Delivery | None:
        view = self._top()
        block, element = find_field(view, label)
        state = typed_state(self._workspace, element, value)
        view.typed.setdefault(block["block_id"], {})[element["action_id"]] = state
        view.errors.pop(block["block_id"], None)
        if not wants_dispatch(block):
            return None
        return self._client.act(self.user, view, block["block_id"], action_of(element, state))

    def submits(self) -> Delivery:
        """Submit the topmost modal. Slack's client checks first; `errors` (by label) says what it or the app found."""
        view, delivery = self._patiently(self._submit)
        if delivery.attempts:
            self._wait(delivery)
        delivery.errors = self._by_label(view)
        return delivery

    def _submit(self) -> tuple[View, Delivery]:
        view = self._top()
        if not view.content.get("submit"):
            raise Impossible("This modal has no submit button.")
        view.errors = client_errors(view, view_state(view))
        if not view.errors:
            return view, self._client.submit(self.user, view)
        self._workspace.touch("views")
        return view, Delivery("interactive", {"type": "view_submission"})

    def _patiently(self, attempt: Callable[[], T]) -> T:
        """Do something in the modal as soon as it offers it: apps open a modal first and fill it a moment later."""
        deadline = time.monotonic() + self._playground.patience
        while True:
            with self._workspace.changed:
                try:
                    return attempt()
                except Impossible:
                    left = deadline - time.monotonic()
                    if left <= 0:
                        raise
                self._workspace.changed.wait(left)

    def _by_label(self, view: View) -> dict[str, str]:
        labels = {block["block_id"]: label_of(block) for block in view.blocks}
        return {labels.get(block_id, ""): text for block_id, text in view.errors.items()}

    def closes_modal(self) -> None:
        """Close the topmost modal."""
        with self._workspace.lock:
            delivery = self._client.close(self.user)
        if delivery is not None:
            self._wait(delivery)

    # Clicks

    def clicks(self, label: str, *, in_: Channel | str | None = None, message: Message | None = None) -> Delivery:
        """Click a button by its label, confirming where asked.

        It is looked for in the topmost modal, then in `message` or the newest message that has it, then in Home.
        """
        with self._workspace.lock:
            place, block, element = find_button(self._touchables(in_, message), label)
            kept = ("action_id", "type", "text", "value", "style", "url")
            action = {key: element[key] for key in kept if key in element}
            delivery = self._client.act(self.user, place, block["block_id"], action)
        return self._wait(delivery)

    def picks(
        self, menu: str, option: Any, *, in_: Channel | str | None = None, message: Message | None = None
    ) -> Delivery:
        """Pick from a menu, found by placeholder, label or action id (or the last part of it)."""
        with self._workspace.lock:
            place, block, element = find_menu(self._touchables(in_, message), menu)
            if element["type"] in VALUE_KEYS:
                state = typed_state(self._workspace, element, option)
                self._remember(place, block, element, state)
            else:
                state = {"type": element["type"], "selected_option": pick_option(self._workspace, element, str(option))}
            delivery = self._client.act(self.user, place, block["block_id"], action_of(element, state))
        return self._wait(delivery)

    def _touchables(self, where: Channel | str | None, message: Message | None) -> Iterator[Touchable]:
        if message is not None and not is_there(self._workspace, message):
            raise Impossible("This message is gone.")
        return touchables(self._workspace, self.user, self._channel(where), message)

    def _remember(self, place: View | Message, block: Json, element: Json, state: Json) -> None:
        typed = place.typed if isinstance(place, View) else self._workspace.typed.setdefault((self.id, place.ts), {})
        typed.setdefault(block["block_id"], {})[element["action_id"]] = state

    def uses_shortcut(self, name: str) -> Delivery:
        """Use a global shortcut, by its name."""
        return self._use_shortcut(name, None)

    def uses_message_shortcut(self, name: str, *, on: Message) -> Delivery:
        """Use a message shortcut, by its name."""
        return self._use_shortcut(name, on)

    def _use_shortcut(self, name: str, on: Message | None) -> Delivery:
        kind = "global" if on is None else "message"
        for shortcut in self._client.shortcuts:
            if shortcut.name == name and shortcut.type == kind:
                with self._workspace.lock:
                    delivery = self._client.shortcut(self.user, shortcut, on)
                return self._wait(delivery)
        raise Impossible(f"There is no {kind} shortcut {name!r}.")

    def opens_home(self) -> None:
        """Open the app's Home tab."""
        with self._workspace.lock:
            self._client.open_home(self.user)

    # What they see

    @property
    def channels(self) -> list[str]:
        """The names of the channels they see, without direct messages."""
        with self._workspace.lock:
            seen_channels = people.visible_channels(self._workspace, self.user)
            return [channel.name for channel in seen_channels if not channel.is_direct]

    @property
    def notices(self) -> list[str]:
        """The errors Slack itself showed them, such as `/sev failed with the error "operation_timeout"`."""
        return list(self._client.notices.get(self.id, []))

    def sees(self, text: str, *, in_: Channel | str | None = None, within: float = 10.0) -> Sight:
        """Wait until `text` can be read anywhere they can look (or `in_` a channel), and return what says it."""
        found = self._playground.wait_until(
            lambda: self._find(text, in_), within=within, why=f"{self.name} sees {text!r}", seen=self._panorama
        )
        if isinstance(found, Message):
            self._playground.expected.add(found)
        return cast("Sight", found)

    def does_not_see(self, text: str) -> None:
        """Assert that `text` can be read nowhere they can look, now."""
        found = self._find(text, None)
        assert found is None, f"{self.name} sees {text!r}: {found}"  # noqa: S101 -- this is what the method is for

    def _find(self, text: str, where: Channel | str | None) -> Sight | None:
        with self._workspace.lock:
            only = self._channel_if_any(where) if where is not None else None
            if where is not None and (only is None or not people.may_look(self.user, only)):
                return None
            for said, thing in seen(self._workspace, self.user, only, self._client.notices.get(self.id, [])):
                if text in said:
                    return thing
        return None

    def _panorama(self) -> str:
        """Describe what they see, for the failure of a test."""
        with self._workspace.lock:
            screens = [screen.text() for screen in screens_of(self._workspace, self.user)]
            lines = [f"  {line}" for screen in screens for line in screen.splitlines()]
            for channel in people.visible_channels(self._workspace, self.user):
                lines += [
                    f"  #{channel.name or channel.id} {line}" for line in self._playground.transcript(channel)[-15:]
                ]
        return "\n".join([*lines, *(f"  ! {notice}" for notice in self.notices)])

    def _reads(self, message: Message) -> str:
        with self._workspace.lock:
            return message_words(self._workspace, message)

    def _wait(self, delivery: Delivery) -> Delivery:
        delivery.wait(self._playground.post.ack_within + 5)
        return delivery
