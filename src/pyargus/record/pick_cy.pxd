from pyargus.record.record_cy cimport Record
from pyargus.record.stage_cy cimport Stage

cdef class Ranges:
    cdef unsigned long long[::1] low_hi, low_lo, high_hi, high_lo
    cdef readonly Py_ssize_t count
    cpdef bint holds(self, unsigned long long hi, unsigned long long lo) except -1

cdef class AddressFilter(Stage):
    cdef public Ranges ipv4, ipv6
    cdef public bint by_source, by_destination, invert, blank
    cdef readonly unsigned long long passed
    cdef bint listed(self, Record rec, bint destination) except -1

cdef class Stripper(Stage):
    cdef public unsigned int parts
    cdef bint told

cdef class Extent(Stage):
    cdef public object report
    cdef readonly long long first, last
    cdef bint reported

cdef class Search(Stage):
    cdef public list source_patterns, destination_patterns
    cdef public bint invert, silent, names_only, offsets, prefixed
    cdef readonly unsigned long long passed
    cdef bytes said
    cdef bint matches(self, Record rec) except -1
