cdef int NO_FLOW
cdef int IPV4
cdef int IPV6
cdef int ETHERNET
cdef int ARP
cdef int RARP
cdef int WLAN
cdef int LCP
cdef int ISIS

cdef class Packet:
    # the batch under the cursor
    cdef readonly long long count
    cdef const unsigned char[::1] buf
    cdef const long long[::1] stamps
    cdef const long long[::1] offsets
    cdef const unsigned int[::1] caplens
    cdef const unsigned int[::1] wirelens
    cdef public int linktype
    cdef public bint tunnels

    # the frame
    cdef readonly long long now
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end
    cdef readonly long long wire

    # link layers
    cdef readonly int kind
    cdef readonly unsigned int encaps
    cdef readonly bint has_mac
    cdef readonly unsigned long long dmac
    cdef readonly unsigned long long smac
    cdef readonly unsigned int ethertype
    cdef readonly unsigned int keytype
    cdef readonly unsigned int dsap
    cdef readonly unsigned int ssap
    cdef readonly bint has_vlan
    cdef readonly unsigned int vlan
    cdef readonly bint has_mpls
    cdef readonly unsigned int mpls
    cdef readonly bytes extra

    # network layer
    cdef readonly int depth
    cdef readonly long long shortfall
    cdef readonly bint followed
    cdef readonly unsigned long long s0
    cdef readonly unsigned long long s1
    cdef readonly unsigned long long d0
    cdef readonly unsigned long long d1
    cdef readonly unsigned int proto
    cdef readonly unsigned int ttl
    cdef readonly unsigned int tos
    cdef readonly unsigned int ident
    cdef readonly unsigned int options
    cdef readonly bint fragment
    cdef readonly bint first_fragment
    cdef readonly bint more
    cdef readonly unsigned int fragment_id
    cdef readonly unsigned int fragment_offset
    cdef readonly unsigned int authenticated
    cdef readonly Py_ssize_t l3
    cdef readonly Py_ssize_t l4
    cdef readonly long long length

    # transport layer
    cdef readonly unsigned int sport
    cdef readonly unsigned int dport
    cdef readonly bint tcp
    cdef readonly unsigned int seq
    cdef readonly unsigned int ack
    cdef readonly unsigned int flags
    cdef readonly unsigned int window
    cdef readonly unsigned int header

    cdef int clear(self, Py_ssize_t index) except -1
    cdef unsigned int u16(self, Py_ssize_t o) except? 0xFFFFFFFF
    cdef unsigned int u32(self, Py_ssize_t o) except? 0xFFFFFFFF
    cdef unsigned long long mac48(self, Py_ssize_t o) except? 0xFFFFFFFFFFFFFFFF
    cdef unsigned long long mac_captured(self, Py_ssize_t o) except? 0xFFFFFFFFFFFFFFFF
    cdef unsigned int captured(self, Py_ssize_t o) except? 0xFFFFFFFF
    cdef unsigned int captured16(self, Py_ssize_t o) except? 0xFFFFFFFF
    cdef int ethernet(self, Py_ssize_t o) except -1
    cdef int network(self, unsigned int ethertype, Py_ssize_t o) except -1
    cdef int llc(self, Py_ssize_t o, unsigned int length) except -1
    cdef int labels(self, unsigned int etype, Py_ssize_t o) except -1
    cdef int ppp(self, Py_ssize_t o) except -1
    cdef int ppp_content(self, Py_ssize_t o) except -1
    cdef int ether_flow(self, unsigned int ethertype) except -1
    cdef int ip_any(self, Py_ssize_t o) except -1
    cdef int ipv4(self, Py_ssize_t o) except -1
    cdef int ipv6(self, Py_ssize_t o) except -1
    cdef int gre(self, Py_ssize_t o) except -1
    cdef bint icmp_error(self, unsigned int kind) except -1
    cdef int teredo(self, Py_ssize_t o) except -1
    cdef bint too_short(self, Py_ssize_t left) except -1
    cdef int transport(self) except -1
    cdef int ip_options(self, Py_ssize_t o, Py_ssize_t stop) except -1
    cdef int arp(self, Py_ssize_t o) except -1
    cdef int snap(self, Py_ssize_t o) except -1
    cdef int isis(self, Py_ssize_t o) except -1
    cdef int ipv6_extensions(self, unsigned int protocol, Py_ssize_t o) except -1
