"""What -i names, and the other settings of live capture."""

import pytest

from pyargus.clients.sensor_devices import Device, parse
from pyargus.clients.sensor_settings import from_argv
from pyargus.errors import BadUse

A, B, C = Device("a"), Device("b"), Device("c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", [[A]]),
        ("any", [[Device("any")]]),
        ("a b", [[A, B]]),
        ("bond:a,b", [[A, B]]),
        ("dup:a, b/7", [[A, Device("b", None, "7")]]),
        ("ind:a,b", [[A], [B]]),
        ("ind:all", [[Device("all")]]),
        ("a/192.0.2.7", [[Device("a", None, "192.0.2.7")]]),
        ("a(1)/x", [[Device("a", 1, "x")]]),
        ("dup:[bond:a,b],c", [[A, B, C]]),
        ("ind:[dup:a,b],c", [[A, B], [C]]),
        ("eth0.5:1", [[Device("eth0.5:1")]]),
    ],
)
def test_names(text: str, expected: list[list[Device]]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["", " ", "ind:", "dup:a,", "dup:[a,b", "a]", "a(x)", "a(1", "a/", "/7"])
def test_what_names_nothing(text: str) -> None:
    with pytest.raises(BadUse, match="-i"):
        parse(text)


def test_options_in_their_order(tmp_path) -> None:  # type: ignore[no-untyped-def]
    conf = tmp_path / "conf"
    conf.write_text("ARGUS_INTERFACE=a\nARGUS_INTERFACE=b\nARGUS_DAEMON=yes\nARGUS_ACCESS_PORT=561\n")
    assert from_argv(["-F", str(conf)]).live.sources == [[A], [B]]
    # An interface on the command line takes the place of those of files, a second one stands beside it.
    assert from_argv(["-F", str(conf), "-i", "c", "-i", "a"]).live.sources == [[C], [A]]
    ways: list[list[str]] = [[], ["-d"], ["-dd"], ["-d", "--foreground"]]
    assert [from_argv(["-F", str(conf), *more]).live.in_background for more in ways] == [True, False, True, False]
    assert [from_argv(["-X", *more]).live.in_background for more in ways] == [False, True, False, False]
    assert from_argv(["-F", str(conf), "-X"]).live.port == 0


@pytest.mark.parametrize(
    ("argv", "expected"), [([], 192), (["-U", "100"], 292), (["-U", "-1"], 65535), (["-C"], 65535), (["-C", "-s", "70"], 70)]
)
def test_bytes_that_are_captured(argv: list[str], expected: int) -> None:
    settings = from_argv(["-X", *argv])
    assert settings.live.captured(settings.flow.user_size, settings.flow.control_data) == expected


@pytest.mark.parametrize(("text", "expected"), [("9", 9), ("64K", 64 << 10), ("2m", 2 << 20), ("1G", 1 << 30)])
def test_the_size_of_the_buffer(tmp_path, text: str, expected: int) -> None:  # type: ignore[no-untyped-def]
    conf = tmp_path / "conf"
    conf.write_text(f"ARGUS_PCAP_BUF_SIZE={text}\n")
    assert from_argv(["-F", str(conf)]).live.buffer == expected
    conf.write_text("ARGUS_PCAP_BUF_SIZE=many\n")
    with pytest.raises(BadUse, match="a number of bytes such as 64M is expected"):
        from_argv(["-F", str(conf)])


@pytest.mark.parametrize("argv", [["-P", "x"], ["-s", "0"], ["-s", "300000"], ["--capture", "x"]])
def test_values_that_cannot_be(argv: list[str]) -> None:
    with pytest.raises(BadUse, match=argv[0]):
        from_argv(["-X", *argv])
