"""The kernels, built with the address and undefined-behaviour sanitizers, on damaged input. `make sanitize` builds and runs it.

A finding ends the process with the sanitizer's report; the last line printed says what was being read. With a number as argument that seed
is used, so that a finding can be had again.
"""

import ctypes
import importlib
import random
import sys
import tempfile
from pathlib import Path

from pyargus.capture import live_cy
from pyargus.capture.batch import Slots
from pyargus.capture.generate import generate
from pyargus.clients.formats import cell_arguments, typed_fields
from pyargus.clients.output import make_printer
from pyargus.clients.settings import from_argv
from pyargus.errors import BadInput
from pyargus.network import pieces_cy, shift_cy
from pyargus.record import client_cy, decode_cy, frames_cy, repair_cy
from pyargus.record.bin_cy import Binner
from pyargus.record.cluster_cy import Cluster, Statement
from pyargus.record.count_cy import Counter
from pyargus.record.cut_cy import Bins, Cutter
from pyargus.record.delivery_cy import Delivery
from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter
from pyargus.record.group_cy import Aggregator
from pyargus.record.histogram_cy import REAL, WHOLE, Histogram, Tally
from pyargus.record.keys import parse_key
from pyargus.record.lines_cy import Lines
from pyargus.record.models_cy import Models
from pyargus.record.record_cy import Record
from pyargus.record.rewrite_cy import Rewriter
from pyargus.record.schema import BY_NAME, FIELDS
from pyargus.record.sort_cy import Sorter
from pyargus.record.sortkeys import parse_keys, sort_names
from pyargus.record.split_cy import Part, Splitter
from tests.capture.craft import Frame, frames, pcap, pcapng, ring_block
from tests.flow.noise import LINKTYPES, traffic
from tests.flow.play import play_all
from tests.kernels import SOURCE

EVERYTHING = ["-X", "-AJRZCm", "-U", "512", "-S", "1"]
FILTERS = ["tcp and dst port 80", "src host 10.0.0.1 or net ff00::/8", "bytes gt 1000 and dur lt 1.0", "ttl gt 10", "encaps gre"]
KEYS: list[list[str]] = [[], ["none"], ["matrix"], ["addr/20"], ["saddr/24", "daddr/16", "inode"], ["smac", "svlan", "smpls", "stos"]]
CAPTURES = 150
RECORD_ROUNDS = 12


