from pyargus.record.record_cy cimport Record

cdef class Bins:
    cdef readonly long long size
    cdef readonly object calendar, clock
    cdef readonly long long start, end
    cdef long long offset, since, until
    cpdef int find(self, long long moment) except -1

cdef class Side:
    cdef long long start, end, unit
    cdef unsigned long long packets, octets, payload, lost
    cdef double carry, packet_rate, octet_rate, payload_rate
    cdef long long piece_start, piece_end
    cdef unsigned long long piece_packets, piece_octets, piece_payload, piece_lost
    cdef int none(self) except -1
    cdef int whole(self) except -1
    cdef int half(self) except -1
    cdef int cut(self, long long start, long long edge) except -1
    cdef int take(self, unsigned long long packets, unsigned long long octets, unsigned long long payload) except -1

cdef class Cutter:
    cdef public Bins bins
    cdef public bint hard, nomodify
    cdef readonly long long start, end
    cdef Record rec
    cdef Side src, dst
    cdef bint more, entire, source_lost, target_lost
    cdef public unsigned long long most
    cdef readonly unsigned long long uncut
    cdef unsigned int count, status, source_status, target_status
    cdef unsigned long long packets
    cpdef int begin(self, Record rec) except -1
    cpdef bint next(self) except -1
    cpdef bint within(self, Record rec) except -1
    cdef long long reach(self) except? -1
    cdef int put(self) except -1
