"""Tests of assistant.records."""
