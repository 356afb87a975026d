"""The network DSR: TCP, RTP, RTCP, UDT, ARP, ICMP, ESP and fragment objects.

Source: argus 3 record format, section "Network".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.record_cy import Record
else:
    from pyargus.record.record_cy import Record


@cython.cfunc
@cython.inline
def be16(d: cython.const[cython.uchar][::1], o: cython.Py_ssize_t) -> cython.uint:
    return (cython.cast(cython.uint, d[o]) << 8) | d[o + 1]


@cython.cfunc
@cython.inline
def be32(d: cython.const[cython.uchar][::1], o: cython.Py_ssize_t) -> cython.uint:
    return (
        (cython.cast(cython.uint, d[o]) << 24)
        | (cython.cast(cython.uint, d[o + 1]) << 16)
        | (cython.cast(cython.uint, d[o + 2]) << 8)
        | d[o + 3]
    )


@cython.cfunc
@cython.inline
def le16(d: cython.const[cython.uchar][::1], o: cython.Py_ssize_t) -> cython.uint:
    return (cython.cast(cython.uint, d[o + 1]) << 8) | d[o]


@cython.cfunc
@cython.inline
def le32(d: cython.const[cython.uchar][::1], o: cython.Py_ssize_t) -> cython.uint:
    return (
        (cython.cast(cython.uint, d[o + 3]) << 24)
        | (cython.cast(cython.uint, d[o + 2]) << 16)
        | (cython.cast(cython.uint, d[o + 1]) << 8)
        | d[o]
    )


@cython.cfunc
@cython.inline
def be48(d: cython.const[cython.uchar][::1], o: cython.Py_ssize_t) -> cython.ulonglong:
    return (cython.cast(cython.ulonglong, be16(d, o)) << 32) | be32(d, o + 2)


@cython.cfunc
@cython.exceptval(-1)
def tcp_source(rec: Record, d: cython.const[cython.uchar][::1], o: cython.Py_ssize_t, wide: cython.bint) -> cython.int:
    rec.slast_s = be32(d, o)
    rec.slast_f = be32(d, o + 4)
    rec.sstatus = be32(d, o + 8)
    rec.sbase = be32(d, o + 12)
    rec.snext = be32(d, o + 16)
    rec.sacked = be32(d, o + 20)
    rec.swinnum = be32(d, o + 24)
    rec.sdata = be32(d, o + 28)
    rec.sretrans = be32(d, o + 32)
    rec.sroll = be32(d, o + 36)
    rec.sflight = be32(d, o + 40)
    rec.swin = be16(d, o + 44)
    rec.sflags = d[o + 46]
    rec.swscale = d[o + 47]
    if wide:
        rec.smss = be16(d, o + 48)
        rec.spad = be16(d, o + 50)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def tcp_destination(rec: Record, d: cython.const[cython.uchar][::1], o: cython.Py_ssize_t, wide: cython.bint) -> cython.int:
    rec.dlast_s = be32(d, o)
    rec.dlast_f = be32(d, o + 4)
    rec.dstatus = be32(d, o + 8)
    rec.dbase = be32(d, o + 12)
    rec.dnext = be32(d, o + 16)
    rec.dacked = be32(d, o + 20)
    rec.dwinnum = be32(d, o + 24)
    rec.ddata = be32(d, o + 28)
    rec.dretrans = be32(d, o + 32)
    rec.droll = be32(d, o + 36)
    rec.dflight = be32(d, o + 40)
    rec.dwin = be16(d, o + 44)
    rec.dflags = d[o + 46]
    rec.dwscale = d[o + 47]
    if wide:
        rec.dmss = be16(d, o + 48)
        rec.dpad = be16(d, o + 50)
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


def network(rec, d, o, size):
    """Read the network DSR of `size` bytes at `o`; returns how many became attributes, 0 if the layout is unknown."""
    kind: cython.uint = d[o + 1]
    wide: cython.bint = d[o + 2] == 2
    block: cython.Py_ssize_t = 52 if wide else 48
    i: cython.int
    rec.net = kind
    if kind == 0x05:
        clear_tcp(rec)
        if size < 24 + block:
            rec.net = 0
            return 0
        rec.tcp_status = be32(d, o + 4)
        rec.tcp_state = be32(d, o + 8)
        rec.tcp_options = be32(d, o + 12)
        rec.tcp_synack = be32(d, o + 16)
        rec.tcp_ackdat = be32(d, o + 20)
        tcp_source(rec, d, o + 24, wide)
        if size < 24 + 2 * block:
            return 24 + block
        tcp_destination(rec, d, o + 24 + block, wide)
        return 24 + 2 * block
    if kind == 0x03 and size >= 20:
        clear_tcp(rec)
        rec.tcp_status = be32(d, o + 4)
        rec.sbase = be32(d, o + 8)
        rec.tcp_options = be32(d, o + 12)
        rec.swin = be16(d, o + 16)
        rec.sflags = d[o + 18]
        rec.swscale = d[o + 19]
        return 20
    if kind == 0x04 and size >= 12:
        clear_tcp(rec)
        rec.tcp_status = be32(d, o + 4)
        rec.sflags = d[o + 8]
        rec.dflags = d[o + 9]
        rec.tcp_pad = be16(d, o + 10)
        return 12
    if kind == 0x09 and size >= 24:
        for i in range(0, 4, 2):
            rec.netw[i] = (be16(d, o + 4 + 4 * i) << 16) | le16(d, o + 6 + 4 * i)
            rec.netw[i + 1] = le32(d, o + 8 + 4 * i)
        rec.sdrop = be16(d, o + 20)
        rec.ddrop = be16(d, o + 22)
        return 24
    if kind == 0x0A and size >= 40:
        for i in range(7):
            rec.netw[i] = be32(d, o + 4 + 4 * i)
        rec.sdrop = be16(d, o + 32)
        rec.ddrop = be16(d, o + 34)
        rec.ssdev = be16(d, o + 36)
        rec.dsdev = be16(d, o + 38)
        return 40
    if kind == 0x0D and size >= 176:
        for i in range(43):
            rec.netw[i] = le32(d, o + 4 + 4 * i)
        return 176
    if kind == 0x10 and size >= 12:
        rec.resp_mac = be48(d, o + 4)
        return 10
    if kind == 0x34 and size >= 28:
        rec.netw[0] = (be16(d, o + 4) << 16) | le16(d, o + 6)
        for i in range(1, 6):
            rec.netw[i] = le32(d, o + 4 + 4 * i)
        return 28
    if kind == 0x38 and size >= 20:
        rec.net_status = be32(d, o + 4)
        rec.net_spi = be32(d, o + 8)
        rec.net_seq = be32(d, o + 12)
        rec.net_lost = be32(d, o + 16)
        return 20
    if kind == 0x45 and size >= 56:
        for i in range(13):
            rec.netw[i] = le32(d, o + 4 + 4 * i)
        return 56
    if size == 4:
        return 4
    rec.net = 0
    return 0
