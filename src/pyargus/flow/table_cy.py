"""The flow table: open addressing over flow keys, and the queues in which flows wait to be reported or forgotten.

A flow is held by its index in `flows`; queues are doubly linked through the flows' `next` and `prev` indices, newest entry at the
head. Queue 0 is the status queue, the others are the time-out queues, one for each distinct time-out. Memory: about 1 KiB a flow
(both directions and their metrics included) and 12 bytes a slot of the index, which is kept at most half full.
Source: sensor behaviour, "Queues".
"""

from array import array

import cython

if cython.compiled:
    from cython.cimports.pyargus.flow.flow_cy import Flow, Key
    from cython.cimports.pyargus.flow.key_cy import same
else:
    from pyargus.flow.flow_cy import Flow, Key
    from pyargus.flow.key_cy import same

STATUS_QUEUE = 0


@cython.final
@cython.cclass
class Queue:
    """Ends of a queue, its length, and the time-out of its flows in seconds."""

    def __init__(self, timeout: int) -> None:
        self.head = -1
        self.tail = -1
        self.size = 0
        self.timeout = timeout


@cython.final
@cython.cclass
class FlowTable:
    """Flows by key and by age. `most` is the largest number of flows held at once."""

    def __init__(self) -> None:
        self.flows = []
        self.free = []
        self.queues = [Queue(0)]
        self.mask = 0
        self.count = 0
        self.most = 0
        self._index(1 << 12)

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def _index(self, size: cython.Py_ssize_t) -> cython.int:
        self.slots = memoryview(array("q", [-1]) * size)
        self.hashes = memoryview(array("I", [0]) * size)
        self.mask = size - 1
        return 0

    # ---- by key

    @cython.cfunc
    def find(self, key: Key, h: cython.uint) -> Flow:
        """The flow of this key, or None."""
        i: cython.Py_ssize_t = h & self.mask
        flow: Flow
        while self.hashes[i] != 0:
            if self.hashes[i] == h:
                flow = self.flows[self.slots[i]]
                if same(key, flow):
                    return flow
            i = (i + 1) & self.mask
        return None

    @cython.cfunc
    def insert(self, key: Key, h: cython.uint) -> Flow:
        """A new flow with this key, in no queue yet."""
        flow: Flow = Flow()
        if 2 * (self.count + 1) > self.mask:
            self.grow()
        if self.free:
            flow.index = self.free.pop()
            self.flows[flow.index] = flow
        else:
            flow.index = len(self.flows)
            self.flows.append(flow)
        flow.kind = key.kind
        flow.k0, flow.k1, flow.k2, flow.k3, flow.k4, flow.k5 = key.k0, key.k1, key.k2, key.k3, key.k4, key.k5
        flow.extra = key.extra
        flow.hash = h
        flow.reversed = key.swapped
        flow.src_second = key.swapped
        flow.reply = key.reply
        self.place(flow.index, h)
        self.count += 1
        if self.count > self.most:
            self.most = self.count
        return flow

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def place(self, index: cython.Py_ssize_t, h: cython.uint) -> cython.int:
        i: cython.Py_ssize_t = h & self.mask
        while self.hashes[i] != 0:
            i = (i + 1) & self.mask
        self.hashes[i] = h
        self.slots[i] = index
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def grow(self) -> cython.int:
        slots = self.slots
        hashes = self.hashes
        i: cython.Py_ssize_t
        size: cython.Py_ssize_t = self.mask + 1
        self._index(2 * size)
        for i in range(size):
            if hashes[i] != 0:
                self.place(slots[i], hashes[i])
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def remove(self, flow: Flow) -> cython.int:
        """Forget a flow; entries behind it in the probe run move up so that no gap breaks a search."""
        i: cython.Py_ssize_t = flow.hash & self.mask
        j: cython.Py_ssize_t
        home: cython.Py_ssize_t
        while self.slots[i] != flow.index or self.hashes[i] == 0:
            i = (i + 1) & self.mask
        j = i
        while True:
            j = (j + 1) & self.mask
            if self.hashes[j] == 0:
                break
            home = self.hashes[j] & self.mask
            if ((j - home) & self.mask) >= ((j - i) & self.mask):
                self.hashes[i] = self.hashes[j]
                self.slots[i] = self.slots[j]
                i = j
        self.hashes[i] = 0
        self.slots[i] = -1
        self.unlink(flow)
        self.flows[flow.index] = None
        self.free.append(flow.index)
        flow.index = -1
        self.count -= 1
        return 0

    @cython.cfunc
    def at(self, index: cython.Py_ssize_t) -> Flow:
        if index < 0:
            return None
        return self.flows[index]

    # ---- by age

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def queue_for(self, timeout: cython.int) -> cython.int:
        """The time-out queue of this many seconds, made where it is new."""
        queue: Queue
        i: cython.Py_ssize_t
        for i in range(1, len(self.queues)):
            queue = self.queues[i]
            if queue.timeout == timeout:
                return i
        self.queues.append(Queue(timeout))
        return len(self.queues) - 1

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def push(self, flow: Flow, queue: cython.int, now: cython.longlong) -> cython.int:
        """Put a flow at the head of a queue, out of the one it is in."""
        q: Queue
        other: Flow
        self.unlink(flow)
        q = self.queues[queue]
        flow.queue = queue
        flow.entry = now
        flow.prev = -1
        flow.next = q.head
        if q.head >= 0:
            other = self.flows[q.head]
            other.prev = flow.index
        else:
            q.tail = flow.index
        q.head = flow.index
        q.size += 1
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def unlink(self, flow: Flow) -> cython.int:
        q: Queue
        other: Flow
        if flow.queue < 0:
            return 0
        q = self.queues[flow.queue]
        if flow.prev >= 0:
            other = self.flows[flow.prev]
            other.next = flow.next
        else:
            q.head = flow.next
        if flow.next >= 0:
            other = self.flows[flow.next]
            other.prev = flow.prev
        else:
            q.tail = flow.prev
        q.size -= 1
        flow.queue = -1
        flow.next = -1
        flow.prev = -1
        return 0

    @cython.cfunc
    def oldest(self, queue: cython.int) -> Flow:
        q: Queue = self.queues[queue]
        if q.tail < 0:
            return None
        return self.flows[q.tail]

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def shift(self, by: cython.longlong) -> cython.int:
        """Move the entry times of all flows by so many microseconds."""
        flow: Flow
        for flow in self.flows:
            if flow is not None:
                flow.entry += by
        return 0
