"""Configuration: `config/*.yaml`, read into one frozen, validated snapshot.

Everything that is wrong is listed at once, each fault with its file and place. Rooms ask `Settings.current`, since the
files can be read again while the bot runs; a faulty file is refused whole and the old snapshot stays.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError

from bot.config.calendar import CalendarRules, country_and_part, unknown_parts
from bot.config.digests import Digest, wrong_digests
from bot.config.nudges import NudgeRule, Nudges, NudgeStep
from bot.config.postmortems import PostmortemRules, faults_of
from bot.config.remediation import Remediation
from bot.config.sections import (
    COMMANDER,
    DEFAULT_ROLES,
    DEFAULT_UPDATES,
    AudienceRule,
    Category,
    Channels,
    Delivery,
    PagerService,
    PagingRules,
    Permissions,
    PrivateRules,
    Reactions,
    Role,
    Severity,
    Status,
    Team,
    TeamPager,
    Who,
    Workflow,
)
from bot.config.tracking import TrackerRules
from bot.config.values import Duration, Frozen, parse_duration

__all__ = [
    "COMMANDER",
    "AudienceRule",
    "CalendarRules",
    "Category",
    "Channels",
    "Config",
    "ConfigFaults",
    "Delivery",
    "Digest",
    "NudgeRule",
    "NudgeStep",
    "Nudges",
    "PagerService",
    "PagingRules",
    "Permissions",
    "PostmortemRules",
    "PrivateRules",
    "Reactions",
    "Remediation",
    "Role",
    "Settings",
    "Severity",
    "Status",
    "Team",
    "TeamPager",
    "TrackerRules",
    "Who",
    "Workflow",
    "load",
    "parse_duration",
]


class ConfigFaults(Exception):  # noqa: N818
    """The configuration cannot be used. `faults` are whole sentences, each with its place."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Config(Frozen):
    """One consistent snapshot of the files in the configuration folder."""

    severities: Annotated[tuple[Severity, ...], Field(min_length=1)]
    statuses: Annotated[tuple[Status, ...], Field(min_length=1)]
    roles: Annotated[tuple[Role, ...], Field(min_length=1)] = DEFAULT_ROLES
    teams: tuple[Team, ...] = ()
    calendar: CalendarRules = CalendarRules()
    workflows: tuple[Workflow, ...] = ()
    invitations: tuple[AudienceRule, ...] = ()
    channels: Channels = Channels()
    permissions: Permissions = Permissions()
    private: PrivateRules = PrivateRules()
    reactions: Reactions = Reactions()
    updates: dict[str, Duration] = DEFAULT_UPDATES
    """After how long the next status update is due, by severity, unless people promise it for another time."""
    paging: PagingRules = PagingRules()
    delivery: Delivery = Delivery()
    nudges: Nudges = Nudges()
    digests: tuple[Digest, ...] = ()
    postmortems: PostmortemRules = PostmortemRules()
    remediation: Remediation = Remediation()
    tracker: TrackerRules = TrackerRules()

    def severity(self, key: str) -> Severity | None:
        """The severity of that name, whatever its case, or None."""
        return next((each for each in self.severities if each.key == key.upper()), None)

    def role(self, key: str) -> Role:
        """The role of that name. A role taken out of the files while somebody holds it keeps its bare name."""
        return next((each for each in self.roles if each.key == key), Role(key=key, label=key))

    def team(self, key: str) -> Team | None:
        return next((each for each in self.teams if each.key == key), None)

    def workflow(self, key: str) -> Workflow | None:
        return next((each for each in self.workflows if each.key == key), None)

    def status(self, key: str) -> Status:
        """The status of that name. A status taken out of the files while SEVs still bear it keeps its bare name."""
        found = next((each for each in self.statuses if each.key == key), None)
        return found or Status(key=key, category=Category.INVESTIGATING, label=key[:30])

    def status_of(self, category: Category) -> Status:
        """The first status of a category: the one a short form such as `mitigate` leads to."""
        return next(each for each in self.statuses if each.category is category)


SAFE_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Reads data and nothing else; libyaml's, where there is one, is ten times as fast."""


class Settings:
    """The current snapshot, and how to read it again."""

    def __init__(self, folder: Path, *, config: Config | None = None) -> None:
        self._folder = folder
        self.current = config or load(folder)

    def reload(self) -> None:
        """Read the files again. Raises `ConfigFaults` and keeps the old snapshot when they cannot be used."""
        self.current = load(self._folder)


