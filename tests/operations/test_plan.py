"""`sevbot plan` prints what would happen, the same each time: golden files, to be read when one of them changes."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, load
from bot.errors import Refused
from bot.incidents.ladders import RULES, sev_case
from bot.nudges.places import company_hours
from bot.operations.foreseeing import foreseen
from bot.operations.plan import plan, wanted
from tests.processes import ROOT

PLANS = Path(__file__).parent / "plans"


@pytest.fixture(scope="module")
def demo() -> Config:
    return load(ROOT / "config" / "demo")


@pytest.mark.parametrize(
    ("name", "at", "what", "flags"),
    [
        ("night_before_monday", "2026-12-06 03:00", "SEV1:place-order,sign-in", {}),
        ("private_before_christmas", "2026-12-24 15:00", "sev3", {"is_private": True}),
        ("drill", "2026-12-08 10:00", "SEV1:deposit", {"is_drill": True}),
    ],
)
def test_a_plan_reads_as_it_did(demo: Config, name: str, at: str, what: str, flags: dict[str, bool]) -> None:
    assert plan(demo, wanted(demo, at=at, what=what, **flags)) == (PLANS / f"{name}.txt").read_text()


@pytest.mark.parametrize(
    ("at", "what", "told"),
    [
        ("2026-12-06 03:00", "SEV9", "'SEV9' is no SEV: write a severity (SEV1, SEV2, SEV3, SEV4)"),
        ("2026-12-06 03:00", "SEV1 place-order", "is no SEV"),
        (
            "2026-12-06 03:00",
            "SEV1:checkout",
            "there is no workflow 'checkout': there are place-order, sign-in, deposit",
        ),
        ("tomorrow", "SEV1", "'tomorrow' is no time: write '2026-12-06 03:00'"),
    ],
)
def test_what_cannot_be_planned_is_told(demo: Config, at: str, what: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        wanted(demo, at=at, what=what)
    assert told in refused.value.sentence


@given(
    name=st.sampled_from(RULES),
    severity=st.sampled_from(["SEV1", "SEV2", "SEV3", "SEV4"]),
    minutes=st.integers(0, 20000),
)
def test_everybody_is_foreseen_to_be_told_as_often_as_they_may_be(name: str, severity: str, minutes: int) -> None:
    config = load(ROOT / "config" / "demo")
    start = wanted(config, at="2026-12-20 00:00", what=severity).at + timedelta(minutes=minutes)
    company = company_hours(config)
    case = sev_case(config, name, severity=severity, key="", since=start, owner="U1", hours=lambda _to: company)
    assert case is not None
    found = foreseen([case], start=start, until=start + timedelta(days=90))
    for step in case.steps:
        said = [each for each in found if each.step is step]
        assert [each.number for each in said] == list(range(1, step.times + 1))
        assert all(each.at >= case.began_at + step.after for each in said)
        assert all(step.hours is None or not step.hours.are_quiet(each.at) for each in said)
