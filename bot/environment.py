"""What differs between installations: environment variables, each secret also as a file (`NAME_FILE`)."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.config import ConfigFaults
from bot.secrets import secret, secrets, secrets_by_name

HIGHEST_PORT = 65535
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


PAGER_KEY = "SEVBOT_PAGER_"
"""What the name of a pager's key begins with; the rest is the name that the team's settings give."""


HOOK_KEY = "SEVBOT_HOOK_"
"""What the name of a secret begins with that alerts are delivered with; the rest is the source's name in capitals."""
WEBHOOK_KEY = "SEVBOT_WEBHOOK_"
"""What the name of a secret begins with that outgoing webhooks are signed with; the rest is the webhook's key in capitals."""


CHECK_SECRET = "SEVBOT_CHECK_SECRET_"  # noqa: S105 - it is where one is, and none
"""What the name of a secret begins with that checks fill in; the rest is its name in capitals."""


@dataclass(frozen=True, kw_only=True)
class PagerAccess:
    """The secrets with which pagers are spoken to, and where they are."""

    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Each team's key, by the name its settings give."""
    pagerduty_token: str = field(default="", repr=False)
    opsgenie_key: str = field(default="", repr=False)
    pagerduty_events_url: str = ""
    """Another address than the vendor's own; empty for that."""
    pagerduty_api_url: str = ""
    opsgenie_api_url: str = ""


@dataclass(frozen=True, kw_only=True)
class TrackerAccess:
    """The secrets with which the tracker is spoken to, and where it is."""

    jira_url: str = ""
    jira_email: str = field(default="", repr=False)
    jira_token: str = field(default="", repr=False)
    jira_webhook_secret: str = field(default="", repr=False)
    """Without it, nobody may tell us that something changed there."""


@dataclass(frozen=True, kw_only=True)
class PrometheusAccess:
    """With what Prometheus is asked, where it wants to know by whom: a token, or a name and password."""

    token: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class ApiToken:
    """Who may call our HTTP API, and what for. The token itself is kept nowhere, only its SHA-256."""

    name: str
    scopes: frozenset[str]
    digest: str = field(repr=False)


API_TOKEN = re.compile(
    r"([a-z0-9][a-z0-9_-]{0,39}) ([a-z:]+(?:/[a-z0-9_-]+)?(?:,[a-z:]+(?:/[a-z0-9_-]+)?)*) sha256:([0-9a-f]{64})"
)
"""`checkout counts:write sha256:9f86...`: a name, scopes with commas, and the token's SHA-256 in hexadecimal."""
PUSH_COUNTS, READ_INCIDENTS, WRITE_INCIDENTS = "counts:write", "incidents:read", "incidents:write"
SEE_PRIVATE = "incidents:private"
API_SCOPES = (PUSH_COUNTS, READ_INCIDENTS, WRITE_INCIDENTS, SEE_PRIVATE)
"""What a token may be for. That of counts may be given as a whole, or for one workflow (`counts:write/place-order`)."""
LONGEST_ACTOR = 28
"""Characters of the name of whoever changes SEVs: it stands in their timelines."""


