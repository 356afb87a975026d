"""A record brought into the form that clients write without being read in full: what stays as it is, is copied in whole ranges.

Flow key, time, counters, packet sizes and statistics of aggregation are read and written anew, as `repair` and `client_form` would have
them; every other DSR of a record that is not turned round has the same bytes before and after. A record that is not of this kind is left
to those who read all of it, to the same result.

Source: argus 3 record format, sections "Client re-encoding summary", "Types and order of emission".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.client_cy import client_form
    from cython.cimports.pyargus.record.decode_cy import blank, decode, extent, flow_key, metric, place, time
    from cython.cimports.pyargus.record.decode_network_cy import brief, network
    from cython.cimports.pyargus.record.decode_parts_cy import packet_sizes
    from cython.cimports.pyargus.record.encode_cy import Encoder
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
    from cython.cimports.pyargus.record.rewrite_cy import Rewriter
else:
    from pyargus.record.client_cy import client_form
    from pyargus.record.decode_cy import blank, decode, extent, flow_key, metric, place, time
    from pyargus.record.decode_network_cy import brief, network
    from pyargus.record.decode_parts_cy import packet_sizes
    from pyargus.record.encode_cy import Encoder
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair
    from pyargus.record.rewrite_cy import Rewriter

# DSRs that are always written anew: flow key, time, counters, packet sizes.
_ANEW = cython.declare(cython.uint, 1 << 1 | 1 << 2 | 1 << 3 | 1 << 10)
# Words up to which no client form is too long for a length word.
_LONG = cython.declare(cython.uint, 60000)


def transcribe(writer, rec, at):
    """Write the client form of the record at `at` of the buffer that `rec` points to, statistics of aggregation included.

    The caller has framed the record. Returns whether it was written; if not, `rec` is to be decoded. Afterwards the counters of `rec` are
    set, of the rest nothing is defined.
    """
    anew: cython.uint
    if not survey(rec, at):
        return False
    repair(rec)
    if rec.reversed_ or not settled(rec):
        return False
    anew = _ANEW if rec.present & 16 else _ANEW | 16
    if rec.net == 0x34:
        anew |= 32
    # The DSR of jitter is none that was read.
    rec.opaque |= rec.present & 0x100
    client_form(rec, True)
    assemble(writer, rec, anew)
    return True


def rewritten(writer, rec, at):
    """Write the client form of the record at `at` of the buffer that `rec` points to, in whichever way."""
    if not transcribe(writer, rec, at):
        decode(rec, at, 0)
        repair(rec)
        client_form(rec, True)
        writer.write(rec)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def survey(rec: Record, at: cython.Py_ssize_t) -> cython.bint:
    """Find the DSRs and read those that change; whether the record is of the usual kind.

    `tail` gets the place and the length of a DSR that is to be copied, and of one that was read what `decode` puts there.
    """
    o: cython.Py_ssize_t = at + 4
    end: cython.Py_ssize_t
    size: cython.Py_ssize_t
    used: cython.Py_ssize_t
    kind: cython.uint
    index: cython.uint
    rec.base = at
    rec.kind = rec.data[at]
    rec.cause_option = rec.data[at + 1]
    rec.words = (cython.cast(cython.uint, rec.data[at + 2]) << 8) | rec.data[at + 3]
    kind = rec.kind & 0xF0
    if (kind != 0x10 and kind != 0x30 and kind != 0x40) or rec.words > _LONG:
        return False
    end = at + 4 * cython.cast(cython.Py_ssize_t, rec.words)
    rec.present = rec.opaque = rec.unknown_count = rec.order_count = rec.rest_len = 0
    rec.family = rec.net = rec.time_form = 0
    blank(rec)
    while o + 4 <= end:
        kind = rec.data[o]
        size = extent(rec, o)
        if size == 0 or o + size > end:
            return False
        used = 0
        if kind == 0x02:
            index = 1
            used = flow_key(rec, o, size)
        elif kind == 0x03:
            index = 2
            used = time(rec, o, size)
        elif kind == 0x10:
            index = 3
            used = metric(rec, o, size)
        elif kind == 0x12:
            index = 10
            used = packet_sizes(rec, o, size)
        elif kind == 0x30:
            index = 5
            if rec.data[o + 1] == 0x34:
                used = network(rec, o, size)
                if used == 0:
                    return False
                rec.head[5] = head_at(rec, o)
            else:
                brief(rec, o, size)
        elif kind == 0x50 and rec.data[o + 1] & 0x80:
            index = 12 if rec.data[o + 1] & 0x20 else 11
        else:
            index = place(kind)
        if index >= 32 or rec.present & (cython.cast(cython.uint, 1) << index):
            return False
        if _ANEW & (cython.cast(cython.uint, 1) << index):
            if used == 0:
                return False
            # The header words of all others are asked for only where sides are exchanged.
            rec.head[index] = head_at(rec, o)
        rec.present |= cython.cast(cython.uint, 1) << index
        rec.tail[2 * index] = cython.cast(cython.uint, o + used)
        rec.tail[2 * index + 1] = cython.cast(cython.uint, size - used)
        o += size
    if rec.present & 2 and rec.head[1] & 0x400000 and (rec.family == 4 or rec.family == 5):
        # Of ARP that is marked as turned round all sides are exchanged, of IP only those of the key.
        return False
    return o == end and rec.present & 0xC == 0xC


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def head_at(rec: Record, o: cython.Py_ssize_t) -> cython.uint:
    return (
        (cython.cast(cython.uint, rec.data[o]) << 24)
        | (cython.cast(cython.uint, rec.data[o + 1]) << 16)
        | (cython.cast(cython.uint, rec.data[o + 2]) << 8)
        | rec.data[o + 3]
    )


@cython.cfunc
@cython.exceptval(-1)
def settled(rec: Record) -> cython.bint:
    """Whether the network DSR and that of jitter have the bytes that a client writes."""
    o: cython.Py_ssize_t
    bits: cython.uint
    blocks: cython.uint
    if rec.present & 0x100:
        o = rec.tail[16]
        bits = rec.data[o + 2] & 15
        blocks = (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + (bits >> 3)
        if head_at(rec, o) != 0x46000000 | (bits << 8) | (1 + 5 * blocks):
            return False
    if not rec.present & 32 or rec.net == 0 or rec.net == 0x0A or rec.net == 0x10 or rec.net == 0x34:
        return True
    # Window and flags of a side without packets are zero.
    if rec.spkts == 0 or (rec.net != 0x03 and rec.net != 0x04 and rec.net != 0x05):
        return False
    if rec.dpkts == 0:
        o = rec.tail[10]
        if rec.net == 0x04 and rec.data[o + 9]:
            return False
        if rec.net == 0x05:
            o += 68 + (52 if rec.data[o + 2] == 2 else 48)
            if o + 3 <= cython.cast(cython.Py_ssize_t, rec.tail[10]) + rec.tail[11] and rec.data[o] | rec.data[o + 1] | rec.data[o + 2]:
                return False
    return True


@cython.cfunc
@cython.exceptval(-1)
def assemble(writer: Rewriter, rec: Record, anew: cython.uint) -> cython.int:
    """Write the DSRs that are present in the canonical order, those in `anew` from attributes, the others as ranges of the source."""
    out: Encoder = writer.out
    i: cython.uint
    index: cython.uint
    start: cython.Py_ssize_t = 0
    end: cython.Py_ssize_t = 0
    out.begin(rec.kind, rec.cause_option)
    for i in range(rec.order_count):
        index = rec.order[i]
        if anew & (cython.cast(cython.uint, 1) << index):
            if end > start:
                out.span(rec.data, start, end - start)
            start = end = 0
            writer.data(rec, index)
            continue
        if end != rec.tail[2 * index]:
            if end > start:
                out.span(rec.data, start, end - start)
            start = rec.tail[2 * index]
        end = rec.tail[2 * index] + cython.cast(cython.Py_ssize_t, rec.tail[2 * index + 1])
    if end > start:
        out.span(rec.data, start, end - start)
    out.end()
    return 0
