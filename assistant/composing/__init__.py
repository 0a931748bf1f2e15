"""Replies composed from record fields: every sentence is printed from facts and carries them."""
