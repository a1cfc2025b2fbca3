"""The version after this one, as far as a rolling upgrade meets it: it has a migration more, and delivers a kind more."""

import shutil
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot import schema
from bot.house import House
from bot.outbox.model import OutboxMessage
from bot.slack import posts
from bot.slack.posts import Draft

REVISION = "9999"
GREETING = "next.greeting"
"""What only the next version knows how to deliver."""
PLACE = "C01GENERAL"
MIGRATION = '''
"""Widen what is there, add to what is written all the time, and make something new."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    greetings = op.create_table("greetings", sa.Column("word", sa.String(20), nullable=False))
    op.bulk_insert(greetings, [{{"word": "Welcome"}}])
    op.add_column("outbox_messages", sa.Column("note", sa.String(40)))
    op.add_column("incidents", sa.Column("greeted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("incidents", "severity", type_=sa.String(20))
    op.alter_column("outbox_messages", "last_error", type_=sa.String(500))
    op.create_index("ix_timeline_entries_kind_at", "timeline_entries", ["kind", "at"])
'''


def make_migrations(folder: Path) -> Path:
    """The next version's migrations, in a new folder."""
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text_of_it = MIGRATION.format(revision=REVISION, before=schema.known_revisions()[-1])
    (folder / "versions" / f"{REVISION}_greet.py").write_text(text_of_it.lstrip(), encoding="utf-8")
    return folder


def become_the_next(migrations: Path) -> None:
    """Let this process be of the next version."""
    schema.MIGRATIONS = migrations
    register = House._register_kinds

    def register_one_more(house: House) -> None:
        register(house)
        house._ground.kinds.add(posts.kind(house._ground.slack, GREETING, "Greet", _load))

    House._register_kinds = register_one_more  # type: ignore[method-assign, assignment]


def _load(session: Session, message: OutboxMessage) -> Draft:
    word = session.execute(text("SELECT word FROM greetings")).scalar_one()
    said = f"{word}, number {message.subject_id}"
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": said}}]
    return posts.draft_for(session, message, channel_id=PLACE, text=said, blocks=blocks, join=True)
