"""The table: merging, order, filters, sums; both builds of its kernels."""

import importlib
import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyargus.clients.inputs import open_input
from pyargus.clients.ratop.table import Shape, Sorting, Table
from pyargus.clients.settings import from_argv
from pyargus.flow.config import FlowConfig
from pyargus.flow.engine_cy import Engine
from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter
from pyargus.record.keys import parse_key
from pyargus.record.schema import BY_NAME
from tests.clients.ratop.support import capture
from tests.flow.craft import A, B, batch, datagram, in_the_middle
from tests.kernels import load_interpreted


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    source = open_input(str(capture(tmp_path_factory.mktemp("capture"))))
    source.start()
    data = b"".join(bytes(data) for data, _ in source.chunks())
    source.close()
    return data


def table(records: bytes, shape: Shape | None = None, *arguments: str, sort: str = "bytes", down: bool = True) -> Table:
    made = Table(shape or Shape(), from_argv(["-X", "-n", *arguments]))
    made.feed(records)
    made.sort([Sorting(sort, down)])
    made.arrange()
    return made


def column(made: Table, name: str) -> list[str]:
    made.print_as(from_argv(["-X", "-n", "-s", name]))
    return [row.cells[0] for row in made.listing(0, made.listed)]


def test_rows_are_merged_and_nothing_is_lost(records: bytes) -> None:
    made = table(records)
    assert made.count == made.listed < made.flow.records
    made.add_up(["pkts", "bytes"])
    made.arrange()
    assert made.totals() == {"pkts": made.flow.pkts, "bytes": made.flow.bytes_}
    assert made.greatest("bytes") == int(column(made, "bytes")[0])
    assert sum(made.flow.series(0)) == made.flow.records
    assert sum(made.flow.series(1)) == made.flow.pkts
    assert sum(made.flow.series(2)) == made.flow.bytes_
    assert sum(made.flow.series(3)) == made.flow.flows == made.count


def test_directions_that_ports_decide_are_kept(tmp_path: Path) -> None:
    """The first record is turned round as it is read."""
    rc = tmp_path / "rc"
    rc.write_text('RA_PORT_DIRECTION="services"\n')
    made = Table(Shape(), from_argv(["-X", "-F", str(rc)]))
    for data in in_the_middle():
        made.feed(data)
    made.sort([Sorting("bytes", True)])
    made.arrange()
    names = ("saddr", "sport", "daddr", "dport", "spkts", "dpkts")
    assert [column(made, name) for name in names] == [[A], ["40000"], [B], ["80"], ["3"], ["2"]]


def test_hosts_count_every_record_twice(records: bytes) -> None:
    flows, hosts = table(records), table(records, Shape(("saddr",), True))
    for made in (flows, hosts):
        made.add_up(["bytes"])
        made.arrange()
    # ARP and the rest have addresses too.
    assert hosts.totals()["bytes"] == 2 * flows.totals()["bytes"]


@pytest.mark.parametrize(
    "name", ["pkts", "bytes", "dur", "load", "stime", "ltime", "saddr", "daddr", "sport", "dport", "proto", "state", "dir", "spkts"]
)
def test_every_kind_of_field_sorts_both_ways(records: bytes, name: str) -> None:
    up, down = table(records, sort=name, down=False), table(records, sort=name, down=True)
    values = column(up, name)
    if BY_NAME[name].kind in ("uint", "real"):
        assert [float(value) for value in values] == sorted(float(value) for value in values)
    elif name == "stime":
        assert values == sorted(values)
    elif name in ("state", "dir"):
        assert [value.strip() for value in values] == sorted(value.strip() for value in values)
    assert sorted(column(down, name)) == sorted(values)
    if len(set(values)) > 1:
        assert column(down, name) != values
    if name in ("saddr", "daddr"):
        numbers = [int(ipaddress.ip_address(value)) for value in values]
        assert numbers == sorted(numbers)


def test_rows_of_equal_value_keep_their_order(records: bytes) -> None:
    made = Table(Shape(), from_argv(["-X", "-n"]))
    made.feed(records)
    made.sort([Sorting("proto", False), Sorting("bytes", True)])
    made.arrange()
    made.print_as(from_argv(["-X", "-n", "-s", "proto bytes"]))
    rows = [(row.cells[0], int(row.cells[1])) for row in made.listing(0, made.listed)]
    for proto in {name for name, _ in rows}:
        sizes = [size for name, size in rows if name == proto]
        assert sizes == sorted(sizes, reverse=True)
        places = [at for at, (name, _) in enumerate(rows) if name == proto]
        assert places == list(range(places[0], places[0] + len(places)))


def test_a_filter_shows_some_rows_and_a_limit_fewer(records: bytes) -> None:
    made = table(records)
    program = Filter(compile_filter("udp"))
    made.show(program)
    made.arrange()
    assert 0 < made.listed < made.count
    assert set(column(made, "proto")) == {"udp"}
    made.arrange(3)
    made.show(program)
    made.arrange(3)
    assert made.listed == 3
    assert made.place_of(made.group_at(2)) == 2
    hidden = next(group for group in made.groups.rows() if made.place_of(group) < 0)
    assert made.place_of(hidden) == -1


