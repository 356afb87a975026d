from pyargus.capture.packet_cy cimport Packet
from pyargus.flow.flow_cy cimport Flow

cdef int udt_probe(Packet p, Flow flow) except -1
cdef long long udt_object(Packet p, Flow flow) except? -1
