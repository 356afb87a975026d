from pyargus.record.encode_cy cimport Encoder

cdef int icmp(Encoder out, unsigned int head, unsigned int kind, unsigned int sequence, unsigned int source, unsigned int destination,
    unsigned int quoted_source, unsigned int quoted_destination, unsigned int gateway) except -1
cdef int esp(Encoder out, unsigned int head, unsigned int status, unsigned int spi, unsigned int sequence, unsigned int lost) except -1
cdef int arp(Encoder out, unsigned int head, unsigned long long responder) except -1
cdef int rtp(Encoder out, unsigned int head, unsigned int state, unsigned int s0, unsigned int s1, unsigned int s2, unsigned int d0,
    unsigned int d1, unsigned int d2) except -1
cdef int rtcp(Encoder out, unsigned int head, unsigned int s0, unsigned int s1, unsigned int d0, unsigned int d1) except -1
cdef int shorts(Encoder out, unsigned int source, unsigned int destination) except -1
cdef int le_words(Encoder out, unsigned int head, unsigned int[::1] words, int count) except -1
