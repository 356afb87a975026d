from pyargus.record.print_cy cimport Printer
from pyargus.record.record_cy cimport Record
from pyargus.record.stage_cy cimport Stage

cdef class Addresses:
    cdef unsigned long long[::1] high, low
    cdef unsigned char[::1] marks
    cdef Py_ssize_t mask
    cdef readonly Py_ssize_t count
    cpdef int add(self, unsigned long long high, unsigned long long low, unsigned int mark) except -1
    cdef int grow(self) except -1

cdef class Counter(Stage):
    cdef public bint by_protocol, by_address, rmon
    cdef public Printer printer
    cdef public object report
    cdef readonly dict values
    cdef readonly Addresses ipv4, ipv6
    cdef unsigned long long[::1] sums
    cdef bint reported
    cdef int count(self, Record rec, int row) except -1
    cdef int flow(self, Record rec) except -1
    cpdef list row(self, int number)
