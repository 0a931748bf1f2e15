"""A key for each order, and when its texts were destroyed.

Orders from before keep their person's key (``sealed_for`` is null): no migration can open them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "orders_3"
down_revision = "orders_2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("sealed_for", sa.String))
    op.add_column("orders", sa.Column("retired", sa.DateTime(timezone=True)))
