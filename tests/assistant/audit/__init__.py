"""Tests of assistant.audit."""
