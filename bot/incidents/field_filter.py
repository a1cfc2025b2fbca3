"""SEVs by what a custom field holds."""

from sqlalchemy import ColumnElement, select

from bot.config import Config
from bot.incidents.field_values import looked_for
from bot.incidents.model import FieldValue, Incident
from bot.slack.text import one_line


def holding(config: Config, text: str) -> ColumnElement[bool] | None:
    """The condition that `region=eu` asks for, by a field's key or name; None where it asks for nothing of the kind.

    Fields that are no longer configured are found by the key under which SEVs hold them.
    """
    name, sign, value = text.partition("=")
    wanted = one_line(name).casefold()
    if not sign or not wanted:
        return None
    field = next((each for each in config.fields if wanted in (each.key, each.name.casefold())), None)
    return Incident.id.in_(
        select(FieldValue.incident_id).where(
            FieldValue.field == (field.key if field else wanted), FieldValue.sought.in_(looked_for(field, value))
        )
    )
