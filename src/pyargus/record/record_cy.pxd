cdef class Record:
    # where the bytes are
    cdef const unsigned char[::1] data
    cdef const unsigned int[::1] wide, none
    cdef public Py_ssize_t base
    cdef public unsigned long long offset
    # header
    cdef public unsigned int kind, cause_option, words
    # which DSRs were read: bit n = DSR index n; opaque: the body is kept only as bytes
    cdef public unsigned int present, opaque
    cdef public unsigned int[::1] head
    cdef public unsigned int[::1] tail
    cdef public unsigned int order_count
    cdef public unsigned int[::1] order
    cdef public unsigned int unknown_count
    cdef public unsigned int[::1] unknown
    cdef public unsigned int rest_off, rest_len
    # management record
    cdef public unsigned int mar_status, mar_argusid, mar_localnet, mar_netmask, mar_nextseq
    cdef public unsigned int mar_start_s, mar_start_f, mar_now_s, mar_now_f
    cdef public unsigned int mar_major, mar_minor, mar_iftype, mar_ifstatus, mar_interval, mar_mar_interval
    cdef public unsigned long long mar_pkts, mar_bytes, mar_drift
    cdef public unsigned int mar_records, mar_flows, mar_dropped, mar_queue, mar_output, mar_clients, mar_bufs, mar_memory
    cdef public unsigned int mar_suserlen, mar_duserlen, mar_pad0, mar_pad1, mar_pad2, mar_thisid, mar_reclen
    # transport
    cdef public unsigned int srcid, inf, seq
    cdef public unsigned long long srcid_hi, srcid_lo
    # flow key
    cdef public unsigned int family
    cdef public unsigned long long saddr_hi, saddr_lo, daddr_hi, daddr_lo
    cdef public unsigned int proto, tproto, sport, dport, extra, label20, smask, dmask
    cdef public unsigned int etype, ssap, dsap
    cdef public unsigned int arp_hrd, arp_pro, arp_hln, arp_pln, arp_op
    cdef public unsigned int isis_pdu, isis_version, isis_pad, isis_sum, isis_pad2
    cdef public unsigned long long isis_id_hi, isis_id_lo
    # time
    cdef public unsigned int time_form
    cdef public unsigned int sstart_s, sstart_f, send_s, send_f, dstart_s, dstart_f, dend_s, dend_f
    # metric
    cdef public unsigned long long spkts, sbytes, sapp, dpkts, dbytes, dapp
    # aggregation
    cdef public unsigned int agr_count
    cdef public unsigned int[::1] agr
    # network
    cdef public unsigned int net
    cdef public unsigned int tcp_status, tcp_state, tcp_options, tcp_synack, tcp_ackdat, tcp_pad
    cdef public unsigned int slast_s, slast_f, sstatus, sbase, snext, sacked, swinnum, sdata, sretrans, sroll, sflight
    cdef public unsigned int swin, sflags, swscale, smss, spad
    cdef public unsigned int dlast_s, dlast_f, dstatus, dbase, dnext, dacked, dwinnum, ddata, dretrans, droll, dflight
    cdef public unsigned int dwin, dflags, dwscale, dmss, dpad
    cdef public unsigned int net_status, net_spi, net_seq, net_lost
    cdef public unsigned int sdrop, ddrop, ssdev, dsdev
    cdef public unsigned int[::1] netw
    cdef public unsigned long long resp_mac
    # VLAN, MPLS
    cdef public unsigned int svlan, dvlan, mpls_count
    cdef public unsigned int[::1] mpls
    # jitter
    cdef public unsigned int jit_blocks, jit_stride
    cdef public unsigned int[::1] jit
    # IP attributes
    cdef public unsigned int sttl, stos, sipid, sipopt, dttl, dtos, dipid, dipopt
    # packet sizes
    cdef public unsigned int smin, smax, dmin, dmax, shist, dhist
    # user data
    cdef public unsigned int suser_off, suser_len, suser_size, suser_count
    cdef public unsigned int duser_off, duser_len, duser_size, duser_count
    # MAC
    cdef public unsigned long long smac, dmac
    cdef public unsigned int mac_etype, mac_dsap, mac_ssap
    # ICMP mapped onto the flow
    cdef public unsigned int icmp_type, icmp_code, icmp_seq, icmp_src, icmp_dst, icmp_qsrc, icmp_qdst, icmp_gateway, icmp_pad
    # encapsulation, behaviour
    cdef public unsigned int senc, denc, skeys, dkeys
    # correlation, country, label, AS
    cdef public unsigned int cor_id, cor_count
    cdef public int cor_dur, cor_start, cor_last, cor_spkts, cor_dpkts
    cdef public unsigned int sco, dco, label_off, label_len, sas, das, ias
    # what the repairs found out
    cdef public unsigned int reversed_, repaired, rated, halved, merged, ordinal
    cdef public double sload, dload, srate, drate
    cdef public double raw_dur
    cpdef bytes raw(self)
    cpdef Py_ssize_t point_to(self, const unsigned char[::1] data)
    cpdef Py_ssize_t point_wide(self, const unsigned char[::1] data) except -1
    cpdef bytes user_data(self, bint destination)
    cpdef object label(self)
    cdef bint turned(self)
    cdef unsigned char label_at(self, Py_ssize_t i)
    cpdef tuple span_micro(self)
