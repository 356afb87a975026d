cdef int NET_NONE
cdef int NET_TCP
cdef int NET_RTCP
cdef int NET_RTP
cdef int NET_UDT
cdef int NET_ARP
cdef int NET_ICMP
cdef int NET_ESP
cdef int NET_FRAGMENT
cdef int NOT_RTP
cdef int BY_FIRST_PACKET
cdef int BY_SYN
cdef int BY_SYNACK
cdef int BY_REQUEST
cdef int BY_REPLY

cdef class Key:
    cdef int kind
    cdef unsigned long long k0
    cdef unsigned long long k1
    cdef unsigned long long k2
    cdef unsigned long long k3
    cdef unsigned long long k4
    cdef unsigned long long k5
    cdef bytes extra
    cdef bint swapped
    cdef bint reply

cdef class Gaps:
    cdef int n
    cdef long long minimum
    cdef long long maximum
    cdef float[::1] cell
    cdef unsigned long long squares
    cdef int add(self, long long value) except -1
    cdef int clear(self) except -1

cdef class Udt:
    cdef unsigned int[::1] words

cdef class Keystrokes:
    cdef unsigned int algorithm
    cdef unsigned int source
    cdef unsigned int destination
    cdef unsigned long long seen
    cdef bint shown
    cdef bint pending
    cdef long long client
    cdef unsigned long long number
    cdef bint has_last
    cdef long long last_client
    cdef long long last_server
    cdef unsigned long long last_number
    cdef bint typing

cdef class Half:
    cdef unsigned long long packets
    cdef unsigned long long bytes
    cdef unsigned long long app
    cdef long long first
    cdef long long last
    cdef long long before
    cdef unsigned int encaps
    cdef unsigned int ttl
    cdef unsigned int tos
    cdef unsigned int ident
    cdef unsigned int options
    cdef unsigned int vlan
    cdef bint has_vlan
    cdef unsigned int mpls
    cdef bint has_mpls
    cdef unsigned int minsz
    cdef unsigned int maxsz
    cdef Gaps active
    cdef Gaps idle
    cdef bytearray user
    # TCP
    cdef long long tcp_last
    cdef unsigned int status
    cdef unsigned int base
    cdef unsigned int seq
    cdef unsigned int ack
    cdef unsigned int winnum
    cdef unsigned int payload
    cdef unsigned int retrans
    cdef unsigned int ackbytes
    cdef unsigned int winbytes
    cdef unsigned int window
    cdef unsigned int flags
    cdef unsigned int shift
    cdef unsigned int data_ident
    # RTP, RTCP
    cdef unsigned int rtp0
    cdef unsigned int rtp1
    cdef unsigned int rtp2
    cdef unsigned int drops
    cdef int clear(self) except -1
    cdef int clear_tcp(self) except -1

cdef class Flow:
    # key and place
    cdef int kind
    cdef unsigned long long k0
    cdef unsigned long long k1
    cdef unsigned long long k2
    cdef unsigned long long k3
    cdef unsigned long long k4
    cdef unsigned long long k5
    cdef bytes extra
    cdef unsigned int hash
    cdef Py_ssize_t index
    cdef Py_ssize_t next
    cdef Py_ssize_t prev
    cdef int queue
    cdef long long entry
    cdef int timeout
    # direction
    cdef bint reversed
    cdef bint src_second
    cdef bint reply
    cdef int provenance
    # reporting
    cdef unsigned int sequence
    cdef bint reported
    cdef bint started
    cdef unsigned int time_form
    cdef Half src
    cdef Half dst
    # attributes that outlive an interval
    cdef unsigned int attributes
    cdef bint has_mac
    cdef unsigned long long dmac
    cdef unsigned long long smac
    cdef unsigned int ethertype
    cdef unsigned int dsap
    cdef unsigned int ssap
    cdef unsigned int mac_paths
    cdef unsigned int encaps_changed
    # network object
    cdef int net
    cdef unsigned int status
    cdef unsigned int state
    cdef unsigned int options
    cdef unsigned int synack
    cdef unsigned int ackdat
    cdef unsigned int segments
    cdef bint idle
    cdef unsigned int itype
    cdef unsigned int icode
    cdef unsigned int iseq
    cdef unsigned int isource
    cdef unsigned int idest
    cdef unsigned int iqsource
    cdef unsigned int iqdest
    cdef unsigned int igateway
    cdef unsigned int spi
    cdef unsigned int esp_seq
    cdef long long esp_lost
    cdef unsigned long long responder
    # an ICMP error that quoted this flow
    cdef unsigned int mapped
    cdef unsigned int mtype
    cdef unsigned int mcode
    cdef unsigned int mseq
    cdef unsigned int msource
    cdef unsigned int mdest
    cdef unsigned int mqsource
    cdef unsigned int mqdest
    cdef unsigned int mgateway
    # fragments
    cdef Py_ssize_t parent
    cdef unsigned int fragment_total
    cdef unsigned int fragment_sum
    cdef unsigned int fragment_bytes
    cdef bint overlaps
    cdef unsigned int fragment_count
    cdef unsigned int fragment_start
    cdef unsigned int fragment_max
    cdef unsigned int fragment_end
    cdef set ranges
    cdef list covered
    cdef list fragments
    # RTP: directions that were silent
    cdef unsigned int quiet
    cdef Udt udt
    # keystrokes
    cdef Keystrokes strokes
    cdef int clear_interval(self) except -1
    cdef int clear_network(self) except -1
