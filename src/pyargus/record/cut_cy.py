"""Records cut at the edges of time bins.

Packets of a record are taken to be spread evenly over its time: a piece gets the whole packets of its share, at least one, and what was
taken too much or too little is made up for in the next piece. Bytes go with the packets. The counters of all pieces add up to those of
the record.

Source: argus 3 client behaviour, section "Cutting a record at a bin edge". Times are µs since 1970.
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.libc.math import rint
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import single
else:
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import single

    def rint(value):
        """The nearest whole number, the even one of two."""
        return float(round(value))


# Pieces that a record may make. A day has 86,400 seconds; a record that reaches further is made up, or damaged.
MOST_PIECES = 100_000


class Bins:
    """The bin that a moment is in. start, end: the bin that was found last, its end excluded.

    size: length of every bin in µs, counted from 1970; calendar: where it is not None, a function from µs to start and end in µs of the
    bin that holds it, for bins that follow the local calendar. clock: where it is not None, bins are counted by the local clock: a
    function from µs to the offset of local time, and to the time around them, from `since` to before `until`, that has this offset;
    `calendar` then says what bins those are that reach over its ends.
    """

    def __init__(self, size, calendar=None, clock=None):
        if size <= 0:
            raise ValueError("a bin has a length")
        self.size = size
        self.calendar = calendar
        self.clock = clock
        self.start = self.end = 0
        self.offset = self.since = self.until = 0

    def find(self, moment):
        """Set `start` and `end` to the bin of `moment`."""
        if self.start <= moment < self.end:
            return 0
        if self.calendar is None:
            self.start = moment - moment % self.size
            self.end = self.start + self.size
            return 0
        if self.clock is not None:
            if not self.since <= moment < self.until:
                self.offset, self.since, self.until = self.clock(moment)
            self.start = moment - (moment + self.offset) % self.size
            self.end = self.start + self.size
            if self.start < self.since or self.end >= self.until:
                self.start, self.end = self.calendar(moment)
        else:
            self.start, self.end = self.calendar(moment)
        return 0


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def micro(sec: cython.uint, frac: cython.uint) -> cython.longlong:
    return cython.cast(cython.longlong, sec) * 1000000 + frac


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def floor_of(value: cython.double, limit: cython.ulonglong) -> cython.ulonglong:
    """The whole part of a number that is not negative, at most `limit`."""
    if value >= limit:
        return limit
    return cython.cast(cython.ulonglong, value) if cython.compiled else int(value)


@cython.final
@cython.cclass
class Side:
    """What one side of a record still has, and what of it the piece gets."""

    def __init__(self):
        self.start = self.end = self.unit = 0
        self.packets = self.octets = self.payload = self.lost = 0
        self.carry = self.packet_rate = self.octet_rate = self.payload_rate = 0.0
        self.none()

    def none(self):
        """The piece gets nothing."""
        self.piece_start = self.piece_end = 0
        self.piece_packets = self.piece_octets = self.piece_payload = self.piece_lost = 0
        return 0

    def take(self, packets, octets, payload):
        """The piece gets these counters, and of the lost packets its share, rounded to nearest even."""
        self.piece_packets = packets
        self.piece_octets = octets
        self.piece_payload = payload
        self.piece_lost = self.lost
        if self.lost and packets < self.packets:
            self.piece_lost = floor_of(rint(cython.cast(cython.double, self.lost) * packets / self.packets), self.lost)
        self.packets -= packets
        self.octets -= octets
        self.payload -= payload
        self.lost -= self.piece_lost
        return 0

    def whole(self):
        """The piece gets all there is."""
        self.piece_start = self.start
        self.piece_end = self.end
        self.take(self.packets, self.octets, self.payload)
        self.start = self.end = 0
        return 0

    def half(self):
        """Of two packets the piece gets the first, which is at the start, and the odd byte."""
        self.piece_start = self.piece_end = self.start
        self.take(1, self.octets - self.octets // 2, self.payload - self.payload // 2)
        self.start = self.end
        return 0

    def cut(self, start, edge):
        """The piece gets what lies before `edge`, the end of the bin that starts at `start`."""
        packets: cython.ulonglong
        octets: cython.ulonglong
        payload: cython.ulonglong
        length: cython.double
        share: cython.double
        if self.packets == 0 or self.start >= edge:
            return self.none()
        if self.end <= edge:
            return self.whole()
        if self.unit == 0:
            # Counters per bin, or of the whole side where it is shorter than a bin: in singles, which truncated bytes show.
            self.unit = min(edge - start, self.end - self.start)
            length = cython.cast(cython.double, self.end - self.start) / self.unit
            self.packet_rate = single(self.packets / length)
            self.octet_rate = single(self.octets / length)
            self.payload_rate = single(self.payload / length)
        share = self.packet_rate * (cython.cast(cython.double, edge - self.start) / self.unit) + self.carry
        packets = floor_of(share, self.packets) if share >= 1 else 1
        self.carry = share - packets
        length = packets / self.packet_rate
        octets = floor_of(self.octet_rate * length, self.octets)
        payload = floor_of(self.payload_rate * length, self.payload)
        if packets == self.packets and (octets < self.octets or payload < self.payload):
            # What is left needs a packet to go with.
            if packets > 1:
                packets -= 1
            else:
                octets = self.octets
                payload = self.payload
        self.piece_start = self.start
        self.piece_end = edge
        self.take(packets, octets, payload)
        if self.packets == 0:
            self.start = self.end = 0
        else:
            # A last packet is the one that the end of the record is known by.
            self.start = self.end if self.packets == 1 else edge
        return 0


class Cutter:
    """Cuts records by bins: `begin` with a repaired record, then `next` until it returns False. The record becomes each piece in turn.

    start, end: the bin that the piece is in. hard: pieces get the times of their bin. nomodify: nothing is cut, a record belongs to the
    bin of its start. uncut: records that were not cut because they would have made more than `most` pieces.
    """

    def __init__(self, bins, hard=False, nomodify=False):
        self.bins = bins
        self.hard = hard
        self.nomodify = nomodify
        self.start = self.end = 0
        self.more = self.entire = False
        self.packets = 0
        self.status = self.source_status = self.target_status = 0
        self.source_lost = self.target_lost = False
        self.most = MOST_PIECES
        self.uncut = 0
        self.src = Side()
        self.dst = Side()
        self.rec = None

    def begin(self, rec):
        """Take a record. It may be changed between two pieces, but for what `next` sets: times and counters, lost packets, rates."""
        src: Side = self.src
        dst: Side = self.dst
        self.rec = rec
        src.start = micro(rec.sstart_s, rec.sstart_f)
        src.end = micro(rec.send_s, rec.send_f)
        src.packets = rec.spkts
        src.octets = rec.sbytes
        src.payload = rec.sapp
        dst.start = micro(rec.dstart_s, rec.dstart_f)
        dst.end = micro(rec.dend_s, rec.dend_f)
        dst.packets = rec.dpkts
        dst.octets = rec.dbytes
        dst.payload = rec.dapp
        src.lost = dst.lost = 0
        self.packets = src.packets + dst.packets
        if rec.net == 0x05:
            self.status = rec.tcp_status
            self.source_status = rec.sstatus
            self.target_status = rec.dstatus
            src.lost = rec.sretrans
            dst.lost = rec.dretrans
            self.source_lost = src.lost != 0
            self.target_lost = dst.lost != 0
        elif rec.net == 0x0A or rec.net == 0x09:
            src.lost = rec.sdrop
            dst.lost = rec.ddrop
        elif rec.net == 0x38:
            src.lost = rec.net_lost
        src.unit = dst.unit = 0
        src.carry = dst.carry = 0.0
        self.count = rec.agr_count if rec.present & 16 else 0
        self.more = True
        # Every piece has a packet, and the bins that a record reaches over are at most as many as its time has.
        self.entire = src.packets + dst.packets > self.most and self.reach() // self.bins.size > cython.cast(cython.longlong, self.most)
        if self.entire and not self.nomodify:
            self.uncut += 1
        return 0

    def within(self, rec):
        """Set `start` and `end` to the bin that a repaired record begins in; whether the record stays as it is, as it ends there too."""
        src: cython.longlong = micro(rec.sstart_s, rec.sstart_f)
        dst: cython.longlong = micro(rec.dstart_s, rec.dstart_f)
        last: cython.longlong = max(micro(rec.send_s, rec.send_f), micro(rec.dend_s, rec.dend_f))
        first: cython.longlong = dst if dst and (dst < src or not src) else src
        self.bins.find(first)
        self.start = self.bins.start
        self.end = self.bins.end
        return not self.hard and (last <= self.end or self.nomodify)

    def reach(self):
        """µs from the first to the last stamp of the record."""
        src: Side = self.src
        dst: Side = self.dst
        first: cython.longlong = dst.start if dst.start and (dst.start < src.start or not src.start) else src.start
        return max(src.end, dst.end) - first

    def next(self):
        """Make the record its next piece. Returns False where there is none; the record then is its last piece."""
        src: Side = self.src
        dst: Side = self.dst
        first: cython.longlong
        last: cython.longlong
        packets: cython.ulonglong = src.packets + dst.packets
        if not self.more:
            return False
        if packets == 0 or (src.packets and dst.packets):
            # Without counters the stamps that are set count.
            first = dst.start if dst.start and (dst.start < src.start or not src.start) else src.start
            last = max(src.end, dst.end)
        elif src.packets:
            first = src.start
            last = src.end
        else:
            first = dst.start
            last = dst.end
        self.bins.find(first)
        self.start = self.bins.start
        self.end = self.bins.end
        if last <= self.end or self.nomodify or self.entire or packets < 2:
            src.whole()
            dst.whole()
        elif packets == 2:
            if src.packets == 2:
                src.half()
                dst.none()
            elif dst.packets == 2:
                dst.half()
                src.none()
            else:
                # The source's packet has a piece of its own, and the destination's the next.
                self.bins.find(src.start)
                self.start = self.bins.start
                self.end = self.bins.end
                src.end = src.start
                dst.end = dst.start
                src.whole()
                dst.none()
        else:
            src.cut(self.start, self.end)
            dst.cut(self.start, self.end)
            if src.piece_packets + dst.piece_packets == 1:
                src.piece_end = src.piece_start
                dst.piece_end = dst.piece_start
        self.more = src.packets + dst.packets != 0
        return self.put()

    def put(self):
        """Set the record to the piece."""
        rec: Record = self.rec
        src: Side = self.src
        dst: Side = self.dst
        a: cython.ulonglong
        b: cython.ulonglong
        c: cython.ulonglong
        d: cython.ulonglong
        taken: cython.ulonglong = src.piece_packets + dst.piece_packets
        rest: cython.ulonglong = src.packets + dst.packets
        part: cython.uint
        if self.count:
            part = self.count
            if rest:
                part = cython.cast(cython.uint, floor_of(cython.cast(cython.double, self.count) * taken / (taken + rest), self.count))
                part = max(part, 1)
            rec.agr_count = part
            # What is left may not run out before the last piece.
            self.count = max(self.count - part, 1)
        if rec.net == 0x05:
            rec.sretrans = cython.cast(cython.uint, src.piece_lost)
            rec.dretrans = cython.cast(cython.uint, dst.piece_lost)
            rec.tcp_status = self.status
            rec.sstatus = self.source_status
            rec.dstatus = self.target_status
            if taken != self.packets:
                # A piece of which nothing was lost does not say that its record lost something.
                if self.source_lost and src.piece_lost == 0:
                    rec.tcp_status &= ~cython.cast(cython.uint, 0x100)
                    rec.sstatus &= ~cython.cast(cython.uint, 0x300)
                if self.target_lost and dst.piece_lost == 0:
                    rec.tcp_status &= ~cython.cast(cython.uint, 0x200)
                    rec.dstatus &= ~cython.cast(cython.uint, 0x300)
        elif rec.net == 0x0A or rec.net == 0x09:
            rec.sdrop = cython.cast(cython.uint, src.piece_lost)
            rec.ddrop = cython.cast(cython.uint, dst.piece_lost)
        elif rec.net == 0x38:
            rec.net_lost = cython.cast(cython.uint, src.piece_lost)
        rec.spkts = src.piece_packets
        rec.sbytes = src.piece_octets
        rec.sapp = src.piece_payload
        rec.dpkts = dst.piece_packets
        rec.dbytes = dst.piece_octets
        rec.dapp = dst.piece_payload
        a = src.piece_start
        b = src.piece_end
        c = dst.piece_start
        d = dst.piece_end
        if self.hard:
            a = c = self.start
            b = d = self.end
        rec.sstart_s = cython.cast(cython.uint, a // 1000000)
        rec.sstart_f = cython.cast(cython.uint, a % 1000000)
        rec.send_s = cython.cast(cython.uint, b // 1000000)
        rec.send_f = cython.cast(cython.uint, b % 1000000)
        rec.dstart_s = cython.cast(cython.uint, c // 1000000)
        rec.dstart_f = cython.cast(cython.uint, c % 1000000)
        rec.dend_s = cython.cast(cython.uint, d // 1000000)
        rec.dend_f = cython.cast(cython.uint, d % 1000000)
        if rest or self.hard:
            rec.rated = 0
        return True
