from pyargus.record.record_cy cimport Record
from pyargus.record.rewrite_cy cimport Rewriter

cpdef bint transcribe(Rewriter writer, Record rec, Py_ssize_t at) except -1
cpdef bint surveyed(Record rec, Py_ssize_t at) except -1
cpdef bint located(Record rec) except -1
cpdef bint completed(Rewriter writer, Record rec) except -1
cdef Py_ssize_t copied(unsigned int[::1] target, Py_ssize_t o, const unsigned int[::1] source, Py_ssize_t i, Py_ssize_t end) except -1
cpdef int rewritten(Rewriter writer, Record rec, Py_ssize_t at) except -1
