"""Walks over the framing of records: how far a buffer holds whole ones, and where it can be cut into pieces.

Source: argus 3 record format, sections "Framing" and "Record header".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.frames_cy import frame
else:
    from pyargus.record.frames_cy import frame


@cython.cfunc
@cython.inline
def known(kind: cython.uint) -> cython.bint:
    """Whether the high nibble of a record's first byte is a class of records."""
    return 0x10 <= kind < 0x90


@cython.ccall
def complete(d: cython.const[cython.uchar][::1]) -> cython.Py_ssize_t:
    """End of the whole records at the start of `d`, in bytes: before one that is cut short, is of length zero or of no known class."""
    n: cython.Py_ssize_t = d.shape[0]
    at: cython.Py_ssize_t = 0
    size: cython.Py_ssize_t
    while at < n and known(d[at]):
        size = frame(d, at)
        if size <= 0:
            break
        at += size
    return at


@cython.ccall
def fault(d: cython.const[cython.uchar][::1]) -> cython.int:
    """Why no whole record starts `d`: 0 it is not all there, 2 its length word is zero, 3 its class is unknown."""
    n: cython.Py_ssize_t = d.shape[0]
    if n and not known(d[0]):
        return 3
    return 2 if n >= 4 and frame(d, 0) == 0 else 0


@cython.ccall
def cut(d: cython.const[cython.uchar][::1], size: cython.Py_ssize_t) -> list:
    """(start, end, records) of consecutive pieces of whole records, each of at most `size` bytes where its first record is not longer."""
    pieces: list = []
    n: cython.Py_ssize_t = d.shape[0]
    at: cython.Py_ssize_t = 0
    start: cython.Py_ssize_t = 0
    count: cython.Py_ssize_t = 0
    length: cython.Py_ssize_t
    while at < n:
        length = frame(d, at)
        if length <= 0:
            break
        if count and at + length - start > size:
            pieces.append((start, at, count))
            start = at
            count = 0
        at += length
        count += 1
    if count:
        pieces.append((start, at, count))
    return pieces


@cython.ccall
def records(d: cython.const[cython.uchar][::1], at: cython.Py_ssize_t) -> tuple:
    """(end, count): where the record that covers byte `at` - or starts there - ends, and how many records of `d` follow that.

    At 0 no record has been begun, so the end is 0 and all are counted.
    """
    n: cython.Py_ssize_t = d.shape[0]
    here: cython.Py_ssize_t = 0
    end: cython.Py_ssize_t = 0
    count: cython.Py_ssize_t = 0
    length: cython.Py_ssize_t
    while here < n:
        length = frame(d, here)
        if length <= 0:
            break
        if here < at:
            end = here + length
        else:
            count += 1
        here += length
    return end, count


@cython.ccall
def managements(d: cython.const[cython.uchar][::1]) -> list:
    """Where in a buffer of whole records the management records of 128 bytes start."""
    places: list = []
    n: cython.Py_ssize_t = d.shape[0]
    at: cython.Py_ssize_t = 0
    size: cython.Py_ssize_t
    while at < n:
        size = frame(d, at)
        if size <= 0:
            break
        if d[at] & 0xF0 == 0x80 and size >= 128:
            places.append(at)
        at += size
    return places
