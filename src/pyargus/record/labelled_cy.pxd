from pyargus.record.group_cy cimport Joiner
from pyargus.record.record_cy cimport Record

cpdef int put_label(Joiner joiner, Record rec, bytes label, Record into) except -1
