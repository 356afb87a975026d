cimport cython

@cython.final
cdef class Text:
    cdef object store
    cdef unsigned char[::1] s
    cdef readonly Py_ssize_t n
    cdef int room(self, Py_ssize_t more) except -1
    cdef int ch(self, unsigned int c) except -1
    cdef int copy(self, bytes text) except -1
    cdef int span(self, const unsigned char[::1] data, Py_ssize_t offset, Py_ssize_t count) except -1
    cdef int fill(self, Py_ssize_t mark, Py_ssize_t width, bint right) except -1
    cpdef int puts(self, bytes text) except -1
    cpdef int u64(self, unsigned long long v) except -1
    cpdef int i64(self, long long v) except -1
    cpdef int hexa(self, unsigned long long v, int digits) except -1
    cpdef int zeros(self, unsigned long long v, int digits) except -1
    cpdef int fixed(self, double v, int p) except -1
    cpdef int mac(self, unsigned long long v) except -1
    cpdef int ipv4(self, unsigned int v) except -1
    cpdef int ipv6(self, unsigned long long hi, unsigned long long lo) except -1
    cpdef bytes take(self)
