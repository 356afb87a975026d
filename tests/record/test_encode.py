"""Any record that is written is read back as it was: every DSR in every form that has attributes of its own."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.record.decode_cy import decode
from pyargus.record.record_cy import Record
from pyargus.record.rewrite_cy import Rewriter


@dataclass(frozen=True)
class Form:
    """A DSR: its index, its header word, attribute -> bits, what other attributes must be for this form, array -> (indexes, bits)."""

    index: int
    head: int
    bits: dict[str, int]
    fixed: dict[str, int] = field(default_factory=dict)
    words: dict[str, list[int]] = field(default_factory=dict)


def bits(size: int, names: str) -> dict[str, int]:
    return dict.fromkeys(names.split(), size)


SIDE = "last_s last_f status base next acked winnum data retrans roll flight"
TCP = {**bits(32, "tcp_status tcp_state tcp_options tcp_synack tcp_ackdat"), **bits(32, " ".join("s" + name for name in SIDE.split()))}
TCP |= {**bits(32, " ".join("d" + name for name in SIDE.split())), **bits(16, "swin dwin"), **bits(8, "sflags swscale dflags dwscale")}
COUNTERS = ["spkts sbytes", "sapp", "dpkts dbytes", "dapp"]
ARP = {**bits(16, "arp_hrd arp_pro arp_op"), **bits(8, "arp_pln")}


def metric(form: int, apps: bool) -> Form:
    """A metric DSR; forms 1 to 4 both sides, 6 to 8 source, 10 to 12 destination."""
    size = 8 << ((form - 1) & 3)
    names = ["spkts sbytes" + " sapp" * apps] * (form <= 8) + ["dpkts dbytes" + " dapp" * apps] * (form <= 4 or form > 8)
    values = bits(size, " ".join(names))
    words = 1 + (len(values) * size // 8 + 3) // 4
    return Form(3, (0x10040000 if apps else 0x10010000) | form << 8 | words, values)


FORMS: list[list[Form]] = [
    [Form(0, 0x01030003, bits(32, "srcid seq")), Form(0, 0x01012102, bits(32, "srcid"))],
    [
        Form(1, 0x02010105, bits(32, "saddr_lo daddr_lo") | bits(8, "proto tproto") | bits(16, "sport dport extra"), {"family": 1}),
        Form(
            1, 0x0201420C,
            bits(64, "saddr_hi saddr_lo daddr_hi daddr_lo") | bits(8, "proto") | bits(24, "label20") | bits(16, "sport dport smask dmask"),
            {"family": 2},
        ),
        Form(1, 0x02410305, bits(48, "saddr_lo daddr_lo") | bits(16, "etype") | bits(8, "dsap ssap"), {"family": 3}),
        Form(1, 0x02060405, ARP | bits(8, "arp_hln") | bits(32, "saddr_lo daddr_lo"), {"family": 4}),
        Form(1, 0x02060507, ARP | bits(48, "saddr_lo daddr_lo") | bits(32, "extra"), {"family": 5, "arp_hln": 6}),
        Form(1, 0x02030103, bits(32, "saddr_lo daddr_lo"), {"family": 17}),
        Form(1, 0x02030209, bits(64, "saddr_hi saddr_lo daddr_hi daddr_lo"), {"family": 18}),
        Form(
            1, 0x02010A0B,
            bits(48, "saddr_lo daddr_lo isis_id_lo") | bits(64, "isis_id_hi") | bits(32, "isis_pdu isis_sum") | bits(16, "isis_pad2")
            | bits(8, "isis_version") | bits(24, "isis_pad"),
            {"family": 10},
        ),
    ],
    [
        Form(2, 0x03011803, bits(32, "sstart_s sstart_f"), {"time_form": 1}),
        Form(2, 0x03021805, bits(32, "sstart_s sstart_f send_s send_f"), {"time_form": 2}),
        Form(2, 0x03791809, bits(32, "sstart_s sstart_f send_s send_f dstart_s dstart_f dend_s dend_f"), {"time_form": 3}),
        Form(2, 0x03691807, bits(32, "sstart_s sstart_f dstart_s dstart_f dend_s dend_f"), {"time_form": 3}),
    ],
    [metric(form, apps) for form in (1, 2, 3, 4, 6, 7, 8, 10, 11, 12) for apps in (False, True)],
    [Form(4, 0x60040114, bits(32, "agr_count"), words={"agr": list(range(18))}), Form(4, 0x60040102, bits(32, "agr_count"))],
    [
        Form(5, 0x30030005, bits(32, "tcp_status sbase tcp_options") | bits(16, "swin") | bits(8, "sflags swscale"), {"net": 3}),
        Form(5, 0x30040003, bits(32, "tcp_status") | bits(8, "sflags dflags") | bits(16, "tcp_pad"), {"net": 4}),
        Form(5, 0x3005001E, TCP, {"net": 5}),
        Form(5, 0x30050220, TCP | bits(16, "smss spad dmss dpad"), {"net": 5}),
        Form(5, 0x30090006, bits(16, "sdrop ddrop"), {"net": 9}, {"netw": [0, 1, 2, 3]}),
        Form(5, 0x300A000A, bits(16, "sdrop ddrop ssdev dsdev"), {"net": 10}, {"netw": list(range(7))}),
        Form(5, 0x300D002C, {}, {"net": 13}, {"netw": list(range(43))}),
        Form(5, 0x3010002C, bits(48, "resp_mac"), {"net": 16}),
        Form(5, 0x30340007, {}, {"net": 0x34}, {"netw": list(range(6))}),
        Form(5, 0x30380005, bits(32, "net_status net_spi net_seq net_lost"), {"net": 0x38}),
        Form(5, 0x3045000E, {}, {"net": 0x45}, {"netw": list(range(13))}),
    ],
    [Form(6, 0x40000302, bits(16, "svlan dvlan"))],
    [Form(7, 0x44031103, {}, {"mpls_count": 2}, {"mpls": [0, 1]})],
    [
        Form(8, 0x46000A0B, {}, {"jit_blocks": 10, "jit_stride": 5}, {"jit": [*range(16, 21), *range(48, 53)]}),
        Form(8, 0x46010107, {}, {"jit_blocks": 1, "jit_stride": 6}, {"jit": list(range(6))}),
    ],
    [
        Form(9, 0x48000F05, bits(8, "sttl stos dttl dtos") | bits(16, "sipid dipid") | bits(32, "sipopt dipopt")),
        Form(9, 0x48000202, bits(8, "dttl dtos") | bits(16, "dipid")),
    ],
    [
        Form(10, 0x12000203, bits(16, "smin smax dmin dmax")),
        Form(10, 0x12070205, bits(16, "smin smax dmin dmax") | bits(32, "shist dhist")),
        Form(10, 0x12060A03, bits(16, "dmin dmax") | bits(32, "dhist")),
    ],
    [Form(13, 0x42000305, bits(48, "smac dmac") | bits(16, "mac_etype") | bits(8, "mac_dsap mac_ssap"))],
    [
        Form(
            14, 0x34000108,
            bits(8, "icmp_type icmp_code") | bits(16, "icmp_seq")
            | bits(32, "icmp_src icmp_dst icmp_qsrc icmp_qdst icmp_gateway icmp_pad"),
        )
    ],
    [Form(15, 0x20000003, bits(32, "senc denc"))],
    [Form(17, 0x54010003, bits(32, "skeys dkeys"))],
    [Form(18, 0x62010007, bits(32, "cor_id") | bits(-32, "cor_dur cor_start cor_last cor_spkts cor_dpkts"))],
    [Form(19, 0x64000002, bits(16, "sco dco"))],
    [Form(21, 0x32000004, bits(32, "sas das ias")), Form(21, 0x32000003, bits(32, "sas das"))],
]  # fmt: skip
MANAGEMENT = {
    **bits(32, "mar_status mar_argusid mar_localnet mar_netmask mar_nextseq mar_start_s mar_start_f mar_now_s mar_now_f"),
    **bits(8, "mar_major mar_minor mar_iftype mar_ifstatus"),
    **bits(16, "mar_interval mar_mar_interval mar_suserlen mar_duserlen"),
    **bits(64, "mar_pkts mar_bytes mar_drift"),
    **bits(32, "mar_records mar_flows mar_dropped mar_queue mar_output mar_clients mar_bufs mar_memory"),
    **bits(32, "mar_pad0 mar_pad1 mar_pad2 mar_thisid mar_reclen"),
}


def number(size: int) -> st.SearchStrategy[int]:
    """Unsigned numbers of so many bits, signed ones where it is negative; the ends of the range often."""
    low, high = (0, (1 << size) - 1) if size > 0 else (-(1 << (-size - 1)), (1 << (-size - 1)) - 1)
    return st.one_of(st.integers(low, high), st.sampled_from([low, high, high // 2 + 1]))


def written(record: Record) -> bytes:
    writer = Rewriter()
    writer.write(record)
    return writer.take()  # type: ignore[no-any-return]


def read(data: bytes) -> Record:
    record = Record()
    record.point_to(memoryview(data))
    assert decode(record, 0, 0) == 1
    return record


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_flow_record_is_read_as_it_was_written(data: st.DataObject) -> None:
    record = Record()
    record.kind, record.cause_option = data.draw(st.sampled_from([0x13, 0x33])), data.draw(number(8))
    want: dict[str, int] = {}
    arrays: dict[str, dict[int, int]] = {}
    for group in data.draw(st.lists(st.sampled_from(range(len(FORMS))), unique=True, min_size=1)):
        form = data.draw(st.sampled_from(FORMS[group]))
        record.head[form.index] = form.head
        record.present |= 1 << form.index
        record.order[record.order_count] = form.index
        record.order_count += 1
        want |= form.fixed
        for name, size in form.bits.items():
            want[name] = data.draw(number(size))
        for name, places in form.words.items():
            arrays[name] = {place: data.draw(number(32)) for place in places}
    for name, value in want.items():
        setattr(record, name, value)
    for name, values in arrays.items():
        for place, value in values.items():
            getattr(record, name)[place] = value
    raw = written(record)
    again = read(raw)
    assert (again.kind, again.cause_option, 4 * again.words) == (record.kind, record.cause_option, len(raw))
    assert (again.present, again.opaque) == (record.present, 0)
    assert list(again.order[: again.order_count]) == list(record.order[: record.order_count])
    assert {name: getattr(again, name) for name in want} == want
    assert {name: {place: getattr(again, name)[place] for place in values} for name, values in arrays.items()} == arrays
    assert written(again) == raw


@settings(deadline=None)
@given(st.fixed_dictionaries({name: number(size) for name, size in MANAGEMENT.items()}))
def test_a_management_record_is_read_as_it_was_written(values: dict[str, int]) -> None:
    record = Record()
    record.kind, record.cause_option, record.words = 0x83, 0x20, 32
    for name, value in values.items():
        setattr(record, name, value)
    raw = written(record)
    assert len(raw) == 128
    again = read(raw)
    assert {name: getattr(again, name) for name in values} == values


@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 999_999), st.lists(st.integers(-(1 << 31), (1 << 31) - 1), min_size=3, max_size=3))
@settings(deadline=None)
def test_relative_times_are_read_as_they_were_written(sec: int, frac: int, offsets: list[int]) -> None:
    first = sec * 1_000_000 + frac
    stamps = [first, *(min(max(first + offset, 0), (1 << 32) * 1_000_000 - 1) for offset in offsets)]
    record = Record()
    record.kind, record.cause_option = 0x13, 0x10
    record.present, record.head[2], record.order_count, record.order[0] = 4, 0x037D1806, 1, 2
    record.time_form = 4
    for name, stamp in zip(("sstart", "send", "dstart", "dend"), stamps, strict=True):
        setattr(record, f"{name}_s", stamp // 1_000_000)
        setattr(record, f"{name}_f", stamp % 1_000_000)
    again = read(written(record))
    assert again.time_form == 4
    names = ("sstart", "send", "dstart", "dend")
    assert [getattr(again, f"{name}_s") * 1_000_000 + getattr(again, f"{name}_f") for name in names] == stamps


def test_a_record_too_long_for_its_length_word_stays_as_it_was() -> None:
    from pyargus.record.client_cy import client_form
    from pyargus.record.repair_cy import repair

    body = bytes(4 * (0xFFFF - 1 - 5 - 3 - 2 - 2))
    user = bytes.fromhex("5090") + (2 + len(body) // 4).to_bytes(2, "big") + bytes.fromhex("ffffffff") + body
    head = bytes.fromhex("1310ffff 02010105 c0a80101 c0a80102 06000050 00500000 03011803 65000000 00000000 10010602 00010040")
    data = head + user
    assert len(data) == 4 * 0xFFFF
    record = read(data)
    repair(record)
    client_form(record, True)
    assert written(record) == data
