"""Runs a compiled filter over records.

A test on a part that the record lacks is false; comparisons below a bound are the negation of one above, hence true. Masked tests
(encapsulation, multipath, tags of VLANs, labels of MPLS) are of a part with all bits set where it is missing, as users of the language know
them.

Source: argus 3 "filter expressions", section "Meaning".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.libc.math import copysign, floor
    from cython.cimports.pyargus.record.repair_cy import rates
    from cython.cimports.pyargus.record.values_cy import Values
else:
    from math import copysign, floor

    from pyargus.record.repair_cy import rates
    from pyargus.record.values_cy import Values

# Tests of the kind of record, its addresses, protocols, ports, and of which parts there are.
BRIEF = frozenset((1, 2, 3, 4, 5, 6, 10, 11, 13, 20))


class Filter:
    """A filter ready to run. scale: ten to the number of decimals to which real numbers are compared.

    brief: whether it asks of flow records only for what `decode_cy.glimpse` fills.
    """

    def __init__(self, program, precision=6):
        rows = program.rows
        self.values = Values()
        self.entry = program.entry
        self.count = len(rows)
        self.scale = 10.0**precision
        tests = [row[0] for row in rows]
        self.brief = all(t.code in BRIEF for t in tests)
        self.codes = array("i", [t.code for t in tests] + [0])
        self.sides = array("i", [t.side for t in tests] + [0])
        self.compares = array("i", [t.compare for t in tests] + [0])
        self.yes = array("i", [row[1] for row in rows] + [0])
        self.no = array("i", [row[2] for row in rows] + [0])
        self.a = array("Q", [t.a for t in tests] + [0])
        self.b = array("Q", [t.b for t in tests] + [0])
        self.c = array("Q", [t.c for t in tests] + [0])
        self.d = array("Q", [t.d for t in tests] + [0])
        self.real = array("d", [t.real for t in tests] + [0.0])

    def accepts(self, rec):
        """Whether a repaired record passes."""
        at: cython.int = self.entry
        while at >= 0:
            at = self.yes[at] if self.test(rec, at) else self.no[at]
        return at == -1

    def test(self, rec, i):
        code: cython.int = self.codes[i]
        a: cython.ulonglong = self.a[i]
        number: cython.double
        other: cython.double
        low: cython.ulonglong
        value: cython.uint
        destination: cython.bint = self.sides[i] == 1
        stream: cython.bint = rec.net == 0x03 or rec.net == 0x04 or rec.net == 0x05
        man: cython.bint = rec.kind & 0xF0 == 0x80
        family: cython.ulonglong = 0
        if not man and rec.present & 2:
            family = cython.cast(cython.ulonglong, 1) << rec.family
        if code == 5:
            value = rec.kind & 0xF0
            return value == a or (a == 0x10 and value == 0x30)
        if code == 6:
            return (rec.cause_option & 0xF0) & a == a
        if code == 14:
            return (rec.mar_argusid if man else rec.srcid if rec.present & 1 else 0) == a
        if code == 44:
            if man:
                return False
            low = self.values.integer(rec, cython.cast(cython.int, self.b[i]))
            return self.values.ok and compared(low, a, self.compares[i])
        if man:
            if code == 43 and (a == 100 or a >= 0x8000):
                return compared_real(0.0, self.real[i], self.compares[i])
            return code == 38 or code == 41 or (code == 42 and 5 <= self.b[i] <= 7 and self.special(rec, i))
        if code == 1:
            return family & a != 0
        if code == 2:
            return family & self.b[i] != 0 and rec.proto == a
        if code == 3:
            return family & 6 != 0 and rec.proto == 17 and rec.net == a
        if code == 4:
            return rec.present & (cython.cast(cython.uint, 1) << cython.cast(cython.uint, a)) != 0
        if code == 10:
            low = rec.daddr_lo if destination else rec.saddr_lo
            if self.b[i] == 0:
                return family & 0x160016 != 0
            return family & self.c[i] != 0 and low & self.b[i] == a
        if code == 11:
            if family & 0x40004 == 0:
                return False
            if (rec.daddr_hi if destination else rec.saddr_hi) & self.c[i] != a & self.c[i]:
                return False
            return (rec.daddr_lo if destination else rec.saddr_lo) & self.d[i] == self.b[i] & self.d[i]
        if code == 12:
            return rec.present & 0x2000 != 0 and (rec.dmac if destination else rec.smac) == a
        if code == 13:
            return family & 0x30 != 0 and (rec.daddr_lo if destination else rec.saddr_lo) == a
        if code == 15:
            return rec.present & 0x4000 != 0 and rec.icmp_src & self.b[i] == a
        if code == 20:
            if family & self.c[i] == 0 or not ((rec.proto == 6 and self.b[i] & 1) or (rec.proto == 17 and self.b[i] & 2)):
                return False
            if rec.head[1] & 0x8000 and rec.family == 1:
                return compared(0, a, self.compares[i])
            return compared(rec.dport if destination else rec.sport, a, self.compares[i])
        if code == 21:
            return family & 8 != 0 and rec.etype == a
        if code == 30:
            if self.c[i] and rec.present & 0x4000 and (rec.head[14] >> 8) & self.c[i]:
                return True
            return family & 2 != 0 and rec.proto == 1 and (rec.sport >> 8 == a or rec.sport >> 8 == self.b[i])
        if code == 31:
            return family & 0x400 != 0 and a <= rec.isis_pdu & 0x1F and rec.isis_pdu & 0x1F <= self.b[i]
        if code == 32:
            return (rec.net == 0x03 or rec.net == 0x05) and rec.tcp_options & a != 0
        if code == 33:
            if family & 2 == 0 or rec.proto != 2:
                return False
            value = rec.sport >> 8
            if a == 0:
                return value == 0x11
            if a == 2:
                return value == 0x17
            return True
        if code == 34:
            if stream:
                return rec.tcp_status & a != 0
            return rec.net == 0x38 and self.b[i] != 0 and rec.net_lost != 0
        if code == 35:
            if family & 2 and rec.spkts and rec.dpkts:
                return True
            return stream and rec.tcp_status & 4 != 0
        if code == 36:
            return stream and ((rec.dflags if destination else rec.sflags) & a) != 0
        if code == 37:
            return family & 2 != 0 and rec.present & 0x200 != 0 and (rec.head[9] >> 8) & a != 0
        if code == 38:
            if not rec.present & 0x2000:
                return True
            return (rec.head[13] >> 8) & a != 0
        if code == 39:
            return rec.present & 0x2000 != 0 and ((rec.dmac if destination else rec.smac) >> 40) & 1 != 0
        if code == 40:
            return stream and rec.tcp_status & a != 0
        if code == 41:
            if not rec.present & 0x8000:
                return True
            return ((rec.denc if destination else rec.senc) & a) != 0
        if code == 42:
            return self.special(rec, i)
        if code == 43:
            self.values.ok = True
            if a >= 0x8000:
                rates(rec)
                number = rec.srate if a == 0xFFFF else rec.drate if a == 0xFFFE else rec.sload if a == 0xFFFD else rec.dload
            else:
                number = self.values.real(rec, cython.cast(cython.int, a))
            if not self.values.ok:
                if not (157 <= a <= 160 and rec.present & 0x100):
                    return False
                # Between two packets there is no jitter.
                number = 0.0
            other = self.real[i]
            return compared_real(rounded(number, self.scale), rounded(other, self.scale), self.compares[i])
        return False

    def special(self, rec, i):
        """Quantities that are fields of no one type."""
        what: cython.int = cython.cast(cython.int, self.b[i])
        destination: cython.bint = self.sides[i] == 1
        value: cython.ulonglong
        if what <= 4:
            if not rec.present & 0x200:
                return False
            if what == 1:
                value = rec.dttl if destination else rec.sttl
            elif what == 2:
                value = rec.dtos if destination else rec.stos
            elif what == 3:
                value = (rec.dtos if destination else rec.stos) >> 2
            else:
                value = rec.dipid if destination else rec.sipid
        elif what == 5 or what == 6:
            value = 0xFFFF if not rec.present & 0x40 else rec.dvlan if destination else rec.svlan
            value = value & 0xFFF if what == 5 else value >> 12
        elif what == 7:
            value = self.values.integer(rec, 212 if destination else 211)
            if not self.values.ok:
                value = 0xFFFFF
        elif what == 8:
            if rec.net != 0x03 and rec.net != 0x05:
                return False
            value = rec.dbase if destination else rec.sbase
        elif what == 9:
            if rec.proto != 50 or rec.family != 1:
                return False
            value = (cython.cast(cython.ulonglong, rec.dport) << 16) | rec.extra
        elif what == 10:
            if not rec.present & 0x20000:
                return False
            value = rec.dkeys if destination else rec.skeys
        elif what == 11:
            if not rec.present & 0x200000:
                return False
            value = rec.das if destination else rec.sas
        else:
            if not rec.present & 0x80000:
                return False
            value = rec.dco if destination else rec.sco
        return compared(value, self.a[i], self.compares[i])


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def compared(value: cython.ulonglong, bound: cython.ulonglong, how: cython.int) -> cython.bint:
    return value == bound if how == 0 else value > bound if how == 1 else value >= bound


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def compared_real(value: cython.double, bound: cython.double, how: cython.int) -> cython.bint:
    if how == 0:
        return value == bound and copysign(1.0, value) == copysign(1.0, bound)
    # A jitter that is no number is not below any bound.
    return value > bound if how == 1 else not value < bound


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def rounded(value: cython.double, scale: cython.double) -> cython.double:
    sign: cython.double = copysign(1.0, value)
    value = value * sign
    # NaN too stays as it is: C's floor takes it, Python's does not.
    if not value <= 1e9:
        return sign * value
    return sign * (floor(value * scale + 0.5) / scale)
