"""Run by Alembic: migrations on the connection that ``records.schema`` gives."""

from __future__ import annotations

from alembic import context

from assistant.records.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
