from pyargus.record.record_cy cimport Record

cpdef int merge(Record a, Record b) except -1
cpdef int begin_aggregation(Record a) except -1
cpdef bytes join_labels(bytes one, bytes two)
