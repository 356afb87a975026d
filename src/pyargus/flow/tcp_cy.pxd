from pyargus.capture.packet_cy cimport Packet
from pyargus.flow.flow_cy cimport Flow, Half

cdef class TcpMachine:
    cdef const unsigned char[::1] firsts
    cdef const unsigned char[::1] steps
    cdef bint track_duplicates

    cdef int parse_options(self, Packet p, Flow flow, Half own) except -1
    cdef int begin(self, Packet p, Flow flow, Half own, Half peer, unsigned int size) except -1
    cdef int later(self, Packet p, Flow flow, Half own, Half peer, unsigned int size, bint from_src) except -1
    cdef int sequence(self, Packet p, Flow flow, Half own, Half peer, unsigned int size, bint from_src) except -1
    cdef int in_order(self, Packet p, Flow flow, Half own, Half peer, unsigned int size, unsigned int following) except -1
    cdef int acknowledge(self, Packet p, Half own, Half peer) except -1
    cdef int advance(self, Packet p, Flow flow, Half own, Half peer, unsigned int size) except -1
