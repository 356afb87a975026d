"""What every client of records is made of: its options, sources, selection, stage and outputs.

A client is a `Program`: rows for the option table, words of -M, and what makes its stage from the settings. `main` does the rest.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from pyargus.clients.program import Program
from pyargus.clients.settings import Settings, from_argv
from pyargus.clients.standard import emit, occupy
from pyargus.errors import BadInput, ExitCode, PyargusError, Unreachable

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pyargus.clients.alternate import Leader
    from pyargus.clients.divided import Copy, Reading
    from pyargus.clients.halves import Partner
    from pyargus.clients.stop import Stopper
    from pyargus.record.batch_cy import Batch
    from pyargus.record.cut_cy import Cutter
    from pyargus.record.output_cy import Output
    from pyargus.record.reader import Buffer, Source


# Bytes of records that are gathered for a file: the system takes large pieces at half the cost of small ones.
_GATHERED = 1 << 18


def complain(settings: Settings, text: object) -> None:
    """One message on standard error."""
    sys.stderr.write(f"{settings.program.name}: {text}\n")


def tell_uncut(settings: Settings, cutter: Cutter) -> None:
    """Say how many records were not cut because they reach too far."""
    if cutter.uncut:
        complain(settings, f"{cutter.uncut} records reach over more than {cutter.most} bins: not cut, they are whole in their first")


def folder_files(folder: str) -> list[str]:
    """The regular files below a folder, hidden ones left out, in byte order of their paths; a file is itself.

    Raises Unreachable where there is none.
    """
    if os.path.isfile(folder):
        return [folder]
    if not os.path.isdir(folder):
        raise Unreachable(f"{folder}: no such folder")
    found = []
    for base, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [os.path.join(base, name) for name in files if not name.startswith(".")]
    found = sorted(name for name in found if os.path.isfile(name))
    if not found:
        raise Unreachable(f"{folder}: there is no file in this folder")
    return found


def make_batch(settings: Settings, printer: Output) -> Batch:
    """The kernel that runs records through the selection of the settings and hands them to the printer."""
    from pyargus.clients.select import make_arranger, matcher
    from pyargus.record.batch_cy import Batch

    batch = Batch(printer)
    delivery = batch.delivery
    span = settings.span
    counting = delivery if span.printed else batch
    counting.from_number = span.first
    counting.to_number = span.last or 0
    delivery.by_output = span.printed
    batch.done = span.last == 0
    batch.parts = settings.parts
    batch.uni = settings.uni
    batch.summed = settings.totals
    batch.arranger = make_arranger(settings)
    if settings.regex or settings.label:
        batch.select = matcher(settings)
    if settings.time_range:
        from pyargus.record.timerange import parse_time_range

        batch.period = parse_time_range(" ".join(settings.time_range))
    delivery.show_man = settings.man
    delivery.show_events = settings.events
    delivery.quiet = settings.quiet or bool(settings.rejected)
    return batch


def new_stage(settings: Settings) -> Any:
    """The stage of the program of the settings, None if it has none."""
    return None if settings.program.make_stage is None else settings.program.make_stage(settings)


class Run:
    """A run over the sources of the settings. alone: each has a stage of its own; started: how many of them held records; status: the
    exit status so far."""

    def __init__(self, settings: Settings) -> None:
        from pyargus.clients.formats import open_targets
        from pyargus.clients.progress import Progress
        from pyargus.clients.select import make_filter
        from pyargus.clients.sinks import check_names, make_test, open_sink, open_sinks

        self.settings = settings
        self.alone = settings.program.alone is not None and settings.program.alone(settings)
        check_names(settings)
        # A filter that is wrong is said before the first output is opened.
        chosen = make_filter(settings)
        stage = new_stage(settings)
        for _, text in settings.writes:
            make_test(text, settings.precision)
        targets = open_targets(settings)
        self.target = targets[0][0]
        self.targets = [target for target, _ in targets]
        self.batch = make_batch(settings, self.target.printer)
        self.batch.filter = chosen
        self.delivery = self.batch.delivery
        self.delivery.chosen = make_test(targets[0][1], settings.precision)
        for target, text in targets[1:]:
            self.delivery.add(target.printer, make_test(text, settings.precision))
        self.sinks = open_sinks(settings) if self.target.form == "argus" else []
        if self.sinks:
            self.delivery.size = _GATHERED
        self.delivery.writers = [sink.writer for sink in self.sinks]
        self.delivery.their_filters = [sink.filter for sink in self.sinks]
        self.delivery.filtered = any(sink.filter is not None for sink in self.sinks)
        if settings.rejected:
            sink = open_sink(settings.rejected, "", settings.precision)
            self.sinks.append(sink)
            self.batch.rejected = sink.writer
        self.put_between(stage)
        self.batch.rmon = settings.rmon and (self.stage is None or self.stage.doubles())
        # What a stage puts comes in pieces, at the end or now and then.
        aside = bool(settings.writes) and all(name != "-" for name, _ in settings.writes)
        self.progress = Progress(self.stage is not None or aside or settings.quiet or bool(settings.rejected))
        # Who else reads the same sources: while they are read, and for a stage to the end.
        self.pair: Leader | Reading | Copy | None = None
        self.partner: Partner | None = None
        self.started = 0
        self.status = int(ExitCode.OK)

    def drain(self) -> None:
        """Hand on what was gathered."""
        for target in self.targets:
            data = target.printer.out.take()
            if data and target.standard:
                self.progress.clear()
            target.put(data)
        for sink in self.sinks:
            sink.drain()

    def outputs(self) -> list[Any]:
        """What gathers bytes of the targets and sinks."""
        return [target.printer.out for target in self.targets] + [sink.writer for sink in self.sinks]

    def put(self, pieces: list[bytes]) -> None:
        """Hand on what was gathered elsewhere, for each of the outputs."""
        for target, data in zip(self.targets, pieces, strict=False):
            if data and target.standard:
                self.progress.clear()
            target.put(data)
        for sink, data in zip(self.sinks, pieces[len(self.targets) :], strict=True):
            sink.put(data)

    def tell(self, text: object) -> None:
        """One message about a source."""
        complain(self.settings, text)

    def fail(self, error: PyargusError) -> None:
        """Say what is wrong with a source and go on with the next."""
        self.progress.clear()
        self.tell(error)
        self.status = self.status or error.exit_code

    def read(self, source: Source, stopper: Stopper) -> None:
        """Handle the records of a source. Raises BadInput where it is damaged, after the records before."""
        from pyargus.record.reader import STANDARD_INPUT

        batch = self.batch
        if self.stage is not None:
            self.stage.reading = "-" if source.name == STANDARD_INPUT else source.name
        for _ in stopper.until(source.begin()):
            self.started += 1
            if self.settings.xml and self.started == 1:
                from pyargus.clients.output import xml_head

                self.delivery.printer.header = xml_head(self.settings, source.initial)
            batch.number += self.started > 1
            batch.opening(source.initial)
        if not source.initial:
            return
        pieces = stopper.until(source.chunks(), not source.live) if self.pair is None else self.pair.pieces(source, stopper)
        for data, offset in pieces:
            self.handle(source, data, offset)
            if batch.done:
                break
            if data:
                self.progress.tick(source.name, source.path if source.seekable else "", offset + len(data), batch.flows)
            if source.live:
                self.pass_time()

    def handle(self, source: Source, data: Buffer, offset: int) -> None:
        """Handle the records of a piece of a source. Raises BadInput where it is damaged, after the records before."""
        batch = self.batch
        at = 0
        view = memoryview(data)
        try:
            while at < len(view) and not batch.done:
                at = batch.run(view, at, offset)
                if batch.trouble:
                    raise BadInput(source.name, offset + at, TROUBLE[batch.trouble])
                self.drain()
        finally:
            batch.record.point_to(b"")
            view.release()

    def pass_time(self) -> None:
        """On a live source: tell the stage the time, and let nothing wait in a buffer."""
        if self.stage is not None:
            self.stage.tick(time.time_ns() // 1000)
            self.drain()
        for target in self.targets:
            target.flush()
        for sink in self.sinks:
            sink.flush()

    def divisible(self) -> bool:
        """Whether a second process is to help with what the stage holds."""
        if not self.stage.divisible():
            return False
        from pyargus.clients import helper

        return helper.worthwhile(self)

    def totals(self) -> bytes:
        """The line of -A. Files count as the reference's readers count them: one to the records and one to the management records each."""
        batch, files = self.batch, self.started
        text = f" Totalrecords {batch.passed + files + 1:<8}  TotalManRecords {batch.mans + files:<8}  "
        text += f"TotalFarRecords {batch.flows:<8} TotalPkts {batch.pkts:<8} TotalBytes {batch.bytes_:<8}\n"
        return (f"<!--{text.rstrip()} -->\n" if self.settings.xml else text).encode()

    def put_between(self, stage: Any) -> None:
        """Put a stage, if it is one, between selection and outputs."""
        self.stage = self.batch.stage = stage
        if stage is not None:
            stage.out = self.delivery

    def put_held(self) -> None:
        """All records of the stage were read: put what it holds."""
        if self.settings.program.ending is not None:
            self.settings.program.ending(self)
        if self.partner is not None:
            self.partner.finish(self)
        elif self.stage is not None:
            if self.divisible():
                from pyargus.clients import helper

                helper.finish(self)
            else:
                while self.stage.finish() and not self.delivery.done:
                    self.drain()
        self.drain()

    def finish(self) -> None:
        """Write what is left, totals included, and close the outputs."""
        self.put_held()
        inside = self.settings.totals and self.settings.xml
        if inside:
            self.target.put(self.totals())
        for target in self.targets:
            target.end()
        if self.settings.totals and not inside:
            emit(self.totals())
        for sink in self.sinks:
            sink.close()


