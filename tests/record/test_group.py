"""Groups of records: nothing is lost, whatever the key, and the two builds agree."""

from typing import Any

import pytest

from pyargus.errors import BadUse
from pyargus.record.keys import parse_key
from tests.record.feed import cluster, compiled, decoded, interpreted, records, taken, values
from tests.record.samples import FOLDERS, needs_samples

pytestmark = needs_samples
NAMES = ("mix", "ssh", "l2", "l2b", "v6", "voip", "icmp")
KEYS = ("", "saddr daddr", "proto", "saddr/24 daddr/16", "srcid", "smac dmac", "none", "matrix", "addr", "svlan dvlan", "inode", "stos")


def sample(name: str) -> list[bytes]:
    """Records of a sample."""
    return list(records(FOLDERS[1] / f"{name}.argus"))


def sums(found: list[Any]) -> list[int]:
    """Packets and bytes of both directions of all records."""
    return [sum(r.spkts + r.dpkts for r in found), sum(r.sbytes + r.dbytes for r in found), sum(r.sapp + r.dapp for r in found)]


@pytest.mark.parametrize("name", NAMES)
def test_sums_are_those_of_the_records(name: str) -> None:
    """Packets, bytes and records of all groups add up to those of the stream, by every key."""
    kernels = compiled()
    stream = sample(name)
    whole = taken(kernels, cluster(kernels, stream, ["none"]))
    assert len(whole) == len(stream)
    expected = sums(whole)
    for key in KEYS:
        table = cluster(kernels, stream, key.split())
        found = taken(kernels, table)
        twice = 2 if key == "addr" else 1
        assert len(found) == table.count
        assert sums(found) == [twice * value for value in expected], key
        assert sum(r.agr_count if r.present & 16 else 1 for r in found) == twice * len(stream), key


@pytest.mark.parametrize("before", ["saddr", "matrix", "sport dport", "none"])
@pytest.mark.parametrize("after", ["", "saddr", "sttl", "proto dport"])
def test_keys_before_none_do_not_count(before: str, after: str) -> None:
    kernels = compiled()
    stream = sample("mix")
    expected, found = (taken(kernels, cluster(kernels, stream, key.split())) for key in (after or "none", f"{before} none {after}"))
    assert (len(found) == len(stream)) == (not after)
    assert [values(record) for record in found] == [values(record) for record in expected]


@pytest.mark.parametrize(
    ("words", "same"),
    [("saddr/24 saddr", "saddr/24"), ("saddr/24 saddr/16", "saddr/16"), ("matrix/16 saddr", "matrix/16"), ("saddr/24 none saddr", "saddr")],
)
def test_a_length_holds_until_another_is_given(words: str, same: str) -> None:
    kernels = compiled()
    expected, found = (taken(kernels, cluster(kernels, sample("mix"), key.split())) for key in (same, words))
    assert [values(record) for record in found] == [values(record) for record in expected]


@pytest.mark.parametrize("name", ["v6", "l2b", "ssh"])
def test_interpreted_kernels_make_the_same_groups(name: str) -> None:
    stream = sample(name)
    one, two = compiled(), interpreted()
    for key in KEYS:
        ours, theirs = (taken(kernels, cluster(kernels, stream, key.split(), correct=True)) for kernels in (one, two))
        assert [values(record) for record in ours] == [values(record) for record in theirs], key


@pytest.mark.parametrize("key", ["", "none", "saddr dport", "matrix", "smac stos"])
def test_a_group_turned_twice_is_what_it_was(key: str) -> None:
    kernels = compiled()
    table = cluster(kernels, sample("voip"), key.split())
    # That a connection was turned stays marked in its status.
    before = [{**values(record), "tcp_status": 0} for record in taken(kernels, table)]
    for handle in table.handles():
        table.reverse(handle)
    turned = taken(kernels, table)
    assert [record["dport"] for record in map(values, turned) if record["proto"] == 17] == [
        record["sport"] for record in before if record["proto"] == 17
    ]
    for handle in table.handles():
        table.reverse(handle)
    assert [{**values(record), "tcp_status": 0} for record in taken(kernels, table)] == before
    while table.count:
        table.remove(table.oldest())


def test_order_is_that_of_the_last_update_and_serials_rise() -> None:
    kernels = compiled()
    table = cluster(kernels, sample("ssh"), ["saddr", "daddr"])
    serials = [table.serial_of(handle) for handle in table.handles()]
    assert serials == sorted(serials) and serials[-1] == table.clock
    assert table.updated_since(serials[-3]) == table.handles()[:-3:-1]


def test_groups_that_fall_idle_go_and_their_place_is_used_again() -> None:
    kernels = compiled()
    stream = sample("mix")
    table = cluster(kernels, stream, ["saddr", "daddr"])
    last = max(table.last_of(handle) for handle in table.handles())
    before = table.count
    gone = table.expired(last, 1_000_000)
    assert 0 < len(gone) < before
    assert table.expire(last, 1_000_000) == len(gone)
    assert table.count == before - len(gone) == len(table.handles())
    for data in stream:
        table.add(decoded(kernels, data))
    assert table.count == before
    assert sum(r.spkts for r in taken(kernels, table)) >= sum(r.spkts for r in taken(kernels, cluster(kernels, stream, ["none"])))


