cdef class Encoder:
    cdef unsigned char[::1] out
    cdef Py_ssize_t pos
    cdef Py_ssize_t start
    cdef Py_ssize_t mark
    cdef readonly long long records
    cdef float[::1] real
    cdef unsigned int[::1] bits

    cdef int room(self, Py_ssize_t size) except -1
    cdef int u8(self, unsigned int value) except -1
    cdef int u16(self, unsigned int value) except -1
    cdef int le16(self, unsigned int value) except -1
    cdef int u32(self, unsigned int value) except -1
    cdef int le32(self, unsigned int value) except -1
    cdef int u64(self, unsigned long long value) except -1
    cdef int f32(self, double value) except -1
    cdef int stamp(self, long long when) except -1
    cdef int mac48(self, unsigned long long value) except -1
    cdef int octets(self, const unsigned char[::1] data, Py_ssize_t offset, Py_ssize_t count) except -1

    cdef int begin(self, unsigned int kind, unsigned int cause) except -1
    cdef int end(self) except -1
    cdef int dsr(self, unsigned int type_, unsigned int subtype, unsigned int qualifier, unsigned int words) except -1

    cdef int transport(self, unsigned int qualifier, unsigned int ident, unsigned int sequence) except -1
    cdef int key_ipv4(self, unsigned int subtype, unsigned int qualifier, unsigned int a, unsigned int b, unsigned int protocol,
                      unsigned int inner, unsigned int w14, unsigned int w16, unsigned int w18) except -1
    cdef int key_ipv6(self, unsigned int subtype, unsigned int qualifier, unsigned long long a0, unsigned long long a1,
                      unsigned long long b0, unsigned long long b1, unsigned int protocol, unsigned int last) except -1
    cdef int key_ethernet(self, unsigned int subtype, unsigned int qualifier, unsigned long long first, unsigned long long second,
                          unsigned int ethertype, unsigned int sap1, unsigned int sap2) except -1
    cdef int key_matrix_ipv4(self, unsigned int a, unsigned int b) except -1
    cdef int time_range(self, unsigned int subtype, long long start, long long end) except -1
    cdef int metric(self, unsigned int subtype, unsigned long long spkts, unsigned long long sbytes, unsigned long long sapp,
                    unsigned long long dpkts, unsigned long long dbytes, unsigned long long dapp) except -1
    cdef int metric_value(self, unsigned int width, unsigned long long value) except -1
    cdef int tcp_initial(self, unsigned int status, unsigned int sequence, unsigned int options, unsigned int flags,
                         unsigned int shift) except -1
    cdef int tcp_full(self, unsigned int status, unsigned int state, unsigned int options, unsigned int synack, unsigned int ackdat) except -1
    cdef int tcp_side(self, long long last, unsigned int status, unsigned int base, unsigned int seq, unsigned int ack, unsigned int winnum,
                      unsigned int payload, unsigned int retrans, unsigned int ackbytes, unsigned int winbytes, unsigned int window,
                      unsigned int flags, unsigned int shift) except -1
    cdef int icmp(self, unsigned int type_, unsigned int code, unsigned int sequence, unsigned int source, unsigned int destination,
                  unsigned int quoted_source, unsigned int quoted_destination, unsigned int gateway) except -1
    cdef int icmp_mapped(self, unsigned int qualifier, unsigned int type_, unsigned int code, unsigned int sequence,
                         unsigned int source, unsigned int destination, unsigned int quoted_source, unsigned int quoted_destination,
                         unsigned int gateway) except -1
    cdef int esp(self, unsigned int status, unsigned int spi, unsigned int sequence, unsigned int lost) except -1
    cdef int vlan(self, unsigned int qualifier, unsigned int source, unsigned int destination) except -1
    cdef int jitter(self, unsigned int qualifier, unsigned int blocks) except -1
    cdef int jitter_block(self, int n, double minimum, double mean, double deviation, double maximum) except -1
    cdef int ip_side(self, unsigned int ttl, unsigned int tos, unsigned int ident) except -1
    cdef int packet_size(self, unsigned int smin, unsigned int smax, unsigned int dmin, unsigned int dmax) except -1
    cdef int user_data(self, unsigned int subtype, unsigned int size, const unsigned char[::1] data, Py_ssize_t count) except -1
    cdef int mac(self, unsigned int qualifier, unsigned long long dmac, unsigned long long smac, unsigned int ethertype,
                 unsigned int dsap, unsigned int ssap) except -1
    cdef int encapsulation(self, unsigned int qualifier, unsigned int source, unsigned int destination) except -1
