cpdef Py_ssize_t frame(const unsigned char[::1] d, Py_ssize_t at) except -2
cpdef Py_ssize_t whole(const unsigned char[::1] d, Py_ssize_t at, Py_ssize_t limit) except -1
cpdef Py_ssize_t likely(const unsigned char[::1] d, Py_ssize_t at, bint last) except -2
