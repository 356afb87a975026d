from pyargus.record.delivery_cy cimport Delivery
from pyargus.record.order_cy cimport Order

cdef class Part:
    cdef readonly object items, marks
    cdef readonly Order order

cdef class Halves:
    cdef readonly int part
    cdef public dict own
    cdef readonly dict theirs
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
    cdef long long[::1] mixed(self, long long place, bint backwards=*)
    cdef bint sent(self, Delivery out) except -1
    cdef long long known(self, long long place, long long item) except? -1
    cpdef bytes measures(self)
    cpdef int begin(self, Delivery out) except -1
    cdef int measure(self, Delivery out) except -1
