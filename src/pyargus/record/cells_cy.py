"""The typed value of every field of a repaired record: what NDJSON, CSV, Arrow and the Python API show.

A value is absent, a whole number, a real number, a time in microseconds since 1970 UTC or a text in UTF-8. Ports, VLAN tags, IP
identifications, AS numbers and key strokes are whole numbers here, whatever their text looks like; a part that the record lacks, a time
never stamped and a number that is not finite are absent. Reals are rounded to a number of decimal digits, so that the singles that readers
of the format compute in show no digits of binary noise.

Source: argus 3 "ra fields", sections "Field tables" and "Addresses, protocols, ports".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.libc.math import isfinite, rint
    from cython.cimports.pyargus.record.output_cy import Output
    from cython.cimports.pyargus.record.print_cy import Printer
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.text_cy import Text
    from cython.cimports.pyargus.record.values_cy import Values, moment
else:
    from math import isfinite

    from pyargus.record.output_cy import Output
    from pyargus.record.print_cy import Printer
    from pyargus.record.record_cy import Record
    from pyargus.record.text_cy import Text
    from pyargus.record.values_cy import Values, moment

    rint = round

KINDS = {"null": 0, "timestamp[us, UTC]": 1, "string": 2, "float64": 3, "uint64": 4}


@cython.cfunc
@cython.exceptval(-2)
def port_number(rec: Record, destination: cython.bint) -> cython.longlong:
    """Port or what stands for it: ICMP type and code or id, SPI, SAP, check sum; -1 where there is none."""
    value: cython.uint = rec.dport if destination else rec.sport
    if rec.kind & 0xF0 == 0x80:
        return rec.mar_clients if destination else rec.mar_dropped
    if not rec.present & 2:
        return -1
    if rec.family == 1 or rec.family == 2:
        if rec.family == 1 and (rec.head[1] >> 8) & 0x80:
            value = 0
        if rec.proto == 6 or rec.proto == 17:
            return value
        if rec.proto == 1 and rec.family == 1:
            return value if destination else ((value & 0xFF) << 8) | (value >> 8)
        if rec.proto == 58 and rec.family == 2:
            return rec.sport & 0xFF if destination else rec.sport >> 8
        if rec.proto == 2 or rec.proto == 51:
            return -1
        if rec.proto == 50:
            if not destination:
                return -1
            if rec.family == 2:
                return (cython.cast(cython.longlong, rec.sport) << 16) | rec.dport
            return (cython.cast(cython.longlong, rec.dport & 0xFFFF) << 16) | (rec.extra & 0xFFFF)
        return value if value and rec.proto else -1
    if rec.family == 3 and (rec.etype == 0 or rec.dsap or rec.ssap):
        return rec.dsap if destination else rec.ssap
    if rec.family == 10 and destination:
        return rec.isis_sum
    return -1


class Cells(Output):
    """Reads one value after another out of records.

    `cell` leaves a whole number in `number`, a real in `real`, a time in `micro`. digits: decimal digits of reals, 0 to 9.
    """

    def __init__(self, words, ids, kinds, mans, digits):
        """words: printer that writes the texts; ids, kinds (as in `KINDS`) and mans (0 absent, 1 zero, 2 value) of the fields."""
        self.out = Text()
        self.pause = False
        self.words = words
        self.values = Values()
        self.count = len(ids)
        self.ids = array("i", [*ids, 0])
        self.kinds = array("i", [*kinds, 0])
        self.mans = array("i", [*mans, 0])
        self.digits = digits
        self.scale = 10.0**digits
        self.limit = 2.0**53 / self.scale
        self.number = self.micro = 0
        self.real = 0.0

    def cell(self, rec, i, t):
        """Read field `i` of a record; texts are written into `t`. Returns whether there is a value."""
        kind: cython.int = self.kinds[i]
        if rec.kind & 0xF0 == 0x80 and self.mans[i] != 2:
            return 0
        if kind == 1:
            return self.moment(rec, self.ids[i])
        if kind == 2:
            return self.text(rec, i, t)
        if kind == 3:
            return self.fraction(rec, i)
        if kind == 4:
            return self.whole(rec, i)
        return 0

    def whole(self, rec, i):
        """A whole number."""
        field: cython.int = self.ids[i]
        have: cython.uint = rec.present & ~rec.opaque
        port: cython.longlong
        bits: cython.uint
        if field == 19 or field == 20:  # sport, dport
            port = port_number(rec, field == 20)
            if port < 0:
                return 0
            self.number = port
            return 1
        if rec.kind & 0xF0 == 0x80:
            self.number = 0
            if field == 201:
                self.number = rec.mar_nextseq
            elif field == 215:
                self.number = rec.mar_pkts
            elif field == 218:
                self.number = rec.mar_memory
            elif field == 203:
                self.number = rec.offset
            elif field == 10:
                self.number = rec.ordinal
            else:
                return 0
            return 1
        if field >= 200:
            if 228 <= field <= 230 and rec.net != 0x05 and rec.net != 0x09 and rec.net != 0x0A and rec.net != 0x0D and rec.net != 0x38:
                return 0
            if 233 <= field <= 244 and rec.net != 0x0D:
                return 0
            if field == 201 and not have & 1:
                return 0
            self.number = self.values.integer(rec, field)
            return self.values.ok
        if field == 10:  # rank
            self.number = rec.ordinal
            return 1
        if field == 33 or field == 34:  # sipid, dipid
            bits = (rec.head[9] >> 8) & 3 if have & 0x200 else 0
            self.number = rec.sipid if field == 33 else rec.dipid
            return (bits & (field - 32)) != 0
        if field == 35 or field == 36:  # svlan, dvlan
            bits = (rec.head[6] >> 8) & 3 if have & 0x40 else 0
            self.number = rec.svlan if field == 35 else rec.dvlan
            return (bits & (field - 34)) != 0
        if 54 <= field <= 56:  # sas, das, ias
            self.number = rec.sas if field == 54 else rec.das if field == 55 else rec.ias
            return have & 0x200000 != 0 and not (field == 56 and rec.head[21] & 0xFF < 4)
        if 57 <= field <= 59:  # nstroke, snstroke, dnstroke
            self.number = rec.skeys if field != 59 else 0
            if field != 58:
                self.number += rec.dkeys
            return have & 0x20000 != 0
        return 0

    def fraction(self, rec, i):
        """A real number, rounded."""
        field: cython.int = self.ids[i]
        v: cython.double
        if rec.kind & 0xF0 == 0x80:
            v = cython.cast(cython.double, rec.mar_now_s) - rec.mar_start_s
            v += (cython.cast(cython.double, rec.mar_now_f) - rec.mar_start_f) / 1000000.0
        else:
            if 161 <= field <= 165 and (rec.net != 0x05 or not rec.present & 2):
                return 0
            if 125 <= field <= 136 and rec.net != 0x0D:
                return 0
            v = self.values.real(rec, field)
            if not self.values.ok:
                return 0
        if not isfinite(v):
            return 0
        if v == 0:
            v = 0.0  # a zero without a sign
        elif -self.limit < v < self.limit:
            v = rint(v * self.scale) / self.scale + 0.0
        self.real = v
        return 1

    def moment(self, rec, field):
        """A time; the epoch itself stands for no time."""
        if rec.kind & 0xF0 != 0x80:
            self.micro = moment(rec, field)
        elif field == 1 or field == 4 or field == 6:
            self.micro = cython.cast(cython.longlong, rec.mar_now_s) * 1000000 + rec.mar_now_f
        else:
            self.micro = cython.cast(cython.longlong, rec.mar_start_s) * 1000000 + rec.mar_start_f
        return self.micro != 0

    def text(self, rec, i, t):
        """A text, its padding taken off."""
        field: cython.int = self.ids[i]
        mark: cython.Py_ssize_t = t.n
        first: cython.Py_ssize_t
        k: cython.Py_ssize_t
        high: cython.bint = False
        words: Printer = self.words
        t.room(4096)
        words.out = t
        if field == 24 or field == 25:  # smac, dmac: never a word
            if rec.present & ~rec.opaque & 0x2000:
                t.mac(rec.smac if field == 24 else rec.dmac)
        else:
            words.word(rec, field, i)
        while t.n > mark and t.s[t.n - 1] == 32:
            t.n -= 1
        first = mark
        if field == 48 or field == 49:  # user data without s[n]=
            while first < t.n and t.s[first] != 61:
                first += 1
            first += 1
        elif field == 21 or field == 31 or field == 32:  # dir, sdsb, ddsb
            while first < t.n and t.s[first] == 32:
                first += 1
        if first > mark and t.n > mark:
            for k in range(t.n - first):
                t.s[mark + k] = t.s[first + k]
            t.n -= first - mark
        for k in range(mark, t.n):
            if t.s[k] >= 128:
                high = True
                break
        if high:
            self.unicode(t, mark)
        return t.n > mark

    def unicode(self, t, mark):
        """Bytes that are no UTF-8 are taken for Latin-1."""
        data = bytes(t.s[mark:t.n])
        try:
            data.decode()
        except UnicodeDecodeError:
            t.n = mark
            t.puts(data.decode("latin-1").encode())

    def put_real(self, t, v):
        """The shortest decimal text of a rounded real, at least one digit after the dot."""
        scaled: cython.ulonglong
        unit: cython.ulonglong
        if v < 0:
            t.ch(45)
            v = -v
        if v >= self.limit:
            if v < 1e15:
                return t.puts(repr(v).encode())
            return t.puts(b"%.17g" % v)
        unit = cython.cast(cython.ulonglong, self.scale) if cython.compiled else int(self.scale)
        scaled = cython.cast(cython.ulonglong, rint(v * self.scale)) if cython.compiled else int(rint(v * self.scale))
        t.u64(scaled // unit)
        t.ch(46)
        t.zeros(scaled % unit, self.digits)
        while t.s[t.n - 1] == 48:
            t.n -= 1
        if t.s[t.n - 1] == 46:
            t.ch(48)
        return 0
