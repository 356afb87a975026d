"""Two records made one, part by part: the second is taken up into the first.

Both are repaired and have the same direction. Which rule a field follows is declared in the field table (`schema.Field.merge`): counters
are summed, starts and ends widened, flags united, addresses cut to what both have in common, ports and attributes that differ zeroed.
What the rules make of identities, counters and times does not depend on the order in which records come. What is declared `first`, `last`
or `join` does, and so do TCP objects, and parts that not all records have.

Source: argus 3 record format and the merge rules of its readers, with these put right: an end never moves back, IPv6 addresses have a
common prefix in bits, deviations are those of all values, IP options are united. MAC addresses, VLAN tags, MPLS labels and what else
says `first` are those of the first record.
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.merge_flow_cy import flow_key, mask4, prefix4
    from cython.cimports.pyargus.record.merge_network_cy import network
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import duration
    from cython.cimports.pyargus.record.stats_cy import classes, one_record, pool, pool_jitter, pool_records
else:
    from pyargus.record.merge_flow_cy import flow_key, mask4, prefix4
    from pyargus.record.merge_network_cy import network
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import duration
    from pyargus.record.stats_cy import classes, one_record, pool, pool_jitter, pool_records

# What `merge` leaves to a caller that has room for bytes, in bits of what it returns: user data of each side, label.
SOURCE_DATA = cython.declare(cython.int, 1)
DESTINATION_DATA = cython.declare(cython.int, 2)
LABEL = cython.declare(cython.int, 4)

_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)

# A bit of `Record.merged`: the first of the records had the TCP object of a single segment.
_SEGMENT = cython.declare(cython.uint, 0x80000000)


def merge(a, b):
    """Take `b` up into `a`; returns what of its bytes is still to be joined (SOURCE_DATA, DESTINATION_DATA, LABEL).

    `b` keeps its values. Parts that only one of the two has: the identity of the sensor and MAC addresses go, as do the objects of
    different protocols; attributes, packet sizes and the network object are those of `a`; counters, times between packets and user data
    are taken over.
    """
    left: cython.int = 0
    proto: cython.uint = a.proto
    both: cython.uint = a.present & b.present
    new: cython.uint = b.present & ~a.present
    if (a.present | b.present) & 1:
        source(a, b, both & 1 != 0)
    aggregation(a, b)
    if both & 2:
        flow_key(a, b)
    times(a, b)
    if (a.present | b.present) & 8:
        if new & 8:
            a.head[3] = b.head[3]
            a.tail[7] = 0
            a.present |= 8
            a.opaque &= ~cython.cast(cython.uint, 8)
        a.spkts += b.spkts
        a.sbytes += b.sbytes
        a.sapp += b.sapp
        a.dpkts += b.dpkts
        a.dbytes += b.dbytes
        a.dapp += b.dapp
    if a.net == 0x03 and a.merged == 0:
        a.merged = _SEGMENT
    if a.net and b.net:
        network(a, b)
    elif a.net and a.proto != proto:
        # What a protocol says of itself goes with it.
        a.net = a.tcp_status = 0
        a.present &= ~cython.cast(cython.uint, 32)
    if both & 0x200:
        attributes(a, b)
    if both & 0x400 and not b.opaque & 0x400:
        sizes(a, b)
    if b.present & 0x100 and not b.opaque & 0x100:
        jitter(a, b)
    if b.present & 0x8000:
        encapsulation(a, b)
    if b.present & 0x4000 and not b.opaque & 0x4000:
        mapped(a, b)
    if (a.present | b.present) & 0x3A0000:
        rare(a, b)
    if not both & 0x2000:
        a.present &= ~cython.cast(cython.uint, 0x2000)
    if b.present & ~b.opaque & 0x800 and wants(a.present & ~a.opaque & 0x800, a.suser_size, a.suser_count, b.suser_count):
        left |= SOURCE_DATA
    if b.present & ~b.opaque & 0x1000 and wants(a.present & ~a.opaque & 0x1000, a.duser_size, a.duser_count, b.duser_count):
        left |= DESTINATION_DATA
    if b.present & 0x100000:
        left |= LABEL
    a.rated = 0
    a.reversed_ = 0
    a.raw_dur = duration(a)
    return left


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def wants(has: cython.uint, size: cython.uint, count: cython.uint, more: cython.uint) -> cython.bint:
    """Whether user data of a second record have a place: where there are none, or fewer than the sensor was told to keep."""
    return more != 0 and (has == 0 or count < size)


@cython.cfunc
@cython.exceptval(-1)
def source(a: Record, b: Record, both: cython.bint) -> cython.int:
    """The sensor's identity: that of all records, or none."""
    if both and a.srcid == b.srcid and (a.head[0] ^ b.head[0]) & 0x2F00 == 0:
        if a.srcid_hi == b.srcid_hi and a.srcid_lo == b.srcid_lo and a.inf == b.inf:
            return 0
    a.present &= ~cython.cast(cython.uint, 1)
    a.srcid = a.inf = a.seq = 0
    a.srcid_hi = a.srcid_lo = 0
    return 0


