"""Add the ledger of reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nudge_watches",
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_nudge_watches")),
    )
    op.create_index(op.f("ix_nudge_watches_look_at"), "nudge_watches", ["look_at"], unique=False)
    op.create_table(
        "nudge_pauses",
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("subject", "rule", name=op.f("pk_nudge_pauses")),
    )
    op.create_table(
        "nudges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("case_key", sa.String(length=64), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("progress", sa.String(length=10), nullable=False),
        sa.Column("outbox_key", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acted_by", sa.String(length=32), nullable=True),
        sa.Column("acted_how", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudges")),
        sa.UniqueConstraint("key", name=op.f("uq_nudges_key")),
    )
    op.create_index(op.f("ix_nudges_outbox_key"), "nudges", ["outbox_key"], unique=False)
    op.create_index("ix_nudges_subject_decided_at", "nudges", ["subject", "decided_at"], unique=False)
    op.create_index("ix_nudges_audience_decided_at", "nudges", ["audience", "decided_at"], unique=False)
    op.create_index("ix_nudges_progress", "nudges", ["progress"], unique=False)
    op.create_index("ix_nudges_ended_at", "nudges", ["ended_at"], unique=False)


def downgrade() -> None:
    op.drop_table("nudges")
    op.drop_table("nudge_pauses")
    op.drop_table("nudge_watches")
