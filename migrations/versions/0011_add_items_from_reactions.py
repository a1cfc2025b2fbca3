"""Let items come by reactions, and count their days anew when they are opened again; know which SEVs came before."""

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
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "earlier_sevs",
        sa.Column("incident_id", big, nullable=False),
        sa.Column("earlier_id", big, nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_earlier_sevs_incident_id_incidents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["incidents.id"], name=op.f("fk_earlier_sevs_earlier_id_incidents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "earlier_id", name=op.f("pk_earlier_sevs")),
    )
    op.create_index(op.f("ix_earlier_sevs_earlier_id"), "earlier_sevs", ["earlier_id"])


def downgrade() -> None:
    op.drop_table("earlier_sevs")
    op.drop_column("action_items", "is_tagged")
    op.drop_column("action_items", "source_thread")
    op.drop_column("action_items", "due_from")
