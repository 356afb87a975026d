from pyargus.record.record_cy cimport Record
from pyargus.record.state_cy cimport Style
from pyargus.record.text_cy cimport Text

cpdef int user_data(Text t, Record rec, Py_ssize_t at, Py_ssize_t size, bint destination, Style style) except -1
cpdef int hexadecimal_dump(Text t, Record rec, Py_ssize_t at, Py_ssize_t size) except -1
