"""ra: read flow records, select, print or write them."""

from __future__ import annotations

import os
import sys

from pyargus.clients.settings import Settings, from_argv
from pyargus.errors import BadInput, ExitCode, PyargusError, Unreachable


def complain(text: object) -> None:
    """One message on standard error."""
    sys.stderr.write(f"ra: {text}\n")


def emit(data: bytes) -> None:
    """Bytes to standard output, all of them."""
    view = memoryview(data)
    while view:
        view = view[os.write(1, view):]


def folder_files(folder: str) -> list[str]:
    """The regular files below a folder, hidden ones left out, in byte order of their paths."""
    found = []
    for base, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [os.path.join(base, name) for name in files if not name.startswith(".")]
    return sorted(name for name in found if os.path.isfile(name))


def run(settings: Settings) -> int:
    """Read every source of the settings; returns the exit status."""
    from pyargus.clients.formats import open_target
    from pyargus.clients.inputs import open_input
    from pyargus.clients.progress import Progress
    from pyargus.record.batch_cy import Batch

    if settings.zone:
        import time

        os.environ["TZ"] = settings.zone
        time.tzset()
    program = None
    if settings.filter:
        from pyargus.record.filter import compile_filter

        program = compile_filter(settings.filter)
        if settings.show_filter:
            emit(program.listing().encode())
            return ExitCode.OK
    target = open_target(settings)
    batch = Batch(target.printer, target.writer)
    if program is not None:
        from pyargus.record.filter_cy import Filter

        batch.filter = Filter(program, settings.precision)
    batch.from_number = settings.span.first
    batch.to_number = settings.span.last or 0
    batch.by_output = settings.span.printed
    batch.done = settings.span.last == 0
    if settings.regex or settings.label:
        from pyargus.clients.select import matcher

        batch.select = matcher(settings)
    if settings.time_range:
        from pyargus.record.timerange import parse_time_range

        batch.period = parse_time_range(" ".join(settings.time_range))
    put, out = target.put, target.out
    batch.show_man = settings.man
    batch.show_events = settings.events
    batch.quiet = settings.quiet
    status = ExitCode.OK
    inputs = list(settings.inputs)
    for folder in settings.folders:
        inputs += folder_files(folder)
    if not inputs:
        inputs = ["-"]
    progress = Progress()
    opened = started = 0
    target.begin()
    for name in inputs:
        if batch.done:
            break
        try:
            source = open_input(name)
        except Unreachable as error:
            complain(error)
            status = status or ExitCode.UNREACHABLE
            continue
        except BadInput as error:
            complain(error)
            status = status or ExitCode.ERROR
            continue
        opened += 1
        try:
            source.start()
            started += 1
            batch.opening(source.initial)
            batch.number += started > 1
            for data, offset in source.chunks():
                at = 0
                view = memoryview(data)
                try:
                    while at < len(view):
                        at = batch.run(view, at, offset)
                        if batch.trouble or batch.done:
                            break
                        put(out.take())
                        progress.tick(name, source.path if source.seekable else "", offset + at, batch.flows)
                finally:
                    batch.record.point_to(b"")
                    view.release()
                if batch.done:
                    break
                if batch.trouble == 1:
                    raise BadInput(name, offset + at, "the file ends inside a record, or its length field is too large")
                if batch.trouble == 2:
                    raise BadInput(name, offset + at, "a record of length zero")
        except BadInput as error:
            progress.clear()
            put(out.take())
            complain(error)
            status = status or ExitCode.ERROR
        finally:
            progress.clear()
            for note in source.notes:
                complain(note)
            source.close()
    target.end()
    if settings.totals:
        files = started
        text = f" Totalrecords {batch.passed + files + 1:<8}  TotalManRecords {batch.mans + files:<8}  "
        text += f"TotalFarRecords {batch.flows:<8} TotalPkts {batch.pkts:<8} TotalBytes {batch.bytes_:<8}\n"
        emit(text.encode())
    if settings.span.last == 0:
        return ExitCode.ERROR
    if (settings.filter or settings.regex) and not batch.passed and not status:
        status = ExitCode.ERROR
    if not started and not status:
        status = ExitCode.ERROR
    return status


def main() -> None:
    """Entry point of the program."""
    try:
        if "_RA_COMPLETE" in os.environ:
            from pyargus.clients.completion import respond
            from pyargus.clients.options import OPTIONS
            from pyargus.record.filter_words import vocabulary

            sys.exit(respond("ra", os.environ["_RA_COMPLETE"], OPTIONS, vocabulary()))
        settings = from_argv(sys.argv[1:])
        if settings.help:
            from pyargus.clients.help import reader_page

            sys.stdout.write(reader_page())
            sys.exit(ExitCode.OK)
        if settings.list_fields:
            from pyargus.clients.listing import field_list

            sys.stdout.write(field_list())
            sys.exit(ExitCode.OK)
        status = run(settings)
    except BrokenPipeError:
        # The reader of our output has what it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = ExitCode.OK
    except KeyboardInterrupt:
        status = ExitCode.OK
    except PyargusError as error:
        complain(error)
        status = error.exit_code
    sys.exit(status)
