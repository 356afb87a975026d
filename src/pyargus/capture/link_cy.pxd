from pyargus.capture.packet_cy cimport Packet

cdef int decode(Packet p, Py_ssize_t index) except -1
