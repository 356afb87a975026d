"""Between the selection of records and a table: counts what passes, over time, and leaves out what came after a moment of the past."""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.decode_cy import decode
    from cython.cimports.pyargus.record.frames_cy import frame
    from cython.cimports.pyargus.record.models_cy import Models
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
    from cython.cimports.pyargus.record.stage_cy import Stage
    from cython.cimports.pyargus.record.values_cy import last_micro, last_s, start_s
else:
    from pyargus.record.decode_cy import decode
    from pyargus.record.frames_cy import frame
    from pyargus.record.models_cy import Models
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair
    from pyargus.record.stage_cy import Stage
    from pyargus.record.values_cy import last_micro, last_s, start_s

@cython.final
@cython.cclass
class Feed(Stage):
    """Hands flow records on to the groups of statements.

    until: leave out records whose last time is later, µs since 1970, 0 for none. records, pkts, bytes_: of what was handed on;
    flows: rows that began with it; first, last:
    its earliest start and latest end in seconds. `series` has the same over time, in parts of `step` seconds from `base` on: each
    record counts where it ends. The parts get longer as the time does.
    """

    groups: Models
    until = cython.declare(cython.longlong, visibility="public")
    records = cython.declare(cython.ulonglong, visibility="readonly")
    pkts = cython.declare(cython.ulonglong, visibility="readonly")
    bytes_ = cython.declare(cython.ulonglong, visibility="readonly")
    first = cython.declare(cython.longlong, visibility="readonly")
    last = cython.declare(cython.longlong, visibility="readonly")
    newest = cython.declare(cython.longlong, visibility="readonly")
    base = cython.declare(cython.longlong, visibility="readonly")
    step = cython.declare(cython.longlong, visibility="readonly")
    flows = cython.declare(cython.ulonglong, visibility="readonly")
    sums: cython.ulonglong[:]

    def __init__(self, groups):
        Stage.__init__(self)
        self.groups = groups
        self.until = 0
        self.clear()

    def clear(self):
        """Start to count anew."""
        self.records = self.pkts = self.bytes_ = 0
        self.first = self.last = self.newest = self.base = 0
        self.step = 1
        self.flows = 0
        self.sums = array("Q", bytes(8 * 4 * 512))

    @cython.ccall
    @cython.exceptval(-1, check=False)
    def add(self, rec: Record) -> cython.int:
        """Take a record; those that are no flows are left out."""
        kind: cython.uint = rec.kind & 0xF0
        end: cython.longlong
        at: cython.longlong
        rows: cython.Py_ssize_t
        if kind == 0x80 or kind == 0x40:
            return 0
        end = last_s(rec)
        at = last_micro(rec)
        if self.until and at > self.until:
            return 0
        if at > self.newest:
            self.newest = at
        self.records += 1
        self.pkts += rec.spkts + rec.dpkts
        self.bytes_ += rec.sbytes + rec.dbytes
        if self.first == 0 or start_s(rec) < self.first:
            self.first = start_s(rec)
        if end > self.last:
            self.last = end
        if self.base == 0:
            self.base = end
        while end - self.base >= 512 * self.step:
            self.widen()
        at = (end - self.base) // self.step if end > self.base else 0
        self.sums[at] += 1
        self.sums[512 + at] += rec.spkts + rec.dpkts
        self.sums[1024 + at] += rec.sbytes + rec.dbytes
        rows = self.groups.count()
        self.groups.add(rec)
        rows = self.groups.count() - rows
        if rows > 0:
            self.sums[1536 + at] += rows
            self.flows += rows
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def widen(self) -> cython.int:
        """Parts of twice the length."""
        row: cython.int
        k: cython.int
        for row in range(4):
            for k in range(256):
                self.sums[512 * row + k] = self.sums[512 * row + 2 * k] + self.sums[512 * row + 2 * k + 1]
            for k in range(256, 512):
                self.sums[512 * row + k] = 0
        self.step *= 2
        return 0

    def series(self, row: cython.int):
        """Records (0), packets (1), bytes (2) or new rows (3) of each part, up to the last one that has any."""
        count: cython.longlong = (self.last - self.base) // self.step + 1 if self.last >= self.base and self.base else 0
        return [self.sums[512 * row + k] for k in range(min(512, count))]


@cython.final
@cython.cclass
class Cutter:
    """Looks at the times of the records of a buffer without handing them to anyone."""

    record: Record

    def __init__(self):
        self.record = Record()

    def time(self, data: bytes, at: cython.Py_ssize_t) -> int:
        """Last time of the record at `at`, µs since 1970; 0 for one without times, or where no whole record stands."""
        rec: Record = self.record
        end: cython.Py_ssize_t = rec.point_to(data)
        if at >= end or frame(data, at) <= 0:
            return 0
        decode(rec, at, at)
        repair(rec)
        if rec.kind & 0xF0 == 0x80:
            return 0
        return last_micro(rec)

    def cut(self, data: bytes, at: cython.Py_ssize_t, until: cython.longlong) -> int:
        """Where the first record from `at` on stands that ends after `until`; the end of the data if none does."""
        rec: Record = self.record
        end: cython.Py_ssize_t = rec.point_to(data)
        length: cython.Py_ssize_t
        while at < end:
            length = frame(data, at)
            if length <= 0:
                return end
            decode(rec, at, at)
            repair(rec)
            if rec.kind & 0xF0 != 0x80 and last_micro(rec) > until:
                return at
            at += length
        return at

    def count(self, data: bytes) -> int:
        """How many records a buffer holds."""
        at: cython.Py_ssize_t = 0
        n: cython.Py_ssize_t = 0
        end: cython.Py_ssize_t = self.record.point_to(data)
        length: cython.Py_ssize_t
        while at < end:
            length = frame(data, at)
            if length <= 0:
                break
            at += length
            n += 1
        return n
