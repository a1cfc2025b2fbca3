"""A SEV is led through its life at random. Which moves are legal is written down here a second time, in other words."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.config import Category, Config, Severity, Status
from bot.errors import Refused
from bot.incidents import lifecycle
from bot.incidents.lifecycle import Move
from tests.incidents.pictures import NOON, PLAIN, incident
from tests.slack.samples import SAMPLE

RANKS = {"investigating": 0, "identified": 1, "mitigated": 2, "monitoring": 2, "resolved": 3, "closed": 4}
STAMPED = {2: "mitigated_at", 3: "resolved_at", 4: "closed_at"}
CONFIG = Config(
    severities=(Severity(key="SEV1", meaning="Bad"),),
    statuses=(
        *(Status(key=each.value, category=each, label=each.value.title()) for each in Category),
        Status(key="monitoring", category=Category.MITIGATED, label="Monitoring"),
    ),
)
KEYS = st.sampled_from([*RANKS, "cancelled"])
REASONS = st.sampled_from(["", "it came back"])


def is_legal(here: str, there: str, reason: str) -> bool:
    """Whether one may go from one status to the other without reopening."""
    if here in (there, "cancelled"):
        return False
    if there == "cancelled":
        return RANKS[here] < 3 and bool(reason)
    return RANKS[there] >= RANKS[here] or (RANKS[here] == 2 and bool(reason))


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.incident = incident()
        self.times: dict[str, object] = dict.fromkeys(STAMPED.values())
        self.now = NOON

    def apply(self, move: Move) -> None:
        self.now += timedelta(minutes=1)
        self.incident.status = move.status.key
        for name in move.stamps:
            setattr(self.incident, name, self.now)
        for name in move.clears:
            setattr(self.incident, name, None)

    @rule(there=KEYS, reason=REASONS)
    def somebody_sets_the_status(self, there: str, reason: str) -> None:
        here = self.incident.status
        try:
            move = lifecycle.move(CONFIG, self.incident, CONFIG.status(there), reason=reason)
        except Refused as refusal:
            assert not is_legal(here, there, reason)
            self.it_says_what_is_possible(refusal)
            return
        assert is_legal(here, there, reason)
        self.apply(move)
        rank = RANKS.get(there)
        if rank is not None and rank != RANKS[here]:
            if rank < RANKS[here]:
                self.times["mitigated_at"] = None
            elif rank in STAMPED:
                self.times[STAMPED[rank]] = self.now

    @rule(reason=REASONS)
    def somebody_reopens_it(self, reason: str) -> None:
        is_over = self.incident.status in ("resolved", "closed", "cancelled")
        try:
            move = lifecycle.reopen(CONFIG, self.incident, reason=reason)
        except Refused as refusal:
            assert not (is_over and reason)
            self.it_says_what_is_possible(refusal)
            return
        assert is_over
        assert reason
        self.apply(move)
        self.times = dict.fromkeys(STAMPED.values())
        assert self.incident.status == "investigating"

    def it_says_what_is_possible(self, refusal: Refused) -> None:
        said = refusal.sentence
        assert "`/sev " in said or f"Possible next: {lifecycle.possible(CONFIG, self.incident)}." in said

    @invariant()
    def its_times_are_those_of_the_moves_that_count(self) -> None:
        assert {name: getattr(self.incident, name) for name in self.times} == self.times

    @invariant()
    def what_is_offered_is_what_can_be_done(self) -> None:
        here = self.incident.status
        offered = {word.partition(" ")[0] for word in lifecycle.possible_words(CONFIG, self.incident)}
        forward = {key for key in RANKS if is_legal(here, key, "")}
        by_reason = {"cancel"} if is_legal(here, "cancelled", "so") else {"reopen"}
        assert offered == forward | by_reason

    @invariant()
    def it_is_open_until_it_is_over(self) -> None:
        is_over = self.incident.status in ("resolved", "closed", "cancelled")
        assert lifecycle.is_open(CONFIG, self.incident) is not is_over


def test_a_sev_led_through_its_life_at_random_keeps_its_rules() -> None:
    run_state_machine_as_test(Life, settings=settings(SAMPLE, stateful_step_count=20))


def test_skipped_times_stay_empty() -> None:
    assert lifecycle.move(PLAIN, incident(), PLAIN.status("resolved"), reason="").stamps == ("resolved_at",)


def test_reopening_asks_for_its_reason_at_the_field() -> None:
    with pytest.raises(Refused) as refusal:
        lifecycle.reopen(PLAIN, incident(status="resolved"), reason="")
    assert refusal.value.field == "reason"


def test_a_status_that_was_taken_out_of_the_files_counts_as_open() -> None:
    left_over = incident(status="taken-out")
    assert lifecycle.is_open(PLAIN, left_over)
    assert lifecycle.move(PLAIN, left_over, PLAIN.status("resolved"), reason="").stamps == ("resolved_at",)
