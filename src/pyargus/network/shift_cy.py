"""Moves the times of records where they stand, for sources whose clock is off.

Source: argus 3 record format, section "Time".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.frames_cy import frame
else:
    from pyargus.record.frames_cy import frame

_MICROSECONDS = cython.declare(cython.uint, 1000000)
_NANOSECONDS = cython.declare(cython.uint, 1000000000)
_TOP = cython.declare(cython.longlong, 0xFFFFFFFF)
if not cython.compiled:
    _MICROSECONDS, _NANOSECONDS, _TOP = 1000000, 1000000000, 0xFFFFFFFF


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def word(d: cython.uchar[::1], o: cython.Py_ssize_t) -> cython.uint:
    return (
        (cython.cast(cython.uint, d[o]) << 24)
        | (cython.cast(cython.uint, d[o + 1]) << 16)
        | (cython.cast(cython.uint, d[o + 2]) << 8)
        | d[o + 3]
    )


@cython.cfunc
@cython.exceptval(-1)
def put(d: cython.uchar[::1], o: cython.Py_ssize_t, value: cython.uint) -> cython.int:
    d[o] = (value >> 24) & 0xFF
    d[o + 1] = (value >> 16) & 0xFF
    d[o + 2] = (value >> 8) & 0xFF
    d[o + 3] = value & 0xFF
    return 0


@cython.cfunc
@cython.exceptval(-1)
def move(d: cython.uchar[::1], o: cython.Py_ssize_t, micros: cython.longlong, unit: cython.uint) -> cython.int:
    """The stamp at `o`, seconds and fraction, by so many microseconds; one of zero is none and stays, one beyond the range stays in it."""
    seconds: cython.longlong = word(d, o)
    fraction: cython.longlong = word(d, o + 4)
    if seconds == 0 and fraction == 0:
        return 0
    fraction += micros % 1000000 * (unit // _MICROSECONDS)
    seconds += micros // 1000000 + fraction // unit
    fraction = fraction % unit
    if seconds < 0:
        seconds = 0
        fraction = 1
    elif seconds > _TOP:
        seconds = _TOP
    put(d, o, cython.cast(cython.uint, seconds & cython.cast(cython.ulonglong, 0xFFFFFFFF)))
    put(d, o + 4, cython.cast(cython.uint, fraction & cython.cast(cython.ulonglong, 0xFFFFFFFF)))
    return 0


@cython.ccall
@cython.cdivision(False)
def shift(d: cython.uchar[::1], micros: cython.longlong) -> cython.Py_ssize_t:
    """Move the times of all flow and event records of `d`, whole records, by `micros`; returns how many were.

    The first stamp of a time DSR is absolute, and so are those after it where all have their eight bytes. A stamp in microseconds is marked
    as adjusted, by the lowest bit of the qualifier; one in nanoseconds cannot be, since there that bit says nanoseconds.
    """
    n: cython.Py_ssize_t = d.shape[0]
    at: cython.Py_ssize_t = 0
    size: cython.Py_ssize_t
    o: cython.Py_ssize_t
    end: cython.Py_ssize_t
    length: cython.Py_ssize_t
    place: cython.Py_ssize_t
    stamps: cython.Py_ssize_t
    bits: cython.uint
    unit: cython.uint
    count: cython.Py_ssize_t = 0
    while at < n:
        size = frame(d, at)
        if size <= 0:
            break
        end = at + size
        o = at + 4
        while d[at] & 0xF0 != 0x80 and o + 4 <= end:
            if d[o] & 0x80:
                length = 4
            elif d[o + 1] & 0x80:
                length = 4 * ((cython.cast(cython.Py_ssize_t, d[o + 2]) << 8) | d[o + 3])
            else:
                length = 4 * cython.cast(cython.Py_ssize_t, d[o + 3])
            if length == 0 or o + length > end:
                break
            if d[o] == 0x03 and length >= 12:
                unit = _NANOSECONDS if d[o + 2] == 0x19 else _MICROSECONDS
                bits = (d[o + 1] >> 3) & 15
                stamps = (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + (bits >> 3)
                if bits == 0:
                    stamps = (length - 4) // 8
                if length < 4 + 8 * stamps:
                    # What follows the first one counts from it.
                    stamps = 1
                for place in range(stamps):
                    move(d, o + 4 + 8 * place, micros, unit)
                if unit == _MICROSECONDS:
                    d[o + 2] = (d[o + 2] & 0xF0) | 0x01
                count += 1
                break
            o += length
        at = end
    return count
