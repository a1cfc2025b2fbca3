"""Bringing an issue to what its item says: read it, compare, write what is Slack's, and read it again."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.config import Config, TrackerRules
from bot.errors import Blame, Permanent, Temporary
from bot.integrations.tracker import Edits, Field, Issue, Tracker
from bot.outbox.kinds import Attempt, Result
from bot.remediation.model import ActionItem
from bot.remediation.tracking_model import TrackerLink
from bot.remediation.tracking_rules import Outcome, Settled, Told, verdicts
from bot.remediation.tracking_settling import Reading
from bot.remediation.tracking_sides import PERSON, fields_of, goal_of, ours_of, theirs_of

STALE_TRIES = 3
"""How often an answer older than what was seen is asked for again. After that it is the truth: a site may be set back."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """An item and its issue, as far as they are known here."""

    tracker: Tracker
    key: str
    issue: str
    """How the tracker is asked for it."""
    is_new: bool
    """Whether it was linked by hand, and never read."""
    seen_at: datetime | None
    fields: tuple[Field, ...]
    settled: dict[Field, Settled]
    ours: dict[Field, str]
    is_to_be_proven: bool
    rules: TrackerRules


def order_of(item: ActionItem, link: TrackerLink, tracker: Tracker, config: Config) -> Order:
    """What there is to be brought together."""
    key = link.key or ""
    return Order(
        tracker=tracker, key=key, issue=link.issue_id or key, is_new=link.is_adopted and link.issue_id is None,
        seen_at=link.updated_at, fields=fields_of(config, item.incident), settled=link.settled_fields(),
        ours=ours_of(item, config.tracker), is_to_be_proven=bool(item.proof) and not item.evidence,
        rules=config.tracker,
    )  # fmt: skip


def bring_together(order: Order, attempt: Attempt) -> Result:
    """Give the tracker what is Slack's. The reading that comes back is None where there is no such issue."""
    work = _Work(order, attempt)
    try:
        return {"key": order.key, "reading": work.done()}
    except Permanent as error:
        if error.blame is not Blame.GONE:
            raise
        return {"key": order.key, "reading": None}


@dataclass
class _Work:
    order: Order
    attempt: Attempt
    pushed: dict[Field, str] = field(default_factory=dict)
    refused: dict[Field, str] = field(default_factory=dict)
    overruled: dict[Field, str] = field(default_factory=dict)

    def done(self) -> Reading:
        order = self.order
        if order.is_new:
            self._tracker.adopt(order.issue)
        issue = self._read()
        theirs = theirs_of(issue, order.rules)
        found = verdicts(order.fields, order.settled, order.ours, theirs, is_to_be_proven=order.is_to_be_proven)
        wanted = {each: order.ours[each] for each in found if found[each].outcome is Outcome.PUSH}
        if wanted:
            self.overruled = {each: _shown(each, issue) for each in wanted if found[each].told is Told.BOTH}
            self._push(wanted)
            issue = self._read()
        return Reading(issue=issue, pushed=self.pushed, refused=self.refused, overruled=self.overruled)

    def _push(self, wanted: dict[Field, str]) -> None:
        edits: dict[Field, str | date | None] = {}
        for each, value in wanted.items():
            if each is Field.DUE:
                edits[each] = date.fromisoformat(value) if value else None
            elif each is Field.TITLE:
                edits[each] = value
            elif each is Field.ASSIGNEE:
                account = self._account(value)
                if value and account is None:
                    self.refused[each] = value
                else:
                    edits[each] = account
        if edits:
            self._edit(edits, wanted)
        if Field.STATUS in wanted:
            moved = self._tracker.move(self.order.issue, goal_of(wanted[Field.STATUS], self.order.rules))
            self._keep(Field.STATUS, wanted, is_taken=moved)

    def _edit(self, edits: Edits, wanted: dict[Field, str]) -> None:
        not_taken = self._tracker.edit(self.order.issue, edits)
        for each in edits:
            self._keep(each, wanted, is_taken=each not in not_taken)

    def _keep(self, what: Field, wanted: dict[Field, str], *, is_taken: bool) -> None:
        (self.pushed if is_taken else self.refused)[what] = wanted[what]
        self.attempt.has_written = True

    def _account(self, value: str) -> str | None:
        """The account of who owes it: as the configuration says, or found by their address there."""
        name = self.order.rules.people.get(value.removeprefix(PERSON), "")
        if "@" not in name:
            return name or None
        account = self._tracker.account_of(name)
        return account.id if account else None

    def _read(self) -> Issue:
        issue = self._tracker.read(self.order.issue)
        is_stale = self.order.seen_at is not None and issue.updated_at < self.order.seen_at
        if is_stale and self.attempt.message.attempts < STALE_TRIES:
            raise Temporary("answer_is_old")
        return issue

    @property
    def _tracker(self) -> Tracker:
        return self.order.tracker.during(self.attempt.require_lease)


def _shown(what: Field, issue: Issue) -> str:
    """A value of an issue as people read it there."""
    values = {
        Field.STATUS: issue.status,
        Field.ASSIGNEE: issue.assignee.name if issue.assignee else "",
        Field.DUE: issue.due_on.isoformat() if issue.due_on else "",
        Field.TITLE: issue.title,
    }
    return values[what] or "nothing"
