"""The reader's repairs: reversed keys put in order, the four time stamps made whole, wrong directions turned round.

After `repair` the attributes of a `Record` mean what is printed: saddr is the initiator, sstart..dend are filled for the sides that have
packets (in µs), rates and loads are computed. Counters and attributes of the two sides are never lost, only exchanged.

Source: argus 3 record format, sections "Reversed flag", "Reader normalisation", "Direction correction done by readers".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.record_cy import Record
else:
    import struct

    from pyargus.record.record_cy import Record


def single(x):
    """x rounded to an IEEE single: the width in which readers of the format compute durations, rates and ratios."""
    if cython.compiled:
        return cython.cast(cython.double, cython.cast(cython.float, x))
    try:
        return struct.unpack("f", struct.pack("f", x))[0]
    except OverflowError:
        return float("inf") if x > 0 else float("-inf")


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def before(a_s: cython.uint, a_f: cython.uint, b_s: cython.uint, b_f: cython.uint) -> cython.bint:
    return a_s < b_s or (a_s == b_s and a_f < b_f)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def span(a_s: cython.uint, a_f: cython.uint, b_s: cython.uint, b_f: cython.uint) -> cython.double:
    """Seconds from a to b."""
    sec: cython.longlong = cython.cast(cython.longlong, b_s) - a_s
    frac: cython.longlong = cython.cast(cython.longlong, b_f) - a_f
    if frac < 0 and sec > 0:
        sec -= 1
        frac += 1000000
    return cython.cast(cython.double, sec) + cython.cast(cython.double, frac) / 1000000.0


def repair(rec):
    """Normalise `rec` in place; to be called once after `decode`. Management records are left as they are."""
    flow: cython.uint
    proto: cython.uint
    sub: cython.uint
    if rec.repaired:
        return 0
    rec.repaired = 1
    if rec.kind & 0xF0 == 0x80:
        return 0
    times(rec)
    flow = rec.head[1] if rec.present & 2 else 0
    if rec.net == 0x05 or rec.net == 0x04 or rec.net == 0x03:
        if rec.spkts == 0:
            rec.swin = rec.sflags = 0
        if rec.dpkts == 0:
            rec.dwin = rec.dflags = 0
    if not flow:
        return 0
    proto = rec.proto
    if (flow >> 16) & 0x40:
        if rec.family == 1 or rec.family == 2:
            rec.saddr_hi, rec.daddr_hi = rec.daddr_hi, rec.saddr_hi
            rec.saddr_lo, rec.daddr_lo = rec.daddr_lo, rec.saddr_lo
            if proto == 6 or proto == 17:
                rec.sport, rec.dport = rec.dport, rec.sport
            rec.smask, rec.dmask = rec.dmask, rec.smask
            if rec.family == 1 and (flow >> 8) & 0x40:
                rec.extra = ((rec.extra & 0xFF) << 8) | (rec.extra >> 8)
            rec.head[1] = flow & ~cython.cast(cython.uint, 0x400000)
        elif rec.family == 4 or rec.family == 5:
            exchange(rec)
            rec.repaired |= 4
            rec.head[1] = flow & ~cython.cast(cython.uint, 0x400000)
        flow = rec.head[1]
    sub = (flow >> 8) & 0xFF
    if rec.net == 0x0A and (rec.family != 1 or proto != 17 or (rec.spkts < 5 and rec.dpkts < 5)):
        rec.net = 0
    if rec.net == 0x09 and rec.family == 2 and rec.sport > rec.dport:
        reverse(rec)
    if rec.family == 1:
        if proto == 1:
            if sub & 0x20 and not sub & 0x80 and rec.spkts and not rec.dpkts:
                # The sensor keeps a reply under the key of its request and marks it so.
                rec.repaired |= rec.sport & 0xFF00
                rec.sport &= 0xFF
                reverse(rec)
        elif proto == 6 and not sub & 0xA0 and (rec.net == 0x05 or rec.net == 0x04):
            if not rec.tcp_status & 1 and rec.tcp_status & 2:
                if rec.tcp_status & 0x3C or (rec.sflags & 2 and not rec.dflags & 4 and rec.spkts > 5 and rec.dpkts > 5):
                    reverse(rec)
                    if not rec.tcp_status & 0x20:
                        rec.tcp_status |= 0x20
                        rec.repaired |= 2
    return 0


def complete(rec):
    """Sides without a time of their last packet have that of their first."""
    if rec.send_s == 0 and rec.send_f == 0:
        rec.send_s = rec.sstart_s
        rec.send_f = rec.sstart_f
    if rec.dend_s == 0 and rec.dend_f == 0:
        rec.dend_s = rec.dstart_s
        rec.dend_f = rec.dstart_f


@cython.cfunc
@cython.exceptval(-1)
def times(rec: Record) -> cython.int:
    p: cython.ulonglong = rec.spkts
    q: cython.ulonglong = rec.dpkts
    src: cython.bint
    dst: cython.bint
    if not (rec.sstart_s | rec.sstart_f | rec.send_s | rec.send_f | rec.dstart_s | rec.dstart_f | rec.dend_s | rec.dend_f):
        rec.raw_dur = 0.0
        return 0
    if (rec.head[2] >> 8) & 0xFF == 0x19 and rec.present & 4:
        rec.sstart_f //= 1000
        rec.send_f //= 1000
        rec.dstart_f //= 1000
        rec.dend_f //= 1000
    if rec.time_form == 1 or rec.time_form == 5:
        rec.send_s = rec.sstart_s
        rec.send_f = rec.sstart_f
    rec.raw_dur = duration(rec)
    complete(rec)
    src = (rec.sstart_s | rec.sstart_f | rec.send_s | rec.send_f) != 0
    dst = (rec.dstart_s | rec.dstart_f | rec.dend_s | rec.dend_f) != 0
    if p and q:
        if src and not dst:
            if p == 1 and q == 1:
                rec.dstart_s = rec.dend_s = rec.send_s
                rec.dstart_f = rec.dend_f = rec.send_f
                rec.send_s = rec.sstart_s
                rec.send_f = rec.sstart_f
            else:
                rec.dstart_s = rec.sstart_s
                rec.dstart_f = rec.sstart_f
                rec.dend_s = rec.send_s
                rec.dend_f = rec.send_f
        elif dst and not src:
            rec.sstart_s = rec.dstart_s
            rec.sstart_f = rec.dstart_f
            rec.send_s = rec.dend_s
            rec.send_f = rec.dend_f
            if p == 1 and q == 1:
                rec.send_s = rec.sstart_s
                rec.send_f = rec.sstart_f
                rec.dstart_s = rec.dend_s
                rec.dstart_f = rec.dend_f
        if p != 1 or q != 1:
            if p == 1 and rec.send_s != 0 and rec.sstart_s != rec.send_s:
                rec.send_s = rec.sstart_s
                rec.send_f = rec.sstart_f
            if q == 1 and rec.dend_s != 0 and rec.dstart_s != rec.dend_s:
                rec.dend_s = rec.dstart_s
                rec.dend_f = rec.dstart_f
    elif p:
        if not src:
            rec.sstart_s = rec.dstart_s
            rec.sstart_f = rec.dstart_f
            rec.send_s = rec.dend_s
            rec.send_f = rec.dend_f
        rec.dstart_s = rec.dstart_f = rec.dend_s = rec.dend_f = 0
    elif q:
        if not dst:
            rec.dstart_s = rec.sstart_s
            rec.dstart_f = rec.sstart_f
            rec.dend_s = rec.send_s
            rec.dend_f = rec.send_f
        rec.sstart_s = rec.sstart_f = rec.send_s = rec.send_f = 0
    if before(rec.send_s, rec.send_f, rec.sstart_s, rec.sstart_f):
        rec.sstart_s, rec.send_s = rec.send_s, rec.sstart_s
        rec.sstart_f, rec.send_f = rec.send_f, rec.sstart_f
    if before(rec.dend_s, rec.dend_f, rec.dstart_s, rec.dstart_f):
        rec.dstart_s, rec.dend_s = rec.dend_s, rec.dstart_s
        rec.dstart_f, rec.dend_f = rec.dend_f, rec.dstart_f
    if p + q == 1 and not rec.present & 0x4000:
        rec.sstart_s = rec.send_s
        rec.sstart_f = rec.send_f
        rec.dstart_s = rec.dend_s
        rec.dstart_f = rec.dend_f
    rec.sstart_f = min(rec.sstart_f, 999999)
    rec.send_f = min(rec.send_f, 999999)
    rec.dstart_f = min(rec.dstart_f, 999999)
    rec.dend_f = min(rec.dend_f, 999999)
    return 0


def duration(rec):
    """Seconds from the earliest to the latest of the stamps that are set."""
    a_s: cython.uint = rec.sstart_s
    a_f: cython.uint = rec.sstart_f
    b_s: cython.uint = rec.send_s
    b_f: cython.uint = rec.send_f
    if (a_s | a_f) == 0 or ((rec.dstart_s | rec.dstart_f) != 0 and before(rec.dstart_s, rec.dstart_f, a_s, a_f)):
        a_s = rec.dstart_s
        a_f = rec.dstart_f
    if before(b_s, b_f, rec.dend_s, rec.dend_f):
        b_s = rec.dend_s
        b_f = rec.dend_f
    if before(b_s, b_f, rec.dstart_s, rec.dstart_f):
        b_s = rec.dstart_s
        b_f = rec.dstart_f
    if before(b_s, b_f, rec.sstart_s, rec.sstart_f):
        b_s = rec.sstart_s
        b_f = rec.sstart_f
    return single(span(a_s, a_f, b_s, b_f))


def rates(rec):
    """Compute sload, dload in bit/s and srate, drate in packets/s, over the time of the side, or of the whole where the side has none.

    A reversal fixes them as they were before it: loads are those of the sides as recorded.
    """
    if not rec.rated:
        rec.rated = 1
        rates_of(rec)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def rates_of(rec: Record) -> cython.int:
    whole: cython.double = duration(rec)
    d: cython.double
    rec.sload = rec.dload = rec.srate = rec.drate = 0.0
    if rec.merged:
        # Of several records the loads are means over the time of all of them.
        if whole > 0:
            rec.srate = single(single(rec.spkts) / whole)
            rec.sload = single(single(cython.cast(cython.double, rec.sbytes) * 8.0) / whole)
            rec.drate = single(single(rec.dpkts) / whole)
            rec.dload = single(single(cython.cast(cython.double, rec.dbytes) * 8.0) / whole)
        return 0
    d = single(span(rec.sstart_s, rec.sstart_f, rec.send_s, rec.send_f))
    if d <= 0:
        d = whole
    if rec.spkts > 1 and d > 0:
        rec.srate = single(single(rec.spkts - 1) / d)
        rec.sload = single(single(cython.cast(cython.double, rec.sbytes - rec.sbytes // rec.spkts) * 8.0) / d)
    d = single(span(rec.dstart_s, rec.dstart_f, rec.dend_s, rec.dend_f))
    if d <= 0:
        d = whole
    if rec.dpkts > 1 and d > 0:
        rec.drate = single(single(rec.dpkts - 1) / d)
        rec.dload = single(single(cython.cast(cython.double, rec.dbytes - rec.dbytes // rec.dpkts) * 8.0) / d)
    return 0


def as_recorded(rec):
    """Give a TCP record over IP, or an ICMP reply, that was reversed when it was read the direction in which it was recorded."""
    reverse(rec)
    if rec.proto == 1:
        # The key is that of the request.
        rec.sport |= rec.repaired & 0xFF00
        return 0
    rec.head[1] &= ~cython.cast(cython.uint, 0x400000)
    if rec.repaired & 2:
        rec.tcp_status &= ~cython.cast(cython.uint, 0x20)
    return 0


def reverse(rec):
    """Exchange initiator and responder: the key and every src/dst half, the encapsulation masks excepted."""
    flow: cython.uint = rec.head[1]
    rates(rec)
    rec.reversed_ ^= 1
    rec.saddr_hi, rec.daddr_hi = rec.daddr_hi, rec.saddr_hi
    rec.saddr_lo, rec.daddr_lo = rec.daddr_lo, rec.saddr_lo
    rec.smask, rec.dmask = rec.dmask, rec.smask
    if rec.family == 1 and (flow >> 8) & 0x40:
        rec.extra = ((rec.extra & 0xFF) << 8) | (rec.extra >> 8)
    if rec.proto == 6 or rec.proto == 17:
        rec.sport, rec.dport = rec.dport, rec.sport
    elif rec.family == 3:
        rec.ssap, rec.dsap = rec.dsap, rec.ssap
    rec.head[1] = flow ^ 0x2000
    return exchange(rec)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def pairs(bits: cython.uint) -> cython.uint:
    """Bits exchanged with their neighbours."""
    return ((bits & 0x55) << 1) | ((bits >> 1) & 0x55)


@cython.cfunc
@cython.exceptval(-1)
def exchange(rec: Record) -> cython.int:
    h: cython.uint
    i: cython.int
    rec.sstart_s, rec.dstart_s = rec.dstart_s, rec.sstart_s
    rec.sstart_f, rec.dstart_f = rec.dstart_f, rec.sstart_f
    rec.send_s, rec.dend_s = rec.dend_s, rec.send_s
    rec.send_f, rec.dend_f = rec.dend_f, rec.send_f
    rec.spkts, rec.dpkts = rec.dpkts, rec.spkts
    rec.sbytes, rec.dbytes = rec.dbytes, rec.sbytes
    rec.sapp, rec.dapp = rec.dapp, rec.sapp
    if rec.present & 0x40:
        rec.svlan, rec.dvlan = rec.dvlan, rec.svlan
        h = rec.head[6]
        rec.head[6] = (h & ~cython.cast(cython.uint, 0x300)) | (((h & 0x100) << 1) | ((h & 0x200) >> 1))
    if rec.present & 0x80 and rec.mpls_count == 2:
        rec.mpls[0], rec.mpls[1] = rec.mpls[1], rec.mpls[0]
    if rec.present & 0x100:
        for i in range(32):
            h = rec.jit[i]
            rec.jit[i] = rec.jit[32 + i]
            rec.jit[32 + i] = h
        h = rec.jit_blocks
        rec.jit_blocks = ((h & 3) << 2) | (h >> 2)
        rec.head[8] = (rec.head[8] & ~cython.cast(cython.uint, 0xFF00)) | (rec.jit_blocks << 8)
    if rec.present & 0x200:
        rec.sttl, rec.dttl = rec.dttl, rec.sttl
        rec.stos, rec.dtos = rec.dtos, rec.stos
        rec.sipid, rec.dipid = rec.dipid, rec.sipid
        rec.sipopt, rec.dipopt = rec.dipopt, rec.sipopt
        h = rec.head[9]
        rec.head[9] = (h & ~cython.cast(cython.uint, 0xFF00)) | (pairs((h >> 8) & 0xFF) << 8)
    if rec.present & 0x400:
        rec.smin, rec.dmin = rec.dmin, rec.smin
        rec.smax, rec.dmax = rec.dmax, rec.smax
        rec.shist, rec.dhist = rec.dhist, rec.shist
    if rec.present & 0x1800:
        rec.suser_off, rec.duser_off = rec.duser_off, rec.suser_off
        rec.suser_len, rec.duser_len = rec.duser_len, rec.suser_len
        rec.suser_size, rec.duser_size = rec.duser_size, rec.suser_size
        rec.suser_count, rec.duser_count = rec.duser_count, rec.suser_count
        h = rec.head[11]
        rec.head[11] = (rec.head[12] & ~cython.cast(cython.uint, 0x300000)) | 0x100000
        rec.head[12] = (h & ~cython.cast(cython.uint, 0x300000)) | 0x200000
        for i in range(22, 24):
            h = rec.tail[i]
            rec.tail[i] = rec.tail[i + 2]
            rec.tail[i + 2] = h
        h = rec.present
        rec.present = (h & ~cython.cast(cython.uint, 0x1800)) | ((h & 0x800) << 1) | ((h & 0x1000) >> 1)
        h = rec.opaque
        rec.opaque = (h & ~cython.cast(cython.uint, 0x1800)) | ((h & 0x800) << 1) | ((h & 0x1000) >> 1)
    if rec.present & 0x2000:
        rec.smac, rec.dmac = rec.dmac, rec.smac
    if rec.present & 0x20000:
        rec.skeys, rec.dkeys = rec.dkeys, rec.skeys
    if rec.present & 0x80000:
        rec.sco, rec.dco = rec.dco, rec.sco
    if rec.present & 0x200000:
        rec.sas, rec.das = rec.das, rec.sas
    if rec.net == 0x05 or rec.net == 0x04 or rec.net == 0x03:
        rec.slast_s, rec.dlast_s = rec.dlast_s, rec.slast_s
        rec.slast_f, rec.dlast_f = rec.dlast_f, rec.slast_f
        rec.sstatus, rec.dstatus = rec.dstatus, rec.sstatus
        rec.sbase, rec.dbase = rec.dbase, rec.sbase
        rec.snext, rec.dnext = rec.dnext, rec.snext
        rec.sacked, rec.dacked = rec.dacked, rec.sacked
        rec.swinnum, rec.dwinnum = rec.dwinnum, rec.swinnum
        rec.sdata, rec.ddata = rec.ddata, rec.sdata
        rec.sretrans, rec.dretrans = rec.dretrans, rec.sretrans
        rec.sroll, rec.droll = rec.droll, rec.sroll
        rec.sflight, rec.dflight = rec.dflight, rec.sflight
        rec.swin, rec.dwin = rec.dwin, rec.swin
        rec.sflags, rec.dflags = rec.dflags, rec.sflags
        rec.swscale, rec.dwscale = rec.dwscale, rec.swscale
        rec.smss, rec.dmss = rec.dmss, rec.smss
        rec.spad, rec.dpad = rec.dpad, rec.spad
    elif rec.net == 0x0A or rec.net == 0x09:
        rec.sdrop, rec.ddrop = rec.ddrop, rec.sdrop
        rec.ssdev, rec.dsdev = rec.dsdev, rec.ssdev
        if rec.net == 0x0A:
            for i in range(1, 4):
                h = rec.netw[i]
                rec.netw[i] = rec.netw[i + 3]
                rec.netw[i + 3] = h
        else:
            for i in range(2):
                h = rec.netw[i]
                rec.netw[i] = rec.netw[i + 2]
                rec.netw[i + 2] = h
    return 0
