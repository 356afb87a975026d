"""Sorting of records: they are kept as bytes, and in files where they exceed the memory that they may have.

Source: argus 3 client behaviour, section "rasort".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

from pyargus.record.arena import arena as make_arena
from pyargus.record.arena import words

if cython.compiled:
    from cython.cimports.pyargus.record.arrange_cy import strip, turn
    from cython.cimports.pyargus.record.client_cy import client_form
    from cython.cimports.pyargus.record.decode_cy import decode, glimpse
    from cython.cimports.pyargus.record.encode_cy import Encoder
    from cython.cimports.pyargus.record.frames_cy import frame
    from cython.cimports.pyargus.record.halves_cy import Halves, Part
    from cython.cimports.pyargus.record.order_cy import Order
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
    from cython.cimports.pyargus.record.rewrite_cy import Rewriter
    from cython.cimports.pyargus.record.runs_cy import Merger, write_run
    from cython.cimports.pyargus.record.stage_cy import Stage
    from cython.cimports.pyargus.record.transcribe_cy import completed, copied, rewritten, surveyed
else:
    from pyargus.record.arrange_cy import strip, turn
    from pyargus.record.client_cy import client_form
    from pyargus.record.decode_cy import decode, glimpse
    from pyargus.record.encode_cy import Encoder
    from pyargus.record.frames_cy import frame
    from pyargus.record.halves_cy import Halves, Part
    from pyargus.record.order_cy import Order
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair
    from pyargus.record.rewrite_cy import Rewriter
    from pyargus.record.runs_cy import Merger, write_run
    from pyargus.record.stage_cy import Stage
    from pyargus.record.transcribe_cy import completed, copied, rewritten, surveyed

# What a record may take beyond the limit that it exceeds.
_SLACK = cython.declare(cython.Py_ssize_t, 1 << 20)
# Bytes that come from memory at a time.
_LINE = cython.declare(cython.Py_ssize_t, 64)
# Records that are fetched at a time.
_BUNCH = cython.declare(cython.Py_ssize_t, 64)
# Of so many records, as a power of two, every other lot belongs to the same half.
_LOT = cython.declare(cython.int, 9)


class Sorter(Stage):
    """Puts records in the order of keys once all have come.

    limit: bytes of memory for records and keys; what goes beyond is sorted in runs of that size, which wait in temporary files. Not
    counted is what is read ahead of each run.
    parts, arranger: what the selection did to records beside repairing them, to be done again. rmon: every record once for each of its
    hosts. counts_written, from_number, to_number: the range of -N over records that are written.
    """

    def __init__(self, keys, backwards=False, limit=256 << 20):
        self.out = None
        self.keys = keys
        keys.backwards = backwards
        self.order = Order(keys.columns, backwards)
        self.arena = Rewriter()
        self.arena.out.hold(make_arena(limit + 2 * _SLACK))
        self.places = array("Q", bytes(8 * 256))
        self.offsets = array("Q", bytes(8 * 256))
        self.limit = limit
        self.parts = 0xFFFFFFFF
        self.arranger = None
        self.rmon = self.counts_written = False
        self.from_number = 1
        self.to_number = 0
        self.runs = []
        self.merger = None
        self.record = Record()
        self.place = 0
        self.sorted_ = self.final = False
        self.touched = 0
        self.starts = array("q", bytes(8 * 64))
        self.sizes = array("q", bytes(8 * 64))
        self.shown = 0
        self.halves = None
        self.half = -1
        self.came = 0
        self.glanced = False

    def glance(self, rec, at, length):
        """Keep a flow or event record by keys from those parts that they ask for: as it will be written, or as it is."""
        kind: cython.uint = rec.data[at] & 0xF0
        start: cython.Py_ssize_t = self.arena.size()
        if kind != 0x10 and kind != 0x30 and kind != 0x40:
            return False
        if self.half >= 0:
            if not self.mine():
                return True
            self.glanced = True
        if self.writing() and self.keys.brief:
            if not surveyed(rec, at):
                return False
            self.keys.extract(rec)
            if not completed(self.arena, rec):
                return False
            self.final = True
            self.enter(rec, start)
            return True
        if self.keys.brief:
            rec.base = at
            glimpse(rec, at)
        else:
            decode(rec, at, rec.offset)
        if not rec.present & 4:
            # Whether it is to be left out is told by a full reading.
            return False
        repair(rec)
        self.keys.extract(rec)
        if self.writing():
            self.final = True
            rewritten(self.arena, rec, at)
        else:
            self.arena.copy(rec)
        self.enter(rec, start)
        return True

    def writing(self):
        """Whether nothing looks at the records any more once they are sorted, so that they wait as they will be written."""
        return self.out.writers and not self.out.filtered and not self.rmon

    def add(self, rec):
        """Keep a flow or event record; management records have no place in an order."""
        start: cython.Py_ssize_t = self.arena.size()
        if rec.kind & 0xF0 == 0x80:
            return 0
        if self.half >= 0 and not self.glanced and not self.mine():
            return 0
        self.glanced = False
        self.keys.extract(rec)
        if self.writing():
            self.final = True
            client_form(rec, True)
            self.arena.write(rec)
        elif rec.halved:
            # One direction of a record is a record of its own.
            client_form(rec, False)
            self.arena.write(rec)
        else:
            self.arena.copy(rec)
        return self.enter(rec, start)

    def mine(self):
        """Count a record; whether it is one of this half."""
        self.came += 1
        return cython.cast(cython.int, (self.came >> _LOT) & 1) == self.half

    def halvable(self):
        """Whether two processes may each keep half of the records; `halve` says which. It is for input of which half fits in memory."""
        return not self.rmon and not self.counts_written

    def halve(self, halves):
        """Keep one half from now on."""
        self.halves = halves
        self.half = halves.part
        self.marks = array("Q", bytes(8 * len(self.places)))
        return 0

    def own_parts(self):
        """The rows of this half."""
        rows: cython.longlong[::1] = words(self.order.count, "q")
        i: cython.Py_ssize_t
        for i in range(self.order.count):
            rows[i] = i
        return {0: Part(rows, self.marks[: self.order.count], self.order)}

    def lose(self):
        """Take the other half, all of which comes again: the other process has failed."""
        self.half = 1 - self.half
        self.came = 0
        self.glanced = False
        return 0

    def enter(self, rec, start):
        """Give the record whose bytes begin at `start` its place in the order, by the keys that were extracted."""
        n: cython.Py_ssize_t = self.order.count
        room: cython.ulonglong[::1]
        self.order.append(self.keys)
        if n == len(self.places):
            room = words(4 * n)
            room[:n] = self.places
            self.places = room
            room = words(4 * n)
            room[:n] = self.offsets
            self.offsets = room
            if self.half >= 0:
                room = words(4 * n)
                room[:n] = self.marks
                self.marks = room
        self.places[n] = start
        self.offsets[n] = rec.offset
        if self.half >= 0:
            self.marks[n] = self.came
        elif self.arena.size() + self.order.memory() + 16 * (n + 1) > self.limit:
            self.spill()
        return 0

    def spill(self):
        """Sort what is held and write it to a temporary file."""
        self.order.sort()
        self.runs.append(write_run(self.order, self.arena.out, self.places, self.offsets))
        self.order.clear()
        self.arena.out.pos = 0
        return 0

    def finish(self):
        """Put the records in order."""
        merger: Merger
        row: cython.uint
        if self.halves is not None:
            return self.pour_both()
        if not self.sorted_:
            self.sorted_ = True
            if self.runs:
                if self.order.count:
                    self.spill()
                self.merger = Merger(self.runs, self.keys.columns, self.order.backwards)
            else:
                self.order.sort()
        if self.merger is not None:
            merger = self.merger
            while merger.next():
                if self.deliver(merger.data, merger.at, merger.offset):
                    return not self.done()
            return False
        if self.final and not self.counts_written:
            return self.pour()
        while self.place < self.order.count:
            row = self.order.at(self.place)
            self.place += 1
            if self.deliver(self.arena.out.out, cython.cast(cython.Py_ssize_t, self.places[row]), self.offsets[row]):
                return not self.done()
        return False

    def pour_both(self):
        """Put the records of both halves, a bunch at a time; whether there are more."""
        halves: Halves = self.halves
        item: cython.longlong
        i: cython.Py_ssize_t
        last: cython.Py_ssize_t
        at: cython.Py_ssize_t
        end: cython.Py_ssize_t
        writer: Rewriter
        if not self.sorted_:
            self.sorted_ = True
            self.mixed = halves.mixed(0)
        while self.place < self.mixed.shape[0]:
            last = min(self.mixed.shape[0], self.place + _BUNCH)
            for i in range(self.place, last):
                if self.mixed[i] >= 0:
                    at = cython.cast(cython.Py_ssize_t, self.places[self.mixed[i]])
                    end = 4 * ((cython.cast(cython.Py_ssize_t, self.arena.out.out[at + 2]) << 8) | self.arena.out.out[at + 3])
                    self.sizes[i - self.place] = end
                    end += at
                    while at < end:
                        self.touched ^= self.arena.out.out[at]
                        at += _LINE
            for i in range(self.place, last):
                item = self.mixed[i]
                if item < 0 and halves.part == 1:
                    self.out.pass_over()
                elif item >= 0 or not halves.sent(self.out):
                    if item < 0:
                        item = halves.known(0, item)
                        self.sizes[i - self.place] = frame(self.arena.out.out, cython.cast(cython.Py_ssize_t, self.places[item]))
                    at = cython.cast(cython.Py_ssize_t, self.places[item])
                    if self.final:
                        for writer in self.out.writers:
                            writer.out.span(self.arena.out.out, at, cython.cast(cython.Py_ssize_t, self.sizes[i - self.place]))
                    else:
                        self.deliver(self.arena.out.out, at, self.offsets[item])
                    if halves.part == 1:
                        halves.measure(self.out)
            self.place = last
            if self.done() or self.out.full():
                return not self.done()
        return False

    def pour(self):
        """Write records that wait as they are to be written, a bunch at a time; whether there are more."""
        writer: Rewriter
        arena: Encoder = self.arena.out
        out: Encoder
        i: cython.Py_ssize_t
        at: cython.Py_ssize_t
        n: cython.Py_ssize_t
        while self.place < self.order.count:
            n = min(self.order.count - self.place, _BUNCH)
            # The records of the bunch lie anywhere in memory: asked for one after the other, all of them come at the same time.
            for i in range(n):
                at = cython.cast(cython.Py_ssize_t, self.places[self.order.index[self.place + i]])
                self.starts[i] = at
                self.sizes[i] = 4 * ((cython.cast(cython.Py_ssize_t, arena.out[at + 2]) << 8) | arena.out[at + 3])
            for i in range(n):
                for at in range(self.starts[i] + _LINE, self.starts[i] + self.sizes[i], _LINE):
                    self.touched ^= arena.out[at]
            for writer in self.out.writers:
                out = writer.out
                for i in range(n):
                    out.room(cython.cast(cython.Py_ssize_t, self.sizes[i]))
                    at = cython.cast(cython.Py_ssize_t, self.starts[i] >> 2)
                    out.pos = 4 * copied(out.wide, out.pos >> 2, arena.wide, at, at + cython.cast(cython.Py_ssize_t, self.sizes[i] >> 2))
            self.place += n
            if self.done() or self.out.full():
                return not self.done()
        return False

    def done(self):
        """Whether the range of -N is over."""
        return self.out.done or (self.counts_written and self.to_number and self.shown >= self.to_number)

    def deliver(self, data, at, offset):
        """Put one record; whether that is enough for now."""
        writer: Rewriter
        if self.counts_written:
            self.shown += 1
            if self.shown < self.from_number:
                return False
        if self.final:
            for writer in self.out.writers:
                writer.out.span(data, at, frame(data, at))
            return self.done() or self.out.full()
        self.record.point_to(data)
        self.restore(at, offset)
        self.out.put(self.record)
        if self.rmon:
            self.restore(at, offset)
            turn(self.record)
            self.out.twin(self.record)
        return self.done() or self.out.full()

    def restore(self, at, offset):
        """The record as the selection left it."""
        rec: Record = self.record
        decode(rec, at, offset)
        if self.parts != cython.cast(cython.uint, 0xFFFFFFFF):
            strip(rec, self.parts)
        repair(rec)
        if self.arranger is not None:
            self.arranger.arrange(rec)
        return 0
