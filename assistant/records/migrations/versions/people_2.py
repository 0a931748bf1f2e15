"""Handoffs: who told of a danger comes first; when the citizen's page was last connected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "people_2"
down_revision = "people_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    no = sa.false()
    op.add_column("handoffs", sa.Column("urgent", sa.Boolean, nullable=False, server_default=no))
    op.add_column("handoffs", sa.Column("seen", sa.DateTime(timezone=True)))
