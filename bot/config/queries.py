"""Prometheus, and the queries by which it is asked how often a workflow did well."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from bot.config.values import Duration, Frozen, Key, Link

PromQl = Annotated[str, Field(min_length=1, max_length=2000)]
SHORTEST_TIMEOUT, LONGEST_TIMEOUT = timedelta(seconds=1), timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=30)


class PrometheusRules(Frozen):
    """The Prometheus that is asked, or what speaks as it does."""

    url: Link | None = None
    """What comes before `/api/v1`."""
    delay: Duration = timedelta(seconds=30)
    """How long after a minute is over it is asked for: by then everything must have been scraped."""
    timeout: Duration = timedelta(seconds=5)
    """How long an answer may take."""


class Query(Frozen):
    """What Prometheus counts of a workflow: each expression gives one number, evaluated at the end of each minute."""

    key: Key
    """The signal by which SLOs know it."""
    name: Annotated[str, Field(min_length=1, max_length=60)]
    source: Literal["prometheus"] = "prometheus"
    good: PromQl
    """How many went well in the minute."""
    total: PromQl
    """How many there were in all."""


def wrong_prometheus(rules: PrometheusRules) -> Iterator[str]:
    """What is wrong with how it is asked, each fault with its place."""
    if not SHORTEST_TIMEOUT <= rules.timeout <= LONGEST_TIMEOUT:
        yield "prometheus.timeout: give 1s to 30s"
    if rules.delay > LONGEST_DELAY:
        yield "prometheus.delay: give no more than 30m: so long nobody would hear of trouble"


def wrong_queries(queries: Sequence[Query], *, pushed: str) -> Iterator[str]:
    """A fault for whatever no single query shows, each beginning with the place. `pushed`: the signal services feed themselves."""
    keys = [each.key for each in queries]
    yield from (f".queries: {key!r} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1}))
    if pushed in keys:
        yield f".queries.{pushed}: give it another key: {pushed} are what services push"
