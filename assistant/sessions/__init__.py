"""What is remembered between turns, and who may write it: in memory, or in Redis."""

from assistant.sessions.memory import MemoryLocks, MemorySessions

__all__ = ["MemoryLocks", "MemorySessions"]
