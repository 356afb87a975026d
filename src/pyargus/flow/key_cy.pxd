from pyargus.capture.packet_cy cimport Packet
from pyargus.flow.flow_cy cimport Flow, Key

cdef class KeyMaker:
    cdef bint one_way
    cdef bint by_vlan
    cdef bint by_mpls
    cdef int matrix
    cdef unsigned int last_vlan
    cdef unsigned int last_label

    cdef int make(self, Packet p, Key key) except -1
    cdef int fragment(self, Packet p, Key key) except -1
    cdef int quoted(self, Packet p, Py_ssize_t o, Key key) except -1
    cdef int pair_ipv4(self, Key key, unsigned long long source, unsigned long long destination, bint order) except -1
    cdef int pair_ipv6(self, Packet p, Key key, bint order) except -1
    cdef int ipv4(self, Packet p, Key key) except -1
    cdef int ipv6(self, Packet p, Key key) except -1
    cdef int icmp(self, Packet p, Key key, Py_ssize_t o, unsigned long long source, unsigned long long destination) except -1
    cdef int igmp(
        self, Packet p, Key key, Py_ssize_t o, unsigned long long source, unsigned long long destination, unsigned int ident
    ) except -1
    cdef int ethernet_order(self, Packet p, Key key) except -1
    cdef int ethernet(self, Packet p, Key key) except -1
    cdef int arp(self, Packet p, Key key) except -1
    cdef int rarp(self, Packet p, Key key) except -1

cdef unsigned int key_hash(Key key) except? 0
cdef bint same(Key key, Flow flow) except -1
