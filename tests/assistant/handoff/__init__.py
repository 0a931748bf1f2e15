"""Tests of assistant.handoff."""
