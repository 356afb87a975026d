from pyargus.record.record_cy cimport Record

cpdef int client_form(Record rec, bint aggregate) except -1
