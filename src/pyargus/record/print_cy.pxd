from pyargus.record.record_cy cimport Record
from pyargus.record.output_cy cimport Output
from pyargus.record.text_cy cimport Text
from pyargus.record.state_cy cimport Style
from pyargus.record.values_cy cimport Values

cdef class Printer(Output):
    cdef public Style style
    cdef public Values values
    cdef public int count
    cdef int[::1] ids
    cdef int[::1] widths
    cdef int[::1] limits
    cdef int[::1] aligns
    cdef int[::1] absents
    cdef int[::1] mans
    cdef public bint variable, join, padded, fraction, even
    cdef public list formats
    cdef int formatted(self, Record rec, int i) except -1
    cdef public bytes delimiter
    cdef public bytes header
    cdef public int label_every
    cdef public unsigned long long printed
    cdef public object clock
    cdef public int clock_width
    cdef public object offset
    cdef int[::1] block_key
    cdef int[::1] block_shift
    cdef int separate(self) except -1
    cdef list clock_text
    cdef double[::1] whole
    cpdef int shares(self, list totals) except -1
    cdef long long[::1] clock_key
    cpdef int heading(self) except -1
    cpdef int line(self, Record rec) except -1
    cdef int value(self, Record rec, int i) except -1
    cdef int stamp(self, unsigned int sec, unsigned int frac) except -1
    cdef int dated(self, bytes text, unsigned int frac) except -1
    cdef int digits(self, unsigned int frac) except -1
    cdef int moment(self, Record rec, int field) except -1
    cdef int word(self, Record rec, int field, int i) except -1
    cdef int short(self, double v, bint whole) except -1
    cdef int dump(self, Record rec, bint destination, int i) except -1
    cdef int user(self, Record rec, bint destination, int i) except -1

cdef unsigned long long managed(Record rec, int field) noexcept
