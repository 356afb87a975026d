from pyargus.record.delivery_cy cimport Delivery
from pyargus.record.record_cy cimport Record

cdef class Stage:
    cdef public Delivery out
    cdef public object reading
    cdef public bint takes_openings
    cpdef int as_read(self, Record rec) except -1
    cpdef bint wants(self, Record rec) except -1
    cpdef int opening(self, Record rec) except -1
    cpdef bint glance(self, Record rec, Py_ssize_t at, Py_ssize_t length) except -1
    cpdef int add(self, Record rec) except -1
    cpdef int tick(self, unsigned long long now) except -1
    cpdef bint finish(self) except -1
    cpdef bint halvable(self) except -1
    cpdef bint alternates(self) except -1
    cpdef bint divisible(self) except -1
    cpdef bint chooses(self) except -1
    cpdef bint doubles(self) except -1
