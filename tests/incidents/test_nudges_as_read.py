"""Whatever a SEV is called and whoever mutes it why, a reminder is a message that Slack takes."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.incidents import nudge_views
from bot.incidents.model import REASON_LIMIT, Incident
from bot.nudges import views
from bot.playground.blockkit import message_problems, view_problems
from bot.slack.text import clip, plain
from tests.anytext.hostile import hostile
from tests.incidents.pictures import LARGEST, NOON, incidents
from tests.slack.samples import FEW

RULES = st.sampled_from(sorted(nudge_views.RULES))
SILENCES = st.builds(
    views.Silence, by=st.sampled_from(["U01ADA", "sevbot"]), until=st.none() | st.just(NOON),
    reason=hostile.map(lambda text: clip(plain(text), REASON_LIMIT)),
)  # fmt: skip


@st.composite
def items(draw: st.DrawFn) -> views.Item:
    incident: Incident = draw(incidents(LARGEST))
    rule = draw(RULES)
    if draw(st.booleans()):
        done = nudge_views.done(LARGEST, incident, rule, commander=draw(st.sampled_from([None, "U01ADA"])))
        return views.Item(words=None, done=draw(st.sampled_from([done, ""])), acted_by="U01ADA", acted_at=NOON)
    words = nudge_views.words(
        incident, rule, opened_at=NOON, last_at=NOON + timedelta(hours=1), missing=draw(st.lists(hostile, min_size=1))
    )
    return views.Item(words=words, silence=draw(st.none() | SILENCES))


@FEW
@given(st.lists(items(), min_size=1, max_size=10))
def test_a_message_with_any_reminders_is_taken(some: list[views.Item]) -> None:
    assert message_problems(views.message(some)) == []
    assert views.message_text(some)
    assert "<!channel>" not in str(views.message(some))


@FEW
@given(st.integers(1, 999_999_999), RULES)
def test_the_form_that_asks_why_is_taken(number: int, rule: str) -> None:
    assert view_problems(nudge_views.mute(number, rule)) == []
