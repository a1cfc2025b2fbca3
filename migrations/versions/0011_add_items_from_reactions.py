"""Let action items come by reactions, and count their days anew when they are opened again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("action_items", sa.Column("due_from", sa.Date(), nullable=True))
    op.add_column("action_items", sa.Column("source_thread", sa.String(length=32), nullable=True))
    op.add_column("action_items", sa.Column("is_tagged", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("action_items", "is_tagged")
    op.drop_column("action_items", "source_thread")
    op.drop_column("action_items", "due_from")
