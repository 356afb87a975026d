"""Sorted runs of records in temporary files, and their merging.

A run holds for each record its key row, which of its columns are valid, its offset in the source, each as 64 bits, and its bytes.
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.encode_cy import Encoder
    from cython.cimports.pyargus.record.frames_cy import frame
    from cython.cimports.pyargus.record.order_cy import Order
else:
    from pyargus.record.encode_cy import Encoder
    from pyargus.record.frames_cy import frame
    from pyargus.record.order_cy import Order

# Read and written at a time; the longest record and its row fit.
_BLOCK = 1 << 20
_LONGEST = 4 * 0xFFFF


def write_run(order, records, places, offsets):
    """The records of `records` at `places`, in sorted order, as a temporary file at its beginning."""
    i: cython.Py_ssize_t
    at: cython.Py_ssize_t
    k: cython.int
    row: cython.uint
    block: Encoder = Encoder()
    # Loading it takes longer than sorting a small file does, and only large ones are sorted in runs.
    import tempfile

    file = tempfile.TemporaryFile(prefix="pyargus-sort-")
    for i in range(order.count):
        row = order.at(i)
        block.room(8 * order.columns + 16)
        for k in range(order.columns):
            block.u64(order.rows[cython.cast(cython.Py_ssize_t, row) * order.columns + k])
        block.u64(order.valid[row])
        block.u64(offsets[row])
        at = cython.cast(cython.Py_ssize_t, places[row])
        block.span(records.out, at, frame(records.out, at))
        if block.pos >= _BLOCK:
            file.write(block.take())
    file.write(block.take())
    file.seek(0)
    return file


class Run:
    """A run that is read again. start: where in `block` the record is that `next` read; valid, offset: what was kept with it."""

    def __init__(self, file):
        self.file = file
        self.block = memoryview(bytearray(_BLOCK))
        self.at = self.end = self.start = 0
        self.valid = self.offset = 0
        self.open_ = True

    def need(self, size):
        """Make `size` bytes stand at `at`; False where the file ends before."""
        rest: cython.Py_ssize_t = self.end - self.at
        count: cython.Py_ssize_t
        if rest >= size:
            return True
        if not self.open_:
            return False
        view = memoryview(self.block)
        view[:rest] = bytes(view[self.at : self.end])
        self.at = 0
        while rest < size:
            count = self.file.readinto(view[rest:])
            if count == 0:
                self.open_ = False
                self.file.close()
                break
            rest += count
        self.end = rest
        return rest >= size

    def word(self):
        i: cython.int
        value: cython.ulonglong = 0
        for i in range(8):
            value = (value << 8) | self.block[self.at + i]
        self.at += 8
        return value

    def next(self, row, columns):
        """Read the row of the next record and stop at its bytes; False at the end. The record is valid until the next call."""
        k: cython.int
        size: cython.Py_ssize_t = 8 * columns + 16
        # The longest record is asked for, as its length is not known yet; the last ones of a file are shorter.
        if not self.need(size + _LONGEST) and self.end - self.at < size + 4:
            return False
        for k in range(columns):
            row[k] = self.word()
        self.valid = self.word()
        self.offset = self.word()
        self.start = self.at
        self.at += frame(self.block[: self.end], self.at)
        return True


class Merger:
    """The records of several runs in one order. data, at: the buffer and the place of the record that `next` found; offset: its own."""

    def __init__(self, files, columns, backwards=False):
        i: cython.int
        self.runs = [Run(file) for file in files]
        self.heads = Order(columns, backwards)
        self.row = array("Q", bytes(8 * columns))
        self.heap = array("i", bytes(4 * (len(files) + 1)))
        self.size = 0
        self.waiting = -1
        self.offset = 0
        self.at = 0
        self.data = memoryview(bytearray(4))
        self.heads.reserve(len(files))
        for i in range(len(files)):
            if self.refill(i):
                self.heap[self.size] = i
                self.size += 1
        for i in range(self.size // 2 - 1, -1, -1):
            self.sink(i)

    def refill(self, which):
        """Read the next head of a run; False at its end."""
        run: Run = self.runs[which]
        if not run.next(self.row, self.heads.columns):
            return False
        self.heads.put(which, self.row, run.valid)
        return True

    def before(self, a, b):
        """Whether the head of run a comes before that of run b; of equal ones that of the run that was written first does."""
        order: cython.int = self.heads.compare(a, b)
        if order == 0:
            return a < b
        return order > 0 if self.heads.backwards else order < 0

    def sink(self, place):
        """Move a run down the heap to where it belongs."""
        below: cython.int
        moved: cython.int = self.heap[place]
        while True:
            below = 2 * place + 1
            if below >= self.size:
                break
            if below + 1 < self.size and self.before(self.heap[below + 1], self.heap[below]):
                below += 1
            if not self.before(self.heap[below], moved):
                break
            self.heap[place] = self.heap[below]
            place = below
        self.heap[place] = moved
        return 0

    def next(self):
        """Find the next record; False after the last."""
        run: Run
        if self.waiting >= 0:
            # The record that was handed out is done with.
            if not self.refill(self.waiting):
                self.size -= 1
                self.heap[0] = self.heap[self.size]
            if self.size:
                self.sink(0)
        if self.size == 0:
            self.waiting = -1
            return False
        self.waiting = self.heap[0]
        run = self.runs[self.waiting]
        self.data = run.block
        self.at = run.start
        self.offset = run.offset
        return True
