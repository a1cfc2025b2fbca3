"""Checks: what is asked of a workflow again and again, and what must be answered."""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from bot.config.patterns import pattern
from bot.config.values import TAKES_A_PATTERN, Duration, Frozen, Link, parse_duration

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=7)
LONGEST_RUN = timedelta(minutes=2)
USUAL_RUN = timedelta(seconds=10)
SHORTEST_KEPT = timedelta(hours=1)
PUSHED = "counts"
"""The signal that services feed themselves: no check may be called like it."""
PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
"""Where something is filled in: `{{ token }}`, `{{ secret.password }}`."""
OF_SECRETS = "secret."
NAME = r"[A-Za-z][A-Za-z0-9_]{0,39}"


def json_path(value: str) -> str:
    """Where something is in JSON. Raises `ValueError` where it can't be read, or takes a regular expression."""
    from jsonpath_ng.exceptions import JSONPathError  # late: they take memory, and few settings need them
    from jsonpath_ng.ext.parser import parse

    if TAKES_A_PATTERN.search(value):
        raise ValueError(
            f"{value!r} can't be used: regular expressions have no place in a JSONPath; give matches instead"
        )
    try:
        parse(value)
    except (JSONPathError, AttributeError, IndexError, re.error) as error:  # its lexer trips over some texts
        raise ValueError(f"{value!r} is no JSONPath, such as $.order.id: {error}") from None
    return value


def network(value: str) -> str:
    """A network, or one address. Raises `ValueError` where it is neither."""
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError(f"{error}: write a network such as 10.0.0.0/8, or an address such as 10.1.2.3") from None
    return value


def address(value: str) -> str:
    """An IP address. Raises `ValueError` where it is none."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(f"{value!r} is no address: write 10.1.2.3 or the like") from None


def _statuses(value: object) -> object:
    return (value,) if isinstance(value, int) else value


Pattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(pattern)]
Path = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(json_path)]
Name = Annotated[str, Field(pattern=rf"^{NAME}$")]
HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")]
Text = Annotated[str, Field(max_length=10_000)]
Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,253}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Statuses = Annotated[tuple[Annotated[int, Field(ge=100, le=599)], ...], Field(min_length=1), BeforeValidator(_statuses)]
Number = Annotated[float, Field(ge=0)]


class Confirm(Frozen):
    """How a failure is confirmed before it counts: only the last try does."""

    retries: Annotated[int, Field(ge=0, le=5)] = 1
    delay: Duration = timedelta(seconds=3)


class Request(Frozen):
    """What is asked. `{{ name }}` is filled in everywhere."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    headers: Annotated[dict[HeaderName, Text], Field(max_length=50, default_factory=dict)]
    content: Annotated[Any, Field(alias="json")] = None
    """A body of JSON."""
    form: dict[str, Text] | None = None
    body: Text | None = None
    """A body as it is."""

    @property
    def texts(self) -> tuple[object, ...]:
        """All of it in which something may be filled in."""
        return self.url, self.headers, self.content, self.form, self.body


class Below(Frozen):
    lt: Number


class Words(Frozen):
    contains: Text | None = None
    matches: Pattern | None = None


class Expectation(Frozen):
    """One thing an answer must be. One of the first five says what of it; the others, how."""

    status: Statuses | None = None
    path: Annotated[Path | None, Field(alias="json")] = None
    header: HeaderName | None = None
    body: Words | None = None
    latency_ms: Below | None = None

    exists: bool | None = None
    equals: Any = None
    contains: Text | None = None
    matches: Pattern | None = None
    lt: float | None = None
    gt: float | None = None


class Extraction(Frozen):
    """Where a value is in an answer that later steps need."""

    path: Annotated[Path | None, Field(alias="json")] = None
    header: HeaderName | None = None
    regex: Pattern | None = None
    """In the body: its first group, or the whole where it has none."""
    cookie: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class Step(Frozen):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    request: Request
    expect: Annotated[tuple[Expectation, ...], Field(max_length=20)] = ()
    """Without a status among them, the answer's must be below 400."""
    extract: Annotated[dict[Name, Extraction], Field(max_length=20, default_factory=dict)]
    redirects: Annotated[int, Field(ge=0, le=10)] = 5
    """How many are followed."""
    always: bool = False
    """It is done even after a step failed: it cleans up."""


class Tcp(Frozen):
    """A port that must take connections."""

    host: Host
    port: Port


class Dns(Frozen):
    """A name that must be resolved."""

    name: Host
    type: Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT"] = "A"
    server: Annotated[str, AfterValidator(address)] | None = None
    """The address of the server that is asked; None: those this machine asks."""
    port: Port = 53
    expect: tuple[Annotated[str, Field(min_length=1, max_length=255)], ...] = ()
    """What must be among the answers; none: any answer will do."""


class Tls(Frozen):
    """A certificate that must be trusted, and not expire soon."""

    host: Host
    port: Port = 443
    server_name: Host | None = None
    """For whom it is; None: for the host."""
    warn: Duration = timedelta(days=21)
    """How long before it expires that is told."""


