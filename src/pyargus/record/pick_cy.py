"""Stages that choose records or look at one thing of each: lists of addresses, user data, parts, times.

Source: argus 3 client behaviour, sections "rafilteraddr", "ragrep", "rastrip", "ratimerange".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.arrange_cy import strip
    from cython.cimports.pyargus.record.client_cy import aggregation
    from cython.cimports.pyargus.record.stage_cy import Stage
    from cython.cimports.pyargus.record.values_cy import first_micro, last_micro
else:
    from pyargus.record.arrange_cy import strip
    from pyargus.record.client_cy import aggregation
    from pyargus.record.stage_cy import Stage
    from pyargus.record.values_cy import first_micro, last_micro


class Ranges:
    """A set of 128-bit numbers, made from (first, last) pairs, which may overlap; looked up by halving."""

    def __init__(self, pairs):
        merged = []
        newest = None
        for first, last in sorted(pairs):
            if newest is not None and first <= newest[1] + 1:
                newest[1] = max(newest[1], last)
            else:
                newest = [first, last]
                merged.append(newest)
        low = (1 << 64) - 1
        self.count = len(merged)
        self.low_hi = array("Q", [first >> 64 for first, _ in merged] + [0])
        self.low_lo = array("Q", [first & low for first, _ in merged] + [0])
        self.high_hi = array("Q", [last >> 64 for _, last in merged] + [0])
        self.high_lo = array("Q", [last & low for _, last in merged] + [0])

    def holds(self, hi, lo):
        """Whether a number, in two halves, is in the set."""
        left: cython.Py_ssize_t = 0
        right: cython.Py_ssize_t = self.count
        middle: cython.Py_ssize_t
        # The first range that begins behind the number.
        while left < right:
            middle = (left + right) // 2
            if self.low_hi[middle] < hi or (self.low_hi[middle] == hi and self.low_lo[middle] <= lo):
                left = middle + 1
            else:
                right = middle
        if left == 0:
            return False
        left -= 1
        return hi < self.high_hi[left] or (hi == self.high_hi[left] and lo <= self.high_lo[left])


class AddressFilter(Stage):
    """Hands on flow records that have a listed address.

    by_source, by_destination: the sides to look at; invert: those that have none. blank: whether printed lines end in a blank.
    """

    def __init__(self, ipv4, ipv6):
        self.out = None
        self.ipv4 = ipv4
        self.ipv6 = ipv6
        self.by_source = self.by_destination = True
        self.invert = self.blank = False
        self.passed = 0

    def doubles(self):
        """A record is one of each of its hosts."""
        return True

    def listed(self, rec, destination):
        if rec.family == 2 or rec.family == 18:
            if destination:
                return self.ipv6.holds(rec.daddr_hi, rec.daddr_lo)
            return self.ipv6.holds(rec.saddr_hi, rec.saddr_lo)
        if rec.family == 1 or rec.family == 17:
            return self.ipv4.holds(0, rec.daddr_lo if destination else rec.saddr_lo)
        return False

    def add(self, rec):
        """Hand a record on, or not."""
        found: cython.bint = False
        before: cython.Py_ssize_t
        if rec.kind & 0xF0 == 0x80:
            return 0
        if rec.present & 2:
            found = (self.by_source and self.listed(rec, False)) or (self.by_destination and self.listed(rec, True))
        if found == self.invert:
            return 0
        self.passed += 1
        # As the clients that merge, this one writes statistics of aggregation only where there are some.
        self.out.aggregate = False
        before = self.out.printer.out.n
        self.out.put(rec)
        if self.blank and self.out.printer.out.n > before:
            self.out.printer.out.n -= 1
            self.out.printer.out.puts(b" \n")
        return 0


class Stripper(Stage):
    """Hands on records with only some of their parts: bit n of `parts` for DSR n. Management records pass as they are."""

    def __init__(self, parts):
        self.out = None
        self.parts = parts
        self.told = False
        self.takes_openings = True

    def doubles(self):
        """A record is one of each of its hosts."""
        return True

    def add(self, rec):
        """Take parts away and hand on."""
        if not self.told:
            # What is taken away is printed as what readers were told to leave out, not as what a record lacks.
            self.told = True
            values = getattr(self.out.printer, "values", None)
            if values is not None:
                values.mask = self.parts
        if self.parts & 16 and rec.kind & 0xF0 != 0x80:
            # Made of times and counters, which may not be kept.
            aggregation(rec)
        strip(rec, self.parts)
        self.out.aggregate = self.parts & 16 != 0
        return self.out.put(rec)


class Extent(Stage):
    """The earliest start and the latest end of flow records, µs since 1970. report: makes the text that is put out at the end."""

    def __init__(self):
        self.out = None
        self.report = None
        self.first = self.last = 0
        self.reported = False

    def add(self, rec):
        """Look at a record's times."""
        start: cython.longlong
        end: cython.longlong
        if rec.kind & 0xF0 == 0x80:
            return 0
        start = first_micro(rec)
        end = last_micro(rec)
        if start and (self.first == 0 or start < self.first):
            self.first = start
        self.last = max(self.last, end)
        return 0

    def finish(self):
        """Put the report out."""
        if not self.reported:
            self.reported = True
            self.out.printer.out.puts(self.report())
        return False


class Search(Stage):
    """Chooses records whose user data match, and hands them on.

    source_patterns, destination_patterns: compiled expressions, one of which has to match the user data of that side, taken as strings that
    a NUL ends. invert: records that do not match. silent: none is put out; names_only: only the name of each source that has one.
    prefixed, offsets: whether the name of the source, and the offset of the record in it, stand before each line. passed: records found.
    """

    def __init__(self, source_patterns, destination_patterns):
        self.out = None
        self.source_patterns = source_patterns
        self.destination_patterns = destination_patterns
        self.invert = self.silent = self.names_only = self.offsets = self.prefixed = False
        self.said = b""
        self.passed = 0

    def chooses(self):
        """Records without a match are left out."""
        return True

    def doubles(self):
        """A record is one of each of its hosts."""
        return True

    def matches(self, rec):
        patterns: list
        for destination in range(2):
            patterns = self.destination_patterns if destination else self.source_patterns
            if not patterns:
                continue
            data = rec.user_data(destination)
            if not data:
                continue
            for text in data.split(b"\0"):
                for pattern in patterns:
                    if pattern.search(text) is not None:
                        return True
        return False

    def wants(self, rec):
        """Search a record."""
        return rec.kind & 0xF0 != 0x80 and self.matches(rec) != self.invert

    def add(self, rec):
        """Hand a record on, or say where it is."""
        self.passed += 1
        if self.silent:
            return 0
        name: bytes = self.reading.encode("utf-8", "surrogateescape")
        if self.names_only:
            if self.said != name:
                self.said = name
                self.out.printer.out.puts(name + b"\n")
            return 0
        if not self.out.writers and not self.out.quiet:
            if self.prefixed:
                self.out.printer.out.puts(name + b":")
            if self.offsets:
                self.out.printer.out.puts(b"%d:" % rec.offset)
        return self.out.put(rec)
