"""Which digests would tell of a SEV: the part of `sevbot plan` that is about them. Pure."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.config import Config, Digest
from bot.digest.occurrences import Timing
from bot.directory.calendars import calendar_of
from bot.remediation.days import day_text


def planned(config: Config, *, at: datetime, workflows: Sequence[str], is_private: bool, is_drill: bool) -> list[str]:
    """A line for each digest of the configuration that would tell of a SEV declared `at` a time, the first one first.

    Channels that subscribed by `/sev digest` are not known here.
    """
    if is_drill:
        return ["none, since drills are in no digest"]
    found = [each for each in config.digests if _is_about(config, each, workflows)]
    if is_private:
        found = [each for each in found if each.counts_private]
    timed = sorted((_timing(config, each).after(at).due_at, each.key, each) for each in found)
    if not timed:
        return ["none tells of a private SEV" if is_private else "none is about it"]
    count = ", which only counts it" if is_private else ""
    return [
        f"{each.key}, {each.rhythm}, in {each.channel}{count}: first on {_said(config, each, due)}"
        for due, _, each in timed
    ]


def _is_about(config: Config, digest: Digest, workflows: Sequence[str]) -> bool:
    """Whether it is about everything, or one of these workflows, or a team that owns one of them."""
    if not digest.teams and not digest.workflows:
        return True
    owners = {each.owner for each in config.workflows if each.key in workflows}
    return bool({*digest.workflows} & {*workflows} or {*digest.teams} & owners)


def _timing(config: Config, digest: Digest) -> Timing:
    team = digest.teams[0] if digest.teams else None
    calendar = calendar_of(config, team) if digest.rhythm == "weekly" else None
    return Timing(digest.at, digest.weekdays, _zone(config, digest), calendar)


def _zone(config: Config, digest: Digest) -> str:
    return digest.time_zone or config.nudges.time_zone


def _said(config: Config, digest: Digest, due: datetime) -> str:
    zone = _zone(config, digest)
    local = due.astimezone(ZoneInfo(zone))
    return f"{day_text(local.date())} {local:%H:%M}{f' ({zone})' if zone != config.nudges.time_zone else ''}"
