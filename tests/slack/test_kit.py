"""The building blocks give what the local Slack's validator accepts, at the edge of each limit too."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.blockkit import message_problems, view_problems
from bot.slack import blocks as kit
from tests.slack.samples import FEW

LABEL = st.text("a🔥 &<", min_size=1, max_size=200).filter(str.strip)
OPTIONS = [kit.option(f"Option {number}", str(number)) for number in range(100)]


@FEW
@given(LABEL, LABEL, LABEL)
def test_labels_of_any_length_are_clipped_to_what_fits(label: str, more: str, value: str) -> None:
    question = kit.confirm(label, more, yes=label, no=more)
    row = [
        kit.button(label, "room.verb", value=value, style="primary", confirm=question),
        kit.menu("Choose", "room.menu", [kit.option(label, value[:75], description=more)], initial=value[:75]),
    ]
    assert message_problems([kit.header(label), kit.actions(row)]) == []
    assert view_problems(kit.modal("room.form", label, [kit.divider()], submit=None)) == []


@pytest.mark.parametrize(
    "block",
    [
        kit.section("x" * 3000, accessory=kit.button("Go", "room.go"), block_id="b"),
        kit.fields(["x" * 2000] * 10),
        kit.context("x" * 3000),
        kit.divider(),
        kit.actions([kit.button("Go", f"room.go:{number}") for number in range(25)]),
        kit.actions([kit.menu("Choose", "room.menu", OPTIONS)]),
        kit.actions([kit.button("Open", "room.open", url="https://example.com", style="danger")]),
    ],
)
def test_the_largest_blocks_fit_into_a_message(block: dict[str, Any]) -> None:
    assert message_problems([block]) == []


def test_a_form_of_every_field_fits() -> None:
    fields = [
        kit.field("a", "Text", kit.text_input("a", initial="x", limit=3000, placeholder="Say", multiline=True)),
        kit.field("b", "Menu", kit.menu("Choose", "b", OPTIONS, initial="7"), hint="One", dispatch=True),
        kit.field("c", "Many", kit.many("Choose", "c", OPTIONS, initial=["1", "2"]), optional=True),
        kit.field("d", "Boxes", kit.ticks("d", OPTIONS[:10], initial=["1"])),
        kit.field("e", "When", kit.moment_input("e", 1_700_000_000)),
        kit.field("f", "Or not", kit.moment_input("f", None), optional=True),
    ]
    assert view_problems(kit.modal("room.form", "A form", fields, submit="Send", metadata="{}")) == []


def test_what_is_chosen_at_first_is_among_the_options() -> None:
    assert kit.menu("Choose", "a", OPTIONS, initial="none").initial_option is None
    assert kit.many("Choose", "a", OPTIONS, initial=["none"]).initial_options is None
    assert kit.ticks("a", OPTIONS[:1], initial=["none"]).initial_options is None
