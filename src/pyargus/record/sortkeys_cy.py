"""What records are ordered by: rows of 64-bit words that compare as the fields do.

A key takes one word, an address three. A key that a record lacks is marked, and then compares equal to every other.

Source: argus 3 client behaviour, section "rasort".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.values_cy import Values, moment
else:
    from pyargus.record.record_cy import Record
    from pyargus.record.values_cy import Values, moment

# What a key is read from; UINT, REAL and TIME by the id of a field. SADDR and DADDR may have a length.
UINT, REAL, TIME, SADDR, DADDR, SPORT, DPORT, PROTO, SRCID, SMAC, DMAC, SOUI, DOUI, INODE = range(1, 15)
SDSB, DDSB, SIPID, DIPID, SVLAN, DVLAN, RATE, SCO, DCO, SAS, DAS, IAS = range(15, 27)
COLUMNS = 64
# Keys of ends and counters, the latter by the ids of their fields.
BRIEF = frozenset((SADDR, DADDR, SPORT, DPORT, PROTO))
COUNTERS = range(215, 224)

_ALL = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)
_SIGN = cython.declare(cython.ulonglong, 0x8000000000000000)
_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)
_BYTES = cython.declare(cython.ulonglong, 0x00FF00FF00FF00FF)
_PAIRS = cython.declare(cython.ulonglong, 0x0000FFFF0000FFFF)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def turned(word: cython.ulonglong) -> cython.ulonglong:
    """Each half of an IPv6 address's word with its four bytes turned round."""
    word = ((word & _BYTES) << 8) | ((word >> 8) & _BYTES)
    return ((word & _PAIRS) << 16) | ((word >> 16) & _PAIRS)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def masked(word: cython.ulonglong, length: cython.int) -> cython.ulonglong:
    """The first `length` of 64 bits."""
    if length >= 64:
        return word
    if length <= 0:
        return 0
    return word & (_ALL << (64 - length)) & _ALL


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def speaks(rec: Record) -> cython.bint:
    """Whether a protocol says something of itself that keys of TCP compare, zero if it is not TCP; UDP does not."""
    return (rec.present & ~rec.opaque & 0x20) != 0 and (rec.family == 1 or rec.family == 2) and rec.proto != 17


