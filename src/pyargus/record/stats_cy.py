"""Statistics that two records carry made one: counts, extremes, means, deviations, histograms of eight classes.

The values stand in words of a record, floats as the bits of IEEE singles; sums are computed in double.

Source: argus 3 record format, sections "Aggregation", "Jitter", "Packet size"; merging as readers of the format do it.
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.libc.math import fabs, floor, sqrt
else:
    from math import fabs, floor, sqrt

# One word seen as a number and as its bits.
_view = memoryview(array("f", [0.0]))
_real = cython.declare(cython.float[::1], _view)
_bits = cython.declare(cython.uint[::1], _view.cast("B").cast("I"))


def bits_of(value):
    """The bits of the nearest IEEE single."""
    _real[0] = value
    return _bits[0]


def from_bits(bits):
    """The number whose IEEE single form is `bits`."""
    _bits[0] = bits
    return _real[0]


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def single(value: cython.double) -> cython.double:
    """The nearest IEEE single."""
    _real[0] = value
    return _real[0]


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def square_sum(n: cython.double, mean: cython.double, deviation: cython.double) -> cython.double:
    """Sum of the squares of n values."""
    return n * (deviation * deviation + mean * mean)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def finite(value: cython.double) -> cython.double:
    """The value, 0 for one that is no number: sensors write NaN where rounding made a variance negative."""
    return value if value == value and value - value == 0 else 0.0


def pool(words, at, count, low, mean, deviation, high):
    """Join `count` values of this mean and deviation to the block of n, min, mean, deviation, max at `words[at]`."""
    n: cython.double = words[at]
    m: cython.double = finite(from_bits(words[at + 2]))
    joined: cython.double
    squares: cython.double
    if count == 0:
        return 0
    if n == 0:
        words[at] = count
        words[at + 1] = bits_of(low)
        words[at + 2] = bits_of(mean)
        words[at + 3] = bits_of(deviation)
        words[at + 4] = bits_of(high)
        return 0
    squares = square_sum(n, m, finite(from_bits(words[at + 3]))) + square_sum(count, mean, deviation)
    # The products and the result in singles, as readers of the format compute it.
    joined = single((single(m * n) + single(mean * count)) / (n + count))
    words[at + 2] = bits_of(joined)
    words[at + 3] = bits_of(sqrt(fabs(squares / (n + count) - joined * joined)))
    return extremes(words, at, count, low, high)


@cython.cfunc
@cython.exceptval(-1)
def extremes(
    words: cython.uint[:], at: cython.Py_ssize_t, count: cython.uint, low: cython.double, high: cython.double
) -> cython.int:
    words[at] = (words[at] + count) & 0x7FFFFFFF
    if low < from_bits(words[at + 1]):
        words[at + 1] = bits_of(low)
    if high > from_bits(words[at + 4]):
        words[at + 4] = bits_of(high)
    return 0


def pool_words(words, at, others, where):
    """Join the block at `others[where]` to that at `words[at]`."""
    i: cython.Py_ssize_t
    if others[where] == 0:
        return 0
    if words[at] == 0:
        for i in range(5):
            words[at + i] = others[where + i]
        return 0
    return pool(
        words,
        at,
        others[where],
        finite(from_bits(others[where + 1])),
        finite(from_bits(others[where + 2])),
        finite(from_bits(others[where + 3])),
        finite(from_bits(others[where + 4])),
    )


def pool_whole(words, at, others, where):
    """The same for times between packets, whose mean and deviation are whole numbers once they are joined."""
    i: cython.Py_ssize_t
    n1: cython.double = words[at]
    n2: cython.double = others[where]
    m1: cython.double = finite(from_bits(words[at + 2]))
    m2: cython.double = finite(from_bits(others[where + 2]))
    joined: cython.double
    squares: cython.double
    if n2 == 0:
        return 0
    if n1 == 0:
        for i in range(5):
            words[at + i] = others[where + i]
        words[at + 2] = bits_of(floor(m2))
        words[at + 3] = bits_of(floor(finite(from_bits(others[where + 3]))))
        return 0
    joined = (m1 * n1 + m2 * n2) / (n1 + n2)
    squares = square_sum(n1, m1, finite(from_bits(words[at + 3]))) + square_sum(n2, m2, finite(from_bits(others[where + 3])))
    words[at + 2] = bits_of(floor(joined))
    words[at + 3] = bits_of(floor(sqrt(fabs(squares / (n1 + n2) - joined * joined))))
    return extremes(words, at, others[where], finite(from_bits(others[where + 1])), finite(from_bits(others[where + 4])))


def classes(a, b):
    """Two histograms of eight classes of four bits each added: scaled so that the largest is 15 at most; what is not zero stays so."""
    i: cython.int
    value: cython.uint
    most: cython.uint = 0
    out: cython.uint = 0
    if a == 0 or b == 0:
        return a | b
    for i in range(0, 32, 4):
        value = ((a >> i) & 15) + ((b >> i) & 15)
        if value > most:
            most = value
    for i in range(0, 32, 4):
        value = ((a >> i) & 15) + ((b >> i) & 15)
        if most > 15 and value:
            value = value * 15 // most
            if value == 0:
                value = 1
        out |= value << i
    return out
