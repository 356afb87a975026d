from pyargus.record.print_cy cimport Printer
from pyargus.record.record_cy cimport Record

cdef class XmlPrinter(Printer):
    cdef public list attributes
    cpdef int line(self, Record rec) except -1
    cpdef int end(self) except -1
    cdef int cell(self, Record rec, int i) except -1
    cdef int absent(self, Record rec, int field) except -1
    cdef int escape(self, Py_ssize_t mark, int field) except -1
