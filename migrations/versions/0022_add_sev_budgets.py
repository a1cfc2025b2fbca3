"""Add what SEVs burned of error budgets."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sev_budgets",
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("slo", sa.String(length=40), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("whole_seconds", sa.Double(), nullable=False),
        sa.Column("standing", sa.String(length=8), nullable=False),
        sa.Column("within_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_sev_budgets_incident_id_incidents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "workflow", "slo", name=op.f("pk_sev_budgets")),
    )
    op.create_index(op.f("ix_sev_budgets_is_settled"), "sev_budgets", ["is_settled"])


def downgrade() -> None:
    op.drop_table("sev_budgets")
