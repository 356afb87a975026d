from pyargus.record.record_cy cimport Record

cpdef int strip(Record rec, unsigned int keep) except -1
cpdef int one_way(Record rec, bint destination) except -1
cpdef int turn(Record rec) except -1
cpdef int put_right(Record rec) except -1

cdef class Arranger:
    cdef public bint wellknown, services, registered, local_is_source, local_is_destination
    cdef public object named
    cdef readonly list networks
    cdef unsigned long long[::1] bits
    cdef int count
    cdef bint local(self, unsigned int family, unsigned long long high, unsigned long long low) except -1
    cpdef bint by_ports(self, Record rec) except -1
    cpdef bint by_networks(self, Record rec) except -1
    cpdef int arrange(self, Record rec) except -1
