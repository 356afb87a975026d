"""Records as JSON objects, one a line or in an array, and as CSV.

JSON: RFC 8259, every object with the same keys in the order of the fields, absent values null. CSV: RFC 4180 with a line feed after each
row, the names of the fields as header, absent values empty. Times are ISO 8601 in UTC with six digits, or seconds since 1970.
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.cells_cy import Cells
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.text_cy import Text
else:
    from pyargus.record.cells_cy import Cells
    from pyargus.record.record_cy import Record
    from pyargus.record.text_cy import Text


@cython.cfunc
@cython.exceptval(-1)
def quoted_json(t: Text, source: Text) -> cython.int:
    """A JSON string."""
    k: cython.Py_ssize_t
    c: cython.uint
    t.room(6 * source.n + 4096)
    t.ch(34)
    for k in range(source.n):
        c = source.s[k]
        if c < 32:
            t.puts(b"\\u00")
            t.hexa(c, 2)
            continue
        if c == 34 or c == 92:
            t.ch(92)
        t.ch(c)
    return t.ch(34)


@cython.cfunc
@cython.exceptval(-1)
def quoted_csv(t: Text, source: Text) -> cython.int:
    """A CSV value, in quotes where it needs them."""
    k: cython.Py_ssize_t
    c: cython.uint
    quote: cython.bint = False
    for k in range(source.n):
        c = source.s[k]
        if c == 34 or c == 44 or c == 10 or c == 13:
            quote = True
            break
    t.room(2 * source.n + 4096)
    if quote:
        t.ch(34)
    for k in range(source.n):
        c = source.s[k]
        if c == 34:
            t.ch(34)
        t.ch(c)
    return t.ch(34) if quote else 0


@cython.final
@cython.cclass
class Lines(Cells):
    """Writes records into `out`. form: 0 NDJSON, 1 JSON array, 2 CSV. epoch: times as seconds since 1970."""

    form: cython.int
    epoch: cython.bint
    keys: list
    scratch: Text
    rows: cython.ulonglong
    day: cython.longlong
    date: bytes

    def __init__(self, words, ids, kinds, mans, digits, names, form, epoch):
        Cells.__init__(self, words, ids, kinds, mans, digits)
        self.form = form
        self.epoch = epoch
        if form == 2:
            self.keys = [(b"," if i else b"") + name.encode() for i, name in enumerate(names)]
        else:
            self.keys = [(b"," if i else b"{") + b'"' + name.encode() + b'":' for i, name in enumerate(names)]
        self.scratch = Text()
        self.rows = 0
        self.day = -1
        self.date = b""

    @cython.ccall
    @cython.exceptval(-1, check=False)
    def begin(self) -> cython.int:
        """The opening bracket of the array, the header of the table."""
        self.out.room(64 * self.count + 4096)
        if self.form == 1:
            self.out.puts(b"[")
        elif self.form == 2:
            for key in self.keys:
                self.out.puts(key)
            self.out.ch(10)
        return 0

    @cython.ccall
    @cython.exceptval(-1, check=False)
    def end(self) -> cython.int:
        """The closing bracket of the array."""
        self.out.room(64)
        if self.form == 1:
            self.out.puts(b"\n]\n" if self.rows else b"]\n")
        return 0

    @cython.ccall
    @cython.exceptval(-1, check=False)
    def line(self, rec: Record) -> cython.int:
        """One object or row."""
        t: Text = self.out
        scratch: Text = self.scratch
        i: cython.int
        kind: cython.int
        there: cython.bint
        t.room(96 * self.count + 4096)
        if self.form == 1:
            t.puts(b",\n" if self.rows else b"\n")
        self.rows += 1
        for i in range(self.count):
            if self.form != 2:
                t.puts(cython.cast(bytes, self.keys[i]))
            elif i:
                t.ch(44)
            kind = self.kinds[i]
            scratch.n = 0
            there = self.cell(rec, i, scratch)
            if not there:
                if self.form != 2:
                    t.puts(b"null")
                elif self.count == 1:
                    t.puts(b'""')  # an empty line is no row
            elif kind == 4:
                t.u64(self.number)
            elif kind == 3:
                self.put_real(t, self.real)
            elif kind == 1:
                self.stamp(self.micro)
            else:
                if self.form == 2:
                    quoted_csv(t, scratch)
                else:
                    quoted_json(t, scratch)
                t.room(96 * self.count + 4096)
        if self.form != 2:
            t.puts(b"}" if self.count else b"{}")
        return t.ch(10) if self.form != 1 else 0

    @cython.cfunc
    @cython.exceptval(-1)
    def stamp(self, micro: cython.longlong) -> cython.int:
        """A time."""
        t: Text = self.out
        sec: cython.longlong = micro // 1000000
        day: cython.longlong = sec // 86400
        left: cython.longlong = sec % 86400
        if self.epoch:
            t.u64(sec)
            t.ch(46)
            return t.zeros(micro % 1000000, 6)
        if day != self.day:
            self.day = day
            self.date = calendar_date(day)
        if self.form != 2:
            t.ch(34)
        t.puts(self.date)
        t.zeros(left // 3600, 2)
        t.ch(58)
        t.zeros(left // 60 % 60, 2)
        t.ch(58)
        t.zeros(left % 60, 2)
        t.ch(46)
        t.zeros(micro % 1000000, 6)
        t.ch(90)
        return t.ch(34) if self.form != 2 else 0


def calendar_date(day):
    """`YYYY-MM-DDT` of a day counted from 1970-01-01."""
    from datetime import date

    return date.fromordinal(719163 + day).isoformat().encode() + b"T"
