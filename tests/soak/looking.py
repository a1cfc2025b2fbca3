"""Whether all that knows of the day tells the same: the story, the database, the API, files, commands, Slack, other services."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.audit import AuditRecord
from bot.incidents.model import Incident, TimelineEntry
from bot.operations.exporting import export
from bot.playground.model import Channel, Message
from bot.playground.reading import message_words
from tests.soak import company
from tests.soak.plan import STEP
from tests.soak.stage import COUNTED, UNTOLD, Stage
from tests.soak.told import STATUS_LABELS, Told
from tests.torture.faulting import said_twice

LATE = 3 * STEP
"""Minutes after which a reminder may come: what Slack did not take is sent again in a second, and by then the day has leapt on."""
HEADING = re.compile(r"SEV-(\d+) (SEV\d): ([^\n]+)")
REMINDER = re.compile(r":bell: Nobody is in command of|:white_check_mark: SEV-\d+ is \w+\. \(")
"""A reminder, and how it reads once the SEV is over."""
LONGEST_LIST = 15
ASKER = "ada"
TAKEN_FROM_SLACK = ("joined", "message")
"""Kinds of entry that only repeat what Slack keeps."""


def disagreements(stage: Stage, folder: Path) -> list[str]:
    """A line for each thing that is not as the story tells it."""
    found = [
        *_of_timelines(stage), *_of_api(stage), *_of_files(stage, folder / "exported"), *_of_commands(stage),
        *_of_channels(stage), *_of_announcements(stage), *_of_receiver(stage), *_of_audit(stage), *_of_digests(stage),
        *_of_reminders(stage),
    ]  # fmt: skip
    return [*found, *(f"said twice: {each}" for each in said_twice(stage.slack))]


def _differing(what: str, seen: Iterable[Any], expected: Iterable[Any]) -> Iterator[str]:
    one, other = Counter(seen), Counter(expected)
    yield from (f"{what}: unexpected: {each}" for each in (one - other).elements())
    yield from (f"{what}: missing: {each}" for each in (other - one).elements())


def _of_timelines(stage: Stage) -> Iterator[str]:
    yield from _differing("numbers", (each.number for each in stage.told), range(1, len(stage.told) + 1))
    for told in stage.told:
        yield from _differing(told.name, stage.sentences(told.number), told.sentences)


# Through the API


def _of_api(stage: Stage) -> Iterator[str]:
    listed = all_pages(stage, "?limit=20", "incidents")
    yield from _differing("API", map(_facts, listed), map(_known, stage.told))
    public = all_pages(stage, "?limit=100", "incidents", by="ci")
    yield from _differing(
        "API of public ones", map(_facts, public), (_known(each) for each in stage.told if not each.is_private)
    )
    for told in stage.told:
        entries = all_pages(stage, f"/{told.number}/timeline?limit=50", "entries")
        said = [COUNTED.sub(r"\1", each["sentence"]) for each in entries if each["kind"] not in UNTOLD]
        yield from _differing(f"API {told.name}", said, told.sentences)


def all_pages(stage: Stage, path: str, name: str, *, by: str = "auditor") -> list[dict[str, Any]]:
    """What the API lists, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = stage.asks("GET", f"{path}{cursor}", None, by=by)
        assert answer.is_success, answer.text
        page = answer.json()
        found += page[name]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def _facts(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        row[each] for each in ("number", "title", "severity", "status", "is_private", "is_drill", "declared_by")
    )


def _known(told: Told) -> tuple[Any, ...]:
    return (told.number, told.title, told.severity, told.status, told.is_private, told.is_drill, told.by)


# In files


