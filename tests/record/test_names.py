"""Names of services and protocols: of the system's files, of the shipped ones, aliases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pyargus.errors import BadUse
from pyargus.record import filter_words, names
from pyargus.record.filter import compile_filter


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """What was read of other files is forgotten before and after."""
    forget()
    yield
    forget()


def forget() -> None:
    names.services.cache_clear()
    names._service_lines.cache_clear()


def of_system(monkeypatch: pytest.MonkeyPatch, folder: Path, services: str = "", protocols: str = "") -> None:
    """Have the system's files be these; an empty text is no file."""
    for name, text in (("services", services), ("protocols", protocols)):
        if text:
            (folder / name).write_text(text)
        monkeypatch.setattr(names, name.upper(), str(folder / name))


def test_the_file_of_the_system_goes_before_the_shipped_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    of_system(monkeypatch, tmp_path, "shell 22/tcp secsh # comment\nother 22/tcp\nbad x/tcp\nshort\nname 53/udp\n", "mine 200 MINE\n")
    assert names.services() == ({22: b"shell"}, {53: b"name"})
    assert names.service("secsh", "tcp") == names.service("shell", "tcp") == names.service("other", "tcp") == 22
    assert names.service("name", "tcp") is None and names.service("https", "tcp") is None
    assert filter_words.ip_protocol("mine") == filter_words.ip_protocol("MINE") == 200
    assert filter_words.ip_protocol("udplite") is None


def test_without_a_file_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    of_system(monkeypatch, tmp_path)
    tcp, udp = names.services()
    assert (tcp[22], tcp[80], tcp[443], udp[53], udp[123]) == (b"ssh", b"http", b"https", b"domain", b"ntp")
    assert 22 not in udp
    assert filter_words.ip_protocol("udplite") == 136


def test_an_alias_in_a_filter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    of_system(monkeypatch, tmp_path)
    assert compile_filter("tcp port www").listing() == compile_filter("tcp port http").listing().replace("http", "www ")
    for wrong in ("udp port www", "port HTTP", "port 80x"):
        with pytest.raises(BadUse):
            compile_filter(wrong)
