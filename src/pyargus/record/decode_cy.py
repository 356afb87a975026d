"""Bytes to `Record`: the header, management records and every DSR.

Tolerant as readers of the format are: any order of DSRs, unknown ones kept aside, a DSR of length zero or one that runs past the end of
the record ends the reading of that record, 16-bit lengths, any version nibble (5 and above selects the 5.x transport form).
Byte order is big-endian but for the fields that the format's section "Byte-order exceptions" names; those are turned round here.

Source: argus 3 record format, sections "Record header" to "Label", "The 5.0 format".
"""
# mypy: ignore-errors

from __future__ import annotations

import sys

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.decode_network_cy import brief, network
    from cython.cimports.pyargus.record.decode_parts_cy import aggregation, ip_attributes, jitter, mapped_icmp, metric, packet_sizes
    from cython.cimports.pyargus.record.record_cy import Record
else:
    from pyargus.record.decode_network_cy import brief, network
    from pyargus.record.decode_parts_cy import aggregation, ip_attributes, jitter, mapped_icmp, metric, packet_sizes
    from pyargus.record.record_cy import Record

_LITTLE = cython.declare(cython.bint, sys.byteorder == "little")
_WORD = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)
_MULTIPLIER = cython.declare(cython.ulonglong, 0x9E3779B97F4A7C15)


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
def le16(rec: Record, o: cython.Py_ssize_t) -> cython.uint:
    return (cython.cast(cython.uint, rec.data[o + 1]) << 8) | rec.data[o]


@cython.cfunc
@cython.inline
def be64(rec: Record, o: cython.Py_ssize_t) -> cython.ulonglong:
    return (cython.cast(cython.ulonglong, be32(rec, o)) << 32) | be32(rec, o + 4)


@cython.cfunc
@cython.inline
def be48(rec: Record, o: cython.Py_ssize_t) -> cython.ulonglong:
    return (cython.cast(cython.ulonglong, be16(rec, o)) << 32) | be32(rec, o + 2)


def framed(rec, at):
    """What `frames_cy.frame` says of the record at `at` of the buffer that `rec` points to."""
    n: cython.Py_ssize_t = rec.data.shape[0]
    size: cython.Py_ssize_t
    if at + 4 > n:
        return -1
    size = 4 * cython.cast(cython.Py_ssize_t, be16(rec, at + 2))
    if size == 0:
        return 0
    if at + size > n:
        return -1
    return size


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def length(head: cython.uint) -> cython.Py_ssize_t:
    """Bytes of the DSR that a header word begins, as it says."""
    if head & cython.cast(cython.uint, 0x80000000):
        return 4
    return 4 * cython.cast(cython.Py_ssize_t, head & 0xFFFF if head & 0x800000 else head & 0xFF)


def extent(rec, o):
    """Bytes of the DSR whose four bytes of header stand at `o`, as these say."""
    return length(be32(rec, o))


def blank(rec):
    """Forget what was found out about the record before, and its counters and times."""
    rec.reversed_ = rec.repaired = rec.rated = rec.halved = rec.merged = 0
    rec.spkts = rec.sbytes = rec.sapp = rec.dpkts = rec.dbytes = rec.dapp = 0
    rec.sstart_s = rec.sstart_f = rec.send_s = rec.send_f = rec.dstart_s = rec.dstart_f = rec.dend_s = rec.dend_f = 0
    return 0


def decode(rec, at, offset):
    """Fill `rec` from the record at `at` of the buffer that `rec` points to; `offset` is the record's place in its source.

    The caller has framed the record: all its bytes are in the buffer. Returns 1 if the DSRs ended as the record did, 0 if reading
    stopped at a DSR of length zero or one that overruns the record.
    """
    rec.base = at
    rec.offset = offset
    rec.kind = rec.data[at]
    rec.cause_option = rec.data[at + 1]
    rec.words = be16(rec, at + 2)
    rec.present = rec.opaque = rec.unknown_count = rec.order_count = rec.rest_len = 0
    rec.family = rec.net = rec.time_form = 0
    blank(rec)
    if rec.kind & 0xF0 == 0x80:
        return management(rec, at)
    return dsrs(rec, at + 4, at + 4 * cython.cast(cython.Py_ssize_t, rec.words))


