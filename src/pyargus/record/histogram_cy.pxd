from pyargus.record.record_cy cimport Record
from pyargus.record.stage_cy cimport Stage
from pyargus.record.values_cy cimport Values

cdef class Tally:
    cdef readonly double start, end
    cdef readonly Py_ssize_t bins
    cdef readonly bint logarithmic, closed
    cdef double low, width
    cdef unsigned long long[::1] count
    cdef float[::1] mean, deviation, scratch
    cdef double[::1] least, most
    cpdef int describe(self, Py_ssize_t place, Record rec) except -1
    cpdef Py_ssize_t place(self, double value) except -1
    cdef double single(self, double value) except? -1.0
    cdef int join(self, Py_ssize_t place, unsigned long long n, double mean, double deviation) except -1
    cpdef int take(self, const double[::1] values) except -1
    cpdef unsigned long long counted(self, Py_ssize_t place) except? 0
    cpdef tuple total(self, Py_ssize_t first, Py_ssize_t last)

cdef class Histogram(Stage):
    cdef int code, field
    cdef public bint absolute, whole, gaps, filled
    cdef readonly Py_ssize_t count
    cdef double[::1] held
    cdef Values numbers
    cdef public object place, tables, report, deliver
    cdef public unsigned long long lacking
    cdef double last
    cdef double before
    cdef bint reported
    cdef bint read(self, Record rec) except -1
    cdef int keep(self, double value) except -1
