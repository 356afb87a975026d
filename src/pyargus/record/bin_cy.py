"""The stage of rabins: records are cut at the edges of bins and merged within each; bins go out in the order of time.

Only bins that hold something take memory, however short they are. Source: argus 3 clients, "rabins".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.cluster_cy import Cluster, Statement
    from cython.cimports.pyargus.record.cut_cy import Cutter
    from cython.cimports.pyargus.record.decode_cy import decode
    from cython.cimports.pyargus.record.halves_cy import Part
    from cython.cimports.pyargus.record.merge_cy import begin_aggregation
    from cython.cimports.pyargus.record.order_cy import Order
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
    from cython.cimports.pyargus.record.values_cy import first_micro, last_micro
else:
    from pyargus.record.cluster_cy import Cluster
    from pyargus.record.cut_cy import Cutter
    from pyargus.record.decode_cy import decode
    from pyargus.record.halves_cy import Part
    from pyargus.record.merge_cy import begin_aggregation
    from pyargus.record.order_cy import Order
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair
    from pyargus.record.values_cy import first_micro, last_micro


_U32 = cython.declare(cython.ulonglong, 0xFFFFFFFF)


def moment_words(moment):
    """Seconds and microseconds of a time as they stand on disk, where seconds beyond 32 bits begin again."""
    return int(moment // 1000000 & _U32).to_bytes(4, "big") + (moment % 1000000).to_bytes(4, "big")


def edge_record(moment, stop):
    """The management record that stands where a bin begins, or where it ends (`stop`)."""
    head = bytes((0x83, 0x30 if stop else 0x10, 0, 0x20)) + bytes(20)
    return head + moment_words(moment) * 2 + bytes((3,)) + bytes(83) + b"\xff\xff\xff\xff"


def empty_record(start, end):
    """The flow record of a bin without records: its times, and nothing else."""
    return b"\x13\x20\x00\x06\x03\x02\x18\x05" + moment_words(start) + moment_words(end)


class Binner(Cluster):
    """Puts merged records bin by bin.

    statements, keys: as for `Cluster`; the order within a bin is that of `keys`. cutter: a `cut_cy.Cutter` with the bins, or None for
    bins of so many records (`most_records`) or bytes (`most_bytes`), which follow each other as records come.
    zero: empty bins between the first and the last are put too. edges: management records stand around each bin. hold: µs past the end of
    a bin after which it goes out and takes no more, -1 to keep all bins to the end; live: that many on sources where records come as
    they happen. begin, end: bins of a range, which are there with `zero` even if they are empty; 0 for none.
    late: records and pieces that came after their bin had gone out. first_bin, last_bin: starts of the bins put first and last.
    """

    def __init__(self, statements, keys, cutter=None):
        Cluster.__init__(self, statements, keys)
        self.cutter = cutter
        self.zero = self.edges = False
        self.hold = -1
        self.live = 10_000_000
        self.begin = self.end = 0
        self.most_records = self.most_bytes = 0
        self.late = self.latest = 0
        self.closed = 0
        self.held = {}
        self.now_held = 0
        self.now_members = None
        self.born = {}
        self.counted = self.octets = 0
        self.number = 0
        self.queue = None
        self.group = None
        self.spot = 0
        self.now_bin = 0
        self.edge = Record()
        for statement in statements:
            statement.table.intact = True
            statement.table.fresh = []

    def glance(self, rec, at, length):
        """Take a flow record unread but for its group and its bin, where it waits there in one piece."""
        cutter: Cutter = self.cutter
        first: cython.longlong
        if self.halves is not None:
            self.come()
            self.glanced = True
        if cutter is None or cutter.hard or not self.plain or not self.first.table.waits() or not self.previewed(rec, at):
            return False
        if self.elsewhere:
            self.glanced = False
            return True
        first = first_micro(rec)
        cutter.bins.find(first)
        if last_micro(rec) > cutter.bins.end and not cutter.nomodify:
            return False
        self.glanced = False
        self.piece(rec, cutter.bins.start, True)
        self.reach(first)
        return True

    def reach(self, moment):
        """A record that begins at `moment` was taken: put the bins that take no more."""
        if moment > self.latest:
            self.latest = moment
            if self.hold >= 0:
                self.close(moment - self.hold)
        return 0

    def add(self, rec):
        """Take a record: flows are cut and merged, events handed on, management records dropped."""
        cutter: Cutter = self.cutter
        first: cython.longlong
        last: cython.longlong
        self.arrive()
        if rec.kind & 0xF0 == 0x80:
            return 0
        if rec.kind & 0xF0 == 0x40 or not rec.present & 2:
            return self.hand_on(rec)
        if self.unturned:
            self.changed()
        if cutter is None:
            return self.add_counted(rec)
        first = first_micro(rec)
        last = last_micro(rec)
        cutter.bins.find(first)
        if not cutter.hard and (last <= cutter.bins.end or cutter.nomodify):
            self.piece(rec, cutter.bins.start, False)
        else:
            # The duration that statistics are made of is that of the record, not of its pieces.
            begin_aggregation(rec)
            cutter.begin(rec)
            while cutter.next():
                self.changed()
                self.piece(rec, cutter.start, False)
        return self.reach(first)

    def piece(self, rec, start, previewed):
        """Merge a record, or a piece of one, into the bin that begins at `start`; previewed: it was not read in full."""
        statement: Statement
        i: cython.Py_ssize_t = 0
        count: cython.Py_ssize_t = len(self.statements)
        g: cython.longlong
        if start < self.closed:
            self.late += 1
            return 0
        if start != self.now_held or self.now_members is None:
            self.now_members = self.held.get(start)
            self.now_held = start
            if self.now_members is None:
                # An array takes less memory than a list of numbers, and collecting garbage does not look at it.
                self.now_members = self.held[start] = array("q")
        for statement in self.statements:
            if (statement.filter is None or statement.filter.accepts(rec)) and (
                statement.grep is None or statement.grep.search(rec.label() or b"") is not None
            ):
                statement.table.keys.bin = start
                if previewed:
                    statement.table.add_preview(rec)
                else:
                    statement.table.add(rec)
                if statement.table.fresh:
                    for g in statement.table.fresh:
                        self.now_members.append(g * count + i)
                        if self.halves is not None:
                            self.born.setdefault(start, array("Q")).append(self.came)
                    statement.table.fresh.clear()
                if not statement.more:
                    break
            i += 1
        return 0

    def add_counted(self, rec):
        """Merge a record into the bin that is being filled, and put that once it is full."""
        self.piece(rec, self.number, False)
        self.counted += 1
        self.octets += rec.sbytes + rec.dbytes
        if (self.most_records and self.counted >= self.most_records) or (self.most_bytes and self.octets >= self.most_bytes):
            self.put_bin(self.number)
            self.number += 1
            self.counted = self.octets = 0
        return 0

    def close(self, until):
        """Put the bins that end before `until`."""
        starts: list = sorted([start for start in self.held if self.end_of(start) <= until])
        for start in starts:
            if self.gap(start):
                break
            self.put_bin(start)
            self.closed = self.end_of(start)
        return 0

    def end_of(self, start):
        """The end of the bin that begins at `start`."""
        self.cutter.bins.find(start)
        return self.cutter.bins.end

    def tick(self, now):
        """Put what is complete by the clock."""
        if self.cutter is not None:
            self.close(now - (self.hold if self.hold >= 0 else self.live))
        return 0

    def gap(self, until):
        """Put the empty bins before that which begins at `until`; whether the outputs were full before all were put."""
        at: cython.longlong = self.closed if self.closed else self.begin
        if not self.zero or at == 0:
            return False
        self.cutter.bins.find(at)
        at = self.cutter.bins.start
        while at < until and not self.out.done:
            if self.out.full():
                return True
            self.empty(at, self.end_of(at))
            at = self.cutter.bins.end
            self.closed = at
        return False

    def empty(self, start, end):
        data = memoryview(empty_record(start, end))
        self.edge.point_to(data)
        decode(self.edge, 0, 0)
        repair(self.edge)
        self.out.aggregate = False
        return self.out.put(self.edge)

    def mark(self, moment, stop):
        """Put the management record of an edge."""
        if not self.mine() or (self.halves is not None and self.halves.part == 1):
            return 0
        data = memoryview(edge_record(moment, stop))
        self.edge.point_to(data)
        decode(self.edge, 0, 0)
        return self.out.put(self.edge)

    def put_bin(self, start):
        """Put a whole bin."""
        self.take_up(start)
        while self.spot < len(self.group):
            self.member()
        return self.lay_down()

    def take_up(self, start):
        """Begin to put a bin."""
        self.now_bin = start
        self.group = self.halves.mixed(start) if self.halves is not None else self.in_order(self.held.pop(start))
        self.now_members = None
        self.spot = 0
        self.shown = 0
        if self.edges and self.cutter is not None:
            self.mark(start, False)
        return 0

    def member(self):
        """Put the next record of the bin."""
        statement: Statement
        count: cython.Py_ssize_t = len(self.statements)
        at: cython.longlong = self.group[self.spot]
        g: cython.longlong = at // count
        if self.halves is not None:
            self.hand_over(self.first, at, self.now_bin)
            self.spot += 1
            return 0
        statement = self.statements[at % count]
        self.shown += 1
        if self.shown >= self.from_number and (self.to_number == 0 or self.shown <= self.to_number):
            self.hand_out(statement, g)
        if self.queue is None:
            # At the end nothing comes that would need the room.
            statement.table.remove(g)
        self.spot += 1
        return 0

    def lay_down(self):
        """Be done with the bin."""
        self.group = None
        if self.edges and self.cutter is not None:
            self.mark(self.end_of(self.now_bin), True)
        return 0

    def in_order(self, members):
        """Members of a bin sorted by the keys."""
        k: cython.Py_ssize_t
        order: Order
        found: cython.longlong[::1]
        if self.keys is None:
            return members
        order = self.rows_in(members)
        order.sort()
        found = array("q", bytes(8 * len(members)))
        for k in range(len(members)):
            found[k] = members[order.at(k)]
        return found

    def rows_in(self, members):
        """The rows of the sort keys of members of a bin."""
        statement: Statement
        count: cython.Py_ssize_t = len(self.statements)
        g: cython.longlong
        at: cython.longlong
        k: cython.Py_ssize_t
        order: Order = self.order_for()
        for k in range(len(members)):
            at = members[k]
            g = at // count
            statement = self.statements[at % count]
            if self.keys.by_start:
                self.keys.start(statement.table.first_of(g))
            else:
                statement.table.record_of(g, self.record)
                self.keys.extract(self.record)
            order.append(self.keys)
        return order

    def halvable(self):
        """Whether two processes may each fill all bins with half of the keys: if all go out at the end, and no empty ones."""
        return self.cutter is not None and self.hold < 0 and self.divisible() and Cluster.halvable(self)

    def own_parts(self):
        """The groups of this half by bins, each marked by the record that began it."""
        return {
            start: Part(members[:], self.born[start][:], None if self.keys is None else self.rows_in(members))
            for start, members in self.held.items()
            if len(members)
        }

    def lose(self):
        """Take the other half, all of which comes again, into all bins."""
        self.now_members = None
        self.closed = 0
        return Cluster.lose(self)

    def divisible(self):
        """Whether the bins that are left can be put in shares: all but empty ones."""
        return not self.zero and self.from_number <= 1 and not self.to_number and self.halves is None

    def take_up_statement(self):
        """Members are put by their bins."""
        return 0

    def span(self):
        """Start and end of all bins that are held, those of the range included; (0, 0) without."""
        starts: list = list(self.held)
        if self.begin:
            starts.append(self.begin)
        if self.end > self.begin:
            starts.append(self.end - 1)
        if not starts:
            return 0, 0
        self.cutter.bins.find(min(starts))
        low = self.cutter.bins.start
        self.cutter.bins.find(max(starts))
        return low, self.cutter.bins.end

    def finish(self):
        """Put the bins that are left until the outputs are full; whether there is more."""
        if self.queue is None:
            self.queue = sorted(self.held) if self.halves is None else self.halves.places()
            self.queue.reverse()
        while self.queue or self.group is not None:
            if self.group is None:
                if self.cutter is not None and self.gap(self.queue[len(self.queue) - 1]):
                    return True
                self.take_up(self.queue.pop())
            while self.spot < len(self.group):
                self.member()
                if self.out.done:
                    return False
                if self.out.full() or self.between():
                    return True
            self.lay_down()
            if self.cutter is not None:
                self.closed = self.end_of(self.now_bin)
        return self.cutter is not None and self.end > self.closed and self.gap(self.end)
