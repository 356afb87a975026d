from pyargus.record.record_cy cimport Record
from pyargus.record.stage_cy cimport Stage
from pyargus.record.values_cy cimport Values

cdef class Histogram(Stage):
    cdef int code, field
    cdef public bint absolute, whole, gaps
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
