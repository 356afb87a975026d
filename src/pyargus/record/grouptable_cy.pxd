from pyargus.record.key_cy cimport KeyMaker

# What stands where in a row, in words of 64 bits; the last is the first word of the key.
cdef enum:
    AT = 0
    SIZE = 1
    FORM = 2
    MERGED = 3
    OFFSET = 4
    HASH = 5
    BEFORE = 6
    AFTER = 7
    SERIAL = 8
    FIRST = 9
    LAST = 10
    OLDEST = 11
    NEWEST = 12
    KEY = 13

cdef class GroupTable:
    cdef readonly KeyMaker keys
    cdef readonly Py_ssize_t count
    cdef readonly unsigned long long clock
    cdef Py_ssize_t width, stride, room, limit
    cdef long long free, head, tail
    cdef unsigned long long mask
    cdef unsigned long long[::1] slots
    cdef unsigned long long[::1] words
    cdef long long[::1] cells
    cdef int empty(self) except -1
    cdef int rows(self, Py_ssize_t room) except -1
    cdef int index(self, Py_ssize_t size) except -1
    cdef int place(self, long long g) except -1
    cdef int unplace(self, long long g) except -1
    cdef long long find(self, unsigned long long h) except -2
    cdef long long take(self) except -2
    cdef int give(self, long long g) except -1
    cdef int enter(self, long long g, unsigned long long h) except -1
    cdef int append(self, long long g) except -1
    cdef int unlink(self, long long g) except -1
    cdef int update(self, long long g) except -1
    cpdef list handles(self)
    cpdef long long oldest(self)
    cpdef long long next_of(self, long long g) except? -1
    cpdef unsigned long long serial_of(self, long long g) except? 0
    cpdef long long first_of(self, long long g) except? -1
    cpdef long long last_of(self, long long g) except? -1
    cpdef list updated_since(self, unsigned long long serial)
    cpdef list expired(self, long long now, long long idle)
