"""-t: time ranges in the field's grammar, and whether a record lies in one.

Source: argus 3 "ra command line", section "time ranges". Times are local; parts that are not given come from the current date.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from pyargus.errors import BadUse

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

PARTS = ("year", "month", "day", "hour", "minute", "second")
UNITS = {"y": 0, "M": 1, "d": 2, "h": 3, "m": 4, "s": 5}
LENGTHS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
MICRO = 1_000_000

_DATE = re.compile(r"(?:(?P<date>[\d*/]+))?(?:\.(?P<clock>[\d*:]+))?(?:\.(?P<fraction>\d{1,6}))?$")
_BUILT = re.compile(r"(?:(\d+|\*+)y)?(?:(\d+|\*+)M)?(?:(\d+|\*+)d)?(?:(\d+|\*+)h)?(?:(\d+|\*+)m)?(?:(\d+|\*+)s)?$")
_DURATION = re.compile(r"(\d+)([yMdhms])$")


class Moment:
    """A time as given: parts by name, None for a wildcard; last: index of the last part given; epoch: seconds since 1970 instead."""

    __slots__ = ("epoch", "fraction", "last", "micro", "parts")

    def __init__(self) -> None:
        self.parts: dict[str, int | None] = {}
        self.micro = self.last = 0
        self.epoch: int | None = None
        self.fraction = False


def _fail(text: str) -> BadUse:
    return BadUse(f"time syntax error {text}")


def _moment(text: str) -> Moment:
    out = Moment()
    built = _BUILT.match(text)
    if text and built is not None and any(built.groups()):
        for index, value in enumerate(built.groups()):
            if value is not None:
                out.parts[PARTS[index]] = None if value.startswith("*") else int(value)
                out.last = index
        return out
    whole, dot, fraction = text.partition(".")
    year = len(whole) == 4 and not dot
    if whole.isdigit() and int(whole) > 24 and not year and (not dot or (fraction.isdigit() and int(whole) > 9999)):
        out.epoch = int(whole)
        out.micro = int(fraction.ljust(6, "0")[:6]) if fraction else 0
        return out
    match = _DATE.match(text)
    if match is None:
        if re.fullmatch(r"[\d*]+(:[\d*]+){1,2}", text):
            match = _DATE.match("." + text)
        if match is None:
            raise _fail(text)
    date, clock, fraction_text = match.group("date"), match.group("clock"), match.group("fraction")
    if date is not None:
        pieces = date.split("/")
        if any(not re.fullmatch(r"\d+|\*\*+", piece) for piece in pieces) or len(pieces) > 3:
            raise _fail(text)
        if len(pieces) == 1:
            names = ["year"] if len(pieces[0]) == 4 else ["day"] if clock is not None else ["hour"]
        elif len(pieces) == 2:
            names = ["year", "month"] if len(pieces[0]) == 4 else ["month", "day"]
        else:
            names = ["year", "month", "day"]
        for name, piece in zip(names, pieces, strict=True):
            out.parts[name] = None if piece.startswith("*") else int(piece)
            out.last = PARTS.index(name)
    if clock is not None:
        pieces = clock.split(":")
        if len(pieces) > 3 or any(not re.fullmatch(r"\d+|\*", piece) for piece in pieces):
            raise _fail(text)
        if date is not None and len(pieces) == 1 and pieces[0].isdigit() and int(pieces[0]) > 23:
            # No hour of the day: the day as a whole.
            return out
        for index, piece in enumerate(pieces):
            out.parts[PARTS[3 + index]] = None if piece == "*" else int(piece)
            out.last = 3 + index
    if fraction_text is not None:
        if out.last != 5:
            raise _fail(text)
        out.micro = int(fraction_text.ljust(6, "0"))
        out.fraction = True
    return out


def _seconds(moment: Moment, base: Moment | None, text: str) -> int:
    """Epoch seconds of a moment; parts before its first given one come from `base` or today, parts after it are the lowest."""
    if moment.epoch is not None:
        return moment.epoch
    now = time.localtime()
    today = dict(zip(PARTS, now[:6], strict=True))
    values = []
    seen = False
    for index, name in enumerate(PARTS):
        if name in moment.parts:
            seen = True
            value = moment.parts[name]
            values.append((1970, 1, 1, 0, 0, 0)[index] if value is None else value)
        elif not seen:
            inherited = base.parts.get(name) if base is not None and name in base.parts else today[name]
            values.append((1970, 1, 1, 0, 0, 0)[index] if inherited is None else inherited)
        else:
            values.append(1 if index in (1, 2) else 0)
    limits = ((1900, 9999), (1, 12), (1, 31), (0, 24), (0, 59), (0, 60))
    for value, (low, high) in zip(values, limits, strict=True):
        if not low <= value <= high:
            raise _fail(text)
    return int(time.mktime((*values, 0, 0, -1)))  # type: ignore[arg-type]


def _add(seconds: int, count: int, unit: str) -> int:
    if unit in LENGTHS:
        return seconds + count * LENGTHS[unit]
    parts = list(time.localtime(seconds))
    parts[UNITS[unit]] += count
    parts[8] = -1
    return int(time.mktime(tuple(parts)))  # type: ignore[arg-type]


def parse_time_range(text: str) -> Callable[[Any], bool]:
    """A function that says whether a record lies in the range. Raises BadUse if the text is no range."""
    whole = text.replace(" ", "")
    negate = whole.startswith("x")
    body = whole[1:] if negate else whole
    strategy = "i"
    if body[:1] in ("i", "c", "n", "s"):
        strategy, body = body[0], body[1:]
    if not body:
        raise _fail(text)
    match = re.match(r"([^-+]*)([-+])?(.*)$", body)
    assert match is not None
    first_text, sign, rest = match.groups()
    wild: set[str] = set()
    length = None
    if sign is None:
        first = _moment(first_text)
        start = _seconds(first, None, text) * MICRO + first.micro
        unit = "ysdhms"[0] if first.epoch is not None else "yMdhms"[first.last]
        end = _add(start // MICRO, 1, unit) * MICRO + start % MICRO
        wild = {name for name, value in first.parts.items() if value is None}
    elif not first_text:
        length = _DURATION.match(rest)
        if sign != "-" or length is None:
            raise _fail(text)
        end = int(time.time()) * MICRO
        start = _add(end // MICRO, -int(length.group(1)), length.group(2)) * MICRO
    else:
        first = _moment(first_text)
        start = _seconds(first, None, text) * MICRO + first.micro
        length = _DURATION.match(rest)
        if length is not None:
            count = int(length.group(1)) * (1 if sign == "+" else -1)
            other = _add(start // MICRO, count, length.group(2)) * MICRO + start % MICRO
            start, end = min(start, other), max(start, other)
        else:
            if sign == "+":
                raise _fail(text)
            second = _moment(rest)
            end = _seconds(second, first, text) * MICRO + second.micro
        wild = {name for name, value in first.parts.items() if value is None}
    blank = _blank(wild) if wild else None
    if blank is not None and length is None and sign is not None:
        # An end that is given in full is one of any hour, day, ..., too.
        end = blank(end)
    if end <= start:
        raise BadUse(f"error: invalid time range startime_t {start // MICRO} lasttime_t {end // MICRO}")

    def inside(record: Any) -> bool:
        begin, last = record.span_micro()
        if blank is not None:
            begin, last = blank(begin), blank(last)
        if strategy == "i":
            found = start <= begin <= end or start < last <= end
        elif strategy == "c":
            found = start <= begin and last <= end
        else:
            found = begin <= start and last >= end
        return bool(found) != negate

    # Where the range is one piece of time, its start and end in µs.
    inside.span = (0, 0) if negate or wild else (start, end)  # type: ignore[attr-defined]
    return inside


def _blank(wild: set[str]) -> Callable[[int], int]:
    lowest = dict(zip(PARTS, (1970, 1, 1, 0, 0, 0), strict=True))

    def blanked(micro: int) -> int:
        parts = list(time.localtime(micro // MICRO))
        for index, name in enumerate(PARTS):
            if name in wild:
                parts[index] = lowest[name]
        parts[8] = -1
        return int(time.mktime(tuple(parts))) * MICRO + micro % MICRO  # type: ignore[arg-type]

    return blanked
