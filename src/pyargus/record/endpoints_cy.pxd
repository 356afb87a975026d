from pyargus.record.record_cy cimport Record
from pyargus.record.text_cy cimport Text
from pyargus.record.state_cy cimport Style

cpdef int address(Text t, Record rec, bint destination, Style style) except -1
cpdef int classful(Text t, Record rec, bint destination, Style style) except -1
cpdef int port(Text t, Record rec, bint destination, Style style) except -1
cpdef int protocol(Text t, Record rec, Style style) except -1
cpdef int station(Text t, unsigned long long mac, Style style) except -1
cpdef int source(Text t, Record rec) except -1
