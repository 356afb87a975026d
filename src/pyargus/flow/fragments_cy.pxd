from pyargus.flow.flow_cy cimport Flow

cdef int cover(Flow flow, long long start, long long end) except -1
cdef int merge(Flow flow, Flow parent) except -1