# ---- time and counters


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def before(a_s: cython.uint, a_f: cython.uint, b_s: cython.uint, b_f: cython.uint) -> cython.bint:
    return a_s < b_s or (a_s == b_s and a_f < b_f)


@cython.cfunc
@cython.exceptval(-1)
def times(a: Record, b: Record) -> cython.int:
    """Of each direction the earliest start and the latest end."""
    if b.sstart_s | b.sstart_f:
        if (a.sstart_s | a.sstart_f) == 0 or before(b.sstart_s, b.sstart_f, a.sstart_s, a.sstart_f):
            a.sstart_s = b.sstart_s
            a.sstart_f = b.sstart_f
    if before(a.send_s, a.send_f, b.send_s, b.send_f):
        a.send_s = b.send_s
        a.send_f = b.send_f
    if b.dstart_s | b.dstart_f:
        if (a.dstart_s | a.dstart_f) == 0 or before(b.dstart_s, b.dstart_f, a.dstart_s, a.dstart_f):
            a.dstart_s = b.dstart_s
            a.dstart_f = b.dstart_f
    if before(a.dend_s, a.dend_f, b.dend_s, b.dend_f):
        a.dend_s = b.dend_s
        a.dend_f = b.dend_f
    return 0


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def micro(sec: cython.uint, frac: cython.uint) -> cython.longlong:
    return cython.cast(cython.longlong, sec) * 1000000 + frac


@cython.cfunc
@cython.exceptval(-1)
def idle_time(a: Record, gap: cython.longlong) -> cython.int:
    """The time between two records of a direction, in µs whatever its sign; none is no idle time."""
    edge: cython.longlong = 10
    place: cython.int = 0
    if gap < 0:
        gap = -gap
    if gap == 0:
        return 0
    pool(a, 11, 1, cython.cast(cython.double, gap), cython.cast(cython.double, gap), 0.0, cython.cast(cython.double, gap))
    while place < 8 and gap >= edge:
        edge *= 10
        place += 1
    return more(a, place, 1) if place < 8 else 0


@cython.cfunc
@cython.exceptval(-1)
def more(a: Record, place: cython.int, count: cython.uint) -> cython.int:
    """Raise a class of the idle times, one for each power of ten from below 10 µs to below 100 s; it stops at what a byte holds."""
    shift: cython.int = 8 * (place & 3)
    word: cython.uint = a.agr[16 + (place >> 2)]
    held: cython.uint = (word >> shift) & 0xFF
    held = held + count if held + count < 0xFF else 0xFF
    a.agr[16 + (place >> 2)] = (word & ~(cython.cast(cython.uint, 0xFF) << shift)) | (held << shift)
    return 0


def begin_aggregation(a):
    """Give a record without them the statistics of one record: count, and its duration."""
    if a.present & 16 and not a.opaque & 16:
        return 0
    a.opaque &= ~cython.cast(cython.uint, 16)
    return one_record(a, a.raw_dur)


