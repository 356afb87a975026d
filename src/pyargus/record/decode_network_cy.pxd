from pyargus.record.record_cy cimport Record

cpdef Py_ssize_t network(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
cpdef int brief(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
