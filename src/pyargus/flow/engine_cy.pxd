from pyargus.capture.bpf_cy cimport FilterProgram
from pyargus.capture.packet_cy cimport Packet
from pyargus.flow.emit_cy cimport Emitter
from pyargus.flow.flow_cy cimport Flow, Half, Key
from pyargus.flow.key_cy cimport KeyMaker
from pyargus.flow.keystroke_cy cimport KeystrokeDetector
from pyargus.flow.table_cy cimport FlowTable
from pyargus.flow.tcp_cy cimport TcpMachine

cdef class Engine:
    cdef Packet p
    cdef Key key
    cdef FilterProgram filter
    cdef KeyMaker maker
    cdef FlowTable table
    cdef TcpMachine machine
    cdef Emitter emitter
    cdef KeystrokeDetector detector
    cdef unsigned int keystroke
    cdef long long interval
    cdef long long jitter_limit
    cdef long long user_size
    cdef bint keep_user
    cdef bint control_data
    cdef bint start_records
    cdef bint jitter
    cdef int tcp_timeout
    cdef int ip_timeout
    cdef int icmp_timeout
    cdef int arp_timeout
    cdef bint running
    cdef bint live
    cdef long long timer
    cdef readonly long long now
    cdef readonly long long packets
    cdef readonly long long bytes
    cdef readonly long long ignored
    cdef readonly long long ignored_bytes
    cdef readonly long long ignored_cut
    cdef readonly long long flows
    cdef unsigned int sequence

    cdef int packet(self) except -1
    cdef int timeout_of(self) except -1
    cdef bint unblocked(self) except -1
    cdef int touch(self, Flow flow) except -1
    cdef int count(self, Flow flow, bint new) except -1
    cdef long long transport(self, Flow flow, Half own, Half peer, bint from_src, bint new) except? -1
    cdef long long tcp(self, Flow flow, Half own, Half peer, bint from_src) except? -1
    cdef int replace(self, Flow flow, bint from_src) except -1
    cdef int user_data(self, Flow flow, Half own, Py_ssize_t start, long long limit) except -1
    cdef int host_order_data(self, Flow flow, Half own, Py_ssize_t start, long long limit, int first, int last) except -1
    cdef int map_error(self) except -1
    cdef int link_fragment(self, Flow parent) except -1
    cdef int later_fragment(self) except -1
    cdef int register_range(self, Flow flow) except -1
    cdef int merge_fragments(self, Flow parent, bint leaving) except -1
    cdef int report(self, Flow flow, unsigned int cause) except -1
    cdef int passes(self) except -1
    cdef int step(self, long long now) except -1
    cdef int process_status(self) except -1
    cdef int process_timeouts(self) except -1
    cdef int forget(self, Flow flow) except -1