@dataclass(frozen=True)
class Environment:
    """What differs between installations, from environment variables."""

    database_url: str
    config_folder: Path
    http_host: str
    http_port: int
    log_format: str
    slack_bot_token: str
    slack_app_token: str
    slack_signing_secret: str
    slack_api_url: str
    metrics_token: str
    journal_folder: Path = Path("var/journal")
    """Where is kept what is declared while the database is down: a folder of this instance's own, that outlives it."""
    pagers: PagerAccess = PagerAccess()
    tracker: TrackerAccess = TrackerAccess()
    api_tokens: tuple[ApiToken, ...] = ()
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """The secrets with which alerts may be delivered, by the source's name; several while one is being changed."""
    webhooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """The secrets of outgoing webhooks, by their keys in capitals; several while one is being changed."""
    heartbeat_secrets: tuple[str, ...] = field(default=(), repr=False)
    """From which the addresses for heartbeats are made; several while one is being changed, the newest first."""
    prometheus: PrometheusAccess = PrometheusAccess()

    check_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What checks fill in for `{{ secret.NAME }}`, by its name in lower case."""

    alive_url: str = field(default="", repr=False)
    """What is called every minute as long as the bot can do its work; a secret, since whoever knows it can speak for it."""

    @property
    def socket_mode(self) -> bool:
        return bool(self.slack_app_token)

    @property
    def slack_is_local(self) -> bool:
        """Whether Slack is the local one, whose clock may be obeyed."""
        return host_of(self.slack_api_url) in LOOPBACK


def read_environment(variables: Mapping[str, str] = os.environ) -> Environment:
    """Read the environment. Each secret may also be given as `NAME_FILE`. Raises `ConfigFaults` with all that is wrong."""
    faults: list[str] = []
    host, _, port = variables.get("SEVBOT_HTTP", "127.0.0.1:8080").rpartition(":")
    if not host or not port.isdecimal() or int(port) > HIGHEST_PORT:
        faults.append("SEVBOT_HTTP: write HOST:PORT, such as 127.0.0.1:8080")
        port = "0"
    log_format = variables.get("SEVBOT_LOG", "text")
    if log_format not in {"text", "json"}:
        faults.append("SEVBOT_LOG: write text or json")
    api_url = variables.get("SLACK_API_URL", "https://slack.com/api/")
    if not _is_safe_address(api_url):
        faults.append("SLACK_API_URL: must begin with https:// (only an address on this machine may do without)")
    result = Environment(
        database_url=secret(variables, "DATABASE_URL", faults) or "sqlite:///var/sevbot.db",
        config_folder=Path(variables.get("SEVBOT_CONFIG", "config")),
        http_host=host.strip("[]"),
        http_port=int(port),
        log_format=log_format,
        slack_bot_token=secret(variables, "SLACK_BOT_TOKEN", faults),
        slack_app_token=secret(variables, "SLACK_APP_TOKEN", faults),
        slack_signing_secret=secret(variables, "SLACK_SIGNING_SECRET", faults),
        slack_api_url=api_url.rstrip("/") + "/",
        metrics_token=secret(variables, "SEVBOT_METRICS_TOKEN", faults),
        journal_folder=Path(variables.get("SEVBOT_JOURNAL", "var/journal")),
        pagers=pager_access(variables, faults),
        tracker=tracker_access(variables, faults),
        api_tokens=api_tokens(variables, faults),
        hooks={name.lower(): secrets for name, secrets in secrets_by_name(variables, HOOK_KEY, faults).items()},
        webhooks=secrets_by_name(variables, WEBHOOK_KEY, faults),
        heartbeat_secrets=secrets(variables, "SEVBOT_HEARTBEAT_SECRET", faults),
        alive_url=secret(variables, "SEVBOT_ALIVE_URL", faults),
        check_secrets=check_secrets(variables, faults),
        prometheus=prometheus_access(variables, faults),
    )
    if result.alive_url and not _is_safe_address(result.alive_url):
        faults.append("SEVBOT_ALIVE_URL: must begin with https:// (only an address on this machine may do without)")
    if not _is_database(result.database_url):
        faults.append("DATABASE_URL: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    if faults:
        raise ConfigFaults(faults)
    return result


def in_address(host: str) -> str:
    """A host as addresses name it: one of IPv6 stands in brackets, for it has colons of its own."""
    return f"[{host}]" if ":" in host else host


def host_of(url: str) -> str | None:
    """The host that an address names."""
    return urlsplit(url).hostname


def require_slack(found: Environment) -> None:
    """Raise `ConfigFaults` unless there is all it takes to talk with Slack in the mode the tokens imply."""
    faults = []
    if not found.slack_bot_token.startswith("xoxb-"):
        faults.append("SLACK_BOT_TOKEN: give the bot token of the Slack app; it begins with xoxb-")
    if found.slack_app_token and not found.slack_app_token.startswith("xapp-"):
        faults.append("SLACK_APP_TOKEN: give the app-level token with connections:write; it begins with xapp-")
    if not found.slack_app_token and not found.slack_signing_secret:
        faults.append(
            "Give SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (Slack then sends to /slack/events): there is neither"
        )
    if faults:
        raise ConfigFaults(faults)


def pager_access(variables: Mapping[str, str], faults: list[str]) -> PagerAccess:
    """How pagers are spoken to; what is wrong with it is added to `faults`."""
    names = {name.removesuffix("_FILE") for name in variables if name.startswith(PAGER_KEY)}
    addresses = {
        name: variables.get(name, "").rstrip("/")
        for name in ("PAGERDUTY_EVENTS_URL", "PAGERDUTY_API_URL", "OPSGENIE_API_URL")
    }
    faults += [
        f"{name}: must begin with https:// (only an address on this machine may do without)"
        for name, address in addresses.items()
        if address and not _is_safe_address(address)
    ]
    return PagerAccess(
        keys={name.removeprefix(PAGER_KEY): secret(variables, name, faults) for name in sorted(names)},
        pagerduty_token=secret(variables, "PAGERDUTY_API_TOKEN", faults),
        opsgenie_key=secret(variables, "OPSGENIE_API_KEY", faults),
        pagerduty_events_url=addresses["PAGERDUTY_EVENTS_URL"],
        pagerduty_api_url=addresses["PAGERDUTY_API_URL"],
        opsgenie_api_url=addresses["OPSGENIE_API_URL"],
    )


def tracker_access(variables: Mapping[str, str], faults: list[str]) -> TrackerAccess:
    """How the tracker is spoken to; what is wrong with it is added to `faults`."""
    found = {name: secret(variables, f"JIRA_{name}", faults) for name in ("EMAIL", "TOKEN", "WEBHOOK_SECRET")}
    url = variables.get("JIRA_URL", "").rstrip("/")
    if url and not _is_safe_address(url):
        faults.append("JIRA_URL: must begin with https:// (only an address on this machine may do without)")
    if 0 < sum(map(bool, (url, found["EMAIL"], found["TOKEN"]))) < 3:
        faults.append("Give JIRA_URL, JIRA_EMAIL and JIRA_TOKEN, or none of them: some are missing")
    return TrackerAccess(
        jira_url=url, jira_email=found["EMAIL"], jira_token=found["TOKEN"],
        jira_webhook_secret=found["WEBHOOK_SECRET"],
    )  # fmt: skip


def prometheus_access(variables: Mapping[str, str], faults: list[str]) -> PrometheusAccess:
    """With what Prometheus is asked; what is wrong with it is added to `faults`."""
    token, user, password = (secret(variables, f"PROMETHEUS_{name}", faults) for name in ("TOKEN", "USER", "PASSWORD"))
    if bool(user) != bool(password) or (token and user):
        faults.append("Give PROMETHEUS_TOKEN, or PROMETHEUS_USER and PROMETHEUS_PASSWORD, or none of them")
    return PrometheusAccess(token=token, user=user, password=password)


def api_tokens(variables: Mapping[str, str], faults: list[str]) -> tuple[ApiToken, ...]:
    """Who may call our HTTP API: one to a line, or with semicolons in between; what is wrong is added to `faults`."""
    entries = [
        entry for each in secret(variables, "SEVBOT_API_TOKENS", faults).split("\n") for entry in each.split(";")
    ]
    found: dict[str, ApiToken] = {}
    for place, entry in enumerate((each.strip() for each in entries if each.strip()), start=1):
        match = API_TOKEN.fullmatch(" ".join(entry.split()))
        if match is None:
            faults.append(
                f"SEVBOT_API_TOKENS: entry {place}: write NAME SCOPE sha256:DIGEST. `sevbot token NAME` makes one"
            )
            continue
        name, scopes, digest = match.groups()
        if what := _wrong_with(name, scopes.split(","), found):
            faults.append(f"SEVBOT_API_TOKENS: entry {place}, {name}: {what}")
        found[name] = ApiToken(name, frozenset(scopes.split(",")), digest)
    return tuple(found.values())


def _wrong_with(name: str, scopes: Sequence[str], known: Mapping[str, ApiToken]) -> str:
    """What is wrong with a token's entry; empty: nothing."""
    wrong = sorted({each for each in scopes if each.removeprefix(f"{PUSH_COUNTS}/") == each} - set(API_SCOPES))
    if wrong:
        return f"there is no scope {wrong[0]}"
    if name in known:
        return "the name is there twice"
    if WRITE_INCIDENTS in scopes and len(name) > LONGEST_ACTOR:
        return f"give it a name of {LONGEST_ACTOR} characters at most: it stands in timelines"
    return ""


def check_secrets(variables: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """What checks fill in, by its name in lower case; what is wrong with it is added to `faults`."""
    names = sorted({name.removesuffix("_FILE") for name in variables if name.startswith(CHECK_SECRET)})
    found = {name.removeprefix(CHECK_SECRET).lower(): secret(variables, name, faults) for name in names}
    return {name: given for name, given in found.items() if given}


def _is_safe_address(url: str) -> bool:
    try:
        address = urlsplit(url)
    except ValueError:
        return False
    return bool(address.hostname) and (address.scheme == "https" or address.hostname in LOOPBACK)


def _is_database(url: str) -> bool:
    """Whether it is an address of either engine. SQLite needs a file: in memory each connection would have its own."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return False
    if address.drivername == "sqlite":
        return bool(address.database) and address.database != ":memory:"
    return address.drivername == "postgresql"
