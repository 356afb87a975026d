cdef unsigned int metric_head(bint apps, unsigned long long spkts, unsigned long long sbytes, unsigned long long sapp,
                              unsigned long long dpkts, unsigned long long dbytes, unsigned long long dapp) except 0

cdef class Encoder:
    cdef unsigned char[::1] out
    cdef unsigned int[::1] wide
    cdef readonly Py_ssize_t pos
    cdef Py_ssize_t start, limit
    cdef readonly long long records
    cdef float[::1] real
    cdef unsigned int[::1] bits

    cpdef Py_ssize_t size(self)
    cpdef bytes take(self)
    cpdef object held(self)
    cpdef int clear(self) except -1
    cdef unsigned int single(self, double value) except? 1
    cdef int room(self, Py_ssize_t size) except -1
    cdef int grow(self, Py_ssize_t size) except -1
    cpdef int hold(self, object store) except -1
    cdef int u8(self, unsigned int value) except -1
    cdef int u16(self, unsigned int value) except -1
    cdef int le16(self, unsigned int value) except -1
    cdef int u32(self, unsigned int value) except -1
    cdef int le32(self, unsigned int value) except -1
    cdef int octets(self, unsigned int value) except -1
    cdef int stamp(self, long long first, long long unit, unsigned int sec, unsigned int frac) except -1
    cdef int u64(self, unsigned long long value) except -1
    cdef int u48(self, unsigned long long value) except -1
    cdef int span(self, const unsigned char[::1] data, Py_ssize_t offset, Py_ssize_t count) except -1
    cdef int begin(self, unsigned int kind, unsigned int cause) except -1
    cdef int end(self) except -1
    cdef int dsr(self, unsigned int head) except -1
    cdef int pad(self) except -1
    cdef int transport(self, unsigned int head, unsigned int ident, unsigned int sequence) except -1
    cdef int transport_5(self, unsigned int head, unsigned long long hi, unsigned long long lo, unsigned int ident, unsigned int
                         interface, unsigned int sequence) except -1
    cdef int key_ipv4(self, unsigned int head, unsigned int a, unsigned int b, unsigned int protocol, unsigned int inner, unsigned int
                      w14, unsigned int w16, unsigned int w18) except -1
    cdef int key_ipv6(self, unsigned int head, unsigned long long a0, unsigned long long a1, unsigned long long b0, unsigned long long
                      b1, unsigned int protocol, unsigned int w40, unsigned int w42, unsigned int smask, unsigned int dmask) except -1
    cdef int key_ethernet(self, unsigned int head, unsigned long long first, unsigned long long second, unsigned int ethertype, unsigned
                          int sap1, unsigned int sap2) except -1
    cdef int key_matrix_ipv4(self, unsigned int head, unsigned int a, unsigned int b) except -1
    cdef int key_matrix_ipv6(self, unsigned int head, unsigned long long a0, unsigned long long a1, unsigned long long b0, unsigned long
                             long b1) except -1
    cdef int arp_head(self, unsigned int head, unsigned int hardware, unsigned int protocol, unsigned int hln, unsigned int pln,
                      unsigned int operation, unsigned int address) except -1
    cdef int key_octets(self, unsigned int head, bytes body) except -1
    cdef int time(self, unsigned int head, unsigned int form, unsigned int s0, unsigned int f0, unsigned int s1, unsigned int f1,
                  unsigned int s2, unsigned int f2, unsigned int s3, unsigned int f3) except -1
    cdef int counter(self, unsigned int width, unsigned long long value) except -1
    cdef int metric(self, unsigned int head, unsigned long long spkts, unsigned long long sbytes, unsigned long long sapp, unsigned long
                    long dpkts, unsigned long long dbytes, unsigned long long dapp) except -1
    cdef int aggregation(self, unsigned int head, unsigned int count, unsigned int[::1] words) except -1
    cdef int tcp_initial(self, unsigned int head, unsigned int status, unsigned int sequence, unsigned int options, unsigned int window,
                         unsigned int flags, unsigned int shift) except -1
    cdef int tcp_status(self, unsigned int head, unsigned int status, unsigned int sflags, unsigned int dflags, unsigned int rest) except -1
    cdef int tcp_full(self, unsigned int head, unsigned int status, unsigned int state, unsigned int options, unsigned int synack,
                      unsigned int ackdat) except -1
    cdef int tcp_side(self, unsigned int last_s, unsigned int last_f, unsigned int status, unsigned int base, unsigned int seq, unsigned
                      int ack, unsigned int winnum, unsigned int payload, unsigned int retrans, unsigned int ackbytes, unsigned int
                      winbytes, unsigned int window, unsigned int flags, unsigned int shift) except -1
    cdef int icmp_mapped(self, unsigned int head, unsigned int kind, unsigned int sequence, unsigned int source, unsigned int
                         destination, unsigned int quoted_source, unsigned int quoted_destination, unsigned int gateway, unsigned int
                         last) except -1
    cdef int pair16(self, unsigned int head, unsigned int source, unsigned int destination) except -1
    cdef int pair32(self, unsigned int head, unsigned int source, unsigned int destination) except -1
    cdef int mpls(self, unsigned int head, unsigned int[::1] labels, unsigned int count) except -1
    cdef int jitter(self, unsigned int head, unsigned int blocks, unsigned int stride, unsigned int[::1] words) except -1
    cdef int attributes(self, unsigned int head, unsigned int sttl, unsigned int stos, unsigned int sident, unsigned int soptions,
                        unsigned int dttl, unsigned int dtos, unsigned int dident, unsigned int doptions) except -1
    cdef int packet_size(self, unsigned int head, unsigned int smin, unsigned int smax, unsigned int dmin, unsigned int dmax, unsigned
                         int shist, unsigned int dhist) except -1
    cdef int user_data(self, unsigned int head, unsigned int size, unsigned int count) except -1
    cdef int mac(self, unsigned int head, unsigned long long dmac, unsigned long long smac, unsigned int ethertype, unsigned int dsap,
                 unsigned int ssap) except -1
    cdef int correlation(self, unsigned int head, unsigned int ident, long long duration, long long start, long long last, long long
                         spkts, long long dpkts) except -1
