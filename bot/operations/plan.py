"""`sevbot plan`: what the configuration would do about a SEV at some time, as text to be read, compared and reviewed.

It asks the same pure functions as the bot at work, so that what is planned is what happens. No Slack, no database; the same
configuration always gives the same text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.config import Config, Team, Workflow
from bot.errors import Refused
from bot.incidents import field_needs
from bot.incidents.audience import Audience, audience
from bot.incidents.ladders import RULES, sev_case
from bot.incidents.naming import channel_name
from bot.incidents.promises import usual_promise
from bot.nudges.deciding import CHANNEL, PAGE, TEAM, Case
from bot.nudges.hours import Hours
from bot.nudges.places import company_hours
from bot.operations import digest_plan
from bot.operations.foreseeing import Expected, foreseen
from bot.operations.postmortem_plan import planned
from bot.operations.views import RULES as RULE_NAMES
from bot.remediation.days import day_text
from bot.remediation.ladders import Ladders, Promise
from bot.remediation.model import Priority
from bot.remediation.policy import due_date

WANTED = re.compile(r"(?P<severity>[^:\s]+)(:(?P<workflows>[^:\s]+))?")
DECLARER, OWNER, LEAD = "U0DECLARER", "U0OWNER", "U0LEAD"
"""Who stands for somebody of whom the configuration knows nothing."""
PEOPLE = {DECLARER: "whoever declared it", OWNER: "its owner", LEAD: "whoever led the SEV"}
EXAMPLE = "something happened"
HORIZON = timedelta(days=60)
"""How long nobody does anything, in a plan."""
A_FEW = 3
"""Up to how many times a reminder is listed each time it comes."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The SEV that is planned for."""

    at: datetime
    severity: str
    workflows: tuple[Workflow, ...]
    is_private: bool = False
    is_drill: bool = False


def wanted(config: Config, *, at: str, what: str, is_private: bool = False, is_drill: bool = False) -> Wanted:
    """The SEV described by `2026-12-06 03:00` (by the company's clock) and `SEV1:place-order,deposit`. Raises `Refused`."""
    found = WANTED.fullmatch(what.strip())
    severity = config.severity(found["severity"]) if found else None
    if found is None or severity is None:
        known = ", ".join(each.key for each in config.severities)
        raise Refused(
            f"--for: {what!r} is no SEV: write a severity ({known}), and after a colon the workflows it affects"
        )
    keys = [key for key in str(found["workflows"] or "").split(",") if key]
    for key in keys:
        if config.workflow(key) is None:
            possible = ", ".join(each.key for each in config.workflows) or "none"
            raise Refused(f"--for: there is no workflow {key!r}: there are {possible}")
    return Wanted(
        at=_moment(config, at), severity=severity.key, workflows=tuple(each for key in keys if (each := config.workflow(key))),
        is_private=is_private, is_drill=is_drill,
    )  # fmt: skip


def _moment(config: Config, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"--at: {text!r} is no time: write '2026-12-06 03:00'") from None
    zone = ZoneInfo(config.nudges.time_zone)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def plan(config: Config, sev: Wanted) -> str:
    """The whole plan, as lines that end with a newline."""
    return "\n".join([*_Plan(config, sev).lines(), ""])


