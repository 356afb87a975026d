"""Sums of packets and bytes over records: of all, by protocol, by the text of a field, and the distinct addresses.

Source: argus 3 client behaviour, section "racount".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.arrange_cy import turn
    from cython.cimports.pyargus.record.decode_cy import flow_key
    from cython.cimports.pyargus.record.decode_parts_cy import metric
    from cython.cimports.pyargus.record.stage_cy import Stage
else:
    from pyargus.record.arrange_cy import turn
    from pyargus.record.decode_cy import flow_key
    from pyargus.record.decode_parts_cy import metric
    from pyargus.record.stage_cy import Stage

# Rows of sums: all, the 256 IP protocols, the 65,536 Ethernet types, 802.11, ARP, RARP, everything else.
ALL = 0
PROTOCOLS = 1
ETHERTYPES = 257
WLAN, ARP, RARP, UNKNOWN = 65793, 65794, 65795, 65796
ROWS = 65797
# Columns: records, packets and bytes of the source and of the destination.
COLUMNS = 5

_MIX = cython.declare(cython.ulonglong, 0x9E3779B97F4A7C15)
_ALL = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)


class Addresses:
    """A set of 128-bit addresses with marks: 1 where it was a source, 2 a destination."""

    def __init__(self):
        self.mask = 1023
        self.count = 0
        self.high = array("Q", bytes(8 * 1024))
        self.low = array("Q", bytes(8 * 1024))
        self.marks = memoryview(bytearray(1024))

    def add(self, high, low, mark):
        """Mark an address."""
        at: cython.Py_ssize_t
        mixed: cython.ulonglong = ((high ^ (low * _MIX & _ALL)) * _MIX) & _ALL
        if 4 * self.count > 3 * self.mask:
            self.grow()
        at = cython.cast(cython.Py_ssize_t, (mixed >> 32) & self.mask)
        while self.marks[at]:
            if self.low[at] == low and self.high[at] == high:
                self.marks[at] |= mark
                return 0
            at = (at + 1) & self.mask
        self.high[at] = high
        self.low[at] = low
        self.marks[at] = mark
        self.count += 1
        return 0

    def grow(self):
        high: cython.ulonglong[::1] = self.high
        low: cython.ulonglong[::1] = self.low
        marks: cython.uchar[::1] = self.marks
        size: cython.Py_ssize_t = self.mask + 1
        i: cython.Py_ssize_t
        self.mask = 2 * size - 1
        self.count = 0
        self.high = array("Q", bytes(16 * size))
        self.low = array("Q", bytes(16 * size))
        self.marks = memoryview(bytearray(2 * size))
        for i in range(size):
            if marks[i]:
                self.add(high[i], low[i], marks[i])
        return 0

    def items(self):
        """Every address as a number, with its marks."""
        i: cython.Py_ssize_t
        for i in range(self.mask + 1):
            if self.marks[i]:
                yield int(self.high[i]) << 64 | int(self.low[i]), self.marks[i]


class Counter(Stage):
    """Adds records up. `row(number)` are the sums of a row; `values` those by the text of a field, `ipv4` and `ipv6` the addresses seen.

    by_protocol, by_address: whether to gather more than the sums of all; printer: prints the field to sum by, or None. rmon: every record
    counts twice, the second time with its sides exchanged. report: makes the text that is put out at the end.
    """

    def __init__(self):
        self.out = None
        self.by_protocol = self.by_address = self.rmon = False
        self.printer = None
        self.report = None
        self.values = {}
        self.ipv4 = Addresses()
        self.ipv6 = Addresses()
        self.sums = array("Q", bytes(8 * COLUMNS * ROWS))
        self.reported = False

    def row(self, number):
        """Records, packets and bytes of the source, packets and bytes of the destination."""
        return [self.sums[COLUMNS * number + i] for i in range(COLUMNS)]

    def glance(self, rec, at, length):
        """Count a flow record from the parts that matter; False for one that only a full reading can tell the direction of."""
        o: cython.Py_ssize_t = at + 4
        end: cython.Py_ssize_t = at + length
        size: cython.Py_ssize_t
        kind: cython.uint
        mark: cython.uint
        seen: cython.uint = 0
        flow: cython.Py_ssize_t = 0
        counters: cython.Py_ssize_t = 0
        counters_size: cython.Py_ssize_t = 0
        flow_size: cython.Py_ssize_t = 0
        network: cython.Py_ssize_t = 0
        status: cython.uint
        if self.printer is not None or (rec.data[at] & 0xF0 != 0x10 and rec.data[at] & 0xF0 != 0x30):
            return False
        while o + 4 <= end:
            kind = rec.data[o]
            if kind & 0x80:
                size = 4
            elif rec.data[o + 1] & 0x80:
                size = 4 * ((cython.cast(cython.Py_ssize_t, rec.data[o + 2]) << 8) | rec.data[o + 3])
            else:
                size = 4 * cython.cast(cython.Py_ssize_t, rec.data[o + 3])
            if size == 0 or o + size > end:
                return False
            if kind == 0x02 or kind == 0x03 or kind == 0x10 or kind == 0x30:
                # One of each.
                mark = 1 if kind == 0x02 else 2 if kind == 0x03 else 4 if kind == 0x10 else 8
                if seen & mark:
                    return False
                seen |= mark
                if kind == 0x02:
                    flow = o
                    flow_size = size
                elif kind == 0x10:
                    counters = o
                    counters_size = size
                elif kind == 0x30:
                    network = o
            o += size
        if seen & 7 != 7:
            return False
        if rec.data[flow + 1] & 0x40 or (network and rec.data[network + 1] == 0x09):
            return False
        if rec.data[flow + 1] & 0x3F == 1 and rec.data[flow + 2] & 0x1F == 1:
            if flow_size < 20:
                return False
            if rec.data[flow + 12] == 6 and network and 3 <= rec.data[network + 1] <= 5:
                if network + 8 > end:
                    return False
                status = rec.data[network + 7]
                if not status & 1 and status & 2:
                    return False
            elif rec.data[flow + 12] == 1 and (rec.data[flow + 14] & 0xED == 0 or rec.data[flow + 14] == 14):
                # An answer, whose question may not have been seen, stands the other way round.
                return False
        if metric(rec, counters, counters_size) == 0:
            return False
        if self.by_protocol or self.by_address:
            if flow_key(rec, flow, flow_size) == 0:
                return False
            rec.present = 2
        self.flow(rec)
        return True

    def add(self, rec):
        """Count a flow record."""
        text: bytes
        sums: list
        i: cython.int
        if rec.kind & 0xF0 != 0x10 and rec.kind & 0xF0 != 0x30:
            return 0
        if self.printer is None:
            return self.flow(rec)
        for i in range(2 if self.rmon else 1):
            if i:
                turn(rec)
            self.count(rec, ALL)
            self.printer.line(rec)
            text = self.printer.out.take()
            sums = self.values.get(text)
            if sums is None:
                sums = self.values[text] = [0, 0, 0, 0, 0]
            sums[0] += 1
            sums[1] += rec.spkts
            sums[2] += rec.sbytes
            sums[3] += rec.dpkts
            sums[4] += rec.dbytes
        return 0

    def flow(self, rec):
        """Add the counters of a record to all sums that are gathered, and its addresses to the sets."""
        row: cython.int = UNKNOWN
        self.count(rec, ALL)
        if self.by_protocol:
            if rec.present & 2:
                if rec.family == 1 or rec.family == 2:
                    row = PROTOCOLS + rec.proto
                elif rec.family == 3:
                    row = ETHERTYPES + rec.etype
                elif rec.family == 8:
                    row = WLAN
                elif rec.family == 4 or rec.family == 20:
                    row = ARP
                elif rec.family == 5 or rec.family == 21:
                    row = RARP
            self.count(rec, row)
        if self.by_address and rec.present & 2:
            if rec.family == 1:
                self.ipv4.add(0, rec.saddr_lo, 3 if self.rmon else 1)
                self.ipv4.add(0, rec.daddr_lo, 3 if self.rmon else 2)
            elif rec.family == 2:
                self.ipv6.add(rec.saddr_hi, rec.saddr_lo, 3 if self.rmon else 1)
                self.ipv6.add(rec.daddr_hi, rec.daddr_lo, 3 if self.rmon else 2)
        return 0

    def count(self, rec, row):
        """Add the counters of a record to a row."""
        at: cython.Py_ssize_t = COLUMNS * cython.cast(cython.Py_ssize_t, row)
        if self.rmon and self.printer is None:
            self.sums[at] += 2
            self.sums[at + 1] += rec.spkts + rec.dpkts
            self.sums[at + 2] += rec.sbytes + rec.dbytes
            self.sums[at + 3] += rec.spkts + rec.dpkts
            self.sums[at + 4] += rec.sbytes + rec.dbytes
            return 0
        self.sums[at] += 1
        self.sums[at + 1] += rec.spkts
        self.sums[at + 2] += rec.sbytes
        self.sums[at + 3] += rec.dpkts
        self.sums[at + 4] += rec.dbytes
        return 0

    def finish(self):
        """Put the report out."""
        if not self.reported:
            self.reported = True
            self.out.printer.out.puts(self.report())
        return False
