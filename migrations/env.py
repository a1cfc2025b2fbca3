"""Runs migrations on the connection it is given; see `bot/schema.py`."""

from alembic import context

import bot.app  # noqa: F401 - so that every table is known
from bot.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
