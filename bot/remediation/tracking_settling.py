"""What is done here once the issue was read: Slack takes what is the tracker's, and people are told what they must know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.config import Config
from bot.errors import Refused
from bot.integrations.tracker import Field, Issue
from bot.remediation import service, surfaces, tracking, tracking_surfaces
from bot.remediation.drafts import Owner
from bot.remediation.model import ActionItem, ItemState
from bot.remediation.service import Change
from bot.remediation.trackers import name_of
from bot.remediation.tracking_model import TROUBLE_LIMIT, TrackerLink
from bot.remediation.tracking_rules import CLOSED, Outcome, Settled, Told, Verdict, verdicts
from bot.remediation.tracking_sides import PERSON, fields_of, ours_of, theirs_of
from bot.slack.text import clip

MENTION = re.compile(r"<@\w+>")
WORDS = {Field.STATUS: "status", Field.ASSIGNEE: "assignee", Field.DUE: "due date", Field.TITLE: "title"}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the issue was found, and what was written to it just before."""

    issue: Issue
    pushed: Mapping[Field, str] = field(default_factory=dict)
    """The values it was given."""
    refused: Mapping[Field, str] = field(default_factory=dict)
    """What it did not take: the values, as they were here."""
    overruled: Mapping[Field, str] = field(default_factory=dict)
    """The values it had itself where both sides had changed them, as people read them there."""