TROUBLE = {
    1: "the file ends inside a record, or its length field is too large",
    2: "a record of length zero",
    3: "a record of unknown class",
}


def read_all(work: Run, stopper: Stopper) -> None:
    """Handle the records of every source of the settings."""
    settings = work.settings
    names: list[str | None] = [*settings.inputs]
    for folder in settings.folders:
        names += folder_files(folder)
    if settings.servers:
        # All servers are one source: they are read at the same time.
        names.append(None)
    names = names or ["-"]
    if work.stage is not None and work.stage.halvable():
        from pyargus.clients import halves

        work.partner = halves.begin(work, stopper, names)
    pair = work.pair = second_process(work, names)
    if pair is None:
        read_sources(work, stopper, names)
        return
    with pair:
        read_sources(work, stopper, names)


def second_process(work: Run, names: Sequence[str | None]) -> Leader | Reading | None:
    """What divides the work on the sources between this process and a copy of it, where that is worthwhile."""
    if work.stage is None:
        from pyargus.clients import divided

        return divided.start(work, names)
    if work.stage.alternates():
        from pyargus.clients import alternate

        return alternate.start(work, names)
    return None


def read_sources(work: Run, stopper: Stopper, names: Sequence[str | None]) -> None:
    """Handle the records of sources, None for the servers."""
    from pyargus.clients.inputs import open_input, open_servers

    settings = work.settings
    for place, name in enumerate(names):
        if work.batch.done or stopper.asked:
            break
        if work.alone and place:
            work.put_held()
            work.put_between(new_stage(settings))
            work.delivery.recount()
        try:
            source = open_servers(settings, lambda text: complain(settings, text)) if name is None else open_input(name)
        except (Unreachable, BadInput) as error:
            work.fail(error)
            continue
        try:
            work.read(source, stopper)
        except (BadInput, Unreachable) as error:
            work.drain()
            work.fail(error)
        finally:
            work.progress.clear()
            source.close()
            for note in source.notes:
                work.tell(note)


