from pyargus.record.record_cy cimport Record

cdef Py_ssize_t aggregation(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
cdef Py_ssize_t ip_attributes(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
cdef Py_ssize_t jitter(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
cdef Py_ssize_t mapped_icmp(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
cdef Py_ssize_t metric(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
cdef Py_ssize_t packet_sizes(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
