from pyargus.capture.packet_cy cimport Packet
from pyargus.flow.flow_cy cimport Flow, Half

cdef int attributes(Packet p, Flow flow, Half own, bint from_src) except -1
cdef int jitter_sample(Flow flow, Half own, long long now, long long limit) except -1
