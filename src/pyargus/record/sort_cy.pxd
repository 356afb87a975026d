from pyargus.record.arrange_cy cimport Arranger
from pyargus.record.halves_cy cimport Halves
from pyargus.record.sortkeys_cy cimport SortKeys
from pyargus.record.order_cy cimport Order
from pyargus.record.record_cy cimport Record
from pyargus.record.rewrite_cy cimport Rewriter
from pyargus.record.stage_cy cimport Stage

cdef class Sorter(Stage):
    cdef readonly SortKeys keys
    cdef readonly Order order
    cdef Rewriter arena
    cdef unsigned long long[::1] places, offsets
    cdef public Py_ssize_t limit
    cdef public unsigned int parts
    cdef public Arranger arranger
    cdef public unsigned long long from_number, to_number
    cdef public bint rmon, counts_written
    cdef readonly list runs
    cdef object merger
    cdef Record record
    cdef Py_ssize_t place
    cdef bint sorted_, final
    cdef unsigned int touched
    cdef unsigned long long shown
    cdef long long[::1] starts, sizes
    cdef readonly Halves halves
    cdef int half
    cdef unsigned long long came
    cdef bint glanced
    cdef unsigned long long[::1] marks
    cdef long long[::1] mixed
    cdef bint mine(self) except -1
    cpdef int halve(self, Halves halves) except -1
    cpdef dict own_parts(self)
    cpdef int lose(self) except -1
    cdef bint pour_both(self) except -1
    cdef bint writing(self) except -1
    cdef int enter(self, Record rec, Py_ssize_t start) except -1
    cdef bint pour(self) except -1
    cdef int spill(self) except -1
    cdef bint done(self) except -1
    cdef bint deliver(self, const unsigned char[::1] data, Py_ssize_t at, unsigned long long offset) except -1
    cdef int restore(self, Py_ssize_t at, unsigned long long offset) except -1
