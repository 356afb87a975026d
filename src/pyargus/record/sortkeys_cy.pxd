from pyargus.record.record_cy cimport Record
from pyargus.record.values_cy cimport Values

cdef class SortKeys:
    cdef readonly int columns
    cdef readonly bint brief, by_address, by_start
    cdef public bint backwards
    cdef int count
    cdef int[::1] code, field, flipped, bits
    cdef public unsigned long long[::1] row
    cdef public unsigned long long valid
    cdef double[::1] real
    cdef unsigned long long[::1] pattern
    cdef Values values
    cpdef int extract(self, Record rec) except -1
    cdef int start(self, long long moment) except -1
    cdef unsigned long long ordered(self, double value) except? 1
    cdef bint address(self, Record rec, bint destination, int length, int at) except -1
    cdef bint single(self, Record rec, int code, int field, int at) except -1
