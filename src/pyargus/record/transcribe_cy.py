"""A record brought into the form that clients write without being read in full: what stays as it is, is copied in whole ranges.

Flow key, time, counters, packet sizes and statistics of aggregation are read and written anew, as `repair` and `client_form` would have
them; every other DSR of a record that is not turned round has the same bytes before and after. They are copied as words of four bytes. A
record that is not of this kind is left to those who read all of it, to the same result.

Source: argus 3 record format, sections "Client re-encoding summary", "Types and order of emission".
"""
# mypy: ignore-errors

from __future__ import annotations

import sys

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.client_cy import client_form, renew, sizes
    from cython.cimports.pyargus.record.decode_cy import blank, decode, flow_key, place, time, transport
    from cython.cimports.pyargus.record.decode_network_cy import brief, network
    from cython.cimports.pyargus.record.decode_parts_cy import metric, packet_sizes
    from cython.cimports.pyargus.record.encode_cy import Encoder
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
    from cython.cimports.pyargus.record.rewrite_cy import Rewriter
else:
    from pyargus.record.client_cy import client_form, renew, sizes
    from pyargus.record.decode_cy import blank, decode, flow_key, place, time, transport
    from pyargus.record.decode_network_cy import brief, network
    from pyargus.record.decode_parts_cy import metric, packet_sizes
    from pyargus.record.encode_cy import Encoder
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair
    from pyargus.record.rewrite_cy import Rewriter

_LITTLE = cython.declare(cython.bint, sys.byteorder == "little")
# Words up to which no client form is too long for a length word.
_LONG = cython.declare(cython.uint, 60000)
# Words from which on a range is copied at one stroke, which costs as much as some dozens of words one by one.
_RANGE = cython.declare(cython.Py_ssize_t, 96)
# Bytes by which a client form may exceed the record that it is made of.
_MORE = cython.declare(cython.Py_ssize_t, 2048)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def turned(value: cython.uint) -> cython.uint:
    """The four bytes of a word in the other order."""
    return ((value >> 24) & 0xFF) | ((value >> 8) & 0xFF00) | ((value & 0xFF00) << 8) | ((value & 0xFF) << 24)


def transcribe(writer, rec, at):
    """Write the client form of the record at `at` of the buffer that `rec` points to, statistics of aggregation included.

    The caller has framed the record. Returns whether it was written; if not, as always where `rec` does not point to words, `rec` is to be
    decoded. Afterwards the counters of `rec` are set, of the rest nothing is defined.
    """
    return surveyed(rec, at) and completed(writer, rec)


def surveyed(rec, at):
    """The first half of `transcribe`: read of the record what changes; whether `completed` may follow.

    If so, its flow key, times and counters are set as `repair` leaves them.
    """
    if not _LITTLE or at & 3 or not survey(rec, at):
        return False
    repair(rec)
    return not rec.reversed_ and settled(rec)


def located(rec):
    """Between the two halves: read of the surveyed record which sensor it is from; whether that can be told."""
    size: cython.uint
    if rec.present & 1:
        size = rec.unknown[1] - rec.unknown[0]
        rec.head[0] = turned(rec.wide[rec.unknown[0]])
        return transport(rec, 4 * cython.cast(cython.Py_ssize_t, rec.unknown[0]), 4 * cython.cast(cython.Py_ssize_t, size)) != 0
    return True


