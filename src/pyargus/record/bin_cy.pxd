from pyargus.record.cluster_cy cimport Cluster
from pyargus.record.cut_cy cimport Cutter
from pyargus.record.order_cy cimport Order
from pyargus.record.record_cy cimport Record

cdef class Binner(Cluster):
    cdef readonly Cutter cutter
    cdef public bint zero, edges
    cdef public long long hold, live, begin, end
    cdef public unsigned long long most_records, most_bytes
    cdef readonly unsigned long long late
    cdef long long closed, now_bin, latest
    cdef dict held
    cdef long long now_held
    cdef object now_members
    cdef dict born
    cdef unsigned long long counted, octets
    cdef long long number
    cdef list queue
    cdef long long[::1] group
    cdef Py_ssize_t spot
    cdef Record edge
    cpdef bint glance(self, Record rec, Py_ssize_t at, Py_ssize_t length) except -1
    cpdef int add(self, Record rec) except -1
    cpdef int tick(self, unsigned long long now) except -1
    cpdef bint finish(self) except -1
    cdef int piece(self, Record rec, long long start, bint previewed) except -1
    cdef int reach(self, long long moment) except -1
    cdef int add_counted(self, Record rec) except -1
    cdef int close(self, long long until) except -1
    cdef long long end_of(self, long long start) except -1
    cdef bint gap(self, long long until) except -1
    cdef int empty(self, long long start, long long end) except -1
    cdef int mark(self, long long moment, bint stop) except -1
    cdef int put_bin(self, long long start) except -1
    cdef int take_up(self, long long start) except -1
    cdef int member(self) except -1
    cdef int lay_down(self) except -1
    cdef long long[::1] in_order(self, long long[::1] members)
    cdef Order rows_in(self, long long[::1] members)
    cpdef tuple span(self)
