from pyargus.record.record_cy cimport Record
from pyargus.record.text_cy cimport Text

cdef class Output:
    cdef public Text out
    cdef public bint pause
    cpdef int begin(self) except -1
    cpdef int heading(self) except -1
    cpdef int line(self, Record rec) except -1
    cpdef int end(self) except -1
