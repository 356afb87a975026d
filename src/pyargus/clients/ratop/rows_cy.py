"""The rows of a table in their order: for every row the values that it is sorted by, as numbers that a radix sort takes.

A field is two words of 64 bits: whole numbers, times and addresses as they are, reals with their order kept, texts by their first 16 bytes.
Only rows that changed are looked at; sorting touches numbers alone.
"""
# mypy: ignore-errors

from __future__ import annotations

import struct
from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.filter_cy import Filter
    from cython.cimports.pyargus.record.models_cy import Models
    from cython.cimports.pyargus.record.print_cy import Printer
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.text_cy import Text
    from cython.cimports.pyargus.record.values_cy import Values, last_micro, moment
else:
    from pyargus.record.filter_cy import Filter
    from pyargus.record.models_cy import Models
    from pyargus.record.print_cy import Printer
    from pyargus.record.record_cy import Record
    from pyargus.record.text_cy import Text
    from pyargus.record.values_cy import Values, last_micro, moment

_ALL = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)
_SIGN = cython.declare(cython.ulonglong, 0x8000000000000000)


@cython.final
@cython.cclass
class Rows:
    """Rows are numbered from 0; `put` says what is in one, `arrange` makes the order of those that are shown.

    fields: ids of the field table, the most important first; downward: for each whether large values come first. filter: which rows are
    shown, or None. ids of reals and whole numbers in `sums` are added up over the rows that are shown.
    """

    capacity: cython.Py_ssize_t
    count: cython.Py_ssize_t
    used: cython.uchar[:]
    shown: cython.uchar[:]
    last: cython.longlong[:]
    touched: cython.longlong[:]
    words: cython.ulonglong[:]
    amounts: cython.double[:]
    order: cython.int[:]
    other: cython.int[:]
    fields: cython.int[:]
    downward: cython.int[:]
    depth: cython.int
    sum_fields: cython.int[:]
    sum_count: cython.int
    filter: Filter
    counts: cython.Py_ssize_t[:]
    values: Values
    printer = cython.declare(Printer, visibility="public")
    listed = cython.declare(cython.Py_ssize_t, visibility="readonly")

    def __init__(self, printer):
        """printer: writes the texts of fields that are sorted as texts; its columns are those fields."""
        self.printer = printer
        self.values = Values()
        self.counts = array("q", bytes(8 * 256))
        self.capacity = 0
        self.filter = None
        self.depth = self.sum_count = 0
        self.fields = array("i", [0])
        self.downward = array("i", [0])
        self.sum_fields = array("i", [0])
        self.clear()

    def clear(self):
        """Start without rows."""
        self.count = self.listed = 0
        self.capacity = 0
        self.grow(64)

    def grow(self, capacity):
        """Make room for rows."""
        old: cython.Py_ssize_t = self.capacity
        k: cython.Py_ssize_t
        used: cython.uchar[:] = array("B", bytes(capacity))
        shown: cython.uchar[:] = array("B", bytes(capacity))
        last: cython.longlong[:] = array("q", bytes(8 * capacity))
        touched: cython.longlong[:] = array("q", bytes(8 * capacity))
        order: cython.int[:] = array("i", bytes(4 * capacity))
        for k in range(old):
            used[k] = self.used[k]
            shown[k] = self.shown[k]
            last[k] = self.last[k]
            touched[k] = self.touched[k]
            order[k] = self.order[k]
        self.used = used
        self.shown = shown
        self.last = last
        self.touched = touched
        self.order = order
        self.other = array("i", bytes(4 * capacity))
        words: cython.ulonglong[:] = array("Q", bytes(8 * capacity * 2 * max(1, self.depth)))
        for k in range(old * 2 * self.depth):
            words[k] = self.words[k]
        self.words = words
        amounts: cython.double[:] = array("d", bytes(8 * capacity * max(1, self.sum_count)))
        for k in range(old * self.sum_count):
            amounts[k] = self.amounts[k]
        self.amounts = amounts
        self.capacity = capacity

    def sort_by(self, fields, downward):
        """Set the order; every row must be put again."""
        self.depth = len(fields)
        self.fields = array("i", [*fields, 0])
        self.downward = array("i", [*downward, 0])
        self.words = array("Q", bytes(8 * self.capacity * 2 * max(1, self.depth)))

    def add_up(self, fields):
        """Set the fields that are added up; every row must be put again."""
        self.sum_count = len(fields)
        self.sum_fields = array("i", [*fields, 0])
        self.amounts = array("d", bytes(8 * self.capacity * max(1, self.sum_count)))

    def show(self, program):
        """Set the filter; every row must be put again."""
        self.filter = program

    def update(self, groups: Models, rec: Record, changed: list):
        """Put the rows of the groups in a list."""
        row: cython.longlong
        for row in changed:
            groups.record_of(row, rec)
            self.put(row, rec)

    def print_rows(self, groups: Models, rec: Record, printer: Printer, first: cython.Py_ssize_t, count: cython.Py_ssize_t):
        """Print the rows from a place of the order on."""
        place: cython.Py_ssize_t
        for place in range(first, min(first + count, self.listed)):
            groups.record_of(self.order[place], rec)
            printer.line(rec)

    @cython.ccall
    def put(self, row: cython.Py_ssize_t, rec: Record) -> object:
        """What is in a row now."""
        k: cython.int
        at: cython.Py_ssize_t
        self.reach(row)
        self.used[row] = 1
        self.shown[row] = self.filter is None or self.filter.accepts(rec)
        self.last[row] = last_micro(rec)
        for k in range(self.depth):
            at = 2 * (row * self.depth + k)
            self.key(rec, self.fields[k], at)
            if self.downward[k]:
                self.words[at] ^= _ALL
                self.words[at + 1] ^= _ALL
        for k in range(self.sum_count):
            self.amounts[row * self.sum_count + k] = self.amount(rec, self.sum_fields[k])
        return None

    @cython.cfunc
    @cython.exceptval(-1)
    def key(self, rec: Record, field: cython.int, at: cython.Py_ssize_t) -> cython.int:
        """The two words of a field, the higher one first."""
        number: cython.double
        high: cython.ulonglong = 0
        low: cython.ulonglong = 0
        if field == 13 or field == 15:
            high = rec.saddr_hi
            low = rec.saddr_lo
        elif field == 14 or field == 16:
            high = rec.daddr_hi
            low = rec.daddr_lo
        elif field == 18:
            low = rec.proto if rec.family == 1 or rec.family == 2 else 256 + rec.family
        elif field == 19:
            low = rec.sport
        elif field == 20:
            low = rec.dport
        elif field < 10:
            low = cython.cast(cython.ulonglong, moment(rec, field))
        elif field < 100:
            return self.text(rec, field, at)
        elif field < 200:
            number = self.values.real(rec, field)
            low = ordered(number if self.values.ok and number == number else 0.0)
        else:
            low = self.values.integer(rec, field)
            if not self.values.ok:
                low = 0
        self.words[at] = high
        self.words[at + 1] = low
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def text(self, rec: Record, field: cython.int, at: cython.Py_ssize_t) -> cython.int:
        """The first 16 bytes of a text, blanks before it left out."""
        t: Text = self.printer.out
        k: cython.Py_ssize_t
        i: cython.Py_ssize_t
        n: cython.int = 0
        mark: cython.Py_ssize_t
        high: cython.ulonglong = 0
        low: cython.ulonglong = 0
        t.room(4096)
        mark = t.n
        for k in range(self.printer.count):
            if self.printer.ids[k] == field:
                self.printer.word(rec, field, k)
                break
        for i in range(mark, t.n):
            if n == 0 and t.s[i] == 32:
                continue
            if n < 8:
                high |= cython.cast(cython.ulonglong, t.s[i]) << (56 - 8 * n)
            elif n < 16:
                low |= cython.cast(cython.ulonglong, t.s[i]) << (120 - 8 * n)
            n += 1
        t.n = mark
        self.words[at] = high
        self.words[at + 1] = low
        return 0

    @cython.cfunc
    @cython.exceptval(-1.0, check=True)
    def amount(self, rec: Record, field: cython.int) -> cython.double:
        """A number to add up, 0 where the record lacks it."""
        number: cython.double
        if field < 200:
            number = self.values.real(rec, field)
        else:
            number = cython.cast(cython.double, self.values.integer(rec, field))
        return number if self.values.ok and number == number else 0.0

    @cython.cfunc
    @cython.exceptval(-1)
    def reach(self, row: cython.Py_ssize_t) -> cython.int:
        """Have room for a row."""
        capacity: cython.Py_ssize_t = self.capacity
        if row >= capacity:
            while capacity <= row:
                capacity *= 2
            self.grow(capacity)
        if row >= self.count:
            self.count = row + 1
        return 0

    def touch(self, row: cython.Py_ssize_t, now: cython.longlong):
        """A record has come for a row."""
        self.reach(row)
        self.used[row] = 1
        self.touched[row] = now

    def silent(self, before: cython.longlong):
        """The rows that were touched before a time, and not since."""
        k: cython.Py_ssize_t
        out: list = []
        for k in range(self.count):
            if self.used[k] and self.touched[k] < before:
                out.append(k)
        return out

    def drop(self, row: cython.Py_ssize_t):
        """A row that is no more; one that was never put may go too."""
        if row < self.count:
            self.used[row] = self.shown[row] = 0

    def hide(self, row: cython.Py_ssize_t):
        """A row that is not shown though the filter passes it."""
        self.shown[row] = 0

    def holds(self, row: cython.Py_ssize_t):
        """Whether there is such a row."""
        return 0 <= row < self.count and self.used[row] != 0

    def is_shown(self, row: cython.Py_ssize_t):
        """Whether a row is shown."""
        return self.shown[row] != 0

    def last_time(self, row: cython.Py_ssize_t):
        """Last time of a row's record, µs since 1970."""
        return self.last[row]

    def arrange(self, limit):
        """Put the rows that are shown in order, at most `limit` of them, 0 for all; returns how many there are."""
        n: cython.Py_ssize_t = 0
        k: cython.Py_ssize_t
        w: cython.int
        b: cython.int
        for k in range(self.count):
            if self.used[k] and self.shown[k]:
                self.order[n] = k
                n += 1
        for w in range(2 * self.depth - 1, -1, -1):
            for b in range(8):
                self.digit(n, w, 8 * b)
        self.listed = n if not limit else min(n, limit)
        return n

    @cython.cfunc
    @cython.exceptval(-1)
    def digit(self, n: cython.Py_ssize_t, word: cython.int, shift: cython.int) -> cython.int:
        """A stable sort of the first n of the order by eight bits of a word."""
        counts: cython.Py_ssize_t[:] = self.counts
        k: cython.Py_ssize_t
        i: cython.int
        value: cython.int
        at: cython.Py_ssize_t
        step: cython.Py_ssize_t = 2 * self.depth
        for i in range(256):
            counts[i] = 0
        for k in range(n):
            value = (self.words[self.order[k] * step + word] >> shift) & 255
            counts[value] += 1
        at = 0
        for i in range(256):
            if counts[i] == n:
                return 0
            k = counts[i]
            counts[i] = at
            at += k
        for k in range(n):
            value = (self.words[self.order[k] * step + word] >> shift) & 255
            self.other[counts[value]] = self.order[k]
            counts[value] += 1
        self.order, self.other = self.other, self.order
        return 0

    def row_at(self, place: cython.Py_ssize_t):
        """The row at a place of the order."""
        return self.order[place]

    def place_of(self, row):
        """The place of a row in the order, -1 if it is not listed."""
        k: cython.Py_ssize_t
        wanted: cython.int = row
        for k in range(self.listed):
            if self.order[k] == wanted:
                return k
        return -1

    def sums(self):
        """The sums over all rows that are shown, in the order of the fields that are added up."""
        k: cython.Py_ssize_t
        i: cython.int
        out = []
        total: cython.double
        for i in range(self.sum_count):
            total = 0.0
            for k in range(self.count):
                if self.used[k] and self.shown[k]:
                    total += self.amounts[k * self.sum_count + i]
            out.append(total)
        return out

    def greatest(self, i: cython.int):
        """The largest value of the i-th field that is added up, among the rows that are shown."""
        k: cython.Py_ssize_t
        top: cython.double = 0.0
        for k in range(self.count):
            if self.used[k] and self.shown[k] and self.amounts[k * self.sum_count + i] > top:
                top = self.amounts[k * self.sum_count + i]
        return top


@cython.cfunc
@cython.exceptval(0, check=True)
def ordered(value: cython.double) -> cython.ulonglong:
    """A whole number that is in the order of the reals."""
    bits: cython.ulonglong
    bits = struct.unpack("=Q", struct.pack("=d", value + 0.0))[0]
    return bits ^ _ALL if bits & _SIGN else bits | _SIGN
