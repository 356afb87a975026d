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
    from cython.cimports.pyargus.record.record_cy import Record  # noqa: F401
else:
    from math import fabs, floor, sqrt

# One word seen as a number and as its bits.
_view = memoryview(array("f", [0.0]))
_real = cython.declare(cython.float[::1], _view)
_bits = cython.declare(cython.uint[::1], _view.cast("B").cast("I"))


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def to_bits(value: cython.double) -> cython.uint:
    _real[0] = value
    return _bits[0]


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def number_of(bits: cython.uint) -> cython.double:
    _bits[0] = bits
    return _real[0]


def bits_of(value):
    """The bits of the nearest IEEE single."""
    return to_bits(value)


def from_bits(bits):
    """The number whose IEEE single form is `bits`."""
    return number_of(bits)


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


def one_record(rec, value):
    """Make the aggregation DSR that of one record with this value, in the place of any other."""
    i: cython.int
    rec.present |= 16
    rec.head[4] = 0x60040114
    rec.tail[9] = 0
    for i in range(18):
        rec.agr[i] = 0
    rec.agr_count = 1
    rec.agr[4] = 1
    rec.agr[5] = rec.agr[6] = rec.agr[8] = to_bits(value)
    return 0


def pool(rec, at, count, low, mean, deviation, high):
    """Join `count` values of this mean and deviation to the block of n, min, mean, deviation, max at `agr[at]` of a record."""
    n: cython.double = rec.agr[at]
    m: cython.double
    joined: cython.double
    squares: cython.double
    if count == 0:
        return 0
    if n == 0:
        rec.agr[at] = count
        rec.agr[at + 1] = to_bits(low)
        rec.agr[at + 2] = to_bits(mean)
        rec.agr[at + 3] = to_bits(deviation)
        rec.agr[at + 4] = to_bits(high)
        return 0
    m = finite(number_of(rec.agr[at + 2]))
    squares = square_sum(n, m, finite(number_of(rec.agr[at + 3]))) + square_sum(count, mean, deviation)
    # The products and the result in singles, as readers of the format compute it.
    joined = single((single(m * n) + single(mean * count)) / (n + count))
    rec.agr[at] = (rec.agr[at] + count) & 0x7FFFFFFF
    if low < number_of(rec.agr[at + 1]):
        rec.agr[at + 1] = to_bits(low)
    rec.agr[at + 2] = to_bits(joined)
    rec.agr[at + 3] = to_bits(sqrt(fabs(squares / (n + count) - joined * joined)))
    if high > number_of(rec.agr[at + 4]):
        rec.agr[at + 4] = to_bits(high)
    return 0


def pool_records(rec, other, at):
    """Join the block at `agr[at]` of the other record to that of the first."""
    return pool(
        rec,
        at,
        other.agr[at],
        finite(number_of(other.agr[at + 1])),
        finite(number_of(other.agr[at + 2])),
        finite(number_of(other.agr[at + 3])),
        finite(number_of(other.agr[at + 4])),
    )


def pool_jitter(rec, other, at):
    """The same for times between packets at `jit[at]`, whose mean and deviation are whole numbers once they are joined."""
    i: cython.Py_ssize_t
    n1: cython.double = rec.jit[at]
    n2: cython.double = other.jit[at]
    m1: cython.double
    m2: cython.double = finite(number_of(other.jit[at + 2]))
    d2: cython.double = finite(number_of(other.jit[at + 3]))
    joined: cython.double
    squares: cython.double
    if n2 == 0:
        return 0
    if n1 == 0:
        for i in range(at, at + 5):
            rec.jit[i] = other.jit[i]
        # The smallest of nothing counts as a value.
        rec.jit[at + 1] = 0
        rec.jit[at + 2] = to_bits(floor(m2))
        rec.jit[at + 3] = to_bits(floor(d2))
        return 0
    m1 = finite(number_of(rec.jit[at + 2]))
    joined = (m1 * n1 + m2 * n2) / (n1 + n2)
    squares = square_sum(n1, m1, finite(number_of(rec.jit[at + 3]))) + square_sum(n2, m2, d2)
    rec.jit[at] = (rec.jit[at] + other.jit[at]) & 0x7FFFFFFF
    if finite(number_of(other.jit[at + 1])) < number_of(rec.jit[at + 1]):
        rec.jit[at + 1] = other.jit[at + 1]
    rec.jit[at + 2] = to_bits(floor(joined))
    rec.jit[at + 3] = to_bits(floor(sqrt(fabs(squares / (n1 + n2) - joined * joined))))
    if finite(number_of(other.jit[at + 4])) > number_of(rec.jit[at + 4]):
        rec.jit[at + 4] = other.jit[at + 4]
    return 0


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
