"""Rows of keys and the stable sort over them.

Ties keep the order of the input. Rows of one word are distributed by its bytes; all others are merged. A key that one of two rows lacks
counts as a tie; as such an order is not one that every algorithm makes the same of, the sort is that of readers of the format: top down,
the left half the smaller one.

Source: argus 3 client behaviour, section "rasort".
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

from pyargus.record.arena import words

if cython.compiled:
    pass
else:
    pass

_ALL = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)


class Order:
    """Key rows in the order in which they were appended, and after `sort` the order of their keys: `at(place)` is the number of a row.

    columns: words of a row; backwards: the whole order is turned round, and ties still keep the order in which they came.
    """

    def __init__(self, columns, backwards=False):
        self.columns = columns
        self.backwards = backwards
        self.clear()

    def clear(self):
        """Forget all rows."""
        self.count = 0
        self.gaps = False
        self.rows = array("Q", bytes(8 * 256 * self.columns))
        self.valid = array("Q", bytes(8 * 256))
        self.index = array("I")
        return 0

    def memory(self):
        """Bytes that the rows take, and their sorting."""
        return self.count * (8 * self.columns + 8 + 24)

    def grow(self):
        rows: cython.ulonglong[::1] = words(4 * len(self.rows))
        valid: cython.ulonglong[::1] = words(4 * len(self.valid))
        rows[: len(self.rows)] = self.rows
        valid[: len(self.valid)] = self.valid
        self.rows = rows
        self.valid = valid
        return 0

    def append(self, keys):
        """Take the row that `keys` has read."""
        i: cython.int
        n: cython.Py_ssize_t = self.count
        complete: cython.ulonglong = _ALL >> (64 - self.columns)
        if n == len(self.valid):
            self.grow()
        for i in range(self.columns):
            self.rows[n * self.columns + i] = keys.row[i]
        self.valid[n] = keys.valid
        if keys.valid != complete:
            self.gaps = True
        self.count = n + 1
        return 0

    def fill(self, rows, count):
        """Take all rows from elsewhere, of which none lacks a column."""
        self.rows = array("Q", bytes(rows))
        self.valid = array("Q")
        self.count = count
        self.gaps = False
        return 0

    def known(self, valid):
        """Of the rows that were taken, some lack columns."""
        self.valid = array("Q", bytes(valid))
        self.gaps = True
        return 0

    def take(self, row, other, at):
        """Set a row that was reserved to one of another Order."""
        i: cython.int
        for i in range(self.columns):
            self.rows[row * self.columns + i] = other.rows[at * self.columns + i]
        self.valid[row] = other.valid[at] if other.gaps else _ALL >> (64 - self.columns)
        return 0

    def beside(self, row, other, at):
        """Below, at or above zero as a row comes before, with or after one of another Order, where none lacks a column."""
        i: cython.int
        a: cython.ulonglong
        b: cython.ulonglong
        for i in range(self.columns):
            a = self.rows[row * self.columns + i]
            b = other.rows[at * self.columns + i]
            if a != b:
                return -1 if (a < b) != self.backwards else 1
        return 0

    def reserve(self, count):
        """Make rows for `put`."""
        self.rows = array("Q", bytes(8 * count * self.columns))
        self.valid = array("Q", bytes(8 * count))
        self.count = count
        return 0

    def put(self, row, words, valid):
        """Set a row that was reserved."""
        i: cython.int
        for i in range(self.columns):
            self.rows[row * self.columns + i] = words[i]
        self.valid[row] = valid
        return 0

    def at(self, place):
        """The number of the row that is in this place."""
        return self.index[place]

    def sort(self):
        """Find the order. The rows stay where they are."""
        i: cython.Py_ssize_t
        n: cython.Py_ssize_t = self.count
        self.index = words(n, "I")
        self.other = words(n, "I")
        self.first = words(n)
        self.other_first = words(n)
        for i in range(n):
            self.index[i] = cython.cast(cython.uint, i)
            self.first[i] = self.rows[i * self.columns]
        if self.columns == 1 and not self.gaps:
            self.distribute()
        else:
            self.part(0, n)
        self.other = array("I")
        self.first = self.other_first = array("Q")
        return 0

    def distribute(self):
        """Sort by the one word of each row, a byte after the other from the lowest, which keeps ties as they came."""
        i: cython.Py_ssize_t
        n: cython.Py_ssize_t = self.count
        shift: cython.int
        b: cython.Py_ssize_t
        place: cython.ulonglong
        count: cython.ulonglong
        turn: cython.ulonglong = _ALL if self.backwards else 0
        differing: cython.ulonglong = 0
        starts: cython.ulonglong[::1] = array("Q", bytes(8 * 256))
        for i in range(1, n):
            differing |= self.first[i] ^ self.first[0]
        for shift in range(0, 64, 8):
            if not (differing >> shift) & 0xFF:
                continue
            starts[:] = 0
            for i in range(n):
                starts[cython.cast(cython.Py_ssize_t, ((self.first[i] ^ turn) >> shift) & 0xFF)] += 1
            place = 0
            for b in range(256):
                count = starts[b]
                starts[b] = place
                place += count
            for i in range(n):
                b = cython.cast(cython.Py_ssize_t, ((self.first[i] ^ turn) >> shift) & 0xFF)
                self.other[cython.cast(cython.Py_ssize_t, starts[b])] = self.index[i]
                self.other_first[cython.cast(cython.Py_ssize_t, starts[b])] = self.first[i]
                starts[b] += 1
            self.index, self.other = self.other, self.index
            self.first, self.other_first = self.other_first, self.first
        return 0

    def compare(self, i, j):
        """Below, at or above zero as row i comes before, with or after row j."""
        k: cython.int
        a: cython.ulonglong
        b: cython.ulonglong
        shared: cython.ulonglong = self.valid[i] & self.valid[j]
        for k in range(self.columns):
            if (shared >> k) & 1:
                a = self.rows[cython.cast(cython.Py_ssize_t, i) * self.columns + k]
                b = self.rows[cython.cast(cython.Py_ssize_t, j) * self.columns + k]
                if a != b:
                    return -1 if a < b else 1
        return 0

    def after(self, a, b, i, j):
        """Whether row i, whose first word is a, comes after row j, whose first word is b."""
        order: cython.int
        if a != b and not self.gaps:
            return a < b if self.backwards else a > b
        if self.columns == 1 and not self.gaps:
            return False
        order = self.compare(i, j)
        return order < 0 if self.backwards else order > 0

    def part(self, low, high):
        """Sort the places from `low` to before `high`."""
        middle: cython.Py_ssize_t
        a: cython.Py_ssize_t
        b: cython.Py_ssize_t
        n: cython.Py_ssize_t = 0
        if high - low < 2:
            return 0
        middle = low + (high - low) // 2
        self.part(low, middle)
        self.part(middle, high)
        if not self.after(self.first[middle - 1], self.first[middle], self.index[middle - 1], self.index[middle]) and not self.gaps:
            return 0
        a = low
        b = middle
        while a < middle and b < high:
            if self.after(self.first[a], self.first[b], self.index[a], self.index[b]):
                self.other[n] = self.index[b]
                self.other_first[n] = self.first[b]
                b += 1
            else:
                self.other[n] = self.index[a]
                self.other_first[n] = self.first[a]
                a += 1
            n += 1
        # What is left of the left half moves up; what is left of the right one stays.
        while a < middle:
            self.other[n] = self.index[a]
            self.other_first[n] = self.first[a]
            a += 1
            n += 1
        for a in range(n):
            self.index[low + a] = self.other[a]
            self.first[low + a] = self.other_first[a]
        return 0