def run(settings: Settings) -> int:
    """Read every source of the settings; returns the exit status."""
    from pyargus.clients.stop import Stopper

    if settings.zone:
        os.environ["TZ"] = settings.zone
        time.tzset()
    for warning in settings.warnings:
        complain(settings, warning)
    if settings.show_filter and settings.filter:
        from pyargus.record.filter import compile_filter

        emit(compile_filter(settings.filter).listing().encode())
        return ExitCode.OK
    with Stopper(settings.run_time) as stopper:
        # From the first file that is opened on, an interrupt leaves whole files.
        work = Run(settings)
        for target in work.targets:
            target.begin()
        if settings.program.starting is not None:
            settings.program.starting(work, stopper)
        try:
            read_all(work, stopper)
            work.finish()
        finally:
            if work.partner is not None:
                work.partner.end()
    if settings.span.last == 0:
        return ExitCode.ERROR
    if stopper.asked:
        return work.status
    nothing = bool(settings.filter or settings.regex) and not work.batch.passed
    if (nothing or not work.started) and not work.status:
        return ExitCode.ERROR
    return work.status


def status_of(program: Program, argv: list[str]) -> int:
    """Carry out a command line; returns the exit status. Raises what `run` and the settings raise."""
    instruction = os.environ.get(f"_{program.name.upper()}_COMPLETE")
    if instruction is not None:
        from pyargus.clients.completion import respond
        from pyargus.record.filter_words import vocabulary

        return respond(program.name, instruction, program.options, vocabulary(), tuple(program.words.values()))
    settings = from_argv(argv, program)
    if settings.help:
        from pyargus.clients.help import reader_page

        emit(reader_page(program).encode())
        return ExitCode.OK
    if settings.list_fields:
        from pyargus.clients.listing import field_list

        emit(field_list().encode())
        return ExitCode.OK
    return program.run(settings) if program.run is not None else run(settings)


def main(program: Program, leave: Callable[[int], None] | None = None) -> None:
    """Entry point of a client: runs the command line of the process and exits with its status.

    leave: called with the status of a run that went through, and may end the process itself.
    """
    occupy()
    try:
        status = status_of(program, sys.argv[1:])
    except BrokenPipeError:
        # The reader of our output has what it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = ExitCode.OK
    except KeyboardInterrupt:
        status = ExitCode.OK
    except PyargusError as error:
        sys.stderr.write(f"{program.name}: {error}\n")
        status = error.exit_code
    else:
        if leave is not None:
            leave(status)
    sys.exit(status)
