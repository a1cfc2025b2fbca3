"""Add offers of roles, a SEV's own bridge and links, duplicates, briefings; tell people from apps."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("bridge", sa.String(length=2000), nullable=True))
    op.add_column(
        "role_holders",
        sa.Column("offer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    )
    # What was remembered of people does not say whether they are apps or have left: everybody is learned anew when met.
    op.execute("DELETE FROM people")
    op.add_column("people", sa.Column("is_bot", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("people", sa.Column("is_deactivated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "incident_links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_incident_links_incident_id_incidents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_links")),
        sa.UniqueConstraint("incident_id", "address", name=op.f("uq_incident_links_incident_id_address")),
    )
    op.create_table(
        "placed_bookmarks",
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot", sa.String(length=100), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("bookmark_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name=op.f("fk_placed_bookmarks_incident_id_incidents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("incident_id", "slot", name=op.f("pk_placed_bookmarks")),
    )
    op.create_table(
        "duplicates",
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("original_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_duplicates_incident_id_incidents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["incidents.id"], name=op.f("fk_duplicates_original_id_incidents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_duplicates")),
    )
    op.create_index(op.f("ix_duplicates_original_id"), "duplicates", ["original_id"], unique=False)
    op.create_table(
        "briefings",
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_briefings_incident_id_incidents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "user_id", name=op.f("pk_briefings")),
    )


def downgrade() -> None:
    op.drop_table("briefings")
    op.drop_table("duplicates")
    op.drop_table("placed_bookmarks")
    op.drop_table("incident_links")
    op.drop_column("people", "is_deactivated")
    op.drop_column("people", "is_bot")
    op.drop_column("role_holders", "offer_id")
    op.drop_column("incidents", "bridge")
