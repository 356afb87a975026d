"""Groups of several statements of racluster.conf as the rows of one table.

Source: argus 3 clients, "racluster.conf".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.cluster_cy import Statement
    from cython.cimports.pyargus.record.group_cy import Joiner
    from cython.cimports.pyargus.record.labelled_cy import put_label
    from cython.cimports.pyargus.record.record_cy import Record
else:
    from pyargus.record.group_cy import Joiner
    from pyargus.record.labelled_cy import put_label
    from pyargus.record.record_cy import Record


class Models:
    """Merges flow records by statements, the first that takes a record or, with `cont`, several of them.

    A row is a number: that of a group times the number of statements, plus the place of its statement. number: of statements.
    Their times have no effect: rows stay until they are removed.
    """

    def __init__(self, statements):
        self.statements = statements
        self.number = len(statements)
        self.seen = [0] * self.number
        self.first = statements[0]
        self.record = Record()
        self.joiner = Joiner()
        self.plain = self.number == 1 and self.first.filter is None and self.first.grep is None
        for statement in statements:
            statement.table.idle = statement.table.status = 0
            statement.table.intact = self.number > 1 and statement.more

    def count(self):
        """How many rows there are."""
        statement: Statement
        n: cython.Py_ssize_t = self.first.table.count
        if self.number > 1:
            n = 0
            for statement in self.statements:
                n += statement.table.count
        return n

    def add(self, rec):
        """Take a flow record."""
        statement: Statement
        if self.plain:
            self.first.table.add(rec)
            return 0
        for statement in self.statements:
            if statement.filter is not None and not statement.filter.accepts(rec):
                continue
            if statement.grep is not None and statement.grep.search(rec.label() or b"") is None:
                continue
            statement.table.add(rec)
            if not statement.more:
                break
        return 0

    def rows(self):
        """All rows, those of a statement in the order of their last update."""
        out: list = []
        k: cython.Py_ssize_t
        for k in range(self.number):
            out += [g * self.number + k for g in self.statements[k].table.handles()]
        return out

    def changed(self):
        """The rows that were updated since the last call."""
        out: list = []
        k: cython.Py_ssize_t
        statement: Statement
        for k in range(self.number):
            statement = self.statements[k]
            some: list = statement.table.updated_since(self.seen[k])
            self.seen[k] = statement.table.clock
            out += some if self.number == 1 else [g * self.number + k for g in some]
        return out

    def record_of(self, row, into):
        """The record of a row, with the label of its statement."""
        statement: Statement = self.statements[row % self.number]
        rec: Record = self.record
        if not statement.label:
            return statement.table.record_of(row // self.number, into)
        statement.table.record_of(row // self.number, rec)
        return put_label(self.joiner, rec, statement.label, into)

    def remove(self, row):
        """Take a row away."""
        statement: Statement = self.statements[row % self.number]
        return statement.table.remove(row // self.number)

    def reverse(self, row):
        """Exchange source and destination of a row."""
        statement: Statement = self.statements[row % self.number]
        return statement.table.reverse(row // self.number)

    def clear(self):
        """Forget everything."""
        statement: Statement
        for statement in self.statements:
            statement.table.clear()
        self.seen = [0] * self.number
        return 0

    def expired(self, before):
        """The rows whose records ended before a moment, µs since 1970."""
        out: list = []
        k: cython.Py_ssize_t
        statement: Statement
        for k in range(self.number):
            statement = self.statements[k]
            out += [g * self.number + k for g in statement.table.expired(before, 0)]
        return out
