"""The table of conflicts in docs/jira.md, row by row, with the bot and Jira: what both are in the end, and what is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.directory.people import Actor, Standing
from bot.incidents import membership
from bot.integrations.tracker import Field
from bot.playground import Person
from bot.playground.jira import Ticket
from bot.remediation import reading, service, tracking
from bot.remediation.drafts import Draft, Owner
from bot.remediation.model import ActionItem, ItemState
from bot.remediation.service import Change
from tests.remediation.conflicts import Row, rows
from tests.tracking.conftest import TrackerStage

USERS = {"grace": "U02GRACE", "ada": "U01ADA", "linus": "U03LINUS"}
STATUSES = {"open": "To Do", "in_progress": "In Progress", "done": "Done", "wont_do": "Won't Do"}
ADA = Actor(user_id="U01ADA", standing=Standing.MEMBER, door="command")


class Table:
    """Every row as an item of one SEV, and its issue."""

    def __init__(self, stage: TrackerStage) -> None:
        self.stage = stage
        self.items: dict[Row, int] = {}
        self.tickets: dict[Row, Ticket] = {}
        self._how: dict[str, Any] = {}

    def for_each(self, wanted: list[Row], do: Callable[[Session, Row], None]) -> None:
        """Do something for each row, in one transaction."""
        bot = self.stage.bot
        self._how = {"config": bot.settings.current, "actor": ADA, "now": datetime.now(UTC)}

        def work(session: Session) -> None:
            membership.lock(session, 1)
            for row in wanted:
                do(session, row)

        bot.database.run(work)

    def add(self, session: Session, row: Row) -> None:
        """The item, as it was when both were last settled, or as it is where they were not."""
        value = row.slack if row.last is None else row.last
        owner = Owner(user=USERS["grace"])
        if row.field is Field.ASSIGNEE:
            owner = Owner(user=USERS[value]) if value else Owner(team="payments")
        draft = Draft(title=f"row {row}", owner=owner, proof="a game day" if row.is_to_be_proven else "")
        item = service.add(session, membership.lock(session, 1), draft, **self._how)
        if row.field is Field.TITLE:
            item.title = value  # the same words at once are refused
        if row.field is Field.DUE:
            item.due_on = date.fromisoformat(value) if value else None
        self.items[row] = item.id

    def track(self, session: Session, row: Row) -> None:
        tracking.ask_for_issue(session, self._item(session, row), **self._how)

    def link(self, session: Session, row: Row) -> None:
        tracking.link_issue(session, self._item(session, row), self.tickets[row].key, **self._how)

    def settle_status(self, session: Session, row: Row) -> None:
        self._move(session, self._item(session, row), row.slack if row.last is None else row.last)

    def change_here(self, session: Session, row: Row) -> None:
        """Slack's side, as the row says."""
        item = self._item(session, row)
        if row.field is Field.STATUS:
            self._move(session, item, row.slack)
        elif row.field is Field.ASSIGNEE:
            owner = Owner(user=USERS[row.slack]) if row.slack else Owner(team="payments")
            service.change(session, item, Change(owner=owner), **self._how)
        elif row.field is Field.DUE:
            service.change(session, item, Change(due_on=date.fromisoformat(row.slack)), **self._how)
        else:
            service.change(session, item, Change(title=row.slack), **self._how)

    def change_there(self, row: Row) -> None:
        """Jira's side, as the row says."""
        jira, ticket = self.stage.jira, self.tickets[row]
        if row.field is Field.STATUS and ticket.status != STATUSES[row.jira]:
            jira.moves(ticket.key, STATUSES[row.jira])
        elif row.field is Field.ASSIGNEE and ticket.assignee != (row.jira or None):
            jira.assigns(ticket.key, row.jira or None)
        elif row.field is Field.DUE and ticket.duedate != (row.jira or None):
            jira.dates(ticket.key, row.jira or None)
        elif row.field is Field.TITLE and ticket.summary != row.jira:
            jira.renames(ticket.key, row.jira)

    def _item(self, session: Session, row: Row) -> ActionItem:
        return reading.locked(session, self.items[row])

    def _move(self, session: Session, item: ActionItem, state: str) -> None:
        if item.state == state:
            return
        if not item.is_open:
            service.reopen(session, item, "it broke again", **self._how)
        if state == ItemState.IN_PROGRESS:
            service.start(session, item, **self._how)
        elif state != ItemState.OPEN:
            service.close(session, item, ItemState(state), reason="too dear", **self._how)

    def found(self, row: Row) -> tuple[str, str, list[str]]:
        """How both sides are, and what was told."""
        ticket = self.tickets[row]
        with self.stage.bot.database.read() as session:
            item = session.get_one(ActionItem, self.items[row])
            names = {user: name for name, user in USERS.items()}
            ours = {
                Field.STATUS: item.state,
                Field.ASSIGNEE: names.get(item.owner_user or "", ""),
                Field.DUE: item.due_on.isoformat() if item.due_on else "",
                Field.TITLE: item.title,
            }[row.field]
            name = item.name
        states = {status: state for state, status in STATUSES.items()}
        theirs = {
            Field.STATUS: states[ticket.status],
            Field.ASSIGNEE: ticket.assignee or "",
            Field.DUE: ticket.duedate or "",
            Field.TITLE: ticket.summary,
        }[row.field]
        entries = [entry for entry in self.stage.sev(1).timeline if entry.kind == "item_tracked"]
        told = [entry.data["what"] for entry in entries if entry.data["item"] == name]
        return ours, theirs, [each for each in told if each not in ("made", "linked")]


@pytest.mark.parametrize("one_in", [4, pytest.param(1, marks=pytest.mark.torture)])
def test_every_row_comes_true_with_the_bot_and_jira(
    sev: TrackerStage, ada: Person, grace: Person, linus: Person, one_in: int
) -> None:
    for person in (ada, grace, linus):
        person.types("/sev mine")  # so that it is known who they are
    table, every = Table(sev), rows()[::one_in]
    met = [row for row in every if row.last is None]
    known = [row for row in every if row.last is not None]
    sev.jira.hook_url = ""
    table.for_each(every, table.add)
    table.for_each(known, table.track)
    sev.settles()
    table.for_each([row for row in every if row.field is Field.STATUS], table.settle_status)
    sev.settles()
    for row in known:
        table.tickets[row] = sev.ticket(sev.item(every.index(row) + 1).tracker_url.rpartition("/")[2])
    for row in met:
        table.tickets[row] = sev.jira.creates("OPS", "another title")
    sev.jira.outage = True
    table.for_each([row for row in known if row.slack != row.last], table.change_here)
    for row in every:
        table.change_there(row)
    sev.jira.outage = False
    table.for_each(met, table.link)
    sev.polls()
    sev.polls()
    seen = {str(row): table.found(row) for row in every}
    assert seen == {str(row): (row.then_slack, row.then_jira, [row.told] if row.told else []) for row in every}