def usable(rec, at, size):
    """Whether the record of `size` bytes at `at` is a flow or event record with a time, or its DSRs end otherwise than in one of no length.

    Nothing of `rec` is changed.
    """
    kind: cython.uint = rec.data[at] & 0xF0
    o: cython.Py_ssize_t = at + 4
    end: cython.Py_ssize_t = at + size
    step: cython.Py_ssize_t
    head: cython.uint
    if kind != 0x10 and kind != 0x30 and kind != 0x40:
        return False
    while o + 4 <= end:
        head = be32(rec, o)
        step = length(head)
        if head >> 24 == 0x03 and step and o + step <= end:
            return True
        if step == 0:
            return False
        o += step
    return True


def glimpse(rec, at):
    """Fill what the ends of a flow are told from: presence of each DSR, flow key, counters, and of the network DSR what `repair` asks for.

    The caller has framed the record, which is a flow or event record. All else of `rec` is undefined, and times are zero: after `repair`
    the key, the counters and `net` are those that `decode` would have led to. Returns as `decode` does.
    """
    return sight(rec, at, False, -1)


def preview(rec, at, half):
    """Fill what `glimpse` does, the times and the identity of the sensor: all that a record is assigned to a group by.

    half: -1, or what `half_of` is to say of its addresses; if it says something else, 2 is returned, and all of `rec` is undefined.
    """
    return sight(rec, at, True, half)


def half_of(rec):
    """0 or 1 by the addresses of a record, whichever of them is the source."""
    mixed: cython.ulonglong = (((rec.saddr_lo + rec.daddr_lo) & _WORD) * _MULTIPLIER) & _WORD
    return cython.cast(cython.int, (mixed >> 40) & 1)


