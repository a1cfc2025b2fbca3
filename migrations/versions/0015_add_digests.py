"""Add digests."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "digest_subscriptions",
        sa.Column("id", big, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("workflows", sa.JSON(), nullable=False),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.Column("picture", sa.String(length=10), nullable=False),
        sa.Column("skip_when_empty", sa.Boolean(), nullable=False),
        sa.Column("counts_private", sa.Boolean(), nullable=False),
        sa.Column("grace_seconds", sa.Integer(), nullable=False),
        sa.Column("tell", sa.String(length=32), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_subscriptions")),
        sa.UniqueConstraint("key", name=op.f("uq_digest_subscriptions_key")),
    )
    for column in ("place", "next_due_at"):
        op.create_index(op.f(f"ix_digest_subscriptions_{column}"), "digest_subscriptions", [column])
    op.create_table(
        "digest_issues",
        sa.Column("id", big, nullable=False),
        sa.Column("subscription_id", big, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_out", sa.String(length=100), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("covers_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["digest_subscriptions.id"],
            name=op.f("fk_digest_issues_subscription_id_digest_subscriptions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_issues")),
        sa.UniqueConstraint("subscription_id", "day", name=op.f("uq_digest_issues_subscription_id_day")),
    )


def downgrade() -> None:
    op.drop_table("digest_issues")
    op.drop_table("digest_subscriptions")
