"""Captured user data as text: printable bytes, hexadecimal digits or base64.

Source: argus 3 "ra fields", section "User data".
"""
# mypy: ignore-errors

from __future__ import annotations

import re
from functools import cache

import cython


@cache
def secrets():
    """What matches credentials in its first group."""
    # A word after PASS is a password (FTP, POP, IRC); so is the rest of a line that starts with it in another case, or with the name of
    # an HTTP header of credentials.
    password = re.compile(rb"PASS ([^\s\0]+)")
    header = re.compile(rb"(?:^|[\r\n])(?:pass |(?:proxy-)?authorization:[ \t]*)([^\r\n\0]+)", re.IGNORECASE)
    return password, header


def without_secrets(data):
    """User data of the same length with passwords and credentials as x."""
    for pattern in secrets():
        data = pattern.sub(lambda found: found[0][: found.start(1) - found.start()] + b"x" * len(found[1]), data)
    return data


def user_data(t, rec, at, size, destination, style):
    """`size` bytes at `at` of the record's buffer, after `s[n]=` or `d[n]=`."""
    i: cython.Py_ssize_t
    octet: cython.uint
    hidden: cython.const[cython.uchar][::1]
    t.room(2 * size + 4096)
    if style.user_encoding == 2:
        return 0
    t.ch(100 if destination else 115)
    t.ch(91)
    t.u64((size + 1) // 2 * 4 if style.user_encoding == 3 else (size + 2) // 3 * 4 if style.user_encoding == 4 else size)
    t.ch(93)
    t.ch(61)
    if style.user_encoding == 3:
        for i in range(size):
            for octet in (rec.data[at + i] >> 4, rec.data[at + i] & 15):
                t.ch(octet + (48 if octet < 10 else 55))
        return 0
    if style.user_encoding == 4:
        from base64 import b64encode

        return t.puts(b64encode(bytes(rec.data[at:at + size])))
    if style.user_encoding == 1:
        hidden = without_secrets(bytes(rec.data[at:at + size]))
        for i in range(size):
            t.ch(hidden[i] if 32 <= hidden[i] < 127 else 46)
        return 0
    for i in range(size):
        octet = rec.data[at + i]
        t.ch(octet if 32 <= octet < 127 else 46)
    return 0


def hexadecimal_dump(t, rec, at, size):
    """Lines of sixteen bytes: offset, pairs of bytes, text; then an empty line."""
    i: cython.Py_ssize_t
    row: cython.Py_ssize_t = 0
    octet: cython.uint
    t.room(8 * size + 4096)
    while row < size:
        t.puts(b"      0x")
        t.hexa(row, 4)
        t.puts(b"\t ")
        for i in range(16):
            if row + i < size:
                t.hexa(rec.data[at + row + i], 2)
            else:
                t.puts(b"  ")
            if i & 1 and i < 15:
                t.ch(32)
        t.ch(9)
        for i in range(min(16, size - row)):
            octet = rec.data[at + row + i]
            t.ch(octet if 32 < octet < 127 else 46)
        t.ch(10)
        row += 16
    return t.ch(10)