@cython.cfunc
@cython.exceptval(-1)
def aggregation(a: Record, b: Record) -> cython.int:
    """How many records, and the statistics of their durations and of the gaps between them."""
    mine: cython.bint = a.present & 16 and not a.opaque & 16
    theirs: cython.bint = b.present & 16 and not b.opaque & 16
    place: cython.int
    if not mine:
        begin_aggregation(a)
        if not (a.spkts or a.dpkts):
            a.agr[4] = a.agr[5] = a.agr[6] = a.agr[8] = 0
    if theirs:
        a.agr_count = (a.agr_count + b.agr_count) & _U32
        pool_records(a, b, 4)
        pool_records(a, b, 11)
        for place in range(8):
            more(a, place, (b.agr[16 + (place >> 2)] >> (8 * (place & 3))) & 0xFF)
    else:
        a.agr_count = (a.agr_count + 1) & _U32
        pool(a, 4, 1, b.raw_dur, b.raw_dur, 0.0, b.raw_dur)
    if a.spkts and b.spkts:
        idle_time(a, micro(b.sstart_s, b.sstart_f) - micro(a.send_s, a.send_f))
    if a.dpkts and b.dpkts:
        idle_time(a, micro(b.dstart_s, b.dstart_f) - micro(a.dend_s, a.dend_f))
    return 0


# ---- attributes and statistics


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def smaller(x: cython.uint, y: cython.uint) -> cython.uint:
    """The smaller of two values of which 0 is none."""
    return y if x == 0 or 0 < y < x else x


@cython.cfunc
@cython.exceptval(-1)
def attributes(a: Record, b: Record) -> cython.int:
    mine: cython.uint
    theirs: cython.uint = b.head[9]
    if (a.opaque | b.opaque) & 0x200:
        return 0
    mine = a.head[9]
    if theirs & 0x100:
        if mine & 0x100:
            if a.stos != b.stos:
                a.stos = 0
            a.sttl = smaller(a.sttl, b.sttl)
        else:
            a.stos = b.stos
            a.sttl = b.sttl
            a.sipid = b.sipid
    if theirs & 0x200:
        if mine & 0x200:
            if a.dtos != b.dtos:
                a.dtos = 0
            a.dttl = smaller(a.dttl, b.dttl)
        else:
            a.dtos = b.dtos
            a.dttl = b.dttl
            a.dipid = b.dipid
    if theirs & 0x400:
        a.sipopt = a.sipopt | b.sipopt if mine & 0x400 else b.sipopt
    if theirs & 0x800:
        a.dipopt = a.dipopt | b.dipopt if mine & 0x800 else b.dipopt
    if (mine | theirs) & 0x3F00 != mine & 0x3F00 or a.tail[19]:
        theirs = (mine | theirs) & 0x3F00
        mine = 1 + ((theirs >> 8) & 1) + ((theirs >> 9) & 1) + ((theirs >> 10) & 1) + ((theirs >> 11) & 1)
        a.head[9] = 0x48000000 | theirs | mine
        a.tail[19] = 0
    return 0


@cython.cfunc
@cython.exceptval(-1)
def sizes(a: Record, b: Record) -> cython.int:
    if a.opaque & 0x400:
        return 0
    a.smin = smaller(a.smin, b.smin)
    a.dmin = smaller(a.dmin, b.dmin)
    if a.smax < b.smax:
        a.smax = b.smax
    if a.dmax < b.dmax:
        a.dmax = b.dmax
    a.shist = classes(a.shist, b.shist)
    a.dhist = classes(a.dhist, b.dhist)
    return 0


@cython.cfunc
@cython.exceptval(-1)
def jitter(a: Record, b: Record) -> cython.int:
    """Times between packets: each of the four blocks joined; what only `b` has is taken over."""
    block: cython.int
    i: cython.int
    bit: cython.uint
    if not a.present & 0x100 or a.opaque & 0x100:
        a.present |= 0x100
        a.opaque &= ~cython.cast(cython.uint, 0x100)
        a.head[8] = b.head[8]
        a.tail[17] = 0
        a.jit_blocks = b.jit_blocks
        a.jit_stride = b.jit_stride
        for i in range(64):
            a.jit[i] = b.jit[i]
        return 0
    for block in range(4):
        bit = cython.cast(cython.uint, 1) << block
        if b.jit_blocks & bit:
            if not a.jit_blocks & bit:
                for i in range(16):
                    a.jit[16 * block + i] = 0
            pool_jitter(a, b, 16 * block)
            if a.jit_stride > 5 and b.jit_stride > 5 and (a.head[8] >> 16) & 3 == 1:
                a.jit[16 * block + 5] = classes(a.jit[16 * block + 5], b.jit[16 * block + 5])
    a.jit_blocks |= b.jit_blocks
    bit = (a.jit_blocks & 1) + ((a.jit_blocks >> 1) & 1) + ((a.jit_blocks >> 2) & 1) + (a.jit_blocks >> 3)
    a.head[8] = (a.head[8] & ~cython.cast(cython.uint, 0xFFFF)) | (a.jit_blocks << 8) | ((1 + bit * a.jit_stride) & 0xFF)
    a.tail[17] = 0
    return 0


