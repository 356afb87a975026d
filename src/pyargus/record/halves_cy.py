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

    items: what the stage knows each by, empty where they are the other process's; marks: one for each; order: an Order with a row for
    each, None where they go out by their marks. They stand by ascending marks, or by their rows once they are `sorted_`.
    """

    def __init__(self, items, marks, order=None):
        self.items = items
        self.marks = marks
        self.order = order

    def ascending(self):
        """The same by ascending marks."""
        order = Order(1)
        order.fill(memoryview(self.marks), len(self.marks))
        order.sort()
        return self.arranged(order)

    def sorted_(self):
        """The same by rows, ties by their marks. Where a row lacks a column there is no order that two halves could be merged by."""
        if self.order is None or self.order.gaps:
            return self
        self.order.sort()
        return self.arranged(self.order)

    def arranged(self, by):
        """The same in the order of an Order that is sorted."""
        count: cython.Py_ssize_t = len(self.marks)
        items: cython.const[cython.longlong][::1] = self.items
        marks: cython.const[cython.ulonglong][::1] = self.marks
        now_items: cython.longlong[::1] = words(items.shape[0], "q")
        now_marks: cython.ulonglong[::1] = words(count)
        order: Order = None
        k: cython.Py_ssize_t
        if self.order is not None:
            order = Order(self.order.columns, self.order.backwards)
            order.reserve(count)
            order.gaps = self.order.gaps
        for k in range(count):
            now_marks[k] = marks[by.at(k)]
            if items.shape[0]:
                now_items[k] = items[by.at(k)]
            if order is not None:
                order.take(k, self.order, by.at(k))
        return Part(now_items, now_marks, order)

    def dump(self):
        """Marks and rows as bytes, for the other process."""
        count: cython.Py_ssize_t = len(self.marks)
        head = array("q", [count, 0 if self.order is None else self.order.columns, 0 if self.order is None else self.order.gaps])
        pieces = [head, memoryview(self.marks)]
        if self.order is not None:
            pieces.append(memoryview(self.order.rows)[: count * self.order.columns])
            if self.order.gaps:
                pieces.append(memoryview(self.order.valid)[:count])
        return b"".join(pieces)


def load(data, at):
    """The part that was dumped at an offset of `data`, and the offset behind it."""
    every = memoryview(data).cast("Q")
    n = at // 8
    count, columns, gaps = every[n], every[n + 1], every[n + 2]
    n += 3
    marks = every[n : n + count]
    n += count
    if not columns:
        return Part(array("q"), marks), 8 * n
    order = Order(columns)
    order.fill(every[n : n + count * columns], count)
    n += count * columns
    if gaps:
        order.known(every[n : n + count])
        n += count
    return Part(array("q"), marks, order), 8 * n


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

    def hold(self, parts):
        """Take the own parts, as they are to be told to the other process."""
        self.own = {place: part.sorted_() for place, part in parts.items()}
        return 0

    def mixed(self, place):
        """The items of a place in their order: own ones as they are known, those of the other half as -2 - n for the nth of its marks."""
        own: Part = self.own.get(place)
        theirs: Part = self.theirs.get(place)
        if own is None:
            own = Part(array("q"), array("Q"))
        if theirs is None:
            theirs = Part(array("q"), array("Q"))
        gaps: cython.bint = (own.order is not None and own.order.gaps) or (theirs.order is not None and theirs.order.gaps)
        if gaps:
            own, theirs = own.ascending(), theirs.ascending()
        self.now = theirs.marks
        merged: cython.longlong[::1] = merge(own, theirs, not gaps)
        return merged if not gaps else again(own, theirs, merged)

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


def merge(own, theirs, by_rows):
    """The items of two parts that stand alike, own ones as they are known, the others as -2 - n."""
    i: cython.Py_ssize_t = 0
    j: cython.Py_ssize_t = 0
    k: cython.Py_ssize_t
    a: cython.Py_ssize_t = len(own.marks)
    b: cython.Py_ssize_t = len(theirs.marks)
    items: cython.const[cython.longlong][::1] = own.items
    marks: cython.const[cython.ulonglong][::1] = own.marks
    their_marks: cython.const[cython.ulonglong][::1] = theirs.marks
    mine: Order = own.order
    others: Order = theirs.order
    first: cython.int
    out: cython.longlong[::1] = words(a + b, "q")
    for k in range(a + b):
        if j == b:
            first = -1
        elif i == a:
            first = 1
        else:
            first = mine.beside(i, others, j) if by_rows and mine is not None else 0
            if first == 0:
                first = -1 if marks[i] < their_marks[j] else 1
        if first < 0:
            out[k] = items[i]
            i += 1
        else:
            out[k] = -2 - j
            j += 1
    return out


def again(own, theirs, merged):
    """The same sorted by rows of which some lack columns, as one process would sort them."""
    i: cython.Py_ssize_t = 0
    k: cython.Py_ssize_t
    mine: Order = own.order if own.order is not None else theirs.order
    others: Order = theirs.order
    order: Order = Order(mine.columns, own.order is not None and mine.backwards)
    out: cython.longlong[::1] = words(merged.shape[0], "q")
    order.reserve(merged.shape[0])
    order.gaps = True
    for k in range(merged.shape[0]):
        if merged[k] >= 0:
            order.take(k, mine, i)
            i += 1
        else:
            order.take(k, others, cython.cast(cython.Py_ssize_t, -2 - merged[k]))
    order.sort()
    for k in range(merged.shape[0]):
        out[k] = merged[order.at(k)]
    return out
