"""The network objects of two records made one: TCP, RTP, RTCP, UDT, ESP, ARP.

Source: argus 3 record format, "Network", and the merge rules of its readers.
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.record_cy import Record
else:
    from pyargus.record.record_cy import Record

_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)

# A bit of `Record.merged`: the first of the records had the TCP object of a single segment.
_SEGMENT = cython.declare(cython.uint, 0x80000000)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def before(a_s: cython.uint, a_f: cython.uint, b_s: cython.uint, b_f: cython.uint) -> cython.bint:
    return a_s < b_s or (a_s == b_s and a_f < b_f)



def is_tcp(kind):
    """Whether a network object is one of TCP."""
    return kind == 0x05 or kind == 0x04 or kind == 0x03


@cython.cfunc
@cython.exceptval(-1)
def take_network(a: Record, b: Record) -> cython.int:
    """The network object of `b` in the place of that of `a`."""
    i: cython.int
    a.present |= 32
    a.opaque &= ~cython.cast(cython.uint, 32)
    a.head[5] = b.head[5]
    a.tail[11] = 0
    a.net = b.net
    if is_tcp(b.net):
        a.tcp_status = b.tcp_status
        a.tcp_state = b.tcp_state
        a.tcp_options = b.tcp_options
        a.tcp_synack = b.tcp_synack
        a.tcp_ackdat = b.tcp_ackdat
        a.tcp_pad = b.tcp_pad
        a.slast_s = b.slast_s
        a.slast_f = b.slast_f
        a.sstatus = b.sstatus
        a.sbase = b.sbase
        a.snext = b.snext
        a.sacked = b.sacked
        a.swinnum = b.swinnum
        a.sdata = b.sdata
        a.sretrans = b.sretrans
        a.sroll = b.sroll
        a.sflight = b.sflight
        a.swin = b.swin
        a.sflags = b.sflags
        a.swscale = b.swscale
        a.smss = b.smss
        a.spad = b.spad
        a.dlast_s = b.dlast_s
        a.dlast_f = b.dlast_f
        a.dstatus = b.dstatus
        a.dbase = b.dbase
        a.dnext = b.dnext
        a.dacked = b.dacked
        a.dwinnum = b.dwinnum
        a.ddata = b.ddata
        a.dretrans = b.dretrans
        a.droll = b.droll
        a.dflight = b.dflight
        a.dwin = b.dwin
        a.dflags = b.dflags
        a.dwscale = b.dwscale
        a.dmss = b.dmss
        a.dpad = b.dpad
        return 0
    a.net_status = b.net_status
    a.net_spi = b.net_spi
    a.net_seq = b.net_seq
    a.net_lost = b.net_lost
    a.sdrop = b.sdrop
    a.ddrop = b.ddrop
    a.ssdev = b.ssdev
    a.dsdev = b.dsdev
    a.resp_mac = b.resp_mac
    for i in range(48):
        a.netw[i] = b.netw[i]
    return 0


def network(a, b):
    """Join the network objects of two records into that of `a`; objects of different protocols leave none.

    Full TCP objects are joined. Where the first record had that of a single segment, the last full one stands for all.
    """
    i: cython.int
    if is_tcp(a.net) and is_tcp(b.net):
        if b.net == 0x05 and (a.net != 0x05 or a.merged & _SEGMENT):
            take_network(a, b)
        elif a.net == 0x05 and not a.merged & _SEGMENT:
            if b.net == 0x05:
                performance(a, b)
            else:
                first_segment(a, b)
        else:
            a.tcp_status |= b.tcp_status
            a.tcp_options |= b.tcp_options
            a.sflags |= b.sflags
            a.dflags |= b.dflags
        return 0
    if a.net != b.net:
        a.net = 0
        a.tcp_status = 0
        a.present &= ~cython.cast(cython.uint, 32)
        return 0
    if a.net == 0x0A:
        a.sdrop = (a.sdrop + b.sdrop) & 0xFFFF
        a.ddrop = (a.ddrop + b.ddrop) & 0xFFFF
        a.ssdev = b.ssdev
        a.dsdev = b.dsdev
        for i in range(7):
            a.netw[i] = b.netw[i]
    elif a.net == 0x09:
        a.sdrop = (a.sdrop + b.sdrop) & 0xFFFF
        a.ddrop = (a.ddrop + b.ddrop) & 0xFFFF
        for i in range(4):
            a.netw[i] = b.netw[i]
    elif a.net == 0x38:
        if a.net_spi != b.net_spi:
            a.net_spi = 0
        a.net_status |= b.net_status
        a.net_seq = b.net_seq
        a.net_lost = (a.net_lost + b.net_lost) & _U32
    elif a.net == 0x0D:
        for i in range(2, 9):
            if a.netw[i] != b.netw[i]:
                a.netw[i] = 0
        for i in range(19, 26):
            a.netw[i] = (a.netw[i] + b.netw[i]) & _U32
        for i in range(36, 43):
            a.netw[i] = (a.netw[i] + b.netw[i]) & _U32
    elif a.net == 0x10:
        if a.resp_mac != b.resp_mac:
            a.resp_mac = 0
    return 0


@cython.cfunc
@cython.exceptval(-1)
def first_segment(a: Record, b: Record) -> cython.int:
    """The object of a single segment behind a full one: options and the times of the handshake are those of the last record.

    So is the state, which a single segment has none of.
    """
    a.tcp_options = b.tcp_options
    a.tcp_state = a.tcp_synack = a.tcp_ackdat = 0
    return 0


@cython.cfunc
@cython.exceptval(-1)
def performance(a: Record, b: Record) -> cython.int:
    """Full TCP objects: flags united, counts summed, the last window, sequence numbers from the first to the last."""
    a.tcp_status |= b.tcp_status
    a.tcp_state |= b.tcp_state
    a.tcp_options = b.tcp_options
    a.tcp_synack = b.tcp_synack
    a.tcp_ackdat = b.tcp_ackdat
    if before(a.slast_s, a.slast_f, b.slast_s, b.slast_f):
        a.slast_s = b.slast_s
        a.slast_f = b.slast_f
    if before(a.dlast_s, a.dlast_f, b.dlast_s, b.dlast_f):
        a.dlast_s = b.dlast_s
        a.dlast_f = b.dlast_f
    a.sstatus |= b.sstatus
    a.dstatus |= b.dstatus
    a.sflags |= b.sflags
    a.dflags |= b.dflags
    a.sacked = b.sacked
    a.dacked = b.dacked
    a.swin = b.swin
    a.dwin = b.dwin
    a.sflight = b.sflight
    a.dflight = b.dflight
    a.swinnum = (a.swinnum + b.swinnum) & _U32
    a.dwinnum = (a.dwinnum + b.dwinnum) & _U32
    a.sdata = (a.sdata + b.sdata) & _U32
    a.ddata = (a.ddata + b.ddata) & _U32
    a.sretrans = (a.sretrans + b.sretrans) & _U32
    a.dretrans = (a.dretrans + b.dretrans) & _U32
    if a.sbase > b.sbase:
        if a.sbase - b.sbase > 65536:
            a.sroll = (a.sroll + b.snext + (_U32 - b.sbase)) & _U32
            a.sbase = 0
        else:
            a.sbase = b.sbase
    else:
        a.snext = b.snext
    if a.dbase > b.dbase:
        if a.dbase - b.dbase > 65536:
            a.droll = (a.droll + b.dnext + (_U32 - b.dbase)) & _U32
        else:
            a.dbase = b.dbase
    else:
        a.dnext = b.dnext
    if a.smss == 0:
        a.smss = b.smss
    if a.dmss == 0:
        a.dmss = b.dmss
    return 0
