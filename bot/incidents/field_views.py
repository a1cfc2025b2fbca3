"""How custom fields look: in forms, on the card, in an announcement, in a list. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from bot.config import Config, CustomField, FieldKind
from bot.incidents import field_needs
from bot.incidents.field_values import (
    LONG_TEXT_LIMIT,
    NO,
    TEXT_LIMIT,
    YES,
    Given,
    block_id,
    given,
    held,
    shown,
)
from bot.incidents.model import LINK_LIMIT, Incident
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import clip, link, mrkdwn, one_line, target, user
from bot.slack.visit import Answer, View, metadata

FIELDS, RESOLVE = "incident.fields", "incident.resolve"
OPEN_FIELDS, OPEN_RESOLVE = "incident.open_fields", "incident.open_resolve"
IS_OVER = "The cause is gone, and all works again?"
NOT_CONFIGURED = "no longer asked for"
ON_CARD_LIMIT, ANNOUNCED_LIMIT, LISTED_LIMIT = 600, 200, 1000
LIMITS = {FieldKind.TEXT: TEXT_LIMIT, FieldKind.LONG_TEXT: LONG_TEXT_LIMIT, FieldKind.LINK: LINK_LIMIT}
NUMBER_LIMIT = 40


def inputs(
    asked: Sequence[CustomField], present: Mapping[str, object], *, needed: Sequence[CustomField] = ()
) -> list[Block]:
    """A form's fields, each filled in with what `present` has of it. Who is `needed` can't be left empty."""
    return [
        kit.field(
            block_id(each.key), each.name, _element(each, present.get(each.key)), hint=each.hint,
            optional=each not in needed,
        )
        for each in asked
    ]  # fmt: skip


def filled_in(incident: Incident, asked: Sequence[CustomField]) -> dict[str, object]:
    """What a form shows of each field when it is opened: a text, or a list of choices."""
    holds = held(incident.fields)
    return {each.key: _for_form(each, holds[each.key]) for each in asked if each.key in holds}


def seen(asked: Sequence[CustomField], present: Mapping[str, object]) -> dict[str, str]:
    """What a form was opened with, as it carries it: so that what nobody touched is not taken for said."""
    return {each.key: _digest(present.get(each.key)) for each in asked}


def submitted(config: Config, values: Mapping[str, Any], was: object = None) -> list[Given]:
    """What people said of fields in a form; what is as it `was` when it was opened is left out. Raises `Refused`."""
    opened_with = was if isinstance(was, dict) else {}
    touched = [
        (each, values[block_id(each.key)])
        for each in config.fields
        if block_id(each.key) in values
        and _digest(values[block_id(each.key)]) != opened_with.get(each.key, _digest(None))
    ]
    return [given(field, said) for field, said in touched]


def typed(config: Config, values: Mapping[str, Any]) -> dict[str, object]:
    """What a form that is shown anew holds of fields, as it was typed."""
    return {each.key: values[block_id(each.key)] for each in config.fields if values.get(block_id(each.key))}


def form(config: Config, incident: Incident) -> View:
    """Every field of a SEV."""
    asked = [each for each in config.fields if each.belongs_to(incident.severity)]
    if not asked:
        return kit.modal(
            FIELDS, f"Fields of {incident.name}", [kit.section(nothing_to_ask(config, incident))], submit=None
        )
    present = filled_in(incident, asked)
    return kit.modal(
        FIELDS, f"Fields of {incident.name}", inputs(asked, present), submit="Save",
        metadata=metadata(number=incident.number, seen=seen(asked, present)),
    )  # fmt: skip


def resolve(config: Config, incident: Incident) -> View:
    """What is asked for when a SEV is resolved."""
    asked = field_needs.asked_at_resolve(config, incident)
    present = filled_in(incident, asked)
    shown_blocks = inputs(asked, present, needed=[each for each in asked if each.required_at])
    shown_blocks.insert(0, kit.context(IS_OVER))
    return kit.modal(
        RESOLVE, f"Resolve {incident.name}", shown_blocks, submit="Resolve",
        metadata=metadata(number=incident.number, seen=seen(asked, present)),
    )  # fmt: skip


def nothing_to_ask(config: Config, incident: Incident) -> str:
    """Why there is no field to fill in."""
    if config.fields:
        return f"SEVs of {incident.severity} have no fields."
    return "There are no fields. They are set up in sevbot.yaml, under `fields`."


def refused(incident: Incident, missing: field_needs.Missing, *, resolves: bool) -> Answer:
    """That it can't be resolved yet, with the form that asks for what is missing."""
    opens, label = (OPEN_RESOLVE, "Resolve…") if resolves else (OPEN_FIELDS, "Fill in…")
    button = kit.button(label, opens, value=str(incident.number), style="primary")
    text = mrkdwn(missing.sentence, 2900)
    return Answer(text=text, blocks=[kit.section(text), kit.actions([button])])


