"""The one table of fields: what can be printed, filtered, sorted, merged and exported, each field once.

Everything that knows a field by name derives it from `FIELDS`: `-s`, the printing kernels (by `id`), CSV and JSON keys, Arrow and SQL
columns, XML attributes, completion and the field reference.

Source: argus 3 "ra fields" tables; times are UTC seconds on the wire and are printed in the local zone.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Final


class Field:
    """A field.

    id: what the kernels know it by: 0 never has a value, below 10 time, below 100 text, below 200 real, from 200 integer.
    width: columns of the fixed layout; 0 stands for twelve and the digits of the fraction.
    align: R right, L left, C right with a centred title.
    absent, man: what is printed where the record lacks the part, and of a management record: "" blank, "zero", "value".
    xml: attribute name, "" for none. unit: "" where the value has none.
    merge: how the values of merged records become one, a word of MERGE; carried out by the kernels `merge_*_cy`.
    """

    __slots__ = ("absent", "align", "arrow", "id", "kind", "man", "merge", "name", "text", "title", "unit", "width", "xml")

    def __init__(
        self, id: int, name: str, title: str, width: int, kind: str, align: str, absent: str, man: str, xml: str, merge: str, arrow: str,
        unit: str, text: str,
    ) -> None:  # fmt: skip
        self.id: Final = id
        self.name: Final = name
        self.title: Final = title
        self.width: Final = width
        self.kind: Final = kind
        self.align: Final = align
        self.absent: Final = absent
        self.man: Final = man
        self.xml: Final = xml
        self.merge: Final = merge
        self.arrow: Final = arrow
        self.unit: Final = unit
        self.text: Final = text


MERGE: dict[str, str] = {
    "sum": "added up",
    "min": "the smallest; 0 is none",
    "max": "the largest",
    "or": "what any of them says",
    "same": "if all are equal",
    "prefix": "the network that all have in common",
    "first": "that of the first record",
    "last": "that of the last record",
    "union": "all values, each once",
    "join": "one after the other, up to what the sensor was told to keep",
    "derived": "computed from the merged record",
}

# fmt: off
FIELDS: tuple[Field, ...] = (
    # Time and transaction
    Field(1, "stime", "StartTime", 0, "time", "R", "zero", "value", "StartTime", "min", "timestamp[us, UTC]", "s",
          "Start of the record = earliest non-zero of the four time stamps (src/dst start/end). MAR: now"),
    Field(2, "ltime", "LastTime", 0, "time", "R", "zero", "value", "LastTime", "max", "timestamp[us, UTC]", "s",
          "End of the record = latest of the four time stamps. MAR: start time of the source"),
    Field(100, "dur", "Dur", 10, "real", "R", "zero", "value", "Duration", "derived", "float64", "s",
          "Last − first, seconds, computed in double then rounded to float32. MAR: now − start"),
    Field(101, "sdur", "SrcDur", 10, "real", "R", "zero", "value", "SrcDuration", "derived", "float64", "s", "Src end − src start"),
    Field(102, "ddur", "DstDur", 10, "real", "R", "zero", "value", "DstDuration", "derived", "float64", "s", "Dst end − dst start"),
    Field(3, "sstime", "SrcStartTime", 0, "time", "R", "zero", "value", "SrcStartTime", "min", "timestamp[us, UTC]", "s", "Src start"),
    Field(4, "sltime", "SrcLastTime", 0, "time", "R", "zero", "value", "SrcLastTime", "max", "timestamp[us, UTC]", "s", "Src end"),
    Field(5, "dstime", "DstStartTime", 0, "time", "R", "zero", "value", "DstStartTime", "min", "timestamp[us, UTC]", "s", "Dst start"),
    Field(6, "dltime", "DstLastTime", 0, "time", "R", "zero", "value", "DstLastTime", "max", "timestamp[us, UTC]", "s", "Dst end"),
    Field(0, "rtime", "RelTime", 12, "blank", "R", "", "", "RelativeDate", "derived", "null", "s",
          "Broken (random values); intended: start time relative to the first record"),
    Field(0, "idle", "IdleTime", 10, "blank", "R", "", "", "Idle", "derived", "null", "s", "Not reproducible: depends on the wall clock"),
    Field(200, "trans", "Trans", 6, "uint", "R", "zero", "", "Trans", "sum", "uint64", "",
          "Number of aggregated records = AGR.count; a record read without AGR gets a synthetic AGR with count 1"),
    Field(103, "mean", "Mean", 10, "real", "R", "zero", "", "Mean", "derived", "float64", "s",
          "AGR active mean (of the duration unless a client aggregates another metric); synthetic AGR: the duration as "
          "it was before time repair"),
    Field(104, "min", "Min", 10, "real", "R", "", "", "Min", "min", "float64", "s", "AGR active minimum"),
    Field(105, "max", "Max", 10, "real", "R", "", "", "Max", "max", "float64", "s", "AGR active maximum"),
    Field(106, "sum", "Sum", 10, "real", "R", "zero", "", "Sum", "derived", "float64", "s", "AGR mean × count (mean in float32)"),
    Field(107, "runtime", "RunTime", 10, "real", "R", "zero", "", "Run", "derived", "float64", "s",
          "AGR active mean × active n (+ idle mean × idle n)"),
    Field(108, "stddev", "StdDev", 10, "real", "R", "zero", "", "StdDev", "derived", "float64", "s",
          "AGR active standard deviation; 0 for n=1"),
    Field(10, "rank", "Rank", 6, "text", "C", "", "value", "Rank", "derived", "uint64", "",
          "Output ordinal, 1-based, of FARs within one input"),
    Field(201, "seq", "Seq", 12, "uint", "C", "", "value", "SeqNumber", "first", "uint64", "",
          "TRANSPORT sequence number. MAR: next sequence number field"),
    Field(202, "autoid", "AutoId", 6, "uint", "R", "zero", "zero", "AutoId", "first", "uint64", "", "Database row id; 0"),
    Field(203, "offset", "Offset", 12, "uint", "R", "zero", "value", "ByteOffset", "first", "uint64", "",
          "Byte offset of the record in its input file (0 for stdin/remote)"),
    Field(11, "cause", "Cause", 7, "text", "R", "", "value", "Cause", "first", "string", "",
          "Start, Status, Stop, Shutdown, Timeout, Error, Unknown from the header cause"),
    Field(12, "srcid", "SrcId", 18, "text", "R", "", "value", "SourceId", "same", "string", "",
          "TRANSPORT source id: IPv4 dotted quad (also 0.0.0.0), 4-character string type between quotes stripped, or "
          "integer. MAR: its own id"),
    # Endpoints
    Field(13, "saddr", "SrcAddr", 18, "text", "R", "", "value", "SrcAddr", "prefix", "string", "", "Source address"),
    Field(14, "daddr", "DstAddr", 18, "text", "R", "", "value", "DstAddr", "prefix", "string", "", "Destination address"),
    Field(15, "snet", "SrcNet", 18, "text", "R", "", "value", "SrcAddr", "prefix", "string", "",
          "Saddr reduced to its classful network (A /8, B /16, C /24, D/E unchanged); IPv6, ethernet unchanged; ARP 0.0.0.0"),
    Field(16, "dnet", "DstNet", 18, "text", "R", "", "value", "DstAddr", "prefix", "string", "", "Same for daddr"),
    Field(17, "inode", "Inode", 18, "text", "R", "", "value", "", "prefix", "string", "",
          "ICMP DSR: address of the intermediate node that sent the ICMP error"),
    Field(18, "proto", "Proto", 6, "text", "R", "", "value", "Proto", "same", "string", "", "Upper protocol"),
    Field(19, "sport", "Sport", 6, "text", "L", "", "value", "SrcPort", "same", "uint64", "",
          "Source port or its protocol-specific substitute"),
    Field(20, "dport", "Dport", 6, "text", "L", "", "value", "DstPort", "same", "uint64", "", "Destination port or its substitute"),
    Field(21, "dir", "Dir", 5, "text", "R", "", "value", "Dir", "derived", "string", "", "Direction"),
    Field(22, "state", "State", 5, "text", "R", "", "value", "State", "or", "string", "", "Transaction state"),
    Field(23, "flgs", "Flgs", 9, "text", "R", "", "value", "Flags", "or", "string", "", "Indicator string"),
    Field(24, "smac", "SrcMac", 18, "text", "R", "", "value", "SrcMacAddr", "first", "string", "", "MAC DSR ethernet source"),
    Field(25, "dmac", "DstMac", 18, "text", "R", "", "value", "DstMacAddr", "first", "string", "", "MAC DSR ethernet destination"),
    Field(26, "soui", "SrcOui", 9, "text", "R", "", "value", "SrcOui", "first", "string", "",
          "Vendor name of smac, needs RA_ETHERNET_VENDORS"),
    Field(27, "doui", "DstOui", 9, "text", "R", "", "value", "DstOui", "first", "string", "", "Vendor name of dmac"),
    Field(28, "bssid", "Bssid", 18, "text", "R", "", "value", "Bssid", "first", "string", "", "802.11 BSSID; only wlan flows"),
    Field(29, "ssid", "Ssid", 9, "text", "R", "", "value", "Ssid", "first", "string", "", "802.11 SSID"),
    Field(204, "icmpid", "IcmpId", 6, "uint", "R", "", "", "IcmpId", "same", "uint64", "",
          "ICMP identifier, only ICMP echo/timestamp/… flows with an id"),
    Field(30, "resp", "Response", 12, "text", "R", "", "value", "", "same", "string", "", "ARP response: MAC address"),
    Field(0, "srng", "SRange", 6, "blank", "R", "", "", "StartRange", "derived", "null", "", "Blank unless set by ragraph-like clients"),
    Field(0, "erng", "ERange", 6, "blank", "R", "", "", "DstRange", "derived", "null", "", "Blank"),
    Field(0, "laddr", "LocalAddr", 18, "blank", "R", "", "", "", "derived", "null", "", "Blank (v5: local side address)"),
    Field(0, "raddr", "RemoteAddr", 18, "blank", "R", "", "", "", "derived", "null", "", "Blank (v5: remote address)"),
    Field(0, "lnet", "LocalNet", 18, "blank", "R", "", "", "", "derived", "null", "", "Blank"),
    Field(0, "rnet", "RemoteNet", 18, "blank", "R", "", "", "", "derived", "null", "", "Blank"),
    # IP attributes and encapsulation
    Field(205, "stos", "sTos", 5, "uint", "R", "", "", "SrcTos", "same", "uint64", "", "IP ATTR src TOS byte"),
    Field(206, "dtos", "dTos", 5, "uint", "R", "", "", "DstTos", "same", "uint64", "", "IP ATTR dst TOS byte"),
    Field(31, "sdsb", "sDSb", 5, "text", "R", "", "value", "SrcDSByte", "same", "string", "",
          "TOS>>2 of src as code point name, otherwise decimal %2d"),
    Field(32, "ddsb", "dDSb", 5, "text", "R", "", "value", "DstDSByte", "same", "string", "", "Same for dst"),
    Field(207, "sttl", "sTtl", 4, "uint", "R", "", "", "SrcTtl", "min", "uint64", "", "IP ATTR src TTL"),
    Field(208, "dttl", "dTtl", 4, "uint", "R", "", "", "DstTtl", "min", "uint64", "", "IP ATTR dst TTL"),
    Field(209, "shops", "sHops", 5, "uint", "R", "", "", "SrcHops", "derived", "uint64", "",
          "Smallest of 32,64,128,255-class ceiling ≥ sttl minus sttl"),
    Field(210, "dhops", "dHops", 5, "uint", "R", "", "", "DstHops", "derived", "uint64", "", "Same for dttl"),
    Field(33, "sipid", "sIpId", 7, "text", "R", "", "value", "SrcIpId", "first", "uint64", "", "IP ATTR src IP identification"),
    Field(34, "dipid", "dIpId", 7, "text", "R", "", "value", "DstIpId", "first", "uint64", "", "IP ATTR dst IP identification"),
    Field(211, "smpls", "sMpls", 8, "uint", "R", "", "", "", "first", "uint64", "", "MPLS src label word >>12"),
    Field(212, "dmpls", "dMpls", 8, "uint", "R", "", "", "", "first", "uint64", "", "MPLS dst label word >>12"),
    Field(35, "svlan", "sVlan", 8, "text", "R", "", "value", "", "first", "uint64", "", "Raw 16-bit src VLAN tag"),
    Field(36, "dvlan", "dVlan", 8, "text", "R", "", "value", "", "first", "uint64", "", "Raw 16-bit dst VLAN tag"),
    Field(213, "svid", "sVid", 6, "uint", "R", "", "", "", "first", "uint64", "", "Tag & 0x0FFF"),
    Field(214, "dvid", "dVid", 6, "uint", "R", "", "", "", "first", "uint64", "", "Tag & 0x0FFF"),
    Field(0, "svpri", "sVpri", 6, "blank", "R", "", "", "", "first", "null", "", "Always blank (v5: tag>>13)"),
    Field(0, "dvpri", "dVpri", 6, "blank", "R", "", "", "", "first", "null", "", "Always blank"),
    Field(37, "senc", "sEnc", 12, "text", "R", "", "value", "SrcEncaps", "or", "string", "",
          "All encapsulation letters of ENCAPS.src, ascending bit order, §6"),
    Field(38, "denc", "dEnc", 12, "text", "R", "", "value", "DstEncaps", "or", "string", "", "Same for ENCAPS.dst"),
    # Volume
    Field(215, "pkts", "TotPkts", 8, "uint", "R", "", "value", "Pkts", "sum", "uint64", "packet", "Src + dst packets"),
    Field(216, "spkts", "SrcPkts", 8, "uint", "R", "", "zero", "SrcPkts", "sum", "uint64", "packet", "METRIC src packets"),
    Field(217, "dpkts", "DstPkts", 8, "uint", "R", "", "zero", "DstPkts", "sum", "uint64", "packet", "METRIC dst packets"),
    Field(218, "bytes", "TotBytes", 10, "uint", "R", "", "value", "Bytes", "sum", "uint64", "byte", "Src + dst bytes (METRIC)"),
    Field(219, "sbytes", "SrcBytes", 12, "uint", "R", "", "zero", "SrcBytes", "sum", "uint64", "byte", "METRIC src bytes. MAR: see §10"),
    Field(220, "dbytes", "DstBytes", 12, "uint", "R", "", "zero", "DstBytes", "sum", "uint64", "byte", "METRIC dst bytes"),
    Field(221, "appbytes", "TotAppBytes", 10, "uint", "R", "", "zero", "AppBytes", "sum", "uint64", "byte", "Src + dst application bytes"),
    Field(222, "sappbytes", "SAppBytes", 12, "uint", "R", "", "zero", "SrcAppBytes", "sum", "uint64", "byte",
          "METRIC src application bytes"),
    Field(223, "dappbytes", "DAppBytes", 12, "uint", "R", "", "zero", "DstAppBytes", "sum", "uint64", "byte",
          "METRIC dst application bytes"),
    Field(109, "smeansz", "sMeanPktSz", 12, "real", "R", "zero", "zero", "SrcMeanPktSize", "derived", "float64", "byte",
          "Sbytes/spkts (float32); 0 without packets"),
    Field(110, "dmeansz", "dMeanPktSz", 12, "real", "R", "zero", "zero", "DstMeanPktSize", "derived", "float64", "byte", "Dbytes/dpkts"),
    Field(224, "smaxsz", "sMaxPktSz", 12, "uint", "R", "", "", "SrcMaxPktSize", "max", "uint64", "byte", "PSIZE src maximum packet size"),
    Field(225, "sminsz", "sMinPktSz", 12, "uint", "R", "", "", "SrcMinPktSize", "min", "uint64", "byte", "PSIZE src minimum"),
    Field(226, "dmaxsz", "dMaxPktSz", 12, "uint", "R", "", "", "DstMaxPktSize", "max", "uint64", "byte", "PSIZE dst maximum"),
    Field(227, "dminsz", "dMinPktSz", 12, "uint", "R", "", "", "DstMinPktSize", "min", "uint64", "byte", "PSIZE dst minimum"),
    Field(39, "spktsz", "sPktSz", 12, "text", "R", "", "value", "SrcPktSize", "derived", "string", "byte",
          "Blank unless a packet size histogram is present (then 16 hex digits)"),
    Field(40, "dpktsz", "dPktSz", 12, "text", "R", "", "value", "DstPktSize", "derived", "string", "byte", "As spktsz, dst"),
    Field(111, "pcr", "PCRatio", 10, "real", "R", "zero", "", "PCR", "derived", "float64", "",
          "(sapp−dapp)/(sapp+dapp) producer/consumer ratio, −1…+1; −0.0 when both zero and metric present"),
    Field(112, "abr", "ABRatio", 10, "real", "R", "zero", "", "PCR", "derived", "float64", "", "Same value as pcr"),
    Field(113, "tf", "TF", 12, "real", "R", "", "", "TransEff", "derived", "float64", "", "Appbytes/bytes"),
    Field(114, "stf", "STF", 12, "real", "R", "", "", "TransEff", "derived", "float64", "", "Sappbytes/sbytes; −0.0 when sbytes is 0"),
    Field(115, "dtf", "DTF", 12, "real", "R", "", "", "TransEff", "derived", "float64", "", "Dappbytes/dbytes"),
    # Rates and loss
    Field(116, "load", "Load", 8, "real", "R", "zero", "zero", "Load", "derived", "float64", "bit/s",
          "(sload·sdur + dload·ddur)/dur, bits/s; 0 when dur is 0. With -A only the header changes (SrcAppLo, DstAppLo, "
          "AppLoad); the value does not"),
    Field(117, "sload", "SrcLoad", 8, "real", "R", "zero", "zero", "SrcLoad", "derived", "float64", "bit/s",
          "Spkts>1 and d>0: ((sbytes − ⌊sbytes/spkts⌋)·8)/d, bits/s, d = sdur if >0 else dur; otherwise 0. float32"),
    Field(118, "dload", "DstLoad", 8, "real", "R", "zero", "zero", "DstLoad", "derived", "float64", "bit/s",
          "Same from the dst side, d = ddur if >0 else dur"),
    Field(119, "rate", "Rate", 12, "real", "R", "zero", "zero", "Rate", "derived", "float64", "packet/s",
          "(pkts−1)/dur, packets/s; 0 when pkts<2 or dur=0"),
    Field(120, "srate", "SrcRate", 12, "real", "R", "zero", "zero", "SrcRate", "derived", "float64", "packet/s",
          "(spkts−1)/d, d = sdur if >0 else dur; 0 when spkts<2"),
    Field(121, "drate", "DstRate", 12, "real", "R", "zero", "zero", "DstRate", "derived", "float64", "packet/s",
          "(dpkts−1)/d, d = ddur if >0 else dur"),
    Field(228, "loss", "Loss", 10, "uint", "R", "zero", "zero", "Loss", "sum", "uint64", "", "Sloss + dloss"),
    Field(229, "sloss", "SrcLoss", 10, "uint", "R", "zero", "zero", "SrcLoss", "sum", "uint64", "",
          "TCP: src retransmitted packets of the TCP object (needs status≠0 and spkts>0); RTP: sdrop; ESP: lost sequence "
          "numbers; UDT: src drops"),
    Field(230, "dloss", "DstLoss", 10, "uint", "R", "zero", "zero", "DstLoss", "sum", "uint64", "", "Same, dst side"),
    Field(122, "ploss", "pLoss", 8, "real", "R", "zero", "zero", "PctLoss", "derived", "float64", "%", "100·loss/(pkts+loss)"),
    Field(123, "sploss", "pSrcLoss", 10, "real", "R", "zero", "zero", "SrcPctLoss", "derived", "float64", "%", "100·sloss/(spkts+sloss)"),
    Field(124, "dploss", "pDstLoss", 10, "real", "R", "zero", "zero", "DstPctLoss", "derived", "float64", "%", "100·dloss/(dpkts+dloss)"),
    Field(231, "sgap", "SrcGap", 8, "uint", "R", "", "", "SrcGap", "derived", "uint64", "",
          "TCP src bytes missing: highest seq − base − bytes seen"),
    Field(232, "dgap", "DstGap", 8, "uint", "R", "", "", "DstGap", "derived", "uint64", "", "Same dst"),
    # Retransmission counters of UDT
    Field(233, "retrans", "Retrans", 7, "uint", "R", "zero", "zero", "Retrans", "sum", "uint64", "",
          "UDT only: sretrans+dretrans; 0 for everything else"),
    Field(234, "sretrans", "SrcRetrans", 8, "uint", "R", "zero", "zero", "SrcRetrans", "sum", "uint64", "", "UDT only"),
    Field(235, "dretrans", "DstRetrans", 8, "uint", "R", "zero", "zero", "DstRetrans", "sum", "uint64", "", "UDT only"),
    Field(125, "pretrans", "pRetrans", 7, "real", "R", "zero", "zero", "PctRetrans", "derived", "float64", "%", "Percent"),
    Field(126, "spretrans", "pSrcRetrans", 8, "real", "R", "zero", "zero", "SrcPctRetrans", "derived", "float64", "%", "Percent"),
    Field(127, "dpretrans", "pDstRetrans", 8, "real", "R", "zero", "zero", "DstPctRetrans", "derived", "float64", "%", "Percent"),
    Field(236, "nacks", "Nacks", 7, "uint", "R", "zero", "zero", "Nacks", "sum", "uint64", "", "UDT only"),
    Field(237, "snacks", "SrcNacks", 8, "uint", "R", "zero", "zero", "SrcNacks", "sum", "uint64", "", "UDT only"),
    Field(238, "dnacks", "DstNacks", 8, "uint", "R", "zero", "zero", "DstNacks", "sum", "uint64", "", "UDT only"),
    Field(128, "pnacks", "pNacks", 7, "real", "R", "zero", "zero", "PctNacks", "derived", "float64", "%", "Percent"),
    Field(129, "spnacks", "pSrcNacks", 8, "real", "R", "zero", "zero", "SrcPctNacks", "derived", "float64", "%", "Percent"),
    Field(130, "dpnacks", "pDstNacks", 8, "real", "R", "zero", "zero", "DstPctNacks", "derived", "float64", "%", "Percent"),
    Field(239, "solo", "Solo", 7, "uint", "R", "zero", "zero", "Solo", "sum", "uint64", "", "UDT only"),
    Field(240, "ssolo", "SrcSolo", 8, "uint", "R", "zero", "zero", "SrcSolo", "sum", "uint64", "", "UDT only"),
    Field(241, "dsolo", "DstSolo", 8, "uint", "R", "zero", "zero", "DstSolo", "sum", "uint64", "", "UDT only"),
    Field(131, "psolo", "pSolo", 7, "real", "R", "zero", "zero", "PctSolo", "derived", "float64", "%", "Percent"),
    Field(132, "spsolo", "pSrcSolo", 8, "real", "R", "zero", "zero", "SrcPctSolo", "derived", "float64", "%", "Percent"),
    Field(133, "dpsolo", "pDstSolo", 8, "real", "R", "zero", "zero", "DstPctSolo", "derived", "float64", "%", "Percent"),
    Field(242, "first", "First", 7, "uint", "R", "zero", "zero", "First", "sum", "uint64", "", "UDT only"),
    Field(243, "sfirst", "SrcFirst", 8, "uint", "R", "zero", "zero", "SrcFirst", "sum", "uint64", "", "UDT only"),
    Field(244, "dfirst", "DstFirst", 8, "uint", "R", "zero", "zero", "DstFirst", "sum", "uint64", "", "UDT only"),
    Field(134, "pfirst", "pFirst", 7, "real", "R", "zero", "zero", "PctFirst", "derived", "float64", "%", "Percent"),
    Field(135, "spfirst", "pSrcFirst", 8, "real", "R", "zero", "zero", "SrcPctFirst", "derived", "float64", "%", "Percent"),
    Field(136, "dpfirst", "pDstFirst", 8, "real", "R", "zero", "zero", "DstPctFirst", "derived", "float64", "%", "Percent"),
    # Inter-packet time and jitter
    Field(137, "sintpkt", "SIntPkt", 12, "real", "R", "", "", "SrcIntPkt", "derived", "float64", "ms",
          "Ms: mean src inter-packet time, weighted (act.n·act.mean+idle.n·idle.mean)/(n)"),
    Field(138, "dintpkt", "DIntPkt", 12, "real", "R", "", "", "DstIntPkt", "derived", "float64", "ms", "Same, dst; blank when n=0"),
    Field(139, "sintpktact", "SIntPktAct", 12, "real", "R", "", "", "SrcActiveIntPkt", "derived", "float64", "ms", "Ms: mean while active"),
    Field(140, "dintpktact", "DIntPktAct", 12, "real", "R", "", "", "DstActiveIntPkt", "derived", "float64", "ms", "Ms: mean while active"),
    Field(141, "sintpktidl", "SIntPktIdl", 12, "real", "R", "", "", "SrcIdleIntPkt", "derived", "float64", "ms", "Ms: mean while idle"),
    Field(142, "dintpktidl", "DIntPktIdl", 12, "real", "R", "", "", "DstIdleIntPkt", "derived", "float64", "ms", "Ms: mean while idle"),
    Field(143, "sintpktmax", "SIntPktMax", 12, "real", "R", "", "", "SrcIntPktMax", "derived", "float64", "ms",
          "Ms: larger of active and idle maxima"),
    Field(144, "sintpktmin", "SIntPktMin", 12, "real", "R", "", "", "SrcIntPktMin", "derived", "float64", "ms",
          "Ms: LARGER of active and idle minima"),
    Field(145, "dintpktmax", "DIntPktMax", 12, "real", "R", "", "", "DstIntPktMax", "derived", "float64", "ms", "Ms: active maximum only"),
    Field(146, "dintpktmin", "DIntPktMin", 12, "real", "R", "", "", "DstIntPktMin", "derived", "float64", "ms", "Ms: active minimum only"),
    Field(147, "sintpktactmax", "SIPActMax", 12, "real", "R", "", "", "SrcActIntPktMax", "derived", "float64", "ms", "Ms: active maximum"),
    Field(148, "sintpktactmin", "SIPActMin", 12, "real", "R", "", "", "SrcActIntPktMin", "derived", "float64", "ms", "Ms: active minimum"),
    Field(149, "dintpktactmax", "DIPActMax", 12, "real", "R", "", "", "DstActIntPktMax", "derived", "float64", "ms", "Ms: active maximum"),
    Field(150, "dintpktactmin", "DIPActMin", 12, "real", "R", "", "", "DstActIntPktMin", "derived", "float64", "ms", "Ms: active minimum"),
    Field(151, "sintpktidlmax", "SIPIdlMax", 12, "real", "R", "", "", "", "derived", "float64", "ms", "Ms: idle maximum"),
    Field(152, "sintpktidlmin", "SIPIdlMin", 12, "real", "R", "", "", "", "derived", "float64", "ms", "Ms: idle minimum"),
    Field(153, "dintpktidlmax", "DIPIdlMax", 12, "real", "R", "", "", "", "derived", "float64", "ms", "Ms: idle maximum"),
    Field(154, "dintpktidlmin", "DIPIdlMin", 12, "real", "R", "", "", "", "derived", "float64", "ms", "Ms: idle minimum"),
    Field(155, "sjit", "SrcJitter", 12, "real", "R", "", "", "", "derived", "float64", "ms", "Src jitter"),
    Field(156, "djit", "DstJitter", 12, "real", "R", "", "", "", "derived", "float64", "ms", "Dst jitter"),
    Field(157, "sjitact", "SrcJitAct", 12, "real", "R", "", "", "", "derived", "float64", "ms",
          "Ms: active standard deviation; blank if n=0"),
    Field(158, "djitact", "DstJitAct", 12, "real", "R", "", "", "", "derived", "float64", "ms",
          "Ms: active standard deviation; blank if n=0"),
    Field(159, "sjitidl", "SrcJitIdl", 12, "real", "R", "", "", "", "derived", "float64", "ms",
          "Ms: idle standard deviation; blank if n=0"),
    Field(160, "djitidl", "DstJitIdl", 12, "real", "R", "", "", "", "derived", "float64", "ms",
          "Ms: idle standard deviation; blank if n=0"),
    Field(41, "sintdist", "SIntDist", 8, "text", "R", "", "value", "SrcIntDist", "derived", "string", "ms",
          "Inter-packet histogram, blank without one"),
    Field(42, "dintdist", "DIntDist", 8, "text", "R", "", "value", "SrcIntDist", "derived", "string", "ms", "Same"),
    Field(43, "sintdistact", "SIntActDist", 11, "text", "R", "", "value", "SrcIntDist", "derived", "string", "ms", "Same"),
    Field(44, "dintdistact", "DIntActDist", 11, "text", "R", "", "value", "SrcIntDist", "derived", "string", "ms", "Same"),
    Field(45, "sintdistidl", "SIntIdlDist", 11, "text", "R", "", "value", "SrcIntDist", "derived", "string", "ms", "Same"),
    Field(46, "dintdistidl", "DIntIdlDist", 11, "text", "R", "", "value", "SrcIntDist", "derived", "string", "ms", "Same"),
    # TCP
    Field(245, "swin", "SrcWin", 6, "uint", "R", "", "", "", "last", "uint64", "",
          "Src TCP window × 2^window-scale; blank unless the NETWORK DSR is a TCP performance object"),
    Field(246, "dwin", "DstWin", 6, "uint", "R", "", "", "", "last", "uint64", "", "Dst TCP window, same rule"),
    Field(247, "stcpb", "SrcTCPBase", 12, "uint", "R", "", "", "", "first", "uint64", "", "TCP src sequence base"),
    Field(248, "dtcpb", "DstTCPBase", 12, "uint", "R", "", "", "", "first", "uint64", "", "TCP dst sequence base"),
    Field(161, "tcprtt", "TcpRtt", 12, "real", "R", "zero", "zero", "TcpRtt", "last", "float64", "s", "Synack + ackdat, seconds"),
    Field(162, "synack", "SynAck", 12, "real", "R", "zero", "zero", "TcpSynAck", "last", "float64", "s",
          "TCP: SYN to SYN-ACK delay, seconds (µs counter / 1e6)"),
    Field(163, "ackdat", "AckDat", 12, "real", "R", "zero", "zero", "TcpAckDat", "last", "float64", "s",
          "TCP: SYN-ACK to ACK delay, seconds"),
    Field(164, "stcpmax", "STcpMax", 10, "real", "R", "zero", "zero", "", "derived", "float64", "",
          "Kbit/s-like limit: dst window·8/(rtt·1000)"),
    Field(165, "dtcpmax", "DTcpMax", 10, "real", "R", "zero", "zero", "", "derived", "float64", "", "Src window·8/rtt"),
    Field(47, "tcpopt", "TcpOpt", 12, "text", "R", "", "value", "TcpOptions", "last", "string", "", "TCP option letters"),
    Field(0, "tcpext", "", 12, "blank", "R", "", "", "", "derived", "null", "", "Prints blank, empty header"),
    # User data and metadata
    Field(48, "suser", "srcUdata", 16, "text", "L", "", "value", "SrcUserData", "join", "string", "", "Captured source user data"),
    Field(49, "duser", "dstUdata", 16, "text", "L", "", "value", "DstUserData", "join", "string", "", "Captured destination user data"),
    Field(50, "label", "Label", 5, "text", "R", "", "value", "Label", "union", "string", "", "LABEL DSR text"),
    Field(51, "sco", "sCo", 3, "text", "R", "", "value", "SrcCoCode", "same", "string", "", "COCODE src country"),
    Field(52, "dco", "dCo", 3, "text", "R", "", "value", "DstCoCode", "same", "string", "", "COCODE dst country"),
    Field(53, "ico", "iCo", 3, "text", "R", "", "value", "DstCoCode", "same", "string", "", "Country of inode; blank"),
    Field(54, "sas", "sAS", 6, "text", "R", "", "value", "SrcASNum", "same", "uint64", "", "ASN DSR source AS"),
    Field(55, "das", "dAS", 6, "text", "R", "", "value", "DstASNum", "same", "uint64", "", "Destination AS"),
    Field(56, "ias", "iAS", 5, "text", "R", "", "value", "InodeASNum", "same", "uint64", "",
          "Inode AS (present only when the DSR has 4 words)"),
    Field(57, "nstroke", "NStrok", 9, "text", "R", "", "value", "KeyStrokeNStroke", "sum", "uint64", "",
          "BEHAVIOR key strokes src+dst; value text is followed by one extra space inside the column"),
    Field(58, "snstroke", "sNStrok", 9, "text", "R", "", "value", "KeyStrokeSrcNStroke", "sum", "uint64", "",
          "Key strokes src (extra space, as nstroke)"),
    Field(59, "dnstroke", "dNStrok", 9, "text", "R", "", "value", "KeyStrokeDstNStroke", "sum", "uint64", "",
          "Key strokes dst (extra space)"),
    # Correlation, bins and placeholders
    Field(166, "dldur", "dlDur", 12, "real", "R", "", "", "DeltaDuration", "derived", "float64", "s",
          "Correlation: delta duration; blank without COR DSR"),
    Field(167, "dlstime", "dlsTime", 12, "real", "R", "", "", "DeltaStartTime", "derived", "float64", "s", "Correlation: delta start time"),
    Field(168, "dlltime", "dllTime", 12, "real", "R", "", "", "DeltaLastTime", "derived", "float64", "s", "Correlation: delta last time"),
    Field(249, "dlspkt", "dsPkts", 6, "uint", "R", "", "", "DeltaSrcPkts", "derived", "uint64", "", "Correlation: delta src packets"),
    Field(250, "dldpkt", "ddPkts", 6, "uint", "R", "", "", "DeltaSrcPkts", "derived", "uint64", "", "Correlation: delta dst packets"),
    Field(251, "dspkts", "dsPkts", 12, "uint", "R", "", "", "DeltaSrcPkts", "derived", "uint64", "packet", "Delta src packets"),
    Field(252, "ddpkts", "ddPkts", 12, "uint", "R", "", "", "DeltaSrcPkts", "derived", "uint64", "packet", "Delta dst packets"),
    Field(253, "dsbytes", "dsBytes", 12, "uint", "R", "", "", "DeltaSrcBytes", "derived", "uint64", "byte", "Delta src bytes"),
    Field(254, "ddbytes", "ddBytes", 12, "uint", "R", "", "", "DeltaDstBytes", "derived", "uint64", "byte", "Delta dst bytes"),
    Field(169, "pdspkts", "pdsPkt", 12, "real", "R", "", "", "PctDeltaSrcPkts", "derived", "float64", "%", "Percent delta src packets"),
    Field(170, "pddpkts", "pddPkt", 12, "real", "R", "", "", "PctDeltaDstPkts", "derived", "float64", "%", "Percent delta dst packets"),
    Field(171, "pdsbytes", "pdsByte", 12, "real", "R", "", "", "PctDeltaSrcBytes", "derived", "float64", "byte", "Percent delta src bytes"),
    Field(172, "pddbytes", "pddByte", 12, "real", "R", "", "", "PctDeltaDstBytes", "derived", "float64", "byte", "Percent delta dst bytes"),
    Field(0, "bins", "Bins", 6, "blank", "C", "", "", "Bins", "derived", "null", "", "Number of bins; only set by binning clients"),
    Field(0, "binnum", "Bin", 6, "blank", "C", "", "", "BinNum", "derived", "null", "", "Bin number; only set by binning clients"),
    Field(0, "jdelay", "JDelay", 12, "blank", "R", "", "", "", "derived", "null", "", "Blank"),
    Field(0, "ldelay", "LDelay", 12, "blank", "R", "", "", "", "derived", "null", "", "Blank"),
    Field(0, "cor", "Cor", 12, "blank", "R", "", "", "Cor", "derived", "null", "", "Prints uninitialised memory"),
    Field(60, "xxx", "", 12, "blank", "R", "", "", "", "derived", "null", "", "Placeholder; prints nothing and no header"),
)
# fmt: on

BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
# Names that manuals of the reference have for fields which its programs do not know; a list of fields goes without them.
WITHOUT_COLUMN: dict[str, str] = {
    "avgdur": "the mean duration is mean",
    "mindur": "the smallest duration is min",
    "maxdur": "the largest duration is max",
    "smask": "addresses of networks show their length",
    "dmask": "addresses of networks show their length",
}
DEFAULT: tuple[str, ...] = ("stime", "flgs", "proto", "saddr", "sport", "dir", "daddr", "dport", "pkts", "bytes", "state")

# The fields that records are sorted by from the smallest value to the largest; by all others from the largest to the smallest.
SORT_ASCENDING: frozenset[str] = frozenset(
    ("stime", "ltime", "sstime", "sltime", "dstime", "dltime", "dur", "mean", "min", "max", "sum", "runtime", "smac", "dmac", "soui",
     "doui", "saddr", "daddr", "sport", "dport", "seq", "srcid", "sminsz", "dminsz", "sttl", "dttl", "inode", "offset")
)  # fmt: skip
