"""Add postmortems, and an index of the words in their sections."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEPARATORS = "./-_:@#=&?"
"""What PostgreSQL would take for part of an address or a path, so that no part of it could be found."""


def upgrade() -> None:
    op.create_table(
        "postmortems",
        sa.Column("incident_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drafted_by", sa.String(length=32), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(length=32), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_postmortems_incident_id_incidents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_postmortems")),
    )
    op.create_index(op.f("ix_postmortems_state_published_at"), "postmortems", ["state", "published_at"])
    belonging(
        "postmortem_sections",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *written(),
        sa.UniqueConstraint("incident_id", "key", name=op.f("uq_postmortem_sections_incident_id_key")),
        key=("id",),
    )
    belonging(
        "postmortem_versions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *written(),
        sa.UniqueConstraint("incident_id", "key", "number", name=op.f("uq_postmortem_versions_incident_id_key_number")),
        key=("id",),
    )
    belonging(
        "postmortem_reviewers",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        key=("incident_id", "user_id"),
    )
    op.create_index(op.f("ix_postmortem_reviewers_user_id_verdict"), "postmortem_reviewers", ["user_id", "verdict"])
    belonging(
        "postmortem_links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.UniqueConstraint("incident_id", "address", name=op.f("uq_postmortem_links_incident_id_address")),
        key=("id",),
    )
    belonging(
        "postmortem_causes",
        sa.Column("cause", sa.String(length=40), nullable=False),
        key=("incident_id", "cause"),
    )
    op.create_index(op.f("ix_postmortem_causes_cause_incident_id"), "postmortem_causes", ["cause", "incident_id"])
    (index_on_sqlite if op.get_bind().dialect.name == "sqlite" else index_on_postgresql)()


def written() -> tuple[sa.Column[object], ...]:
    """What somebody wrote when."""
    return (
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def belonging(table: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...]) -> None:
    """A table of what belongs to a postmortem."""
    op.create_table(
        table,
        sa.Column("incident_id", BIG, nullable=False),
        *parts,
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["postmortems.incident_id"],
            name=op.f(f"fk_{table}_incident_id_postmortems"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
    )


def index_on_sqlite() -> None:
    """A table of words that keeps no copy of the texts, and triggers that follow every change of them."""
    words, table = "postmortem_words", "postmortem_sections"
    add = f"INSERT INTO {words} (rowid, text) VALUES (new.id, new.text);"  # noqa: S608 - the names stand above
    remove = f"INSERT INTO {words} ({words}, rowid, text) VALUES ('delete', old.id, old.text);"  # noqa: S608
    op.execute(
        f"CREATE VIRTUAL TABLE {words} USING fts5(text, content='{table}', content_rowid='id', prefix='2 3 4', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE TRIGGER {words}_added AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {words}_removed AFTER DELETE ON {table} BEGIN {remove} END")
    op.execute(f"CREATE TRIGGER {words}_changed AFTER UPDATE OF text ON {table} BEGIN {remove} {add} END")


def index_on_postgresql() -> None:
    """A column of words that the database computes from the text, and an index of it."""
    spaces = " " * len(SEPARATORS)
    op.execute(
        "ALTER TABLE postmortem_sections ADD COLUMN words tsvector GENERATED ALWAYS AS "
        f"(to_tsvector('simple', translate(left(text, 40000), '{SEPARATORS}', '{spaces}'))) STORED"
    )
    op.execute("CREATE INDEX ix_postmortem_words ON postmortem_sections USING gin (words)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("added", "removed", "changed"):
            op.execute(f"DROP TRIGGER postmortem_words_{change}")
        op.execute("DROP TABLE postmortem_words")
    for table in ("causes", "links", "reviewers", "versions", "sections"):
        op.drop_table(f"postmortem_{table}")
    op.drop_table("postmortems")