@cython.cfunc
@cython.exceptval(-1)
def foreign(rec: Record, o: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
    """Whether the flow key that was read, of IPv4 or IPv6, is the last one that there is between `o` and `end`."""
    size: cython.Py_ssize_t
    head: cython.uint
    if rec.family != 1 and rec.family != 2:
        return False
    while o + 4 <= end:
        head = be32(rec, o)
        size = length(head)
        if head >> 24 == 0x02 or size == 0:
            return False
        o += size
    return True


@cython.cfunc
@cython.exceptval(-1)
def sight(rec: Record, at: cython.Py_ssize_t, more: cython.bint, half: cython.int) -> cython.int:
    o: cython.Py_ssize_t = at + 4
    end: cython.Py_ssize_t
    size: cython.Py_ssize_t
    head: cython.uint
    kind: cython.uint
    index: cython.uint
    rec.base = at
    rec.kind = rec.data[at]
    rec.cause_option = rec.data[at + 1]
    rec.words = be16(rec, at + 2)
    end = at + 4 * cython.cast(cython.Py_ssize_t, rec.words)
    rec.present = rec.opaque = 0
    rec.family = rec.net = rec.time_form = 0
    blank(rec)
    while o + 4 <= end:
        head = be32(rec, o)
        kind = head >> 24
        size = length(head)
        if size == 0 or o + size > end:
            return 0
        if kind == 0x02:
            index = 1
            rec.head[1] = head
            if flow_key(rec, o, size) == 0:
                rec.opaque |= 2
            else:
                rec.opaque &= ~cython.cast(cython.uint, 2)
                if half >= 0 and half_of(rec) != half and foreign(rec, o + size, end):
                    return 2
        elif kind == 0x10:
            index = 3
            metric(rec, o, size)
        elif kind == 0x30:
            index = 5
            brief(rec, o, size)
        elif kind == 0x50 and head & 0x800000:
            index = 12 if head & 0x200000 else 11
        else:
            index = place(kind)
            if more and index == 0:
                rec.head[0] = head
                transport(rec, o, size)
            elif more and index == 2:
                rec.head[2] = head
                time(rec, o, size)
        if index < 32:
            rec.present |= cython.cast(cython.uint, 1) << index
        o += size
    return 1


def place(kind):
    """Index of the DSRs whose type alone tells what they are; 32 for all others."""
    if kind == 0x01:
        return 0
    if kind == 0x03:
        return 2
    if kind == 0x48:
        return 9
    if kind == 0x20:
        return 15
    if kind == 0x42:
        return 13
    if kind == 0x12:
        return 10
    if kind == 0x46:
        return 8
    if kind == 0x60:
        return 4
    if kind == 0x40:
        return 6
    if kind == 0x44:
        return 7
    if kind == 0x34:
        return 14
    if kind == 0x54:
        return 17
    if kind == 0x62:
        return 18
    if kind == 0x64:
        return 19
    if kind == 0x66:
        return 20
    return 21 if kind == 0x32 else 32


@cython.cfunc
@cython.exceptval(-1)
def management(rec: Record, at: cython.Py_ssize_t) -> cython.int:
    size: cython.Py_ssize_t = 4 * cython.cast(cython.Py_ssize_t, rec.words)
    if size < 128:
        rec.mar_status = rec.mar_argusid = rec.mar_nextseq = rec.mar_start_s = rec.mar_start_f = rec.mar_now_s = rec.mar_now_f = 0
        rec.mar_pkts = rec.mar_bytes = rec.mar_queue = rec.mar_dropped = rec.mar_clients = rec.mar_thisid = rec.mar_interval = 0
        rec.rest_off = at + 4
        rec.rest_len = size - 4
        return 1
    rec.mar_status = be32(rec, at + 4)
    rec.mar_argusid = be32(rec, at + 8)
    rec.mar_localnet = be32(rec, at + 12)
    rec.mar_netmask = be32(rec, at + 16)
    rec.mar_nextseq = be32(rec, at + 20)
    rec.mar_start_s = be32(rec, at + 24)
    rec.mar_start_f = be32(rec, at + 28)
    rec.mar_now_s = be32(rec, at + 32)
    rec.mar_now_f = be32(rec, at + 36)
    rec.mar_major = rec.data[at + 40]
    rec.mar_minor = rec.data[at + 41]
    rec.mar_iftype = rec.data[at + 42]
    rec.mar_ifstatus = rec.data[at + 43]
    rec.mar_interval = be16(rec, at + 44)
    rec.mar_mar_interval = be16(rec, at + 46)
    rec.mar_pkts = be64(rec, at + 48)
    rec.mar_bytes = be64(rec, at + 56)
    rec.mar_drift = be64(rec, at + 64)
    rec.mar_records = be32(rec, at + 72)
    rec.mar_flows = be32(rec, at + 76)
    rec.mar_dropped = be32(rec, at + 80)
    rec.mar_queue = be32(rec, at + 84)
    rec.mar_output = be32(rec, at + 88)
    rec.mar_clients = be32(rec, at + 92)
    rec.mar_bufs = be32(rec, at + 96)
    rec.mar_memory = be32(rec, at + 100)
    rec.mar_suserlen = le16(rec, at + 104)
    rec.mar_duserlen = le16(rec, at + 106)
    rec.mar_pad0 = be32(rec, at + 108)
    rec.mar_pad1 = be32(rec, at + 112)
    rec.mar_pad2 = be32(rec, at + 116)
    rec.mar_thisid = be32(rec, at + 120)
    rec.mar_reclen = be32(rec, at + 124)
    rec.rest_off = at + 128
    rec.rest_len = size - 128
    return 1


@cython.cfunc
@cython.exceptval(-1)
def dsrs(rec: Record, o: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
    head: cython.uint
    kind: cython.uint
    index: cython.int
    size: cython.Py_ssize_t
    used: cython.Py_ssize_t
    while o + 4 <= end:
        head = be32(rec, o)
        kind = head >> 24
        size = length(head)
        if size == 0 or o + size > end:
            rec.rest_off = o
            rec.rest_len = end - o
            return 0
        if kind == 0x01:
            index = 0
            used = transport(rec, o, size)
        elif kind == 0x02:
            index = 1
            used = flow_key(rec, o, size)
        elif kind == 0x03:
            index = 2
            used = time(rec, o, size)
        elif kind == 0x10:
            index = 3
            used = metric(rec, o, size)
        elif kind == 0x30:
            index = 5
            used = network(rec, o, size)
        elif kind == 0x48:
            index = 9
            used = ip_attributes(rec, o, size)
        elif kind == 0x20:
            index = 15
            used = 0
            if size >= 12:
                rec.senc = be32(rec, o + 4)
                rec.denc = be32(rec, o + 8)
                used = 12
        elif kind == 0x42:
            index = 13
            used = 0
            if size >= 20:
                rec.dmac = be48(rec, o + 4)
                rec.smac = be48(rec, o + 10)
                rec.mac_etype = le16(rec, o + 16)
                rec.mac_dsap = rec.data[o + 18]
                rec.mac_ssap = rec.data[o + 19]
                used = 20
        elif kind == 0x12:
            index = 10
            used = packet_sizes(rec, o, size)
        elif kind == 0x46:
            index = 8
            used = jitter(rec, o, size)
        elif kind == 0x50 and head & 0x800000:
            index = 12 if head & 0x200000 else 11
            used = user_data(rec, o, size, index)
        elif kind == 0x60:
            index = 4
            used = aggregation(rec, o, size)
        elif kind == 0x40:
            index = 6
            used = 0
            if size >= 8:
                rec.svlan = be16(rec, o + 4)
                rec.dvlan = be16(rec, o + 6)
                used = 8
        elif kind == 0x44:
            index = 7
            used = 4
            rec.mpls_count = 0
            rec.mpls[0] = rec.mpls[1] = 0
            while used < size and rec.mpls_count < 30:
                rec.mpls[rec.mpls_count] = be32(rec, o + used)
                rec.mpls_count += 1
                used += 4
        elif kind == 0x34:
            index = 14
            used = mapped_icmp(rec, o, size)
        elif kind == 0x54:
            index = 17
            used = 0
            if size >= 12:
                rec.skeys = be32(rec, o + 4)
                rec.dkeys = be32(rec, o + 8)
                used = 12
        elif kind == 0x62:
            index = 18
            used = 0
            if size >= 28:
                rec.cor_id = le32(rec, o + 4)
                rec.cor_dur = signed(le32(rec, o + 8))
                rec.cor_start = signed(le32(rec, o + 12))
                rec.cor_last = signed(le32(rec, o + 16))
                rec.cor_spkts = signed(le32(rec, o + 20))
                rec.cor_dpkts = signed(le32(rec, o + 24))
                rec.cor_count = (size - 4) // 24
                used = 28
        elif kind == 0x64:
            index = 19
            used = 0
            if size >= 8:
                rec.sco = be16(rec, o + 4)
                rec.dco = be16(rec, o + 6)
                used = 8
        elif kind == 0x66:
            index = 20
            used = 4
            rec.label_off = o + 4
            rec.label_len = size - 4
        elif kind == 0x32:
            index = 21
            used = 0
            if size >= 12:
                rec.sas = be32(rec, o + 4)
                rec.das = be32(rec, o + 8)
                used = 12
                rec.ias = 0
                if size >= 16:
                    rec.ias = be32(rec, o + 12)
                    used = 16
        else:
            if rec.unknown_count < 32:
                rec.unknown[2 * rec.unknown_count] = o
                rec.unknown[2 * rec.unknown_count + 1] = size
                rec.order[rec.order_count] = 32 + rec.unknown_count
                rec.order_count += 1
                rec.unknown_count += 1
            o += size
            continue
        rec.head[index] = head
        if not rec.present & (cython.cast(cython.uint, 1) << index):
            rec.order[rec.order_count] = index
            rec.order_count += 1
            rec.present |= cython.cast(cython.uint, 1) << index
        if used == 0:
            rec.opaque |= cython.cast(cython.uint, 1) << index
            used = 4
        else:
            rec.opaque &= ~(cython.cast(cython.uint, 1) << index)
        rec.tail[2 * index] = o + used
        rec.tail[2 * index + 1] = size - used
        o += size
    rec.rest_off = o
    rec.rest_len = end - o
    return 1


# Each of the following reads the DSR of `size` bytes at `o` and returns how many of its bytes it turned into attributes; 0 means that the
# layout is not one this reader knows, and that the body stays bytes.


def transport(rec, o, size):
    sub: cython.uint = rec.data[o + 1]
    qual: cython.uint = rec.data[o + 2]
    width: cython.Py_ssize_t
    used: cython.Py_ssize_t = 4
    rec.srcid = rec.seq = rec.inf = 0
    rec.srcid_hi = rec.srcid_lo = 0
    if rec.kind & 0x0F >= 5 and sub & 0x10:
        if sub & 1:
            width = 16 if qual & 0x2F == 0x22 or qual & 0x2F == 0x02 else 8 if qual & 0x2F == 0x03 else 4
            if used + width > size:
                return 0
            rec.srcid = be32(rec, o + used)
            if width > 4:
                rec.srcid_hi = be64(rec, o + used)
            if width == 16:
                rec.srcid_lo = be64(rec, o + used + 8)
            used += width
            if qual & 0x10:
                if used + 4 > size:
                    return 0
                rec.inf = be32(rec, o + used)
                used += 4
    elif sub & 1:
        if used + 4 > size:
            return 0
        rec.srcid = be32(rec, o + used)
        used += 4
    if sub & 2:
        if used + 4 > size:
            return 0
        rec.seq = be32(rec, o + used)
        used += 4
    return used


def flow_key(rec, o, size):
    kind: cython.uint = rec.data[o + 1] & 0x3F
    family: cython.uint = rec.data[o + 2] & 0x1F
    word: cython.uint
    rec.family = 0
    rec.saddr_hi = rec.daddr_hi = rec.saddr_lo = rec.daddr_lo = 0
    rec.proto = rec.tproto = rec.sport = rec.dport = rec.extra = rec.label20 = rec.smask = rec.dmask = 0
    if kind == 1 and family == 1:
        if size < 20:
            return 0
        rec.family = 1
        rec.saddr_lo = be32(rec, o + 4)
        rec.daddr_lo = be32(rec, o + 8)
        word = be32(rec, o + 12)
        rec.proto = word >> 24
        rec.tproto = (word >> 16) & 0xFF
        rec.sport = word & 0xFFFF
        word = be32(rec, o + 16)
        rec.dport = word >> 16
        rec.extra = word & 0xFFFF
        return 20
    if kind == 1 and family == 2:
        if size < 44:
            return 0
        rec.family = 2
        rec.saddr_hi = be64(rec, o + 4)
        rec.saddr_lo = be64(rec, o + 12)
        rec.daddr_hi = be64(rec, o + 20)
        rec.daddr_lo = be64(rec, o + 28)
        rec.proto = rec.data[o + 36]
        rec.label20 = be32(rec, o + 36) & 0xFFFFFF
        rec.sport = be16(rec, o + 40)
        rec.dport = be16(rec, o + 42)
        if size >= 48 and rec.data[o + 2] & 0x40:
            rec.smask = le16(rec, o + 44)
            rec.dmask = le16(rec, o + 46)
            return 48
        return 44
    if kind == 1 and (family == 3 or family == 13):
        if size < 20:
            return 0
        rec.family = family
        rec.daddr_lo = be48(rec, o + 4)
        rec.saddr_lo = be48(rec, o + 10)
        rec.etype = be16(rec, o + 16)
        rec.dsap = rec.data[o + 18]
        rec.ssap = rec.data[o + 19]
        return 20
    if kind == 6 and (family == 4 or family == 5):
        rec.family = family
        if size < 20:
            return 0
        rec.arp_hrd = be16(rec, o + 4)
        rec.arp_pro = be16(rec, o + 6)
        rec.arp_hln = rec.data[o + 8]
        rec.arp_pln = rec.data[o + 9]
        rec.arp_op = be16(rec, o + 10)
        if family == 4:
            rec.saddr_lo = be32(rec, o + 12)
            rec.daddr_lo = be32(rec, o + 16)
            return 20
        rec.extra = be32(rec, o + 12)
        if rec.arp_hln != 6 or size < 28:
            return 16
        rec.daddr_lo = be48(rec, o + 16)
        rec.saddr_lo = be48(rec, o + 22)
        return 28
    if kind == 1 and (family == 4 or family == 5):
        if size < 20:
            return 0
        rec.family = family + 16
        if family == 4:
            rec.saddr_lo = be32(rec, o + 4)
            rec.daddr_lo = be32(rec, o + 8)
            return 12
        rec.daddr_lo = be48(rec, o + 8)
        rec.saddr_lo = be48(rec, o + 14)
        rec.extra = be32(rec, o + 4)
        return 20
    if kind == 3 and family == 1:
        if size < 12:
            return 0
        rec.family = 17
        rec.saddr_lo = le32(rec, o + 4)
        rec.daddr_lo = le32(rec, o + 8)
        return 12
    if kind == 3 and family == 2:
        if size < 36:
            return 0
        rec.family = 18
        rec.saddr_hi = be64(rec, o + 4)
        rec.saddr_lo = be64(rec, o + 12)
        rec.daddr_hi = be64(rec, o + 20)
        rec.daddr_lo = be64(rec, o + 28)
        return 36
    if kind == 1 and family == 8:
        if size < 56:
            return 0
        rec.family = 8
        rec.daddr_lo = be48(rec, o + 4)
        rec.saddr_lo = be48(rec, o + 10)
        rec.saddr_hi = be48(rec, o + 16)
        return 22
    if kind == 1 and family == 10:
        if size < 44:
            return 0
        rec.family = 10
        rec.isis_pdu = be32(rec, o + 4)
        rec.saddr_lo = be48(rec, o + 8)
        rec.daddr_lo = be48(rec, o + 14)
        rec.isis_version = rec.data[o + 20]
        rec.isis_pad = be32(rec, o + 20) & 0xFFFFFF
        rec.isis_id_hi = be64(rec, o + 24)
        rec.isis_id_lo = be48(rec, o + 32)
        rec.isis_sum = be32(rec, o + 38)
        rec.isis_pad2 = be16(rec, o + 42)
        return 44
    return 0


def time(rec, o, size):
    bits: cython.uint = (rec.data[o + 1] >> 3) & 15
    unit: cython.longlong = 1000000000 if rec.data[o + 2] == 0x19 else 1000000
    count: cython.int = (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + (bits >> 3)
    words: cython.Py_ssize_t = size // 4 - 1
    first: cython.longlong
    stamp: cython.longlong
    at: cython.Py_ssize_t
    i: cython.int
    rec.sstart_s = rec.sstart_f = rec.send_s = rec.send_f = rec.dstart_s = rec.dstart_f = rec.dend_s = rec.dend_f = 0
    if words == 0:
        rec.time_form = 0
        return 4
    if words < 2:
        rec.time_form = 0
        return 0
    if count == 0 and words == 4:
        rec.time_form = 2
        rec.sstart_s = be32(rec, o + 4)
        rec.sstart_f = be32(rec, o + 8)
        rec.send_s = be32(rec, o + 12)
        rec.send_f = be32(rec, o + 16)
        return 20
    if (count == 0) or (words != 2 * count and (count < 2 or words != 1 + count)):
        rec.time_form = 1 if words == 2 and count == 0 else 5
        rec.sstart_s = be32(rec, o + 4)
        rec.sstart_f = be32(rec, o + 8)
        return 12
    if words == 2 * count:
        rec.time_form = 3
        at = o + 4
        for i in range(4):
            if bits & (cython.cast(cython.uint, 1) << i):
                set_stamp(rec, i, be32(rec, at), be32(rec, at + 4))
                at += 8
        return at - o
    rec.time_form = 4
    first = cython.cast(cython.longlong, be32(rec, o + 4)) * unit + be32(rec, o + 8)
    at = o + 4
    for i in range(4):
        if bits & (cython.cast(cython.uint, 1) << i):
            if at == o + 4:
                set_stamp(rec, i, be32(rec, at), be32(rec, at + 4))
                at += 8
            else:
                stamp = first + signed(be32(rec, at))
                if stamp < 0:
                    stamp = 0
                set_stamp(rec, i, cython.cast(cython.uint, stamp // unit), cython.cast(cython.uint, stamp % unit))
                at += 4
    return at - o


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def signed(value: cython.longlong) -> cython.longlong:
    """A 32-bit pattern as a signed number."""
    return value - ((value >> 31) << 32)


@cython.cfunc
@cython.exceptval(-1)
def set_stamp(rec: Record, which: cython.int, sec: cython.uint, frac: cython.uint) -> cython.int:
    if which == 0:
        rec.sstart_s = sec
        rec.sstart_f = frac
    elif which == 1:
        rec.send_s = sec
        rec.send_f = frac
    elif which == 2:
        rec.dstart_s = sec
        rec.dstart_f = frac
    else:
        rec.dend_s = sec
        rec.dend_f = frac
    return 0


@cython.cfunc
@cython.exceptval(-1)
def user_data(
    rec: Record, o: cython.Py_ssize_t, size: cython.Py_ssize_t, index: cython.int
) -> cython.Py_ssize_t:
    if size < 8:
        return 0
    if index == 11:
        rec.suser_size = be16(rec, o + 4)
        rec.suser_count = be16(rec, o + 6)
        rec.suser_off = o + 8
        rec.suser_len = size - 8
    else:
        rec.duser_size = be16(rec, o + 4)
        rec.duser_count = be16(rec, o + 6)
        rec.duser_off = o + 8
        rec.duser_len = size - 8
    return 8
