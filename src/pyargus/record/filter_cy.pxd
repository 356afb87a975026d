from pyargus.record.record_cy cimport Record
from pyargus.record.values_cy cimport Values

cdef class Filter:
    cdef Values values
    cdef int entry, count
    cdef int[::1] codes, sides, compares, yes, no
    cdef unsigned long long[::1] a, b, c, d
    cdef double[::1] real
    cdef public double scale
    cdef readonly bint brief
    cpdef bint accepts(self, Record rec) except -1
    cdef bint test(self, Record rec, int i) except -1
    cdef bint special(self, Record rec, int i) except -1
