"""The sensor's options and configuration variables, as tables.

A row of `VARIABLES` says which option a variable of argus.conf stands for, or which setting it changes where no option does. What only
matters to live capture is taken and has no effect on files, as with the reference; asking for live capture itself is refused.
"""

from __future__ import annotations

from pyargus.clients import sensor_live_settings
from pyargus.clients.argv import MANY, NONE, ONE, PAIR
from pyargus.clients.options import Option

OPTIONS: tuple[Option, ...] = (
    Option("r", "read", MANY, "FILE...", "read capture files, '-' is standard input"),
    Option("w", "write", PAIR, "FILE [FILTER]", "append flow records to a file, '-' is stdout; argus-udp://HOST sends them; repeatable"),
    Option("A", "app-bytes", NONE, "", "count application bytes"),
    Option("J", "jitter", NONE, "", "interpacket times and jitter"),
    Option("m", "mac", NONE, "", "MAC addresses"),
    Option("R", "response-times", NONE, "", "response times (they are always in TCP records)"),
    Option("Z", "packet-sizes", NONE, "", "smallest and largest packet of each direction"),
    Option("U", "user-data", ONE, "BYTES", "keep so many bytes of user data of each direction and record, -1 for all"),
    Option("C", "control-data", NONE, "", "keep the whole content of control packets (ARP, LCP, IS-IS)"),
    Option("S", "status-interval", ONE, "SECONDS", "report a flow that goes on every SECONDS (5); 0: every packet"),
    Option("M", "management-interval", ONE, "SECONDS", "seconds between management records (60)"),
    Option("N", "packets", ONE, "N|A-B", "only the first N packets, or those after A up to B"),
    Option("e", "source-id", ONE, "ID", 'source id: a number, an address, a host name or "four" characters in quotes'),
    Option("T", "replay", ONE, "FACTOR", "read files at the pace of their time stamps, FACTOR times as fast"),
    Option("F", "config", ONE, "FILE", "read a configuration file"),
    Option("X", "no-config", NONE, "", "ignore /etc/argus.conf and every option before this one"),
    Option("O", "no-optimiser", NONE, "", "compile the packet filter without optimising"),
    Option("b", "show-filter", NONE, "", "print the compiled packet filter and stop"),
    Option("c", "chroot", ONE, "FOLDER", "change the root folder first"),
    Option("u", "user", ONE, "USER", "give up privileges for this user's"),
    Option("g", "group", ONE, "GROUP", "give up privileges for this group's"),
    *sensor_live_settings.OPTIONS,
    Option("f", "follow", NONE, "", "at the end of the file wait for packets appended to it, until a signal"),
    Option("t", "tsh", NONE, "", "files are in TSH format: IPv4 and TCP headers in records of 44 bytes"),
    Option("D", "debug", ONE, "LEVEL", "no effect: there are no debugging levels"),
    Option("H", "hash-size", ONE, "N", "size of the flow table", "the flow table grows by itself"),
    Option("h", "help", NONE, "", "this help"),
)

# Words of libpcap's filter language, for completion.
PACKET_WORDS: tuple[str, ...] = (
    "and", "arp", "broadcast", "dst", "esp", "ether", "gateway", "greater", "host", "icmp", "icmp6", "igmp", "inbound", "ip",
    "ip6", "less", "mpls", "multicast", "net", "not", "or", "outbound", "port", "portrange", "pppoes", "proto", "rarp", "sctp",
    "src", "tcp", "udp", "vlan",
)  # fmt: skip

# variable without ARGUS_ -> option letter; a boolean variable stands for an option without a value
VARIABLES: dict[str, str] = {
    **sensor_live_settings.VARIABLES,
    "MONITOR_ID": "e",
    "CHROOT_DIR": "c",
    "SETUSER_ID": "u",
    "SETGROUP_ID": "g",
    "CAPTURE_FULL_CONTROL_DATA": "C",
    "OUTPUT_FILE": "w",
    "OUTPUT_STREAM": "w",
    "FLOW_STATUS_INTERVAL": "S",
    "MAR_STATUS_INTERVAL": "M",
    "GENERATE_RESPONSE_TIME_DATA": "R",
    "GENERATE_PACKET_SIZE": "Z",
    "GENERATE_JITTER_DATA": "J",
    "GENERATE_MAC_DATA": "m",
    "GENERATE_APPBYTE_METRIC": "A",
    "CAPTURE_DATA_LEN": "U",
}

