cpdef int pool(unsigned int[:] words, Py_ssize_t at, unsigned int count, double low, double mean, double deviation, double high) except -1
cpdef int pool_words(unsigned int[:] words, Py_ssize_t at, unsigned int[:] others, Py_ssize_t where) except -1
cpdef int pool_whole(unsigned int[:] words, Py_ssize_t at, unsigned int[:] others, Py_ssize_t where) except -1
cpdef unsigned int classes(unsigned int a, unsigned int b) noexcept
cpdef unsigned int bits_of(double value) except? 1
cpdef double from_bits(unsigned int bits) except? -1
