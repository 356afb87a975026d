"""A stream of records divided into parts: by time, by number, by size, where a filter says so, and by the values of fields.

Source: argus 3 client behaviour, section "rasplit".
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.client_cy import client_form
    from cython.cimports.pyargus.record.cut_cy import Cutter
    from cython.cimports.pyargus.record.decode_cy import usable
    from cython.cimports.pyargus.record.encode_cy import Encoder
    from cython.cimports.pyargus.record.rewrite_cy import Rewriter
    from cython.cimports.pyargus.record.stage_cy import Stage
    from cython.cimports.pyargus.record.transcribe_cy import completed, located, surveyed
    from cython.cimports.pyargus.record.values_cy import first_micro
else:
    from pyargus.record.client_cy import client_form
    from pyargus.record.decode_cy import usable
    from pyargus.record.encode_cy import Encoder
    from pyargus.record.rewrite_cy import Rewriter
    from pyargus.record.stage_cy import Stage
    from pyargus.record.transcribe_cy import completed, located, surveyed
    from pyargus.record.values_cy import first_micro

# What a part holds before it is handed on, least and most, and all of them together where they are few.
_LEAST = cython.declare(cython.Py_ssize_t, 1 << 16)
_MOST = cython.declare(cython.Py_ssize_t, 1 << 18)
_TOGETHER = cython.declare(cython.Py_ssize_t, 1 << 23)


class Part:
    """One output. writer: gathers its records, or `printer` does where it is of another format. owner: what `opened` gave it.

    start, end: its period in µs, both 0 without; used: when it was written to last, as a number that rises; count, size: records and bytes
    so far; base: bytes that it began with. open: whether it takes records. away: another process writes it; records are only counted, and
    there is no owner.
    A writer is taken over from a part that needs it no more, as its memory is in use already.
    """

    def __init__(self, owner, printer=None, writer=None):
        self.owner = owner
        self.writer = Rewriter() if writer is None else writer
        self.printer = printer
        self.start = self.end = 0
        self.used = self.count = self.size = self.base = 0
        self.open = True
        self.away = False

    def begin(self, head):
        """The management record that a file of records begins with; it is written with the first records, in one piece."""
        return self.writer.out.span(head, 0, len(head))

    def leave(self):
        """Take no more records; what follows goes to another part. Nothing is left to be written."""
        self.open = False
        self.owner = self.writer = self.printer = None
        return 0


class Splitter(Stage):
    """Hands each record, or its pieces, to the part it belongs to.

    cutter: divides by time, None to divide by count_limit records, size_limit bytes (0: no such limit) or wherever `opener` (a Filter)
    passes a record. names: prints the fields that parts are named by, None without; keyed: whether all of them are of the flow key or say
    which sensor. managed: whether management records are kept. hold: µs that a period stays open after its end; -1 until the end.
    opened(key, start, moment): makes the part of a key (the printed fields), a period (0 without) and a record's start time.
    flushed(part): takes what a part has gathered. ended(part): a part is complete. whole(), if it is set: all are.
    skipped(key): a key has no first part, as its first record begins the second; set where there is an opener.
    strict: a part ends before the record that would lead beyond size_limit; otherwise, as readers do who look at the size of a file that is
    written in blocks, before the first record that leads beyond it together with the whole blocks of 4096 bytes before it.
    named_by_source: parts are named by the sensor, which management records have, too.
    head: the management record that the present input begins with, which files of records begin with.
    steady: parts are named by their numbers alone, and nobody has to know when one is complete. half: the process writes the parts of even
    numbers (0) or of odd ones (1) and leaves the others to a second one; -1 for all.
    """

    def __init__(self, cutter, opened, flushed, ended):
        self.out = None
        self.cutter = cutter
        self.opener = None
        self.count_limit = self.size_limit = 0
        self.hold = -1
        self.managed = True
        self.strict = self.named_by_source = self.keyed = self.steady = False
        self.half = -1
        self.names = None
        self.opened = opened
        self.flushed = flushed
        self.ended = ended
        self.whole = self.skipped = None
        self.parts = {}
        self.head = b""
        self.last = None
        self.last_key = b""
        self.last_start = -1
        self.latest = self.checked = 0
        self.turn = 0
        self.full = _MOST
        self.single = Rewriter()

    def room(self, parts):
        """Let so many parts gather what they may: large files are made of large pieces, and the memory of many small ones is bounded."""
        self.full = max(_LEAST, min(_MOST, _TOGETHER // max(1, parts)))
        return 0

    def alternates(self):
        """Whether which part a record belongs to follows from its number alone."""
        return self.steady and self.count_limit > 0 and self.names is None

    def alternate(self, half):
        """Write every other part from now on: those of even numbers (0) or of odd ones (1)."""
        self.half = half
        return 0

    def opening(self, rec):
        """Keep the management record that the input begins with; that of a further input is a record, too."""
        self.takes_openings = self.head != b""
        self.head = rec.raw()
        return 0

    def part(self, key, start, end, moment):
        """The part of a key and a period, made where there is none."""
        part: Part = self.last
        self.turn += 1
        if part is not None and part.open and start == self.last_start and key == self.last_key:
            part.used = self.turn
            return part
        part = self.parts.get((key, start))
        if part is None or not part.open:
            part = self.opened(key, start, moment)
            part.start = start
            part.end = max(part.end, end)
            self.parts[key, start] = part
        part.used = self.turn
        self.last = part
        self.last_key = key
        self.last_start = start
        return part

    def glance(self, rec, at, length):
        """Write a record of which only flow key, times and counters have to be known, and that is not cut."""
        part: Part = self.last
        key: bytes = b""
        cutter: Cutter = self.cutter
        out: Encoder
        before: cython.Py_ssize_t
        moment: cython.longlong = 0
        if self.half >= 0 and part is not None and part.away and part.open and part.count < self.count_limit and usable(rec, at, length):
            part.count += 1
            return True
        if (self.names is not None and not self.keyed) or self.opener is not None or self.strict or not surveyed(rec, at):
            return False
        if self.names is not None:
            if self.named_by_source and not located(rec):
                return False
            self.names.line(rec)
            key = self.names.out.take()
        if cutter is not None:
            if not cutter.within(rec):
                return False
            moment = first_micro(rec)
            part = self.part(key, cutter.start, cutter.end, moment)
        elif self.names is None and part is not None and part.open and part.count < self.count_limit:
            self.turn += 1
            part.used = self.turn
        else:
            part = self.bounded(rec, key, 0)
        if part.printer is not None or part.away:
            return False
        out = part.writer.out
        before = out.pos
        if not completed(part.writer, rec):
            return False
        part.count += 1
        part.size += out.pos - before
        if out.pos > self.full:
            self.flushed(part)
        if cutter is not None:
            self.passed(moment)
        return True

    def passed(self, moment):
        """Records have come to this time: end the parts whose time is over."""
        self.latest = max(self.latest, moment)
        if self.hold >= 0 and self.latest - self.checked >= 1000000:
            self.expire(self.latest)
        return 0

    def add(self, rec):
        """Take a record."""
        key: bytes = b""
        cutter: Cutter = self.cutter
        moment: cython.longlong
        if rec.kind & 0xF0 == 0x80:
            return self.management(rec)
        if self.names is not None:
            self.names.line(rec)
            key = self.names.out.take()
        if cutter is None:
            self.put(self.bounded(rec, key, 0), rec)
            return 0
        cutter.begin(rec)
        while cutter.next():
            moment = first_micro(rec)
            self.put(self.part(key, cutter.start, cutter.end, moment), rec)
            self.latest = max(self.latest, moment)
        return self.passed(self.latest)

    def bounded(self, rec, key, size):
        """The part that is to take a record where it is not time that divides; `size` is its length, 0 if that is not known yet."""
        moment: cython.longlong
        full: cython.bint = False
        part: Part
        written: cython.ulonglong
        if rec.kind & 0xF0 == 0x80:
            moment = cython.cast(cython.longlong, rec.mar_now_s) * 1000000 + rec.mar_now_f
        else:
            moment = first_micro(rec)
        if self.opener is not None and (key, 0) not in self.parts and self.opener.accepts(rec):
            # The record does not belong to what comes before it, even where that is nothing.
            self.skipped(key)
        part = self.part(key, 0, 0, moment)
        if self.size_limit and cython.cast(cython.Py_ssize_t, part.size) > len(self.head):
            if self.strict and size == 0:
                # How long a record will be shows when it is written.
                client_form(rec, True)
                self.single.write(rec)
                size = self.single.size()
                self.single.take()
            if self.strict:
                full = part.size + size > self.size_limit
            else:
                # What it began with is in the file, of the rest whole blocks are but the last, which is written when more comes.
                written = part.size
                if written > part.base:
                    written -= 1 + (part.size - part.base - 1) % 4096
                full = written + 4 * rec.words > self.size_limit
        elif part.count and self.count_limit:
            full = part.count >= self.count_limit
        elif part.count and self.opener is not None:
            full = self.opener.accepts(rec)
        while full:
            self.close(part)
            part = self.part(key, 0, 0, moment)
            # The next file may be there already, and as full.
            full = self.strict and cython.cast(cython.Py_ssize_t, part.size) > len(self.head) and part.size + size > self.size_limit
        return part

    def close(self, part):
        """End a part."""
        part.open = False
        if not part.away:
            self.ended(part)
        return 0

    def put(self, part, rec):
        """Add a record to a part."""
        before: cython.Py_ssize_t
        part.count += 1
        if part.away:
            return 0
        if part.printer is not None:
            part.size += 4 * cython.cast(cython.longlong, rec.words)
            part.printer.line(rec)
            if part.printer.pause or part.printer.out.n > self.full:
                self.flushed(part)
            return 0
        before = part.writer.size()
        if rec.kind & 0xF0 == 0x80:
            part.writer.copy(rec)
        else:
            client_form(rec, True)
            part.writer.write(rec)
        part.size += part.writer.size() - before
        if part.writer.size() > self.full:
            self.flushed(part)
        return 0

    def management(self, rec):
        """A later management record belongs to the period of its own time. Of the fields that name parts it has the sensor."""
        key: bytes = b""
        moment: cython.longlong
        cutter: Cutter = self.cutter
        if not self.managed or (self.names is not None and not self.named_by_source):
            return 0
        if self.names is not None:
            self.names.line(rec)
            key = self.names.out.take()
        if cutter is None:
            self.put(self.bounded(rec, key, 4 * rec.words), rec)
            return 0
        moment = cython.cast(cython.longlong, rec.mar_now_s) * 1000000 + rec.mar_now_f
        cutter.bins.find(moment)
        self.put(self.part(key, cutter.bins.start, cutter.bins.end, moment), rec)
        return 0

    def expire(self, now):
        """End the parts whose period and its hold are over."""
        part: Part
        self.checked = now
        for key in [key for key, value in self.parts.items() if value.open and value.end and value.end + self.hold <= now]:
            part = self.parts.pop(key)
            # Periods whose names are the same share a part.
            if part.open:
                self.close(part)
        return 0

    def tick(self, now):
        """On a live source: hand on what was gathered, and end what is over by the clock."""
        part: Part
        if self.hold >= 0 and self.cutter is not None:
            self.expire(now)
        for part in list(self.parts.values()):
            if part.open:
                self.flushed(part)
        return 0

    def finish(self):
        """End all parts, in the order in which they began."""
        part: Part
        for part in list(self.parts.values()):
            if part.open:
                self.close(part)
        self.parts.clear()
        if self.whole is not None:
            self.whole()
        return False
