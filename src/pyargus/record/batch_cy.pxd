from pyargus.record.arrange_cy cimport Arranger
from pyargus.record.delivery_cy cimport Delivery
from pyargus.record.filter_cy cimport Filter
from pyargus.record.record_cy cimport Record
from pyargus.record.rewrite_cy cimport Rewriter
from pyargus.record.stage_cy cimport Stage

cdef class Batch:
    cdef public Record record
    cdef public Delivery delivery
    cdef public Stage stage
    cdef public Filter filter
    cdef public Rewriter rejected
    cdef public bint uni, rmon, done, summed
    cdef public unsigned int parts
    cdef public Arranger arranger
    cdef public object select, period
    cdef public unsigned long long number, from_number, to_number
    cdef public unsigned long long flows, mans, passed, pkts, bytes_
    cdef public unsigned int sources
    cdef public int trouble
    cpdef Py_ssize_t run(self, const unsigned char[::1] data, Py_ssize_t at, unsigned long long offset) except -1
    cpdef int opening(self, const unsigned char[::1] data) except -1
    cdef bint chosen(self, Record rec) except -1
    cpdef bint direct(self) except -1
    cdef bint brief(self) except -1
    cdef bint fails(self, Py_ssize_t at) except -1
    cdef bint prepare(self, Py_ssize_t at, unsigned long long offset) except -1
    cdef bint deliver(self, unsigned int kind, Py_ssize_t start, unsigned long long offset) except -1
