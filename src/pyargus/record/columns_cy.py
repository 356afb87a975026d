"""Records gathered in typed columns: numbers and times of 64 bits, texts as UTF-8 with offsets, a validity byte for each value.

The layout is that of Arrow but for the validity, which `bitmap` packs: native byte order, text `k` of a column from offset k to k + 1.
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.cells_cy import Cells
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.text_cy import Text
else:
    from pyargus.record.cells_cy import Cells
    from pyargus.record.record_cy import Record
    from pyargus.record.text_cy import Text

# Texts of a column are handed over before their offsets need more than 32 bits.
_TEXTS = 1 << 26


@cython.final
@cython.cclass
class Columns(Cells):
    """Columns of at most `capacity` rows. When they are full `full` is called with this object, and they start empty again; without one
    `pause` asks for no more records before `clear`.

    rows: how many there are.
    """

    capacity: cython.Py_ssize_t
    rows = cython.declare(cython.Py_ssize_t, visibility="readonly")
    full: object
    slots: cython.int[::1]
    whole_numbers: cython.ulonglong[::1]
    reals: cython.double[::1]
    offsets: cython.int[::1]
    valid: cython.uchar[::1]
    texts: list
    heavy: cython.bint

    def __init__(self, words, ids, kinds, mans, digits, capacity, full):
        Cells.__init__(self, words, ids, kinds, mans, digits)
        self.capacity = capacity
        self.rows = 0
        self.full = full
        groups = {0: 0, 1: 0, 2: 0, 3: 0}
        slots = []
        for kind in kinds:
            group = 1 if kind == 4 else kind
            slots.append(groups[group])
            groups[group] += 1
        self.slots = array("i", [*slots, 0])
        self.whole_numbers = array("Q", bytes(8 * (capacity * groups[1] + 1)))
        self.reals = array("d", bytes(8 * (capacity * groups[3] + 1)))
        self.offsets = array("i", bytes(4 * ((capacity + 1) * groups[2] + 1)))
        self.valid = array("B", bytes(capacity * len(kinds) + 1))
        self.texts = [Text() for _ in range(groups[2])]
        self.heavy = False

    @cython.ccall
    @cython.exceptval(-1, check=False)
    def line(self, rec: Record) -> cython.int:
        """Add one record."""
        i: cython.int
        kind: cython.int
        there: cython.bint
        row: cython.Py_ssize_t = self.rows
        slot: cython.Py_ssize_t
        text: Text = self.out
        for i in range(self.count):
            kind = self.kinds[i]
            slot = self.slots[i]
            if kind == 2:
                text = cython.cast(Text, self.texts[slot])
            there = self.cell(rec, i, text)
            self.valid[i * self.capacity + row] = there
            if kind == 4:
                self.whole_numbers[slot * self.capacity + row] = self.number if there else 0
            elif kind == 1:
                self.whole_numbers[slot * self.capacity + row] = cython.cast(cython.ulonglong, self.micro) if there else 0
            elif kind == 3:
                self.reals[slot * self.capacity + row] = self.real if there else 0.0
            elif kind == 2:
                self.offsets[slot * (self.capacity + 1) + row + 1] = text.n
                if text.n > _TEXTS:
                    self.heavy = True
        self.rows = row + 1
        if self.rows == self.capacity or self.heavy:
            self.hand_over()
        return 0

    @cython.ccall
    @cython.exceptval(-1, check=False)
    def end(self) -> cython.int:
        """Hand over what is left."""
        if self.rows:
            self.hand_over()
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def hand_over(self) -> cython.int:
        if self.full is None:
            self.pause = True
            return 0
        self.full(self)
        self.clear()
        return 0

    def clear(self):
        """Start empty again."""
        self.rows = 0
        self.heavy = self.pause = False
        for text in self.texts:
            empty(text)

    def bitmap(self, i):
        """Validity of column `i`, a bit a row from the lowest on, and the number of absent values."""
        at: cython.Py_ssize_t = i * self.capacity
        k: cython.Py_ssize_t
        absent: cython.Py_ssize_t = 0
        bits: cython.uchar[::1] = bytearray((self.rows + 7) // 8 or 1)
        for k in range(self.rows):
            if self.valid[at + k]:
                bits[k >> 3] |= 1 << (k & 7)
            else:
                absent += 1
        return bytes(bits), absent

    def data(self, i):
        """The values of column `i` as bytes: 64-bit numbers, or the texts one after another; and the offsets of texts, 32 bits each."""
        kind: cython.int = self.kinds[i]
        slot: cython.Py_ssize_t = self.slots[i]
        at: cython.Py_ssize_t = slot * self.capacity
        if kind == 4 or kind == 1:
            return bytes(self.whole_numbers[at:at + self.rows]), None
        if kind == 3:
            return bytes(self.reals[at:at + self.rows]), None
        if kind == 2:
            at = slot * (self.capacity + 1)
            text: Text = self.texts[slot]
            return bytes(text.s[0:text.n]), bytes(self.offsets[at:at + self.rows + 1])
        return None, None

    def column(self, i):
        """The values of column `i` as a list, None where absent; times are microseconds since 1970."""
        kind: cython.int = self.kinds[i]
        slot: cython.Py_ssize_t = self.slots[i]
        at: cython.Py_ssize_t = slot * self.capacity
        there: cython.Py_ssize_t = i * self.capacity
        k: cython.Py_ssize_t
        out: list = [None] * self.rows
        if kind == 4 or kind == 1:
            for k in range(self.rows):
                if self.valid[there + k]:
                    out[k] = self.whole_numbers[at + k]
        elif kind == 3:
            for k in range(self.rows):
                if self.valid[there + k]:
                    out[k] = self.reals[at + k]
        elif kind == 2:
            at = slot * (self.capacity + 1)
            text: Text = self.texts[slot]
            data = bytes(text.s[0:text.n])
            for k in range(self.rows):
                if self.valid[there + k]:
                    out[k] = data[self.offsets[at + k]:self.offsets[at + k + 1]].decode()
        return out


def empty(text: Text):
    """Let go of a text."""
    text.n = 0
