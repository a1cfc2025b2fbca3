"""The reminders of one postmortem that is not published: what is wrong with it, and who is told when. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.config import Config, Team
from bot.config.postmortem_nudges import PostmortemStep
from bot.directory.people import Person
from bot.incidents.model import Incident
from bot.nudges.deciding import CHANNEL, Case, Step
from bot.nudges.places import company_hours, hours_of
from bot.postmortems import dues
from bot.postmortems.model import Postmortem, State, Verdict
from bot.slack.text import is_person

MISSING, LATE, REVIEW_LATE = "postmortem_missing", "postmortem_late", "postmortem_review_late"
RULES = {MISSING: "postmortem not begun", LATE: "postmortem late", REVIEW_LATE: "review of a postmortem late"}
"""Each rule, as people read it."""


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What is known of a postmortem that is not published, when its reminders are decided."""

    incident: Incident
    postmortem: Postmortem
    owners: Sequence[str]
    """Who owes it: the first who can be told."""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    """What its reviewers said, by their ids."""
    people: Mapping[str, Person] = field(default_factory=dict)
    """What is remembered of those whom it concerns."""
    members: frozenset[str] | None = None
    """Who may hear of it; None: everybody."""
    touched_at: datetime | None = None


class Ladders:
    """The reminders of one postmortem by a configuration."""

    def __init__(self, config: Config, duty: Duty) -> None:
        self._config = config
        self._duty = duty
        self._rules = config.nudges.postmortems
        self.team: Team | None = dues.owning_team(config, duty.incident)
        """The team whose manager is told in the end."""

    def cases(self, now: datetime) -> tuple[Case, ...]:
        """What is wrong with it, or will be: with its writing, or with its review."""
        incident, postmortem = self._duty.incident, self._duty.postmortem
        if postmortem.state == State.IN_REVIEW and not self._is_approved:
            return tuple(self._review())
        due = dues.due_on(self._config, incident)
        if due is None or incident.resolved_at is None:
            return ()
        resolved, ends = incident.resolved_at, dues.ends_at(self._config, incident, due)
        if postmortem.state == State.OWED and now < ends:
            key = f"{int(resolved.timestamp())}"
            return tuple(self._case(MISSING, key, resolved, self._rules.missing.steps, before=ends))
        return tuple(self._case(LATE, f"{due.isoformat()}:{postmortem.round}", ends, self._rules.late.steps))

    def _review(self) -> Iterator[Case]:
        """A case for each reviewer who owes an answer, so that one who gave theirs changes nothing for the others."""
        incident, postmortem, steps = self._duty.incident, self._duty.postmortem, self._rules.review_late.steps
        due = dues.review_due_on(self._config, incident, postmortem)
        if due is None:
            return
        ends, key = dues.ends_at(self._config, incident, due), f"{postmortem.round}"
        own = [step for step in steps if step.tell == "reviewers"]
        for user_id, verdict in self._duty.verdicts.items():
            if verdict == Verdict.NONE:
                yield from self._case(REVIEW_LATE, f"{key}:{user_id}", ends, own, reviewer=user_id)
        yield from self._case(REVIEW_LATE, key, ends, [step for step in steps if step.tell != "reviewers"])

    @property
    def _is_approved(self) -> bool:
        approvals = sum(each == Verdict.APPROVED for each in self._duty.verdicts.values())
        return approvals >= self._config.postmortems.approvals

    def _case(
        self,
        rule: str,
        key: str,
        since: datetime,
        rungs: Sequence[PostmortemStep],
        *,
        reviewer: str | None = None,
        before: datetime | None = None,
    ) -> Iterator[Case]:
        """The case of a rule, unless the rule has no steps. `before` is when another one says it instead."""
        until = before - since if before else None
        steps = tuple(self._step(rung, self._to(rung, reviewer), until) for rung in rungs)
        if steps:
            yield Case(
                rule=rule, key=key, began_at=since, steps=steps, touched_at=self._duty.touched_at,
                peace=self._rules.leave_in_peace, climbs=True,
            )  # fmt: skip

    def _step(self, rung: PostmortemStep, to: str | None, before: timedelta | None) -> Step:
        hours, is_direct = company_hours(self._config), to not in (None, CHANNEL)
        if to is not None and is_direct:
            hours = hours_of(self._config, to, self._duty.people.get(to), self._config.nudges.daily_hours)
        return Step(
            to=to, after=rung.after, every=rung.every, times=rung.times, hours=hours, is_daily=is_direct, before=before
        )

    def _to(self, rung: PostmortemStep, reviewer: str | None) -> str | None:
        """Who is meant; whoever left, or may not know of a private SEV, is stood in for by the next."""
        manager = self.team.manager if self.team else None
        ways: dict[str, Sequence[str | None]] = {
            "channel": (CHANNEL,),
            "reviewers": (reviewer,),
            "owner": (*self._duty.owners, manager),
            "manager": (manager,),
        }
        return next((each for each in ways[rung.tell] if each and self._may_be_told(each)), None)

    def _may_be_told(self, audience: str) -> bool:
        if audience == CHANNEL or not is_person(audience):  # what the bot or a service declared, nobody else did
            return audience == CHANNEL
        person, members = self._duty.people.get(audience), self._duty.members
        has_left = person is not None and person.is_deactivated
        return not has_left and (members is None or audience in members)
