"""Add action items."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "action_items",
        sa.Column("id", big, nullable=False),
        sa.Column("incident_id", big, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("priority", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("owner_user", sa.String(length=32), nullable=True),
        sa.Column("owner_team", sa.String(length=40), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("is_due_by_policy", sa.Boolean(), nullable=False),
        sa.Column("proof", sa.String(length=1000), nullable=False),
        sa.Column("evidence", sa.String(length=1000), nullable=False),
        sa.Column("tracker_url", sa.String(length=2000), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("source_channel", sa.String(length=32), nullable=True),
        sa.Column("source_ts", sa.String(length=32), nullable=True),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_action_items_incident_id_incidents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_items")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_action_items_incident_id_number")),
        sa.UniqueConstraint(
            "incident_id",
            "source_channel",
            "source_ts",
            name=op.f("uq_action_items_incident_id_source_channel_source_ts"),
        ),
    )
    for columns in (
        ["owner_user", "state", "due_on"],
        ["owner_team", "state", "due_on"],
        ["state", "due_on"],
        ["created_at"],
        ["closed_at"],
    ):
        op.create_index(op.f(f"ix_action_items_{'_'.join(columns)}"), "action_items", columns)


def downgrade() -> None:
    op.drop_table("action_items")
