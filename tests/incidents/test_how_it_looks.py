from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config
from bot.incidents import forms, views
from bot.incidents.model import TIMES, TITLE_LIMIT, Incident
from bot.incidents.views import Picture
from bot.playground.blockkit import message_problems, view_problems
from bot.slack import blocks as kit
from bot.slack.templates import Texts
from bot.slack.text import TOPIC_LIMIT, clip, length, plain
from tests.anytext.hostile import hostile
from tests.incidents.pictures import LARGEST, PLAIN, configs, entries, incident, incidents, pictures
from tests.slack.samples import FEW

ALIVE = ("<!channel", "<!here", "<!everyone", "<!subteam", "<@U02GRACE", "<#C01GENERAL", "<https://evil")
"""What hostile text tries to say, in a form that Slack would obey."""
TEXTS = Texts(Path("none"))


def is_harmless(shown: Any) -> bool:
    return not any(each in str(shown) for each in ALIVE)


@FEW
@given(pictures())
def test_slack_accepts_every_card_and_announcement(picture: Picture) -> None:
    for shown in (views.card(picture), views.announcement(picture)):
        assert message_problems(shown) == []
        assert is_harmless(shown)


@FEW
@given(pictures())
def test_every_text_beside_the_blocks_is_harmless_and_fits(picture: Picture) -> None:
    text = views.card_text(picture.config, picture.incident)
    assert text == views.announcement_text(picture.config, picture.incident)
    assert is_harmless(text)
    assert length(text) <= 4000


@FEW
@given(pictures())
def test_every_topic_fits_and_holds_no_angle_bracket(picture: Picture) -> None:
    config = PLAIN if picture.config is LARGEST else picture.config
    topic = views.topic(config, picture.incident)
    assert length(topic) <= TOPIC_LIMIT
    assert not {"<", ">"} & set(topic)


@FEW
@given(st.data())
def test_every_line_is_one_message_without_anything_alive(data: st.DataObject) -> None:
    config = data.draw(configs())
    line = views.line(config, data.draw(incidents(config)), data.draw(entries(config)), TEXTS)
    assert is_harmless(line)
    assert message_problems([kit.section(line)]) == []


@FEW
@given(pictures())
def test_every_line_of_a_list_fits(picture: Picture) -> None:
    brief = views.brief(picture.config, picture.incident)
    assert is_harmless(brief)
    assert message_problems([kit.section(brief)]) == []


@FEW
@given(st.data())
def test_slack_accepts_the_form_to_declare_whatever_it_is_filled_with(data: st.DataObject) -> None:
    config: Config = data.draw(configs())
    text = plain(data.draw(hostile))
    source = {"channel": "C1", "ts": "1.1", "user": "U1", "text": clip(text, 200), "permalink": "https://example.com"}
    view = forms.declare(
        config,
        severity=data.draw(st.sampled_from([None, "SEV1", "SEV7", "none"])),
        title=text,
        summary=text,
        flags=data.draw(st.lists(st.sampled_from(["private", "drill"]), unique=True)),
        workflows=data.draw(
            st.lists(st.sampled_from([each.key for each in config.workflows]), unique=True, max_size=9)
        ),
        open_incidents=data.draw(st.none() | st.lists(incidents(config), max_size=7)),
        carried=data.draw(st.sampled_from([None, {"source": source}])),
        declarer="U01ADA",
    )
    assert view_problems(view) == []
    assert is_harmless([block for block in view["blocks"] if block["type"] != "input"])


@FEW
@given(st.data())
def test_slack_accepts_every_other_form(data: st.DataObject) -> None:
    config = data.draw(configs())
    found: Incident = data.draw(incidents(config))
    for view in (
        forms.edit(config, found),
        forms.times(found),
        forms.reopen(found.number),
        forms.loading(found.number),
    ):
        assert view_problems(view) == []


@FEW
@given(st.data())
def test_times_that_are_left_alone_come_back_as_they_were(data: st.DataObject) -> None:
    found: Incident = data.draw(incidents(PLAIN))
    inputs = [block["element"] for block in forms.times(found)["blocks"] if block["type"] == "input"]
    sent = forms.submitted_times({each["action_id"]: each.get("initial_date_time") for each in inputs})
    assert sent == {name: getattr(found, name) for name in TIMES}


def test_the_form_says_beforehand_who_will_be_told() -> None:
    def preview(*flags: str, severity: str | None = "SEV1") -> str:
        view = forms.declare(PLAIN, severity=severity, flags=flags, workflows=["place-order"], declarer="U01ADA")
        return str(view["blocks"][-1]["elements"][0]["text"])

    assert preview() == (
        "*Invited:* you, Payments. *Announced in:* #incidents, #payments. "
        "*Paged:* nobody, since paging is not set up (Payments would be)."
    )
    assert preview("private") == "*Invited:* you. *Announced in:* no channel. *Paged:* nobody."
    assert preview(severity=None) == "Choose a severity to see who will be invited, told and paged."


def test_a_title_of_full_length_stands_in_the_form_whole() -> None:
    title = "🔥" * (TITLE_LIMIT // 2)
    view = forms.edit(PLAIN, incident(title=title))
    assert view["blocks"][0]["element"]["initial_value"] == title


def test_what_must_be_seen_first_stands_first() -> None:
    drill = incident(is_drill=True, is_private=True)
    assert views.card_text(PLAIN, drill).startswith(":performing_arts: DRILL  :lock: SEV-1 SEV2:")


def test_only_legal_moves_are_buttons() -> None:
    def moves(status: str) -> list[str]:
        buttons = [each.to_dict() for each in views.card_buttons(PLAIN, incident(status=status))]
        return [each["text"]["text"] for each in buttons if each["type"] == "button"]

    assert moves("investigating") == ["Mitigate", "Resolve", "Post update", "Edit…", "Times…"]
    assert moves("mitigated") == ["Resolve", "Post update", "Edit…", "Times…"]
    assert moves("resolved") == ["Close", "Reopen…", "Edit…", "Times…"]
    assert moves("closed") == ["Reopen…", "Edit…", "Times…"]
    assert moves("cancelled") == ["Reopen…"]