def test_a_group_can_be_turned_round() -> None:
    kernels = compiled()
    table = cluster(kernels, sample("ssh"))
    handle = table.handles()[0]
    record = kernels.record.Record()
    table.record_of(handle, record)
    before = (record.saddr_lo, record.daddr_lo, record.sport, record.dport, record.spkts, record.dpkts)
    table.reverse(handle)
    table.record_of(handle, record)
    assert (record.daddr_lo, record.saddr_lo, record.dport, record.sport, record.dpkts, record.spkts) == before


@pytest.mark.parametrize(("words", "message"), [("sadr", "nearest: saddr"), ("saddr/300", "neither"), ("saddr/255.0.255.0", "not a mask"),
                                                ("proto/8", "only addresses")])  # fmt: skip
def test_keys_that_cannot_be_followed_are_refused(words: str, message: str) -> None:
    with pytest.raises(BadUse, match=message):
        parse_key(words.split())


def crowd(members: list[bytes], hosts: int) -> list[bytes]:
    """The records of a flow once for each of so many sources, the members of a source as far apart as can be."""
    address = decoded(compiled(), members[0]).saddr_lo.to_bytes(4)
    return [data.replace(address, (0x0A000001 + host).to_bytes(4), 1) for data in members for host in range(hosts)]


@pytest.mark.parametrize("name", ["ssh", "voip", "icmp"])
def test_more_groups_than_are_held_decoded(name: str) -> None:
    """Records that wait, in room for all of them or for a few, make what records make that are merged as they come."""
    kernels = compiled()
    flows: dict[tuple[int, ...], list[bytes]] = {}
    for data in sample(name):
        record = decoded(compiled(), data)
        if record.family == 1 and data.count(record.saddr_lo.to_bytes(4)) == 1:
            flows.setdefault((record.saddr_lo, record.daddr_lo, record.proto, record.sport, record.dport), []).append(data)
    members = max(flows.values(), key=len)[:4]
    stream = crowd((members * 3)[:3], 4200)
    expected = kernels.group.Aggregator(parse_key([]))
    tables = [expected, kernels.group.Aggregator(parse_key([])), kernels.group.Aggregator(parse_key([]))]
    # What is encoded as it comes is never kept as bytes that wait.
    tables[1].raw = tables[2].raw = True
    tables[2].most_waiting = 200_000
    for data in stream:
        for table in tables:
            table.add(decoded(kernels, data))
    for table in tables[1:]:
        assert table.count == 4200 and table.handles() == expected.handles()
    mine, few, theirs = kernels.record.Record(), kernels.record.Record(), kernels.record.Record()
    for handle in expected.handles():
        tables[1].record_of(handle, mine)
        tables[2].record_of(handle, few)
        expected.record_of(handle, theirs)
        assert values(mine) == values(few) == values(theirs)
        assert (mine.present & 16 == 0 or mine.agr_count == 3) and mine.suser_count == theirs.suser_count
    handle = expected.handles()[0]
    for table in tables:
        table.remove(handle)
        assert table.count == 4199


@pytest.mark.parametrize("name", ["ssh", "voip", "icmp", "mix"])
def test_records_read_in_part_make_the_same_groups(name: str) -> None:
    """Records of which no more was read than their group is told from, looked at once, make what records make that are read in full."""
    kernels = compiled()
    flows: dict[tuple[int, ...], list[bytes]] = {}
    for data in sample(name):
        record = decoded(kernels, data)
        if record.family == 1 and data.count(record.saddr_lo.to_bytes(4)) == 1:
            flows.setdefault((record.saddr_lo, record.daddr_lo, record.proto, record.sport, record.dport), []).append(data)
    fillers = crowd([next(iter(flows.values()))[0]], 4200)
    full, part = kernels.group.Aggregator(parse_key([])), kernels.group.Aggregator(parse_key([]))
    part.raw = True
    record, read = kernels.record.Record(), 0
    for data in fillers + [data for members in flows.values() for data in (members * 3)[: max(3, len(members))]]:
        full.add(decoded(kernels, data))
        if part.waits():
            record.point_to(data)
            record.offset = 0
            kernels.decode.preview(record, 0, -1)
            kernels.repair.repair(record)
            part.add_preview(record)
            read += 1
        else:
            part.add(decoded(kernels, data))
    assert read >= 3 * len(flows) and part.handles() == full.handles()
    joiner = kernels.group.Joiner()
    mine, theirs = kernels.record.Record(), kernels.record.Record()
    for handle in full.handles():
        last = part.last_of_all(handle, mine)
        full.record_of(handle, theirs)
        assert values(last) == values(theirs)
        joiner.join(last)
        written = joiner.take()
        joiner.join(theirs)
        assert written == joiner.take()
