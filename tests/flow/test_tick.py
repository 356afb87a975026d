"""Time that passes without packets, and a clock that is set back, as live capture has them."""

import pytest

from pyargus.flow.config import FlowConfig
from pyargus.flow.engine_cy import Engine
from tests.flow.craft import BEGIN, SHUTDOWN, START, STATUS, A, B, Packet, Record, batch, counts, datagram, parse
from tests.kernels import load_interpreted

SECOND = 1_000_000


def drained(engine: Engine) -> list[Record]:
    """The records made since the last call."""
    return list(parse(engine.take()))


def causes(engine: Engine) -> list[int]:
    """Causes of the records made since the last call."""
    return [record.cause for record in drained(engine)]


@pytest.fixture(params=["as built", "interpreted"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine that has seen one packet."""
    made = Engine if request.param == "as built" else load_interpreted("pyargus.flow.engine_cy").Engine
    engine = made(FlowConfig())
    engine.feed(batch([datagram(0, A, 1, B, 2)]))
    return engine


def test_a_lone_flow_is_reported_after_its_interval_and_forgotten_after_its_silence(engine: Engine) -> None:
    for tenth in range(1, 50):
        engine.tick(BEGIN + tenth * SECOND // 10)
    assert causes(engine) == []
    engine.tick(BEGIN + 5 * SECOND + SECOND // 10)
    engine.tick(BEGIN + 5 * SECOND + SECOND // 2)
    assert causes(engine) == [START]
    # Within the time-out the flow goes on; after it the same packet is the start of another.
    engine.tick(BEGIN + 30 * SECOND)
    engine.feed(batch([datagram(30 * SECOND, A, 1, B, 2)]))
    for second in range(31, 90):
        engine.tick(BEGIN + second * SECOND)
    engine.feed(batch([datagram(90 * SECOND, A, 1, B, 2)]))
    engine.finish(True)
    assert causes(engine) == [STATUS, SHUTDOWN]
    assert engine.flows == 2


def test_time_does_not_pass_before_the_first_packet() -> None:
    engine = Engine(FlowConfig())
    engine.tick(BEGIN)
    engine.feed(batch([datagram(-10 * SECOND, A, 1, B, 2)]))
    engine.tick(BEGIN - 8 * SECOND)
    assert causes(engine) == []


def test_ticks_between_packets_change_no_record() -> None:
    packets = [datagram(at * 90_000, A, at % 7, B, 9) for at in range(400)]
    plain, ticking = Engine(FlowConfig()), Engine(FlowConfig())
    plain.feed(batch(packets))
    for packet in packets:
        ticking.tick(packet.at - 200_000)
        ticking.feed(batch([packet]))
    for engine in (plain, ticking):
        engine.finish()
    assert plain.take() == ticking.take()


def test_a_tick_that_is_late_does_not_turn_time_back(engine: Engine) -> None:
    engine.tick(BEGIN + 4_900_000)
    engine.tick(BEGIN + 4_100_000)
    assert engine.now == BEGIN + 4_900_000


@pytest.mark.parametrize("by", [3600, 86400 * 400])
def test_a_clock_that_is_set_back_while_nothing_comes(engine: Engine, by: int) -> None:
    engine.tick(BEGIN + 2 * SECOND)
    back = BEGIN - by * SECOND
    for tenth in range(28):
        engine.tick(back + tenth * SECOND // 10)
    assert causes(engine) == []
    for tenth in range(28, 34):
        engine.tick(back + tenth * SECOND // 10)
    # Five seconds after it began, as it would have been told without the step.
    assert causes(engine) == [START]


def test_a_clock_that_is_set_back_while_packets_come(engine: Engine) -> None:
    engine.tick(BEGIN)
    hour = 3600 * SECOND
    packets = [datagram(at * SECOND // 10 - hour, A, 1, B, 2) for at in range(1, 200)]
    found: list[Record] = []
    for packet in packets:
        engine.feed(batch([packet]))
        found += drained(engine)
    assert [record.cause for record in found] == [START, STATUS, STATUS]
    engine.finish(True)
    found += drained(engine)
    assert counts(found)[0] == 1 + len(packets)


def test_stamps_that_go_back_in_a_file_keep_flows_from_ending(engine: Engine) -> None:
    packets = [Packet(BEGIN - 3600 * SECOND + at * SECOND, datagram(0, A, 1, B, 2).data) for at in range(20)]
    engine.feed(batch(packets))
    assert causes(engine) == []
