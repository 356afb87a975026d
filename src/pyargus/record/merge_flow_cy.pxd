from pyargus.record.record_cy cimport Record

cpdef int flow_key(Record a, Record b) except -1
cpdef unsigned int prefix4(unsigned long long x, unsigned long long y, unsigned int most) noexcept
cpdef unsigned long long mask4(unsigned int length) noexcept
cpdef unsigned long long mask6_high(unsigned int length) noexcept
cpdef unsigned long long mask6_low(unsigned int length) noexcept
cpdef unsigned int length_of(Record rec, bint destination) noexcept
cpdef int set_length(Record rec, bint destination, unsigned int length) except -1