def completed(writer, rec):
    """The second half: write the record that was surveyed. Returns whether it was written; if not, it is to be decoded."""
    out: Encoder = writer.out
    start: cython.Py_ssize_t = out.pos
    if start & 3:
        return False
    renew(rec)
    if not assemble(writer, rec):
        out.pos = start
        return False
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
    """Find the DSRs and read those that change; whether the record is of the usual kind, its DSRs in the canonical order.

    `unknown`, as such a record has no DSR of unknown type, gets the first word of each DSR and the one after its last; `tail` of those that
    were read what `decode` puts there.
    """
    i: cython.Py_ssize_t = at >> 2
    end: cython.Py_ssize_t
    size: cython.Py_ssize_t
    used: cython.Py_ssize_t
    head: cython.uint
    kind: cython.uint
    index: cython.uint
    least: cython.uint = 0
    if i >= rec.wide.shape[0]:
        return False
    head = turned(rec.wide[i])
    rec.base = at
    rec.kind = head >> 24
    rec.cause_option = (head >> 16) & 0xFF
    rec.words = head & 0xFFFF
    kind = rec.kind & 0xF0
    end = i + cython.cast(cython.Py_ssize_t, rec.words)
    if (kind != 0x10 and kind != 0x30 and kind != 0x40) or rec.words > _LONG or end > rec.wide.shape[0]:
        return False
    rec.present = rec.opaque = 0
    rec.family = rec.net = rec.time_form = 0
    blank(rec)
    i += 1
    while i < end:
        head = turned(rec.wide[i])
        kind = head >> 24
        size = 1 if kind & 0x80 else cython.cast(cython.Py_ssize_t, head & 0xFFFF if head & 0x800000 else head & 0xFF)
        if size == 0 or i + size > end:
            return False
        used = -1
        if kind == 0x02:
            index = 1
            used = flow_key(rec, 4 * i, 4 * size)
        elif kind == 0x03:
            index = 2
            used = time(rec, 4 * i, 4 * size)
        elif kind == 0x10:
            index = 3
            used = metric(rec, 4 * i, 4 * size)
        elif kind == 0x12:
            index = 10
            used = packet_sizes(rec, 4 * i, 4 * size)
        elif kind == 0x30:
            index = 5
            if (head >> 16) & 0xFF != 0x34:
                brief(rec, 4 * i, 4 * size)
            elif network(rec, 4 * i, 4 * size) == 0:
                return False
        elif kind == 0x50 and head & 0x800000:
            index = 12 if head & 0x200000 else 11
        else:
            index = place(kind)
        if index >= 32 or index < least:
            return False
        if used >= 0:
            if used == 0 or head & 0x800000:
                return False
            # The header words of all others are asked for only where sides are exchanged.
            rec.head[index] = head
            rec.tail[2 * index] = cython.cast(cython.uint, 4 * i + used)
            rec.tail[2 * index + 1] = cython.cast(cython.uint, 4 * size - used)
        least = index + 1
        rec.present |= cython.cast(cython.uint, 1) << index
        rec.unknown[2 * index] = cython.cast(cython.uint, i)
        i += size
        rec.unknown[2 * index + 1] = cython.cast(cython.uint, i)
    if rec.present & 2 and rec.head[1] & 0x400000 and (rec.family == 4 or rec.family == 5):
        # Of ARP that is marked as turned round all sides are exchanged, of IP only those of the key.
        return False
    return rec.present & 0xC == 0xC


@cython.cfunc
@cython.exceptval(-1)
def settled(rec: Record) -> cython.bint:
    """Whether the network DSR and that of jitter have the bytes that a client writes."""
    o: cython.Py_ssize_t
    end: cython.Py_ssize_t
    head: cython.uint
    blocks: cython.uint
    if rec.present & 0x100:
        head = turned(rec.wide[rec.unknown[16]])
        blocks = (head >> 8) & 15
        if head != 0x46000000 | (blocks << 8) | (1 + 5 * ((blocks & 1) + ((blocks >> 1) & 1) + ((blocks >> 2) & 1) + (blocks >> 3))):
            return False
    if not rec.present & 32 or rec.net == 0 or rec.net == 0x0A or rec.net == 0x10 or rec.net == 0x34:
        return True
    # Window and flags of a side without packets are zero.
    if rec.spkts == 0 or (rec.net != 0x03 and rec.net != 0x04 and rec.net != 0x05):
        return False
    if rec.dpkts == 0:
        o = 4 * cython.cast(cython.Py_ssize_t, rec.unknown[10])
        end = 4 * cython.cast(cython.Py_ssize_t, rec.unknown[11])
        if rec.net == 0x04 and rec.data[o + 9]:
            return False
        if rec.net == 0x05:
            o += 68 + (52 if rec.data[o + 2] == 2 else 48)
            if o + 3 <= end and rec.data[o] | rec.data[o + 1] | rec.data[o + 2]:
                return False
    return True


def copied(target, o, source, i, end):
    """Copy the words of the source from i to before `end` to word o of the target, which has room; returns the word after them."""
    if end - i >= _RANGE:
        return spanned(target, o, source, i, end)
    while i < end:
        target[o] = source[i]
        o += 1
        i += 1
    return o


@cython.cfunc
@cython.exceptval(-1)
def spanned(
    target: cython.uint[::1], o: cython.Py_ssize_t, source: cython.const[cython.uint][::1], i: cython.Py_ssize_t, end: cython.Py_ssize_t
) -> cython.Py_ssize_t:
    """The same at one stroke; apart, as a function with slices of its own clears room for them at every call."""
    target[o:o + end - i] = source[i:end]
    return o + end - i


