"""What the doctor says of what it was shown: each thing in words, how bad it is, and what to do about it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from bot.incidents import briefs
from bot.outbox.claims import QueueState

LATE_QUEUE = timedelta(minutes=5)
LATE_JOB = timedelta(minutes=5)
SKEW = timedelta(seconds=5)
BAD_SKEW = timedelta(minutes=2)
"""Slack refuses signatures that are five minutes off."""
LITTLE_SPACE, HARDLY_SPACE = 1_000_000_000, 100_000_000
"""Bytes that are free."""
SHOWN = 5
OURS = "sevbot_"
"""How the names of the bot's metrics begin."""
MISSING_SCOPES = (
    "Make the manifest anew with `sevbot manifest`, paste it at api.slack.com/apps, and install the app again."
)


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `todo` says what to do about it, where there is something to do."""

    level: Level
    text: str
    todo: str = ""


@dataclass(frozen=True)
class Failed:
    """Deliveries of one kind that failed for good, for one reason."""

    label: str
    reason: str
    count: int


def ok(text: str) -> Finding:
    return Finding(Level.OK, text)


def schema(found: str | None, known: Sequence[str]) -> Finding:
    """Whether the database is at the schema this version was made for."""
    if found == known[-1]:
        return ok(f"The database is at revision {found}, as it should be.")
    if found is not None and found not in known:
        text = f"The database is at revision {found}, and this version knows {known[-1]}."
        return Finding(Level.WARN, text, "During an upgrade this is as it should be; after it, upgrade this one too.")
    return Finding(
        Level.FAULT, f"The database is at revision {found or 'none'}, not {known[-1]}.", "Run `sevbot migrate`."
    )


def queue(state: QueueState, failed: Sequence[Failed]) -> list[Finding]:
    """Whether what should be said gets out."""
    oldest = length(state.oldest_due)
    waiting = f"{state.waiting} deliveries wait" if state.waiting != 1 else "One delivery waits"
    late = state.oldest_due > LATE_QUEUE
    found = [
        Finding(Level.FAULT, f"{waiting}, the oldest for {oldest}.", "See below what else is wrong, and the log.")
        if late
        else ok(f"{waiting}, none of them late.")
    ]
    if not state.dead:
        return [*found, ok("No delivery failed for good.")]
    what = "; ".join(f"{each.label} ({each.count}): {each.reason}" for each in failed[:SHOWN])
    more = "; and others" if len(failed) > SHOWN else ""
    text = f"{state.dead} deliveries failed for good: " if state.dead != 1 else "One delivery failed for good: "
    return [
        *found,
        Finding(Level.WARN, text + what + more, "Mend what they name, then try them again: `sevbot retry`."),
    ]


def disk(free: int) -> Finding:
    """Whether an embedded database has room to grow; `free` is in bytes."""
    text = f"{free / 1e9:.1f} GB are free where the database is."
    if free >= LITTLE_SPACE:
        return ok(text)
    return Finding(Level.FAULT if free < HARDLY_SPACE else Level.WARN, text, "Make room: a full disk stops everything.")


def scopes(granted: Collection[str], needed: Mapping[str, str]) -> list[Finding]:
    """Whether the app may do what the bot does, and no more. `needed` says what each scope is for."""
    missing = [f"{name} (to {why})" for name, why in sorted(needed.items()) if name not in granted]
    beyond = sorted(set(granted) - set(needed))
    found = []
    if missing:
        found.append(Finding(Level.FAULT, f"The app lacks scopes: {'; '.join(missing)}.", MISSING_SCOPES))
    if beyond:
        todo = "Take them away at api.slack.com/apps: what the bot can't do, nobody can do with its token."
        found.append(Finding(Level.WARN, f"The app has scopes it does not need: {', '.join(beyond)}.", todo))
    return found or [ok("The app has the scopes it needs, and no others.")]


def clock(ours: datetime, slacks: datetime) -> Finding:
    """Whether this machine's clock is right, by Slack's."""
    skew = abs(ours - slacks)
    if skew <= SKEW:
        return ok("This machine's clock agrees with Slack's.")
    text = f"This machine's clock is {length(skew)} {'ahead of' if ours > slacks else 'behind'} Slack's."
    return Finding(Level.FAULT if skew > BAD_SKEW else Level.WARN, text, "Let it be set by NTP.")


def channel(place: str, *, is_member: bool, is_archived: bool) -> Finding | None:
    """What is wrong with a channel of the configuration, if something is."""
    if is_archived:
        return Finding(Level.FAULT, f"{place} is archived.", "Unarchive it, or name another in the configuration.")
    if not is_member:
        return Finding(Level.FAULT, f"Sevbot is not in {place}.", f"Type `/invite @sevbot` in {place}.")
    return None


def loop(metrics: str, *, now: datetime, with_jobs: bool = True) -> list[Finding]:
    """Whether a running bot does again and again what it should, and is connected, by what its `/metrics` say.

    `with_jobs`: whether nothing else tells when its jobs ran.
    """
    try:
        samples = [sample for family in text_string_to_metric_families(metrics) for sample in family.samples]
    except ValueError:  # no metrics at all: something else answers there
        samples = []
    if not any(each.name.startswith(OURS) for each in samples):
        return [
            Finding(Level.WARN, "What answers at SEVBOT_HTTP is no bot.", "See what listens there, or give another.")
        ]
    lags = {
        each.labels["job"]: timedelta(seconds=each.value) for each in samples if each.name == "sevbot_job_lag_seconds"
    }
    failures = {each.labels["job"]: int(each.value) for each in samples if each.name == "sevbot_job_failures_total"}
    late = {job: lag for job, lag in lags.items() if with_jobs and lag > LATE_JOB}
    found = [
        Finding(
            Level.FAULT,
            f"The job {job} is {length(lag)} late.",
            "The log says why, as `job.failed`; or start the bot anew.",
        )
        for job, lag in sorted(late.items())
    ]
    if lags and with_jobs and not late:
        found.append(ok(f"All {len(lags)} jobs ran when they should."))
    failed = ", ".join(f"{job} {count}×" for job, count in sorted(failures.items()) if count)
    if failed:
        found.append(
            Finding(Level.WARN, f"Since the start some runs of jobs failed: {failed}.", "See `job.failed` in the log.")
        )
    connected = next(
        (each.value for each in samples if each.name == "sevbot_socket_connected_seconds" and each.value), None
    )
    if connected is not None:
        age = timedelta(seconds=max(now.timestamp() - connected, 0))
        found.append(ok(f"The socket to Slack was opened {length(age)} ago."))
    return found + _events(samples)


def _events(samples: Sequence[Sample]) -> list[Finding]:
    """Whether events arrive at all: each channel that the bot makes brings some, if only that it joined."""
    made = sum(
        each.value
        for each in samples
        if (each.name, each.labels.get("method"), each.labels.get("outcome"))
        == ("sevbot_slack_calls_total", "conversations.create", "ok")
    )
    heard = sum(
        each.value for each in samples if (each.name, each.labels.get("what")) == ("sevbot_ack_seconds_count", "event")
    )
    if not made or heard:
        return []
    channels = f"{int(made)} channels" if made > 1 else "a channel"
    return [
        Finding(
            Level.WARN,
            f"Since the start Sevbot made {channels}, and Slack delivered no event: what is said and tagged there goes unheard.",
            "See at api.slack.com/apps that Event Subscriptions are on, with all events that `sevbot manifest` names; "
            "of several replicas, another may get them.",
        )
    ]


def length(span: timedelta) -> str:
    """A length of time in words, of which seconds matter only below a minute."""
    return briefs.duration(span) if span >= timedelta(minutes=1) else f"{int(span.total_seconds())} s"


def worst(found: Sequence[Finding]) -> Level:
    """The level of the worst of them."""
    levels = [each.level for each in found]
    return Level.FAULT if Level.FAULT in levels else Level.WARN if Level.WARN in levels else Level.OK
