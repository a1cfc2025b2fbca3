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


def fill(database: Database, *, sevs: int, entries: int, long: int) -> None:
    """Write so many SEVs, one in twenty of them private, and so many entries, `long` of which are the first SEV's."""
    dialect = "sqlite" if database.is_sqlite else "postgresql"
    words = {
        "private": "n % 20 = 0",
        "no": "0" if database.is_sqlite else "false",
        "moment": MOMENT[dialect].format(n="n"),
        "sevs": sevs,
        "long": long,
        "by": '"by"',
    }
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
