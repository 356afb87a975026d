from pyargus.record.filter_cy cimport Filter
from pyargus.record.output_cy cimport Output
from pyargus.record.record_cy cimport Record
from pyargus.record.rewrite_cy cimport Rewriter

cdef class Delivery:
    cdef public Output printer
    cdef public list writers, their_filters
    cdef public list others
    cdef public Filter chosen
    cdef public bint filtered, aggregate, show_man, show_events, quiet, by_output, done, ended
    cdef public Py_ssize_t size
    cdef public unsigned long long shown, from_number, to_number
    cdef public unsigned int ordinal
    cdef Record record
    cpdef int recount(self) except -1
    cpdef int opening(self, Record rec) except -1
    cpdef int initial(self, Record rec, bint first) except -1
    cpdef bint full(self) except -1
    cpdef int add(self, Output printer, Filter chosen) except -1
    cpdef int put(self, Record rec) except -1
    cdef int take(self, Record rec) except -1
    cpdef int pass_over(self) except -1
    cdef Py_ssize_t gathered(self) except -1
    cdef int insert(self, const unsigned char[::1] data, Py_ssize_t at, Py_ssize_t size) except -1
    cpdef int twin(self, Record rec) except -1
    cpdef bint glance(self, Record rec, Py_ssize_t at) except -1
    cpdef Py_ssize_t replay(self, const unsigned char[::1] data, Py_ssize_t at) except -1
    cdef int write(self, Record rec) except -1
