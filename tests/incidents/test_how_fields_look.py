"""Whatever custom fields there are and hold, Slack takes the forms that ask for them, and the lines that tell of them."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config
from bot.config.crosschecks import cross_check
from bot.incidents import field_needs, field_views, forms
from bot.incidents.model import Incident
from bot.playground.blockkit import message_problems, view_problems
from bot.slack import blocks as kit
from tests.incidents.pictures import LARGEST, configs, incident, incidents
from tests.slack.samples import FEW

LONGEST_VIEW = 250_000
"""Bytes, by Slack's documentation."""


def test_the_largest_that_may_be_configured_is_tried() -> None:
    assert [fault for fault in cross_check(LARGEST) if "fields" in fault] == []
    assert (len(LARGEST.fields), sum(len(each.choices) for each in LARGEST.fields)) == (40, 360)


@FEW
@given(st.data())
def test_slack_takes_every_form_and_line(data: st.DataObject) -> None:
    config: Config = data.draw(configs())
    some: Incident = data.draw(incidents(config))
    for view in (field_views.form(config, some), field_views.resolve(config, some), forms.edit(config, some)):
        assert view_problems(view) == []
        assert len(json.dumps(view)) < LONGEST_VIEW
    for line in field_views.all_known(config, some):
        assert message_problems([kit.context(line)]) == []
        assert "<!" not in line


@FEW
@given(st.data())
def test_a_form_that_is_sent_as_it_was_opened_says_nothing(data: st.DataObject) -> None:
    config: Config = data.draw(configs())
    some: Incident = data.draw(incidents(config))
    view = field_views.form(config, some)
    if not view.get("private_metadata"):
        return
    values = {block["block_id"]: _initial(block["element"]) for block in view["blocks"]}
    assert field_views.submitted(config, values, json.loads(view["private_metadata"])["seen"]) == []


def test_nothing_is_asked_for_once_it_is_over() -> None:
    needed = len(LARGEST.fields)
    assert len(field_needs.required_now(LARGEST, incident(status="mitigated"))) == needed
    assert field_needs.required_now(LARGEST, incident(status="investigating")) == []
    assert field_needs.required_now(LARGEST, incident(status="resolved")) == []
    assert len(field_needs.asked_at_resolve(LARGEST, incident())) == needed


def _initial(element: dict[str, Any]) -> Any:
    """What Slack sends of an element that nobody touched."""
    if "initial_options" in element:
        return [each["value"] for each in element["initial_options"]]
    if "initial_option" in element:
        return element["initial_option"]["value"]
    return next((element[name] for name in ("initial_value", "initial_user", "initial_date") if name in element), None)
