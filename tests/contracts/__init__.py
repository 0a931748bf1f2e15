"""Test classes, one a protocol, inherited by the tests of every implementation."""
