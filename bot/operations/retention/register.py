"""Everything that is kept, table by table, and how long: the one place that says so. A test fails for a table without a line.

A table that refers to a SEV by a foreign key goes with it in the database itself. What names a SEV by its subject
(`incident:42`) is deleted with it by `belongings`.
"""

from enum import Enum
from functools import cache

from sqlalchemy import Table

from bot.db import Base

SEVS = "incidents"


class Until(Enum):
    """How long rows of a table are kept."""

    ITS_SEV = "as long as its SEV"
    ITS_SEV_OR_AGE = "as long as its SEV; what concerns none, by its age"
    AGE = "by its age"
    PARENT = "as long as what it belongs to"
    STATE = "as it is now: one row for each thing there is, or that somebody chose"


REGISTER: dict[str, tuple[str, Until]] = {
    "incidents": ("SEVs", Until.AGE),
    "timeline_entries": ("timeline entries", Until.ITS_SEV),
    "timeline_tags": ("wishes to have messages on a timeline", Until.ITS_SEV),
    "timeline_readings": ("how far channels were read", Until.ITS_SEV),
    "pinned_messages": ("messages that were pinned in adopted channels", Until.ITS_SEV),
    "affected_workflows": ("workflows that SEVs affect", Until.ITS_SEV),
    "incident_members": ("who may see private SEVs", Until.ITS_SEV),
    "role_holders": ("roles", Until.ITS_SEV),
    "incident_links": ("links", Until.ITS_SEV),
    "placed_bookmarks": ("bookmarks", Until.ITS_SEV),
    "duplicates": ("duplicates", Until.ITS_SEV),
    "earlier_sevs": ("SEVs that came before", Until.ITS_SEV),
    "briefings": ("who was told late how things stand", Until.ITS_SEV),
    "subscribers": ("subscribers", Until.ITS_SEV),
    "access_requests": ("requests to be let into private SEVs", Until.ITS_SEV),
    "pages": ("pages", Until.ITS_SEV),
    "field_values": ("what SEVs hold in custom fields", Until.ITS_SEV),
    "imported_sevs": ("where imported SEVs come from", Until.ITS_SEV),
    "sev_budgets": ("error budgets that SEVs burned", Until.ITS_SEV),
    "problem_incidents": ("which problems SEVs know of", Until.ITS_SEV),
    "action_items": ("action items", Until.ITS_SEV),
    "tracker_links": ("issues of action items", Until.ITS_SEV),
    "postmortems": ("postmortems", Until.ITS_SEV),
    "postmortem_sections": ("sections of postmortems", Until.ITS_SEV),
    "postmortem_versions": ("earlier versions of sections", Until.ITS_SEV),
    "postmortem_causes": ("causes", Until.ITS_SEV),
    "postmortem_links": ("links of postmortems", Until.ITS_SEV),
    "postmortem_reviewers": ("reviewers", Until.ITS_SEV),
    "audit_records": ("audit records", Until.ITS_SEV_OR_AGE),
    "outbox_messages": ("deliveries", Until.ITS_SEV_OR_AGE),
    "posts": ("where the bot's messages are", Until.ITS_SEV_OR_AGE),
    "nudges": ("reminders", Until.ITS_SEV_OR_AGE),
    "nudge_pauses": ("silence that was asked for", Until.ITS_SEV),
    "nudge_watches": ("what people are reminded of", Until.ITS_SEV),
    "inbound_keys": ("keys of what was delivered", Until.ITS_SEV_OR_AGE),
    "api_answers": ("answers to named API calls", Until.ITS_SEV_OR_AGE),
    "digest_issues": ("digests", Until.AGE),
    "alert_deliveries": ("bodies of alerts", Until.AGE),
    "unknown_deliveries": ("outlines of what a tracker sent that was not understood", Until.AGE),
    "check_runs": ("runs of checks", Until.AGE),
    "duties": ("names and phone numbers of who is on call", Until.AGE),
    "problems": ("problems that are over and no SEV tells of", Until.AGE),
    "count_minutes": ("counts by the minute", Until.AGE),
    "count_hours": ("counts by the hour", Until.AGE),
    "count_days": ("counts by the day", Until.AGE),
    "workflow_signals": ("signals that are counted", Until.AGE),
    "touched_hours": ("hours to be summed up", Until.PARENT),
    "job_runs": ("when jobs ran", Until.AGE),
    "api_token_uses": ("when tokens were used last", Until.STATE),
    "checks": ("how checks do", Until.STATE),
    "heartbeats": ("how heartbeats do", Until.STATE),
    "heartbeat_watches": ("since when heartbeats are listened for", Until.STATE),
    "query_states": ("how queries do", Until.STATE),
    "slo_states": ("how SLOs fare", Until.STATE),
    "tracker_watches": ("when the tracker was asked", Until.STATE),
    "workflow_rounds": ("which minute was looked at", Until.STATE),
    "digest_subscriptions": ("which channels are sent digests", Until.STATE),
    "home_readers": ("who opened the bot's Home, and when last", Until.STATE),
    "known_channels": ("ids of the configuration's channels", Until.STATE),
    "people": ("names and time zones of people, as Slack tells them", Until.STATE),
    "nudge_looks": ("by which settings reminders were decided", Until.STATE),
    "counters": ("the last number that was given out", Until.STATE),
    "installations": ("the name of this installation", Until.STATE),
}


@cache
def parent_of(table: Table) -> tuple[str, str] | None:
    """The column by which a row belongs to a SEV, and the table it refers to, which is that of SEVs or belongs to them.

    Where a row refers to two SEVs, it goes with either.
    """
    for column in table.columns:
        for key in column.foreign_keys:
            above = key.column.table
            if above.name == SEVS or parent_of(above) is not None:
                return column.name, above.name
    return None


@cache
def of_sevs() -> tuple[Table, ...]:
    """The tables whose rows go with their SEV by a foreign key, each before those it refers to. Every room must be loaded."""
    return tuple(table for table in reversed(Base.metadata.sorted_tables) if parent_of(table) is not None)
