from pyargus.record.record_cy cimport Record

cdef class Rewriter:
    cdef object store
    cdef unsigned char[:] out
    cdef readonly Py_ssize_t used
    cdef int put8(self, unsigned int v) except -1
    cdef int put16(self, unsigned int v) except -1
    cdef int put32(self, unsigned int v) except -1
    cdef int put64(self, unsigned long long v) except -1
    cdef int put48(self, unsigned long long v) except -1
    cdef int putle16(self, unsigned int v) except -1
    cdef int putle32(self, unsigned int v) except -1
    cdef int span(self, Record rec, Py_ssize_t at, Py_ssize_t size) except -1
    cdef int room(self, Py_ssize_t more) except -1
    cpdef int copy(self, Record rec) except -1
    cpdef int write(self, Record rec) except -1
    cdef int management(self, Record rec) except -1
    cdef int flow_key(self, Record rec) except -1
    cdef int time(self, Record rec) except -1
    cdef int metric(self, Record rec) except -1
    cdef int network(self, Record rec) except -1
    cdef int tcp_source(self, Record rec, bint wide) except -1
    cdef int tcp_destination(self, Record rec, bint wide) except -1
    cdef int body(self, Record rec, int index) except -1
    cpdef bytes take(self)
