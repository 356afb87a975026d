from pyargus.record.delivery_cy cimport Delivery
from pyargus.record.order_cy cimport Order

cdef class Part:
    cdef readonly object items, marks
    cdef readonly Order order
    cpdef Part ascending(self)
    cpdef Part sorted_(self)
    cdef Part arranged(self, Order by)
    cpdef bytes dump(self)

cdef long long[::1] merge(Part own, Part theirs, bint by_rows)
cdef long long[::1] again(Part own, Part theirs, long long[::1] merged)

cdef class Halves:
    cdef readonly int part
    cdef readonly dict own, theirs
    cdef dict found
    cdef public object refill, lost
    cdef const unsigned long long[::1] now
    cdef const unsigned int[::1] sizes
    cdef const unsigned char[::1] data
    cdef Py_ssize_t number, at, before
    cdef unsigned int[::1] made
    cdef Py_ssize_t pieces
    cpdef bytes dump(self)
    cpdef int load(self, bytes data) except -1
    cpdef list places(self)
    cpdef int find(self, dict parts) except -1
    cpdef int hold(self, dict parts) except -1
    cdef long long[::1] mixed(self, long long place)
    cdef bint sent(self, Delivery out) except -1
    cdef long long known(self, long long place, long long item) except? -1
    cpdef bytes measures(self)
    cpdef int begin(self, Delivery out) except -1
    cdef int measure(self, Delivery out) except -1
