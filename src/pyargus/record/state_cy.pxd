from pyargus.record.record_cy cimport Record
from pyargus.record.text_cy cimport Text

cpdef int direction(Text t, Record rec, bint variable) except -1
cpdef int state(Text t, Record rec, Style style) except -1
cpdef int flags(Text t, Record rec) except -1
cpdef int tcp_options(Text t, Record rec) except -1
cpdef int encapsulation(Text t, unsigned int bits) except -1

cdef class Style:
    cdef public int names, precision, tcp_letters
    cdef public bint epoch, abbreviate, cidr_strict, cidr, rmon, variable, disa, broadcast
    cdef public list protocols, unreachable, unreachable6
    cdef public dict ethertypes, saps, tcp, udp, dscp, icmp, icmp6, vendors
    cdef public int user_encoding
    cdef public object resolve
    cdef public int asn
