"""DSRs of counters, statistics and attributes: metric, aggregation, IP attributes, packet sizes, jitter, mapped ICMP.

Each function reads the DSR of `size` bytes at `o` and returns how many of its bytes it turned into attributes; 0 means that the layout is
not one this reader knows, and that the body stays bytes.

Source: argus 3 record format, sections "Metric", "Aggregation", "IP attributes", "Packet size", "Jitter".
"""
# mypy: ignore-errors

from __future__ import annotations

import sys

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.record_cy import Record
else:
    from pyargus.record.record_cy import Record

_LITTLE = cython.declare(cython.bint, sys.byteorder == "little")


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def turned(value: cython.uint) -> cython.uint:
    """The four bytes of a word in the other order."""
    return ((value >> 24) & 0xFF) | ((value >> 8) & 0xFF00) | ((value & 0xFF00) << 8) | ((value & 0xFF) << 24)


@cython.cfunc
@cython.inline
@cython.boundscheck(False)
@cython.initializedcheck(False)
def be16(rec: Record, o: cython.Py_ssize_t) -> cython.uint:
    if o < 0 or o + 2 > rec.data.shape[0]:
        raise IndexError("a word beyond the data")
    return (cython.cast(cython.uint, rec.data[o]) << 8) | rec.data[o + 1]


@cython.cfunc
@cython.inline
@cython.boundscheck(False)
@cython.initializedcheck(False)
def be32(rec: Record, o: cython.Py_ssize_t) -> cython.uint:
    if _LITTLE and o >= 0 and o & 3 == 0 and o >> 2 < rec.wide.shape[0]:
        return turned(rec.wide[o >> 2])
    if o < 0 or o + 4 > rec.data.shape[0]:
        raise IndexError("a word beyond the data")
    return (
        (cython.cast(cython.uint, rec.data[o]) << 24)
        | (cython.cast(cython.uint, rec.data[o + 1]) << 16)
        | (cython.cast(cython.uint, rec.data[o + 2]) << 8)
        | rec.data[o + 3]
    )


@cython.cfunc
@cython.inline
@cython.boundscheck(False)
@cython.initializedcheck(False)
def le32(rec: Record, o: cython.Py_ssize_t) -> cython.uint:
    if _LITTLE and o >= 0 and o & 3 == 0 and o >> 2 < rec.wide.shape[0]:
        return rec.wide[o >> 2]
    if o < 0 or o + 4 > rec.data.shape[0]:
        raise IndexError("a word beyond the data")
    return (
        (cython.cast(cython.uint, rec.data[o + 3]) << 24)
        | (cython.cast(cython.uint, rec.data[o + 2]) << 16)
        | (cython.cast(cython.uint, rec.data[o + 1]) << 8)
        | rec.data[o]
    )


@cython.cfunc
@cython.inline
def number(rec: Record, o: cython.Py_ssize_t, width: cython.uint) -> cython.ulonglong:
    """A big-endian counter of 1, 2, 4 or 8 bytes."""
    if width == 1:
        return rec.data[o]
    if width == 2:
        return be16(rec, o)
    if width == 4:
        return be32(rec, o)
    return (cython.cast(cython.ulonglong, be32(rec, o)) << 32) | be32(rec, o + 4)


def metric(rec, o, size):
    form: cython.uint = rec.data[o + 2] & 0x0F
    width: cython.uint
    at: cython.Py_ssize_t = o + 4
    each: cython.uint
    sides: cython.uint
    word: cython.uint
    rec.spkts = rec.sbytes = rec.sapp = rec.dpkts = rec.dbytes = rec.dapp = 0
    if rec.data[o + 1] & 1:
        each = 2
    elif rec.data[o + 1] & 4:
        each = 3
    else:
        return 0
    if form == 0 or form > 12 or (form == 5 or form == 9) and each == 2:
        return 0
    width = cython.cast(cython.uint, 1) << ((form - 1) & 3)
    sides = 2 if form <= 4 else 1
    if 4 + width * each * sides > cython.cast(cython.uint, size):
        return 0
    if each == 2 and form == 1:
        word = be32(rec, at)
        rec.spkts = word >> 24
        rec.sbytes = (word >> 16) & 0xFF
        rec.dpkts = (word >> 8) & 0xFF
        rec.dbytes = word & 0xFF
        return 8
    if each == 2 and form == 2:
        word = be32(rec, at)
        rec.spkts = word >> 16
        rec.sbytes = word & 0xFFFF
        word = be32(rec, at + 4)
        rec.dpkts = word >> 16
        rec.dbytes = word & 0xFFFF
        return 12
    if form <= 8:
        rec.spkts = number(rec, at, width)
        rec.sbytes = number(rec, at + width, width)
        if each == 3:
            rec.sapp = number(rec, at + 2 * width, width)
        at += each * width
    if form <= 4 or form > 8:
        rec.dpkts = number(rec, at, width)
        rec.dbytes = number(rec, at + width, width)
        if each == 3:
            rec.dapp = number(rec, at + 2 * width, width)
        at += each * width
    return at - o


