"""Names of numbers: IP protocols, Ethernet types, LLC service access points, DSCPs, ICMP states, services.

Services come from the system's services file (first name of a port, tcp and udp apart), read when first asked for, or from the shipped
one (`iana`, written by tools/make_names.py) where the system has none; so do protocols that a filter names and the table here lacks.
"""

import os
from functools import cache

from pyargus.errors import Unreachable

SERVICES = "/etc/services"
PROTOCOLS = "/etc/protocols"
SHIPPED = os.path.join(os.path.dirname(__file__), "iana")

# IP protocols 0 to 134; 253 is the only other one with a name.
_PROTOCOLS = """
ip icmp igmp ggp ipnip st2 tcp cbt egp igp bbn-rcc nvp pup argus emcon xnet chaos udp mux dcn hmp prm xns-idp trunk-1 trunk-2 leaf-1
leaf-2
rdp irtp iso-tp4 netblt mfe-nsp merit-inp sep 3pc idpr xtp ddp idpr-cmtp tp++ il ipv6 sdrp ipv6-route ipv6-frag idrp rsvp gre
mhrp bna esp ah
i-nlsp swipe narp mobile tlsp skip ipv6-icmp ipv6-no ipv6-opts any cftp any sat-expak kryptolan rvd ippc any sat-mon visa ipcv cpnx cphb wsn
pvp br-sat-mon sun-nd wb-mon wb-expak iso-ip vmtp secure-vmtp vines ttp nsfnet-igp dgp tcf eigrp ospf sprite-rpc larp mtp ax.25 ipip micp
aes-sp3-d etherip encap pri-enc gmtp ifmp pnni pim aris scps qnx a/n ipcomp snp compaq-peer ipx-n-ip vrrp pgm zero l2tp ddx iatp stp srp uti
smp sm ptp isis fire crtp crudp sccopmce iplt sps pipe sctp fc rsvp
"""

# Ethernet types: number, or first-last, and name.
_ETHERTYPES = """
0000 llc 0064 ipx 0081 clns 0082 esis 0083 isis 0084 nullns 0101 exp 0102 drip 0103-01ff exp 0200 pup 0201 pupat 0400 nix 0600 idp
0660-0661 dlog 0800 ip 0801 x75 0802 nbs 0803 ecma 0804 chaos 0805 x25 0806 arp 0807 xnscp 0808 frarp 081c symbl 0888-088a xyplx
0900 ubdeb 0a00 pup.3 0a01 pupat 0bad vines 0bae vinlb 0baf vinec 1000 brktn 1001-100f brkte 1600 valid 1984 train 2000 cdp 2001 cgmp
2003 vtp 2452 cent 3c07 nbp 4242 pcs 5208 bbn 6000 decun 6001 decdl 6002 decrc 6003 decro 6004 lat 6005 decdp 6006 deccp 6007 lavc
6008-6009 decun 600a-6014 3com 6558 trans 6559 rawfr 7000 dbdwn 7002 ubdia 7020-7029 lrt 7030 prote 7034 cable 8003 cronv 8004 crond
8005 hppro 8006 nesta 8008 att 8010 excel 8013 sgid 8014 sging 8015 sgres 8016 sgibs 8019 apld 802f tym 8030 tigan 8035 rarp 8036 aeon
8038 declb 8039-803c decun 803d decee 803e decun 803f dectm 8040-8042 decun 8044 plan 8046-8047 att 8049 expd 805b Vexp 805c Vprod 805d es
8060 ltlm 8062 count 8065-8066 um 8067 veeco 8068 gd 8069 att 806a autop 806c comd 806d comgr 806e-8077 land 807a matra 807b dansk
807c merit 807d-8080 vtlnk 8081-8083 count 809b atalk 809c-809e data 809f spidr 80a3 nix 80a4-80b3 siem 80c0-80c3 dcaex 80c4-80c5 ban
80c6 pacer 80c7 appli 80c8-80cc intrg 80cd-80ce haris 80cf-80d2 taylr 80d3-80d4 rose 80d5 sna 80dd varin 80de-80df trfs 80e0-80e3 allen
80e4-80f0 data 80f2 retix 80f3 aarp 80f4-80f5 kinet 80f7 aplo 80ff wcp 8100-8103 well 8107-8109 symbl 8130 hayes 8131 vglab 8132-8136 brdg
8137-8138 ipx/spx 8139-813d kti 8148 logic 8149 ncd 814a alpha 814c snmp 814d biin 814f elite 8150 ratnl 8151-8153 qual 8154-8156 cprot
8164-8166 crd 817d xtp 817e sgitw 8180 hippi 8181 stp 8182-8183 h6400 8184-818c sgi 818d mot 819a-81a3 qual 81a4 arai 81a5-81ae rad
81b7-81b9 xyplx 81cc-81d5 apri 81d6-81dd arti 81e6-81ef poly 81f0-81f2 comst 81f3-81f5 saic 81f6-81f8 vg 81fd ismp 8203-8205 quant
8221-8222 ascom 823e-8240 aes 8263-826a crd 827f-8282 athen 829a-829b iiit 829c-82ab tarus 82ac-8693 wrq 8694-869d ideac 869e-86a1 cnt
86a3-86ac gtway 86db sectr 86dd ipv6 86de delta 86df atom 86e0-86ef lgp 8700-8710 mot 872d cwl 876b compr 876c ipas 876d sdata 8808 mac
8809 slow 880b ppp 8847 mplsu 8848 mplsm 8863-8864 pppoe 886d ans 886f nlb 8881 cdma 888e eapol 8892 prof 889a hscsi 889b csm 88a2 aoe
88ae brd 88b7 oui 88b8-88ba gse 88c7 rsn 88ca tipc 88cc lldp 88d2 3gpp 8a96-8a97 invis 9000 loop 9001 xnssm 9002 3coms 9003 3coml
9021 rtmac 9022 rtcfg beef nrludt fcfc fcft ff00-ff0f ramo ffff *
"""