def card(config: Config, incident: Incident) -> list[Block]:
    """What the card shows of fields, and which it asks for."""
    if not config.fields:
        return []
    holds = held(incident.fields)
    shown_blocks = []
    told = [
        f"*{mrkdwn(each.name, 100)}*\n{rendered(config, holds[each.key], ON_CARD_LIMIT)}"
        for each in config.fields
        if each.on_card and each.key in holds
    ]
    if told:
        shown_blocks.append(kit.fields(told))
    if asked := field_needs.required_now(config, incident):
        names = ", ".join(mrkdwn(each.name, 100) for each in asked[:10])
        more = f" and {len(asked) - 10} more" if len(asked) > 10 else ""
        fill_in = kit.button("Fill in…", OPEN_FIELDS, value=str(incident.number))
        shown_blocks.append(kit.section(f":pencil: Still to be said: *{names}*{more}", accessory=fill_in))
    return shown_blocks


def announced(config: Config, incident: Incident) -> list[str]:
    """What an announcement says of fields: a line, or none."""
    announced_fields = [each for each in config.fields if each.in_announcement]
    holds = held(incident.fields) if announced_fields else {}
    told = [
        f"{mrkdwn(each.name, 100)}: {rendered(config, holds[each.key], ANNOUNCED_LIMIT)}"
        for each in announced_fields
        if each.key in holds
    ]
    return [" | ".join(told)] if told else []


def all_known(config: Config, incident: Incident, *, but_on_card: bool = False) -> list[str]:
    """All that fields hold, a line each, in the configuration's order; last what is no longer configured."""
    holds = held(incident.fields)
    configured = [each.key for each in config.fields if each.key in holds]
    on_card = {each.key for each in config.fields if each.on_card} if but_on_card else set()
    order = [*configured, *sorted(set(holds) - set(configured))]
    return [line(config, holds[key]) for key in order if key not in on_card]


def line(config: Config, holds: Given) -> str:
    """One field and what it holds, in mrkdwn."""
    return f"*{mrkdwn(marked_name(config, holds), 150)}*: {rendered(config, holds, LISTED_LIMIT)}"


def marked_name(config: Config, holds: Given) -> str:
    """What a field is called now; one that is no longer configured, what it was called when it was said, marked."""
    field = config.field(holds.field)
    return field.name if field else f"{holds.name} ({NOT_CONFIGURED})"


def rendered(config: Config, holds: Given, limit: int) -> str:
    """What a field holds, in mrkdwn."""
    if holds.kind is FieldKind.LINK:
        address = holds.words[0].value
        return link(address, clip(address, 80)) if len(target(address)) < limit else mrkdwn(address, limit)
    if holds.kind is FieldKind.PERSON:
        return user(holds.words[0].value)
    return mrkdwn(clip(one_line(shown(config.field(holds.field), holds)), limit), limit * 2)


def _element(field: CustomField, present: object) -> Any:
    name = block_id(field.key)
    text = present if isinstance(present, str) else ""
    if field.kind is FieldKind.CHOICES:
        options = [kit.option(each.label, each.key) for each in field.choices]
        return kit.many("Choose some", name, options, initial=present if isinstance(present, list) else ())
    if field.kind in (FieldKind.CHOICE, FieldKind.YES_NO):
        options = (
            [kit.option("Yes", YES), kit.option("No", NO)]
            if field.kind is FieldKind.YES_NO
            else [kit.option(each.label, each.key) for each in field.choices]
        )
        return kit.menu("Choose one", name, options, initial=text or None)
    if field.kind is FieldKind.PERSON:
        return kit.person_menu("Choose a person", name, initial=text or None)
    if field.kind is FieldKind.DATE:
        return kit.day_input(name, text or None)
    limit = LIMITS.get(field.kind, NUMBER_LIMIT)
    return kit.text_input(
        name, initial=clip(text, limit), limit=limit, multiline=field.kind is FieldKind.LONG_TEXT,
        placeholder=field.unit,
    )  # fmt: skip


def _for_form(field: CustomField, holds: Given) -> object:
    """What a form shows of it: nothing where it was said when the field was another, and does not fit any more."""
    same = holds.kind is field.kind
    values = [each.value for each in holds.words]
    if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        fitting = [
            each for each in values if holds.kind in (FieldKind.CHOICE, FieldKind.CHOICES) and field.choice(each)
        ]
        return fitting if field.kind is FieldKind.CHOICES else next(iter(fitting), "")
    return values[0] if same else ""


def _digest(present: object) -> str:
    text = "\n".join(sorted(map(str, present))) if isinstance(present, list | tuple) else str(present or "")
    return f"{crc32(text.encode('utf-8', 'surrogatepass')):08x}"
