"""Sizes of time bins as text, and the bins that follow the local calendar."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, timedelta

from pyargus.errors import BadUse
from pyargus.record.cut_cy import Bins

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
# Nominal lengths of what the calendar makes shorter or longer.
DAYS = {"d": 1, "w": 7, "M": 28, "y": 364}
MICRO = 1_000_000


def _midnight(day: date) -> int:
    """Start of a day in local time, in µs since 1970."""
    return int(time.mktime((day.year, day.month, day.day, 0, 0, 0, 0, 0, -1))) * MICRO


def _month(index: int) -> date:
    """First day of the month counted from January of the year 0."""
    return date(index // 12, index % 12 + 1, 1)


def calendar(count: int, unit: str) -> Callable[[int], tuple[int, int]]:
    """A function from µs since 1970 to start and end of the bin of `count` days (d), weeks (w), months (M) or years (y) in local time.

    Days are counted from 1970-01-01, weeks begin on Sundays, months and years with their first day.
    """

    def bounds(moment: int) -> tuple[int, int]:
        local = time.localtime(moment // MICRO)
        today = date(local.tm_year, local.tm_mon, local.tm_mday)
        if unit in "dw":
            origin = date(1970, 1, 1) if unit == "d" else date(1969, 12, 28)
            days = count * DAYS[unit]
            first = origin + timedelta((today - origin).days // days * days)
            return _midnight(first), _midnight(first + timedelta(days))
        months = count * (1 if unit == "M" else 12)
        index = (today.year * 12 + today.month - 1) // months * months
        return _midnight(_month(index)), _midnight(_month(index + months))

    return bounds


def parse_bins(text: str, counted_weeks: bool = False) -> Bins:
    """The bins of a size as `N[smhdwMy]` or `Nms`, N in seconds without a letter; a fraction is for s, m and h.

    Seconds, minutes and hours are counted from 1970, in UTC, and with `counted_weeks` weeks as well, which then begin on Thursdays; the
    others follow the local calendar. Raises BadUse for anything else.
    """
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)(ms|[smhdwMy]?)", text)
    if match is None:
        raise BadUse(f"time {text}: expected a number and one of ms s m h d w M y")
    unit = match[2] or "s"
    if unit in SECONDS:
        size = round(float(match[1]) * SECONDS[unit] * MICRO)
        if size <= 0:
            raise BadUse(f"time {text}: a bin has a length")
        return Bins(size)
    if not match[1].isdigit() or int(match[1]) == 0:
        raise BadUse(f"time {text}: expected a whole number of {unit}")
    count = int(match[1])
    if count * DAYS[unit] > 364 * 1000:
        raise BadUse(f"time {text}: a bin has at most 1000 years")
    size = count * DAYS[unit] * 86400 * MICRO
    return Bins(size) if unit == "w" and counted_weeks else Bins(size, calendar(count, unit))
