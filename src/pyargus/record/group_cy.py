"""Records merged by a key: the table of groups under racluster, rabins and ratop.

A group costs its key, some 90 bytes, and its record as bytes: of a group of one record those it was read from, of others the form that
clients write, without user data beyond what the sensor was told to keep. They stand in one growing buffer with lists of free places by
size. To be merged a group's record is decoded into one of a fixed number of `Record` objects and stays there until another group needs
the place, so that groups which are busy are merged field by field without being encoded. Where there are more groups than such places,
records of groups that have none wait as bytes, in a buffer of fixed size, and are merged in one go when the group is asked for or the
buffer is full.

Source: argus 3 clients, "racluster"; merge rules: `merge_cy`.
"""
# mypy: ignore-errors

from __future__ import annotations

from array import array

import cython

from pyargus.record.arena import arena

if cython.compiled:
    from cython.cimports.pyargus.record.arrange_cy import put_right, turn
    from cython.cimports.pyargus.record.client_cy import client_form, stored_form
    from cython.cimports.pyargus.record.decode_cy import decode, glimpse, half_of
    from cython.cimports.pyargus.record.grouptable_cy import (
        AT,
        FIRST,
        FORM,
        HASH,
        LAST,
        MERGED,
        NEWEST,
        OFFSET,
        OLDEST,
        SERIAL,
        SIZE,
        GroupTable,
    )
    from cython.cimports.pyargus.record.key_cy import KeyMaker, reversible, unordered
    from cython.cimports.pyargus.record.merge_cy import join_labels, merge
    from cython.cimports.pyargus.record.merge_flow_cy import length_of
    from cython.cimports.pyargus.record.merge_network_cy import is_tcp
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.repair_cy import complete, duration, rates, repair
    from cython.cimports.pyargus.record.rewrite_cy import Rewriter
    from cython.cimports.pyargus.record.values_cy import first_micro, last_micro
else:
    from pyargus.record.arrange_cy import put_right, turn
    from pyargus.record.client_cy import client_form, stored_form
    from pyargus.record.decode_cy import decode, glimpse, half_of
    from pyargus.record.grouptable_cy import AT, FIRST, FORM, HASH, LAST, MERGED, NEWEST, OFFSET, OLDEST, SERIAL, SIZE, GroupTable
    from pyargus.record.key_cy import KeyMaker, reversible, unordered
    from pyargus.record.merge_cy import join_labels, merge
    from pyargus.record.merge_flow_cy import length_of
    from pyargus.record.merge_network_cy import is_tcp
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import complete, duration, rates, repair
    from pyargus.record.rewrite_cy import Rewriter
    from pyargus.record.values_cy import first_micro, last_micro

# Places for records that are held decoded, a power of two. Making one takes as long as merging dozens of records.
_SLOTS = cython.declare(cython.Py_ssize_t, 512)
_NONE = cython.declare(cython.longlong, -1)
_OTHER = cython.declare(cython.longlong, -2)

# Bytes of the store once it is more than small.
_STORE = cython.declare(cython.Py_ssize_t, 1 << 26)

# Room for records that wait to be merged. Each stands behind a word with the place of the next of its group, in words; 0 for none.
_WAITING = cython.declare(cython.Py_ssize_t, 1 << 26)

# What the bytes of a group are: as read; the client form, reversed by repairs or not; how often merged is counted apart.
_RAW, _SETTLED, _TURNED = (cython.declare(cython.uint, 1), cython.declare(cython.uint, 2), cython.declare(cython.uint, 4))


class Joiner(Rewriter):
    """Writes a record with bytes that stand elsewhere: user data put together from two records, a label.

    source, destination, label: what takes the place of the record's own, or None.
    """

    def __init__(self):
        Rewriter.__init__(self)
        self.source = self.destination = self.label = None

    def join(self, rec):
        """Write a repaired record in client form, with the label whether or not it had one."""
        if self.label is not None:
            rec.present |= 0x100000
            rec.opaque &= ~cython.cast(cython.uint, 0x100000)
        client_form(rec, False)
        return self.write(rec)

    def data(self, rec, index):
        extra = None
        if index == 11:
            extra = self.source
        elif index == 12:
            extra = self.destination
        elif index == 20:
            extra = self.label
        if extra is None:
            return Rewriter.data(self, rec, index)
        words: cython.uint = (len(extra) + 3) // 4
        view: cython.const[cython.uchar][::1] = memoryview(extra)
        if index == 20:
            self.out.dsr(0x66000000 | (words + 1))
        else:
            size: cython.uint = rec.suser_size if index == 11 else rec.duser_size
            self.out.dsr((0x50900000 if index == 11 else 0x50A00000) | (words + 2))
            self.out.u16(max(size, len(extra)))
            self.out.u16(len(extra))
        self.out.span(view, 0, view.shape[0])
        self.out.room(4)
        while self.out.pos & 3:
            self.out.u8(0)
        return 0


