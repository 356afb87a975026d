"""Bins of numbers, what is said about them, and how they are drawn."""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pyargus.errors import BadUse

if TYPE_CHECKING:
    from pyargus.record.histogram_cy import Tally

# What a unit behind the range multiplies: u and m divide, M is a minute for times and a million for the rest.
UNITS = {"u": 1e-6, "m": 1e-3, "s": 1.0, "H": 3600.0, "D": 86400.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}
MOST_BINS = 100_000
_NUMBER = r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"


@dataclass
class Spec:
    """-H. metric: as given; absolute: without signs. bins: how many; logarithmic: their edges have equal ratios.

    start, end: the range, None until it is found from the values; width: of a bin, where that was given and not a range. closed: whether
    the start is in the range.
    """

    metric: str
    bins: int
    logarithmic: bool = False
    start: float | None = None
    end: float | None = None
    width: float | None = None
    closed: bool = False
    absolute: bool = False


def _scaled(number: str, unit: str, seconds: bool) -> float:
    factor = 60.0 if unit == "M" and seconds else UNITS[unit] if unit else 1.0
    return float(number) * factor


def parse_spec(words: Sequence[str], seconds: bool) -> Spec:
    """`[abs] metric bins[L][:start-end[unit] | :size[unit]]`; each end may have a unit of its own. seconds: the metric is a time.

    Raises BadUse for anything else.
    """
    text = " ".join(words)
    match = re.fullmatch(
        rf"(?P<abs>abs\s+)?(?P<metric>\w+)\s+(?P<bins>\d+)(?P<log>L?)"
        rf"(?::(?P<start>{_NUMBER})(?P<unit1>[umsMHDkKG]?)(?:-(?P<end>{_NUMBER})(?P<unit2>[umsMHDkKG]?))?)?",
        text,
    )
    if match is None:
        raise BadUse(f"-H {text}: expected a metric and bins[L][:start-end or :size], as 'dur 10:0-5' or 'bytes 20L:1-1M'")
    spec = Spec(match["metric"], int(match["bins"]), bool(match["log"]), absolute=bool(match["abs"]))
    if not 0 < spec.bins <= MOST_BINS:
        raise BadUse(f"-H {text}: expected 1 to {MOST_BINS} bins")
    if match["start"] is not None:
        if match["end"] is None:
            spec.width = _scaled(match["start"], match["unit1"], seconds)
            if spec.width <= 0 or spec.logarithmic:
                raise BadUse(f"-H {text}: the size of a bin is above zero, and not for logarithmic bins")
            spec.start, spec.end = 0.0, spec.width * spec.bins
        else:
            spec.start = _scaled(match["start"], match["unit1"] or match["unit2"], seconds)
            spec.end = _scaled(match["end"], match["unit2"], seconds)
            if spec.end <= spec.start or (spec.logarithmic and spec.start < 0):
                raise BadUse(f"-H {text}: the range ends before it begins, or is logarithmic from below zero")
    return spec


def find_range(spec: Spec, values: Sequence[float]) -> None:
    """Set the range to one of round numbers that holds all values that a bin can have, the smallest included."""
    usable = [value for value in values if value > 0] if spec.logarithmic else values
    low, high = (min(usable), max(usable)) if usable else (0.1, 1.0)
    spec.closed = True
    if spec.logarithmic:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        while 10.0**first > low:
            first -= 1
        while 10.0**last <= high:
            last += 1
        spec.start, spec.end = 10.0**first, 10.0**last
        return
    step = (high - low) / spec.bins or 1.0
    scale = 10.0 ** math.floor(math.log10(step))
    step = next((factor * scale for factor in (1, 2, 5) if factor * scale >= step * 0.999999), 10 * scale)
    spec.start = math.floor(low / step) * step
    while spec.start > low:
        spec.start -= step
    while spec.start + step * spec.bins <= high:
        spec.bins += 1
    spec.end = spec.start + step * spec.bins


class Bins:
    """A histogram over a range. edges: the lower edge of each bin, and the upper one of the last. counts: values in each of them;
    below, above: values outside. tally: what counts.
    """

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        number, logarithmic = tally.bins, tally.logarithmic
        low = math.log10(tally.start) if logarithmic and tally.start > 0 else 0.0 if logarithmic else tally.start
        high = math.log10(tally.end) if logarithmic else tally.end
        width = (high - low) / number
        self.edges = [10.0 ** (low + width * place) if logarithmic else low + width * place for place in range(number + 1)]
        self.edges[-1] = tally.end
        if tally.start or not logarithmic:
            self.edges[0] = tally.start

    @property
    def counts(self) -> list[int]:
        """How many values each bin has."""
        return [self.tally.counted(place + 1) for place in range(self.tally.bins)]

    @property
    def below(self) -> int:
        """Values below the range."""
        return int(self.tally.counted(0))

    @property
    def above(self) -> int:
        """Values at its end and above."""
        return int(self.tally.counted(self.tally.bins + 1))


def make_bins(spec: Spec) -> Bins:
    """The bins of a specification whose range is known."""
    from pyargus.record.histogram_cy import Tally

    assert spec.start is not None and spec.end is not None
    return Bins(Tally(spec.start, spec.end, spec.bins, spec.logarithmic, spec.closed))


