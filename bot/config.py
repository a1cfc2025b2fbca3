"""Configuration: `config/*.yaml`, read into one frozen, validated snapshot.

Everything that is wrong is listed at once, each fault with its file and place. Rooms ask `Settings.current`, since the
files can be read again while the bot runs; a faulty file is refused whole and the old snapshot stays.
"""

import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

DURATION = re.compile(r"(\d+)\s*(ms|s|m|h|d)")
UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class ConfigFaults(Exception):  # noqa: N818
    """The configuration cannot be used. `faults` are whole sentences, each with its place."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def parse_duration(value: object) -> object:
    """`90s`, `15m`, `2h`, `7d` or `1h 30m` as a timedelta; anything else is left to pydantic to refuse."""
    if not isinstance(value, str):
        raise ValueError("write a duration with its unit, such as 90s, 15m, 2h or 7d")  # noqa: TRY004 - pydantic asks for it
    parts = DURATION.findall(value)
    if not parts or DURATION.sub("", value).strip():
        raise ValueError(f"{value!r} is no duration: write 90s, 15m, 2h or 7d")
    try:
        return sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        raise ValueError(f"{value!r} is too long") from None


def _http_link(value: str) -> str:
    address = urlsplit(value)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ValueError(f"{value!r} is no link: it must begin with https:// or http://")
    return value


def _channel_template(value: str) -> str:
    if value.count("{number}") != 1 or value.count("{title}") > 1:
        raise ValueError("must hold {number} once, and {title} once at most")
    if not re.fullmatch(r"[a-z0-9_-]*", value.replace("{number}", "").replace("{title}", "")):
        raise ValueError("besides {number} and {title} only a-z, 0-9, - and _ are possible in a channel's name")
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Link = Annotated[str, Field(max_length=2000), AfterValidator(_http_link)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Place = Annotated[str, Field(pattern=r"^([CG][A-Z0-9]{2,}|#[^\s#]{1,80})$")]
"""A channel: its id (C0123456), or #name where the id is not known yet."""
UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]
GroupId = Annotated[str, Field(pattern=r"^S[A-Z0-9]{2,}$")]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Category(StrEnum):
    """What a status means to the bot, whatever a company calls it."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Status(Frozen):
    key: Key
    category: Category
    label: Annotated[str, Field(min_length=1, max_length=30)]
    emoji: Annotated[str, Field(max_length=40)] = ""


class Severity(Frozen):
    key: Annotated[str, Field(pattern=r"^SEV[0-9]$")]
    meaning: Annotated[str, Field(min_length=1, max_length=75)]
    emoji: Annotated[str, Field(max_length=40)] = ""
    invite: tuple[Key, ...] = ()
    """Teams whose people are invited to the channel."""
    announce: tuple[Place, ...] = ()
    page: tuple[Key, ...] = ()
    """Teams that are paged."""


class Team(Frozen):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=60)]
    members: tuple[UserId, ...] = ()
    user_group: GroupId | None = None
    channel: Place | None = None


class Workflow(Frozen):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=60)]
    owner: Key | None = None
    tier: Annotated[int, Field(ge=1, le=4)] = 2
    runbook: Link | None = None
    announce: tuple[Place, ...] = ()


class Channels(Frozen):
    """How a SEV's channel is named. `{number}` and `{title}` are filled in; a private SEV's name never holds its title."""

    name: Annotated[str, Field(max_length=60), AfterValidator(_channel_template)] = "sev-{number}-{title}"
    private_name: Annotated[str, Field(pattern=r"^[a-z0-9_-]*\{number\}[a-z0-9_-]*$", max_length=60)] = "sev-{number}"
    bridge: Link | None = None
    """The call everybody joins, shown as a bookmark."""


Who = Literal["everyone", "members", "nobody"]


class Permissions(Frozen):
    """Who may do what. `members` are people of this workspace who are no guests; `everyone` includes guests."""

    declare: Who = "members"
    change: Who = "members"
    """Severity, status, title, summary, times."""
    see: Who = "everyone"


class PrivateRules(Frozen):
    invite: tuple[Key, ...] = ()
    """Teams that are invited to every private SEV, besides the person who declares it."""


class Delivery(Frozen):
    """How patiently Slack is served. The defaults suit a real workspace; tests shorten them."""

    workers: Annotated[int, Field(ge=1, le=64)] = 24
    call_timeout: Duration = timedelta(seconds=5)
    attempt_limit: Duration = timedelta(seconds=30)
    """What one try may take in all, over all its calls."""
    lease_margin: Duration = timedelta(seconds=30)
    """How much longer than that a lease lasts, so that nobody takes over beside a live request."""
    backoff: Duration = timedelta(seconds=1)
    operator_backoff: Duration = timedelta(seconds=30)
    give_up_after: Duration = timedelta(hours=24)
    second_look: Duration = timedelta(minutes=2)
    """When to look for a second copy that a late answer may have left."""

    @property
    def lease(self) -> timedelta:
        """How long a claimed row is left to its worker."""
        return self.attempt_limit + self.lease_margin


class Config(Frozen):
    """One consistent snapshot of the files in the configuration folder."""

    severities: Annotated[tuple[Severity, ...], Field(min_length=1)]
    statuses: Annotated[tuple[Status, ...], Field(min_length=1)]
    teams: tuple[Team, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    channels: Channels = Channels()
    permissions: Permissions = Permissions()
    private: PrivateRules = PrivateRules()
    delivery: Delivery = Delivery()

    def severity(self, key: str) -> Severity | None:
        """The severity of that name, whatever its case, or None."""
        return next((each for each in self.severities if each.key == key.upper()), None)

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
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
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
    faults += [f"{place}: there is no team {key!r}" for place, keys in used for key in keys if key not in teams]
    faults += _impatience(config.delivery)
    present = {status.category for status in config.statuses}
    faults += [f"sevbot.yaml: statuses: none has the category {each.value}" for each in Category if each not in present]
    return faults


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
