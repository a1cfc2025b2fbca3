import pytest

from bot.app import Bot
from bot.directory import channels
from bot.directory.channels import GREETINGS, KnownChannel
from bot.errors import Permanent, Temporary
from bot.playground import Person, Playground
from tests.incidents.pictures import PLAIN


@pytest.fixture
def engine() -> str:
    """One is enough: what differs between the two is tried elsewhere."""
    return "sqlite"


@pytest.fixture
def is_new() -> bool:
    """How a channel is learned shows where none is known yet."""
    return True


def learned(sevbot: Bot, slack: Playground, place: str) -> str:
    """The id of a place, once it is learned."""

    def look() -> str | None:
        with sevbot.database.read() as session:
            known = session.get(KnownChannel, place)
            return known.channel_id if known else None

    return slack.wait_until(look, why=f"{place} is learned")


def learn(sevbot: Bot, place: str) -> None:
    sevbot.database.run(lambda session: channels.learn_place(session, place))


def greetings(slack: Playground, channel: str) -> int:
    return sum(GREETINGS["announce"] in line for line in slack.transcript(channel))


def test_every_place_of_severities_and_workflows_is_meant() -> None:
    assert set(channels.all_places(PLAIN)) == {"#incidents", "#payments"}


def test_a_name_is_greeted_once_and_its_id_kept(sevbot: Bot, slack: Playground) -> None:
    assert learned(sevbot, slack, "#incidents") == slack.channel("#incidents").id
    assert slack.bot_user_id in slack.channel("#incidents").members
    sevbot.database.run(lambda session: channels.learn_places(session, PLAIN))
    slack.wait_quiet()
    assert greetings(slack, "#incidents") == 1
    with sevbot.database.read() as session:
        assert channels.channel_id(session, "#incidents") == slack.channel("#incidents").id


def test_a_name_is_greeted_once_also_when_joining_fails_at_first(sevbot: Bot, slack: Playground) -> None:
    slack.faults.add("conversations.join", "fatal_error", times=2)
    learn(sevbot, "#platform")
    learned(sevbot, slack, "#platform")
    slack.wait_quiet()
    assert greetings(slack, "#platform") == 1


def test_an_id_is_joined_without_a_greeting(sevbot: Bot, slack: Playground) -> None:
    random = slack.channel("#random")
    learn(sevbot, random.id)
    assert learned(sevbot, slack, random.id) == random.id
    assert slack.bot_user_id in random.members
    assert greetings(slack, "#random") == 0


def test_a_private_channel_waits_for_its_invitation(sevbot: Bot, slack: Playground, ada: Person) -> None:
    ada.creates("secret", private=True)
    secret = slack.channel("#secret")
    learn(sevbot, secret.id)
    assert learned(sevbot, slack, secret.id) == secret.id
    assert slack.bot_user_id not in secret.members


def test_a_place_that_is_none_is_said_to_be_none(sevbot: Bot, slack: Playground) -> None:
    def fault() -> Permanent | None:
        with sevbot.database.read() as session:
            try:
                channels.channel_id(session, "#nowhere")
            except Temporary:
                return None
            except Permanent as error:
                return error
        raise AssertionError("there is no such place")

    with sevbot.database.read() as session, pytest.raises(Temporary, match="channel_not_learned_yet"):
        channels.channel_id(session, "#nowhere")
    learn(sevbot, "#nowhere")
    found = slack.wait_until(fault, why="it is given up")
    assert found.code == "channel_not_found"
