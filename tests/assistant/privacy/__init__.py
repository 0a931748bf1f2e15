"""Tests of assistant.privacy."""
