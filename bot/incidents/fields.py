"""The verb of custom fields: say what they hold."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.incidents import surfaces
from bot.incidents.field_values import Given, held, shown, sought
from bot.incidents.model import FieldValue, Incident
from bot.incidents.noting import note


def set_fields(
    session: Session, incident: Incident, said: Sequence[Given], *, config: Config, actor: Actor, now: datetime
) -> bool:
    """Keep what was said of fields; one without words holds nothing any more. False where all was so already.

    What a field held stays in the timeline. Raises `Refused` where the actor may not.
    """
    require(config, actor, "change")
    present = held(incident.fields)
    changed = [each for each in said if each.words != (present[each.field].words if each.field in present else ())]
    if not changed:
        return False
    before = {each.field: _as_read(config, present.get(each.field)) for each in changed}
    for each in changed:
        keep(incident, each)
    note(
        session, incident, "fields", actor=actor, now=now, before=before,
        after={each.field: _as_read(config, each) for each in changed},
        names={each.field: each.name for each in changed}, kinds={each.field: each.kind.value for each in changed},
    )  # fmt: skip
    if any((field := config.field(each.field)) and field.in_announcement for each in changed):
        surfaces.refresh(session, incident, config)
    elif not incident.is_quiet:
        surfaces.show_card(session, incident)
    return True


def rows(said: Sequence[Given]) -> list[FieldValue]:
    """What was said of fields, as a new SEV keeps it."""
    return [_row(each, place) for each in said for place in range(len(each.words))]


def _as_read(config: Config, holds: Given | None) -> str | None:
    return shown(config.field(holds.field), holds) or None if holds else None


def keep(incident: Incident, said: Given) -> None:
    """Let a field hold it. Its rows stay the same where there are some: they are known by their place."""
    present = [each for each in incident.fields if each.field == said.field]
    for place in range(len(said.words)):
        new = _row(said, place)
        if place < len(present):
            row = present[place]
            row.kind, row.name, row.value, row.label, row.sought = new.kind, new.name, new.value, new.label, new.sought
        else:
            incident.fields.append(new)
    for each in present[len(said.words) :]:
        incident.fields.remove(each)


def _row(said: Given, place: int) -> FieldValue:
    word = said.words[place]
    return FieldValue(
        field=said.field, place=place, kind=said.kind.value, name=said.name, value=word.value, label=word.label,
        sought=sought(word.value),
    )  # fmt: skip