@dataclass
class Summary:
    """What is said about values.

    deviation: of the population; percentile: what 95 % are not above; modes: those most frequent. odd: whether the median is a value, and
    not the mean of two; whole: whether all values that it is of are whole numbers.
    """

    count: int = 0
    mean: float = 0.0
    deviation: float = 0.0
    high: float = 0.0
    low: float = 0.0
    median: float = 0.0
    percentile: float = 0.0
    modes: tuple[float, ...] = ()
    odd: bool = False
    whole: bool = False


def _single(value: float) -> float:
    return array("f", [value])[0]


def most_frequent(ordered: Sequence[float]) -> tuple[float, ...]:
    """The values that occur most often, if they do twice. As readers have it, the largest value of all is not looked at."""
    runs: dict[float, int] = {}
    for value in ordered:
        runs[value] = runs.get(value, 0) + 1
    if ordered:
        del runs[ordered[-1]]
    most = max(runs.values(), default=0)
    return tuple(value for value, times in runs.items() if times == most) if most >= 2 else ()


def summarise(bins: Bins, values: Sequence[float], everything: bool) -> Summary:
    """The summary of the values that `bins` has counted; of all of them, or of those in the range.

    Median, percentile and modes are of the values from the start of the range to its end, both included, whatever is asked for; of an odd
    number of them the median is the one after the middle.
    """
    tally = bins.tally
    count, mean, deviation = tally.total(0, tally.bins + 1) if everything else tally.total(1, tally.bins)
    if not count:
        return Summary()
    ordered = sorted(values)
    first = 0 if everything else (bisect_left if tally.closed else bisect_right)(ordered, bins.edges[0])
    last = len(ordered) - 1 if everything else bisect_left(ordered, tally.end) - 1
    within = ordered[bisect_left(ordered, tally.start) : bisect_right(ordered, tally.end)]
    n = len(within)
    median = percentile = 0.0
    if n:
        median = within[min((n + 1) // 2, n - 1)] if n % 2 else (within[n // 2 - 1] + within[n // 2]) / 2
        percentile = within[int(0.95 * n)]
    modes = most_frequent(within)
    whole = n > 0 and all(value.is_integer() for value in within)
    return Summary(count, mean, deviation, _single(ordered[last]), _single(ordered[first]), median, percentile, modes, n % 2 == 1, whole)


def bar(share: float, width: int) -> str:
    """A horizontal bar, in eighths of a character."""
    eighths = round(share * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")


def svg(bins: Bins, title: str, axis: str) -> str:
    """The histogram as a drawing in SVG 1.1."""
    width, height, left, bottom, top = 800, 400, 70, 50, 40
    inner_width, inner_height = width - left - 20, height - top - bottom
    most = max([*bins.counts, 1])
    step = 10 ** max(len(str(most)) - 1, 0)
    while most / step < 4 and step > 1:
        step //= 2 if step % 5 else 5
    step = max(step, 1)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{width / 2}" y="22" text-anchor="middle" font-size="15">{escape(title)}</text>',
    ]
    for tick in range(0, most + 1, step):
        y = top + inner_height * (1 - tick / most)
        out.append(f'<line x1="{left}" x2="{width - 20}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    each = inner_width / len(bins.counts)
    for number, count in enumerate(bins.counts):
        tall = inner_height * count / most
        x, y = left + each * number, top + inner_height - tall
        label = f"{bins.edges[number]:g} to {bins.edges[number + 1]:g}: {count}"
        out.append(
            f'<rect x="{x + each * 0.05:.2f}" y="{y:.2f}" width="{each * 0.9:.2f}" height="{tall:.2f}" fill="#3b6ea5">'
            f"<title>{escape(label)}</title></rect>"
        )
    every = max(1, math.ceil((len(bins.counts) + 1) / 11))
    for number in range(0, len(bins.counts) + 1, every):
        x = left + each * number
        out.append(f'<text x="{x:.1f}" y="{top + inner_height + 18}" text-anchor="middle">{bins.edges[number]:g}</text>')
    out.append(f'<line x1="{left}" x2="{width - 20}" y1="{top + inner_height}" y2="{top + inner_height}" stroke="black"/>')
    out.append(f'<text x="{left + inner_width / 2}" y="{height - 10}" text-anchor="middle">{escape(axis)}</text>')
    return "\n".join([*out, "</svg>", ""])


def png(bins: Bins, title: str, axis: str, name: str) -> None:
    """The histogram as a PNG file. Raises BadUse where matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise BadUse(f"--image {name}: PNG needs the package matplotlib (the extra 'plot'); SVG needs none") from None
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.bar(
        bins.edges[:-1],
        bins.counts,
        width=[b - a for a, b in zip(bins.edges, bins.edges[1:], strict=False)],
        align="edge",
        edgecolor="white",
    )
    if bins.tally.logarithmic:
        axes.set_xscale("log")
    axes.set_title(title)
    axes.set_xlabel(axis)
    axes.set_ylabel("records")
    figure.savefig(name, format="png")
