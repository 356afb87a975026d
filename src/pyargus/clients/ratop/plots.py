"""Small pictures of numbers over time, in characters."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = " ▁▂▃▄▅▆▇█"
LETTERS = " .:-=+*#@"
THIN = str.maketrans("━╸=", "──-")
SCALES = ("", "k", "M", "G", "T", "P")


def short(value: float, unit: str = "") -> str:
    """A number in at most five characters and its unit: 950, 12.3k, 4.57M."""
    step = 0
    while value >= 999.5 and step < len(SCALES) - 1:
        value /= 1000.0
        step += 1
    if step == 0:
        text = f"{value:.0f}" if value >= 9.95 or value == int(value) else f"{value:.1f}"
    else:
        text = f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"
    return text + SCALES[step] + unit


def squeeze(values: Sequence[float], columns: int) -> list[float]:
    """As many values as columns: neighbours averaged, or repeated where there are fewer."""
    count = len(values)
    if not count or columns <= 0:
        return []
    if count <= columns:
        return [values[i * count // columns] for i in range(columns)]
    out = []
    for i in range(columns):
        part = values[i * count // columns : (i + 1) * count // columns]
        out.append(sum(part) / len(part))
    return out


def spark(values: Sequence[float], columns: int, unicode: bool = True) -> str:
    """A line of bars, the largest value as high as a line; what is more than nothing is seen."""
    marks = BLOCKS if unicode else LETTERS
    shown = squeeze(values, columns) if len(values) > columns else list(values)
    top = max(shown, default=0.0)
    out = "".join(marks[0 if not v or not top else max(1, round(8 * v / top))] for v in shown)
    return out.rjust(columns)


def chart(values: Sequence[float], columns: int, rows: int, unicode: bool = True) -> list[str]:
    """Bars over several lines, the topmost first."""
    marks = BLOCKS if unicode else LETTERS
    shown = squeeze(values, columns)
    top = max(shown, default=0.0)
    levels = [0 if not v or not top else max(1, round(8 * rows * v / top)) for v in shown]
    return ["".join(marks[min(8, max(0, level - 8 * row))] for level in levels) for row in range(rows - 1, -1, -1)]


def bar(share: float, columns: int, unicode: bool = True) -> str:
    """A bar to the right, `share` of the columns long."""
    halves = round(2 * columns * min(1.0, max(0.0, share)))
    if share > 0 and not halves:
        halves = 1
    if not unicode:
        return ("=" * ((halves + 1) // 2)).ljust(columns)
    return ("━" * (halves // 2) + ("╸" if halves % 2 else "")).ljust(columns)


def split_bar(first: float, second: float, top: float, columns: int, unicode: bool = True, alike: bool = True) -> tuple[str, str, str]:
    """A bar of two amounts, one after the other: the part of each and what is left of the columns. alike: a colour tells them apart."""
    whole = bar((first + second) / top if top else 0.0, columns, unicode)
    size = len(whole.rstrip())
    at = round(size * first / (first + second)) if first + second else 0
    part = whole[at:size]
    if not alike:
        part = part.translate(THIN)
    return whole[:at], part, whole[size:]


def spread(pieces: Sequence[tuple[int, int, float]], start: int, end: int, count: int) -> list[float]:
    """Amounts over time as rates: each piece (first, last, amount) is spread evenly over its span; times in µs.

    Returns `count` rates a second, of equal parts of the time from `start` to `end`.
    """
    out = [0.0] * count
    step = max(1.0, (end - start) / count)
    for first, last, amount in pieces:
        if not amount:
            continue
        low = min(count - 1, max(0, int((first - start) / step)))
        high = min(count - 1, max(low, int((last - start) / step)))
        if low == high:
            out[low] += amount
            continue
        length = last - first
        for i in range(low, high + 1):
            left = max(first, start + i * step)
            right = min(last, start + (i + 1) * step)
            out[i] += amount * max(0.0, right - left) / length
    return [value * 1e6 / step for value in out]
