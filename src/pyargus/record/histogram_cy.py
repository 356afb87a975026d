"""The values of one number of every record, and the records of each of its bins made one.

Source: argus 3 client behaviour, section "rahisto".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.stage_cy import Stage
    from cython.cimports.pyargus.record.values_cy import Values, start_f, start_s
else:
    from pyargus.record.stage_cy import Stage
    from pyargus.record.values_cy import Values, start_f, start_s

# What is counted beside the fields of whole and real numbers.
WHOLE, REAL, SPORT, DPORT, RATE = range(1, 6)


class Histogram(Stage):
    """Keeps the value of a field of every flow record that has it. count: of them; lacking: flow records without.

    code, field: what is read, and for WHOLE and REAL the id of the field. absolute: without signs. whole: all values are whole numbers.
    gaps: instead of the value the seconds from the start of the record before, in the order of the input.
    place: None, or what says for a value which of `tables` (Aggregators) takes its record, -1 for none.
    report: makes the text that is put out at the end; deliver: puts the records of the tables, or None.
    """

    def __init__(self, code, field):
        self.out = None
        self.code = code
        self.field = field
        self.absolute = self.gaps = False
        self.whole = True
        self.count = 0
        self.held = array("d", bytes(8 * 1024))
        self.numbers = Values()
        self.place = self.tables = self.report = self.deliver = None
        self.lacking = 0
        self.last = self.before = 0.0
        self.reported = False

    def read(self, rec):
        """Set `last` to the value of a record; False where it has none."""
        duration: cython.double
        if self.code == 1:
            self.last = self.numbers.integer(rec, self.field)
            return self.numbers.ok
        if self.code == 2:
            self.last = self.numbers.real(rec, self.field)
            self.whole = False
            return self.numbers.ok and self.last == self.last
        if self.code == 5:
            # Packets per second, where the column shows the intervals between them per second.
            duration = self.numbers.real(rec, 100)
            self.whole = False
            self.last = (rec.spkts + rec.dpkts) / duration if duration > 0 else 0.0
            return True
        if not rec.present & 2 or (rec.family != 1 and rec.family != 2) or (rec.proto != 6 and rec.proto != 17):
            return False
        self.last = rec.sport if self.code == 3 else rec.dport
        return True

    def keep(self, value):
        grown: cython.double[::1]
        if self.count == len(self.held):
            grown = array("d", bytes(16 * self.count))
            grown[: self.count] = self.held
            self.held = grown
        self.held[self.count] = value
        self.count += 1
        return 0

    def add(self, rec):
        """Take the value of a record."""
        start: cython.double
        if rec.kind & 0xF0 == 0x80:
            return 0
        if self.gaps:
            start = start_s(rec) + start_f(rec) / 1000000.0
            self.last = start - self.before
            self.whole = False
            if self.before == 0:
                self.before = start
                return 0
            self.before = start
        elif not self.read(rec):
            self.lacking += 1
            return 0
        if self.absolute and self.last < 0:
            self.last = -self.last
        self.keep(self.last)
        if self.place is not None:
            i = self.place(self.last)
            if i >= 0:
                self.tables[i].add(rec)
        return 0

    def values(self):
        """All values, as an array of doubles."""
        return array("d", bytes(memoryview(self.held[: self.count])))

    def finish(self):
        """Put the report out, or the records."""
        if not self.reported:
            self.reported = True
            if self.deliver is not None:
                self.deliver()
            else:
                self.out.printer.out.puts(self.report())
        return False