def check_build() -> None:
    """The kernels are compiled, from another folder than the sources, and the sanitizers are in the process."""
    names = [".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in sorted(SOURCE.rglob("*_cy.py"))]
    for name in names:
        file = importlib.import_module(name).__file__ or ""
        if file.endswith(".py") or SOURCE in Path(file).parents:
            sys.exit(f"{name} is not a kernel of the sanitizer build: {file}")
    for symbol in ("__asan_init", "__ubsan_handle_out_of_bounds"):
        if not hasattr(ctypes.CDLL(None), symbol):
            sys.exit("the sanitizers are not in this process: run `make sanitize`")
    print(f"{len(names)} kernels with sanitizers", flush=True)


def damaged(draw: random.Random, data: bytes, start: int = 0) -> bytes:
    """A copy with bits and bytes changed after `start`, cut one time in three."""
    copy = bytearray(data)
    for _ in range(draw.randrange(1, 12)):
        at = draw.randrange(start, len(copy))
        copy[at] = draw.choice((0, 0xFF, 0x80, 0x7F, copy[at] ^ 1 << draw.randrange(8)))
    return bytes(copy[: draw.randrange(start, len(copy))]) if draw.random() < 0.33 else bytes(copy)


def sense(folder: Path, seed: int) -> list[bytes]:
    """Noise of every link type, the demo capture and damaged files through reader, header walk and engine; the records."""
    draw = random.Random(seed)
    jobs = []
    for linktype in LINKTYPES:
        path = folder / f"link{linktype}.pcap"
        packets = traffic(seed + linktype, 1500 if linktype == 1 else 150, linktype)
        path.write_bytes(pcap([Frame(packet.at * 1000, packet.data, packet.size, linktype) for packet in packets], network=linktype))
        jobs += [[*EVERYTHING, "-r", str(path)], ["-X", "-S", "0", "-r", str(path)]]
    whole = [generate(), pcap(frames(40)), pcapng(frames(40))]
    for number in range(CAPTURES):
        path = folder / f"damaged{number}"
        path.write_bytes(damaged(draw, whole[number % len(whole)]))
        jobs.append([*EVERYTHING, "-r", str(path)])
    (folder / "demo").write_bytes(whole[0])
    jobs.append([*EVERYTHING, "-r", str(folder / "demo")])
    out = []
    for job in jobs:
        print("reading", Path(job[-1]).name, flush=True)
        try:
            out += play_all([job])
        except BadInput as error:
            print("  refused:", error)
    return [data for data in out if data]


def capture(draw: random.Random) -> int:
    """A block of a packet ring, sound or not, through the kernel that walks it; packets found."""
    packets = [(number, number, draw.randbytes(draw.randrange(90)), 100, draw.choice((1, 0x51)), number, 0) for number in range(200)]
    memory, count = ring_block(packets)
    view = memoryview(bytearray(damaged(draw, bytes(memory), 64)) if draw.random() < 0.9 else memory)
    view = view[: len(view) // 4 * 4]
    slots, at, left, found = Slots(50), 64, count, 0
    arrays = [memoryview(part) for part in (slots.ts, slots.offset, slots.caplen, slots.wirelen)]
    try:
        while left:
            count, at, left = live_cy.walk(view, view.cast("I"), view.cast("H"), at, left, 70, True, False, *arrays)
            found += count
    except IndexError as error:
        print("  refused:", error)
    return found


def read(data: bytes) -> int:
    """Records, sound or not, through everything that reads them; how many there were."""
    every = ["-s", *(field.name for field in FIELDS)]
    options = [["-n"], ["-nn", *every], ["-c", ",", *every], ["-M", "printer=hex", "-s", "suser:64", "duser:64"]]
    printers = [make_printer(from_argv(["-X", *words])) for words in options]
    settings = from_argv(["-X"])
    fields = typed_fields(settings)
    printers.append(Lines(*cell_arguments(settings, fields), [field.name for field in fields], 0, False))
    filters = [Filter(compile_filter(text)) for text in FILTERS]
    writer = Rewriter()
    record = Record()
    view = memoryview(data)
    record.point_to(view)
    at = count = 0
    pieces_cy.cut(view, 4096)
    pieces_cy.records(view, len(view) // 2)
    pieces_cy.managements(view[: pieces_cy.complete(view)])
    shift_cy.shift(memoryview(bytearray(data)), -3_600_000_001)
    while (size := frames_cy.frame(view, at)) > 0:
        decode_cy.decode(record, at, at)
        writer.write(record)
        if record.kind & 0xF0 != 0x80 and record.present & 4:
            repair_cy.repair(record)
            for accept in filters:
                accept.accepts(record)
            for printer in printers:
                printer.line(record)
                printer.out.take()
            repair_cy.reverse(record)
            client_cy.client_form(record, True)
            writer.write(record)
        writer.take()
        count += 1
        at += size
    return count


def group(data: bytes) -> None:
    """Records, sound or not, through the table of groups by keys of every kind, statements with times, and time bins of a month."""
    record, into = Record(), Record()
    printer = make_printer(from_argv(["-X", "-s", *(field.name for field in FIELDS)]))
    tables = [Aggregator(parse_key(words), correct=not words, preserve=len(words) < 3) for words in KEYS]
    network = Statement(Aggregator(parse_key(["saddr/12"]), preserve=False))
    month = Binner([network], parse_keys(["bytes"]), Cutter(Bins(28 * 86400 * 10**6), True))
    month.out = Delivery(printer)
    models = Models([Statement(Aggregator(parse_key(words)), label=b"one") for words in KEYS[:2]])
    timed = Cluster(
        [
            Statement(
                Aggregator(parse_key(["proto", "dport"]), correct=True), Filter(compile_filter(FILTERS[0])), None, b"web", 10**6, 0, True
            ),
            Statement(Aggregator(parse_key(["saddr/20", "daddr"]), correct=True, preserve=False), label=b"rest", idle=2 * 10**6),
        ],
        parse_keys(["saddr", "dport"]),
    )
    timed.as_recorded = True
    timed.out = Delivery(printer)
    for table in [*tables, month, models, timed]:
        view = memoryview(data)
        record.point_to(view)
        at = 0
        while (size := frames_cy.frame(view, at)) > 0:
            decode_cy.decode(record, at, at)
            if record.kind & 0xF0 != 0x80 and record.present & 4:
                repair_cy.repair(record)
                table.add(record)
            at += size
    month.finish()
    while timed.finish():
        printer.out.take()
    printer.out.take()
    for row in models.changed():
        models.record_of(row, into)
        printer.line(into)
        printer.out.take()
        models.reverse(row)
        models.remove(row)
    for table in tables:
        for handle in table.handles():
            table.record_of(handle, into)
            printer.line(into)
            printer.out.take()
        for handle in table.handles()[::2]:
            table.reverse(handle)
        table.expire(1 << 60, 1)


def arrange(data: bytes) -> None:
    """Records, sound or not, sorted by every key, also in runs, split by time, number and size, counted, and put into bins of numbers."""
    printer = make_printer(from_argv(["-X", "-n"]))
    names = sort_names()
    sorters = [Sorter(parse_keys(names[at : at + 20]), at % 2 == 0, 1 << (12 if at % 3 else 30)) for at in range(0, len(names), 20)]
    splitters = [
        Splitter(cutter, lambda *_: Part(None), lambda part: part.writer.take(), lambda part: part.writer.take())
        for cutter in (Cutter(Bins(10**6)), None, None)
    ]
    splitters[0].cutter.most = 1000
    splitters[1].count_limit, splitters[2].size_limit = 7, 3000
    counter = Counter()
    counter.by_protocol = counter.by_address = True
    numbers = [Histogram(WHOLE, BY_NAME["bytes"].id), Histogram(REAL, BY_NAME["load"].id)]
    record = Record()
    for stage in [*sorters, *splitters, counter, *numbers]:
        stage.out = Delivery(printer)
        view = memoryview(data)
        record.point_to(view)
        at = 0
        while (size := frames_cy.frame(view, at)) > 0:
            decode_cy.decode(record, at, at)
            if record.kind & 0xF0 != 0x80 and record.present & 4:
                repair_cy.repair(record)
                stage.add(record)
            at += size
    for stage in [*sorters, *splitters]:
        while stage.finish():
            printer.out.take()
        printer.out.take()
    for number in numbers:
        tally = Tally(1.0, 1e6, 20, True, False)
        tally.take(number.values())
        tally.total(0, 21)


def main(seed: int) -> None:
    """Captures to records, records damaged and read."""
    check_build()
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        streams = sense(Path(folder), seed)
    print("packets of rings:", sum(capture(draw) for _ in range(300)), flush=True)
    count = 0
    for number, stream in enumerate(streams):
        print("records of stream", number, flush=True)
        count += read(stream[:200_000])
        group(stream[:200_000])
        arrange(stream[:200_000])
        for _ in range(RECORD_ROUNDS):
            at = draw.randrange(max(1, len(stream) - 8000))
            start = 0
            while start < at and (size := frames_cy.frame(memoryview(stream), start)) > 0:
                start += size
            if start < len(stream):
                bad = damaged(draw, stream[start : start + 8000])
                count += read(bad)
                group(bad)
                arrange(bad)
    print(f"nothing found: {len(streams)} streams of records, {count} records read, seed {seed}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
