"""What one person can see, and where the buttons are."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.playground.elements import all_elements
from bot.playground.errors import Impossible
from bot.playground.model import Channel, Json, Message, User, View
from bot.playground.people import visible_channels
from bot.playground.reading import message_words, view_words
from bot.playground.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Screen:
    """An open modal or a Home tab, as one person sees it."""

    view: View
    workspace: Workspace

    @property
    def title(self) -> str:
        """The title of a modal; Homes have none."""
        return str((self.view.content.get("title") or {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        """The blocks."""
        return self.view.blocks

    @property
    def errors(self) -> dict[str, str]:
        """The errors shown under inputs, by their labels; a general error has an empty label."""
        labels = {block["block_id"]: block["label"]["text"] for block in self.view.blocks if "label" in block}
        return {labels.get(block_id, ""): text for block_id, text in self.view.errors.items()}

    @property
    def callback_id(self) -> str:
        """The callback id the app gave it."""
        return str(self.view.content.get("callback_id", ""))

    def text(self) -> str:
        """Return everything it says, a line for each part."""
        with self.workspace.lock:
            return view_words(self.workspace, self.view)


Sight = Message | Screen | str
"""Something seen: a message, a modal or Home, or an error of Slack's own."""


def messages_in(channel: Channel, user: User) -> list[Message]:
    """Return what `user` can read in a channel, newest first: threads and what only they can see included."""
    own = [message for message in channel.ephemerals if message.ephemeral_to == user.id]
    if not own:
        return list(reversed(channel.messages.values()))
    return sorted([*channel.messages.values(), *own], key=lambda message: message.ts, reverse=True)


def screens_of(workspace: Workspace, user: User) -> list[Screen]:
    """Return the person's topmost modal and their Home, as far as there are any."""
    views = workspace.modals.get(user.id, [])[-1:]
    if user.id in workspace.homes:
        views = [*views, workspace.homes[user.id]]
    return [Screen(view, workspace) for view in views]


def seen(workspace: Workspace, user: User, only: Channel | None, notices: list[str]) -> Iterator[tuple[str, Sight]]:
    """Yield (words, thing) for everything `user` can see, the likeliest first; `only` narrows it to one channel."""
    if only is None:
        for screen in screens_of(workspace, user):
            yield view_words(workspace, screen.view), screen
        for notice in reversed(notices):
            yield notice, notice
    for channel in [only] if only else reversed(visible_channels(workspace, user)):
        for message in messages_in(channel, user):
            yield message_words(workspace, message), message
        for told in (channel.topic["value"], *(bookmark["title"] for bookmark in channel.bookmarks)):
            yield told, told


def is_there(workspace: Workspace, message: Message) -> bool:
    """Whether a message has not been deleted."""
    channel = workspace.channels.get(message.channel_id)
    return channel is not None and (message.ts in channel.messages or message in channel.ephemerals)


Touchable = tuple[View | Message, Json, Json]
"""Where an element is, its block, and itself."""


def touchables(workspace: Workspace, user: User, channel: Channel, message: Message | None) -> Iterator[Touchable]:
    """Yield every element `user` could touch: the topmost modal, then `message` or the channel, then Home."""
    stack = workspace.modals.get(user.id, [])
    places: list[View | Message] = [*stack[-1:]]
    places += [message] if message is not None else messages_in(channel, user)
    if message is None and user.id in workspace.homes:
        places.append(workspace.homes[user.id])
    for place in places:
        for block, element in all_elements(_blocks_of(place)):
            yield place, block, element


def _blocks_of(place: View | Message) -> list[Json]:
    if isinstance(place, View):
        return place.blocks
    attached = [block for attachment in place.attachments for block in attachment.get("blocks", [])]
    return [*place.blocks, *attached]


def find_button(found: Iterator[Touchable], label: str) -> Touchable:
    """Return the first button with this label; raises Impossible, naming the buttons there are."""
    labels: list[str] = []
    for place, block, element in found:
        if element["type"] in ("button", "workflow_button"):
            text = element["text"]["text"]
            if label in (text, element["action_id"]):
                return place, block, element
            labels.append(text)
    raise Impossible(f"There is no button {label!r}; there is {', '.join(dict.fromkeys(labels)) or 'none'}.")


def find_menu(found: Iterator[Touchable], name: str) -> Touchable:
    """Return the first menu with this placeholder, label or action id (or its last part); raises Impossible."""
    names: list[str] = []
    for place, block, element in found:
        if element["type"] == "button":
            continue
        action_id = element["action_id"]
        label = (block.get("label") or block.get("text") or {}).get("text", "")
        called = (element.get("placeholder", {}).get("text", ""), label, action_id, action_id.rpartition(".")[2])
        if name in called:
            return place, block, element
        names.append(called[0] or label or action_id)
    raise Impossible(f"There is no menu {name!r}; there is {', '.join(dict.fromkeys(names)) or 'none'}.")
