from pyargus.record.record_cy cimport Record

cpdef unsigned int bits_of(double value) except? 1
cpdef int one_record(Record rec, double value) except -1
cpdef double from_bits(unsigned int bits) except? -1
cpdef int pool(Record rec, Py_ssize_t at, unsigned int count, double low, double mean, double deviation, double high) except -1
cpdef int pool_records(Record rec, Record other, Py_ssize_t at) except -1
cpdef int pool_jitter(Record rec, Record other, Py_ssize_t at) except -1
cpdef unsigned int classes(unsigned int a, unsigned int b) noexcept
