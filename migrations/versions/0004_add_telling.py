"""Add what telling needs: quiet SEVs, pinned messages on offer, an index of words, and indexes for what is listed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = (
    ("incidents", ("declared_by", "number")),
    ("incidents", ("severity", "number")),
    ("affected_workflows", ("workflow", "incident_id")),
    ("timeline_entries", ("incident_id", "id")),
)
INDEXED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("incidents", "incident_words", ("title", "summary")),
    ("timeline_entries", "entry_words", ("text",)),
)
"""Which texts can be searched: of each table, the columns; and what their index of words is called on SQLite."""
SEPARATORS = "./-_:@#=&?"
"""What PostgreSQL would take for part of an address or a path, so that no part of it could be found."""


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("incidents", sa.Column("is_quiet", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "pinned_messages",
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("permalink", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_pinned_messages_incident_id_incidents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "ts", name=op.f("pk_pinned_messages")),
    )
    for table, names in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, list(names))
    if not is_sqlite:  # compared by bytes, a range of statuses can be read from the index
        op.execute('ALTER TABLE incidents ALTER COLUMN status TYPE VARCHAR(40) COLLATE "C"')
    for table, words, columns in INDEXED:
        (index_on_sqlite if is_sqlite else index_on_postgresql)(table, words, columns)


def index_on_sqlite(table: str, words: str, columns: tuple[str, ...]) -> None:
    """A table of words that keeps no copy of the texts, and triggers that follow every change of them."""
    names = ", ".join(columns)
    new, old = (", ".join(f"{row}.{each}" for each in columns) for row in ("new", "old"))
    add = f"INSERT INTO {words} (rowid, {names}) VALUES (new.id, {new});"  # noqa: S608 - the names stand above
    remove = f"INSERT INTO {words} ({words}, rowid, {names}) VALUES ('delete', old.id, {old});"  # noqa: S608
    op.execute(
        f"CREATE VIRTUAL TABLE {words} USING fts5({names}, content='{table}', content_rowid='id', prefix='2 3 4', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE TRIGGER {words}_added AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {words}_removed AFTER DELETE ON {table} BEGIN {remove} END")
    op.execute(f"CREATE TRIGGER {words}_changed AFTER UPDATE OF {names} ON {table} BEGIN {remove} {add} END")
    op.execute(f"INSERT INTO {words} ({words}) VALUES ('rebuild')")  # noqa: S608


def index_on_postgresql(table: str, words: str, columns: tuple[str, ...]) -> None:
    """A column of words that the database computes from the texts, and an index of it."""
    texts = " || ' ' || ".join(columns)
    spaces = " " * len(SEPARATORS)
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN words tsvector GENERATED ALWAYS AS "
        f"(to_tsvector('simple', translate(left({texts}, 40000), '{SEPARATORS}', '{spaces}'))) STORED"
    )
    op.execute(f"CREATE INDEX ix_{words} ON {table} USING gin (words)")


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, words, _columns in INDEXED:
        if is_sqlite:
            for change in ("added", "removed", "changed"):
                op.execute(f"DROP TRIGGER {words}_{change}")
            op.execute(f"DROP TABLE {words}")
        else:
            op.execute(f"ALTER TABLE {table} DROP COLUMN words")
    if not is_sqlite:
        op.execute('ALTER TABLE incidents ALTER COLUMN status TYPE VARCHAR(40) COLLATE "default"')
    for table, columns in reversed(INDEXES):
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    op.drop_table("pinned_messages")
    op.drop_column("incidents", "is_quiet")
