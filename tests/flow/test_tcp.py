"""The TCP machine: its tables against the rules written out, and conversations whose results were worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.flow.config import FlowConfig
from pyargus.flow.tcp_table import First, State, Step, first_row, first_table, step, step_table
from tests.flow.craft import ACK, BEGIN, CWR, ECE, FIN, PSH, RST, START, STATUS, STOP, SYN, URG, A, B, Record, Talk, Tcp, run

CLIENT, SERVER = 0, 1


def played(talk: Talk, config: FlowConfig | None = None) -> Record:
    """The one record of a conversation."""
    [record] = run(talk.segments, config)
    return record


def shaken(client: int = 100, server: int = 5000, window: int = 1000) -> Talk:
    """A conversation whose handshake is over; initial sequence numbers as given."""
    talk = Talk()
    talk.send(0, CLIENT, SYN, client, window=window)
    talk.send(10, SERVER, SYN | ACK, server, client + 1, window=window)
    talk.send(20, CLIENT, ACK, client + 1, server + 1, window=window)
    return talk


# ---- tables


def first_by_rule(flags: int) -> tuple[int, State, First]:
    """The rules of "First segment of a connection", one after the other."""
    if flags & RST:
        return 0x3000, State.LISTEN, First.RST
    kept = flags & ~(ECE | CWR)
    if kept == SYN:
        return 0x1, State.SYN_SENT, First.SYN
    if kept == SYN | ACK:
        return 0x2, State.SYN_RCVD, First.SYNACK
    if kept in (ACK, PSH | ACK, URG | ACK, PSH | URG | ACK, PSH, URG, PSH | URG):
        return 0x4, State.ESTABLISHED, First.DATA
    if kept in (FIN, FIN | ACK):
        return 0x8, State.FIN_WAIT_1, First.FIN
    return 0x4, State.CLOSING, First.ODD


def step_by_rule(state: State, flags: int) -> Step:
    """The rows of "State step" for a later segment, one after the other."""
    syn, fin, ack = bool(flags & SYN), bool(flags & FIN), bool(flags & ACK)
    if state == State.LISTEN:
        return Step.NOTHING
    if flags & RST:
        return Step.RESET
    if state == State.SYN_SENT:
        if flags == SYN:
            return Step.REPEATED_SYN
        if flags == SYN | ACK:
            return Step.SYNACK
        return Step.FIN if fin else (Step.ESTABLISH if ack else Step.NOTHING)
    if state == State.SYN_RCVD:
        if fin:
            return Step.FIN
        if ack and not syn:
            return Step.ESTABLISH_TIMED
        return Step.REPEATED_SYN if syn else Step.NOTHING
    if state == State.ESTABLISHED:
        return Step.FIN if fin else (Step.SYN_IN_SESSION if syn else Step.NOTHING)
    if syn and not ack and state not in (State.LAST_ACK, State.FIN_WAIT_2):
        return Step.NEW
    if state in (State.CLOSE_WAIT, State.FIN_WAIT_1, State.LAST_ACK, State.FIN_WAIT_2):
        return Step.FINISH if fin or ack else Step.NOTHING
    return Step.ACKED if ack and state in (State.CLOSING, State.TIME_WAIT) else Step.NOTHING


def test_first_table_covers_every_flag_byte() -> None:
    assert [first_row(flags) for flags in range(256)] == [first_by_rule(flags) for flags in range(256)]
    assert list(first_table()) == [first_by_rule(flags)[2] for flags in range(256)]
    assert set(first_table()) == set(First)


def test_step_table_covers_every_state_and_flag_byte() -> None:
    table = step_table()
    assert len(table) == 16 * 256
    for state in State:
        expected = [step_by_rule(state, flags) for flags in range(256)]
        assert [step(state, flags) for flags in range(256)] == expected, state
        assert list(table[256 * state : 256 * state + 256]) == expected, state
    assert set(table[: 11 * 256]) == set(Step)
    assert not any(table[11 * 256 :])


@pytest.mark.parametrize("flags", range(256))
def test_a_single_segment_of_every_flag_byte(flags: int) -> None:
    talk = Talk()
    talk.send(0, CLIENT, flags, 7000, 9000, b"abc", window=77)
    [record] = run(talk.segments)
    network = record.dsr(0x30)
    status, _, rule = first_by_rule(flags)
    base = 7000 if rule in (First.SYN, First.SYNACK) else 6999
    options = 0x40000000 if rule == First.SYN and flags & 0xC0 == 0xC0 else 0
    if rule == First.SYNACK and flags & 0xC0 == 0x40:
        options = 0x80000000
    words = [int.from_bytes(network.raw[i : i + 4], "big") for i in (4, 8, 12)]
    assert (network.subtype, words, network.raw[18]) == (3, [status, base, options], flags)


# ---- opening


def test_times_of_the_handshake() -> None:
    talk = Talk()
    talk.send(0, CLIENT, SYN, 100)
    talk.send(30_000, SERVER, SYN | ACK, 500, 101)
    talk.send(70_000, CLIENT, ACK, 101, 501)
    tcp = played(talk).tcp
    assert (tcp.status, tcp.state, tcp.synack, tcp.ackdat) == (0x7, State.ESTABLISHED, 30_000, 40_000)
    assert (tcp.src.base, tcp.src.seq, tcp.src.ack) == (100, 100, 500)
    assert (tcp.dst.base, tcp.dst.seq, tcp.dst.ack) == (500, 500, 100)
    assert (tcp.src.last, tcp.dst.last) == (BEGIN + 70_000, BEGIN + 30_000)
    assert (tcp.src.flags, tcp.dst.flags) == (SYN | ACK, SYN | ACK)


def test_times_of_the_handshake_are_distances_when_the_clock_goes_back() -> None:
    talk = Talk()
    talk.send(50_000, CLIENT, SYN, 100)
    talk.send(20_000, SERVER, SYN | ACK, 500, 101)
    talk.send(90_000, CLIENT, ACK, 101, 501)
    tcp = played(talk).tcp
    assert (tcp.synack, tcp.ackdat) == (30_000, 70_000)


def test_no_time_where_the_answer_is_to_another_syn() -> None:
    talk = Talk()
    talk.send(0, CLIENT, SYN, 100)
    talk.send(30_000, SERVER, SYN | ACK, 500, 999)
    tcp = played(talk).tcp
    assert (tcp.status, tcp.state, tcp.synack) == (0x3, State.SYN_RCVD, 0)


def test_a_syn_sent_three_times_is_two_retransmissions() -> None:
    talk = Talk()
    for at in (0, 1_000_000, 3_000_000):
        talk.send(at, CLIENT, SYN, 100)
    tcp = played(talk).tcp
    assert (tcp.status, tcp.state, tcp.src.retrans, tcp.src.status) == (0x101, State.SYN_SENT, 2, 0x300)


def test_options_of_both_sides_come_together_and_scale_is_each_sides_own() -> None:
    talk = Talk()
    talk.send(0, CLIENT, SYN, 100, options=b"\x02\x04\x05\xb4\x01\x03\x03\x07")
    talk.send(10, SERVER, SYN | ACK, 500, 101, options=b"\x04\x02\x08\x0a" + bytes(8) + b"\x03\x03\x02\x00")
    tcp = played(talk).tcp
    assert tcp.options == 0x00100000 | 0x00200000 | 0x00400000 | 0x04000000
    assert (tcp.src.shift, tcp.dst.shift) == (7, 2)


@pytest.mark.parametrize(
    ("options", "bits"),
    [
        (b"\x02\x00\x00\x00", 0),  # a length below 2 ends the walk before the kind counts
        (b"\x02\x05\x00\x00", 0),  # so does one that leads out of the header
        (b"\x02\x02\x01\x01", 0x00100000),  # the bit is set before the size is looked at, two bytes are taken whatever the length says
        (b"\x01\x01\x02\x02", 0x00100000),  # which end the walk where there are none
        (b"\x00\x04\x02\x01", 0),  # nothing counts after the end mark
        (b"\x1e\x04\x00\x00\x04\x02\x01\x01", 0x00400000),  # an unknown kind is passed over
        (b"\x05\x0a" + bytes(8) + b"\x0b\x06\0\0", 0x00800000),  # connection count needs six bytes
        (b"\x06\x06" + bytes(4) + b"\x07\x06" + bytes(4), 0x03000000),
        (b"\x0b\x06" + bytes(4) + b"\x0c\x06" + bytes(4) + b"\x0d\x06" + bytes(4) + b"\x01\x01", 0x38000000),
    ],
)
def test_option_parser(options: bytes, bits: int) -> None:
    talk = Talk()
    talk.send(0, CLIENT, SYN, 100, options=options)
    assert int.from_bytes(played(talk).dsr(0x30).raw[12:16], "big") == bits


# ---- data


def test_sent_again_before_it_was_acknowledged() -> None:
    talk = shaken()
    talk.send(100, CLIENT, PSH | ACK, 101, 5001, b"a" * 100)
    talk.send(200, CLIENT, PSH | ACK, 101, 5001, b"a" * 100)
    talk.send(300, SERVER, ACK, 5001, 201)
    tcp = played(talk).tcp
    assert (tcp.status & 0x300, tcp.src.status & 0x300, tcp.dst.status & 0x300) == (0x100, 0x300, 0)
    assert (tcp.src.retrans, tcp.src.payload, tcp.src.base, tcp.src.seq, tcp.dst.ack) == (1, 200, 100, 201, 200)


def test_sent_again_after_it_was_acknowledged() -> None:
    talk = shaken()
    talk.send(100, SERVER, PSH | ACK, 5001, 101, b"a" * 100)
    talk.send(200, CLIENT, ACK, 101, 5101)
    talk.send(300, SERVER, PSH | ACK, 5001, 101, b"a" * 100)
    tcp = played(talk).tcp
    assert (tcp.status & 0x300, tcp.dst.retrans, tcp.src.retrans) == (0x200, 1, 0)


def test_the_second_of_three_segments_arrives_last() -> None:
    talk = shaken()
    for at, number in ((100, 0), (200, 2), (300, 1)):
        talk.send(at, CLIENT, PSH | ACK, 101 + 100 * number, 5001, b"a" * 100)
    tcp = played(talk).tcp
    assert (tcp.status & 0x30300, tcp.src.status & 0x30300, tcp.src.retrans) == (0x10000, 0x30000, 0)
    assert (tcp.src.seq, tcp.src.payload, tcp.src.winbytes) == (401, 300, 300)


def test_what_falls_into_no_gap_is_a_retransmission() -> None:
    talk = shaken()
    for at, number in ((100, 0), (200, 2), (300, 1), (400, 0)):
        talk.send(at, CLIENT, PSH | ACK, 101 + 100 * number, 5001, b"a" * 100)
    tcp = played(talk).tcp
    assert (tcp.status & 0x30300, tcp.src.retrans, tcp.src.payload) == (0x10100, 1, 400)


def test_an_ip_id_that_goes_back_is_a_segment_out_of_order() -> None:
    talk = shaken()
    talk.send(100, CLIENT, PSH | ACK, 101, 5001, b"a" * 10, ident=0x0005)
    talk.send(200, CLIENT, PSH | ACK, 111, 5001, b"a" * 10, ident=0x0004)  # read byte-swapped: 0x0500, then 0x0400
    assert played(talk).tcp.src.status & 0x30300 == 0x30000


def test_a_missing_segment_shows_as_the_difference_of_numbers_and_bytes() -> None:
    talk = shaken()
    talk.send(100, CLIENT, PSH | ACK, 101, 5001, b"a" * 100)
    talk.send(200, CLIENT, PSH | ACK, 701, 5001, b"a" * 100)
    tcp = played(talk).tcp
    assert tcp.src.seq - tcp.src.base - 1 - tcp.src.payload == 500
    assert tcp.src.status & 0x30300 == 0


@pytest.mark.parametrize(("side", "bit"), [(CLIENT, 0x400), (SERVER, 0x800)])
def test_window_shut(side: int, bit: int) -> None:
    talk = shaken()
    talk.send(100, side, ACK, (101, 5001)[side], (5001, 101)[side], window=0)
    tcp = played(talk).tcp
    own = (tcp.src, tcp.dst)[side]
    assert (tcp.status & 0xC00, own.status & 0xC00, own.window) == (bit, 0xC00, 1000)


def test_a_shut_window_is_told_anew_in_every_interval() -> None:
    talk = shaken()
    talk.send(100, SERVER, ACK, 5001, 101, window=0)
    talk.send(6_000_000, SERVER, ACK, 5001, 101, window=500)
    first, second = run(talk.segments)
    assert (first.cause, first.tcp.status & 0xC00, second.cause, second.tcp.status & 0xC00) == (START, 0x800, STATUS, 0)
    assert second.tcp.dst.window == 500


def test_sequence_numbers_that_wrap() -> None:
    talk = shaken(client=2**32 - 51)
    talk.send(100, CLIENT, PSH | ACK, 2**32 - 50, 5001, b"a" * 100)  # 50 bytes before zero, 50 after it
    talk.send(200, CLIENT, PSH | ACK, 50, 5001, b"a" * 100)
    tcp = played(talk).tcp
    # The segment that wraps begins a new base at its end. Until the wrap is acknowledged, what follows is below the last acknowledgement.
    assert (tcp.src.base, tcp.src.seq, tcp.src.ackbytes, tcp.src.payload, tcp.src.retrans) == (50, 50, 0, 200, 0)
    talk.send(300, SERVER, ACK, 5001, 150)
    talk.send(400, CLIENT, PSH | ACK, 150, 5001, b"a" * 30)
    tcp = played(talk).tcp
    assert (tcp.src.base, tcp.src.seq, tcp.dst.ack, tcp.src.payload, tcp.src.retrans) == (50, 180, 149, 230, 0)


def test_ecn() -> None:
    talk = Talk()
    talk.send(0, CLIENT, SYN | ECE | CWR, 100)
    talk.send(10, SERVER, SYN | ACK | ECE, 500, 101)
    talk.send(20, CLIENT, ACK, 101, 501)
    talk.send(30, SERVER, ACK | ECE, 501, 101)
    tcp = played(talk).tcp
    assert (tcp.options, tcp.status & 0xC000, tcp.state) == (0x40000000, 0x8000, State.ESTABLISHED)


def test_duplicates_are_found_where_they_are_looked_for() -> None:
    talk = shaken()
    for at in (100, 150):
        talk.send(at, CLIENT, PSH | ACK, 101, 5001, b"a" * 100, ident=0x0905)
    found = played(talk, FlowConfig(track_duplicates=True)).tcp
    assert (found.status & 0xC0300, found.src.retrans) == (0x40000, 0)
    not_looked_for = played(talk).tcp
    assert (not_looked_for.status & 0xC0300, not_looked_for.src.retrans) == (0x100, 1)


# ---- closing


def outcome(tcp: Tcp) -> tuple[int, int, int, int]:
    """Overall status, state, own status of both sides."""
    return tcp.status, tcp.state, tcp.src.status, tcp.dst.status


def test_fin_exchange_after_data() -> None:
    talk = shaken()
    talk.send(100, CLIENT, PSH | ACK, 101, 5001, b"a" * 50)
    talk.send(200, SERVER, PSH | ACK, 5001, 151, b"b" * 70)
    talk.send(300, CLIENT, FIN | ACK, 151, 5071)
    talk.send(400, SERVER, FIN | ACK, 5071, 152)
    talk.send(500, CLIENT, ACK, 152, 5072)
    assert outcome(played(talk).tcp) == (0x1F, State.FIN_WAIT_2, 0x1C, 0x1A)


def test_fin_exchange_without_data_is_never_acknowledged() -> None:
    talk = shaken()
    talk.send(300, CLIENT, FIN | ACK, 101, 5001)
    talk.send(400, SERVER, FIN | ACK, 5001, 102)
    talk.send(500, CLIENT, ACK, 102, 5002)
    assert outcome(played(talk).tcp) == (0x0F, State.FIN_WAIT_1, 0x0C, 0x0A)


def test_one_side_closes() -> None:
    talk = shaken()
    talk.send(100, CLIENT, PSH | ACK, 101, 5001, b"a" * 50)
    talk.send(300, CLIENT, FIN | ACK, 151, 5001)
    talk.send(400, SERVER, ACK, 5001, 152)
    assert outcome(played(talk).tcp) == (0x1F, State.FIN_WAIT_2, 0x1C, 0x02)


def test_both_sides_open() -> None:
    talk = Talk()
    talk.send(0, CLIENT, SYN, 100)
    talk.send(10, SERVER, SYN, 500)
    talk.send(20, CLIENT, SYN | ACK, 100, 501)
    talk.send(30, SERVER, SYN | ACK, 500, 101)
    talk.send(40, CLIENT, ACK, 101, 501)
    tcp = played(talk).tcp
    assert outcome(tcp) == (0x207, State.ESTABLISHED, 0x06, 0x300)


@pytest.mark.parametrize(
    ("server", "window", "state"),
    [
        (150, 1000, State.CLOSED),  # 151 is within 100 .. 1099: the number is compared with what its sender acknowledged
        (5000, 1000, State.CLOSING),
        (1099, 1000, State.CLOSING),  # 1100 is the first number beyond
        (1098, 1000, State.CLOSED),
        (99, 1000, State.CLOSED),
        (98, 1000, State.CLOSING),
    ],
)
def test_reset_inside_and_outside_of_the_window(server: int, window: int, state: State) -> None:
    talk = shaken(client=100, server=server, window=window)
    talk.send(100, SERVER, RST, server + 1)
    assert outcome(played(talk).tcp) == (0x2007, state, 0x04, 0x3002)


def test_reset_by_the_client() -> None:
    talk = shaken()
    talk.send(100, CLIENT, RST, 101)
    assert outcome(played(talk).tcp) == (0x1007, State.CLOSING, 0x3004, 0x02)


def test_refused() -> None:
    talk = Talk()
    talk.send(0, CLIENT, SYN, 100)
    talk.send(10, SERVER, RST | ACK, 0, 101)
    tcp = played(talk).tcp
    assert (tcp.status, tcp.dst.status) == (0x2001, 0x3000)
    assert tcp.state == State.SYN_SENT  # the reset answers this very SYN


# ---- the same ports again


def test_a_syn_after_the_end_begins_a_connection_in_the_same_flow() -> None:
    talk = shaken()
    talk.send(300, CLIENT, FIN | ACK, 101, 5001)
    talk.send(400, SERVER, FIN | ACK, 5001, 102)
    talk.send(1_000_000, CLIENT, SYN, 90_000)
    talk.send(1_000_100, SERVER, SYN | ACK, 70_000, 90_001)
    old, new = run(talk.segments)
    assert (old.cause, new.cause, old.sequence, new.sequence) == (STOP, START, 1, 1)
    assert (old.counters[0], old.counters[2], new.counters[0], new.counters[2]) == (3, 2, 1, 1)
    assert old.times == (BEGIN, BEGIN + 1_000_000)  # the SYN's time is in it, its counters are not
    assert (new.tcp.status, new.tcp.state, new.tcp.src.base, new.tcp.dst.base, new.tcp.synack) == (3, State.SYN_RCVD, 90_000, 70_000, 100)


def test_a_syn_in_an_open_connection_is_a_retransmission() -> None:
    talk = shaken()
    talk.send(100, CLIENT, SYN, 90_000)
    tcp = played(talk).tcp
    assert (tcp.status, tcp.state, tcp.src.retrans, tcp.src.base) == (0x107, State.ESTABLISHED, 1, 100)


def test_a_syn_from_the_other_end_turns_the_flow_round() -> None:
    talk = Talk(client=B, server=A)  # the first sender has the higher address: the reverse bit is set
    talk.send(0, CLIENT, SYN, 100)
    talk.send(10, SERVER, RST | ACK, 0, 999)
    talk.send(20, SERVER, SYN, 4000)
    old, new = run(talk.segments)
    assert (old.cause, old.dsr(0x02).subtype) == (STOP, 0x41)
    assert (new.cause, new.dsr(0x02).subtype, new.counters[0], new.counters[2]) == (START, 0x01, 1, 0)
    assert int.from_bytes(new.dsr(0x30).raw[8:12], "big") == 4000


def test_flows_that_begin_with_a_reset_stay_in_the_short_form_until_a_syn() -> None:
    talk = Talk()
    talk.send(0, SERVER, RST, 700, 0)
    talk.send(10, SERVER, ACK, 700, 1, b"abc")
    talk.send(20, CLIENT, SYN, 100)
    old, new = run(talk.segments)
    network = old.dsr(0x30)
    assert (old.cause, network.subtype, int.from_bytes(network.raw[4:8], "big"), network.raw[18]) == (STOP, 3, 0x3000, RST | ACK)
    assert (new.cause, new.dsr(0x30).subtype, int.from_bytes(new.dsr(0x30).raw[4:8], "big")) == (START, 3, 1)


# ---- whatever comes


@settings(max_examples=200, deadline=None)
@given(
    segments=st.lists(
        st.tuples(
            st.integers(0, 1),
            st.integers(0, 255),
            st.integers(0, 2**32 - 1),
            st.integers(0, 2**32 - 1),
            st.integers(0, 9),
            st.sampled_from((0, 1, 65535)),
        ),
        min_size=2,
        max_size=30,
    )
)
def test_any_segments(segments: list[tuple[int, int, int, int, int, int]]) -> None:
    talk = Talk()
    for at, (side, flags, seq, ack, size, window) in enumerate(segments):
        talk.send(at, side, flags, seq, ack, b"d" * size, window)
    records = run(talk.segments)
    assert [record.cause for record in records] == [STOP] * (len(records) - 1) + [START]
    assert {record.sequence for record in records} == {1}
    assert sum(record.counters[0] + record.counters[2] for record in records) == len(segments)
    assert sum(size for *_, size, _ in segments) <= sum(record.counters[1] + record.counters[3] for record in records)
    for record in records:
        if record.dsr(0x30).subtype == 5:
            tcp = record.tcp
            assert tcp.state in set(State) - {State.CLOSE_WAIT, State.LAST_ACK, State.TIME_WAIT}
            # A segment after a FIN counts there, by its sequence number, and as a FIN of a side whose FIN is acknowledged.
            assert tcp.src.retrans + tcp.dst.retrans <= 3 * len(segments)
            assert tcp.status & 0xFFF00000 == 0
    if len(records) == 1 and records[0].dsr(0x30).subtype == 5:
        first = segments[0][0]
        tcp = records[0].tcp
        for side, own in ((first, tcp.src), (1 - first, tcp.dst)):
            seen = 0
            for sender, flags, *_ in segments:
                seen |= flags if sender == side else 0
            assert own.flags == seen


# ---- the record of one segment


def test_the_window_of_one_segment_is_what_the_records_before_left_there() -> None:
    """Records are made in one buffer; the two bytes are those at their place, exchanged. It is zeros at first."""
    packets = []
    for number, size in enumerate((None, 700, None, None, 0, None, 3, None, None)):
        talk = Talk(sport=1000 + number)
        talk.send(1000 * number, CLIENT, SYN, 0x11223344 + number)
        if size is not None:
            talk.send(1000 * number + 10, SERVER, SYN | ACK, 77, 0x11223345 + number)
            talk.send(1000 * number + 20, CLIENT, ACK, 0x11223345 + number, 78, b"x" * size)
        packets += talk.segments
    buffer = bytearray(1024)
    left = []
    for record in run(packets, FlowConfig(app_bytes=True, jitter=True)):
        network = record.dsr(0x30)
        place = record.raw.index(network.raw) + 16
        if network.subtype == 3:
            assert network.raw[16:18] == buffer[place : place + 2][::-1]
            left.append(network.raw[16:18])
        buffer[: len(record.raw)] = record.raw
    assert len(left) == 6
    assert left[0] == b"\0\0"
    assert any(map(any, left))
