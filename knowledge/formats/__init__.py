"""Importers: one module a source format, each ``parse(files) -> Parsed``."""
