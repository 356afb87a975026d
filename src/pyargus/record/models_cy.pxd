from pyargus.record.cluster_cy cimport Statement
from pyargus.record.group_cy cimport Joiner
from pyargus.record.record_cy cimport Record

cdef class Models:
    cdef readonly list statements
    cdef list seen
    cdef readonly Py_ssize_t number
    cdef Statement first
    cdef bint plain
    cdef Record record
    cdef Joiner joiner
    cpdef Py_ssize_t count(self) except -1
    cpdef int add(self, Record rec) except -1
    cpdef list rows(self)
    cpdef list changed(self)
    cpdef int record_of(self, long long row, Record into) except -1
    cpdef int remove(self, long long row) except -1
    cpdef int reverse(self, long long row) except -1
    cpdef int clear(self) except -1
    cpdef list expired(self, long long before)
