"""Captured user data as text: printable bytes, hexadecimal digits or base64.

Source: argus 3 "ra fields", section "User data".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.state_cy import Style
    from cython.cimports.pyargus.record.text_cy import Text
else:
    from pyargus.record.record_cy import Record
    from pyargus.record.state_cy import Style
    from pyargus.record.text_cy import Text


def user_data(t, rec, at, size, destination, style):
    """`size` bytes at `at` of the record's buffer, after `s[n]=` or `d[n]=`."""
    i: cython.Py_ssize_t
    octet: cython.uint
    t.room(2 * size + 4096)
    t.ch(100 if destination else 115)
    t.ch(91)
    t.u64(size)
    t.ch(93)
    t.ch(61)
    if style.user_encoding == 3:
        for i in range(size):
            t.hexa(rec.data[at + i], 2)
        return 0
    for i in range(size):
        octet = rec.data[at + i]
        t.ch(octet if 32 <= octet < 127 else 46)
    return 0
