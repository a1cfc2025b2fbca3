"""Add problems, the SEVs that know of them, and the deliveries that tell of them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    is_open, is_kept = sa.text("recovered_at IS NULL"), sa.text("state = 'kept'")
    op.add_column("incidents", sa.Column("detected_by", sa.String(length=16), nullable=True))
    op.create_table(
        "problems",
        sa.Column("id", big, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_count", sa.Integer(), nullable=False),
        sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=32), server_default="", nullable=False),
        sa.Column("showing", sa.Integer(), nullable=False),
        sa.Column("told_count", sa.Integer(), nullable=False),
        sa.Column("ignored_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ignored_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problems")),
    )
    op.create_index(
        "uq_problems_open", "problems", ["source", "key"], unique=True, postgresql_where=is_open, sqlite_where=is_open
    )
    op.create_index(op.f("ix_problems_source_key_episode"), "problems", ["source", "key", "episode"])
    op.create_index(op.f("ix_problems_workflow_began_at"), "problems", ["workflow", "began_at"])
    for column in ("recovered_at", "ignored_until"):
        op.create_index(op.f(f"ix_problems_{column}"), "problems", [column])
    op.create_table(
        "problem_incidents",
        sa.Column("problem_id", big, nullable=False),
        sa.Column("incident_id", big, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["problems.id"], name=op.f("fk_problem_incidents_problem_id_problems"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name=op.f("fk_problem_incidents_incident_id_incidents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("problem_id", "incident_id", name=op.f("pk_problem_incidents")),
    )
    op.create_index(op.f("ix_problem_incidents_incident_id"), "problem_incidents", ["incident_id"])
    op.create_table(
        "alert_deliveries",
        sa.Column("id", big, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=100), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("alerts_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outcome", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_deliveries")),
        sa.UniqueConstraint("source", "mark", name=op.f("uq_alert_deliveries_source_mark")),
    )
    op.create_index(
        "ix_alert_deliveries_kept", "alert_deliveries", ["id"], postgresql_where=is_kept, sqlite_where=is_kept
    )
    op.create_index(op.f("ix_alert_deliveries_received_at"), "alert_deliveries", ["received_at"])


def downgrade() -> None:
    op.drop_table("alert_deliveries")
    op.drop_table("problem_incidents")
    op.drop_table("problems")
    op.drop_column("incidents", "detected_by")
