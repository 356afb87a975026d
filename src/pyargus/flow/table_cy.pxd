from pyargus.flow.flow_cy cimport Flow, Key

cdef class Queue:
    cdef public Py_ssize_t head
    cdef public Py_ssize_t tail
    cdef public Py_ssize_t size
    cdef public int timeout

cdef class FlowTable:
    cdef list flows
    cdef list free
    cdef list queues
    cdef Py_ssize_t[::1] slots
    cdef unsigned int[::1] hashes
    cdef Py_ssize_t mask
    cdef readonly Py_ssize_t count
    cdef readonly Py_ssize_t most

    cdef Flow find(self, Key key, unsigned int h)
    cdef Flow insert(self, Key key, unsigned int h)
    cdef int remove(self, Flow flow) except -1
    cdef int _index(self, Py_ssize_t size) except -1
    cdef int grow(self) except -1
    cdef int place(self, Py_ssize_t index, unsigned int h) except -1
    cdef int queue_for(self, int timeout) except -1
    cdef int push(self, Flow flow, int queue, long long now) except -1
    cdef int unlink(self, Flow flow) except -1
    cdef Flow oldest(self, int queue)
    cdef int shift(self, long long by) except -1
    cdef Flow at(self, Py_ssize_t index)
