from pyargus.record.record_cy cimport Record

cpdef bint is_tcp(unsigned int kind) noexcept
cpdef int network(Record a, Record b) except -1
