"""Add links of action items to a tracker's issues."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "tracker_links",
        sa.Column("item_id", big, nullable=False),
        sa.Column("tracker", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=60), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("tried_at", moment, nullable=True),
        sa.Column("issue_id", sa.String(length=100), nullable=True),
        sa.Column("key", sa.String(length=100), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("is_adopted", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=100), nullable=False),
        sa.Column("assignee", sa.String(length=100), nullable=False),
        sa.Column("updated_at", moment, nullable=True),
        sa.Column("read_at", moment, nullable=True),
        sa.Column("lost_at", moment, nullable=True),
        sa.Column("settled", sa.JSON(), nullable=False),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["action_items.id"], name=op.f("fk_tracker_links_item_id_action_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_tracker_links")),
        sa.UniqueConstraint("mark", name=op.f("uq_tracker_links_mark")),
    )
    for column in ("issue_id", "key", "read_at"):
        op.create_index(op.f(f"ix_tracker_links_{column}"), "tracker_links", [column])
    op.create_table(
        "tracker_watches",
        sa.Column("tracker", sa.String(length=20), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("seen_until", moment, nullable=False),
        sa.PrimaryKeyConstraint("tracker", name=op.f("pk_tracker_watches")),
    )
    op.create_table(
        "unknown_deliveries",
        sa.Column("id", big, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("outline", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_deliveries")),
    )
    op.create_index(op.f("ix_unknown_deliveries_at"), "unknown_deliveries", ["at"])


def downgrade() -> None:
    op.drop_table("unknown_deliveries")
    op.drop_table("tracker_watches")
    op.drop_table("tracker_links")