# variable -> attribute of FlowConfig: booleans, then seconds
SWITCHES: dict[str, str] = {
    "GENERATE_START_RECORDS": "start_records",
    "GENERATE_BIDIRECTIONAL_TIMESTAMPS": "four_times",
    "TUNNEL_DISCOVERY": "tunnels",
    "TRACK_DUPLICATES": "track_duplicates",
}
SECONDS: dict[str, str] = {
    "IP_TIMEOUT": "ip_timeout",
    "TCP_TIMEOUT": "tcp_timeout",
    "ICMP_TIMEOUT": "icmp_timeout",
    "ARP_TIMEOUT": "arp_timeout",
}

# Without effect in the reference, or with none on files.
SILENT = frozenset(
    {
        "IGMP_TIMEOUT",
        "FRAG_TIMEOUT",
        "OTHER_TIMEOUT",
        "DEBUG_LEVEL",
        "JITTER_HISTOGRAM",
        "GENERATE_TCP_PERF_METRIC",
        "MIN_SSF",
        "MAX_SSF",
        "SELF_SYNCHRONIZE",
        "EVENT_DATA",
    }
)

# Known, and not carried out: set to anything but "no" they are refused.
REFUSED: dict[str, str] = {
    "COLLECTOR": "sending to a collector is not part of this release",
    "ENV": "the environment is not changed from a configuration file",
}

# Variables that no table above holds: each is read in its own way.
OTHERS = (
    "FILTER",
    "FILTER_OPTIMIZER",
    "FLOW_TYPE",
    "FLOW_KEY",
    "PACKET_CAPTURE_FILE",
    "PACKET_CAPTURE_ON_ERROR",
    "KEYSTROKE",
    "KEYSTROKE_CONF",
    *sensor_live_settings.MEANINGS,
)

# What the variables do for which no option stands.
MEANINGS: dict[str, str] = {
    **sensor_live_settings.MEANINGS,
    "GENERATE_START_RECORDS": "a record, with cause Start, right after the first packet of a flow",
    "GENERATE_BIDIRECTIONAL_TIMESTAMPS": "first and last time of each direction in every record",
    "TUNNEL_DISCOVERY": "look for IPv6 in UDP (Teredo) and follow it",
    "TRACK_DUPLICATES": "tell packets that were captured twice from TCP retransmissions, by their IP id",
    "IP_TIMEOUT": "seconds of silence after which UDP and other flows of IP are forgotten (30)",
    "TCP_TIMEOUT": "seconds of silence after which TCP flows are forgotten (60)",
    "ICMP_TIMEOUT": "seconds of silence after which ICMP flows are forgotten (5)",
    "ARP_TIMEOUT": "seconds of silence after which ARP and RARP flows are forgotten (5)",
    "KEYSTROKE": "count the keystrokes of TCP flows: `yes` or `tcp`, `no`; sets the limits back",
    "KEYSTROKE_CONF": "limits of keystroke detection, `NAME=value` joined by `;`: DC_MIN, DC_MAX, GS_MAX, DS_MIN, DS_MAX, IC_MIN, "
    "LCS_MAX (without effect), GPC_MAX (3 at most), ICR_MIN, ICR_MAX",
    "PACKET_CAPTURE_FILE": "a pcap file to which the packets read are written, those that pass the filter",
    "PACKET_CAPTURE_ON_ERROR": "write only packets of which no flow can be made",
    "FILTER": "packet filter; one on the command line replaces it",
    "FILTER_OPTIMIZER": "`no` as `-O`",
    "FLOW_TYPE": "`Unidirectional`: each direction is a flow of its own (`Bidirectional`)",
    "FLOW_KEY": "what makes a flow: `CLASSIC_5_TUPLE`, `LAYER_2_MATRIX` (pairs of MAC addresses) or `LAYER_3_MATRIX` (pairs of "
    "addresses), and with `+` what else must be equal: `VLAN`, `LOCAL_MPLS`, `COMPLETE_MPLS`",
}
