from pyargus.capture.packet_cy cimport Packet
from pyargus.flow.flow_cy cimport Flow, Half

cdef int icmp_object(Packet p, Flow flow, bint new) except -1
cdef long long icmp_bytes(Packet p) except? -1
cdef Py_ssize_t icmp_data(Packet p) except? -1
cdef int esp_object(Packet p, Flow flow) except -1
cdef int arp_object(Packet p, Flow flow) except -1
cdef int rtp_probe(Packet p, Flow flow) except -1
cdef long long rtp_object(Packet p, Flow flow, Half own, bint new, unsigned int side) except? -1
cdef bint rtp_silence(unsigned int kind, long long left) except -1
