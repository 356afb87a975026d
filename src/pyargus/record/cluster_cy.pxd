from pyargus.record.filter_cy cimport Filter
from pyargus.record.group_cy cimport Aggregator, Joiner
from pyargus.record.halves_cy cimport Halves
from pyargus.record.order_cy cimport Order
from pyargus.record.record_cy cimport Record
from pyargus.record.sortkeys_cy cimport SortKeys
from pyargus.record.stage_cy cimport Stage

cdef class Statement:
    cdef readonly Aggregator table
    cdef readonly Filter filter
    cdef readonly object grep
    cdef readonly bytes label
    cdef readonly bint more

cdef class Cluster(Stage):
    cdef readonly list statements
    cdef SortKeys keys
    cdef public unsigned long long records
    cdef Record record, labelled
    cdef Joiner joiner
    cdef long long[::1] waiting
    cdef Py_ssize_t place, source
    cdef public bint as_recorded, unturned, counts_written
    cdef public unsigned long long shown, from_number, to_number
    cdef bint timed, plain, again, glanced, elsewhere
    cdef unsigned long long came
    cdef readonly Halves halves
    cdef Statement first
    cdef int part
    cdef Py_ssize_t dealt
    cpdef bint glance(self, Record rec, Py_ssize_t at, Py_ssize_t length) except -1
    cdef bint previewed(self, Record rec, Py_ssize_t at) except -1
    cpdef int add(self, Record rec) except -1
    cpdef int tick(self, unsigned long long now) except -1
    cpdef bint finish(self) except -1
    cdef int deliver_ripe(self, Statement statement) except -1
    cdef int sweep(self, Statement statement, long long now) except -1
    cdef int deliver(self, Statement statement, long long g) except -1
    cdef Record with_label(self, Record rec, bytes label)
    cpdef int as_read(self, Record rec) except -1
    cdef int changed(self) except -1
    cdef Order order_for(self)
    cpdef list totals(self, list fields)
    cdef long long[::1] ordered(self, Aggregator table)
    cdef Order rows_of(self, Aggregator table, long long[::1] handles)
    cpdef int halve(self, Halves halves) except -1
    cpdef dict own_parts(self)
    cpdef int lose(self) except -1
    cdef int hand_on(self, Record rec) except -1
    cdef int arrive(self) except -1
    cdef int come(self) except -1
    cdef int hand_over(self, Statement statement, long long item, long long place) except -1
    cpdef Py_ssize_t left(self) except -1
    cpdef int divide(self, int part) except -1
    cpdef Py_ssize_t share(self) except -1
    cdef bint mine(self) except -1
    cdef bint between(self) except -1
    cdef int hand_out(self, Statement statement, long long g) except -1
    cdef int take_up_statement(self) except -1
