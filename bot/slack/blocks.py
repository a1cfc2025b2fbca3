"""Block Kit in few words, on Slack's own models, which refuse most of what Slack would refuse."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    CheckboxesElement,
    ConfirmObject,
    ContextBlock,
    DatePickerElement,
    DateTimePickerElement,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    InputBlock,
    InteractiveElement,
    MarkdownTextObject,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
    TimePickerElement,
    UserMultiSelectElement,
    UserSelectElement,
)
from slack_sdk.models.blocks.basic_components import SlackFile
from slack_sdk.models.views import View as SlackView

from bot.slack.text import clip
from bot.slack.visit import View

Block = dict[str, Any]
TITLE_LIMIT = 24
OPTION_LIMIT = 75


def section(text: str, *, accessory: InteractiveElement | None = None, block_id: str | None = None) -> Block:
    """A paragraph of mrkdwn (3,000 characters at most)."""
    return dict(SectionBlock(text=MarkdownTextObject(text=text), accessory=accessory, block_id=block_id).to_dict())


def fields(texts: Sequence[str]) -> Block:
    """Up to ten short mrkdwn texts in two columns (2,000 characters each)."""
    return dict(SectionBlock(fields=[MarkdownTextObject(text=each) for each in texts]).to_dict())


def header(text: str) -> Block:
    """A large line of plain text (150 characters)."""
    return dict(HeaderBlock(text=PlainTextObject(text=clip(text, 150))).to_dict())


def context(text: str) -> Block:
    """A small grey line of mrkdwn."""
    return dict(ContextBlock(elements=[MarkdownTextObject(text=text)]).to_dict())


def picture(file_id: str, alt_text: str) -> Block:
    """A picture that was uploaded. `alt_text` (plain, 2,000 characters) says what it shows."""
    block = ImageBlock(slack_file=SlackFile(id=file_id), alt_text=clip(alt_text, 2000))
    return dict(block.to_dict())


def divider() -> Block:
    return dict(DividerBlock().to_dict())


def actions(elements: Sequence[InteractiveElement]) -> Block:
    """A row of up to 25 buttons and menus."""
    return dict(ActionsBlock(elements=list(elements)).to_dict())


def button(
    label: str,
    action_id: str,
    *,
    value: str = "",
    style: str | None = None,
    confirm: ConfirmObject | None = None,
    url: str | None = None,
) -> ButtonElement:
    """A button. `action_id` is `room.verb`, with `:` and more where the same verb stands twice in a block."""
    return ButtonElement(
        text=PlainTextObject(text=clip(label, OPTION_LIMIT)), action_id=action_id, value=value or None, style=style,
        confirm=confirm, url=url,
    )  # fmt: skip


def confirm(title: str, text: str, *, yes: str, no: str = "Not yet") -> ConfirmObject:
    """The question before a button does what it says. `text` is plain."""
    return ConfirmObject(
        title=PlainTextObject(text=clip(title, 100)), text=PlainTextObject(text=clip(text, 300)),
        confirm=PlainTextObject(text=clip(yes, 30)), deny=PlainTextObject(text=clip(no, 30)),
    )  # fmt: skip


def option(label: str, value: str, *, description: str = "") -> Option:
    return Option(
        text=PlainTextObject(text=clip(label, OPTION_LIMIT)), value=value,
        description=PlainTextObject(text=clip(description, OPTION_LIMIT)) if description else None,
    )  # fmt: skip


def menu(
    placeholder: str, action_id: str, options: Sequence[Option], *, initial: str | None = None
) -> StaticSelectElement:
    """A menu to pick one of up to 100 options from; `initial` is an option's value."""
    return StaticSelectElement(
        placeholder=PlainTextObject(text=placeholder), action_id=action_id, options=list(options),
        initial_option=next((each for each in options if each.value == initial), None),
    )  # fmt: skip


def many(
    placeholder: str, action_id: str, options: Sequence[Option], *, initial: Sequence[str] = ()
) -> StaticMultiSelectElement:
    """A menu to pick several of up to 100 options from."""
    chosen = [each for each in options if each.value in initial]
    return StaticMultiSelectElement(
        placeholder=PlainTextObject(text=placeholder), action_id=action_id, options=list(options),
        initial_options=chosen or None,
    )  # fmt: skip


def people(placeholder: str, action_id: str, *, initial: Sequence[str] = (), most: int) -> UserMultiSelectElement:
    """A menu to pick several people from, `most` of them at most."""
    return UserMultiSelectElement(
        placeholder=PlainTextObject(text=placeholder), action_id=action_id, initial_users=list(initial) or None,
        max_selected_items=most,
    )  # fmt: skip


def ticks(action_id: str, options: Sequence[Option], *, initial: Sequence[str] = ()) -> CheckboxesElement:
    """Up to ten boxes to tick."""
    chosen = [each for each in options if each.value in initial]
    return CheckboxesElement(action_id=action_id, options=list(options), initial_options=chosen or None)


def text_input(
    action_id: str, *, initial: str = "", limit: int, placeholder: str = "", multiline: bool = False
) -> PlainTextInputElement:
    """A field to type into, up to `limit` characters (Slack allows 3,000)."""
    return PlainTextInputElement(
        action_id=action_id, initial_value=initial or None, max_length=limit, multiline=multiline,
        placeholder=PlainTextObject(text=placeholder) if placeholder else None,
    )  # fmt: skip


def moment_input(action_id: str, initial: int | None) -> DateTimePickerElement:
    """A date and time, in seconds since 1970; Slack shows it in the reader's time zone."""
    return DateTimePickerElement(action_id=action_id, initial_date_time=initial)


def day_input(action_id: str, initial: str | None) -> DatePickerElement:
    """A day, as `2026-12-24`, the same for every reader."""
    return DatePickerElement(action_id=action_id, initial_date=initial)


def person_menu(placeholder: str, action_id: str, *, initial: str | None = None) -> UserSelectElement:
    """A menu to pick one person of the workspace from, by user id."""
    return UserSelectElement(
        placeholder=PlainTextObject(text=placeholder), action_id=action_id, initial_user=initial
    )  # fmt: skip


def time_input(action_id: str, initial: str) -> TimePickerElement:
    """A time of day, such as `08:30`."""
    return TimePickerElement(action_id=action_id, initial_time=initial)


def field(
    name: str, label: str, element: Any, *, hint: str = "", optional: bool = False, dispatch: bool | None = None
) -> Block:
    """A form's field. Its block id is `name`: errors are shown there. `dispatch` sends a click as soon as it changes."""
    block = InputBlock(
        block_id=name, label=PlainTextObject(text=label), element=element, optional=optional, dispatch_action=dispatch,
        hint=PlainTextObject(text=hint) if hint else None,
    )  # fmt: skip
    return dict(block.to_dict())


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None,
    close: str = "Cancel",
    metadata: str = "",
) -> View:
    """A form. `callback_id` is `room.verb`; `submit` is its button's label, None for a form that only shows."""
    view = SlackView(
        type="modal", callback_id=callback_id, blocks=list(blocks), title=PlainTextObject(text=clip(title, TITLE_LIMIT)),
        submit=PlainTextObject(text=submit) if submit else None, close=PlainTextObject(text=close),
        private_metadata=metadata or None,
    )  # fmt: skip
    return {**view.to_dict(), "blocks": list(blocks)}
