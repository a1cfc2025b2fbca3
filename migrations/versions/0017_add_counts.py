"""Add counts of workflows."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "workflow_signals",
        sa.Column("id", big, nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("signal", sa.String(length=40), nullable=False),
        sa.Column("newest_minute", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_signals")),
        sa.UniqueConstraint("workflow", "signal", name=op.f("uq_workflow_signals_workflow_signal")),
    )
    op.create_table(
        "count_minutes",
        sa.Column("signal_id", big, nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        _of_signal("count_minutes"),
        sa.PrimaryKeyConstraint("signal_id", "minute", "source", name=op.f("pk_count_minutes")),
        sqlite_with_rowid=False,
    )
    for table, unit in (("count_hours", "hour"), ("count_days", "day")):
        op.create_table(
            table,
            sa.Column("signal_id", big, nullable=False),
            sa.Column("way", sa.String(length=32), nullable=False),
            sa.Column(unit, sa.Integer(), nullable=False),
            sa.Column("good", sa.BigInteger(), nullable=False),
            sa.Column("total", sa.BigInteger(), nullable=False),
            _of_signal(table),
            sa.PrimaryKeyConstraint("signal_id", "way", unit, name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "touched_hours",
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("signal_id", big, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        _of_signal("touched_hours"),
        sa.PrimaryKeyConstraint("hour", "signal_id", name=op.f("pk_touched_hours")),
    )
    op.create_table(
        "workflow_rounds",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workflow_rounds")),
    )
    op.create_table(
        "slo_states",
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("slo", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("burns_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ("sli", "sli_today", "budget_left", "budget_seconds")
        ),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workflow", "slo", name=op.f("pk_slo_states")),
    )


def downgrade() -> None:
    for table in (
        "slo_states",
        "workflow_rounds",
        "touched_hours",
        "count_days",
        "count_hours",
        "count_minutes",
        "workflow_signals",
    ):
        op.drop_table(table)


def _of_signal(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["signal_id"], ["workflow_signals.id"],
        name=op.f(f"fk_{table}_signal_id_workflow_signals"), ondelete="CASCADE",
    )  # fmt: skip