def aggregation(rec, o, size):
    i: cython.int
    if size < 8:
        return 0
    rec.agr_count = be32(rec, o + 4)
    for i in range(18):
        rec.agr[i] = 0
    if size != 80:
        return 8
    for i in range(4):
        rec.agr[i] = be32(rec, o + 8 + 4 * i)
    for i in range(14):
        rec.agr[4 + i] = le32(rec, o + 24 + 4 * i)
    return 80


def ip_attributes(rec, o, size):
    bits: cython.uint = rec.data[o + 2] & 15
    at: cython.Py_ssize_t = o + 4
    rec.sttl = rec.stos = rec.sipid = rec.sipopt = rec.dttl = rec.dtos = rec.dipid = rec.dipopt = 0
    if 4 * ((bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + (bits >> 3)) + 4 > cython.cast(cython.uint, size):
        return 0
    if bits & 1:
        rec.sttl = rec.data[at]
        rec.stos = rec.data[at + 1]
        rec.sipid = be16(rec, at + 2)
        at += 4
    if bits & 4:
        rec.sipopt = be32(rec, at)
        at += 4
    if bits & 2:
        rec.dttl = rec.data[at]
        rec.dtos = rec.data[at + 1]
        rec.dipid = be16(rec, at + 2)
        at += 4
    if bits & 8:
        rec.dipopt = be32(rec, at)
        at += 4
    return at - o


def packet_sizes(rec, o, size):
    sub: cython.uint = rec.data[o + 1]
    form: cython.uint = rec.data[o + 2] & 0x0F
    at: cython.Py_ssize_t = o + 4
    rec.smin = rec.smax = rec.dmin = rec.dmax = rec.shist = rec.dhist = 0
    if form == 2 and size >= 12:
        rec.smin = be16(rec, at)
        rec.smax = be16(rec, at + 2)
        rec.dmin = be16(rec, at + 4)
        rec.dmax = be16(rec, at + 6)
        at += 8
    elif form == 6 and size >= 8:
        rec.smin = be16(rec, at)
        rec.smax = be16(rec, at + 2)
        at += 4
    elif form == 10 and size >= 8:
        rec.dmin = be16(rec, at)
        rec.dmax = be16(rec, at + 2)
        at += 4
    else:
        return 0
    if sub & 4 and sub & 1 and at + 4 <= o + size:
        rec.shist = be32(rec, at)
        at += 4
    if sub & 4 and sub & 2 and at + 4 <= o + size:
        rec.dhist = be32(rec, at)
        at += 4
    return at - o


def jitter(rec, o, size):
    bits: cython.uint = rec.data[o + 2] & 15
    count: cython.int = (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + (bits >> 3)
    stride: cython.int
    at: cython.Py_ssize_t = o + 4
    i: cython.int
    block: cython.int
    rec.jit_blocks = 0
    if count == 0:
        rec.jit_stride = 0
        return 4
    stride = cython.cast(cython.int, (size - 4) // 4 // count)
    if stride < 5 or stride > 16:
        return 0
    rec.jit_blocks = bits
    rec.jit_stride = stride
    for block in range(4):
        if bits & (cython.cast(cython.uint, 1) << block):
            for i in range(stride):
                rec.jit[16 * block + i] = be32(rec, at)
                at += 4
    return at - o


def mapped_icmp(rec, o, size):
    if size < 32:
        return 0
    rec.icmp_type = rec.data[o + 4]
    rec.icmp_code = rec.data[o + 5]
    rec.icmp_seq = be16(rec, o + 6)
    rec.icmp_src = be32(rec, o + 8)
    rec.icmp_dst = be32(rec, o + 12)
    rec.icmp_qsrc = be32(rec, o + 16)
    rec.icmp_qdst = be32(rec, o + 20)
    rec.icmp_gateway = be32(rec, o + 24)
    rec.icmp_pad = be32(rec, o + 28)
    return 32
