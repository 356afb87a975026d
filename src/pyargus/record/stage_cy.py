"""What stands between the selection of records and their delivery in clients that make records of records."""
# mypy: ignore-errors

from __future__ import annotations


class Stage:
    """Takes selected records and puts what it makes of them to `out`. This one hands on what it is given.

    `out` is set before the first call, `reading` to the name of each source, `-` for standard input, before its first record. A record
    given to `add` and the bytes it points to are valid during the call only. takes_openings: the management record that a source begins
    with comes by `add` too, if it passes the filter.
    """

    def __init__(self):
        self.out = None
        self.reading = ""

    def chooses(self):
        """Whether `wants` may leave records out, so that none may be taken at a glance."""
        return False

    def as_read(self, rec):
        """Change a record that was read and repaired to what filters and the selection are to see."""
        return 0

    def wants(self, rec):
        """Whether a record that passed the filter is to be selected, and counts for -N."""
        return True

    def doubles(self):
        """Whether -M rmon gives it every record once for each of its hosts, as where there is no stage."""
        return False

    def opening(self, rec):
        """See the management record that a source begins with; the outputs get the first of them without the stage's doing."""
        return 0

    def glance(self, rec, at, length):
        """Take the record of `length` bytes at `at` of the data of `rec`, where that is all the stage needs; whether it was taken.

        Of `rec`, which may be changed, only the offset is set. Asked where nothing stands between the source and the stage. A record
        that is not taken is read, and comes by `add`.
        """
        return False

    def add(self, rec):
        """Take a selected record of any kind, repaired."""
        return self.out.put(rec)

    def tick(self, now):
        """Time has come to `now`, µs since 1970, on a source where records come as they happen."""
        return 0

    def finish(self):
        """Put what is held, until `out.full()`. Returns whether there is more, for which it is called again once `out` was drained."""
        return False

    def halvable(self):
        """Whether two processes may each read everything and take one half of it; the stage then has what `halves` asks for."""
        return False

    def alternates(self):
        """Whether two processes may each write every other of the outputs that it divides records into; the stage then has `alternate`."""
        return False

    def divisible(self):
        """Whether two processes may each put half of what is held; the stage then has what `helper` asks for."""
        return False
