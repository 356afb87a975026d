"""Groups or records of which two processes hold one half each, put as if one process held them all.

Both read the same records and number them alike. Each takes those of its half and knows of the other's what their order depends on: a
mark for each, which is the number under which it came or was last changed, and the row of its sort keys. One process puts what it holds
and, in their places, the pieces of output that the other sends.
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

from pyargus.record.arena import words

if cython.compiled:
    from cython.cimports.pyargus.record.order_cy import Order
else:
    from pyargus.record.order_cy import Order


class Part:
    """Those of one half that are put in one go: a bin's groups, or all there are.

    items: what the stage knows each by, empty where they are the other process's; marks: ascending, one for each; order: an Order with a
    row for each, None where they go out by their marks.
    """

    def __init__(self, items, marks, order=None):
        self.items = items
        self.marks = marks
        self.order = order

    def ascending(self):
        """The same by ascending marks."""
        by_mark = sorted(range(len(self.marks)), key=self.marks.__getitem__)
        order = None
        if self.order is not None:
            order = Order(self.order.columns)
            for row in by_mark:
                order.append_row(self.order.rows, row, self.order.valid[row])
        return Part(array("q", [self.items[row] for row in by_mark]), array("Q", [self.marks[row] for row in by_mark]), order)

    def dump(self):
        """Marks and rows as bytes, for the other process."""
        count = len(self.marks)
        head = array("q", [count, -1 if self.order is None else self.order.columns])
        rows = b"" if self.order is None else bytes(self.order.rows[: count * self.order.columns]) + bytes(self.order.valid[:count])
        return head.tobytes() + bytes(self.marks) + rows


def load(data, at):
    """The part that was dumped at an offset of `data`, and the offset behind it."""
    words = memoryview(data).cast("Q")
    signs = memoryview(data).cast("q")
    n = at // 8
    count, columns = signs[n], signs[n + 1]
    n += 2
    marks = words[n : n + count]
    n += count
    if columns < 0:
        return Part(array("q"), marks), 8 * n
    order = Order(columns)
    order.fill(words[n : n + count * columns], words[n + count * columns : n + count * (columns + 1)], count)
    return Part(array("q"), marks, order), 8 * (n + count * (columns + 1))


class Halves:
    """The half of this process and what it knows of the other.

    part: 0 for the process that puts everything, 1 for the one that helps. own, theirs: the parts of this process and of the other by
    their places, set once all was read. refill: called for more pieces of the other process, returns their sizes as an array of unsigned
    and their bytes, or None if it has failed. lost: called then, to have the stage read the other half and `find` it. made: sizes of the
    first `pieces` pieces put by the process that helps.
    """

    def __init__(self, part):
        self.part = part
        self.own = {}
        self.theirs = {}
        self.refill = self.lost = None
        self.found = {}
        self.now = array("Q")
        self.sizes = array("I")
        self.data = memoryview(b"")
        self.number = 0
        self.at = 0
        self.made = words(1024, "I")
        self.pieces = 0
        self.before = 0

    def dump(self):
        """The own parts as bytes, for the other process."""
        parts = [part.dump() for part in self.own.values()]
        return b"".join((array("q", [len(parts), *self.own]).tobytes(), *parts))

    def load(self, data):
        """Take the parts of the other process from what it has dumped."""
        places = memoryview(data)[:8].cast("q")[0]
        at = 8 * (places + 1)
        for place in memoryview(data)[8:at].cast("q"):
            self.theirs[place], at = load(data, at)
        return 0

    def places(self):
        """The places at which one of the two has something, in order."""
        return sorted({*self.own, *self.theirs})

    def find(self, parts):
        """The items of the other half, read here, are among those of `parts`."""
        self.found = {place: dict(zip(part.marks, part.items)) for place, part in parts.items()}
        return 0

    def mixed(self, place, backwards=False):
        """The items of a place in their order: own ones as they are known, those of the other half as -2 - n for the nth of its marks."""
        own: Part = self.own.get(place)
        theirs: Part = self.theirs.get(place)
        if own is None:
            own = Part(array("q"), array("Q"))
        i: cython.Py_ssize_t = 0
        j: cython.Py_ssize_t = 0
        k: cython.Py_ssize_t
        a: cython.Py_ssize_t = len(own.marks)
        b: cython.Py_ssize_t = 0
        their_marks: cython.const[cython.ulonglong][::1]
        marks: cython.const[cython.ulonglong][::1] = own.marks
        items: cython.const[cython.longlong][::1] = own.items
        out: cython.longlong[::1]
        found: cython.longlong[::1]
        order: Order = None
        mine: Order = own.order
        others: Order = None
        if theirs is None:
            their_marks = array("Q")
        else:
            their_marks = theirs.marks
            others = theirs.order
            b = len(theirs.marks)
        self.now = their_marks
        out = words(a + b, "q")
        columns: cython.int = mine.columns if mine is not None else others.columns if others is not None else 0
        if columns:
            order = Order(columns, backwards)
        for k in range(a + b):
            if j == b or (i < a and marks[i] < their_marks[j]):
                out[k] = items[i]
                if order is not None:
                    order.append_row(mine.rows, i, mine.valid[i])
                i += 1
            else:
                out[k] = -2 - j
                if order is not None:
                    order.append_row(others.rows, j, others.valid[j])
                j += 1
        if order is None:
            return out
        order.sort()
        found = words(a + b, "q")
        for k in range(a + b):
            found[k] = out[order.at(k)]
        return found

    def sent(self, out):
        """Put what the other process made of the next item of its half. Returns False if it has failed."""
        while self.number == self.sizes.shape[0]:
            block = self.refill() if self.refill is not None else None
            if block is None:
                return False
            self.sizes, self.data = block
            self.number = self.at = 0
        out.pass_over()
        out.insert(self.data, self.at, self.sizes[self.number])
        self.at += self.sizes[self.number]
        self.number += 1
        return True

    def known(self, place, item):
        """What the stage knows an item of the other half by, after the other process failed: that half is read here."""
        if not self.found:
            self.refill = None
            self.lost()
        return self.found[place][self.now[cython.cast(cython.Py_ssize_t, -2 - item)]]

    def begin(self, out):
        """What is put from now on is measured: the output was drained."""
        self.before = out.gathered()
        self.pieces = 0
        return 0

    def measures(self):
        """The sizes of the pieces that were put since then, as bytes."""
        return bytes(self.made[: self.pieces])

    def measure(self, out):
        """An item was put: note how long it is."""
        size: cython.Py_ssize_t = out.gathered()
        room: cython.uint[::1]
        if self.pieces == self.made.shape[0]:
            room = words(4 * self.pieces, "I")
            room[: self.pieces] = self.made
            self.made = room
        self.made[self.pieces] = cython.cast(cython.uint, size - self.before)
        self.pieces += 1
        self.before = size
        return 0