@cython.cfunc
@cython.inline
@cython.exceptval(-2)
def put(writer: Rewriter, o: cython.Py_ssize_t, rec: Record, index: cython.int) -> cython.Py_ssize_t:
    """Write a DSR from attributes at word o; returns the word after it, -1 where it does not consist of words."""
    out: Encoder = writer.out
    out.pos = 4 * o
    writer.data(rec, index)
    return -1 if out.pos & 3 else out.pos >> 2


@cython.cfunc
@cython.exceptval(-1)
def assemble(writer: Rewriter, rec: Record) -> cython.bint:
    """Write the record: the DSRs that change from attributes, what is between them as it is.

    Returns False where it would not consist of words; what was put of it is the caller's to take back.
    """
    out: Encoder = writer.out
    i: cython.Py_ssize_t = (rec.base >> 2) + 1
    end: cython.Py_ssize_t = (rec.base >> 2) + cython.cast(cython.Py_ssize_t, rec.words)
    start: cython.Py_ssize_t
    o: cython.Py_ssize_t
    out.room(4 * cython.cast(cython.Py_ssize_t, rec.words) + _MORE)
    start = out.pos >> 2
    o = start + 1
    if rec.present & 1:
        o = copied(out.wide, o, rec.wide, i, rec.unknown[1])
    if rec.present & 2:
        if rec.family == 1 and rec.unknown[3] - rec.unknown[2] == 5:
            out.wide[o] = turned(rec.head[1])
            out.wide[o + 1] = turned(cython.cast(cython.uint, rec.saddr_lo & cython.cast(cython.ulonglong, 0xFFFFFFFF)))
            out.wide[o + 2] = turned(cython.cast(cython.uint, rec.daddr_lo & cython.cast(cython.ulonglong, 0xFFFFFFFF)))
            out.wide[o + 3] = turned((rec.proto << 24) | (rec.tproto << 16) | rec.sport)
            out.wide[o + 4] = turned((rec.dport << 16) | rec.extra)
            o += 5
        else:
            o = put(writer, o, rec, 1)
            if o < 0:
                return False
    out.pos = 4 * o
    writer.measured(rec, 2, rec.head[2])
    o = out.pos >> 2
    i = rec.unknown[7]
    if rec.head[3] & 0x10000 and rec.head[3] == turned(rec.wide[rec.unknown[6]]):
        # Without application bytes the counters fill the words of a form, and stand there already.
        o = copied(out.wide, o, rec.wide, rec.unknown[6], i)
    else:
        o = put(writer, o, rec, 3)
        if o < 0:
            return False
    if not rec.present & 16 and (rec.spkts or rec.dpkts):
        o = counted(out.wide, o, out.single(rec.raw_dur) if rec.raw_dur > 0 else 0)
    if rec.present & 32 and rec.net == 0:
        o = copied(out.wide, o, rec.wide, i, rec.unknown[10])
        i = rec.unknown[11]
    elif rec.present & 32 and rec.net == 0x34:
        o = copied(out.wide, o, rec.wide, i, rec.unknown[11])
        i = rec.unknown[11]
        # The last two bytes of the word after the header are the reader's own.
        out.wide[o - (i - cython.cast(cython.Py_ssize_t, rec.unknown[10])) + 1] &= 0xFFFF
    if rec.present & 0x400:
        o = copied(out.wide, o, rec.wide, i, rec.unknown[20])
        i = rec.unknown[21]
        sizes(rec)
        if rec.present & 0x400:
            o = put(writer, o, rec, 10)
            if o < 0:
                return False
    o = copied(out.wide, o, rec.wide, i, end)
    out.wide[start] = turned((rec.kind << 24) | (rec.cause_option << 16) | cython.cast(cython.uint, o - start))
    out.pos = 4 * o
    out.records += 1
    return True


@cython.cfunc
@cython.exceptval(-1)
def counted(target: cython.uint[::1], o: cython.Py_ssize_t, bits: cython.uint) -> cython.Py_ssize_t:
    """Write the statistics of aggregation of one record at word o, as `client_form` has them; returns the word after them.

    bits: its duration as an IEEE single.
    """
    k: cython.Py_ssize_t
    target[o] = turned(cython.cast(cython.uint, 0x60040114))
    target[o + 1] = turned(cython.cast(cython.uint, 1))
    for k in range(o + 2, o + 20):
        target[k] = 0
    # The statistics themselves are little-endian.
    target[o + 6] = 1
    target[o + 7] = target[o + 8] = target[o + 10] = bits
    return o + 20
