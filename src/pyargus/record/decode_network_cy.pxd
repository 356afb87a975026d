from pyargus.record.record_cy cimport Record

cpdef Py_ssize_t network(Record rec, const unsigned char[::1] d, Py_ssize_t o, Py_ssize_t size) except -1
