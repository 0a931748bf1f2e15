"""What must survive: work orders, cases, handoffs, accounts, audit (SQLAlchemy)."""
