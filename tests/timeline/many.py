"""A database as it is after years, filled by the database itself: many SEVs, each with a timeline."""

from sqlalchemy import text

from bot.db import Database

LONG = 1
"""The number of the SEV whose timeline is long."""
SERIES = {
    "sqlite": "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count}) ",
    "postgresql": "WITH series AS (SELECT n FROM generate_series(1, {count}) AS n) ",
}
MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', '2020-01-01', '+' || ({n}) || ' minutes') || '000'",
    "postgresql": "(timestamptz '2020-01-01 00:00:00+00' + ({n}) * interval '1 minute')",
}
INCIDENTS = """
INSERT INTO incidents (id, number, title, summary, severity, status, is_private, is_drill, is_quiet, declared_by, reason,
                       declared_at, channel_id, channel_attempt, channel_trouble)
{series} SELECT n, n, 'trouble ' || n || ' with part ' || (n % 97), 'what is known of ' || (n % 1009), 'SEV' || (1 + n % 4),
    CASE WHEN n > {count} - 40 THEN 'investigating' WHEN n % 2 = 0 THEN 'resolved' ELSE 'closed' END,
    {private}, {no}, {no}, 'U' || (n % 500), '', {moment}, 'C' || n, '', '' FROM series
"""
MEMBERS = "INSERT INTO incident_members (incident_id, user_id) {series} SELECT n, 'U' || (n % 500) FROM series"
WORKFLOWS = """
INSERT INTO affected_workflows (incident_id, workflow)
{series} SELECT n, CASE WHEN n % 1000 = 0 THEN 'sign-in' ELSE 'place-order' END FROM series
"""
ENTRIES = """
INSERT INTO timeline_entries (id, incident_id, kind, at, actor, text, data)
{series} SELECT n, CASE WHEN n <= {long} THEN 1 ELSE 1 + n % {sevs} END, CASE WHEN n % 3 = 0 THEN 'status' ELSE 'message' END,
    {moment}, 'U' || (n % 500), 'we saw error ' || (n % 9973) || ' on host ' || (n % 397), '{{}}' FROM series
"""
POSTMORTEMS = """
INSERT INTO postmortems (incident_id, state, round, reason)
{series} SELECT n, CASE WHEN n > {count} - 60 THEN 'owed' WHEN n > {count} - 90 THEN 'in_review' ELSE 'published' END, 1, '' FROM series
"""
SECTIONS = """
INSERT INTO postmortem_sections (id, incident_id, key, version, text, {by}, at)
{series} SELECT n, n, 'impact', 1, 'it hurt ' || (n % 9973) || ' customers of host ' || (n % 397), 'U7', {moment} FROM series
"""
ITEMS = """
INSERT INTO action_items (id, incident_id, number, title, kind, priority, state, reason, owner_user, owner_team, due_on,
                          is_due_by_policy, proof, evidence, tracker_url, quote, is_tagged, created_by, created_at, changed_at)
{series} SELECT n, 1 + n % {sevs}, 1 + n / {sevs}, 'thing ' || n, 'prevent', 'P2',
    CASE n % 5 WHEN 0 THEN 'open' WHEN 1 THEN 'in_progress' ELSE 'done' END, '',
    CASE WHEN n % 3 > 0 THEN 'U' || (n % 500) END, CASE WHEN n % 6 = 0 THEN 'payments' END, {day},
    {no}, '', '', '', '', {no}, 'U' || (n % 500), {moment}, {moment} FROM series
"""
EARLIER = "INSERT INTO earlier_sevs (incident_id, earlier_id) {series} SELECT n + 1, n FROM series"
DAY = {"sqlite": "date('2020-01-01', '+' || (n % 3000) || ' days')", "postgresql": "date '2020-01-01' + (n % 3000)"}
ITEMS_OF_EACH = 3


def fill(database: Database, *, sevs: int, entries: int, long: int) -> None:
    """Write so many SEVs, one in twenty of them private, with items, and so many entries, `long` of them the first SEV's."""
    dialect = "sqlite" if database.is_sqlite else "postgresql"
    words = {
        "private": "n % 20 = 0",
        "no": "0" if database.is_sqlite else "false",
        "moment": MOMENT[dialect].format(n="n"),
        "sevs": sevs,
        "long": long,
        "by": '"by"',
        "day": DAY[dialect],
    }
    items = ((ITEMS, sevs * ITEMS_OF_EACH), (EARLIER, sevs - 1))
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execute(text("SET statement_timeout = 0"))
        for statement, count in (
            (INCIDENTS, sevs),
            (MEMBERS, sevs),
            (WORKFLOWS, sevs),
            (ENTRIES, entries),
            (POSTMORTEMS, sevs),
            (SECTIONS, sevs),
            *items,
        ):
            series = SERIES[dialect].format(count=count)
            connection.exec_driver_sql(
                statement.format(series=series, count=count, **words).replace(
                    "%", "%%" if not database.is_sqlite else "%"
                )
            )
        connection.exec_driver_sql("UPDATE counters SET value = (SELECT max(number) FROM incidents)")
        connection.commit()
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        if not database.is_sqlite:
            connection.exec_driver_sql("VACUUM")
