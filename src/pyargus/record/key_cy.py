"""The aggregation key of a record: words by which a table of groups finds it, as it stands or with its sides exchanged.

Source: argus 3 clients, "racluster", sections "Keys" and "Direction correction".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.merge_flow_cy import length_of, mask4, mask6_high, mask6_low, set_length
    from cython.cimports.pyargus.record.record_cy import Record
else:
    from pyargus.record.merge_flow_cy import length_of, mask4, mask6_high, mask6_low, set_length
    from pyargus.record.record_cy import Record

_SADDR, _DADDR, _SPORT, _DPORT = (
    cython.declare(cython.int, 0),
    cython.declare(cython.int, 1),
    cython.declare(cython.int, 2),
    cython.declare(cython.int, 3),
)
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)
_HIGH = cython.declare(cython.ulonglong, 0xFFFFFFFF00000000)
_SPARED = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFF0000)
_MULTIPLIER = cython.declare(cython.ulonglong, 0x9E3779B97F4A7C15)
_WORD = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)


class KeyMaker:
    """Makes the keys of one `keys.Key`. words[0] .. words[count - 1] is the key that `make` made; hash: a hash of it.

    matrix: pairs have no direction; stations: it is a pair of MAC addresses. rmon, nothing: as the key says. brief: it can be made of
    what `decode_cy.preview` fills. bin: a number below 2**56 that every key begins with, for tables in which groups of several time bins
    stand.
    """

    def __init__(self, key):
        self.rmon = key.rmon
        self.matrix = key.matrix
        self.stations = any(part.code == 4 for part in key.parts) and all(part.code != 0 for part in key.parts)
        self.nothing = key.nothing
        self.parts = len(key.parts)
        self.codes = array("i", [part.code for part in key.parts] + [0])
        self.lengths4 = array("I", [part.length4 for part in key.parts] + [0])
        self.lengths6 = array("I", [part.length6 for part in key.parts] + [0])
        # Parts of 32 bits share words two by two; the first word holds the family.
        self.narrow = array("i", [int(2 <= part.code <= 23 and part.code not in (4, 5) or part.code == 65) for part in key.parts] + [0])
        wide = sum(2 if part.code in (0, 1, 30, 31) else 1 for part in key.parts)
        self.words = array("Q", bytes(8 * (wide + 1)))
        self.count = 0
        self.hash = 0
        self.bin = 0
        codes = {part.code for part in key.parts}
        self.families = bool(codes & {0, 1, 30, 31})
        self.slength4 = self.dlength4 = self.slength6 = self.dlength6 = 255
        for part in key.parts:
            if part.code == 0:
                self.slength4, self.slength6 = part.length4, part.length6
            elif part.code == 1:
                self.dlength4, self.dlength6 = part.length4, part.length6
        # What `decode_cy.preview` fills is enough to make it.
        self.brief = codes <= {0, 1, 2, 3, 30, 31, 64, 65}
        # Flow fields that the key holds: 1 source address, 2 destination address, 4 source port, 8 destination port, 16 protocol.
        self.holds = (
            (1 if codes & {0, 30} else 0)
            | (2 if codes & {1, 31} else 0)
            | (4 if 2 in codes else 0)
            | (8 if 3 in codes else 0)
            | (16 if 65 in codes else 0)
        )

    def make(self, rec, exchanged):
        """Make the key of a repaired record, with source and destination exchanged if `exchanged`. Returns its hash."""
        i: cython.int
        n: cython.int = 1
        code: cython.int
        half: cython.bint = False
        value: cython.ulonglong
        h: cython.ulonglong
        self.words[0] = self.bin << 8 | (rec.family if self.families and rec.present & 2 else 0)
        for i in range(self.parts):
            code = self.codes[i]
            if exchanged and code < 64 and (code & 0xFE != 2 or has_ports(rec)):
                code ^= 1
            if code < 2:
                n = self.address(rec, code == 1, i, n)
                half = False
                continue
            if code == 30 or code == 31:
                n = self.classful(rec, code == 31, n)
                half = False
                continue
            if code == 2 or code == 3:
                value = port_of(rec, code == 3, exchanged)
            elif code == 65:
                value = protocol_of(rec)
            elif code == 64:
                value = rec.srcid | (cython.cast(cython.ulonglong, (rec.head[0] >> 8) & 0x2F) << 32) if rec.present & 1 else 0
            else:
                value = attribute(rec, code, self.lengths4[i])
            if not self.narrow[i]:
                self.words[n] = value
                n += 1
                half = False
            elif half:
                self.words[n - 1] |= value << 32
                half = False
            else:
                self.words[n] = value
                n += 1
                half = True
        self.count = n
        h = 0
        for i in range(n):
            h = ((h ^ self.words[i]) * _MULTIPLIER) & _WORD
            h ^= h >> 32
        self.hash = h
        return h

    def address(self, rec, destination, i, n):
        high: cython.ulonglong = rec.daddr_hi if destination else rec.saddr_hi
        low: cython.ulonglong = rec.daddr_lo if destination else rec.saddr_lo
        length: cython.uint
        if not rec.present & 2:
            high = low = 0
        elif rec.family == 1 or rec.family == 17:
            length = self.lengths4[i]
            if length < 32:
                low &= mask4(length)
        elif rec.family == 2 or rec.family == 18:
            length = self.lengths6[i]
            if length < 128:
                high &= mask6_high(length)
                low &= mask6_low(length)
        elif rec.family == 10 and destination:
            # What an IS-IS packet is stands behind its station, of a link state PDU its sequence number before it.
            high = rec.isis_pdu
            if rec.isis_pdu & 0x1F == 18 or rec.isis_pdu & 0x1F == 20:
                high |= (rec.isis_id_lo << 16) & _HIGH
        elif rec.family == 8:
            # The cell is part of a flow, not of a station.
            high = 0 if self.holds != 31 else name_of(rec) if destination else rec.saddr_hi
        self.words[n] = high
        self.words[n + 1] = low
        return n + 2

    def classful(self, rec, destination, n):
        """The classful network of an IPv4 address, another address whole."""
        low: cython.ulonglong = rec.daddr_lo if destination else rec.saddr_lo
        self.words[n] = rec.daddr_hi if destination else rec.saddr_hi
        if rec.family == 1 or rec.family == 17 or rec.family == 4:
            low &= mask4(class_length(low))
        self.words[n + 1] = low
        return n + 2

    def shape(self, rec, preserve):
        """Give a record that begins a group the key's networks as addresses; without `preserve`, nothing else of the flow's identity."""
        if not rec.present & 2 or rec.opaque & 2:
            return 0
        if rec.family == 1:
            if self.slength4 < length_of(rec, False):
                rec.saddr_lo &= mask4(self.slength4)
                set_length(rec, False, self.slength4)
            if self.dlength4 < length_of(rec, True):
                rec.daddr_lo &= mask4(self.dlength4)
                set_length(rec, True, self.dlength4)
        elif rec.family == 2:
            if self.slength6 < length_of(rec, False):
                rec.saddr_hi &= mask6_high(self.slength6)
                rec.saddr_lo &= mask6_low(self.slength6)
                set_length(rec, False, self.slength6)
            if self.dlength6 < length_of(rec, True):
                rec.daddr_hi &= mask6_high(self.dlength6)
                rec.daddr_lo &= mask6_low(self.dlength6)
                set_length(rec, True, self.dlength6)
        if not preserve:
            self.bare(rec)
        return 0

    def bare(self, rec):
        """Zero the flow fields that are not in the key."""
        if not self.holds & 1:
            rec.saddr_hi = rec.saddr_lo = 0
        if not self.holds & 2:
            rec.daddr_hi = rec.daddr_lo = 0
        if not self.holds & 16 and rec.family <= 2:
            if rec.proto == 50 and rec.family == 1:
                rec.dport = 0
                rec.extra = 0x2020
            rec.proto = 0
        if rec.family == 3:
            if not self.holds & 16:
                rec.etype = 0
            if not self.holds & 4:
                rec.ssap = 0
            if not self.holds & 8:
                rec.dsap = 0
        if rec.family == 10:
            self.bare_isis(rec)
        if not self.holds & 16:
            # What a protocol says of itself goes with it.
            rec.net = rec.tcp_status = 0
            rec.present &= ~cython.cast(cython.uint, 32)
        if not self.holds & 4:
            rec.sport = 0
        if not self.holds & 8:
            rec.dport = 0
            if rec.proto == 50 and rec.family == 1:
                rec.extra = 0
        return 0

    def bare_isis(self, rec):
        """The same of an IS-IS flow: what stands for its addresses, its check sum in the place of a source port, its kind."""
        kind: cython.uint = rec.isis_pdu & 0x1F
        hello: cython.bint = kind == 15 or kind == 16
        if not self.holds & 1:
            rec.isis_id_hi &= 0xFFFF if hello else 0
        if not self.holds & 2:
            if hello:
                rec.isis_id_hi &= _SPARED
            rec.isis_id_lo &= 0xFF if hello else 0xFFFF
        if not self.holds & 4:
            rec.isis_sum = 0
        if not self.holds & 16:
            rec.isis_pdu = 0
        return 0

    def touches(self, preserve):
        """Whether `shape` changes records."""
        if self.nothing:
            return False
        if not preserve and self.holds != 31:
            return True
        return self.slength4 != 255 or self.dlength4 != 255 or self.slength6 != 255 or self.dlength6 != 255


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def has_ports(rec: Record) -> cython.bint:
    return (rec.family == 1 or rec.family == 2) and (rec.proto == 6 or rec.proto == 17)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def class_length(address: cython.ulonglong) -> cython.uint:
    """Length of the classful network of an IPv4 address: 8, 16, 24, or 32 for multicast and beyond."""
    if address >> 31 == 0:
        return 8
    if address >> 30 < 3:
        return 16
    return 24 if address >> 29 < 7 else 32


@cython.cfunc
@cython.exceptval(check=False)
def partner(rec: Record) -> cython.uint:
    """ICMP type and code of a flow seen from the other side: a request for its reply, a reply for its request."""
    kind: cython.uint = rec.sport >> 8
    code: cython.uint = rec.sport & 0xFF
    if rec.family == 2:
        return rec.sport ^ 0x100 if kind == 128 or kind == 129 else rec.sport
    if kind == 8:
        kind = 0
    elif kind == 0:
        kind = 8
    elif kind == 13 or kind == 15 or kind == 17:
        kind += 1
    elif kind == 14 or kind == 16 or kind == 18:
        kind -= 1
    return (kind << 8) | code


def reversible(rec):
    """Whether a flow may have been recorded from its other side: one of IP, but not ESP, whose two directions are two associations.

    Nor ICMP over IPv4: requests of both sides are two flows, and a reply is recorded under the key of its request.
    """
    if not rec.present & 2 or rec.opaque & 2:
        return False
    return (rec.family == 1 and rec.proto != 1 or rec.family == 2) and rec.proto != 50


@cython.cfunc
@cython.exceptval(check=False)
def port_of(rec: Record, destination: cython.bint, exchanged: cython.bint) -> cython.ulonglong:
    """A port, or what an ICMP, ESP or LLC flow has in its place."""
    if not rec.present & 2:
        return 0
    if rec.family == 1 or rec.family == 2:
        if rec.head[1] & 0x8000:
            return 0
        if rec.proto == 6 or rec.proto == 17:
            return rec.dport if destination else rec.sport
        if (rec.proto == 1 and rec.family == 1) or (rec.proto == 58 and rec.family == 2):
            if destination:
                return rec.dport
            return partner(rec) if exchanged else rec.sport
        if rec.proto == 50:
            if not destination:
                return 0
            return (rec.dport << 16) | rec.extra if rec.family == 1 else (rec.sport << 16) | rec.dport
        return 0
    if rec.family == 3:
        return rec.dsap if destination else rec.ssap
    return 0


@cython.cfunc
@cython.exceptval(check=False)
def name_of(rec: Record) -> cython.ulonglong:
    """A hash of the name of an 802.11 cell (FNV-1a), 0 where the record has none."""
    i: cython.Py_ssize_t
    h: cython.ulonglong = 0xCBF29CE484222325
    size: cython.Py_ssize_t = min(32, rec.tail[3])
    for i in range(size):
        if rec.data[rec.tail[2] + i] == 0:
            size = i
            break
        h = ((h ^ rec.data[rec.tail[2] + i]) * cython.cast(cython.ulonglong, 0x100000001B3)) & _WORD
    return h if size else 0


@cython.cfunc
@cython.exceptval(check=False)
def protocol_of(rec: Record) -> cython.ulonglong:
    if not rec.present & 2:
        return 0
    if rec.family == 1 or rec.family == 2:
        return rec.proto
    if rec.family == 3:
        return rec.etype
    if rec.family == 4 or rec.family == 20:
        return 0x0806
    if rec.family == 5 or rec.family == 21:
        return 0x8035
    if rec.family == 10:
        return rec.isis_pdu
    # 802.11 has no number of its own and is no LLC.
    return 0xFFFF0008 if rec.family == 8 else 0


@cython.cfunc
@cython.exceptval(check=False)
def attribute(rec: Record, code: cython.int, length: cython.uint) -> cython.ulonglong:
    """The value of a part outside the flow key; a part that the record lacks is unlike any value."""
    have: cython.uint = rec.present & ~rec.opaque
    side: cython.uint
    none: cython.ulonglong = _U32
    if 4 <= code <= 7:
        if not have & 0x2000:
            return none << 24 if code < 6 else none
        if code < 6:
            return rec.smac if code == 4 else rec.dmac
        return (rec.smac if code == 6 else rec.dmac) >> 24
    if code == 8 or code == 9:
        side = (rec.head[7] >> 16) & 3 if have & 0x80 else 0
        if not side & (code - 7):
            return none
        side = 0 if code == 8 else (rec.head[7] >> 12) & 15
        return rec.mpls[side] >> 12 if side < rec.mpls_count else none
    if 10 <= code <= 15:
        side = (rec.head[6] >> 8) & 3 if have & 0x40 else 0
        if code < 12 and have & 0x40:
            return rec.svlan if code == 10 else rec.dvlan
        if not side & (1 + (code & 1)):
            return none
        side = rec.dvlan if code & 1 else rec.svlan
        return side & 0xFFF if code < 14 else side >> 13
    if 16 <= code <= 23:
        side = (rec.head[9] >> 8) & 3 if have & 0x200 else 0
        if not side & (1 + (code & 1)):
            # A side that sent nothing is one with a TOS byte and an identification of zero.
            return 0 if code < 20 or code > 21 else none
        if code < 18:
            return rec.dtos if code & 1 else rec.stos
        if code < 20:
            return (rec.dtos if code & 1 else rec.stos) >> 2
        if code < 22:
            return rec.dttl if code & 1 else rec.sttl
        return rec.dipid if code & 1 else rec.sipid
    if code == 24 or code == 25:
        if rec.net != 0x05 and rec.net != 0x03:
            return none << 1
        return rec.dbase if code & 1 else rec.sbase
    if code == 26 or code == 27:
        return (rec.dco if code & 1 else rec.sco) if have & 0x80000 else none
    if code == 28 or code == 29:
        return (rec.das if code & 1 else rec.sas) if have & 0x200000 else none << 1
    if code == 67:
        return rec.ias if have & 0x200000 else none << 1
    if code == 66:
        if not have & 0x4000:
            return none << 1
        return rec.icmp_src & mask4(length) if length < 32 else rec.icmp_src
    return none


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def turned_word(value: cython.ulonglong) -> cython.uint:
    """The lower four bytes in the other order."""
    w: cython.uint = cython.cast(cython.uint, value & cython.cast(cython.ulonglong, 0xFFFFFFFF))
    return (w >> 24) | ((w >> 8) & 0xFF00) | ((w << 8) & 0xFF0000) | ((w & 0xFF) << 24)


def unordered(rec, keys):
    """Whether the addresses of a pair without direction stand in the wrong order: the smaller one is the source.

    IPv6 addresses are compared by words of 32 bits whose last byte counts most, as the reference does.
    """
    i: cython.int
    a: cython.uint
    b: cython.uint
    if keys.stations or not rec.present & 2:
        return False
    if rec.family == 1 or rec.family == 17:
        return rec.saddr_lo > rec.daddr_lo
    if rec.family == 2 or rec.family == 18:
        for i in range(4):
            a = turned_word((rec.saddr_hi if i < 2 else rec.saddr_lo) >> (0 if i & 1 else 32))
            b = turned_word((rec.daddr_hi if i < 2 else rec.daddr_lo) >> (0 if i & 1 else 32))
            if a != b:
                return a > b
    return False
