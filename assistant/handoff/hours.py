"""Office hours of a desk: working days of the State Council's calendar, and times in Guangzhou."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from assistant.bundles.calendar import is_working_day

BEIJING = ZoneInfo("Asia/Shanghai")
_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """``spans``: beginning and end within a day (an end of 00:00 is midnight); ``every_day``: also
    on days on which offices rest."""

    spans: tuple[tuple[time, time], ...]
    every_day: bool = False

    def holds(self, now: datetime) -> bool:
        """Whether the desk is open at a moment (aware)."""
        here = now.astimezone(BEIJING)
        if not self.every_day and not is_working_day(here.date())[0]:
            return False
        at = here.time()
        return any(begin <= at and (at < end or end == time(0)) for begin, end in self.spans)


ALWAYS = Hours(spans=((time(0), time(0)),), every_day=True)


def read_hours(text: str) -> Hours:
    """``09:00-12:00,14:00-17:30`` (working days), with ``daily`` before it on every day, or
    ``always``.  Raises ``ValueError``."""
    words = text.replace(",", " ").split()
    if words == ["always"]:
        return ALWAYS
    every_day = words[:1] == ["daily"]
    found = [_SPAN.fullmatch(one) for one in words[every_day:]]
    if not found or None in found:
        raise ValueError(f"not office hours: {text!r}; as in 09:00-12:00,14:00-17:30")
    spans = tuple(_span(one) for one in found if one is not None)
    return Hours(spans=spans, every_day=every_day)


def _span(found: re.Match[str]) -> tuple[time, time]:
    hours, minutes, later, end = map(int, found.groups())
    begin, until = time(hours, minutes), time(later % 24 if end == 0 else later, end)
    if until != time(0) and until <= begin:
        raise ValueError(f"ends before it begins: {found[0]}")
    return begin, until
