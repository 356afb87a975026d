from pyargus.flow.flow_cy cimport Keystrokes

cdef unsigned long long FIRST_WATCHED

cdef class KeystrokeDetector:
    cdef long long client_min
    cdef long long client_max
    cdef long long echo_min
    cdef long long echo_max
    cdef long long echo_gap
    cdef long long client_gap
    cdef long long interval
    cdef float[::1] ratio

    cdef int packet(self, Keystrokes strokes, long long now, long long size, bint from_src) except -1
    cdef int echo(self, Keystrokes strokes, long long now) except -1