@cython.cfunc
@cython.exceptval(-1)
def encapsulation(a: Record, b: Record) -> cython.int:
    if b.opaque & 0x8000 or a.opaque & 0x8000:
        return 0
    if not a.present & 0x8000:
        a.present |= 0x8000
        a.head[15] = 0x20000003 | (b.head[15] & 0xFF00)
        a.tail[31] = 0
        a.senc = b.senc
        a.denc = b.denc
        return 0
    if a.senc != b.senc:
        a.senc |= b.senc
        a.head[15] |= 0x400
    if a.denc != b.denc:
        a.denc |= b.denc
        a.head[15] |= 0x800
    return 0


@cython.cfunc
@cython.exceptval(-1)
def mapped(a: Record, b: Record) -> cython.int:
    """ICMP errors about the flow: their kinds united, the network that their senders have in common."""
    if not a.present & 0x4000 or a.opaque & 0x4000:
        a.present |= 0x4000
        a.opaque &= ~cython.cast(cython.uint, 0x4000)
        a.head[14] = b.head[14]
        a.tail[29] = 0
        a.icmp_type = b.icmp_type
        a.icmp_code = b.icmp_code
        a.icmp_seq = b.icmp_seq
        a.icmp_src = b.icmp_src
        a.icmp_dst = b.icmp_dst
        a.icmp_qsrc = b.icmp_qsrc
        a.icmp_qdst = b.icmp_qdst
        a.icmp_gateway = b.icmp_gateway
        a.icmp_pad = b.icmp_pad
        return 0
    a.icmp_src &= cython.cast(cython.uint, mask4(prefix4(a.icmp_src, b.icmp_src, 32)))
    a.head[14] |= b.head[14] & 0x700
    return 0


@cython.cfunc
@cython.exceptval(-1)
def rare(a: Record, b: Record) -> cython.int:
    """Keystrokes, country codes, AS numbers."""
    have: cython.uint = b.present & ~b.opaque
    mine: cython.uint = a.present & ~a.opaque
    if have & 0x20000:
        if mine & 0x20000:
            a.skeys = (a.skeys + b.skeys) & _U32
            a.dkeys = (a.dkeys + b.dkeys) & _U32
        else:
            a.head[17] = b.head[17]
            a.tail[35] = 0
            a.skeys = b.skeys
            a.dkeys = b.dkeys
    if have & 0x80000:
        if mine & 0x80000:
            if a.sco != b.sco:
                a.sco = 0
            if a.dco != b.dco:
                a.dco = 0
        else:
            a.head[19] = b.head[19]
            a.tail[39] = 0
            a.sco = b.sco
            a.dco = b.dco
    if have & 0x200000:
        if mine & 0x200000:
            if a.sas != b.sas:
                a.sas = 0
            if a.das != b.das:
                a.das = 0
            if a.ias != b.ias:
                a.ias = 0
        else:
            a.head[21] = b.head[21]
            a.tail[43] = 0
            a.sas = b.sas
            a.das = b.das
            a.ias = b.ias
    a.present |= have & 0x2A0000
    a.opaque &= ~(have & 0x2A0000)
    return 0


def join_labels(one, two):
    """The union of two labels of the form `object=value,value:object=value`: values in the order of appearance.

    At most 32 values of an object and 256 objects, as readers hold them.
    """
    found = {}
    for text in (one, two):
        for part in text.split(b":"):
            if not part:
                continue
            name, equals, values = part.partition(b"=")
            held = found.setdefault((name, equals), [])
            for value in values.split(b",") if equals else ():
                if value not in held and len(held) < 32:
                    held.append(value)
    parts = list(found.items())[:256]
    return b":".join([name + equals + b",".join(held) for (name, equals), held in parts])
