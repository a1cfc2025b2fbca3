"""An item and its issue in the same words, so that they can be compared; and an issue to be made of an item. Pure."""

import re
from collections.abc import Iterable

from bot.config import Config, TrackerRules
from bot.errors import Blame, Permanent
from bot.incidents.model import Incident
from bot.integrations.tracker import Account, Draft, Field, Goal, Issue, Progress
from bot.remediation import policy
from bot.remediation.model import ITEM_TITLE_LIMIT, ActionItem, ItemState
from bot.remediation.tracking_rules import CLOSED, STRANGER
from bot.slack.text import clip, one_line

PERSON = "user:"
STATES = {
    Progress.TODO: ItemState.OPEN.value,
    Progress.DOING: ItemState.IN_PROGRESS.value,
    Progress.DONE: ItemState.DONE.value,
}
PROGRESS = {
    ItemState.OPEN.value: Progress.TODO,
    ItemState.IN_PROGRESS.value: Progress.DOING,
    ItemState.DONE.value: Progress.DONE,
    ItemState.WONT_DO.value: Progress.DONE,
}
KEY = re.compile(r"([A-Z][A-Z0-9_]{0,49}-[1-9][0-9]{0,17})$", re.IGNORECASE)
"""A key at the end of what people give: it may be the issue's address."""
NO_PROJECT = "no_project"


def fields_of(config: Config, incident: Incident) -> tuple[Field, ...]:
    """What is kept the same. A private SEV's words are nobody's business there."""
    wanted = [Field(each) for each in config.tracker.fields]
    return tuple(each for each in wanted if not (incident.is_private and each is Field.TITLE))


def may_be_tracked(config: Config, incident: Incident) -> bool:
    """Whether its items may have issues."""
    return config.tracker.service is not None and (config.tracker.private or not incident.is_private)


def ours_of(item: ActionItem, rules: TrackerRules) -> dict[Field, str]:
    """An item's fields, as far as the tracker can tell them apart: teams have no account there."""
    state = item.state if item.state in PROGRESS else ItemState.WONT_DO.value
    if state == ItemState.WONT_DO and not rules.names_of(state):
        state = ItemState.DONE.value
    return {
        Field.STATUS: state,
        Field.ASSIGNEE: f"{PERSON}{item.owner_user}" if item.owner_user else "",
        Field.DUE: item.due_on.isoformat() if item.due_on else "",
        Field.TITLE: item.title,
    }


def theirs_of(issue: Issue, rules: TrackerRules) -> dict[Field, str]:
    """An issue's fields in our words."""
    named = {name.casefold(): meaning for name, meaning in rules.statuses.items()}
    return {
        Field.STATUS: named.get(issue.status.casefold(), STATES[issue.progress]),
        Field.ASSIGNEE: _person(issue.assignee, rules) if issue.assignee else "",
        Field.DUE: issue.due_on.isoformat() if issue.due_on else "",
        Field.TITLE: clip(one_line(issue.title), ITEM_TITLE_LIMIT),
    }


def _person(account: Account, rules: TrackerRules) -> str:
    names = {account.id.casefold(), account.email.casefold()} - {""}
    found = next((user for user, name in rules.people.items() if name.casefold() in names), None)
    return f"{PERSON}{found}" if found else f"{STRANGER}{account.id}"


def goal_of(state: str, rules: TrackerRules) -> Goal:
    """Where an issue is to go."""
    others = tuple(name for name, meaning in rules.statuses.items() if meaning != state)
    return Goal(progress=PROGRESS[state], names=rules.names_of(state), not_to=others)


def draft_of(item: ActionItem, mark: str, account: str | None, config: Config) -> Draft:
    """The issue to be made of an item. Of a private SEV it says the number, and no more. Raises `Permanent`."""
    incident, rules = item.incident, config.tracker
    project = rules.project_of(team_of(item, config))
    if project is None:
        raise Permanent(NO_PROJECT, "the item's team has none, and there is none for all", blame=Blame.OPERATOR)
    title = f"Action item {item.name} of a private SEV" if incident.is_private else item.title
    return Draft(
        mark=mark, project=project, issue_type=rules.issue_type, title=title,
        paragraphs=(f"Action item {item.name}, kept in Slack.",) if incident.is_private else tuple(_told(item)),
        priority=rules.priorities.get(item.priority),  # type: ignore[call-overload]  # a priority is one of its keys
        assignee=account if Field.ASSIGNEE in fields_of(config, incident) else None,
        due_on=item.due_on if Field.DUE in fields_of(config, incident) else None,
    )  # fmt: skip


def team_of(item: ActionItem, config: Config) -> str | None:
    """The team whose project gets it: the owner's, or else that of the first affected workflow that has one."""
    team = policy.team_of(config, owner_user=item.owner_user, owner_team=item.owner_team)
    workflows = (config.workflow(key) for key in item.incident.workflow_keys)
    return team or next((each.owner for each in workflows if each and each.owner), None)


def _told(item: ActionItem) -> Iterable[str]:
    incident = item.incident
    yield f"Action item {item.name}, to {item.kind} another {incident.name} ({incident.severity}): {incident.title}"
    if item.quote:
        yield f"It was made from a message:\n{item.quote}"
    if item.proof:
        yield f"How it will be proven: {item.proof}"
    if incident.channel_id:
        yield f"The SEV's channel: https://slack.com/app_redirect?channel={incident.channel_id}"


def comment_of(item: ActionItem) -> str:
    """What is said below an issue when its item was closed in Slack; empty where there is nothing to say."""
    said = item.evidence or item.reason
    if item.incident.is_private or item.state not in CLOSED or not said:
        return ""
    end = "is done. What shows that it works" if item.state == ItemState.DONE else "won't be done. Why"
    return f"{item.name} {end}: {said}"
