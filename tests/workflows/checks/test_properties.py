"""What holds whatever is filled in, hidden or found: of filling, of hiding, and of what runs make of a check."""

import html
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from bot.config.checks import PLACE
from bot.workflows.checks import filling, streaks
from bot.workflows.checks.filling import Values
from bot.workflows.checks.model import State
from bot.workflows.checks.streaks import Standing, Verdict

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,9}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SECRETS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"), min_size=4, max_size=20).filter(
    lambda each: not each.strip().isalnum() or len(each) > 6
)
SCALARS = st.one_of(TEXTS, st.integers(-(10**9), 10**9), st.booleans())
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.dictionaries(NAMES, SCALARS, max_size=5), TEXTS)
def test_everything_known_is_filled_in_once_and_nothing_else_changes(known: dict[str, object], around: str) -> None:
    around = around.replace("{", "").replace("}", "")
    values = Values({}, known)  # type: ignore[arg-type]
    for name, value in known.items():
        assert filling.fill(f"{around}{{{{ {name} }}}}{around}", values) == f"{around}{filling.written(value)}{around}"  # type: ignore[arg-type]
        assert filling.fill_all({"a": [f"{{{{{name}}}}}"]}, values) == {"a": [value]}
    assert filling.fill(around, values) == around
    assert filling.fill("{{ nobody_1_2_3_4 }}", values) == "{{ nobody_1_2_3_4 }}"


@given(st.dictionaries(NAMES, SECRETS, min_size=1, max_size=4), TEXTS)
def test_nothing_hidden_is_left_however_it_is_written(hidden: dict[str, str], around: str) -> None:
    values = Values({}, {**hidden})
    forms = [
        form
        for each in hidden.values()
        for form in (
            each, quote(each), quote(each, safe=""), quote_plus(each), json.dumps(each)[1:-1],
            json.dumps(each, ensure_ascii=False)[1:-1], html.escape(each), quote(each, safe="").lower(),
        )
    ]  # fmt: skip
    shown = filling.hide("\x00".join([around, *forms]), values)
    without_names = PLACE.sub("", shown)
    assert not any(each in without_names for each in hidden.values())


@given(st.one_of(st.text(max_size=30), st.integers()))
def test_what_is_found_can_not_lead_to_another_server(found: str | int) -> None:
    values = Values({"base": "https://shop.example.com"}, {"id": found})
    try:
        url = filling.fill_url("{{ base }}/orders/{{ id }}?of={{ id }}", values)
    except UnicodeEncodeError:
        return
    address = urlsplit(url)
    assert (address.hostname, address.path.count("/")) == ("shop.example.com", 2)


VERDICTS = st.lists(st.sampled_from([Verdict.GOOD, Verdict.FAILS]), max_size=60)
LIMITS = st.integers(1, 5)


@given(VERDICTS, LIMITS, LIMITS)
def test_a_check_fails_after_so_many_failures_in_a_row_and_recovers_after_so_many_successes(
    verdicts: list[Verdict], fails_after: int, recovers_after: int
) -> None:
    standing, before = Standing(), Standing()
    for number, verdict in enumerate(verdicts):
        before, standing = (
            standing,
            streaks.after(
                standing,
                verdict,
                fails_after=fails_after,
                recovers_after=recovers_after,
                at=NOW + timedelta(seconds=number),
            ),
        )
        seen = verdicts[: number + 1]
        if before.state is not State.FAILS and standing.state is State.FAILS:
            assert seen[-fails_after:] == [Verdict.FAILS] * fails_after
        if before.state is State.FAILS and standing.state is not State.FAILS:
            assert seen[-recovers_after:] == [Verdict.GOOD] * recovers_after
        if seen[-fails_after:] == [Verdict.FAILS] * fails_after:
            assert standing.state is State.FAILS
        if seen[-recovers_after:] == [Verdict.GOOD] * recovers_after:
            assert standing.state is State.WELL
        assert (standing.since == NOW + timedelta(seconds=number)) == (standing.state is not before.state)


@given(VERDICTS, st.integers(2, 5))
def test_after_a_pause_what_was_before_proves_nothing(verdicts: list[Verdict], fails_after: int) -> None:
    standing = Standing()
    for verdict in verdicts:
        standing = streaks.after(standing, verdict, fails_after=fails_after, recovers_after=1, at=NOW)
    after = streaks.after(standing, Verdict.FAILS, fails_after=fails_after, recovers_after=1, at=NOW, is_anew=True)
    assert (after.state is State.FAILS) == (standing.state is State.FAILS)
