"""The table under `group_cy.Aggregator`: rows of numbers by handle, an index of their keys, and the order of their last updates.

All that is known of a group stands in one row, so that a record which joins a group touches few lines of memory however many groups there
are. A slot of the index holds half of a key's hash beside the handle: rows of other keys are not looked at.
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

from pyargus.record.arena import arena

if cython.compiled:
    from cython.cimports.pyargus.record.key_cy import KeyMaker
else:
    # What stands where in a row, in words of 64 bits; the last is the first word of the key.
    AT, SIZE, FORM, MERGED, OFFSET, HASH, BEFORE, AFTER, SERIAL, FIRST, LAST, OLDEST, NEWEST, KEY = range(14)

_NONE = cython.declare(cython.longlong, -1)
_HALF = cython.declare(cython.ulonglong, 0xFFFFFFFF)


class GroupTable:
    """Rows of groups. A handle is the number of a row; `after` of a row that is free is the next one that is.

    cells: the rows, `stride` words each; words: the same without a sign, for keys and their hashes. limit: rows that were ever taken,
    room: that there is memory for. head, tail: the groups updated first and last; slots, mask: the index.
    """

    def __init__(self, keys):
        self.keys = keys
        self.width = len(keys.words)
        self.stride = KEY + self.width
        self.clock = 0
        self.empty()

    def empty(self):
        """Forget all rows."""
        self.count = self.limit = 0
        self.free = _NONE
        self.head = self.tail = _NONE
        self.rows(256)
        self.index(1024)
        return 0

    def rows(self, room):
        """Make room for so many groups, keeping those that are held."""
        held: cython.Py_ssize_t = self.limit * self.stride
        whole = memoryview(arena(8 * room * self.stride))
        words = whole.cast("Q")
        if held:
            words[:held] = self.words[:held]
        self.words = words
        self.cells = whole.cast("q")
        self.room = room
        return 0

    def index(self, size):
        """A new index of so many slots, a power of two, all groups that are held put in."""
        g: cython.longlong = self.head
        self.slots = memoryview(arena(8 * size)).cast("Q")
        self.mask = size - 1
        while g != _NONE:
            self.place(g)
            g = self.cells[g * self.stride + AFTER]
        return 0

    def place(self, g):
        """Put a group into the index."""
        h: cython.ulonglong = self.words[g * self.stride + HASH]
        i: cython.ulonglong = h & self.mask
        while self.slots[i] != 0:
            i = (i + 1) & self.mask
        self.slots[i] = (h & ~_HALF) | cython.cast(cython.ulonglong, g + 1)
        return 0

    def unplace(self, g):
        """Take a group out of the index, and move up those that were pushed past its slot."""
        h: cython.ulonglong = self.words[g * self.stride + HASH]
        i: cython.ulonglong = h & self.mask
        j: cython.ulonglong
        home: cython.ulonglong
        wanted: cython.ulonglong = (h & ~_HALF) | cython.cast(cython.ulonglong, g + 1)
        while self.slots[i] != wanted:
            i = (i + 1) & self.mask
        j = i
        while True:
            j = (j + 1) & self.mask
            if self.slots[j] == 0:
                break
            g = cython.cast(cython.longlong, self.slots[j] & _HALF) - 1
            home = self.words[g * self.stride + HASH] & self.mask
            if ((j - home) & self.mask) >= ((j - i) & self.mask):
                self.slots[i] = self.slots[j]
                i = j
        self.slots[i] = 0
        return 0

    def find(self, h):
        """The group whose key the key maker made last, of hash `h`; -1 without."""
        i: cython.ulonglong = h & self.mask
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        slot: cython.ulonglong
        keys: KeyMaker = self.keys
        count: cython.Py_ssize_t = keys.count
        while True:
            slot = self.slots[i]
            if slot == 0:
                return _NONE
            if (slot ^ h) <= _HALF:
                at = cython.cast(cython.Py_ssize_t, (slot & _HALF) - 1) * self.stride + KEY
                k = 0
                while k < count and self.words[at + k] == keys.words[k]:
                    k += 1
                if k == count:
                    return cython.cast(cython.longlong, slot & _HALF) - 1
            i = (i + 1) & self.mask

    def take(self):
        """A row for a new group."""
        g: cython.longlong = self.free
        if g != _NONE:
            self.free = self.cells[g * self.stride + AFTER]
            return g
        if self.limit == self.room:
            # Memory that is not written to costs nothing, while each step copies all that is held.
            self.rows(4 * self.room)
        g = self.limit
        self.limit += 1
        return g

    def give(self, g):
        """Give a row back."""
        self.cells[g * self.stride + AFTER] = self.free
        self.free = g
        return 0

    def enter(self, g, h):
        """Put a group into the index under the key that the key maker made last, of hash `h`."""
        k: cython.Py_ssize_t
        row: cython.Py_ssize_t = g * self.stride
        keys: KeyMaker = self.keys
        self.words[row + HASH] = h
        for k in range(keys.count):
            self.words[row + KEY + k] = keys.words[k]
        for k in range(keys.count, self.width):
            self.words[row + KEY + k] = 0
        return self.place(g)

    # ---- order of update

    def append(self, g):
        """Put a group behind all others."""
        row: cython.Py_ssize_t = g * self.stride
        self.cells[row + BEFORE] = self.tail
        self.cells[row + AFTER] = _NONE
        if self.tail == _NONE:
            self.head = g
        else:
            self.cells[self.tail * self.stride + AFTER] = g
        self.tail = g
        return 0

    def unlink(self, g):
        """Take a group out of the order."""
        row: cython.Py_ssize_t = g * self.stride
        p: cython.longlong = self.cells[row + BEFORE]
        n: cython.longlong = self.cells[row + AFTER]
        if p == _NONE:
            self.head = n
        else:
            self.cells[p * self.stride + AFTER] = n
        if n == _NONE:
            self.tail = p
        else:
            self.cells[n * self.stride + BEFORE] = p
        return 0

    def update(self, g):
        """A group was updated: it is the last of all."""
        self.clock += 1
        self.cells[g * self.stride + SERIAL] = cython.cast(cython.longlong, self.clock)
        if self.tail != g:
            self.unlink(g)
            self.append(g)
        return 0

    # ---- for those who look on

    def handles(self):
        """The handles of all groups, the one that was updated longest ago first."""
        out = []
        g: cython.longlong = self.head
        while g != _NONE:
            out.append(g)
            g = self.cells[g * self.stride + AFTER]
        return out

    def oldest(self):
        """The handle of the group that was updated longest ago, -1 without groups."""
        return self.head

    def next_of(self, g):
        """The handle of the group that was updated after this one, -1 after the last."""
        return self.cells[g * self.stride + AFTER]

    def serial_of(self, g):
        """The number of the last update of a group; `clock` is that of the last update of all."""
        return self.words[g * self.stride + SERIAL]

    def first_of(self, g):
        """The earliest time of a group, µs since 1970."""
        return self.cells[g * self.stride + FIRST]

    def last_of(self, g):
        """The latest time of a group, µs since 1970."""
        return self.cells[g * self.stride + LAST]

    def updated_since(self, serial):
        """The handles of the groups updated after `serial`, the one updated last first."""
        out = []
        g: cython.longlong = self.tail
        while g != _NONE and self.words[g * self.stride + SERIAL] > serial:
            out.append(g)
            g = self.cells[g * self.stride + BEFORE]
        return out

    def expired(self, now, idle):
        """The handles of the groups of which nothing was heard in the `idle` µs before `now`; they are held until they are removed."""
        out = []
        g: cython.longlong = self.head
        while g != _NONE:
            if self.cells[g * self.stride + LAST] + idle <= now:
                out.append(g)
            g = self.cells[g * self.stride + AFTER]
        return out
