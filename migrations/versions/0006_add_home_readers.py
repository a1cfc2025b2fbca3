"""Remember who opened their Home, and who wants no updates."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "home_readers",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_home_readers")),
    )
    op.create_index(op.f("ix_home_readers_opened_at"), "home_readers", ["opened_at"], unique=False)
    op.add_column("subscribers", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("subscribers", "stopped_at")
    op.drop_table("home_readers")
