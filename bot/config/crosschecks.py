"""What no single setting shows: each fault names its file and place, and what to write instead."""

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.config.alerts import wrong_alerts
from bot.config.calendar import country_and_part, unknown_parts
from bot.config.checks import wrong_rules
from bot.config.digests import wrong_digests
from bot.config.fields import wrong_fields
from bot.config.postmortems import faults_of
from bot.config.queries import wrong_prometheus
from bot.config.retention import wrong_retention
from bot.config.sections import COMMANDER, Category, Delivery
from bot.config.tracking import TrackerRules
from bot.config.webhooks import wrong_webhooks
from bot.config.workflows import wrong_workflows

if TYPE_CHECKING:
    from bot.config import Config

LONGEST_CALL = 1.6
"""How many times its time-out a call may take: those of pagers and trackers trickle in (`http.Http.longest`)."""


def cross_check(config: "Config") -> list[str]:
    """What no single setting shows: names used twice, teams that do not exist, categories without a status."""
    faults = [
        f"{file}: {name}: {key!r} is there twice"
        for file, name, keys in (
            ("sevbot.yaml", "severities", [each.key for each in config.severities]),
            ("sevbot.yaml", "statuses", [each.key for each in config.statuses]),
            ("sevbot.yaml", "roles", [each.key for each in config.roles]),
            ("sevbot.yaml", "teams", [each.key for each in config.teams]),
            ("workflows.yaml", "workflows", [each.key for each in config.workflows]),
        )
        for key in sorted({key for key in keys if keys.count(key) > 1})
    ]
    teams = {team.key for team in config.teams}
    used = [(f"sevbot.yaml: severities.{each.key}", (*each.invite, *each.page)) for each in config.severities]
    used += [
        (f"workflows.yaml: workflows.{each.key}.owner", (each.owner,) if each.owner else ())
        for each in config.workflows
    ]
    used.append(("sevbot.yaml: private.invite", config.private.invite))
    used += [
        (f"sevbot.yaml: invitations.{place}", (*each.owners, *each.invite, *each.page))
        for place, each in enumerate(config.invitations)
    ]
    used.append(("sevbot.yaml: private.page", config.private.page))
    used.append(("sevbot.yaml: remediation.teams", tuple(config.remediation.teams)))
    faults += [f"{place}: there is no team {key!r}" for place, keys in used for key in keys if key not in teams]
    faults += _unknown_conditions(config)
    keys = {each.key for each in config.workflows}
    faults += [f"sevbot.yaml: {fault}" for fault in wrong_digests(config.digests, teams=teams, workflows=keys)]
    faults += [
        f"workflows.yaml: {fault}"
        for fault in wrong_workflows(config.workflows, severities={each.key for each in config.severities})
    ]
    faults += _words_for_two_roles(config)
    faults += _parts_of_no_country(config)
    faults += [
        f"sevbot.yaml: {fault}" for fault in faults_of(config.postmortems, {each.key for each in config.severities})
    ]
    levels = {each.key for each in config.severities}
    wrong = (
        *wrong_fields(config.fields, levels),
        *wrong_alerts(config.alerts),
        *wrong_rules(config.checks),
        *wrong_webhooks(config.webhooks),
        *wrong_retention(config.retention),
    )
    faults += [f"sevbot.yaml: {fault}" for fault in wrong]
    faults += [f"sevbot.yaml: {fault}" for fault in wrong_prometheus(config.prometheus)] + _nobody_to_ask(config)
    faults += _impatience(config.delivery) + _promises(config) + _tracking(config.tracker, teams)
    if config.paging.refresh < timedelta(minutes=1):
        faults.append("sevbot.yaml: paging.refresh: give a minute at least: pagers limit how often they are asked")
    if COMMANDER not in {each.key for each in config.roles}:
        faults.append(f"sevbot.yaml: roles: none has the key {COMMANDER}; every SEV needs somebody in command")
    present = {status.category for status in config.statuses}
    faults += [f"sevbot.yaml: statuses: none has the category {each.value}" for each in Category if each not in present]
    return faults


def _nobody_to_ask(config: "Config") -> list[str]:
    """Queries, and no Prometheus."""
    if config.prometheus.url or not any(each.queries for each in config.workflows):
        return []
    return ["sevbot.yaml: prometheus.url: this setting is missing: workflows.yaml has queries for Prometheus"]


def _parts_of_no_country(config: "Config") -> list[str]:
    """Subdivisions that the country they stand for does not have."""
    company = config.calendar
    places = [("calendar", company.country, company.subdivision)]
    places += [
        (f"teams.{each.key}", country_and_part(each.country, each.subdivision, company=company)[0], each.subdivision)
        for each in config.teams
    ]
    return [f"sevbot.yaml: {fault}" for fault in unknown_parts(places)]


def _promises(config: "Config") -> list[str]:
    """Updates promised for severities that do not exist, or for no time at all."""
    if "updates" not in config.model_fields_set:
        return []
    faults = [
        f"sevbot.yaml: updates: there is no severity {key!r}" for key in config.updates if not config.severity(key)
    ]
    shortest = timedelta(minutes=1)
    faults += [
        f"sevbot.yaml: updates.{key}: give a minute at least" for key, each in config.updates.items() if each < shortest
    ]
    return faults


def _tracking(rules: TrackerRules, teams: set[str]) -> list[str]:
    """A tracker that could be given nothing, or would be asked without end."""
    faults = [f"sevbot.yaml: tracker.projects: there is no team {key!r}" for key in sorted({*rules.projects} - teams)]
    if rules.service and not rules.project and not rules.projects:
        faults.append("sevbot.yaml: tracker: give project, or projects by team, so that issues can be made")
    if rules.poll < timedelta(seconds=1) or rules.reread < timedelta(minutes=1):
        faults.append("sevbot.yaml: tracker: give poll a second at least, and reread a minute")
    return faults


def _unknown_conditions(config: "Config") -> list[str]:
    """Conditions of the rules that can never hold, since what they name does not exist."""
    severities, workflows = {each.key for each in config.severities}, {each.key for each in config.workflows}
    faults = []
    for place, rule in enumerate(config.invitations):
        faults += [f"{place}.severities: there is no severity {key!r}" for key in {*rule.severities} - severities]
        faults += [f"{place}.workflows: there is no workflow {key!r}" for key in {*rule.workflows} - workflows]
    return [f"sevbot.yaml: invitations.{fault}" for fault in sorted(faults)]


def _words_for_two_roles(config: "Config") -> list[str]:
    """Aliases that another role has too, or is called by."""
    words = [word for each in config.roles for word in {each.key, *each.aliases}]
    aliases = {word for each in config.roles for word in each.aliases}
    twice = sorted(word for word in aliases if words.count(word) > 1)
    return [f"sevbot.yaml: roles: {word!r} stands for two roles" for word in twice]


def _impatience(rules: Delivery) -> list[str]:
    """Times with which nothing could ever be delivered."""
    faults = []
    if rules.call_timeout < timedelta(seconds=1):
        faults.append("sevbot.yaml: delivery.call_timeout: give a second at least")
    if rules.attempt_limit < LONGEST_CALL * rules.call_timeout:
        faults.append(
            f"sevbot.yaml: delivery.attempt_limit: give {LONGEST_CALL} times call_timeout at least, or no call may begin"
        )
    if not rules.backoff or not rules.operator_backoff:
        faults.append("sevbot.yaml: delivery: backoff and operator_backoff must be longer than nothing")
    return faults