_SAPS = """
2 gsap 3 isap 4 snapath 6 ipsap 8 sna1 12 sna2 14 p-nm 24 ti 66 stp 78 eia 126 x25 128 xns 134 nestar 142 p-aslm 152 arp 170 snap 186 vine1
188 vine2 224 netware 240 netbios 244 ibmnm 248 rpl1 250 ub 252 rpl2 254 clns 255 gbl
"""

_DSCP = """
0 cs0 8 cs1 16 cs2 24 cs3 32 cs4 40 cs5 48 cs6 56 cs7 10 af11 12 af12 14 af13 18 af21 20 af22 22 af23 26 af31 28 af32 30 af33 34 af41
36 af42 38 af43 46 ef
"""

_DISA = """
0 BE 40 US 46 Voice 48 NC 16 OAM 38 Video 26 SMMS 28 SMMS 30 SMMS 32 SM 25 HPMMS 9 HPHTD 17 HPLLD 10 SHTD 12 SHTD 14 SHTD 18 SHLLD 20 SHLLD
22 SHLLD
"""

_ICMP = """
0 ECR 4 SRC 5 RED 6 AHA 8 ECO 9 RTA 10 RTS 11 TXD 12 PAR 13 TST 14 TSR 15 IRQ 16 IRR 17 MAS 18 MSR 19 SEC 20 ROB 21 ROB 22 ROB 23 ROB 24 ROB
25 ROB 26 ROB 27 ROB 28 ROB 29 ROB 30 TRC 31 DCE 32 MHR 33 WAY 34 IAH 35 MRQ 36 MRP 37 DNQ 38 DNP 39 SKP 40 PHO 41 NRS 42 NRA 43 NNS 44 NNA
45 PTB
"""

_ICMP6 = """
2 PTB 128 ECO 129 ECR 130 MRQ 131 MHR 133 NRS 134 NRA 135 NNS 136 NNA 137 RED 143 MHR
"""

UNREACHABLE = [b"URN", b"URH", b"URO", b"URP", b"URF", b"URS", b"URNU", b"URHU", b"URISO", b"URNPRO", b"URHPRO", b"URNTOS", b"URHTOS",
               b"URFIL", b"URPRE", b"URCUT"]  # fmt: skip