class Settling:
    """One reading of one item's issue, worked into the item. Its SEV's row is locked."""

    def __init__(self, session: Session, link: TrackerLink, reading: Reading, *, config: Config, now: datetime) -> None:
        self._session = session
        self._link = link
        self._item = link.item
        self._reading = reading
        self._config = config
        self._now = now
        self._actor = tracking.tracker_actor(config)

    def settle(self) -> None:
        """Take what is theirs, keep how it stands now, tell what must be told, and go on where something is left to push."""
        theirs = theirs_of(self._reading.issue, self._config.tracker)
        settled = self._settled_before(theirs)
        self._see()
        settled |= {each: Settled(value, value) for each, value in self._reading.pushed.items()}
        settled |= {each: Settled(value, theirs[each]) for each, value in self._reading.refused.items()}
        fields = fields_of(self._config, self._item.incident)
        ours = ours_of(self._item, self._config.tracker)
        is_unproven = bool(self._item.proof) and not self._item.evidence
        found = verdicts(fields, settled, ours, theirs, is_to_be_proven=is_unproven)
        taken = self._in_order(found, theirs[Field.STATUS])
        for each in taken:
            self._take(each, theirs[each])
        ours = ours_of(self._item, self._config.tracker)
        left = [each for each in fields if found[each].outcome is Outcome.PUSH]
        waiting = [each for each in fields if found[each].outcome is Outcome.TAKE and each not in taken]
        at_rest = [each for each in fields if each not in (*left, *waiting)]
        self._link.settle(settled | {each: Settled(ours[each], theirs[each]) for each in at_rest})
        self._tell(found)
        if left:
            tracking_surfaces.bring_together(self._session, self._item)

    def _settled_before(self, theirs: Mapping[Field, str]) -> dict[Field, Settled]:
        """How its fields were settled. Whom a project gives each new issue to by itself was nobody's wish."""
        settled = self._link.settled_fields()
        is_just_made = self._link.issue_id is None and not self._link.is_adopted
        if is_just_made and not self._item.owner_user and Field.ASSIGNEE not in settled:
            settled[Field.ASSIGNEE] = Settled("", theirs[Field.ASSIGNEE])
        return settled

    def _see(self) -> None:
        """Keep what was seen of it; it may have been lost, or be called otherwise now."""
        link, issue = self._link, self._reading.issue
        was_lost, before = link.lost_at, link.key
        link.issue_id, link.key, link.url = issue.id, issue.key, issue.url
        link.status, link.assignee = issue.status[:100], (issue.assignee.name if issue.assignee else "")[:100]
        link.updated_at, link.read_at, link.lost_at = issue.updated_at, self._now, None
        if was_lost:
            self._note("found")
        elif before != issue.key:
            self._note("moved", before=before or "")
        if self._item.tracker_url != issue.url:
            self._item.tracker_url = issue.url
            surfaces.show(self._session, self._item, self._config)

    def _in_order(self, found: Mapping[Field, Verdict], status: str) -> list[Field]:
        """What Slack takes, in an order that is possible: a closed item takes nothing but to be opened; the rest waits."""
        taken: list[Field] = [each for each in found if found[each].outcome is Outcome.TAKE]
        others: list[Field] = [each for each in taken if each is not Field.STATUS]
        if Field.STATUS not in taken:
            return others if self._item.is_open else []
        if self._item.is_open:
            return [*others, Field.STATUS]
        return [Field.STATUS, *others] if status not in CLOSED else [Field.STATUS]

    def _take(self, what: Field, value: str) -> None:
        """Change the item as somebody changed its issue. What is not possible here is told."""
        try:
            if what is Field.STATUS:
                self._take_status(ItemState(value))
            elif what is Field.ASSIGNEE:
                self._change(Change(owner=Owner(user=value.removeprefix(PERSON))))
            elif what is Field.DUE:
                self._change(Change(due_on=date.fromisoformat(value)))
            else:
                self._change(Change(title=value))
        except Refused as refusal:
            why = MENTION.sub("this person", refusal.sentence)
            self._note("refused", to_owner=True, field=WORDS[what], why=why[:1].upper() + why[1:])

    def _change(self, wanted: Change) -> None:
        service.change(self._session, self._item, wanted, config=self._config, actor=self._actor, now=self._now)

    def _take_status(self, state: ItemState) -> None:
        item, link, who = self._item, self._link, {"config": self._config, "actor": self._actor, "now": self._now}
        status = f"{link.key} is “{clip(link.status, 100)}” in {self._tracker}"
        if not item.is_open:
            service.reopen(self._session, item, status, **who)  # type: ignore[arg-type]  # the three have their types
        if state in CLOSED:
            reason = status if state is ItemState.WONT_DO else ""
            service.close(self._session, item, state, reason=reason, **who)  # type: ignore[arg-type]
        elif state is ItemState.IN_PROGRESS:
            service.start(self._session, item, **who)  # type: ignore[arg-type]

    def _tell(self, found: Mapping[Field, Verdict]) -> None:
        reading, issue = self._reading, self._reading.issue
        for each, value in reading.overruled.items():
            self._note("both", to_owner=True, field=WORDS[each], theirs=clip(value, 200))
        for verdict in found.values():
            if verdict.told is not None and verdict.told is not Told.BOTH:
                name = issue.assignee.name if issue.assignee else ""
                self._note(verdict.told, to_owner=True, name=clip(name, 100))
        self._tell_refusals()

    def _tell_refusals(self) -> None:
        reading, link = self._reading, self._link
        if reading.refused:
            what = ", ".join(WORDS[each] for each in reading.refused)
            link.trouble = clip(f"{self._tracker} did not take the {what}.", TROUBLE_LIMIT)
            self._note("not_taken", to_owner=True, field=what)
        elif reading.pushed:
            link.trouble = ""

    @property
    def _tracker(self) -> str:
        return name_of(self._config)

    def _note(self, what: str, *, to_owner: bool = False, **facts: str) -> None:
        entry = tracking.tell_timeline(
            self._session, self._item, what, config=self._config, actor=self._actor, now=self._now,
            key=self._link.key or "", **facts,
        )  # fmt: skip
        if to_owner:
            tracking.tell_owner(self._session, self._item, entry)


def lose(session: Session, item: ActionItem, link: TrackerLink, *, config: Config, now: datetime) -> None:
    """The issue can't be found in the tracker any more: the item stays as it is, and people are told, once."""
    link.read_at = now
    if link.lost_at is not None:
        return
    link.lost_at = now
    entry = tracking.tell_timeline(
        session, item, "lost", config=config, actor=tracking.tracker_actor(config), now=now, key=link.key or ""
    )
    tracking.tell_owner(session, item, entry)
