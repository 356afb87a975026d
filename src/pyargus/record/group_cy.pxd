from pyargus.record.grouptable_cy cimport GroupTable
from pyargus.record.record_cy cimport Record
from pyargus.record.rewrite_cy cimport Rewriter

cdef class Joiner(Rewriter):
    cdef public object source, destination, label
    cpdef int join(self, Record rec) except -1
    cdef int data(self, Record rec, int index) except -1

cdef class Aggregator(GroupTable):
    cdef public bint correct, preserve, rmon, norep, raw, intact
    cdef public long long idle, status
    cdef public int half
    cdef public list ripe, fresh
    cdef bint touches, edited, turned, partial, previews, rewritten, masked
    cdef readonly bint by_ends
    cdef Py_ssize_t used
    cdef Record scratch, other
    cdef Joiner joiner
    cdef list pool
    cdef long long[:] owner
    cdef unsigned char[::1] waiting
    cdef unsigned long long[::1] links
    cdef public Py_ssize_t most_waiting
    cdef Py_ssize_t filled
    cdef int make_waiting(self, object room) except -1
    cdef unsigned char[::1] store
    cdef long long[::1] places
    cdef dict large
    cpdef int clear(self) except -1
    cdef long long allocate(self, Py_ssize_t size) except -1
    cdef int enlarge(self, Py_ssize_t size) except -1
    cdef int release(self, long long at, Py_ssize_t size) except -1
    cpdef long long add(self, Record rec) except -1
    cpdef bint waits(self) except -1
    cpdef long long add_preview(self, Record rec) except -1
    cpdef int changed(self) except -1
    cpdef bint halvable(self) except -1
    cdef int number(self, unsigned long long n) except -1
    cdef long long absorb(self, Record rec) except -1
    cdef long long gather(self, Record rec) except -1
    cdef long long meet(self, long long g, Record rec, unsigned long long h) except -1
    cdef long long begin(self, Record rec, unsigned long long h) except -1
    cdef int keep(self, long long g, Record rec) except -1
    cdef int settle(self, long long g, Record rec) except -1
    cdef int load(self, long long g, Record rec) except -1
    cdef Record decoded(self, long long g)
    cdef int wait(self, long long g, Record rec) except -1
    cdef int catch_up(self, long long g, Record held) except -1
    cdef int settle_all(self) except -1
    cdef long long join(self, long long g, Record rec) except -1
    cdef bint over(self, long long g, long long start, long long end) except -1
    cdef int lengthen(self, long long g, Record held, Record rec, int left) except -1
    cdef int turn_group(self, long long g) except -1
    cpdef int drop(self, long long g) except -1
    cpdef int record_of(self, long long g, Record into) except -1
    cdef int rewrite(self, long long g, Record rec) except -1
    cpdef Record last_of_all(self, long long g, Record into)
    cdef int report(self, Record into) except -1
    cdef bint current(self, long long g, Record into) except -1
    cpdef Py_ssize_t expire(self, long long now, long long idle) except -1
    cpdef int remove(self, long long g) except -1
    cpdef int reverse(self, long long g) except -1
    cdef bint same_ends(self) except -1
    cdef int ends_of(self, long long g, Record into) except -1

cpdef int restore(Record rec, bint turned, unsigned int merged) except -1