class _Plan:
    def __init__(self, config: Config, sev: Wanted) -> None:
        self._config = config
        self._sev = sev
        self._zone = ZoneInfo(config.nudges.time_zone)
        self._audience: Audience = audience(
            config, severity=sev.severity, workflows=tuple(each.key for each in sev.workflows),
            is_private=sev.is_private, is_drill=sev.is_drill, declared_by=DECLARER,
        )  # fmt: skip

    def lines(self) -> Iterator[str]:
        """All sections, in the order in which things happen."""
        yield self._title()
        yield f"Times are those of {self._config.nudges.time_zone}, unless another place is named."
        for name, section in (
            ("Channel", self._channel()),
            ("Invited", self._invited()),
            ("Told", self._told()),
            ("Paged", self._paged()),
            ("Roles", self._roles()),
            ("Status updates", self._updates()),
            ("Reminders, if nobody does anything", self._reminders()),
            ("Action items", self._items()),
            ("Postmortem", self._postmortem()),
            ("Digests", digest_plan.planned(
                self._config, at=self._sev.at, workflows=[each.key for each in self._sev.workflows],
                is_private=self._sev.is_private, is_drill=self._sev.is_drill,
            )),
        ):  # fmt: skip
            yield ""
            yield name
            yield from (f"  {line}" for line in section)

    def _title(self) -> str:
        sev = self._sev
        kind = f"{'private ' if sev.is_private else ''}{sev.severity}{' drill' if sev.is_drill else ''}"
        affects = f" that affects {', '.join(each.name for each in sev.workflows)}" if sev.workflows else ""
        return f"A {kind}{affects}, declared on {self._when(sev.at)}"

    def _channel(self) -> Iterator[str]:
        name = channel_name(self._config, number=42, title=EXAMPLE, is_private=self._sev.is_private)
        yield f"{name}, if it is SEV-42 and is called {EXAMPLE!r}"
        if self._config.channels.bridge:
            yield f"everybody joins {self._config.channels.bridge}"

    def _invited(self) -> Iterator[str]:
        yield PEOPLE[DECLARER]
        for team in self._audience.teams:
            group = (f"user group {team.user_group}",) if team.user_group else ()
            yield f"{team.name}: {', '.join((*team.members, *group)) or 'nobody'} ({self._because(team.key, 'invite')})"
        for person in self._audience.named:
            yield f"{person} ({self._because(person, 'people')})"

    def _told(self) -> Iterator[str]:
        if not self._audience.places:
            yield "no channel"
        for place in self._audience.places:
            yield f"{place} ({self._because(place, 'announce')})"
        level = self._config.severity(self._sev.severity)
        subscribers = level.subscribers if level and not self._sev.is_private else ()
        yield from (f"{person}, by direct message ({self._sev.severity})" for person in subscribers)

    def _paged(self) -> Iterator[str]:
        if not self._audience.paged:
            yield "nobody, since drills page nobody" if self._sev.is_drill else "nobody"
        for team in self._audience.paged:
            yield f"{team.name} {self._pager(team)}, at once ({self._because(team.key, 'page')})"

    def _pager(self, team: Team) -> str:
        if team.pager is None:
            return "has no pager"
        turn = f", whose turn it is by {team.pager.schedule}" if team.pager.schedule else ""
        return f"by {team.pager.service.label}{turn}"

    def _because(self, wanted_key: str, what: str) -> str:
        """Which settings name a team, or a place."""
        if self._sev.is_private:
            return f"private.{what}"
        level = self._config.severity(self._sev.severity)
        found = [self._sev.severity] if level and wanted_key in getattr(level, what, ()) else []
        for workflow in self._sev.workflows:
            if what == "invite" and workflow.owner == wanted_key:
                found.append(f"owns {workflow.name}")
            if what == "announce" and wanted_key in workflow.announce:
                found.append(workflow.name)
        for place, rule in enumerate(self._config.invitations):
            holds = rule.holds(severity=self._sev.severity, workflows=self._sev.workflows)
            if holds and wanted_key in getattr(rule, what):
                found.append(f"invitations.{place}")
        return ", ".join(found)

    def _roles(self) -> Iterator[str]:
        yield f"{', '.join(role.label for role in self._config.roles)}: whoever takes them"

    def _updates(self) -> Iterator[str]:
        promised = usual_promise(self._config, self._sev.severity)
        if promised is None:
            yield "none is promised by itself"
            return
        yield f"the first is promised for {self._when(self._sev.at + promised)}; each promises the next after {_span(promised)}"

    def _reminders(self) -> Iterator[str]:
        company = company_hours(self._config)
        cases = []
        for name in RULES:
            since = self._sev.at
            if name == "fields_missing" and not field_needs.at_once(self._config, self._sev.severity):
                continue
            if name == "update_overdue":
                promised = usual_promise(self._config, self._sev.severity)
                if promised is None:
                    continue
                since += promised
            case = sev_case(
                self._config, name, severity=self._sev.severity, key="", since=since, owner=DECLARER,
                hours=lambda _to: company,
            )  # fmt: skip
            cases += [case] if case else []
        yield from self._listed(cases, company)

    def _listed(self, cases: list[Case], company: Hours) -> Iterator[str]:
        """Each rule's reminders, the first ones of them by time."""
        some = False
        for case in cases:
            expected = foreseen([case], start=self._sev.at, until=self._sev.at + HORIZON)
            expected = [each for each in expected if each.step.to != PAGE or self._audience.paged]
            if expected:
                some = True
                yield RULE_NAMES.get(case.rule, case.rule)
                for each in _worth_listing(expected):
                    held = self._held(each, company)
                    yield f"  {self._when(each.at)}  {self._whom(each)}{self._local(each)}{held}{_again(each)}"
        if not some:
            yield "none"

    def _whom(self, each: Expected) -> str:
        to = each.step.to or ""
        if to.startswith(TEAM):
            team = self._config.team(to.removeprefix(TEAM))
            return f"{team.channel} (the team {team.name})" if team else to
        manages = next((team.name for team in self._config.teams if team.manager == to), None)
        paged = ", ".join(team.name for team in self._audience.paged)
        names = {CHANNEL: "the SEV's channel", PAGE: f"a page to {paged}"} | PEOPLE
        return names.get(to) or (f"{to}, who manages {manages}" if manages else to)

    def _local(self, each: Expected) -> str:
        """What the clock shows where they are, if that is elsewhere."""
        hours = each.step.hours
        if hours is None or hours.zone == self._config.nudges.time_zone:
            return ""
        return f", there at {each.at.astimezone(ZoneInfo(hours.zone)):%H:%M} ({hours.zone})"

    def _held(self, each: Expected, company: Hours) -> str:
        """Whether they are woken, or what was waited for."""
        if each.step.hours is None and company.are_quiet(each.at):
            return ", though it is outside working hours"
        due = each.case.began_at + each.step.after
        if each.number > 1 or each.step.hours is None or each.at == due or each.step.is_daily:
            return ""
        return f", due since {self._when(due)}"

    def _items(self) -> Iterator[str]:
        """When what is promised that day is due, and who is reminded of it, by the team that owes it."""
        owners = dict.fromkeys(each.owner for each in self._sev.workflows if each.owner)
        for key in owners or (None,):
            yield from self._items_of(self._config.team(key) if key else None)

    def _items_of(self, team: Team | None) -> Iterator[str]:
        whose = f"of {team.name}" if team else "of somebody in no team"
        key = team.key if team else None
        start = self._sev.at.astimezone(self._zone).date()
        dues = {
            each: due_date(self._config, severity=self._sev.severity, priority=each, team=key, start=start)
            for each in Priority
        }
        listed = "; ".join(f"{priority} due {day_text(day)}" for priority, day in dues.items())
        yield f"{whose}, made on {day_text(start)}: {listed}"
        config = self._config
        if team is not None:
            others = [each for each in config.teams if each.key != team.key]
            with_owner = team.model_copy(update={"members": (OWNER, *team.members)})
            config = config.model_copy(update={"teams": (with_owner, *others)})
        members = frozenset({OWNER, LEAD, *self._audience.people}) if self._sev.is_private else None
        ladders = Ladders(
            config,
            Promise(opened_at=self._sev.at, due_on=dues[Priority.P2], owner=OWNER, lead=LEAD, members=members),
        )
        yield f"reminders of one that is {Priority.P2} and stays undone"
        late = ladders.due_at(dues[Priority.P2])
        for case in ladders.cases(late):
            yield f"  {RULE_NAMES[case.rule]}"
            for each in _worth_listing(foreseen([case], start=self._sev.at, until=late + HORIZON)):
                whom = self._whom(each) + (self._instead(team) if each.step.to == LEAD else "")
                yield f"    {self._when(each.at)}  {whom}{self._local(each)}{_again(each)}"

    def _postmortem(self) -> Iterator[str]:
        sev, members = self._sev, frozenset({LEAD, *self._audience.people}) if self._sev.is_private else None
        found = planned(
            self._config, at=sev.at, severity=sev.severity, workflows=[each.key for each in sev.workflows],
            is_private=sev.is_private, is_drill=sev.is_drill, lead=LEAD, members=members,
        )  # fmt: skip
        yield from found.lines
        if found.cases:
            yield "reminders, if nobody begins it"
            yield from (f"  {line}" for line in self._listed(list(found.cases), company_hours(self._config)))

    def _instead(self, team: Team | None) -> str:
        """Why they are told, and not a manager."""
        return f", since {team.name} has no manager" if team else ", since its owner is in no team"

    def _when(self, moment: datetime) -> str:
        """`Sun 6 Dec 2026 03:00`."""
        local = moment.astimezone(self._zone)
        return f"{day_text(local.date())} {local:%H:%M}"


def _span(span: timedelta) -> str:
    """`30m`, `1h 30m`, as the configuration writes it."""
    minutes = int(span.total_seconds() // 60)
    parts = [(minutes // 1440, "d"), (minutes % 1440 // 60, "h"), (minutes % 60, "m")]
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0m"


def _worth_listing(expected: Sequence[Expected]) -> Iterator[Expected]:
    """Every reminder of a step that comes a few times, and the first of one that comes often."""
    return (each for each in expected if each.number == 1 or each.step.times <= A_FEW)


def _again(each: Expected) -> str:
    """How often it comes again, where that is not listed."""
    if each.step.times <= A_FEW:
        return ""
    return f"; again every {_span(each.step.every)}, {each.step.times} times in all"