class Aggregator(GroupTable):
    """Groups of records that have the same key, each with the one record that its members make.

    key: a `keys.Key`. correct: a record that finds no group is looked up from its other side, and turned round to be merged there.
    preserve: flow fields outside the key stay where all members have the same. rmon: each record counts twice, for its source as it is
    and for its destination turned round; by default as the key says. norep: no statistics of aggregation.

    raw: no record is changed before it is added, so that the bytes that it points to can stand for it; otherwise it is encoded.
    intact: `add` leaves the direction of a record as it was.

    half: only keys of this half, 0 or 1, are taken; -1 for all. `add` returns -2 for a record of the other half. by_ends: which half that
    is, `decode_cy.half_of` says.

    idle, status: µs, 0 for never. A record of a key whose group is `idle` away in time, or would span `status` with it, begins a group of
    its own; the one before is then in `ripe` until `drop`: it can still be looked at. fresh: None, or a list to which the handles of new
    groups are added.

    A group is known by its handle, a number that is used again once the group is gone. count: groups held; clock: the number of updates,
    of which each group keeps its last (`serial_of`). most_waiting: bytes of the room for records that wait to be merged; to be set before
    the first is added, to more than two records take.
    """

    def __init__(self, key, correct=False, preserve=True, rmon=None, norep=False):
        GroupTable.__init__(self, KeyMaker(key))
        self.correct = correct
        self.preserve = preserve
        self.rmon = self.keys.rmon if rmon is None else rmon
        self.norep = norep
        self.half = -1
        self.raw = False
        self.idle = self.status = 0
        self.ripe = []
        self.fresh = None
        self.edited = self.turned = self.intact = self.partial = False
        self.touches = self.keys.touches(preserve)
        # Without `preserve` all records are shown as clients write them, also those that nothing was merged into.
        self.rewritten = not preserve
        self.masked = False
        self.previews = self.keys.brief and not (correct or self.rmon or self.keys.matrix or self.touches)
        self.by_ends = self.previews and self.keys.holds & 3 == 3
        self.scratch = Record()
        self.other = Record()
        self.most_waiting = _WAITING
        self.make_waiting(bytearray(8))
        self.joiner = Joiner()
        self.pool = [None] * _SLOTS
        self.owner = array("q", [-1] * _SLOTS)
        self.clear()

    def clear(self):
        """Forget all groups. Serial numbers go on."""
        i: cython.Py_ssize_t
        self.filled = 8
        for i in range(_SLOTS):
            self.owner[i] = _NONE
        self.empty()
        self.store = memoryview(bytearray(1 << 16))
        self.used = 0
        self.places = array("q", [-1] * 4096)
        self.large = {}
        return 0

    # ---- room

    def allocate(self, size):
        """A place for `size` bytes in the store."""
        step: cython.Py_ssize_t = (size + 31) >> 5
        at: cython.longlong
        i: cython.int
        if step < 4096:
            at = self.places[step]
            if at != _NONE:
                # A free place begins with the offset of the next of its size.
                size = 0
                for i in range(8):
                    size = (size << 8) | self.store[at + i]
                self.places[step] = cython.cast(cython.longlong, size) - 1
                return at
        elif self.large.get(step):
            return self.large[step].pop()
        size = step << 5
        if self.used + size > self.store.shape[0]:
            self.enlarge(size)
        at = self.used
        self.used += size
        return at

    def enlarge(self, size):
        """A larger store; the records that are decoded point into it afterwards."""
        i: cython.Py_ssize_t
        rec: Record
        held: cython.Py_ssize_t = self.store.shape[0]
        try:
            # What is not written to takes no memory, while each step copies all that is held.
            grown = memoryview(arena(max(4 * held, _STORE) + size))
        except MemoryError:
            grown = memoryview(arena(held + max(held // 2, size)))
        grown[: self.used] = self.store[: self.used]
        self.store = grown
        for i in range(_SLOTS):
            if self.owner[i] != _NONE:
                rec = self.pool[i]
                rec.point_to(self.store)
        return 0

    def release(self, at, size):
        """Give a place back."""
        step: cython.Py_ssize_t = (size + 31) >> 5
        following: cython.ulonglong
        i: cython.int
        if step >= 4096:
            self.large.setdefault(step, []).append(at)
            return 0
        following = self.places[step] + 1
        for i in range(8):
            self.store[at + i] = cython.cast(cython.uchar, (following >> (56 - 8 * i)) & 0xFF)
        self.places[step] = at
        return 0

    # ---- records

    def add(self, rec):
        """Take a repaired flow record up into its group. Returns the handle of the group, of `rmon` that of the source.

        The record may be left in the form that clients write, and turned round unless `intact`.
        """
        g: cython.longlong
        self.edited = self.edited or not self.raw
        g = self.absorb(rec)
        self.edited = False
        return g

    def waits(self):
        """Whether `add_preview` may be used: records wait for being merged anyway, so that it is too early to read them in full."""
        return self.limit > _SLOTS and self.previews and self.raw

    def add_preview(self, rec):
        """The same of a record that `preview` filled, repaired, where `waits` holds. It may be read in full."""
        g: cython.longlong
        self.partial = True
        g = self.gather(rec)
        self.partial = False
        return g

    def halvable(self):
        """Whether the half of a record is told by its key as it comes."""
        return not (self.correct or self.rmon or self.idle or self.status or self.keys.nothing or (self.keys.matrix and self.keys.stations))

    def number(self, n):
        """The update that comes next is the nth."""
        self.clock = n - 1
        return 0

    def changed(self):
        """The record that is added next has been changed after it was decoded and repaired."""
        self.edited = True
        return 0

    def absorb(self, rec):
        g: cython.longlong
        self.turned = False
        if self.rmon:
            g = self.gather(rec)
            turn(rec)
            self.edited = True
            self.gather(rec)
            if self.intact:
                turn(rec)
            return g
        if self.keys.matrix and unordered(rec, self.keys):
            turn(rec)
            self.edited = self.turned = True
        g = self.gather(rec)
        if self.turned and self.intact:
            turn(rec)
        return g

    def gather(self, rec):
        h: cython.ulonglong
        g: cython.longlong
        keys: KeyMaker = self.keys
        if keys.nothing:
            return self.begin(rec, 0)
        h = keys.make(rec, False)
        if rec.head[1] & 0x4000 and not self.masked:
            self.masked = has_masks(rec)
        if self.half >= 0 and (half_of(rec) if self.by_ends else cython.cast(cython.int, (h >> 40) & 1)) != self.half:
            return _OTHER
        g = self.find(h)
        if g != _NONE:
            return self.join(g, rec)
        if self.correct and not self.rmon and reversible(rec):
            g = self.find(keys.make(rec, True))
            if g != _NONE:
                return self.meet(g, rec, h)
            keys.make(rec, False)
        elif keys.matrix and keys.stations:
            g = self.find(keys.make(rec, True))
            if g != _NONE:
                turn(rec)
                self.edited = self.turned = True
                return self.join(g, rec)
            keys.make(rec, False)
        return self.begin(rec, h)

    def meet(self, g, rec, h):
        """A record whose key is that of a group seen from the other side: one of the two is turned round, or both began a connection."""
        held: Record = self.decoded(g)
        if is_tcp(rec.net) and is_tcp(held.net):
            if rec.tcp_status & 1 and held.tcp_status & 1:
                self.keys.make(rec, False)
                return self.begin(rec, h)
            if not held.tcp_status & 1 and (rec.tcp_status & 1 or rec.tcp_status & 6 == 6):
                self.turn_group(g)
                self.keys.make(rec, False)
                return self.join(g, rec)
        turn(rec)
        self.edited = True
        g = self.join(g, rec)
        if self.intact:
            turn(rec)
        return g

    def begin(self, rec, h):
        """A new group of one record."""
        g: cython.longlong = self.take()
        row: cython.Py_ssize_t = g * self.stride
        if not self.keys.nothing:
            if 2 * (self.count + 1) > cython.cast(cython.Py_ssize_t, self.mask):
                self.index(4 * (cython.cast(cython.Py_ssize_t, self.mask) + 1))
            self.enter(g, h)
        self.cells[row + OFFSET] = cython.cast(cython.longlong, rec.offset)
        self.cells[row + FIRST] = first_micro(rec)
        self.cells[row + LAST] = last_micro(rec)
        self.cells[row + MERGED] = 0
        self.cells[row + AT] = _NONE
        self.cells[row + OLDEST] = 0
        self.append(g)
        self.update(g)
        self.count += 1
        if self.fresh is not None:
            self.fresh.append(g)
        if self.touches:
            self.settle(g, rec)
            self.load(g, self.scratch)
            self.keys.shape(self.scratch, self.preserve)
            self.settle(g, self.scratch)
        elif self.edited:
            self.settle(g, rec)
        else:
            self.keep(g, rec)
        return g

    def keep(self, g, rec):
        """Store the bytes that a record was read from."""
        size: cython.Py_ssize_t = 4 * cython.cast(cython.Py_ssize_t, rec.words)
        at: cython.Py_ssize_t = self.allocate(size)
        row: cython.Py_ssize_t = g * self.stride
        self.store[at:at + size] = rec.data[rec.base:rec.base + size]
        self.cells[row + AT] = at
        self.cells[row + SIZE] = size
        self.cells[row + FORM] = _RAW
        return 0

    def settle(self, g, rec):
        """Store a record in the form that clients write. `rec` may point into the place that it has now."""
        at: cython.longlong
        size: cython.Py_ssize_t
        row: cython.Py_ssize_t = g * self.stride
        joiner: Joiner = self.joiner
        self.cells[row + FORM] = _SETTLED | (_TURNED if rec.reversed_ else 0)
        self.cells[row + MERGED] = rec.merged
        client_form(rec, False)
        joiner.write(rec)
        size = joiner.out.pos
        at = self.cells[row + AT]
        if at != _NONE and (size + 31) >> 5 != (cython.cast(cython.Py_ssize_t, self.cells[row + SIZE]) + 31) >> 5:
            self.release(at, self.cells[row + SIZE])
            at = _NONE
        if at == _NONE:
            at = self.allocate(size)
        self.store[at:at + size] = joiner.out.out[:size]
        joiner.out.pos = 0
        self.cells[row + AT] = at
        self.cells[row + SIZE] = size
        return 0

    def load(self, g, rec):
        """Decode the bytes of a group."""
        row: cython.Py_ssize_t = g * self.stride
        rec.point_to(self.store)
        decode(rec, self.cells[row + AT], self.words[row + OFFSET])
        if self.cells[row + FORM] & _RAW:
            return repair(rec)
        return restore(rec, self.cells[row + FORM] & _TURNED, cython.cast(cython.uint, self.cells[row + MERGED]))

    def decoded(self, g):
        """The record of a group in the place where records are merged; another group's gives way."""
        slot: cython.Py_ssize_t = g & (_SLOTS - 1)
        rec: Record
        if self.owner[slot] == g:
            return self.pool[slot]
        rec = self.pool[slot]
        if rec is None:
            rec = Record()
            self.pool[slot] = rec
        elif self.owner[slot] != _NONE:
            self.settle(self.owner[slot], rec)
        self.owner[slot] = _NONE
        self.load(g, rec)
        self.owner[slot] = g
        if self.cells[g * self.stride + OLDEST]:
            self.catch_up(g, rec)
            self.cells[g * self.stride + OLDEST] = 0
        return rec

    def make_waiting(self, room):
        """Let records wait in the bytes of `room`."""
        whole = memoryview(room)
        self.waiting = whole
        self.links = whole.cast("Q")
        self.other.point_to(whole)
        self.filled = 8
        return 0

    def wait(self, g, rec):
        """Keep the bytes that a record was read from until it is merged into its group."""
        size: cython.Py_ssize_t = 4 * cython.cast(cython.Py_ssize_t, rec.words)
        at: cython.Py_ssize_t = self.filled
        place: cython.uint
        if at + size + 16 > self.waiting.shape[0]:
            if self.waiting.shape[0] < self.most_waiting:
                self.make_waiting(arena((self.most_waiting + 7) & ~cython.cast(cython.Py_ssize_t, 7)))
            else:
                self.settle_all()
            at = self.filled
        place = cython.cast(cython.uint, at >> 3)
        self.links[place] = 0
        at += 8
        self.waiting[at:at + size] = rec.data[rec.base:rec.base + size]
        self.filled = (at + size + 7) & ~cython.cast(cython.Py_ssize_t, 7)
        if self.cells[g * self.stride + OLDEST]:
            self.links[self.cells[g * self.stride + NEWEST]] = place
        else:
            self.cells[g * self.stride + OLDEST] = place
        self.cells[g * self.stride + NEWEST] = place
        return 0

    def catch_up(self, g, held):
        """Merge the records that wait into `held`, the record of their group, in the order in which they came. They go on waiting."""
        other: Record = self.other
        place: cython.uint = self.cells[g * self.stride + OLDEST]
        left: cython.int
        while place:
            decode(other, 8 * cython.cast(cython.Py_ssize_t, place) + 8, 0)
            repair(other)
            left = merge(held, other)
            held.merged += 1
            if left:
                self.lengthen(g, held, other, left)
            place = cython.cast(cython.uint, self.links[place])
        return 0

    def settle_all(self):
        """Merge all records that wait."""
        g: cython.longlong
        for g in range(self.limit):
            if self.cells[g * self.stride + OLDEST]:
                self.load(g, self.scratch)
                self.catch_up(g, self.scratch)
                self.cells[g * self.stride + OLDEST] = 0
                self.settle(g, self.scratch)
        self.filled = 8
        return 0

    def join(self, g, rec):
        """Merge a record into a group."""
        held: Record
        left: cython.int
        row: cython.Py_ssize_t = g * self.stride
        moment: cython.longlong = first_micro(rec)
        if (self.idle or self.status) and self.over(g, moment, last_micro(rec)):
            self.unplace(g)
            self.unlink(g)
            self.ripe.append(g)
            return self.begin(rec, self.words[row + HASH])
        if self.limit > _SLOTS and not self.edited and self.owner[g & (_SLOTS - 1)] != g:
            self.wait(g, rec)
        else:
            if self.partial:
                decode(rec, rec.base, rec.offset)
                repair(rec)
            held = self.decoded(g)
            left = merge(held, rec)
            held.merged += 1
            if left:
                self.lengthen(g, held, rec, left)
        if moment < self.cells[row + FIRST]:
            self.cells[row + FIRST] = moment
        moment = last_micro(rec)
        if moment > self.cells[row + LAST]:
            self.cells[row + LAST] = moment
        self.update(g)
        return g

    def over(self, g, start, end):
        """Whether a record from `start` to `end` comes too late, or too early, to be merged into a group."""
        first: cython.longlong = self.cells[g * self.stride + FIRST]
        last: cython.longlong = self.cells[g * self.stride + LAST]
        if self.idle and (start - last >= self.idle or first - end >= self.idle):
            return True
        return self.status != 0 and max(last, end) - min(first, start) >= self.status

    def lengthen(self, g, held, rec, left):
        """Put user data and labels of two records together, which changes the length of the group's record."""
        joiner: Joiner = self.joiner
        slot: cython.Py_ssize_t = g & (_SLOTS - 1)
        placed: cython.bint = self.owner[slot] == g
        if left & 1:
            if not held.present & 0x800:
                held.suser_size = rec.suser_size
            joiner.source = (held.user_data(False) + rec.user_data(False))[: held.suser_size]
            held.present |= 0x800
            held.opaque &= ~cython.cast(cython.uint, 0x800)
        if left & 2:
            if not held.present & 0x1000:
                held.duser_size = rec.duser_size
            joiner.destination = (held.user_data(True) + rec.user_data(True))[: held.duser_size]
            held.present |= 0x1000
            held.opaque &= ~cython.cast(cython.uint, 0x1000)
        if left & 4:
            # The length of a label is one of 255 words, of which the first is the header.
            joiner.label = join_labels(held.label() or b"", rec.label() or b"")[:1016]
            held.present |= 0x100000
        if placed:
            self.owner[slot] = _NONE
        try:
            self.settle(g, held)
        finally:
            joiner.source = joiner.destination = joiner.label = None
        self.load(g, held)
        if placed:
            self.owner[slot] = g
        return 0

    def turn_group(self, g):
        """Exchange source and destination of a group and of its key."""
        held: Record = self.decoded(g)
        if not self.keys.nothing:
            self.unplace(g)
            self.enter(g, self.keys.make(held, True))
        put_right(held)
        if self.cells[g * self.stride + FORM] & _RAW:
            # The bytes that were read would be decoded to the other direction.
            self.cells[g * self.stride + FORM] = _SETTLED
        return 0

    # ---- for those who look on

    def record_of(self, g, into):
        """Fill `into` with the record of a group, as repaired records are: ready to be printed, filtered, merged.

        Bytes that it points to are valid until the aggregator is used again.
        """
        slot: cython.Py_ssize_t = g & (_SLOTS - 1)
        if self.owner[slot] == g:
            self.settle(g, self.pool[slot])
            self.owner[slot] = _NONE
        self.load(g, into)
        if self.current(g, into):
            if self.cells[g * self.stride + OLDEST]:
                self.cells[g * self.stride + OLDEST] = 0
            self.settle(g, into)
            self.load(g, into)
        return self.report(into)

    def last_of_all(self, g, into):
        """The record of a group that is removed next, or never asked for again: it is `into`, filled as `record_of` does, or another one.

        Of the table little is written, which is what two processes share.
        """
        slot: cython.Py_ssize_t = g & (_SLOTS - 1)
        held: Record = into
        if self.owner[slot] == g:
            held = self.pool[slot]
            if not stored_form(held):
                self.record_of(g, into)
                return into
        else:
            self.load(g, into)
            if self.current(g, into) and not stored_form(into):
                self.rewrite(g, into)
        self.report(held)
        return held

    def rewrite(self, g, rec):
        """Make a record what `settle` and `load` would, elsewhere than in the place of its group."""
        joiner: Joiner = self.joiner
        turned: cython.bint = rec.reversed_ != 0
        merged: cython.uint = rec.merged
        client_form(rec, False)
        joiner.write(rec)
        joiner.out.pos = 0
        rec.point_to(joiner.out.out)
        decode(rec, 0, self.words[g * self.stride + OFFSET])
        return restore(rec, turned, merged)

    def current(self, g, into):
        """Merge what waits into the record of a group; whether that changed it to a form that is not the one to be shown."""
        if self.cells[g * self.stride + OLDEST]:
            self.catch_up(g, into)
            return True
        return self.rewritten and self.cells[g * self.stride + FORM] & _RAW != 0

    def report(self, into):
        """Leave out statistics of aggregation that are not wanted."""
        if self.norep:
            into.present &= ~cython.cast(cython.uint, 16)
        return 0

    def expire(self, now, idle):
        """Remove the groups of which nothing was heard in the `idle` µs before `now`; returns how many there were."""
        gone = self.expired(now, idle)
        for g in gone:
            self.remove(g)
        return len(gone)

    def remove(self, g):
        """Forget a group; its handle may be given to another one."""
        if not self.keys.nothing:
            self.unplace(g)
        self.unlink(g)
        return self.drop(g)

    def drop(self, g):
        """Forget a group that is in `ripe`."""
        slot: cython.Py_ssize_t = g & (_SLOTS - 1)
        if self.owner[slot] == g:
            self.owner[slot] = _NONE
        self.cells[g * self.stride + OLDEST] = 0
        self.release(self.cells[g * self.stride + AT], self.cells[g * self.stride + SIZE])
        self.give(g)
        self.count -= 1
        return 0

    def same_ends(self):
        """Whether `ends_of` may be used: all members of each group have the same addresses, these being in the key, as is usual."""
        return self.previews and self.keys.holds & 3 == 3 and not self.masked

    def ends_of(self, g, into):
        """Fill `into` with the addresses of a group; all else of it is undefined."""
        into.point_to(self.store)
        glimpse(into, self.cells[g * self.stride + AT])
        if self.cells[g * self.stride + FORM] & _RAW:
            repair(into)
        return 0

    def reverse(self, g):
        """Exchange source and destination of a group."""
        self.turn_group(g)
        self.clock += 1
        self.cells[g * self.stride + SERIAL] = cython.cast(cython.longlong, self.clock)
        return 0


@cython.cfunc
@cython.exceptval(check=False)
def has_masks(rec: Record) -> cython.bint:
    """Whether an address of a record stands for a network."""
    if rec.family == 1:
        return length_of(rec, False) < 32 or length_of(rec, True) < 32
    return rec.family == 2 and (length_of(rec, False) < 128 or length_of(rec, True) < 128)


def restore(rec, turned, merged):
    """Make a record that was stored in client form what it was before: the four times complete, and no second repair.

    turned: it had been reversed, so that its loads are those of the other sides; merged: how many records were merged into it.
    """
    complete(rec)
    rec.repaired = 1
    rec.merged = merged
    rec.raw_dur = duration(rec)
    if turned:
        rates(rec)
        rec.sload, rec.dload = rec.dload, rec.sload
        rec.srate, rec.drate = rec.drate, rec.srate
        rec.reversed_ = 1
    return 0
