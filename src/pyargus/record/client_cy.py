"""What a client writes: a repaired record brought into the form that readers' rewrites have on disk.

Source: argus 3 record format, sections "Client re-encoding summary", "Time", "Metric", "Packet size", "Jitter", "Aggregation".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.encode_cy import metric_head
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import duration
    from cython.cimports.pyargus.record.stats_cy import one_record
else:
    from pyargus.record.encode_cy import metric_head
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import duration
    from pyargus.record.stats_cy import one_record

ORDER = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21)


@cython.cfunc
@cython.exceptval(-1)
def key(rec: Record) -> cython.int:
    """The flow key: never reversed, with mask lengths."""
    head: cython.uint = rec.head[1]
    if rec.opaque & 2:
        return 0
    if rec.family == 1:
        if head & 0x8000:
            rec.sport = rec.dport = rec.extra = 0
        else:
            if rec.proto == 50:
                # Readers hold the mask lengths in the high half of the SPI, and write them there.
                rec.dport = 0x2020
            elif not head & 0x4000:
                rec.extra = 0x2020
            else:
                if rec.extra >> 8 == 0:
                    rec.extra |= 0x2000
                if rec.extra & 0xFF == 0:
                    rec.extra |= 0x20
            rec.tproto = 0
            if rec.proto == 2:
                rec.sport = 0
            elif rec.proto == 51:
                rec.sport = rec.dport = 0
            head |= 0x4000
    elif rec.family == 2:
        rec.smask = rec.smask if 0 < rec.smask <= 128 else 128
        rec.dmask = rec.dmask if 0 < rec.dmask <= 128 else 128
        head = (head & ~cython.cast(cython.uint, 0xFF)) | 0x400C
        rec.tail[3] = 0
    elif rec.family == 3:
        head &= ~cython.cast(cython.uint, 0x400000)
    elif rec.family == 4:
        head = (head & ~cython.cast(cython.uint, 0xFF)) | 13
        rec.tail[3] = 0
    elif rec.family == 17 or rec.family == 18:
        head |= 0x4000
        if rec.family == 18:
            head = (head & ~cython.cast(cython.uint, 0xFF)) | 10
    rec.head[1] = head
    return 0


@cython.cfunc
@cython.exceptval(-1)
def stamps(rec: Record) -> cython.int:
    """Time DSR: the stamps of the sides with packets, ends that differ from their starts, relative where they fit."""
    bits: cython.uint = 0
    count: cython.uint = 0
    first: cython.longlong
    last: cython.longlong
    stamp: cython.longlong
    i: cython.int
    first = last = 0
    whole: cython.bint = not rec.present & 8
    if (rec.spkts or whole) and (rec.sstart_s | rec.sstart_f):
        bits |= 1
        if rec.send_s != rec.sstart_s or rec.send_f != rec.sstart_f:
            bits |= 2
    if (rec.dpkts or whole) and (rec.dstart_s | rec.dstart_f):
        bits |= 4
        if rec.dend_s != rec.dstart_s or rec.dend_f != rec.dstart_f:
            bits |= 8
    for i in range(4):
        if bits & (cython.cast(cython.uint, 1) << i):
            if i == 0:
                stamp = cython.cast(cython.longlong, rec.sstart_s) * 1000000 + rec.sstart_f
            elif i == 1:
                stamp = cython.cast(cython.longlong, rec.send_s) * 1000000 + rec.send_f
            elif i == 2:
                stamp = cython.cast(cython.longlong, rec.dstart_s) * 1000000 + rec.dstart_f
            else:
                stamp = cython.cast(cython.longlong, rec.dend_s) * 1000000 + rec.dend_f
            if count == 0:
                first = last = stamp
            elif stamp < first:
                first = stamp
            elif stamp > last:
                last = stamp
            count += 1
    if count == 0:
        if not rec.present & 4:
            return 0
        rec.time_form = 0
        rec.head[2] = 0x03011801
    elif count == 1:
        rec.time_form = 3
        rec.head[2] = 0x03011803 | (bits << 19)
    elif last - first <= 2147483647:
        rec.time_form = 4
        rec.head[2] = 0x03051800 | (bits << 19) | (2 + count)
    else:
        rec.time_form = 3
        rec.head[2] = 0x03021800 | (bits << 19) | (1 + 2 * count)
    rec.present |= 4
    rec.opaque &= ~cython.cast(cython.uint, 4)
    rec.tail[5] = 0
    return 0


@cython.cfunc
@cython.exceptval(-1)
def counters(rec: Record) -> cython.int:
    """Metric DSR: the narrowest width that holds the counters."""
    apps: cython.bint = rec.sapp != 0 or rec.dapp != 0
    rec.head[3] = metric_head(apps, rec.spkts, rec.sbytes, rec.sapp, rec.dpkts, rec.dbytes, rec.dapp)
    rec.tail[7] = 0
    rec.present |= 8
    rec.opaque &= ~cython.cast(cython.uint, 8)
    return 0


def renew(rec):
    """Flow key, time and counters of a repaired flow or event record as a client writes them."""
    if rec.present & 2:
        key(rec)
    stamps(rec)
    if rec.present & 8:
        counters(rec)
    return 0


def sizes(rec):
    """Packet size DSR: that of the sides that have sizes, or none."""
    n: cython.uint
    bits: cython.uint
    if rec.present & 0x400 and not rec.opaque & 0x400:
        bits = (1 if rec.smax else 0) | (2 if rec.dmax else 0)
        if bits:
            n = 5 if bits == 3 else 3
            rec.head[10] = 0x12040000 | (bits << 16) | (0x200 if bits == 3 else 0x600 if bits == 1 else 0xA00) | n
            rec.tail[21] = 0
        else:
            rec.present &= ~cython.cast(cython.uint, 0x400)
    return 0


def stored_form(rec):
    """Change `rec`, which others were merged into, to what would be read of it if it was written in client form.

    Returns False, with `rec` as it was, where it has parts of which the writing would leave out or change more than is known here.
    """
    have: cython.uint = rec.present
    size: cython.uint = 4 * (rec.head[5] & 0xFF)
    if have & ~cython.cast(cython.uint, 0xBF7F) or have & 0x0A != 0x0A or rec.opaque & have or rec.reversed_ or rec.kind & 0x0F >= 5:
        return False
    if (rec.family != 1 and rec.family != 2) or not (rec.spkts or rec.dpkts) or rec.spkts > rec.sbytes or rec.dpkts > rec.dbytes:
        return False
    if have & 16 and rec.head[4] & 0xFF != 20:
        return False
    if rec.net == 0x05:
        if size < (128 if (rec.head[5] >> 8) & 0xFF == 2 else 120):
            return False
    elif rec.net and (rec.net != 0x34 or size != 28):
        return False
    client_form(rec, False)
    if not rec.spkts:
        rec.sbytes = rec.sapp = 0
    if not rec.spkts or not rec.sstart_s | rec.sstart_f:
        rec.sstart_s = rec.sstart_f = rec.send_s = rec.send_f = 0
    elif not rec.send_s | rec.send_f:
        rec.send_s = rec.sstart_s
        rec.send_f = rec.sstart_f
    if not rec.dpkts:
        rec.dbytes = rec.dapp = 0
    if not rec.dpkts or not rec.dstart_s | rec.dstart_f:
        rec.dstart_s = rec.dstart_f = rec.dend_s = rec.dend_f = 0
    elif not rec.dend_s | rec.dend_f:
        rec.dend_s = rec.dstart_s
        rec.dend_f = rec.dstart_f
    if have & 0x400:
        if not rec.smax:
            rec.smin = rec.shist = 0
        if not rec.dmax:
            rec.dmin = rec.dhist = 0
    if have & 0x100 and not rec.jit_blocks:
        rec.jit_stride = 0
    rec.rated = 0
    rec.raw_dur = duration(rec)
    return True


def aggregation(rec):
    """Add the aggregation DSR of one record, where it has packets and none."""
    if rec.present & 16 or not (rec.spkts or rec.dpkts):
        return 0
    one_record(rec, rec.raw_dur if rec.raw_dur > 0 else 0.0)
    return 0


def client_form(rec, aggregate):
    """Change `rec`, repaired, to what a client's rewrite holds; `aggregate`: add the aggregation DSR where there is none.

    Management records stay as they are. Unknown and immediate DSRs are dropped; the order is the canonical one.
    """
    i: cython.int
    n: cython.uint
    if rec.kind & 0xF0 == 0x80:
        return 0
    renew(rec)
    if aggregate:
        aggregation(rec)
    if rec.net == 0x34:
        rec.netw[0] &= ~cython.cast(cython.uint, 0xFFFF)
    if rec.net == 0:
        rec.present &= ~cython.cast(cython.uint, 32)
    sizes(rec)
    if rec.present & 0x100 and not rec.opaque & 0x100:
        n = (rec.jit_blocks & 1) + ((rec.jit_blocks >> 1) & 1) + ((rec.jit_blocks >> 2) & 1) + (rec.jit_blocks >> 3)
        rec.head[8] = 0x46000000 | (rec.jit_blocks << 8) | (1 + n * 5)
        rec.jit_stride = 5
        rec.tail[17] = 0
    rec.unknown_count = rec.rest_len = 0
    n = 0
    for i in range(22):
        if i != 16 and rec.present & (cython.cast(cython.uint, 1) << i):
            rec.order[n] = i
            n += 1
    rec.order_count = n
    return 0
