"""The loop over the records of a buffer: decode, repair, select, count, and hand on to a stage or to the delivery."""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.arrange_cy import Arranger, one_way, strip, turn
    from cython.cimports.pyargus.record.decode_cy import decode, extent, framed, glimpse
    from cython.cimports.pyargus.record.delivery_cy import Delivery
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import repair
else:
    from pyargus.record.arrange_cy import Arranger, one_way, strip, turn
    from pyargus.record.decode_cy import decode, extent, framed, glimpse
    from pyargus.record.delivery_cy import Delivery
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair


class Batch:
    """Selects records and hands them to a stage, or to the delivery where there is none.

    delivery: prints or writes, by its own settings; made for `printer`. stage: what takes the records instead, or None.
    trouble: why `run` returned early: 0 output is full or the buffer is done, 1 the buffer ends inside a record, 2 a length word of zero,
    3 a record of unknown class.
    rejected: Rewriter that takes what `filter` rejects, or None.
    parts: the DSRs that are kept, bit n for index n. arranger: decides doubtful directions, or None. uni: a record for each side that
    sent packets; rmon: every record once for each of its hosts.
    select, period: functions of a record that say whether it is wanted (user data, labels; times), None for all.
    from_number, to_number: the range of -N over what passed the filter, to_number 0 for no end; whatever is read once it is reached, the
    initial record of a source for one, is followed by one record more. done: no further record is wanted.
    summed: whether the totals are asked for, to which every record that is passed on has to be added.
    flows, mans: records read; passed: those that passed the selection; pkts, bytes_: totals of those in the time range, too.
    """

    def __init__(self, printer):
        self.record = Record()
        self.delivery = Delivery(printer)
        self.stage = None
        self.filter = None
        self.rejected = None
        self.parts = 0xFFFFFFFF
        self.arranger = None
        self.uni = self.rmon = self.summed = False
        self.flows = self.mans = self.passed = self.pkts = self.bytes_ = 0
        self.sources = 0
        self.trouble = 0
        self.done = False
        self.number = 0
        self.from_number = 0
        self.to_number = 0
        self.select = self.period = None

    def opening(self, data):
        """Handle the initial management record of a source; none is counted.

        The first is written; of all, those selected may be printed, and of the others they are written.
        """
        rec: Record = self.record
        delivery: Delivery = self.delivery
        rec.point_to(data)
        decode(rec, 0, 0)
        if self.sources == 0:
            delivery.opening(rec)
            if self.rejected is not None:
                self.rejected.copy(rec)
        if self.stage is not None:
            self.stage.opening(rec)
        self.sources += 1
        self.mans += 1
        if self.filter is not None and not self.filter.accepts(rec):
            return 0
        if self.number < self.from_number or not self.chosen(rec):
            return 0
        if self.period is not None and not self.period(rec):
            return 0
        if self.stage is None:
            delivery.initial(rec, self.sources == 1)
        elif self.stage.takes_openings:
            self.stage.add(rec)
        return 0

    def run(self, data, at, offset):
        """Handle the records of `data` from `at`; `offset` is the place of data[0] in its source. Returns where it stopped."""
        rec: Record = self.record
        length: cython.Py_ssize_t
        end: cython.Py_ssize_t
        start: cython.Py_ssize_t
        kind: cython.uint
        usable: cython.bint
        direct: cython.bint = self.direct()
        brief: cython.bint = self.brief()
        end = rec.point_wide(data)
        self.trouble = 0
        while at < end:
            length = framed(rec, at)
            if length <= 0:
                self.trouble = 1 if length < 0 else 2
                return at
            start = at
            rec.offset = offset + start
            if direct and (self.stage.glance(rec, at, length) if self.stage is not None else self.delivery.glance(rec, at)):
                self.flows += 1
                self.passed += 1
                at += length
                if self.stage is None and self.delivery.full():
                    return at
                continue
            if brief and self.fails(start):
                self.flows += 1
                at += length
                continue
            usable = self.prepare(start, offset + start)
            kind = rec.kind & 0xF0
            if kind != 0x80 and kind != 0x10 and kind != 0x30 and kind != 0x40:
                self.trouble = 3
                return at
            at += length
            if kind == 0x80:
                self.mans += 1
            elif usable:
                self.flows += kind != 0x40
            else:
                continue
            if self.filter is not None and not self.filter.accepts(rec):
                if self.rejected is not None and not (kind == 0x80 and rec.cause_option & 0xF0 == 0x10):
                    self.rejected.copy(rec)
                    if self.rejected.size() > self.delivery.size:
                        return at
                continue
            if not self.chosen(rec):
                continue
            if self.uni and kind != 0x80:
                if rec.spkts and rec.dpkts:
                    one_way(rec, False)
                    self.deliver(kind, start, offset)
                    if self.delivery.done:
                        return at
                    # Both halves are one record in the totals and for -N.
                    self.passed -= 1
                    self.number -= 1
                    self.prepare(start, offset + start)
                    one_way(rec, True)
                elif rec.dpkts:
                    one_way(rec, True)
            if self.deliver(kind, start, offset) or self.delivery.full():
                return at
        return at

    def chosen(self, rec):
        """Whether user data, the label and the stage let a record through."""
        if self.select is not None and not self.select(rec):
            return False
        return self.stage is None or self.stage.wants(rec)

    def direct(self):
        """Whether every record goes to the stage, or to the files, as it was read."""
        if self.summed or self.rmon or (self.stage is None and not self.delivery.writers):
            return False
        if self.filter is not None or self.select is not None or self.period is not None or self.arranger is not None:
            return False
        if self.stage is not None and self.stage.chooses():
            return False
        return self.parts == cython.cast(cython.uint, 0xFFFFFFFF) and not self.uni and self.from_number <= 1 and self.to_number == 0

    def brief(self):
        """Whether the filter can tell from the ends of a flow that a record fails, and nobody asks for those that do."""
        if self.filter is None or not self.filter.brief or self.rejected is not None:
            return False
        return self.parts == cython.cast(cython.uint, 0xFFFFFFFF) and self.arranger is None

    def fails(self, at):
        """Whether the record at `at` is a flow or event record that the filter does not pass; those it passes are to be read in full."""
        rec: Record = self.record
        kind: cython.uint = rec.data[at] & 0xF0
        if kind != 0x10 and kind != 0x30 and kind != 0x40:
            return False
        glimpse(rec, at)
        if not rec.present & 4:
            return False
        repair(rec)
        if self.stage is not None:
            self.stage.as_read(rec)
        return not self.filter.accepts(rec)

    def prepare(self, at, offset):
        """Fill the record from the bytes at `at`, as the selection is to see it.

        Returns false for a record to leave out: a part of no length stands in it before its times.
        """
        rec: Record = self.record
        arranger: Arranger = self.arranger
        usable: cython.bint
        usable = decode(rec, at, offset) or rec.present & 4 != 0 or extent(rec, rec.rest_off) > 0
        if self.parts != cython.cast(cython.uint, 0xFFFFFFFF):
            strip(rec, self.parts)
        repair(rec)
        if self.stage is not None:
            self.stage.as_read(rec)
        if arranger is not None:
            arranger.arrange(rec)
        return usable

    def deliver(self, kind, start, offset):
        """Count a selected record and hand it on; whether no further record is wanted."""
        rec: Record = self.record
        delivery: Delivery = self.delivery
        self.passed += 1
        self.number += 1
        if self.number < self.from_number:
            return False
        if self.to_number and self.number >= self.to_number:
            self.done = True
        if self.period is not None and not self.period(rec):
            return self.done
        self.pkts += rec.spkts + rec.dpkts
        self.bytes_ += rec.sbytes + rec.dbytes
        if self.stage is not None:
            self.stage.add(rec)
            if self.rmon and kind != 0x80 and not delivery.done and (delivery.writers or not self.uni):
                # The stage may have changed the record.
                self.prepare(start, offset + start)
                turn(rec)
                self.stage.add(rec)
        else:
            delivery.put(rec)
            if self.rmon and kind != 0x80 and not delivery.done and (delivery.writers or not self.uni):
                if delivery.writers:
                    # Writing has changed the record.
                    self.prepare(start, offset + start)
                turn(rec)
                delivery.twin(rec)
        if delivery.done:
            self.done = True
        return self.done