UNREACHABLE6 = [b"URNR", b"URAD", b"URBS", b"URAR", b"URP", b"URSF", b"URRR", b"URES"]


def _numbered(text: str) -> dict[int, bytes]:
    words = text.split()
    return {int(number): name.encode() for number, name in zip(words[::2], words[1::2], strict=True)}


@cache
def protocols() -> list[bytes]:
    """Name of each of the 256 IP protocols."""
    names = [name.encode() for name in _PROTOCOLS.split()]
    names += [b"unas"] * (256 - len(names))
    names[253] = b"ib"
    return names


@cache
def ethertypes() -> dict[int, bytes]:
    """Ethernet type to name."""
    names = {}
    words = _ETHERTYPES.split()
    for span, name in zip(words[::2], words[1::2], strict=True):
        first, _, last = span.partition("-")
        names.update(dict.fromkeys(range(int(first, 16), int(last or first, 16) + 1), name.encode()))
    return names


@cache
def saps() -> dict[int, bytes]:
    """LLC service access point to name."""
    return _numbered(_SAPS)


@cache
def dscp(disa: bool = False) -> dict[int, bytes]:
    """DSCP to name; `disa`: those of the US Defense Information Systems Agency."""
    return _numbered(_DISA if disa else _DSCP)


@cache
def icmp() -> dict[int, bytes]:
    """ICMP type to state, destination unreachable excepted."""
    return _numbered(_ICMP)


@cache
def icmp6() -> dict[int, bytes]:
    """ICMPv6 type to state, for the types whose code does not matter."""
    return _numbered(_ICMP6)


def vendors(name: str) -> dict[int, bytes]:
    """First three bytes of MAC addresses to vendor, from a file of lines `prefix<TAB>name`.

    Raises Unreachable if the file cannot be read.
    """
    try:
        with open(name, "rb") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise Unreachable(f"{name}: {error.strerror}") from error
    out = {}
    for line in lines:
        words = line.partition(b"#")[0].split()
        digits = words[0].replace(b":", b"").replace(b"-", b"") if len(words) > 1 else b""
        if len(digits) == 6:
            out[int(digits, 16)] = words[1]
    return out


def _system_or_shipped(system: str, shipped: str) -> list[list[bytes]]:
    """Words of the lines of the system's file, or of the one of that name in the package where the system has none; comments left out."""
    try:
        with open(system, "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        with open(os.path.join(SHIPPED, shipped), "rb") as file:
            lines = file.read().splitlines()
    return [words for line in lines if len(words := line.partition(b"#")[0].split()) > 1]


@cache
def _service_lines() -> list[tuple[bytes, int, list[bytes]]]:
    """Transport, port, and names of services, the name proper first, in the order of the file."""
    out = []
    for words in _system_or_shipped(SERVICES, "services"):
        port, _, transport = words[1].partition(b"/")
        if port.isdigit():
            out.append((transport, int(port), [words[0], *words[2:]]))
    return out


@cache
def services() -> tuple[dict[int, bytes], dict[int, bytes]]:
    """Port to service name, of tcp and of udp; without aliases."""
    tables: dict[bytes, dict[int, bytes]] = {b"tcp": {}, b"udp": {}}
    for transport, port, called in _service_lines():
        if transport in tables:
            tables[transport].setdefault(port, called[0])
    return tables[b"tcp"], tables[b"udp"]


def service(name: str, transport: str) -> int | None:
    """Port of a service of `tcp` or `udp` by its name or an alias, the first in the file that has it."""
    wanted, kind = name.encode(), transport.encode()
    return next((port for of, port, called in _service_lines() if of == kind and wanted in called), None)


def protocol(name: str) -> int | None:
    """Number of an IP protocol by its name or an alias in the system's protocols file, or the shipped one where there is none."""
    wanted = name.encode()
    for words in _system_or_shipped(PROTOCOLS, "protocols"):
        if words[1].isdigit() and wanted in (words[0], *words[2:]):
            return int(words[1])
    return None
