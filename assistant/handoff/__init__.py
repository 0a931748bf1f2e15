"""Passing a conversation to a person, with everything already said."""
