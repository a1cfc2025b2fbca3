"""Updates, subscribers' messages and Homes: Slack takes them, whatever people wrote."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config
from bot.incidents import home_views, subscriber_views, update_forms, update_views
from bot.playground.blockkit import message_problems, view_problems
from bot.slack import blocks as kit
from bot.slack.text import length
from tests.incidents.pictures import NOON, PLAIN, configs, incident, incidents, updates
from tests.incidents.test_how_it_looks import is_harmless
from tests.slack.samples import FEW


@FEW
@given(st.data())
def test_slack_accepts_every_update_wherever_it_shows(data: st.DataObject) -> None:
    config: Config = data.draw(configs())
    found, update = data.draw(incidents(config)), data.draw(updates(config))
    assert message_problems(update_views.said(config, update)) == []
    assert message_problems(subscriber_views.state(config, found, update)) == []
    assert message_problems(subscriber_views.farewell(found)) == []
    text = update_views.said_text(config, update)
    assert length(text) <= 4000
    assert is_harmless([text, update_views.said(config, update), subscriber_views.state(config, found, update)])


@FEW
@given(st.data())
def test_slack_accepts_every_home_and_every_form_of_an_update(data: st.DataObject) -> None:
    config: Config = data.draw(configs())
    found = data.draw(st.lists(incidents(config), min_size=1, max_size=home_views.LONGEST_LIST + 1))
    sections = [
        home_views.welcome(may_declare=data.draw(st.booleans())),
        home_views.open_now(config, found),
        home_views.roles(config, [(each, ["commander", "taken-out"]) for each in found]),
        home_views.promised(config, found),
        home_views.over(config, found),
    ]
    home = home_views.home(sections * 3)
    assert len(home["blocks"]) <= home_views.MOST_BLOCKS
    assert view_problems(home) == []
    assert is_harmless(home)
    assert view_problems(update_forms.update(config, found[0])) == []


def test_a_home_without_room_says_so() -> None:
    home = home_views.home([[kit.section(str(number))] for number in range(80)])
    assert len(home["blocks"]) == home_views.MOST_BLOCKS
    assert "more than Slack shows" in str(home["blocks"][-1])
    assert len(home_views.home([[kit.section(str(number))] for number in range(50)])["blocks"]) == 99


def test_the_form_offers_the_usual_time_of_its_severity() -> None:
    def offered(severity: str, **updates: timedelta) -> tuple[list[str], str]:
        config = PLAIN.model_copy(update={"updates": updates})
        view = update_forms.update(config, incident(severity=severity, declared_at=NOON))
        (menu,) = [block["element"] for block in view["blocks"] if block.get("block_id") == "next"]
        return [each["text"]["text"] for each in menu["options"]], menu["initial_option"]["text"]["text"]

    options, chosen = offered("SEV2", SEV2=timedelta(minutes=45))
    assert options == [
        "15 minutes", "30 minutes", "45 minutes", "1 hour", "2 hours", "At the time given below", "None",
    ]  # fmt: skip
    assert chosen == "45 minutes"
    assert offered("SEV3", SEV2=timedelta(minutes=45))[1] == "None"


def test_what_is_over_is_promised_no_update_in_the_form() -> None:
    view = update_forms.update(PLAIN, incident(status="cancelled"))
    assert [block.get("block_id") for block in view["blocks"] if block["type"] == "input"] == ["text"]
