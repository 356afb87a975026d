from pyargus.record.record_cy cimport Record

cpdef bint stored_form(Record rec) except -1
cpdef int client_form(Record rec, bint aggregate) except -1
cdef int renew(Record rec) except -1
cdef int sizes(Record rec) except -1
cdef int aggregation(Record rec) except -1
