"""The network DSR: TCP, RTP, RTCP, UDT, ARP, ICMP, ESP and fragment objects.

Source: argus 3 record format, section "Network".
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
def le16(rec: Record, o: cython.Py_ssize_t) -> cython.uint:
    return (cython.cast(cython.uint, rec.data[o + 1]) << 8) | rec.data[o]


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
def be48(rec: Record, o: cython.Py_ssize_t) -> cython.ulonglong:
    return (cython.cast(cython.ulonglong, be16(rec, o)) << 32) | be32(rec, o + 2)


@cython.cfunc
@cython.exceptval(-1)
def tcp_source(rec: Record, o: cython.Py_ssize_t, wide: cython.bint) -> cython.int:
    rec.slast_s = be32(rec, o)
    rec.slast_f = be32(rec, o + 4)
    rec.sstatus = be32(rec, o + 8)
    rec.sbase = be32(rec, o + 12)
    rec.snext = be32(rec, o + 16)
    rec.sacked = be32(rec, o + 20)
    rec.swinnum = be32(rec, o + 24)
    rec.sdata = be32(rec, o + 28)
    rec.sretrans = be32(rec, o + 32)
    rec.sroll = be32(rec, o + 36)
    rec.sflight = be32(rec, o + 40)
    rec.swin = be16(rec, o + 44)
    rec.sflags = rec.data[o + 46]
    rec.swscale = rec.data[o + 47]
    if wide:
        rec.smss = be16(rec, o + 48)
        rec.spad = be16(rec, o + 50)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def tcp_destination(rec: Record, o: cython.Py_ssize_t, wide: cython.bint) -> cython.int:
    rec.dlast_s = be32(rec, o)
    rec.dlast_f = be32(rec, o + 4)
    rec.dstatus = be32(rec, o + 8)
    rec.dbase = be32(rec, o + 12)
    rec.dnext = be32(rec, o + 16)
    rec.dacked = be32(rec, o + 20)
    rec.dwinnum = be32(rec, o + 24)
    rec.ddata = be32(rec, o + 28)
    rec.dretrans = be32(rec, o + 32)
    rec.droll = be32(rec, o + 36)
    rec.dflight = be32(rec, o + 40)
    rec.dwin = be16(rec, o + 44)
    rec.dflags = rec.data[o + 46]
    rec.dwscale = rec.data[o + 47]
    if wide:
        rec.dmss = be16(rec, o + 48)
        rec.dpad = be16(rec, o + 50)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def clear_tcp(rec: Record) -> cython.int:
    rec.tcp_state = rec.tcp_options = rec.tcp_synack = rec.tcp_ackdat = 0
    rec.slast_s = rec.slast_f = rec.sstatus = rec.sbase = rec.snext = rec.sacked = rec.swinnum = rec.sdata = 0
    rec.sretrans = rec.sroll = rec.sflight = rec.swin = rec.sflags = rec.swscale = rec.smss = rec.spad = 0
    rec.dlast_s = rec.dlast_f = rec.dstatus = rec.dbase = rec.dnext = rec.dacked = rec.dwinnum = rec.ddata = 0
    rec.dretrans = rec.droll = rec.dflight = rec.dwin = rec.dflags = rec.dwscale = rec.dmss = rec.dpad = 0
    return 0


def network(rec, o, size):
    """Read the network DSR of `size` bytes at `o`; returns how many became attributes, 0 if the layout is unknown."""
    kind: cython.uint = rec.data[o + 1]
    wide: cython.bint = rec.data[o + 2] == 2
    block: cython.Py_ssize_t = 52 if wide else 48
    i: cython.int
    rec.net = kind
    if kind == 0x05:
        clear_tcp(rec)
        if size < 24 + block:
            rec.net = 0
            return 0
        rec.tcp_status = be32(rec, o + 4)
        rec.tcp_state = be32(rec, o + 8)
        rec.tcp_options = be32(rec, o + 12)
        rec.tcp_synack = be32(rec, o + 16)
        rec.tcp_ackdat = be32(rec, o + 20)
        tcp_source(rec, o + 24, wide)
        if size < 24 + 2 * block:
            return 24 + block
        tcp_destination(rec, o + 24 + block, wide)
        return 24 + 2 * block
    if kind == 0x03 and size >= 20:
        clear_tcp(rec)
        rec.tcp_status = be32(rec, o + 4)
        rec.sbase = be32(rec, o + 8)
        rec.tcp_options = be32(rec, o + 12)
        rec.swin = be16(rec, o + 16)
        rec.sflags = rec.data[o + 18]
        rec.swscale = rec.data[o + 19]
        return 20
    if kind == 0x04 and size >= 12:
        clear_tcp(rec)
        rec.tcp_status = be32(rec, o + 4)
        rec.sflags = rec.data[o + 8]
        rec.dflags = rec.data[o + 9]
        rec.tcp_pad = be16(rec, o + 10)
        return 12
    if kind == 0x09 and size >= 24:
        for i in range(0, 4, 2):
            rec.netw[i] = (be16(rec, o + 4 + 4 * i) << 16) | le16(rec, o + 6 + 4 * i)
            rec.netw[i + 1] = le32(rec, o + 8 + 4 * i)
        rec.sdrop = be16(rec, o + 20)
        rec.ddrop = be16(rec, o + 22)
        return 24
    if kind == 0x0A and size >= 40:
        for i in range(7):
            rec.netw[i] = be32(rec, o + 4 + 4 * i)
        rec.sdrop = be16(rec, o + 32)
        rec.ddrop = be16(rec, o + 34)
        rec.ssdev = be16(rec, o + 36)
        rec.dsdev = be16(rec, o + 38)
        return 40
    if kind == 0x0D and size >= 176:
        for i in range(43):
            rec.netw[i] = le32(rec, o + 4 + 4 * i)
        return 176
    if kind == 0x10 and size >= 12:
        rec.resp_mac = be48(rec, o + 4)
        return 10
    if kind == 0x34 and size >= 28:
        rec.netw[0] = (be16(rec, o + 4) << 16) | le16(rec, o + 6)
        for i in range(1, 6):
            rec.netw[i] = le32(rec, o + 4 + 4 * i)
        return 28
    if kind == 0x38 and size >= 20:
        rec.net_status = be32(rec, o + 4)
        rec.net_spi = be32(rec, o + 8)
        rec.net_seq = be32(rec, o + 12)
        rec.net_lost = be32(rec, o + 16)
        return 20
    if kind == 0x45 and size >= 56:
        for i in range(13):
            rec.netw[i] = le32(rec, o + 4 + 4 * i)
        return 56
    if size == 4:
        return 4
    rec.net = 0
    return 0


def brief(rec, o, size):
    """Read of the network DSR of `size` bytes at `o` what the direction of a flow is told from: `net`, and status and flags of TCP."""
    kind: cython.uint = rec.data[o + 1]
    block: cython.Py_ssize_t = 52 if rec.data[o + 2] == 2 else 48
    if kind != 0x05 or size < 24 + block:
        network(rec, o, size)
        return 0
    rec.net = kind
    rec.tcp_status = be32(rec, o + 4)
    rec.sflags = rec.data[o + 70]
    rec.dflags = rec.data[o + 70 + block] if size >= 24 + 2 * block else 0
    return 0
