"""The city's own systems, over HTTP: 12345 orders and approval cases; nothing filed is lost."""