def _of_files(stage: Stage, folder: Path) -> Iterator[str]:
    count = export(stage.database, folder, with_private=True)
    if count != len(stage.told):
        yield f"export: {count} SEVs"
    sevs = [(int(row["number"]), row["title"], row["severity"], row["status"]) for row in _rows(folder / "sevs.csv")]
    yield from _differing("sevs.csv", sevs, (_known(each)[:4] for each in stage.told))
    items = [(int(row["sev"]), row["title"], row["state"]) for row in _rows(folder / "items.csv")]
    wanted = [(told.number, *each) for told in stage.told for each in told.items.items()]
    yield from _differing("items.csv", items, wanted)
    entries = Counter(int(row["sev"]) for row in _rows(folder / "timeline.csv") if row["kind"] not in UNTOLD)
    yield from _differing(
        "timeline.csv", entries.items(), Counter(told.number for told in stage.told for _ in told.sentences).items()
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


# By commands


def _of_commands(stage: Stage) -> Iterator[str]:
    person = stage.person(ASKER)
    visible = [each for each in stage.told if not each.is_private or each.by == person.id]
    by_word = {"all": visible, "open": [each for each in visible if each.is_open]} | {
        severity: [each for each in visible if each.severity == severity]
        for severity in ("SEV1", "SEV2", "SEV3", "SEV4")
    }
    for word, expected in by_word.items():
        numbers = [int(each[0]) for each in HEADING.findall(person.types(f"/sev list {word}").text)]
        newest = sorted((each.number for each in expected), reverse=True)[:LONGEST_LIST]
        yield from _differing(f"/sev list {word}", numbers, newest)
    yield from _of_stats(person.types("/sev stats 7d").text, [each for each in visible if each.counts])
    for told in visible:
        yield from _misshown(f"/sev show {told.name}", told, person.types(f"/sev show {told.name}").text)


def _of_stats(said: str, counted: list[Told]) -> Iterator[str]:
    split = ", ".join(f"{key} {count}" for key, count in sorted(Counter(each.severity for each in counted).items()))
    public = [each for each in counted if not each.is_private]
    noticed = sum(each.detected_by is not None for each in public)
    for expected in (
        f"SEVs: {len(counted)} ({split})", f"Reopened: {sum(each.was_reopened for each in counted)} of {len(counted)}",
        f"Noticed by monitoring {noticed} of {len(public)}", f"by people {len(public) - noticed}",
    ):  # fmt: skip
        if expected not in said:
            yield f"/sev stats: not {expected!r}, but {said}"


def _misshown(place: str, told: Told, words: str) -> Iterator[str]:
    """What of a SEV's present state is not there, where it is shown."""
    heading = HEADING.search(words)
    if not heading or (heading[2], heading[3]) != (told.severity, told.title):
        yield f"{place}: not {told.severity}: {told.title}, but {heading and heading[0]}"
    if STATUS_LABELS[told.status] not in words:
        yield f"{place}: not {told.status}: {words}"


# In Slack


def _of_channels(stage: Stage) -> Iterator[str]:
    for told in stage.told:
        channel = stage.channel_of(told)
        cards = [each for each in _said(stage, channel) if "Declared by" in each]
        if len(cards) != 1:
            yield f"{told.name}: {len(cards)} cards"
            continue
        yield from _misshown(f"card of {told.name}", told, cards[0])
        if told.is_private != channel.is_private:
            yield f"{told.name}: its channel is private: {channel.is_private}"
        topic = str(channel.topic["value"])
        if STATUS_LABELS[told.status] not in topic or told.severity not in topic:
            yield f"{told.name}: its topic is {topic}"
        yield from _of_updates(stage, told, channel)


def _of_updates(stage: Stage, told: Told, channel: Channel) -> Iterator[str]:
    """Each update is said once, or was overtaken by a newer one; the newest is said."""
    updates = [each.partition(" gave an update: ")[2] for each in told.sentences if " gave an update: " in each]
    lines = [each for each in _said(stage, channel) if each.startswith("Update by ")]
    for words in updates:
        count = sum(words in each for each in lines)
        if count > 1 or (words == updates[-1] and not count):
            yield f"{told.name}: {words!r} is said {count} times"


def _of_announcements(stage: Stage) -> Iterator[str]:
    """Each SEV that is announced is announced once, as it is now; of private ones nothing is read there."""
    by_number = {told.number: told for told in stage.told}
    said = [
        (int(found[1]), each)
        for each in _said(stage, stage.slack.channel(company.PLACE))
        if (found := HEADING.search(each))
    ]
    for number, words in said:
        told = by_number[number]
        if told.is_private:
            yield f"{told.name} is private, and announced: {words}"
        yield from _misshown(f"announcement of {told.name}", told, words)
    yield from (
        f"SEV-{each} is announced {count} times"
        for each, count in Counter(each for each, _ in said).items()
        if count > 1
    )
    announced = {each for each, _ in said}
    yield from (
        f"{told.name} is not announced"
        for told in stage.told
        if not told.is_private and told.severity != "SEV4" and told.number not in announced
    )


def _said(stage: Stage, channel: Channel) -> list[str]:
    """What the bot posted in a channel and its threads, as it reads now."""
    with stage.slack.workspace.lock:
        posted = [each for each in channel.messages.values() if _is_the_bots(each)]
        return [message_words(stage.slack.workspace, each) for each in posted]


def _is_the_bots(message: Message) -> bool:
    return message.by_app and not message.subtype


# What others were told


def _of_receiver(stage: Stage) -> Iterator[str]:
    heard: dict[int, list[str]] = {}
    for each in stage.receiver.taken:
        heard.setdefault(each["incident"]["number"], []).append(each["event"])
    for told in stage.told:
        events = [each for each in told.events if each]
        if heard.get(told.number, []) != events:
            yield f"{told.name}: the status page heard {heard.get(told.number)} instead of {events}"


def _of_audit(stage: Stage) -> Iterator[str]:
    """There is a record of each entry that somebody made by a deed of their own."""
    kinds = (
        select(Incident.number, TimelineEntry.kind, TimelineEntry.actor)
        .join(Incident, Incident.id == TimelineEntry.incident_id)
        .where(TimelineEntry.kind.not_in(TAKEN_FROM_SLACK))
    )
    with stage.database.read() as session:
        subjects = {each.subject: each.number for each in session.scalars(select(Incident))}
        entries = Counter((number, kind, actor) for number, kind, actor in session.execute(kinds))
        records = Counter(
            (subjects[each.subject], each.action.removeprefix("incident."), each.actor)
            for each in session.scalars(select(AuditRecord).where(AuditRecord.subject.in_(subjects)))
        )
    yield from (f"audit: no record of {each}" for each in (entries - records).elements())


def _of_digests(stage: Stage) -> Iterator[str]:
    said = [
        each
        for each in _said(stage, stage.slack.channel("#leadership"))
        if each.startswith(("Daily digest", "Weekly digest"))
    ]
    for name, expected in stage.digests.items():
        found = [each for each in said if each.startswith(name)]
        if len(found) != 1:
            yield f"{name}: {len(found)} of them"
        elif f"Open SEVs: {expected}" not in found[0]:
            yield f"{name}: not {expected} open SEVs: {found[0]}"
    if len(said) != len(stage.digests):
        yield f"{len(said)} digests"


def _of_reminders(stage: Stage) -> Iterator[str]:
    """The SEV that nobody commands says so after an hour and after two; others do not, since somebody does."""
    for told in stage.told:
        assert told.declared_at is not None
        with stage.slack.workspace.lock:
            posted = [each for each in stage.channel_of(told).messages.values() if _is_the_bots(each)]
            bells = [each for each in posted if REMINDER.match(message_words(stage.slack.workspace, each))]
        after = [round((float(each.ts) - told.declared_at.timestamp()) / 60) for each in bells]
        until = told.over_at or stage.now
        expected = [each for each in told.reminded_after if told.declared_at + timedelta(minutes=each) < until]
        late = [one - other for one, other in zip(after, expected, strict=False)]  # each counts from when one arrived
        if len(after) != len(expected) or not all(0 <= each <= LATE for each in late):
            yield f"{told.name}: reminded after {after} minutes instead of {expected}"