class Check(Frozen):
    """Something of a workflow that is tried again and again: one of `steps`, `tcp`, `dns` and `tls`."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    """Also the signal by which SLOs name what it counts."""
    name: Annotated[str, Field(min_length=1, max_length=60)]
    every: Annotated[timedelta, BeforeValidator(parse_duration)] = timedelta(minutes=1)
    timeout: Duration | None = None
    """Of one run with all its steps; None: 10 s, or `every` where that is less."""
    confirm: Confirm = Confirm()
    fails_after: Annotated[int, Field(ge=1, le=100)] = 3
    """How many runs in a row must fail until it is taken to fail."""
    recovers_after: Annotated[int, Field(ge=1, le=100)] = 2
    variables: Annotated[dict[Name, Text], Field(max_length=50, default_factory=dict)]
    """What is filled in for `{{ name }}`."""
    steps: Annotated[tuple[Step, ...], Field(max_length=20)] = ()
    tcp: Tcp | None = None
    dns: Dns | None = None
    tls: Tls | None = None

    @property
    def patience(self) -> timedelta:
        """How long one run may take."""
        return self.timeout or min(USUAL_RUN, self.every)

    @property
    def longest(self) -> timedelta:
        """How long it may take until a failure is confirmed: each try may take its time once more to clean up."""
        return 2 * self.patience * (self.confirm.retries + 1) + self.confirm.delay * self.confirm.retries


class CheckRules(Frozen):
    """How checks are run."""

    workers: Annotated[int, Field(ge=1, le=512)] = 128
    """How many run at once, on each replica."""
    allowed_networks: tuple[Annotated[str, AfterValidator(network)], ...] = ()
    """Private networks that checks may speak to; all public ones they may."""
    control_url: Link | None = None
    """What is tried where all checks fail at once: does it fail too, it is the bot that has no network."""
    keep: Duration = timedelta(days=2)
    """How long is kept how single runs went."""


def wrong_rules(rules: CheckRules) -> Iterator[str]:
    """What is wrong with how checks are run, each fault with its place."""
    if rules.keep < SHORTEST_KEPT:
        yield "checks.keep: give an hour at least"


def wrong_checks(checks: Sequence[Check]) -> Iterator[str]:
    """A fault for whatever no single setting of a check shows, each beginning with the place: `.checks: ...`."""
    keys = [each.key for each in checks]
    yield from (f".checks: {key!r} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1}))
    for each in checks:
        yield from (f".checks.{each.key}{fault}" for fault in _wrong(each))


def _wrong(check: Check) -> Iterator[str]:
    if check.key == PUSHED:
        yield ".key: give another: counts is what services push"
    if sum(map(bool, (check.steps, check.tcp, check.dns, check.tls))) != 1:
        yield ": give one of steps, tcp, dns and tls"
    if not SHORTEST <= check.every <= LONGEST:
        yield ".every: give 1s to 7d"
    if not timedelta() < check.patience <= min(LONGEST_RUN, check.every):
        yield ".timeout: give no more than every, and 2m at most"
    if check.confirm.delay > LONGEST_RUN:
        yield ".confirm.delay: give 2m at most"
    known = {*check.variables}
    for step in check.steps:
        yield from (f".steps.{step.name}{fault}" for fault in _wrong_step(step, known))
        known |= {*step.extract}
    names = [each.name for each in check.steps]
    yield from (
        f".steps: {name!r} is there twice" for name in sorted({name for name in names if names.count(name) > 1})
    )


def _wrong_step(step: Step, known: set[str]) -> Iterator[str]:
    request = step.request
    for name in sorted(set(places(request.texts))):
        is_secret = name.startswith(OF_SECRETS) and re.fullmatch(NAME, name.removeprefix(OF_SECRETS))
        if not is_secret and name not in known:
            yield f".request: nothing is called {name!r}: give it in variables, or let a step before extract it"
    if sum(each is not None for each in (request.content, request.form, request.body)) > 1:
        yield ".request: give one of json, form and body"
    for place, each in enumerate(step.expect):
        yield from (f".expect.{place}: {fault}" for fault in _wrong_expectation(each))
    for name, source in step.extract.items():
        if len(source.model_fields_set) != 1:
            yield f".extract.{name}: give one of json, header, regex and cookie"


def _wrong_expectation(expectation: Expectation) -> Iterator[str]:
    given = expectation.model_fields_set
    subjects = given & {"status", "path", "header", "body", "latency_ms"}
    ways = given - subjects
    if len(subjects) != 1:
        yield "give one of status, json, header, body and latency_ms"
    elif subjects & {"path", "header"}:
        possible = {"exists", "equals", "contains", "matches", *(("lt", "gt") if "path" in subjects else ())}
        if len(ways) != 1 or not ways <= possible:
            yield f"give one of {', '.join(sorted(possible))} beside it"
    elif ways:
        yield f"leave out {', '.join(sorted(ways))}: that goes with json and header only"
    elif expectation.body and len(expectation.body.model_fields_set) != 1:
        yield "give contains or matches in body"


def places(content: object) -> Iterator[str]:
    """The names that are to be filled in, in a text, or in all texts of what holds some."""
    if isinstance(content, str):
        yield from (found[1] for found in PLACE.finditer(content))
    elif isinstance(content, Mapping):
        for name, value in content.items():
            yield from places(name)
            yield from places(value)
    elif isinstance(content, Sequence):
        for each in content:
            yield from places(each)
