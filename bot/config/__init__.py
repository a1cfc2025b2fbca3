"""Configuration: `config/*.yaml`, read into one frozen, validated snapshot.

Everything that is wrong is listed at once, each fault with its file and place. Rooms ask `Settings.current`, since the
files can be read again while the bot runs; a faulty file is refused whole and the old snapshot stays.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError

from bot.config import openslo
from bot.config.alerts import AlertRules
from bot.config.calendar import CalendarRules
from bot.config.checks import CheckRules
from bot.config.crosschecks import cross_check
from bot.config.digests import Digest
from bot.config.fields import CustomField, FieldChoice, FieldKind
from bot.config.nudges import NudgeRule, Nudges, NudgeStep
from bot.config.postmortems import PostmortemRules
from bot.config.queries import PrometheusRules, Query
from bot.config.remediation import Remediation
from bot.config.retention import Retention
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
)
from bot.config.tracking import TrackerRules
from bot.config.values import SAFE_LOADER, Duration, Frozen, Place, parse_duration
from bot.config.webhooks import Webhook
from bot.config.workflows import Burn, Dashboard, Objective, Workflow

__all__ = [
    "COMMANDER",
    "AlertRules",
    "AudienceRule",
    "Burn",
    "CalendarRules",
    "Category",
    "Channels",
    "CheckRules",
    "Config",
    "ConfigFaults",
    "CustomField",
    "Dashboard",
    "Delivery",
    "Digest",
    "FieldChoice",
    "FieldKind",
    "NudgeRule",
    "NudgeStep",
    "Nudges",
    "Objective",
    "PagerService",
    "PagingRules",
    "Permissions",
    "PostmortemRules",
    "PrivateRules",
    "PrometheusRules",
    "Query",
    "Reactions",
    "Remediation",
    "Retention",
    "Role",
    "Settings",
    "Severity",
    "Status",
    "Team",
    "TeamPager",
    "TrackerRules",
    "Webhook",
    "Who",
    "Workflow",
    "load",
    "parse_duration",
    "read",
]


WORKFLOWS = "workflows.yaml"


class ConfigFaults(Exception):  # noqa: N818
    """The configuration cannot be used. `faults` are whole sentences, each with its place."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Config(Frozen):
    """One consistent snapshot of the files in the configuration folder."""

    severities: Annotated[tuple[Severity, ...], Field(min_length=1)]
    statuses: Annotated[tuple[Status, ...], Field(min_length=1, max_length=50)]
    roles: Annotated[tuple[Role, ...], Field(min_length=1)] = DEFAULT_ROLES
    fields: tuple[CustomField, ...] = ()
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
    operators: Place | None = None
    """The channel of those who run the bot: told what of the configuration, and of what services send, cannot be used."""
    alerts: AlertRules = AlertRules()
    checks: CheckRules = CheckRules()
    prometheus: PrometheusRules = PrometheusRules()
    webhooks: tuple[Webhook, ...] = ()
    retention: Retention = Retention()

    def severity(self, key: str) -> Severity | None:
        """The severity of that name, whatever its case, or None."""
        return next((each for each in self.severities if each.key == key.upper()), None)

    def role(self, key: str) -> Role:
        """The role of that name. A role taken out of the files while somebody holds it keeps its bare name."""
        return next((each for each in self.roles if each.key == key), Role(key=key, label=key))

    def field(self, key: str) -> CustomField | None:
        """The custom field of that key."""
        return next((each for each in self.fields if each.key == key), None)

    def team(self, key: str) -> Team | None:
        return next((each for each in self.teams if each.key == key), None)

    def workflow(self, key: str) -> Workflow | None:
        return next((each for each in self.workflows if each.key == key), None)

    def with_slos(self, slos: Mapping[str, Sequence[Objective]]) -> "Config":
        """The same, with further SLOs by the key of their workflow."""
        workflows = tuple(
            each.model_copy(update={"slos": (*each.slos, *slos.get(each.key, ()))}) for each in self.workflows
        )
        return self.model_copy(update={"workflows": workflows})

    def status(self, key: str) -> Status:
        """The status of that name. A status taken out of the files while SEVs still bear it keeps its bare name."""
        found = next((each for each in self.statuses if each.key == key), None)
        return found or Status(key=key, category=Category.INVESTIGATING, label=key[:30])

    def status_of(self, category: Category) -> Status:
        """The first status of a category: the one a short form such as `mitigate` leads to."""
        return next(each for each in self.statuses if each.category is category)


class Settings:
    """The current snapshot, and how to read it again."""

    def __init__(self, folder: Path, *, config: Config | None = None) -> None:
        self.folder = folder
        self.notices: tuple[str, ...] = ()
        """What of the current snapshot's files was left out, and why."""
        self.fingerprint = self.fingerprint_now()
        """That of the files as they were before the snapshot was read."""
        self._has_workflows = False
        self.current = config or self._read()

    def reload(self) -> None:
        """Read the files again. Raises `ConfigFaults` and keeps the old snapshot when they cannot be used."""
        fingerprint = self.fingerprint_now()
        self.current = self._read()
        self.fingerprint = fingerprint

    def faults_now(self) -> list[str]:
        """What is wrong with the files as they are now."""
        try:
            read(self.folder, needs_workflows=self._has_workflows)
        except ConfigFaults as refused:
            return refused.faults
        return []

    def fingerprint_now(self) -> str:
        """What the files hold now, as a digest. It differs whenever one of them does."""
        digest = hashlib.sha256()
        for path in sorted([*self.folder.glob("*.yaml"), *(self.folder / openslo.FOLDER).glob("*")]):
            with suppress(OSError):  # it was taken away meanwhile, or is no file
                digest.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _read(self) -> Config:
        config, self.notices = read(self.folder, needs_workflows=self._has_workflows)
        self._has_workflows = (self.folder / WORKFLOWS).exists()
        return config


def load(folder: Path) -> Config:
    """The configuration alone; see `read`."""
    return read(folder)[0]


def read(folder: Path, *, needs_workflows: bool = False) -> tuple[Config, tuple[str, ...]]:
    """Read `sevbot.yaml`, `workflows.yaml` and `openslo/`: the configuration, and notices of what was left out.

    Raises `ConfigFaults` with every fault found in all of them. `needs_workflows`: `workflows.yaml` was there before, so that a
    missing one was lost, and does not mean that there are none.
    """
    faults: list[str] = []
    raw: dict[str, Any] = {}
    for name, required in (("sevbot.yaml", True), (WORKFLOWS, needs_workflows)):
        found = _read_yaml(folder / name, required=required, faults=faults)
        allowed = {"workflows"} if name == WORKFLOWS else set(Config.model_fields) - {"workflows"}
        faults += [
            f"{folder.name}/{name}: {each}: there is no such setting here" for each in found if each not in allowed
        ]
        raw |= {key: value for key, value in found.items() if key in allowed}
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigFaults([*faults, *(_fault(folder, each) for each in error.errors())]) from None
    slos, notes = openslo.read(folder, config.workflows)
    config = config.with_slos(slos)
    faults += [*notes.faults, *(f"{folder.name}/{fault}" for fault in cross_check(config))]
    if faults:
        raise ConfigFaults(faults)
    return config, tuple(notes.notices)


def _read_yaml(path: Path, *, required: bool, faults: list[str]) -> dict[str, Any]:
    place = f"{path.parent.name}/{path.name}"
    if not path.exists():
        if required:
            hint = "; if there are none, let it say workflows: []" if path.name == WORKFLOWS else ""
            faults.append(f"{place}: the file is missing (looked in {path.parent}){hint}")
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
