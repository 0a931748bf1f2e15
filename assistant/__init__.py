"""The conversation: one pipeline that turns a message into a grounded reply."""
