"""Keys of persons, staff accounts and their sessions, the audit log, handoffs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "people_1"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("status IN ('waiting', 'taken')")


def upgrade() -> None:
    _persons()
    _accounts()
    _audit()
    _handoffs()


def downgrade() -> None:
    raise NotImplementedError("what was sealed would be lost: restore a backup instead")


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("erased", _MOMENT),
    )


def _accounts() -> None:
    op.create_table(
        "staff_accounts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(32), nullable=False, unique=True),
        sa.Column("badge", sa.Integer, nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("desks", sa.String(64), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("locked_until", _MOMENT),
        sa.Column("totp", sa.LargeBinary),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column(
            "account",
            sa.String(32),
            sa.ForeignKey("staff_accounts.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("begun", _MOMENT, nullable=False),
        sa.Column("used", _MOMENT, nullable=False),
    )
    op.create_index("ix_staff_sessions_account", "staff_sessions", ["account"])


def _audit() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", _LARGE, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit_lines",
        sa.Column("seq", _LARGE, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object", sa.String(64), nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("algorithm", sa.String(16), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )


def _handoffs() -> None:
    op.create_table(
        "handoffs",
        sa.Column("number", _LARGE, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("desk", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("agent", sa.String(32)),
        sa.Column("badge", sa.String(16)),
        sa.Column("queued", _MOMENT, nullable=False),
        sa.Column("taken", _MOMENT),
        sa.Column("ended", _MOMENT),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("package", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "handoffs_open",
        "handoffs",
        ["session"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("handoffs_queue", "handoffs", ["status", "desk", "number"])
    op.create_index("ix_handoffs_agent", "handoffs", ["agent"])
    op.create_index("ix_handoffs_session", "handoffs", ["session"])
    op.create_table(
        "handoff_lines",
        sa.Column("id", _LARGE, primary_key=True, autoincrement=True),
        sa.Column(
            "handoff",
            sa.String(32),
            sa.ForeignKey("handoffs.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("who", sa.String(16), nullable=False),
        sa.Column("badge", sa.String(16)),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("content", sa.LargeBinary),
    )
    op.create_index("handoff_lines_session", "handoff_lines", ["session", "id"])
    op.create_index("ix_handoff_lines_handoff", "handoff_lines", ["handoff"])
