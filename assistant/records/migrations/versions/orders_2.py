"""The outbox, and where an order stands in the city's system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "orders_2"
down_revision = "orders_1"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("orders", sa.Column("remote_number", sa.String))
    op.add_column("orders", sa.Column("sealed_remote_check", sa.LargeBinary))
    op.add_column("orders", sa.Column("pulled", sa.Integer, nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("pull_due", _MOMENT))
    op.create_index("orders_pull_due", "orders", ["pull_due"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("order_id", sa.Integer, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("act_id", sa.Integer, sa.ForeignKey("order_acts.id")),
        sa.Column("due", _MOMENT, nullable=False),
        sa.Column("lease", sa.String),
        sa.Column("leased_until", _MOMENT),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("done", _MOMENT),
        sa.Column("outcome", sa.String),
    )
    op.create_index("outbox_due", "outbox", ["done", "due"])
    op.create_index("outbox_order", "outbox", ["order_id"])
