"""What the city knows: typed records, importers, passages and immutable releases."""
