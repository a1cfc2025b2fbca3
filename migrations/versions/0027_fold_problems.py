"""Keep when a problem was told first, and in the message of which other one, where many came at once."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("problems", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("problems", sa.Column("head_id", big, nullable=True))
    op.create_index(op.f("ix_problems_place_told_at"), "problems", ["place", "told_at"])
    op.create_index(op.f("ix_problems_head_id"), "problems", ["head_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_problems_head_id"), "problems")
    op.drop_index(op.f("ix_problems_place_told_at"), "problems")
    op.drop_column("problems", "head_id")
    op.drop_column("problems", "told_at")
