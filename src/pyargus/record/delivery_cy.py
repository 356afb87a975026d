"""Where selected or made records go: lines of an output format, or the writers of record files."""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.client_cy import client_form
    from cython.cimports.pyargus.record.decode_cy import decode
    from cython.cimports.pyargus.record.filter_cy import Filter
    from cython.cimports.pyargus.record.frames_cy import frame
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
    from cython.cimports.pyargus.record.rewrite_cy import Rewriter
    from cython.cimports.pyargus.record.transcribe_cy import transcribe
else:
    from pyargus.record.client_cy import client_form
    from pyargus.record.decode_cy import decode
    from pyargus.record.filter_cy import Filter
    from pyargus.record.frames_cy import frame
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair
    from pyargus.record.rewrite_cy import Rewriter
    from pyargus.record.transcribe_cy import transcribe


class Delivery:
    """Prints records, or writes them where there are writers.

    size: how many bytes are gathered before `full`. writers: a Rewriter for each output of records; their_filters: for each the Filter of
    its own, or None; filtered: whether there is any. aggregate: whether records without statistics of aggregation are written with some;
    where not, those of one record are left out.
    from_number, to_number: the range of printed records, to_number 0 for no end, counted where by_output is set, management records
    aside; done: it is over.
    chosen: Filter of what is printed, or None. others: further deliveries of the same records, each with a printer of its own.
    ended: no further record is wanted here; done: nor in any other.
    show_man, show_events: whether management and event records are printed; quiet: nothing is. ordinal: flow and event records printed.
    """

    def __init__(self, printer):
        self.printer = printer
        self.writers = []
        self.their_filters = []
        self.filtered = self.show_man = self.show_events = self.quiet = self.by_output = self.done = False
        self.aggregate = True
        self.size = 1 << 16
        self.shown = 0
        self.from_number = 0
        self.to_number = 0
        self.ordinal = 0
        self.record = Record()
        self.chosen = None
        self.others = []
        self.ended = False

    def add(self, printer, chosen):
        """Print to another output too what passes a filter of its own, None for all; by the settings made so far."""
        other: Delivery = Delivery(printer)
        other.chosen = chosen
        other.show_man, other.show_events, other.quiet, other.by_output = self.show_man, self.show_events, self.quiet, self.by_output
        other.from_number, other.to_number = self.from_number, self.to_number
        self.others.append(other)
        return 0

    def recount(self):
        """Count the range of printed records anew."""
        other: Delivery
        for other in self.others:
            other.recount()
        self.shown = 0
        self.ended = self.done = False
        return 0

    def opening(self, rec):
        """Write an initial management record, which makes the outputs files of records."""
        writer: Rewriter
        for writer in self.writers:
            writer.copy(rec)
        return 0

    def initial(self, rec, first):
        """Print an initial management record where such records are printed, or write it unless it is the first, which is there already."""
        other: Delivery
        for other in self.others:
            other.initial(rec, first)
        if self.writers:
            return 0 if first else self.write(rec)
        if self.quiet or not self.show_man or (self.chosen is not None and not self.chosen.accepts(rec)):
            return 0
        return self.printer.line(rec)

    def full(self):
        """Whether enough output is gathered."""
        writer: Rewriter
        other: Delivery
        for other in self.others:
            if other.full():
                return True
        if self.writers:
            for writer in self.writers:
                if writer.size() > self.size:
                    return True
            return False
        return self.printer.out.n > self.size or self.printer.pause

    def put(self, rec):
        """Write or print a repaired record. Writing leaves it in the form that clients write."""
        other: Delivery
        if self.others:
            self.done = True
            for other in self.others:
                other.put(rec)
                self.done = self.done and other.done
        self.take(rec)
        self.done = self.ended and (self.done or not self.others)
        return 0

    def take(self, rec):
        """Write or print a record here, whatever others do with it."""
        kind: cython.uint = rec.kind & 0xF0
        if self.writers:
            return self.write(rec)
        if self.quiet or (kind == 0x80 and not self.show_man) or (kind == 0x40 and not self.show_events):
            return 0
        if self.chosen is not None and not self.chosen.accepts(rec):
            return 0
        if self.by_output and kind != 0x80:
            self.shown += 1
            self.ordinal += 1
            if self.to_number and self.shown > self.to_number:
                self.ended = True
            if self.ended or self.shown < self.from_number:
                self.printer.heading()
                return 0
        self.ordinal += kind != 0x80 and not self.by_output
        rec.ordinal = self.ordinal
        return self.printer.line(rec)

    def gathered(self):
        """Bytes that are held where there is one output."""
        writer: Rewriter
        if self.writers:
            writer = self.writers[0]
            return writer.size()
        return self.printer.out.n

    def insert(self, data, at, size):
        """Bytes of `data`, as they are, to the one output that there is."""
        writer: Rewriter
        if self.writers:
            writer = self.writers[0]
            return writer.out.span(data, at, size)
        return self.printer.out.span(data, at, size)

    def pass_over(self):
        """A record is put elsewhere in its turn: it counts, and is not written or printed here."""
        if not self.writers and not self.quiet:
            self.printer.heading()
            self.ordinal += 1
        return 0

    def twin(self, rec):
        """Write or print a second form of the record that was put last."""
        other: Delivery
        for other in self.others:
            other.twin(rec)
        if self.writers:
            return self.write(rec)
        kind: cython.uint = rec.kind & 0xF0
        if self.quiet or self.ended or (kind == 0x40 and not self.show_events) or (self.by_output and self.shown < self.from_number):
            return 0
        if self.chosen is not None and not self.chosen.accepts(rec):
            return 0
        self.ordinal += 1
        rec.ordinal = self.ordinal
        return self.printer.line(rec)

    def glance(self, rec, at):
        """Write the record at `at` of the data of `rec` where it goes to one file whatever is in it; whether it was written.

        Asked where nothing stands between the source and the outputs. A record that is not written is to be read and `put`.
        """
        if len(self.writers) != 1 or self.filtered or self.others or not self.aggregate:
            return False
        return transcribe(self.writers[0], rec, at)

    def replay(self, data, at):
        """Put the whole records of `data` from `at` on, until `full`, `done` or the end. Returns where it stopped."""
        rec: Record = self.record
        end: cython.Py_ssize_t = rec.point_wide(data)
        length: cython.Py_ssize_t
        while at < end and not self.done:
            length = frame(data, at)
            if length <= 0:
                raise ValueError("a buffer of records ends inside a record")
            decode(rec, at, at)
            repair(rec)
            self.put(rec)
            at += length
            if self.full():
                break
        return at

    def write(self, rec):
        """The record to every writer whose filter passes it."""
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
        if not self.aggregate and rec.agr_count == 1:
            rec.present &= ~cython.cast(cython.uint, 16)
        client_form(rec, self.aggregate)
        for writer in wanted:
            writer.write(rec)
        return 0
