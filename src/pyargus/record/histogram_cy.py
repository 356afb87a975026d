"""The values of one number of every record, and the records of each of its bins made one.

Source: argus 3 client behaviour, section "rahisto".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.libc.math import fabs, log10, sqrt
    from cython.cimports.pyargus.record.stage_cy import Stage
    from cython.cimports.pyargus.record.stats_cy import bits_of
    from cython.cimports.pyargus.record.values_cy import Values, start_f, start_s
else:
    from math import fabs, log10, sqrt

    from pyargus.record.stage_cy import Stage
    from pyargus.record.stats_cy import bits_of
    from pyargus.record.values_cy import Values, start_f, start_s

# What is counted beside the fields of whole and real numbers.
WHOLE, REAL, SPORT, DPORT, RATE = range(1, 6)


class Tally:
    """Counts values by bins, with the mean and the deviation of each.

    The places are 0 for what is below `start`, 1 to `bins`, and bins + 1 for what is at or above `end`. closed: a value at `start` is
    within.
    Means and deviations are IEEE singles that every value changes in turn, as in the records of readers, whose last digits they thus have.
    """

    def __init__(self, start, end, bins, logarithmic, closed):
        self.start = start
        self.end = end
        self.bins = bins
        self.logarithmic = logarithmic
        self.closed = closed
        self.low = self.scaled(start)
        self.width = (self.scaled(end) - self.low) / bins
        # One more than there are places, for sums over them.
        self.count = array("Q", bytes(8 * (bins + 3)))
        self.mean = array("f", bytes(4 * (bins + 3)))
        self.deviation = array("f", bytes(4 * (bins + 3)))
        self.scratch = array("f", bytes(4))
        self.least = array("d", bytes(8 * (bins + 3)))
        self.most = array("d", bytes(8 * (bins + 3)))

    def scaled(self, value):
        """The value or its logarithm; that of zero counts as zero."""
        return (log10(value) if value > 0 else 0.0) if self.logarithmic else value

    def place(self, value):
        """The place of a value."""
        i: cython.Py_ssize_t
        if value < self.start or (value == self.start and not self.closed):
            return 0
        if value >= self.end:
            return self.bins + 1
        if self.logarithmic:
            value = log10(value) if value > 0 else 0.0
            if value < self.low or (value == self.low and not self.closed):
                # A range from zero has the logarithms from zero, that is values from one.
                return 0
        i = cython.cast(cython.Py_ssize_t, (value - self.low) / self.width)
        # Rounding may lead over the ends.
        if i < 0:
            return 1
        return i + 1 if i < self.bins else self.bins

    def single(self, value):
        """The value rounded to a single."""
        self.scratch[0] = value
        return self.scratch[0]

    def join(self, place, n, mean, deviation):
        """Add n values of this mean and deviation to those of a place."""
        before: cython.ulonglong = self.count[place]
        m: cython.double = self.mean[place]
        d: cython.double = self.deviation[place]
        total: cython.double
        squares: cython.double
        self.count[place] = before + n
        if before == 0:
            self.mean[place] = mean
            self.deviation[place] = deviation
            return 0
        total = self.single(m * self.single(before)) + self.single(mean * self.single(n))
        squares = before * (d * d + m * m) + n * (deviation * deviation + mean * mean)
        self.mean[place] = total / (before + n)
        m = self.mean[place]
        self.deviation[place] = sqrt(fabs(squares / (before + n) - m * m))
        return 0

    def take(self, values):
        """Count values, in their order."""
        i: cython.Py_ssize_t
        at: cython.Py_ssize_t
        for i in range(values.shape[0]):
            at = self.place(values[i])
            if self.count[at] == 0 or values[i] < self.least[at]:
                self.least[at] = values[i]
            if self.count[at] == 0 or values[i] > self.most[at]:
                self.most[at] = values[i]
            self.join(at, 1, self.single(values[i]), 0.0)
        return 0

    def describe(self, place, rec):
        """Make the statistics of a record, to which the records of a place were merged, those of the values there."""
        rec.present |= 16
        rec.agr_count = self.count[place]
        rec.agr[4] = cython.cast(cython.uint, self.count[place])
        rec.agr[5] = bits_of(self.least[place])
        rec.agr[6] = bits_of(self.mean[place])
        rec.agr[7] = bits_of(self.deviation[place])
        rec.agr[8] = bits_of(self.most[place])
        return 0

    def counted(self, place):
        """How many values are at a place."""
        return self.count[place]

    def total(self, first, last):
        """Number, mean and deviation of the values at the places from `first` to `last`."""
        i: cython.Py_ssize_t
        sums: cython.Py_ssize_t = self.bins + 2
        self.count[sums] = 0
        for i in range(first, last + 1):
            if self.count[i]:
                self.join(sums, self.count[i], self.mean[i], self.deviation[i])
        if not self.count[sums]:
            return 0, 0.0, 0.0
        return self.count[sums], self.mean[sums], self.deviation[sums]


class Histogram(Stage):
    """Keeps the value of a field of every flow record that has it. count: of them; lacking: flow records without.

    code, field: what is read, and for WHOLE and REAL the id of the field. absolute: without signs. whole: all values are whole numbers.
    filled: a record without counts as zero.
    gaps: instead of the value the seconds from the start of the record before, in the order of the input.
    place: None, or what says for a value which of `tables` (Aggregators) takes its record, -1 for none.
    report: makes the text that is put out at the end; deliver: puts the records of the tables, or None.
    """

    def __init__(self, code, field):
        self.out = None
        self.code = code
        self.field = field
        self.absolute = self.gaps = self.filled = False
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
            # The window of a destination whose packets alone were seen is known, though no column shows it.
            return self.numbers.ok or (self.field == 246 and self.last != 0)
        if self.code == 2:
            self.last = self.numbers.real(rec, self.field)
            self.whole = False
            # Mean sizes are counted in double precision, printed in single.
            if self.field == 109 and rec.spkts:
                self.last = cython.cast(cython.double, rec.sbytes) / rec.spkts
            elif self.field == 110 and rec.dpkts:
                self.last = cython.cast(cython.double, rec.dbytes) / rec.dpkts
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
            if not self.filled:
                return 0
            self.last = 0.0
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