def test_only_what_changed_is_put_anew(records: bytes) -> None:
    made = table(records)
    assert not made.arrange()
    made.feed(records)
    assert len(made.groups.changed()) == made.count and made.groups.changed() == []
    made.feed(records)
    assert made.arrange()
    assert not made.arrange()


def test_silent_rows_go(records: bytes) -> None:
    source = table(records)
    half = len(records) // 2
    while half and records[half : half + 2] != records[:2]:
        half -= 1
    made = Table(Shape(), from_argv(["-X", "-n"]))
    now = 5_000_000
    made.clock = lambda: now
    made.feed(records)
    made.arrange()
    before = made.count
    now = 25_000_000
    made.expire(now, 21_000_000)
    assert made.count == before
    made.feed(records[:half])
    made.expire(now, 10_000_000)
    made.arrange()
    assert 0 < made.count == made.listed < before
    now = 60_000_000
    made.expire(now, 10_000_000)
    made.arrange()
    assert made.count == made.listed == 0
    made.feed(records)
    made.arrange()
    assert made.count == made.listed == before == source.count


def test_rows_before_a_moment_go(records: bytes) -> None:
    made = table(records)
    before = made.count
    moment = made.flow.newest - 20_000_000
    made.expire_before(moment)
    made.arrange()
    assert 0 < made.count == made.listed < before
    assert all(row.last > moment for row in made.listing(0, made.listed))


def test_rows_before_a_moment_go_from_a_table_that_was_never_put_in_order() -> None:
    engine = Engine(FlowConfig())
    engine.feed(batch([datagram(number * 1_000_000, A, 1000 + number, B, 53) for number in range(200)]))
    engine.finish(False)
    made = Table(Shape(), from_argv(["-X", "-n"]))
    made.feed(engine.take())
    assert made.count == 200
    made.expire_before(made.flow.newest - 50_000_000)
    made.arrange()
    assert made.count == made.listed == 50


def test_a_row_turned_round(records: bytes) -> None:
    made = table(records)
    made.print_as(from_argv(["-X", "-n", "-s", "saddr daddr spkts dpkts"]))
    group = made.group_at(0)
    before = next(made.listing(0, 1)).cells
    assert made.turn(group)
    made.arrange()
    place = made.place_of(group)
    assert next(made.listing(place, 1)).cells == [before[1], before[0], before[3], before[2]]


def test_records_after_a_moment_are_left_out(records: bytes) -> None:
    whole = table(records)
    middle = (whole.flow.first + whole.flow.last) // 2 * 1_000_000
    made = Table(Shape(), from_argv(["-X", "-n"]))
    made.flow.until = middle
    made.feed(records)
    assert made.past
    assert 0 < made.flow.records < whole.flow.records
    assert 0 < made.flow.newest <= middle


@pytest.mark.parametrize("load", [importlib.import_module, load_interpreted], ids=["compiled", "interpreted"])
def test_times_far_apart_make_long_parts(load: Callable[[str], Any]) -> None:
    group, record = load("pyargus.record.group_cy"), load("pyargus.record.record_cy").Record()
    statement = load("pyargus.record.cluster_cy").Statement(group.Aggregator(parse_key(())))
    feed = load("pyargus.clients.ratop.feed_cy").Feed(load("pyargus.record.models_cy").Models([statement]))
    for total, seconds in enumerate((1_700_000_000, 1_700_000_400, 1_700_000_900, 1_700_086_400), 1):
        record.kind, record.present, record.family, record.proto = 0x10, 2 | 4 | 8, 1, 17
        record.sstart_s = record.send_s = seconds
        record.spkts, record.sbytes = 3, 180
        feed.add(record)
        assert (feed.records, feed.pkts, feed.bytes_) == (total, 3 * total, 180 * total)
        assert sum(feed.series(0)) == total
        assert sum(feed.series(2)) == 180 * total
    assert feed.step >= 86_400 / 512


def test_both_builds_sort_alike(records: bytes) -> None:
    made = table(records)
    compiled = [made.group_at(place) for place in range(made.listed)]
    rows_cy = load_interpreted("pyargus.clients.ratop.rows_cy")
    rows = rows_cy.Rows(None)
    rows.sort_by([BY_NAME["bytes"].id], [1])
    for group in made.groups.rows():
        rows.put(group, made.load(group))
    assert rows.arrange(0) == made.listed
    assert [rows.row_at(place) for place in range(made.listed)] == compiled


def test_columns_may_be_any(records: bytes) -> None:
    made = table(records)
    made.print_as(from_argv(["-X", "-n", "-s", "label suser:20 tcpopt srcid"]))
    columns = [(column.name, column.width) for column in made.settings.columns]
    assert columns == [("label", 0), ("suser", 20), ("tcpopt", 0), ("srcid", 0)]
    assert all(len(row.cells) == 4 for row in made.listing(0, made.listed))


def test_a_piece_that_is_cut_is_taken_as_far_as_it_is_whole(records: bytes) -> None:
    made = Table(Shape(), from_argv(["-X", "-n"]))
    made.feed(records[:-5])
    whole = Table(Shape(), from_argv(["-X", "-n"]))
    whole.feed(records)
    assert whole.flow.records - 1 <= made.flow.records <= whole.flow.records
