"""Tests of assistant.bundles."""
