from pyargus.record.output_cy cimport Output
from pyargus.record.print_cy cimport Printer
from pyargus.record.record_cy cimport Record
from pyargus.record.text_cy cimport Text
from pyargus.record.values_cy cimport Values

cdef class Cells(Output):
    cdef public Printer words
    cdef public Values values
    cdef readonly int count
    cdef int[::1] ids
    cdef int[::1] kinds
    cdef int[::1] mans
    cdef public int digits
    cdef public double scale
    cdef public double limit
    cdef public unsigned long long number
    cdef public long long micro
    cdef public double real
    cdef int cell(self, Record rec, int i, Text t) except -1
    cdef int whole(self, Record rec, int i) except -1
    cdef int fraction(self, Record rec, int i) except -1
    cdef int moment(self, Record rec, int field) except -1
    cdef int text(self, Record rec, int i, Text t) except -1
    cdef int put_real(self, Text t, double v) except -1
