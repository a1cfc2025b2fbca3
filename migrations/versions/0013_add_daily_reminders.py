"""Add what reminders that are said once a day need: who is away, which message says what, and looks after new settings."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was remembered of people does not say whether they are away: everybody is learned anew when met.
    op.execute("DELETE FROM people")
    op.add_column("people", sa.Column("status_emoji", sa.String(length=100), nullable=False, server_default=""))
    op.add_column("people", sa.Column("status_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("nudges", sa.Column("is_daily", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("nudges", sa.Column("place", sa.Integer(), nullable=True))
    with op.batch_alter_table("nudges") as table:
        table.alter_column("audience", existing_type=sa.String(length=32), type_=sa.String(length=64))
    op.create_table(
        "nudge_looks",
        sa.Column("settings", sa.String(length=64), nullable=False),
        sa.Column("looked_to", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("settings", name=op.f("pk_nudge_looks")),
    )


def downgrade() -> None:
    op.drop_table("nudge_looks")
    op.execute("DELETE FROM nudges WHERE length(audience) > 32")
    with op.batch_alter_table("nudges") as table:
        table.alter_column("audience", existing_type=sa.String(length=64), type_=sa.String(length=32))
        table.drop_column("place")
        table.drop_column("is_daily")
    with op.batch_alter_table("people") as table:
        table.drop_column("status_until")
        table.drop_column("status_emoji")
