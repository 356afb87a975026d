from pyargus.flow.flow_cy cimport Flow, Gaps, Half
from pyargus.record.encode_cy cimport Encoder

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

    cdef int flow_record(self, Flow flow, unsigned int cause) except -1
    cdef int keystrokes(self, Flow flow) except -1
    cdef int key(self, Flow flow) except -1
    cdef int raw_key(self, unsigned int subtype, unsigned int qualifier, bytes body) except -1
    cdef int times(self, Flow flow) except -1
    cdef int network(self, Flow flow) except -1
    cdef int tcp(self, Flow flow) except -1
    cdef int tcp_half(self, Half half) except -1
    cdef int jitter(self, Flow flow) except -1
    cdef int gaps(self, Gaps gaps) except -1
    cdef int attributes(self, Flow flow) except -1
    cdef int rtp_half(self, Half half) except -1
