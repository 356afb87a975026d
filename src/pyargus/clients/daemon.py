"""What long-running programs share: log lines, the background, pid files, giving up privileges, telling systemd."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable

from pyargus.errors import BadUse, ExitCode, PyargusError, Unreachable

LEVELS = {"error": 3, "warning": 4, "info": 6}
PID_FILES = 5


class Log:
    """Called with a level ("error", "warning" or "info") and a text: a line on standard error, or in the system's log after `to_syslog`.

    On standard error a line is `program[pid]: HH:MM:SS.uuuuuu text`; where that is the journal, its priority and the text. May be called
    in any thread.
    """

    def __init__(self, program: str) -> None:
        self.program = program
        self._syslog = False
        self._journal = _is_journal()

    def open_syslog(self) -> None:
        """Connect to the system's log, which a new root folder may not have."""
        import syslog

        syslog.openlog(self.program, syslog.LOG_PID | syslog.LOG_NDELAY, syslog.LOG_DAEMON)

    def to_syslog(self) -> None:
        """From now on to the system's log."""
        self._syslog = True

    def __call__(self, level: str, text: str) -> None:
        text = text.replace("\n", " ")
        if self._syslog:
            import syslog

            syslog.syslog(LEVELS[level], text)
            return
        said = text if level == "info" else f"{level}: {text}"
        if self._journal:
            line = f"<{LEVELS[level]}>{text}\n"
        else:
            now = time.time_ns()
            clock = time.strftime("%H:%M:%S", time.localtime(now // 1_000_000_000))
            line = f"{self.program}[{os.getpid()}]: {clock}.{now // 1000 % 1_000_000:06d} {said}\n"
        # A daemon goes on when nobody listens to it any more.
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(line)
            sys.stderr.flush()


def _is_journal() -> bool:
    """Whether standard error goes to systemd's journal, which says so in the environment by device and inode."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    if not inode.isdecimal():
        return False
    try:
        status = os.fstat(2)
    except OSError:
        return False
    return (str(status.st_dev), str(status.st_ino)) == (device, inode)


def into_background(log: Log, folder: str = "") -> Callable[[], None]:
    """Go on in a child process and a session of its own; to be called before any thread is started.

    The parent waits until the child calls the function that is returned, then exits 0; a child that ends before gives its exit status.
    Up to that call messages go to standard error, after it standard files are the null device and the log is the system's. folder: the
    working folder from then on, empty to stay.
    """
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        os.close(writer)
        if os.read(reader, 1):
            os._exit(ExitCode.OK)
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else ExitCode.ERROR)
    os.close(reader)
    os.setsid()
    # In another root folder there may be neither of them.
    log.open_syslog()
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)

    def ready() -> None:
        log.to_syslog()
        for number in (0, 1, 2):
            os.dup2(null, number)
        if null > 2:
            os.close(null)
        if folder:
            os.chdir(folder)
        os.write(writer, b"\0")
        os.close(writer)

    return ready


class PidFile:
    """`folder/stem.N.pid`, N the first of 0 to 4 that no living process holds. Raises Unreachable where it cannot be written."""

    def __init__(self, folder: str, stem: str) -> None:
        for number in range(PID_FILES):
            self.path = os.path.join(folder, f"{stem}.{number}.pid")
            if _holder(self.path):
                continue
            try:
                # Taken over from one that died, or made; what is there is never followed as a link.
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.path)
                file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            except FileExistsError:
                continue
            except OSError as error:
                raise Unreachable(f"{self.path}: {error.strerror}") from None
            os.write(file, f"{os.getpid()}\n".encode())
            os.close(file)
            return
        raise Unreachable(f"{os.path.join(folder, stem)}.N.pid: {PID_FILES} of them are running already")

    def remove(self) -> None:
        """Take it away, if it is still ours."""
        if _holder(self.path) == os.getpid():
            # Without the privileges it was made with it stays; the next one takes it over.
            with contextlib.suppress(OSError):
                os.unlink(self.path)


def _holder(path: str) -> int:
    """The living process whose number stands in a pid file, 0 for none."""
    try:
        with open(path, "rb") as file:
            number = int(file.read(32))
        os.kill(number, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError, OverflowError):
        return 0
    except PermissionError:
        return number
    except OSError as error:
        raise Unreachable(f"{path}: {error.strerror}") from None
    return number


LATER = ("encodings.idna", "pyargus.record.filter", "pyargus.record.filter_cy", "pyargus.record.selector_cy", "stringprep")
"""Modules that are needed only once there are outputs, clients or names to look up."""


def keep_thread_ends() -> None:
    """Load what glibc needs to end a thread, and looks for when it first has to: not found in a new root folder, it aborts the process.

    Source: pthread_cancel(3), glibc's `libgcc_s.so.1 must be installed for pthread_exit to work`.
    """
    import ctypes
    import platform

    if platform.libc_ver()[0] == "glibc":
        try:
            ctypes.CDLL("libgcc_s.so.1")
        except OSError as error:
            raise Unreachable(f"a thread cannot be ended in another root folder: {error}") from None


def give_up_privileges(chroot: str, user: str, group: str) -> None:
    """Change root folder, groups and user for good, in that order, each where it is not empty.

    A user without a group brings the groups of the user. Raises BadUse for names that do not exist, Unreachable where it is not permitted.
    """
    import grp
    import pwd
    from importlib import import_module

    if chroot:
        keep_thread_ends()
    if chroot or user:
        # From another root folder no module can be loaded, and not every user may read them.
        for module in LATER:
            import_module(module)
    # Names are looked up before the root folder changes: in the new one there may be no list of them.
    try:
        record = pwd.getpwnam(user) if user else None
        gid = grp.getgrnam(group).gr_gid if group else (record.pw_gid if record else -1)
    except KeyError as error:
        raise BadUse(str(error.args[0])) from None
    if chroot:
        try:
            os.chroot(chroot)
            os.chdir("/")
        except OSError as error:
            raise Unreachable(f"-c {chroot}: {error.strerror}" + _capability(error, "CAP_SYS_CHROOT")) from None
    try:
        if gid >= 0:
            if record is not None:
                os.initgroups(record.pw_name, gid)
            else:
                os.setgroups([gid])
            os.setgid(gid)
        if record is not None:
            os.setuid(record.pw_uid)
    except OSError as error:
        raise Unreachable(f"-u {user}, -g {group}: {error.strerror}" + _capability(error, "CAP_SETUID and CAP_SETGID")) from None


def _capability(error: OSError, name: str) -> str:
    return f" (needs root or {name})" if isinstance(error, PermissionError) else ""


def notify(state: str) -> None:
    """Tell systemd, where it asked for it by NOTIFY_SOCKET: `READY=1`, `RELOADING=1`, `STOPPING=1`, `STATUS=text`."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name:
        return
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        try:
            sock.sendto(state.encode(), "\0" + name[1:] if name.startswith("@") else name)
        except OSError as error:
            raise PyargusError(f"NOTIFY_SOCKET {name}: {error.strerror}") from None
