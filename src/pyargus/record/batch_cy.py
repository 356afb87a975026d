"""The loop over the records of a buffer: decode, repair, select, count, print or write."""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.client_cy import client_form
    from cython.cimports.pyargus.record.decode_cy import decode, frame
    from cython.cimports.pyargus.record.output_cy import Output
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
else:
    from pyargus.record.client_cy import client_form
    from pyargus.record.decode_cy import decode, frame
    from pyargus.record.output_cy import Output
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair


class Batch:
    """Runs records through a printer (and a writer, where there is one).

    size: how much output is gathered before `run` returns. trouble: why `run` returned early: 0 output is full or the buffer is done,
    1 the buffer ends inside a record, 2 a length word of zero.
    select, period: functions of a record that say whether it is wanted (user data, labels; times), None for all.
    from_number, to_number: the range of -N, to_number 0 for no end; by_output: counted over printed records. done: the range is over.
    flows, mans: records read; passed, pkts, bytes_: those that passed the selection and their totals.
    """

    def __init__(self, printer, writer=None):
        self.record = Record()
        self.printer = printer
        self.filter = None
        self.writer = writer
        self.size = 1 << 16
        self.show_man = self.show_events = self.quiet = False
        self.flows = self.mans = self.passed = self.pkts = self.bytes_ = 0
        self.ordinal = 0
        self.trouble = 0
        self.done = self.by_output = False
        self.number = self.shown = 0
        self.from_number = 1
        self.to_number = 0
        self.select = self.period = None

    def opening(self, data):
        """Handle the initial management record of a source: it is written and printed, but no filter sees it and it is not counted."""
        rec: Record = self.record
        rec.point_to(data)
        decode(rec, 0, 0)
        self.mans += 1
        if self.writer is not None:
            self.writer.copy(rec)
        elif self.show_man and not self.quiet and (self.filter is None or self.filter.accepts(rec)):
            self.printer.line(rec)
        return 0

    def run(self, data, at, offset):
        """Handle the records of `data` from `at`; `offset` is the place of data[0] in its source. Returns where it stopped."""
        rec: Record = self.record
        printer: Output = self.printer
        length: cython.Py_ssize_t
        end: cython.Py_ssize_t
        kind: cython.uint
        end = rec.point_to(data)
        self.trouble = 0
        while at < end:
            length = frame(data, at)
            if length <= 0:
                self.trouble = 1 if length < 0 else 2
                return at
            decode(rec, at, offset + at)
            at += length
            kind = rec.kind & 0xF0
            if kind == 0x80:
                self.mans += 1
            elif kind == 0x10 or kind == 0x30 or kind == 0x40:
                if not rec.present & 4:
                    continue
                self.flows += 1
            else:
                continue
            repair(rec)
            if self.filter is not None and not self.filter.accepts(rec):
                continue
            if self.select is not None and not self.select(rec):
                continue
            self.passed += 1
            self.pkts += rec.spkts + rec.dpkts
            self.bytes_ += rec.sbytes + rec.dbytes
            self.number += 1
            if not self.by_output:
                if self.number < self.from_number:
                    continue
                if self.to_number and self.number > self.to_number:
                    self.done = True
                    return at
            if self.period is not None and not self.period(rec):
                continue
            if self.writer is not None:
                client_form(rec, True)
                self.writer.write(rec)
                if self.writer.size() > self.size:
                    return at
                continue
            if self.quiet or (kind == 0x80 and not self.show_man) or (kind == 0x40 and not self.show_events):
                continue
            if self.by_output:
                self.shown += 1
                if self.shown < self.from_number:
                    continue
                if self.to_number and self.shown > self.to_number:
                    self.done = True
                    return at
            self.ordinal += 1
            rec.ordinal = self.ordinal
            printer.line(rec)
            if printer.out.n > self.size or printer.pause:
                return at
        return at
