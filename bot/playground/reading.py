"""What a reader sees: the words of messages and views, as Slack's client would show them."""

from bot.playground.elements import all_options, view_state
from bot.playground.model import Channel, Json, Message, View
from bot.playground.mrkdwn import as_read
from bot.playground.workspace import Workspace


def name_of(workspace: Workspace, target: str) -> str:
    """Return the words for a mention: `@U…`, `#C…` or `!subteam^S…`."""
    if target.startswith("@"):
        user = workspace.users.get(target[1:])
        return f"@{user.real_name if user else target[1:]}"
    if target.startswith("#"):
        channel = workspace.channels.get(target[1:])
        return f"#{channel.name if channel else target[1:]}"
    group = workspace.usergroups.get(target.removeprefix("!subteam^"))
    return f"@{group['handle'] if group else 'group'}"


def words(workspace: Workspace, text: str, *, formatted: bool = True) -> str:
    """Return mrkdwn as it reads."""
    return as_read(text, lambda target: name_of(workspace, target), formatted=formatted)


def channel_name(workspace: Workspace, channel: Channel) -> str:
    """Return a channel's name; direct messages are named for their people."""
    if channel.kind != "im":
        return channel.name
    return "dm-" + "-".join(sorted(workspace.users[one].name for one in channel.members))


def author(workspace: Workspace, message: Message) -> str:
    """Return the short name of who wrote a message."""
    user = workspace.users.get(message.user)
    return message.username or (user.name if user else message.user)


def message_words(workspace: Workspace, message: Message) -> str:
    """Return everything a message says. Where it has blocks, Slack does not show its text."""
    if message.read_as is None or message.read_as[0] != workspace.naming:
        message.read_as = (workspace.naming, _message_words(workspace, message))
    return message.read_as[1]


def _message_words(workspace: Workspace, message: Message) -> str:
    parts = [block_words(workspace, block) for block in message.blocks]
    if not message.blocks:
        parts.append(words(workspace, message.text))
    for attachment in message.attachments:
        parts += [block_words(workspace, block) for block in attachment.get("blocks", [])]
        if not attachment.get("blocks"):
            keys = ("pretext", "title", "text", "fallback")
            parts += [words(workspace, str(attachment[key])) for key in keys if attachment.get(key)][:3]
    parts += [workspace.files[file_id].title for file_id in message.file_ids if file_id in workspace.files]
    return "\n".join(part for part in parts if part)


def view_words(workspace: Workspace, view: View) -> str:
    """Return everything a view says: title, blocks, what is typed, errors under inputs."""
    content = view.content
    parts = [content[key]["text"] for key in ("title",) if content.get(key)]
    state = view_state(view)["values"]
    for block in view.blocks:
        parts.append(block_words(workspace, block))
        if block["type"] == "input":
            parts.append(_value_words(state[block["block_id"]][block["element"]["action_id"]]))
        if block["block_id"] in view.errors:
            parts.append(view.errors[block["block_id"]])
    parts += [text for block_id, text in view.errors.items() if not block_id]
    parts += [content[key]["text"] for key in ("submit", "close") if content.get(key)]
    return "\n".join(part for part in parts if part)


def _value_words(state: Json) -> str:
    if state.get("selected_option"):
        return str(state["selected_option"]["text"]["text"])
    if state.get("selected_options"):
        return ", ".join(option["text"]["text"] for option in state["selected_options"])
    return str(state.get("value") or "")


def block_words(workspace: Workspace, block: Json) -> str:
    """Return the words of one block, its buttons in brackets."""
    kind = block["type"]
    if kind == "rich_text":
        return "\n".join(_rich(workspace, element) for element in block["elements"])
    if kind == "table":
        rows = [[_cell(workspace, cell) for cell in row] for row in block["rows"]]
        return "\n".join(" | ".join(row) for row in rows)
    parts: list[str] = []
    if kind == "markdown":
        parts.append(str(block["text"]))
    else:
        parts += [_text(workspace, block[key]) for key in ("text", "label", "hint", "title") if key in block]
    parts += [_text(workspace, field) for field in block.get("fields", [])]
    if "alt_text" in block:
        parts.append(block["alt_text"])
    elements = [*block.get("elements", []), *(block[key] for key in ("accessory", "element") if key in block)]
    parts += [_element_words(workspace, element) for element in elements]
    return "\n".join(part for part in parts if part)


def _text(workspace: Workspace, text: Json) -> str:
    if text["type"] == "mrkdwn":
        return words(workspace, text["text"])
    return str(text["text"])


def _element_words(workspace: Workspace, element: Json) -> str:
    kind = element["type"]
    if kind in ("mrkdwn", "plain_text"):
        return _text(workspace, element)
    if kind == "button":
        return f"[{element['text']['text']}]"
    if kind == "image":
        return str(element["alt_text"])
    if kind in ("checkboxes", "radio_buttons", "overflow"):
        return "\n".join(_option_words(workspace, option) for option in all_options(element))
    chosen = element.get("initial_option") or element.get("placeholder")
    return f"[{chosen['text']['text'] if 'value' in chosen else chosen['text']}]" if chosen else ""


def _option_words(workspace: Workspace, option: Json) -> str:
    parts = [_text(workspace, option["text"])]
    if "description" in option:
        parts.append(_text(workspace, option["description"]))
    return " – ".join(parts)


def _cell(workspace: Workspace, cell: Json) -> str:
    return _rich(workspace, cell) if cell["type"] == "rich_text" else str(cell.get("text", cell.get("value", "")))


def _rich(workspace: Workspace, element: Json) -> str:
    kind = element["type"]
    if "elements" in element:
        joint = "\n" if kind in ("rich_text_list", "rich_text") else ""
        return joint.join(_rich(workspace, one) for one in element["elements"])
    if kind == "user":
        return name_of(workspace, f"@{element['user_id']}")
    if kind == "channel":
        return name_of(workspace, f"#{element['channel_id']}")
    if kind == "usergroup":
        return name_of(workspace, f"!subteam^{element['usergroup_id']}")
    if kind == "broadcast":
        return f"@{element['range']}"
    if kind == "emoji":
        return f":{element['name']}:"
    if kind == "date":
        return str(element.get("fallback", element.get("timestamp", "")))
    return str(element.get("text") or element.get("url") or "")
