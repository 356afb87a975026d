from pyargus.record.arrange_cy cimport Arranger
from pyargus.record.filter_cy cimport Filter
from pyargus.record.output_cy cimport Output
from pyargus.record.record_cy cimport Record
from pyargus.record.rewrite_cy cimport Rewriter

cdef class Batch:
    cdef public Record record
    cdef public Output printer
    cdef public Filter filter
    cdef public list writers, their_filters
    cdef public Rewriter rejected
    cdef public bint filtered, uni, rmon
    cdef public unsigned int parts
    cdef public Arranger arranger
    cdef public Py_ssize_t size
    cdef public bint show_man, show_events, quiet, done, by_output
    cdef public object select, period
    cdef public unsigned long long number, shown, from_number, to_number
    cdef public unsigned long long flows, mans, passed, pkts, bytes_
    cdef public unsigned int ordinal, sources
    cdef public int trouble
    cpdef Py_ssize_t run(self, const unsigned char[:] data, Py_ssize_t at, unsigned long long offset) except -1
    cpdef int opening(self, const unsigned char[:] data) except -1
    cdef bint prepare(self, Py_ssize_t at, unsigned long long offset) except -1
    cdef bint full(self) except -1
    cdef bint deliver(self, unsigned int kind, Py_ssize_t start, unsigned long long offset) except -1
    cdef int write(self) except -1
