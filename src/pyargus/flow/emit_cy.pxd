from pyargus.flow.flow_cy cimport Flow, Gaps, Half
from pyargus.record.encode_cy cimport Encoder

cdef bint is_control(Flow flow) except -1

cdef class Emitter:
    cdef readonly Encoder encoder
    cdef bytearray decided
    cdef bint app_bytes
    cdef bint macs
    cdef bint sizes
    cdef bint four_times
    cdef unsigned int ident_kind
    cdef unsigned int ident
    cdef unsigned int user_size
    cdef bint control
    cdef unsigned int[::1] words
    cdef unsigned char[::1] image

    cdef int flow_record(self, Flow flow, unsigned int cause) except -1
    cdef int remember(self) except -1
    cdef int key(self, Flow flow) except -1
    cdef int raw_key(self, unsigned int subtype, unsigned int qualifier, bytes body) except -1
    cdef int times(self, Flow flow) except -1
    cdef int network(self, Flow flow) except -1
    cdef int tcp(self, Flow flow) except -1
    cdef int tcp_half(self, Half half) except -1
    cdef int jitter(self, Flow flow) except -1
    cdef unsigned int gaps(self, Gaps gaps, unsigned int block) except 16
    cdef int attributes(self, Flow flow) except -1
    cdef int labels(self, Half src, Half dst) except -1
    cdef int frame_sizes(self, unsigned int smin, unsigned int smax, unsigned int dmin, unsigned int dmax) except -1
    cdef int user_data(self, Flow flow, unsigned int subtype, bytearray user) except -1
    cdef int stamps(self, unsigned int head, unsigned int form, long long s, long long t, long long d, long long e) except -1
