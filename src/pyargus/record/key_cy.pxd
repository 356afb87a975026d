from pyargus.record.record_cy cimport Record

cdef class KeyMaker:
    cdef readonly bint rmon, matrix, stations, nothing, families, brief
    cdef readonly unsigned int slength4, dlength4, slength6, dlength6, holds
    cdef int[:] codes
    cdef int[:] narrow
    cdef unsigned int[:] lengths4
    cdef unsigned int[:] lengths6
    cdef int parts
    cdef public unsigned long long[::1] words
    cdef readonly int count
    cdef readonly unsigned long long hash
    cdef public unsigned long long bin
    cpdef unsigned long long make(self, Record rec, bint exchanged) except? 1
    cdef int address(self, Record rec, bint destination, int i, int n) except -1
    cdef int classful(self, Record rec, bint destination, int n) except -1
    cpdef int shape(self, Record rec, bint preserve) except -1
    cdef int bare(self, Record rec) except -1
    cdef int bare_isis(self, Record rec) except -1
    cpdef bint touches(self, bint preserve)

cpdef bint reversible(Record rec) noexcept
cdef bint unordered(Record rec, KeyMaker keys) except -1
