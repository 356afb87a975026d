from pyargus.record.encode_cy cimport Encoder
from pyargus.record.order_cy cimport Order

cdef class Run:
    cdef object file
    cdef unsigned char[::1] block
    cdef Py_ssize_t at, end
    cdef readonly unsigned long long valid, offset
    cdef readonly Py_ssize_t start
    cdef bint open_
    cpdef bint next(self, unsigned long long[::1] row, int columns) except -1
    cdef bint need(self, Py_ssize_t size) except -1
    cdef unsigned long long word(self) except? 1

cdef class Merger:
    cdef list runs
    cdef Order heads
    cdef unsigned long long[::1] row
    cdef int[::1] heap
    cdef int size
    cdef int waiting
    cdef readonly unsigned long long offset
    cdef readonly Py_ssize_t at
    cdef unsigned char[::1] data
    cpdef bint next(self) except -1
    cdef bint before(self, int a, int b) except -1
    cdef int sink(self, int place) except -1
    cdef bint refill(self, int which) except -1

cpdef object write_run(Order order, Encoder records, unsigned long long[::1] places, unsigned long long[::1] offsets)
