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
# Days of the longest bin.
LONGEST = 364 * 1000
MICRO = 1_000_000
DAY = 86400 * MICRO


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


def _offset(moment: int) -> int:
    """What local time is ahead of UTC, in µs."""
    return time.localtime(moment // MICRO).tm_gmtoff * MICRO


def clock(moment: int) -> tuple[int, int, int]:
    """The offset of local time, in µs, and from when to when it is in force: within the day in UTC, of which no other time is looked at."""
    since = moment - moment % DAY
    until = since + DAY
    first, last = _offset(since), _offset(until - 1)
    if first == last:
        return first, since, until
    low, high = since // MICRO, until // MICRO - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle * MICRO) == first else (low, middle)
    change = high * MICRO
    return (first, since, change) if moment < change else (last, change, until)


def clocked(size: int) -> Callable[[int], tuple[int, int]]:
    """A function from µs since 1970 to start and end of the bin, of bins of `size` µs by the local clock, counted from its start of 1970.

    A bin in which the clock is put forward or back is shorter or longer. It ends there if the clock leaves it, or begins it once more.
    """

    def edge(change: int) -> bool:
        """Whether one bin ends and another begins where the clock may be changed."""
        after = change + _offset(change)
        return after % size == 0 or after // size != (change + _offset(change - 1) - 1) // size

    def bounds(moment: int) -> tuple[int, int]:
        offset, since, until = clock(moment)
        start = moment - (moment + offset) % size
        end = start + size
        while start < since and not edge(since):
            before = since - 1
            offset, since, _ = clock(before)
            start = before - (before + offset) % size
        while end >= until and not edge(until):
            after = until
            offset, _, until = clock(after)
            end = after - (after + offset) % size + size
        return max(start, since), min(end, until)

    return bounds


def parse_bins(text: str, utc: bool = False) -> Bins:
    """The bins of a size as `N[smhdwMy]` or `Nms`, N in seconds without a letter; a fraction is for s, m and h.

    Seconds, minutes and hours are counted by the local clock. With `utc` they are counted from 1970 in UTC, and weeks as well, which then
    begin on Thursdays. The others follow the local calendar. Raises BadUse for anything else.
    """
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)(ms|[smhdwMy]?)", text)
    if match is None:
        raise BadUse(f"time {text}: expected a number and one of ms s m h d w M y")
    unit = match[2] or "s"
    if unit in SECONDS:
        size = round(float(match[1]) * SECONDS[unit] * MICRO)
        if size <= 0:
            raise BadUse(f"time {text}: a bin has a length")
        if utc:
            return Bins(size)
        if size > LONGEST * DAY:
            raise BadUse(f"time {text}: a bin has at most 1000 years")
        return Bins(size, clocked(size), clock)
    if not match[1].isdigit() or int(match[1]) == 0:
        raise BadUse(f"time {text}: expected a whole number of {unit}")
    count = int(match[1])
    if count * DAYS[unit] > LONGEST:
        raise BadUse(f"time {text}: a bin has at most 1000 years")
    size = count * DAYS[unit] * DAY
    return Bins(size) if unit == "w" and utc else Bins(size, calendar(count, unit))
