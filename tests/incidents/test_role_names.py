import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, Role
from bot.errors import Refused
from bot.incidents.role_names import role_named, short_name
from tests.anytext.hostile import hostile
from tests.incidents.pictures import PLAIN
from tests.slack.samples import SAMPLE


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("commander", "commander"),
        ("ic", "commander"),
        ("IC", "commander"),
        ("Incident Commander", "commander"),
        ("incident-commander", "commander"),
        ("comander", "commander"),
        ("comms", "communications_lead"),
        ("communications lead", "communications_lead"),
        ("communication", "communications_lead"),
        ("scrib", "scribe"),
        ("s", "scribe"),
    ],
)
def test_a_role_is_known_by_key_label_alias_beginning_or_nearly_so(typed: str, key: str) -> None:
    assert role_named(PLAIN, typed).key == key


@pytest.mark.parametrize("typed", ["", "com", "pilot", "com lead", "<@U02GRACE>"])
def test_what_is_nothing_or_could_be_two_is_refused_with_what_there_is(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        role_named(PLAIN, typed)
    assert refused.value.sentence == (
        "There is no such role. Possible are: Incident commander (`ic`), Communications lead (`comms`), Scribe (`scribe`)."
    )


@SAMPLE
@given(hostile)
def test_any_text_is_a_role_or_a_refusal(typed: str) -> None:
    try:
        assert role_named(PLAIN, typed) in PLAIN.roles
    except Refused:
        return


@SAMPLE
@given(st.sampled_from(PLAIN.roles))
def test_what_people_are_told_to_type_is_understood(role: Role) -> None:
    config: Config = PLAIN
    assert role_named(config, short_name(role)) is role
    assert role_named(config, f" {role.label.upper()} ") is role
