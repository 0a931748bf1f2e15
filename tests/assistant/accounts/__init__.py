"""Tests of assistant.accounts."""
