from pyargus.record.record_cy cimport Record

cpdef Py_ssize_t framed(Record rec, Py_ssize_t at) except -2
cdef bint usable(Record rec, Py_ssize_t at, Py_ssize_t size) except -1
cpdef int decode(Record rec, Py_ssize_t at, unsigned long long offset) except -1
cpdef int glimpse(Record rec, Py_ssize_t at) except -1
cpdef int preview(Record rec, Py_ssize_t at, int half) except -1
cpdef int half_of(Record rec) noexcept
cdef Py_ssize_t flow_key(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
cdef Py_ssize_t extent(Record rec, Py_ssize_t o) except -1
cdef int blank(Record rec) except -1
cdef unsigned int place(unsigned int kind) noexcept
cdef Py_ssize_t time(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
cdef Py_ssize_t transport(Record rec, Py_ssize_t o, Py_ssize_t size) except -1
