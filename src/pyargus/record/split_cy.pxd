from pyargus.record.cut_cy cimport Cutter
from pyargus.record.filter_cy cimport Filter
from pyargus.record.output_cy cimport Output
from pyargus.record.print_cy cimport Printer
from pyargus.record.record_cy cimport Record
from pyargus.record.rewrite_cy cimport Rewriter
from pyargus.record.stage_cy cimport Stage

cdef class Part:
    cdef public Rewriter writer
    cdef public Output printer
    cdef public object owner
    cdef public long long start, end
    cdef public unsigned long long used, count, size, base
    cdef public bint open, away
    cpdef int begin(self, const unsigned char[::1] head) except -1
    cpdef int leave(self) except -1

cdef class Splitter(Stage):
    cdef public Cutter cutter
    cdef public Filter opener
    cdef public bint steady
    cdef public int half
    cdef Py_ssize_t full
    cpdef int room(self, Py_ssize_t parts) except -1
    cpdef int alternate(self, int half) except -1
    cdef public unsigned long long count_limit, size_limit
    cdef public long long hold
    cdef public bint managed, strict, named_by_source, keyed
    cdef public Printer names
    cdef public object opened, flushed, ended, whole, skipped
    cdef readonly dict parts
    cdef readonly bytes head
    cdef Part last
    cdef bytes last_key
    cdef long long last_start, latest, checked
    cdef unsigned long long turn
    cdef Rewriter single
    cdef Part part(self, bytes key, long long start, long long end, long long moment)
    cdef int close(self, Part part) except -1
    cdef Part bounded(self, Record rec, bytes key, unsigned long long size)
    cdef int put(self, Part part, Record rec) except -1
    cdef int management(self, Record rec) except -1
    cdef int passed(self, long long moment) except -1
    cdef int expire(self, long long now) except -1
