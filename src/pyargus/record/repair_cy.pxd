from pyargus.record.record_cy cimport Record

cpdef int repair(Record rec) except -1
cpdef int as_recorded(Record rec) except -1
cpdef int reverse(Record rec) except -1
cpdef double single(double x)
cpdef int rates(Record rec) except -1
cdef double duration(Record rec) noexcept
cdef void complete(Record rec) noexcept
