"""Work orders, cases, wrong tries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "orders_1"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)

_KEEP = {
    "sqlite": (
        "CREATE TRIGGER order_events_no_update BEFORE UPDATE ON order_events "
        "BEGIN SELECT RAISE(ABORT, 'order_events is append-only'); END",
        "CREATE TRIGGER order_events_no_delete BEFORE DELETE ON order_events "
        "BEGIN SELECT RAISE(ABORT, 'order_events is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION order_events_kept() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'order_events is append-only'; END$$",
        "CREATE TRIGGER order_events_kept BEFORE UPDATE OR DELETE ON order_events "
        "FOR EACH ROW EXECUTE FUNCTION order_events_kept()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("topic", sa.String),
        sa.Column("route", sa.String, nullable=False),
        sa.Column("department", sa.String),
        sa.Column("district", sa.String),
        sa.Column("confidential", sa.Boolean, nullable=False),
        sa.Column("filed", _MOMENT, nullable=False),
        sa.Column("sealed_text", sa.LargeBinary, nullable=False),
        sa.Column("sealed_contact", sa.LargeBinary, nullable=False),
        sa.Column("sealed_check", sa.LargeBinary, nullable=False),
        sa.Column("check_salt", sa.LargeBinary, nullable=False),
        sa.Column("check_digest", sa.LargeBinary, nullable=False),
        sa.Column("drawn", sa.Boolean, nullable=False),
        sa.Column("extended_days", sa.Integer, nullable=False),
        sa.Column("stars", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("number", name="orders_number"),
        sa.UniqueConstraint("key", name="orders_key"),
    )
    op.create_index("orders_person", "orders", ["person"])
    op.create_table(
        "order_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("order_id", sa.Integer, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("department", sa.String),
        sa.Column("sealed_note", sa.LargeBinary),
    )
    op.create_index("order_events_order", "order_events", ["order_id"])
    for statement in _KEEP[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "order_acts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("order_id", sa.Integer, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("key", sa.String),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("sealed_text", sa.LargeBinary),
        sa.Column("stars", sa.Integer),
        sa.UniqueConstraint("order_id", "key", name="order_acts_key"),
    )
    op.create_table(
        "wrong_tries",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("last", _MOMENT, nullable=False),
        sa.Column("locked_until", _MOMENT),
    )
    op.create_index("wrong_tries_last", "wrong_tries", ["last"])
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("department", sa.String, nullable=False),
        sa.Column("item", sa.String),
        sa.Column("received", _MOMENT, nullable=False),
        sa.Column("limit_days", sa.Integer),
        sa.Column("natural", sa.Boolean, nullable=False),
        sa.Column("corrected_by", sa.Date),
        sa.Column("check_salt", sa.LargeBinary, nullable=False),
        sa.Column("check_digest", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("number", name="cases_number"),
    )
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("department", sa.String),
        sa.Column("sealed_note", sa.LargeBinary),
    )
    op.create_index("case_events_case", "case_events", ["case_id"])