def load(folder: Path) -> Config:
    """Read `sevbot.yaml` and `workflows.yaml`. Raises `ConfigFaults` with every fault found in both."""
    faults: list[str] = []
    raw: dict[str, Any] = {}
    for name, required in (("sevbot.yaml", True), ("workflows.yaml", False)):
        found = _read_yaml(folder / name, required=required, faults=faults)
        allowed = {"workflows"} if name == "workflows.yaml" else set(Config.model_fields) - {"workflows"}
        faults += [
            f"{folder.name}/{name}: {each}: there is no such setting here" for each in found if each not in allowed
        ]
        raw |= {key: value for key, value in found.items() if key in allowed}
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigFaults([*faults, *(_fault(folder, each) for each in error.errors())]) from None
    faults += [f"{folder.name}/{fault}" for fault in cross_check(config)]
    if faults:
        raise ConfigFaults(faults)
    return config


def _read_yaml(path: Path, *, required: bool, faults: list[str]) -> dict[str, Any]:
    place = f"{path.parent.name}/{path.name}"
    if not path.exists():
        if required:
            faults.append(f"{place}: the file is missing (looked in {path.parent})")
        return {}
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER) or {}  # noqa: S506 - it is the safe one
    except (yaml.YAMLError, ValueError, OSError) as error:
        faults.append(f"{place}: not readable as YAML: {' '.join(str(error).split())}")
        return {}
    if not isinstance(content, dict):
        faults.append(f"{place}: must hold settings by name at its top level")
        return {}
    return content


def _fault(folder: Path, error: Any) -> str:
    file = "workflows.yaml" if error["loc"] and error["loc"][0] == "workflows" else "sevbot.yaml"
    place = ".".join(str(part) for part in error["loc"])
    message = {"extra_forbidden": "there is no such setting", "missing": "this setting is missing"}.get(
        error["type"], error["msg"].removeprefix("Value error, ")
    )
    return f"{folder.name}/{file}: {place}: {message}"


def cross_check(config: Config) -> list[str]:
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
    faults += _words_for_two_roles(config)
    faults += _parts_of_no_country(config)
    faults += [
        f"sevbot.yaml: {fault}" for fault in faults_of(config.postmortems, {each.key for each in config.severities})
    ]
    faults += _impatience(config.delivery) + _promises(config) + _tracking(config.tracker, teams)
    if config.paging.refresh < timedelta(minutes=1):
        faults.append("sevbot.yaml: paging.refresh: give a minute at least: pagers limit how often they are asked")
    if COMMANDER not in {each.key for each in config.roles}:
        faults.append(f"sevbot.yaml: roles: none has the key {COMMANDER}; every SEV needs somebody in command")
    present = {status.category for status in config.statuses}
    faults += [f"sevbot.yaml: statuses: none has the category {each.value}" for each in Category if each not in present]
    return faults


def _parts_of_no_country(config: Config) -> list[str]:
    """Subdivisions that the country they stand for does not have."""
    company = config.calendar
    places = [("calendar", company.country, company.subdivision)]
    places += [
        (f"teams.{each.key}", country_and_part(each.country, each.subdivision, company=company)[0], each.subdivision)
        for each in config.teams
    ]
    return [f"sevbot.yaml: {fault}" for fault in unknown_parts(places)]


def _promises(config: Config) -> list[str]:
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


def _unknown_conditions(config: Config) -> list[str]:
    """Conditions of the rules that can never hold, since what they name does not exist."""
    severities, workflows = {each.key for each in config.severities}, {each.key for each in config.workflows}
    faults = []
    for place, rule in enumerate(config.invitations):
        faults += [f"{place}.severities: there is no severity {key!r}" for key in {*rule.severities} - severities]
        faults += [f"{place}.workflows: there is no workflow {key!r}" for key in {*rule.workflows} - workflows]
    return [f"sevbot.yaml: invitations.{fault}" for fault in sorted(faults)]


def _words_for_two_roles(config: Config) -> list[str]:
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
    if rules.attempt_limit < rules.call_timeout:
        faults.append(
            "sevbot.yaml: delivery.attempt_limit: must not be shorter than call_timeout, or no call may begin"
        )
    if not rules.backoff or not rules.operator_backoff:
        faults.append("sevbot.yaml: delivery: backoff and operator_backoff must be longer than nothing")
    return faults