class SortKeys:
    """Reads the key row of a record: `row[:columns]`, bit n of `valid` for a column that the record has.

    Made from (code, field id, descending, prefix length) for each key, most significant first; a prefix length of -1 is the whole address.
    by_start: whether the start of a record, ascending, is the one key; by_address: whether all are whole addresses. brief: whether what
    `decode_cy.glimpse` fills is enough. backwards: to be set where rows are sorted backwards, for families of addresses keep their order
    there. Raises ValueError for more keys than fit in 64 columns.
    """

    def __init__(self, keys):
        self.count = len(keys)
        self.code = array("i", [key[0] for key in keys] or [0])
        self.field = array("i", [key[1] for key in keys] or [0])
        self.flipped = array("i", [int(key[2]) for key in keys] or [0])
        self.bits = array("i", [key[3] for key in keys] or [0])
        self.brief = all(key[0] in BRIEF or (key[0] == UINT and key[1] in COUNTERS) for key in keys)
        self.by_address = all(key[0] in (SADDR, DADDR) and key[3] < 0 for key in keys)
        self.by_start = keys == [(TIME, 1, False, -1)]
        self.columns = sum(3 if key[0] in (SADDR, DADDR) else 1 for key in keys)
        if not 0 < self.columns <= COLUMNS:
            raise ValueError(f"{self.columns} columns of keys, not 1 to {COLUMNS}")
        self.backwards = False
        self.row = array("Q", bytes(8 * (COLUMNS + 3)))
        self.valid = 0
        number = array("d", [0.0])
        self.real = number
        self.pattern = memoryview(number).cast("B").cast("Q")
        self.values = Values()

    def ordered(self, value):
        """A word that compares as the number does."""
        bits: cython.ulonglong
        # A negative zero is a zero.
        self.real[0] = value + 0.0
        bits = self.pattern[0]
        return bits ^ _ALL if bits & _SIGN else bits | _SIGN

    def start(self, moment):
        """What `extract` would make of a record that begins at this time, where `by_start` says that it asks for nothing else."""
        self.row[0] = cython.cast(cython.ulonglong, moment)
        self.valid = moment != 0
        return 0

    def extract(self, rec):
        """Set `row` and `valid` from a repaired record."""
        i: cython.int
        n: cython.int
        at: cython.int = 0
        j: cython.int
        code: cython.int
        known: cython.bint
        self.valid = 0
        for i in range(self.count):
            code = self.code[i]
            n = 1
            if code == 4 or code == 5:
                n = 3
                known = self.address(rec, code == 5, self.bits[i], at)
            else:
                known = self.single(rec, code, self.field[i], at)
            for j in range(at, at + n):
                if known:
                    self.valid |= cython.cast(cython.ulonglong, 1) << j
                    if self.flipped[i]:
                        self.row[j] ^= _ALL
                else:
                    self.row[j] = 0
            at += n
        return 0

    def address(self, rec, destination, length, at):
        """The family, then the address; IPv6 by its four words in little-endian order, as readers compare them."""
        high: cython.ulonglong = rec.daddr_hi if destination else rec.saddr_hi
        low: cython.ulonglong = rec.daddr_lo if destination else rec.saddr_lo
        family: cython.ulonglong = rec.family
        if not rec.present & 2 or not family:
            return False
        # ARP comes after all that has one address of a kind.
        if family == 4 or family == 5 or family == 20 or family == 21:
            family |= 64
        self.row[at + 1] = self.row[at + 2] = 0
        if rec.family == 2 or rec.family == 18:
            if length >= 0:
                high = masked(high, length)
                low = masked(low, length - 64)
            self.row[at + 1] = turned(high)
            self.row[at + 2] = turned(low)
        elif rec.family == 1 or rec.family == 17:
            self.row[at + 1] = masked(low << 32, length) if length >= 0 else low << 32
        elif rec.family == 4 or rec.family == 20:
            # Networks are of IP: what the ARP of a network is told apart by are its addresses.
            self.row[at + 1] = low << 32
        else:
            self.row[at + 1] = high
            self.row[at + 2] = low
        if self.backwards:
            family ^= 0xFF
        # Addresses of IPv4 are told apart by the first column alone.
        self.row[at] = (family << 32) | (self.row[at + 1] >> 32)
        return True

    def single(self, rec, code, field, at):
        """A key of one column; whether the record has it."""
        have: cython.uint = rec.present & ~rec.opaque
        word: cython.ulonglong = 0
        known: cython.bint
        a: cython.double
        if code == 1:
            word = self.values.integer(rec, field)
            self.row[at] = word
            # An empty value is a value where the record has the part.
            if 224 <= field <= 227:
                return (have & 0x400) != 0
            if field == 205 or field == 206:
                # A side that sent nothing is one with a TOS byte of zero.
                return (have & 0x200) != 0
            if field == 247 or field == 248:
                if rec.net != 0x05 and rec.net != 0x03:
                    self.row[at] = 0
                return speaks(rec)
            if field == 231 or field == 232:
                # Below zero for all that has no sequence numbers.
                self.row[at] = word + 1 if self.values.ok else 0
                return True
            return self.values.ok
        if code == 2:
            a = self.values.real(rec, field)
            if field == 161:
                self.row[at] = self.ordered(a if self.values.ok and a == a else 0.0)
                return speaks(rec)
            if a != a or not self.values.ok:
                return False
            self.row[at] = self.ordered(a)
            return True
        if code == 3:
            word = cython.cast(cython.ulonglong, moment(rec, field))
            self.row[at] = word
            return word != 0
        if code == 6 or code == 7:
            # Of TCP and UDP, of ICMPv6 its type and code, which are printed there; zero for all else.
            if rec.family == 1 or rec.family == 2:
                if rec.proto == 6 or rec.proto == 17:
                    word = rec.sport if code == 6 else rec.dport
                elif rec.family == 2 and rec.proto == 58:
                    word = rec.sport >> 8 if code == 6 else rec.sport & 0xFF
            self.row[at] = word
            return (have & 2) != 0
        if code == 8:
            self.row[at] = rec.proto if rec.family == 1 or rec.family == 2 else 0
            return (have & 2) != 0
        if code == 9:
            # A number with a sign.
            self.row[at] = rec.srcid ^ cython.cast(cython.uint, 0x80000000)
            return (have & 1) != 0
        if 10 <= code <= 13:
            word = rec.smac if code == 10 or code == 12 else rec.dmac
            self.row[at] = word >> 24 if code >= 12 else word
            return (have & 0x2000) != 0
        if code == 14:
            self.row[at] = rec.icmp_src
            return (have & 0x4000) != 0
        if 15 <= code <= 18:
            if not have & 0x200:
                return False
            known = ((rec.head[9] >> 8) & (1 if code & 1 else 2)) != 0
            if code == 15:
                word = rec.stos >> 2
            elif code == 16:
                word = rec.dtos >> 2
            else:
                word = rec.sipid if code == 17 else rec.dipid
            self.row[at] = word if known else 0
            return known or code < 17
        if code == 19 or code == 20:
            # By the number of the VLAN, none of this side being zero; what has none on either side is below.
            if have & 0x40:
                word = 1
                if rec.head[6] & (0x100 if code == 19 else 0x200):
                    word += (rec.svlan if code == 19 else rec.dvlan) & 0xFFF
            self.row[at] = word
            return True
        if code == 21:
            # Packets per second, where the column shows the intervals between them per second.
            a = self.values.real(rec, 100)
            self.row[at] = self.ordered((rec.spkts + rec.dpkts) / a if a > 0 else 0.0)
            return True
        if code == 22 or code == 23:
            self.row[at] = rec.sco if code == 22 else rec.dco
            return (have & 0x80000) != 0
        self.row[at] = rec.sas if code == 24 else rec.das if code == 25 else rec.ias
        return (have & 0x200000) != 0
