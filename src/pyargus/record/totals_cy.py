"""Sums of counters over all records that would be printed.

Source: argus 3 "ra fields", sections "Field tables" and "Derived quantities".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.output_cy import Output
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.values_cy import Values
else:
    from pyargus.record.output_cy import Output
    from pyargus.record.record_cy import Record
    from pyargus.record.values_cy import Values


@cython.final
@cython.cclass
class Totals(Output):
    """Takes the place of a printer and adds up integer fields, by their ids, of the records it is given; management records aside."""

    values: Values
    ids: cython.int[::1]
    sums: cython.ulonglong[::1]

    def __init__(self, fields):
        Output.__init__(self)
        self.values = Values()
        # One more than there are, since a view of nothing cannot be had.
        self.ids = array("i", [*fields, 0])
        self.sums = array("Q", bytes(8 * (len(fields) + 1)))

    @cython.ccall
    @cython.exceptval(-1, check=False)
    def line(self, rec: Record) -> cython.int:
        """Add one record."""
        i: cython.Py_ssize_t
        count: cython.ulonglong
        if rec.kind & 0xF0 == 0x80:
            return 0
        for i in range(len(self.ids) - 1):
            count = self.values.integer(rec, self.ids[i])
            if self.values.ok:
                self.sums[i] += count
        return 0

    def result(self):
        """The sums, in the order of the fields."""
        return [int(self.sums[i]) for i in range(len(self.ids) - 1)]
