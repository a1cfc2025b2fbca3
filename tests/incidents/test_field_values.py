"""What people and services say of custom fields is read in every way it may be written, or refused at the field."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import CustomField, FieldChoice, FieldKind
from bot.errors import Refused
from bot.incidents import field_values
from bot.incidents.field_values import Given, block_id, for_machines, from_json, looked_for, shown, sought
from bot.slack.text import length
from tests.anytext.hostile import hostile

CHOICES = tuple(
    FieldChoice(key=key, label=label)
    for key, label in (("eu", "Europe"), ("us", "United States"), ("other", "Asia, Africa"))
)
ALL = [
    CustomField(
        key=kind.value, name="A field", kind=kind, unit="EUR" if kind is FieldKind.NUMBER else "",
        choices=CHOICES if kind in (FieldKind.CHOICE, FieldKind.CHOICES) else (),
    )
    for kind in FieldKind
]  # fmt: skip
OF_KIND = {each.kind: each for each in ALL}
FIELDS = st.sampled_from(ALL)
NUMBERS = st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=3)


def read(kind: FieldKind, said: object) -> Given:
    return field_values.given(OF_KIND[kind], said)


@pytest.mark.parametrize(
    ("kind", "said", "machine", "people"),
    [
        ("text", "  a\nb ", "a b", "a b"),
        ("long_text", "a\n\nb", "a\n\nb", "a\n\nb"),
        ("number", "12500", 12500, "12,500 EUR"),
        ("number", "12,500.50 EUR", 12500.5, "12,500.5 EUR"),
        ("number", "EUR 1'250'000", 1250000, "1,250,000 EUR"),
        ("number", "12k", 12000, "12,000 EUR"),
        ("number", "-1.25M", -1250000, "-1,250,000 EUR"),
        ("number", 0.1, 0.1, "0.1 EUR"),
        ("number", "-0", 0, "0 EUR"),
        ("choice", "europe", "eu", "Europe"),
        ("choice", "EU", "eu", "Europe"),
        ("choice", "asia, africa", "other", "Asia, Africa"),
        ("choices", "us, Europe", ["us", "eu"], "United States, Europe"),
        ("choices", ["us", "us"], ["us"], "United States"),
        ("choices", "Asia, Africa", ["other"], "Asia, Africa"),
        ("person", "<@U01ADA|ada>", "U01ADA", "U01ADA"),
        ("person", "U01ADA", "U01ADA", "U01ADA"),
        ("link", "<https://example.com/?a=1&amp;b=2|example.com>", "https://example.com/?a=1&b=2", "https://example.com/?a=1&b=2"),
        ("yes_no", "Y", True, "Yes"),
        ("yes_no", False, False, "No"),
        ("date", "2026-12-24", "2026-12-24", "2026-12-24"),
    ],
)  # fmt: skip
def test_what_is_said_is_kept_in_one_form(kind: str, said: object, machine: Any, people: str) -> None:
    holds = read(FieldKind(kind), said)
    assert (for_machines(holds), shown(OF_KIND[holds.kind], holds)) == (machine, people)
    assert type(for_machines(holds)) is type(machine)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("text", "a" * 301), ("text", ["a", "b"]), ("long_text", "a" * 3001),
        ("number", "many"), ("number", "1,25"), ("number", "$5"), ("number", "1e9"), ("number", float("nan")),
        ("number", "1000000000k"), ("number", "0.0001"), ("number", "٣"), ("number", "1" * 400),
        ("choice", "Mars"), ("choice", "eu, us"), ("choices", "eu, Mars"),
        ("person", "ada"), ("person", "<@U01ADA> <@U02GRACE>"), ("person", "<!channel>"),
        ("link", "javascript:alert(1)"), ("link", "https://example.com and more"), ("link", "https://"),
        ("yes_no", "maybe"), ("date", "24.12.2026"), ("date", "2026-02-30"), ("date", "0001-01-01"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_at_its_field(kind: str, said: object) -> None:
    with pytest.raises(Refused) as refused:
        read(FieldKind(kind), said)
    assert refused.value.field == block_id(kind)
    assert refused.value.sentence.startswith("A field: ")


@given(FIELDS, st.sampled_from([None, "", " \u200b ", [], ""]))
def test_nothing_takes_away_what_was_there(field: CustomField, said: object) -> None:
    assert field_values.given(field, said).words == ()


@given(NUMBERS)
def test_a_number_stays_what_it_was(number: Decimal) -> None:
    holds = read(FieldKind.NUMBER, f"{number:f}")
    assert Decimal(holds.words[0].value) == number
    assert Decimal(str(for_machines(holds))) == number
    assert read(FieldKind.NUMBER, shown(OF_KIND[FieldKind.NUMBER], holds)) == holds


@given(st.dates(min_value=date(1970, 1, 1)))
def test_every_day_is_one(day: date) -> None:
    assert for_machines(read(FieldKind.DATE, day.isoformat())) == day.isoformat()


@given(FIELDS, hostile)
def test_any_text_is_kept_in_a_form_that_stays_or_refused(field: CustomField, text: str) -> None:
    try:
        holds = field_values.given(field, text)
    except Refused:
        return  # at its field, as is tried above
    again = field_values.given(field, [word.value for word in holds.words])
    if field.kind not in (
        FieldKind.TEXT,
        FieldKind.LONG_TEXT,
    ):  # those are read from people, in whose words <@U1> is a mention
        assert again.words == holds.words
    assert from_json(field_values.as_json(holds)) == holds
    assert all(length(word.value) <= 3000 and len(sought(word.value)) <= 80 for word in holds.words)
    if holds.words:
        assert sought(holds.words[0].value) in looked_for(field, holds.words[0].value) or field.kind in (
            FieldKind.TEXT, FieldKind.LONG_TEXT,
        )  # fmt: skip
