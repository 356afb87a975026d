cdef class FilterProgram:
    cdef const unsigned int[::1] codes
    cdef const unsigned int[::1] jumps
    cdef const unsigned int[::1] constants
    cdef unsigned int[::1] memory

    cdef unsigned int run(self, const unsigned char[::1] buf, Py_ssize_t start, Py_ssize_t size, unsigned int wire) except? 0xFFFFFFFF
