from pyargus.record.record_cy cimport Record

cdef class Values:
    cdef public bint ok
    cdef public unsigned int mask
    cpdef unsigned long long integer(self, Record rec, int field) except? 1
    cpdef double real(self, Record rec, int field) except? -1
    cdef double shared_load(self, Record rec, double whole) except? -1
    cdef double jitter(self, Record rec, int field) except? -1
    cdef unsigned long long udt(self, Record rec, int field) except? 1

cpdef double from_bits(unsigned int bits)
cpdef unsigned int start_s(Record rec)
cpdef unsigned int start_f(Record rec)
cpdef unsigned int last_s(Record rec)
cpdef unsigned int last_f(Record rec)
cpdef long long first_micro(Record rec)
cpdef long long last_micro(Record rec)
cpdef long long moment(Record rec, int field)
cpdef long long gap(Record rec, bint destination)
