"""Keep by which deed an action item came to its owner, so that they are told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("action_items", sa.Column("giving", big, nullable=True))
    op.create_index(op.f("ix_action_items_giving"), "action_items", ["giving"])


def downgrade() -> None:
    op.drop_index(op.f("ix_action_items_giving"), "action_items")
    op.drop_column("action_items", "giving")
