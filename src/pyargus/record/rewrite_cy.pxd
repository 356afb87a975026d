from pyargus.record.encode_cy cimport Encoder
from pyargus.record.record_cy cimport Record

cdef class Rewriter:
    cdef readonly Encoder out
    cpdef Py_ssize_t size(self)
    cpdef bytes take(self)
    cpdef object held(self)
    cpdef int clear(self) except -1
    cpdef int copy(self, Record rec) except -1
    cpdef int write(self, Record rec) except -1
    cdef int data(self, Record rec, int index) except -1
    cdef int management(self, Record rec) except -1
    cdef int measured(self, Record rec, int index, unsigned int head) except -1
    cdef int described(self, Record rec, int index, unsigned int head) except -1
    cdef int flow_key(self, Record rec, unsigned int head) except -1
    cdef int rarp(self, Record rec, unsigned int head) except -1
    cdef int network(self, Record rec, unsigned int head) except -1
    cdef int tcp(self, Record rec, unsigned int head) except -1
