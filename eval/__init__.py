"""Measuring Suiwen from outside: whole answers, every fact, speed, and survival of kill -9."""
