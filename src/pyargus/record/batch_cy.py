"""The loop over the records of a buffer: decode, repair, select, count, print or write."""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.arrange_cy import Arranger, one_way, strip, turn
    from cython.cimports.pyargus.record.client_cy import client_form
    from cython.cimports.pyargus.record.decode_cy import decode, frame
    from cython.cimports.pyargus.record.filter_cy import Filter
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
    from cython.cimports.pyargus.record.rewrite_cy import Rewriter
else:
    from pyargus.record.arrange_cy import Arranger, one_way, strip, turn
    from pyargus.record.client_cy import client_form
    from pyargus.record.decode_cy import decode, frame
    from pyargus.record.filter_cy import Filter
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair
    from pyargus.record.rewrite_cy import Rewriter


class Batch:
    """Runs records through a printer, or through writers where there are any.

    size: how much output is gathered before `run` returns. trouble: why `run` returned early: 0 output is full or the buffer is done,
    1 the buffer ends inside a record, 2 a length word of zero, 3 a record of unknown class.
    writers: a Rewriter for each output of records; their_filters: for each the Filter of its own, or None. rejected: Rewriter that takes
    what `filter` rejects, or None.
    parts: the DSRs that are kept, bit n for index n. arranger: decides doubtful directions, or None. uni: a record for each side that
    sent packets; rmon: every record once for each of its hosts.
    select, period: functions of a record that say whether it is wanted (user data, labels; times), None for all.
    from_number, to_number: the range of -N, to_number 0 for no end; by_output: counted over printed records. done: the range is over.
    flows, mans: records read; passed, pkts, bytes_: those that passed the selection and their totals.
    """

    def __init__(self, printer):
        self.record = Record()
        self.printer = printer
        self.filter = None
        self.writers = []
        self.their_filters = []
        self.filtered = False
        self.rejected = None
        self.parts = 0xFFFFFFFF
        self.arranger = None
        self.uni = self.rmon = False
        self.size = 1 << 16
        self.show_man = self.show_events = self.quiet = False
        self.flows = self.mans = self.passed = self.pkts = self.bytes_ = 0
        self.ordinal = self.sources = 0
        self.trouble = 0
        self.done = self.by_output = False
        self.number = self.shown = 0
        self.from_number = 1
        self.to_number = 0
        self.select = self.period = None

    def opening(self, data):
        """Handle the initial management record of a source: the first is written, all may be printed, none is counted."""
        rec: Record = self.record
        writer: Rewriter
        rec.point_to(data)
        decode(rec, 0, 0)
        if self.sources == 0:
            # One such record makes the output a file of records.
            for writer in self.writers:
                writer.copy(rec)
            if self.rejected is not None:
                self.rejected.copy(rec)
        self.sources += 1
        self.mans += 1
        if not self.writers and self.show_man and not self.quiet and (self.filter is None or self.filter.accepts(rec)):
            self.printer.line(rec)
        return 0

    def run(self, data, at, offset):
        """Handle the records of `data` from `at`; `offset` is the place of data[0] in its source. Returns where it stopped."""
        rec: Record = self.record
        length: cython.Py_ssize_t
        end: cython.Py_ssize_t
        start: cython.Py_ssize_t
        kind: cython.uint
        dated: cython.bint
        end = rec.point_to(data)
        self.trouble = 0
        while at < end:
            length = frame(data, at)
            if length <= 0:
                self.trouble = 1 if length < 0 else 2
                return at
            start = at
            dated = self.prepare(start, offset + start)
            kind = rec.kind & 0xF0
            if kind != 0x80 and kind != 0x10 and kind != 0x30 and kind != 0x40:
                self.trouble = 3
                return at
            at += length
            if kind == 0x80:
                self.mans += 1
            elif dated:
                self.flows += 1
            else:
                continue
            if self.filter is not None and not self.filter.accepts(rec):
                if self.rejected is not None and not (kind == 0x80 and rec.cause_option & 0xF0 == 0x10):
                    self.rejected.copy(rec)
                    if self.rejected.size() > self.size:
                        return at
                continue
            if self.select is not None and not self.select(rec):
                continue
            if self.uni and kind != 0x80:
                if rec.spkts and rec.dpkts:
                    self.flows += 1
                    one_way(rec, False)
                    if self.deliver(kind, start, offset):
                        return at
                    self.prepare(start, offset + start)
                    one_way(rec, True)
                elif rec.dpkts:
                    one_way(rec, True)
            if self.deliver(kind, start, offset) or self.full():
                return at
        return at

    def prepare(self, at, offset):
        """Fill the record from the bytes at `at`, as the selection is to see it; whether it has times."""
        rec: Record = self.record
        arranger: Arranger = self.arranger
        dated: cython.bint
        decode(rec, at, offset)
        dated = rec.present & 4 != 0
        repair(rec)
        if arranger is not None:
            arranger.arrange(rec)
        if self.parts != 0xFFFFFFFF:
            strip(rec, self.parts)
        return dated

    def full(self):
        """Whether enough output is gathered."""
        writer: Rewriter
        if self.writers:
            for writer in self.writers:
                if writer.size() > self.size:
                    return True
            return False
        return self.printer.out.n > self.size or self.printer.pause

    def deliver(self, kind, start, offset):
        """Count a selected record and print or write it; whether the range of -N is over."""
        rec: Record = self.record
        self.passed += 1
        self.pkts += rec.spkts + rec.dpkts
        self.bytes_ += rec.sbytes + rec.dbytes
        self.number += 1
        if not self.by_output:
            if self.number < self.from_number:
                return False
            if self.to_number and self.number > self.to_number:
                self.done = True
                return True
        if self.period is not None and not self.period(rec):
            return False
        if self.writers:
            self.write()
            if self.rmon and kind != 0x80:
                self.prepare(start, offset + start)
                turn(rec)
                self.write()
            return False
        if self.quiet or (kind == 0x80 and not self.show_man) or (kind == 0x40 and not self.show_events):
            return False
        if self.by_output:
            self.shown += 1
            if self.shown < self.from_number:
                return False
            if self.to_number and self.shown > self.to_number:
                self.done = True
                return True
        self.ordinal += kind != 0x80
        rec.ordinal = self.ordinal
        self.printer.line(rec)
        if self.rmon and not self.uni and kind != 0x80:
            turn(rec)
            self.printer.line(rec)
        return False

    def write(self):
        """The record to every writer whose filter passes it."""
        rec: Record = self.record
        writer: Rewriter
        own: Filter
        wanted: list = self.writers
        i: cython.Py_ssize_t
        if self.filtered:
            # Filters see the record as it was read, hence before any of it is written.
            wanted = []
            for i in range(len(self.writers)):
                own = self.their_filters[i]
                if own is None or own.accepts(rec):
                    wanted.append(self.writers[i])
        client_form(rec, True)
        for writer in wanted:
            writer.write(rec)
        return 0
