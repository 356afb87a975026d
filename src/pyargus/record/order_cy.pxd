from pyargus.record.sortkeys_cy cimport SortKeys

cdef class Order:
    cdef readonly int columns
    cdef readonly bint backwards
    cdef public bint gaps
    cdef readonly unsigned long long[::1] rows, valid
    cdef unsigned long long[::1] first, other_first
    cdef unsigned int[::1] index, other
    cdef readonly Py_ssize_t count
    cpdef int append(self, SortKeys keys) except -1
    cpdef int fill(self, object rows, Py_ssize_t count) except -1
    cpdef int known(self, object valid) except -1
    cdef int take(self, Py_ssize_t row, Order other, Py_ssize_t at) except -1
    cdef int beside(self, Py_ssize_t row, Order other, Py_ssize_t at) except -2
    cpdef int sort(self) except -1
    cpdef int clear(self) except -1
    cpdef unsigned int at(self, Py_ssize_t place) except? 1
    cpdef int reserve(self, Py_ssize_t count) except -1
    cpdef int put(self, Py_ssize_t row, unsigned long long[::1] words, unsigned long long valid) except -1
    cpdef Py_ssize_t memory(self)
    cpdef bint after(self, unsigned long long a, unsigned long long b, unsigned int i, unsigned int j) except -1
    cpdef int compare(self, unsigned int i, unsigned int j) except -2
    cdef int grow(self) except -1
    cdef int distribute(self) except -1
    cdef int part(self, Py_ssize_t low, Py_ssize_t high) except -1
