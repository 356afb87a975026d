"""The stage of racluster: records go to the groups of statements, groups go out at the end, or when their time is over.

Source: argus 3 clients, "racluster".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

from pyargus.record.arena import words

if cython.compiled:
    from cython.cimports.pyargus.record.decode_cy import preview
    from cython.cimports.pyargus.record.group_cy import Aggregator, Joiner
    from cython.cimports.pyargus.record.halves_cy import Halves, Part
    from cython.cimports.pyargus.record.labelled_cy import put_label
    from cython.cimports.pyargus.record.order_cy import Order
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import as_recorded, repair
    from cython.cimports.pyargus.record.sortkeys_cy import SortKeys
    from cython.cimports.pyargus.record.stage_cy import Stage
    from cython.cimports.pyargus.record.values_cy import Values, first_micro
else:
    from pyargus.record.decode_cy import preview
    from pyargus.record.group_cy import Aggregator, Joiner
    from pyargus.record.halves_cy import Halves, Part
    from pyargus.record.labelled_cy import put_label
    from pyargus.record.order_cy import Order
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import as_recorded, repair
    from pyargus.record.sortkeys_cy import SortKeys
    from pyargus.record.stage_cy import Stage
    from pyargus.record.values_cy import Values, first_micro


# Groups of a share, which one of two processes puts.
_SHARE = cython.declare(cython.Py_ssize_t, 512)


class Statement:
    """Which records belong to a table of groups, and when its groups go out.

    table: an Aggregator. filter: a Filter, None for all. grep: a compiled pattern of bytes for the label, None for all. label: text that
    the groups' labels get. more: the record is offered to the statements after this one too.
    status: a group goes out at the record with which it would span so many µs; idle: at the first record of any key that begins so many
    µs after its end, or at one of its own that ends so long before it. Both are 0 for never.
    """

    def __init__(self, table, filter=None, grep=None, label=b"", status=0, idle=0, more=False):
        self.table = table
        self.filter = filter
        self.grep = grep
        self.label = label
        self.more = more
        table.status = status
        table.idle = idle


def timed(statement):
    """Whether groups of a statement go out before the end."""
    return statement.table.status != 0 or statement.table.idle != 0


class Cluster(Stage):
    """Merges records by statements. records: how many flow records came.

    as_recorded: TCP flows, and replies of ICMP, whose direction was corrected when they were read get back the recorded one.
    keys: SortKeys that the output is ordered by, None for the order of the last update. counts_written, from_number, to_number: the
    range of -N over records that are written.
    """

    def __init__(self, statements, keys=None):
        Stage.__init__(self)
        self.statements = statements
        self.keys = keys
        self.records = 0
        self.record = Record()
        self.labelled = Record()
        self.joiner = Joiner()
        self.waiting = None
        self.place = 0
        self.source = 0
        self.part = -1
        self.dealt = 0
        self.halves = None
        self.again = self.glanced = self.elsewhere = False
        self.came = 0
        self.as_recorded = self.unturned = self.counts_written = False
        self.shown = 0
        self.from_number = 1
        self.to_number = 0
        self.timed = any(map(timed, statements))
        self.first = statements[0]
        self.plain = len(statements) == 1 and self.first.filter is None and self.first.grep is None
        for statement in statements:
            statement.table.intact = len(statements) > 1 and statement.more

    def glance(self, rec, at, length):
        """Take a flow record unread but for its group, where it waits there."""
        if self.halves is not None:
            self.come()
            self.glanced = True
        if not self.plain or self.timed or not self.first.table.waits() or not self.previewed(rec, at):
            return False
        self.glanced = False
        if self.elsewhere:
            return True
        self.records += 1
        self.first.table.add_preview(rec)
        return True

    def previewed(self, rec, at):
        """Fill `rec` as far as groups are told from, and repair it; False where that is not all that is done to a record.

        Sets `elsewhere` for a record of the other half, which is not repaired.
        """
        kind: cython.uint = rec.data[at] & 0xF0
        table: Aggregator = self.first.table
        if kind != 0x10 and kind != 0x30:
            return False
        self.elsewhere = preview(rec, at, table.half if table.by_ends else -1) == 2
        if self.elsewhere:
            return True
        if rec.present & 6 != 6:
            return False
        repair(rec)
        return not (self.as_recorded and rec.reversed_)

    def add(self, rec):
        """Take a record: flows are merged, events handed on, management records dropped."""
        statement: Statement
        self.arrive()
        if rec.kind & 0xF0 == 0x80:
            return 0
        if rec.kind & 0xF0 == 0x40 or not rec.present & 2:
            return self.hand_on(rec)
        self.records += 1
        if self.unturned:
            self.changed()
        if self.plain:
            if self.timed:
                self.tick(first_micro(rec))
            self.first.table.add(rec)
            return self.deliver_ripe(self.first)
        if self.timed:
            self.tick(first_micro(rec))
        for statement in self.statements:
            if statement.filter is not None and not statement.filter.accepts(rec):
                continue
            if statement.grep is not None and statement.grep.search(rec.label() or b"") is None:
                continue
            statement.table.add(rec)
            self.deliver_ripe(statement)
            if not statement.more:
                return 0
        return 0

    def arrive(self):
        """A record is added: it counts unless it was glanced at."""
        if self.halves is not None and not self.glanced:
            self.come()
        self.glanced = False
        return 0

    def come(self):
        """A record has come. What two processes number is the same for both, as each record is glanced at or, where none is, added."""
        self.came += 1
        self.first.table.number(self.came)
        return 0

    def hand_on(self, rec):
        """Put an event, which nothing is done to; other records without a flow key are dropped."""
        return self.out.put(rec) if rec.kind & 0xF0 == 0x40 and not self.again else 0

    def as_read(self, rec):
        """Give a TCP flow, or a reply of ICMP, back the direction in which it was recorded, if that is asked for."""
        self.unturned = False
        if self.as_recorded and rec.reversed_ and rec.present & 2 and (rec.kind & 0xF0 == 0x10 or rec.kind & 0xF0 == 0x30):
            if (rec.proto == 6 and rec.family <= 2) or (rec.proto == 1 and rec.family == 1):
                as_recorded(rec)
                self.unturned = True
        return 0

    def changed(self):
        """The record that is added next is not any more what was read."""
        statement: Statement
        for statement in self.statements:
            statement.table.changed()
        return 0

    def deliver_ripe(self, statement):
        """Put the groups in whose place a record of their key began another one."""
        table: Aggregator = statement.table
        old: cython.longlong
        if table.ripe:
            for old in table.ripe:
                self.deliver(statement, old)
                table.drop(old)
            table.ripe = []
        return 0

    def sweep(self, statement, now):
        """Put the groups of a statement that were silent for its idle time, up to the first in the order of updates that was not."""
        table: Aggregator = statement.table
        old: cython.longlong = table.oldest()
        while old >= 0 and table.last_of(old) + table.idle <= now:
            self.deliver(statement, old)
            table.remove(old)
            old = table.oldest()
        return 0

    def tick(self, now):
        """Put what has fallen idle by a moment, µs since 1970."""
        statement: Statement
        for statement in self.statements:
            if statement.table.idle:
                self.sweep(statement, now)
        return 0

    def deliver(self, statement, g):
        """Put the record of a group, which is put once."""
        rec: Record
        if self.counts_written:
            self.shown += 1
            if self.to_number and self.shown > self.to_number:
                self.out.done = True
            if self.out.done or self.shown < self.from_number:
                return 0
        # Merging clients write statistics of aggregation only where there was something to aggregate, or nothing is to be merged.
        self.out.aggregate = statement.table.keys.nothing and not statement.table.norep
        rec = statement.table.last_of_all(g, self.record)
        if statement.label:
            rec = self.with_label(rec, statement.label)
        return self.out.put(rec)

    def with_label(self, rec, label):
        """The record with a label, or one more in the label that it has."""
        put_label(self.joiner, rec, label, self.labelled)
        return self.labelled

    def halvable(self):
        """Whether two processes may each merge the records of half of the keys; `halve` says which."""
        table: Aggregator = self.first.table
        return self.plain and not self.timed and not self.counts_written and not self.first.label and table.halvable()

    def halve(self, halves):
        """Take one half from now on."""
        self.halves = halves
        self.first.table.half = halves.part
        return 0

    def own_parts(self):
        """The groups of this half, by the places at which they go out."""
        table: Aggregator = self.first.table
        handles: cython.longlong[::1] = words(table.count, "q")
        marks: cython.ulonglong[::1] = words(table.count)
        g: cython.longlong = table.oldest()
        i: cython.Py_ssize_t = 0
        while g >= 0:
            handles[i] = g
            marks[i] = table.serial_of(g)
            g = table.next_of(g)
            i += 1
        return {0: Part(handles, marks, None if self.keys is None else self.rows_of(table, handles))}

    def lose(self):
        """Take the other half, all of which comes again: the other process has failed."""
        self.again = True
        self.glanced = False
        self.came = 0
        self.first.table.half = 1 - self.first.table.half
        return 0

    def divisible(self):
        """Whether two processes may each put every other share of the groups that are left; `divide` says which."""
        return not self.counts_written and self.halves is None

    def left(self):
        """How many groups are left. The order in which they go out is found."""
        statement: Statement
        count: cython.Py_ssize_t = 0
        for statement in self.statements:
            count += statement.table.count
        self.take_up_statement()
        return count

    def divide(self, part):
        """Put only the shares of even (`part` 0) or odd (1) number from now on, or all of them (-1)."""
        self.part = part
        return 0

    def share(self):
        """The number of the share that is put next."""
        return self.dealt // _SHARE

    def mine(self):
        """Whether what is put next is in a share of this process."""
        return self.part < 0 or (self.dealt // _SHARE) & 1 == self.part

    def between(self):
        """Whether a share is complete, where there are shares."""
        return self.part >= 0 and self.dealt % _SHARE == 0

    def hand_out(self, statement, g):
        """Put the record of a group that is left, if it is in a share of this process."""
        if self.halves is not None:
            return self.hand_over(statement, g, 0)
        if self.mine():
            self.deliver(statement, g)
        else:
            self.out.pass_over()
        self.dealt += 1
        return 0

    def hand_over(self, statement, item, place):
        """Put the record of a group of either half."""
        halves: Halves = self.halves
        if item >= 0:
            self.deliver(statement, item)
            if halves.part == 1:
                halves.measure(self.out)
        elif halves.part == 1:
            self.out.pass_over()
        elif not halves.sent(self.out):
            self.deliver(statement, halves.known(place, item))
        return 0

    def take_up_statement(self):
        """Find the order of the groups of the statement whose groups go out now."""
        statement: Statement
        if self.waiting is None and self.source < len(self.statements):
            statement = self.statements[self.source]
            self.waiting = self.halves.mixed(0) if self.halves is not None else self.ordered(statement.table)
            self.place = 0
        return 0

    def finish(self):
        """Put the groups that are left, by statement, until the outputs are full; whether there is more."""
        statement: Statement
        while self.source < len(self.statements):
            statement = self.statements[self.source]
            self.take_up_statement()
            while self.place < len(self.waiting):
                self.hand_out(statement, self.waiting[self.place])
                self.place += 1
                if self.out.done:
                    return False
                if self.out.full() or self.between():
                    return True
            self.waiting = None
            self.source += 1
        return False

    def totals(self, fields):
        """Sums of integer fields, by their ids, over all groups."""
        values: Values = Values()
        statement: Statement
        i: cython.Py_ssize_t
        g: cython.longlong
        sums: list = [0] * len(fields)
        for statement in self.statements:
            for g in statement.table.handles():
                statement.table.record_of(g, self.record)
                for i in range(len(fields)):
                    sums[i] += values.integer(self.record, fields[i])
        return sums

    def order_for(self):
        """A new order by the keys."""
        return Order(self.keys.columns)

    def ordered(self, table):
        """The handles of the groups in the order in which they go out, as an array, which takes less memory than a list."""
        handles: cython.longlong[::1] = array("q", table.handles())
        order: Order
        at: cython.Py_ssize_t
        found: cython.longlong[::1]
        if self.keys is None:
            return handles
        order = self.rows_of(table, handles)
        order.sort()
        found = array("q", bytes(8 * len(handles)))
        for at in range(len(handles)):
            found[at] = handles[order.at(at)]
        return found

    def rows_of(self, table, handles):
        """The rows of the sort keys of groups."""
        order: Order = self.order_for()
        keys: SortKeys = self.keys
        quick: cython.bint
        g: cython.longlong
        at: cython.Py_ssize_t
        quick = keys.by_address and table.same_ends()
        for at in range(handles.shape[0]):
            g = handles[at]
            if quick:
                table.ends_of(g, self.record)
            else:
                table.record_of(g, self.record)
            keys.extract(self.record)
            order.append(keys)
        return order
