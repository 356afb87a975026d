"""The identity of two flows made one: common networks of addresses, protocol and ports where they are equal.

Source: argus 3 record format and the merge rules of its readers; IPv6 addresses have a common prefix in bits, not in words.
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.record_cy import Record
else:
    from pyargus.record.record_cy import Record

_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)
_U64 = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def length32(differ: cython.ulonglong) -> cython.uint:
    """How many of 32 bits are equal from the left, of the bits that differ."""
    n: cython.uint = 32
    while differ:
        n -= 1
        differ >>= 1
    return n


def prefix4(x, y, most):
    """Length of the common prefix of two IPv4 addresses, `most` at the most."""
    n: cython.uint = length32((x ^ y) & _U32)
    return n if n < most else most


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def prefix6(
    xh: cython.ulonglong, xl: cython.ulonglong, yh: cython.ulonglong, yl: cython.ulonglong, most: cython.uint
) -> cython.uint:
    """Length of the common prefix of two IPv6 addresses, `most` at the most."""
    h: cython.ulonglong = xh ^ yh
    l: cython.ulonglong = xl ^ yl  # noqa: E741
    n: cython.uint
    if h >> 32:
        n = length32(h >> 32)
    elif h:
        n = 32 + length32(h)
    elif l >> 32:
        n = 64 + length32(l >> 32)
    else:
        n = 96 + length32(l)
    return n if n < most else most


def mask4(length):
    """Network mask of a length up to 32."""
    return 0 if length == 0 else (_U32 << (32 - length)) & _U32


def mask6_high(length):
    """Upper half of the network mask of a length up to 128."""
    return _U64 if length >= 64 else 0 if length == 0 else (_U64 << (64 - length)) & _U64


def mask6_low(length):
    """Lower half of the network mask of a length up to 128."""
    return 0 if length <= 64 else (_U64 << (128 - length)) & _U64


def length_of(rec, destination):
    """Mask length of an address of a repaired IP record."""
    n: cython.uint = 0
    if rec.family == 1:
        if rec.head[1] & 0x4000 and rec.proto != 50:
            n = rec.extra & 0xFF if destination else rec.extra >> 8
        return n if 0 < n <= 32 else 32
    n = rec.dmask if destination else rec.smask
    return n if 0 < n <= 128 else 128


def set_length(rec, destination, length):
    """Give an address of an IP record its mask length; 0 stands for the whole address on disk and is kept as it is here."""
    if rec.family == 2:
        if destination:
            rec.dmask = length
        else:
            rec.smask = length
        rec.head[1] = (rec.head[1] & ~cython.cast(cython.uint, 0xFF)) | 0x400C
        rec.tail[3] = 0
        return 0
    if rec.family != 1 or rec.proto == 50:
        return 0
    if not rec.head[1] & 0x4000:
        rec.head[1] |= 0x4000
        rec.extra = 0x2020
    if destination:
        rec.extra = (rec.extra & 0xFF00) | length
    else:
        rec.extra = (rec.extra & 0xFF) | (length << 8)
    return 0


def flow_key(a, b):
    """What the identities of two flows have in common, into `a`: networks, ports, the protocol."""
    n: cython.uint
    m: cython.uint
    if a.family != b.family:
        mixed(a, b)
        return 0
    if a.family == 1:
        if a.saddr_lo != b.saddr_lo or a.head[1] & 0x4000 or b.head[1] & 0x4000:
            n = length_of(a, False)
            m = length_of(b, False)
            m = prefix4(a.saddr_lo, b.saddr_lo, m if m < n else n)
            if m != n:
                a.saddr_lo &= mask4(m)
                set_length(a, False, m)
        if a.daddr_lo != b.daddr_lo or a.head[1] & 0x4000 or b.head[1] & 0x4000:
            n = length_of(a, True)
            m = length_of(b, True)
            m = prefix4(a.daddr_lo, b.daddr_lo, m if m < n else n)
            if m != n:
                a.daddr_lo &= mask4(m)
                set_length(a, True, m)
    elif a.family == 2:
        if a.saddr_lo != b.saddr_lo or a.saddr_hi != b.saddr_hi or a.smask != b.smask:
            n = length_of(a, False)
            m = length_of(b, False)
            m = prefix6(a.saddr_hi, a.saddr_lo, b.saddr_hi, b.saddr_lo, m if m < n else n)
            if m != n:
                a.saddr_hi &= mask6_high(m)
                a.saddr_lo &= mask6_low(m)
                set_length(a, False, m)
        if a.daddr_lo != b.daddr_lo or a.daddr_hi != b.daddr_hi or a.dmask != b.dmask:
            n = length_of(a, True)
            m = length_of(b, True)
            m = prefix6(a.daddr_hi, a.daddr_lo, b.daddr_hi, b.daddr_lo, m if m < n else n)
            if m != n:
                a.daddr_hi &= mask6_high(m)
                a.daddr_lo &= mask6_low(m)
                set_length(a, True, m)
    elif a.family == 17 or a.family == 18 or a.family == 4 or a.family == 20:
        if a.saddr_lo != b.saddr_lo or a.saddr_hi != b.saddr_hi:
            a.saddr_lo = a.saddr_hi = 0
        if a.daddr_lo != b.daddr_lo or a.daddr_hi != b.daddr_hi:
            a.daddr_lo = a.daddr_hi = 0
    elif a.family == 5 or a.family == 21:
        if a.saddr_lo != b.saddr_lo:
            a.saddr_lo = 0
        if a.daddr_lo != b.daddr_lo:
            a.daddr_lo = 0
    if a.family <= 2:
        ports(a, b)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def mixed(a: Record, b: Record) -> cython.int:
    """IPv4, IPv6 and stations have no address in common, neither have ARP and RARP; of other families the first one's identity stays."""
    network: cython.bint = b.family == 1 or b.family == 2
    station: cython.bint = b.family == 3 or b.family == 8 or b.family == 10 or b.family == 13
    if a.family == 4 and b.family == 5:
        a.saddr_lo = a.daddr_lo = 0
    if (a.family != 1 and a.family != 2) or not (network or station):
        return 0
    a.saddr_hi = a.saddr_lo = a.daddr_hi = a.daddr_lo = 0
    return ports(a, b) if network else no_protocol(a)


@cython.cfunc
@cython.exceptval(-1)
def no_protocol(a: Record) -> cython.int:
    """Without a protocol there are no ports."""
    if a.family == 1 and (a.proto == 50 or not a.head[1] & 0x4000):
        a.extra = 0x2020
        a.head[1] |= 0x4000
    a.proto = a.sport = a.dport = 0
    a.head[1] &= ~cython.cast(cython.uint, 0x8000)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def ports(a: Record, b: Record) -> cython.int:
    if a.proto != b.proto:
        return no_protocol(a)
    if a.proto == 50:
        # Over IPv4 readers have lost the upper half of an SPI to the mask lengths.
        if a.extra != b.extra or (a.family == 2 and (a.sport != b.sport or a.dport != b.dport)):
            a.sport = a.dport = 0
            if a.family == 1:
                a.extra = 0
        return 0
    if a.sport != b.sport:
        a.sport = 0
    if a.dport != b.dport:
        a.dport = 0
    return 0
