"""The tool that writes the shipped names: registries as CSV, files of a system, what it refuses."""

from pathlib import Path

import pytest

from tools import make_names

SERVICES = """Service Name,Port Number,Transport Protocol,Description,Assignee,Contact
ssh,22,tcp,"The Secure Shell
(SSH) Protocol",,
ssh,22,udp,,,
ssh,22,sctp,,,
,24,tcp,any private mail system,,
http,80,tcp,World Wide Web HTTP,,
www,80,tcp,World Wide Web HTTP,,
x11,6000-6002,tcp,X Window System,,
unported,,tcp,,,
"""
PROTOCOLS = """Decimal,Keyword,Protocol,IPv6 Extension Header,Reference
0,HOPOPT,IPv6 Hop-by-Hop Option,Y,[RFC8200]
6,TCP,Transmission Control,,[RFC9293]
61,,any host internal protocol,,
7-8,RANGE,several,,
55,MOBILE (deprecated),IP Mobility,,
248-252,,Unassigned,,
"""


def lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]


def test_registries(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SERVICES)
    (tmp_path / "p.csv").write_text(PROTOCOLS)
    out = tmp_path / "out"
    assert make_names.main(["--services", str(tmp_path / "s.csv"), "--protocols", str(tmp_path / "p.csv"), "--to", str(out)]) == 0
    displays = [f"x11 600{number}/tcp" for number in range(3)]
    assert lines(out / "services") == ["ssh 22/tcp", "ssh 22/udp", "http 80/tcp", "www 80/tcp", *displays]
    assert lines(out / "protocols") == ["hopopt 0 HOPOPT", "tcp 6 TCP", "mobile 55 MOBILE"]
    assert (out / "services").read_text().startswith("# Names, numbers and aliases of IANA's Service Name")


def test_files_of_a_system(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("# comment\nhttp\t80/tcp\twww # web\nhttp 80/dccp\nodd\nntp 123/udp\n\nntp 123/udp\n")
    (tmp_path / "p").write_text("ip\t0\tIP\t# pseudo\n#\t99\t# any\nudp 17\n")
    make_names.main(["--services", str(tmp_path / "s"), "--protocols", str(tmp_path / "p"), "--to", str(tmp_path)])
    assert lines(tmp_path / "services") == ["http 80/tcp www", "ntp 123/udp"]
    assert lines(tmp_path / "protocols") == ["ip 0 IP", "udp 17"]
    assert (tmp_path / "services").read_text().startswith("# Names, numbers and aliases of a system's /etc/services")


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a,b,c\n1,2,3\n")
    with pytest.raises(SystemExit, match="neither Service Name"):
        make_names.main(["--services", str(tmp_path / "x"), "--protocols", str(tmp_path / "x"), "--to", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_what_is_shipped_is_written_by_the_tool(tmp_path: Path) -> None:
    shipped = make_names.FOLDER
    make_names.main(["--services", str(shipped / "services"), "--protocols", str(shipped / "protocols"), "--to", str(tmp_path)])
    for kind in ("services", "protocols"):
        assert (tmp_path / kind).read_text() == (shipped / kind).read_text()
