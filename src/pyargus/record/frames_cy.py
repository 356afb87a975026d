"""Where the records of a buffer begin and end: what their headers say.

Source: argus 3 record format, section "Record header".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

# Headers in a row that no other bytes are taken for, and how many are looked at in search of them.
_ROW = cython.declare(cython.Py_ssize_t, 32)
_STEPS = cython.declare(cython.Py_ssize_t, 1 << 16)


def frame(d, at):
    """Length in bytes of the record at `at`; 0 if its length word is zero, -1 if the buffer ends before the record does."""
    n: cython.Py_ssize_t = d.shape[0]
    size: cython.Py_ssize_t
    if at + 4 > n:
        return -1
    size = 4 * ((cython.cast(cython.Py_ssize_t, d[at + 2]) << 8) | d[at + 3])
    if size == 0:
        return 0
    if at + size > n:
        return -1
    return size


def whole(d, at, limit):
    """End of the whole records that start at `at` and reach `limit`; the end of the buffer where a length word is zero."""
    n: cython.Py_ssize_t = d.shape[0]
    size: cython.Py_ssize_t
    while at < limit:
        if at + 4 > n:
            return at
        size = 4 * ((cython.cast(cython.Py_ssize_t, d[at + 2]) << 8) | d[at + 3])
        if size == 0:
            return n
        if at + size > n:
            return at
        at += size
    return at


def likely(d, at, last):
    """Where, from `at` on in steps of four, records begin to follow one another, as far as their headers tell; -1 if that is nowhere.

    last: whether the end of the buffer is that of all records.
    """
    n: cython.Py_ssize_t = d.shape[0]
    o: cython.Py_ssize_t
    size: cython.Py_ssize_t
    count: cython.Py_ssize_t
    steps: cython.Py_ssize_t = 0
    kind: cython.uint
    while at + 4 <= n and steps < _STEPS:
        o = at
        count = 0
        while o + 4 <= n and count < _ROW:
            kind = d[o] & 0xF0
            size = 4 * ((cython.cast(cython.Py_ssize_t, d[o + 2]) << 8) | d[o + 3])
            if size == 0 or (kind != 0x10 and kind != 0x80 and kind != 0x30 and kind != 0x40):
                break
            o += size
            count += 1
        if count == _ROW or (last and o == n):
            return at
        steps += count
        at += 4
    return -1
