"""Figures for Prometheus: the text, and who asks for it."""

import contextlib
import re
import socket
import threading
import urllib.error
import urllib.request

import pytest

from pyargus.errors import BadUse, Unreachable
from pyargus.network.metrics import COUNTER, GAUGE, Metric, MetricsServer, of_listener, of_sources, render, single
from pyargus.network.source import SourceStats
from tests.network.craft import Peer, Served, eventually, flows, free_port

LINE = re.compile(r'(# (HELP \w+ .+|TYPE \w+ (counter|gauge)))|\w+(\{\w+="([^"\\\n]|\\.)*"(,\w+="([^"\\\n]|\\.)*")*\})? [-+0-9.e]+')


def test_the_text() -> None:
    metrics = [single("a_total", COUNTER, "all of a", 3)]
    metrics += [Metric("b", GAUGE, "b", [((("x", 'q"\\\n'),), 1.5), ((("x", "y"), ("z", "")), 0)])]
    text = render(metrics)
    assert text == (
        "# HELP a_total all of a\n# TYPE a_total counter\na_total 3\n# HELP b b\n# TYPE b gauge\n"
        'b{x="q\\"\\\\\\n"} 1.5\nb{x="y",z=""} 0\n'
    )  # fmt: skip
    assert all(LINE.fullmatch(line) for line in text.splitlines())


def test_counters_keep_their_digits() -> None:
    assert render([single("a", COUNTER, "a", 9_007_199_254_740_993 - 1)]).endswith("a 9007199254740992\n")


def test_it_is_served() -> None:
    with Served() as served, served.client() as peer:
        served.listener.publish(flows())
        peer.read(len(flows()))
        eventually(lambda: served.listener.stats().clients[0].sent_bytes == 128 + len(flows()))
        port = free_port()
        sources = [SourceStats("argus://a:561", "open", 2, 1, 77, 3), SourceStats("argus://b:561", "waiting", 0, 9, 0, 0)]
        server = MetricsServer(f"{port}", lambda: of_listener(served.listener.stats()) + of_sources(sources))
        server.start()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
                lines = answer.read().decode().splitlines()
            with pytest.raises(urllib.error.HTTPError, match="404") as caught:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
            caught.value.close()
        finally:
            server.close()
    assert all(LINE.fullmatch(line) for line in lines)
    assert "argus_clients 1" in lines
    assert f"argus_published_bytes_total {len(flows())}" in lines
    assert any(line.startswith('argus_client_sent_bytes_total{client="1",address="127.0.0.1:') for line in lines)
    assert 'argus_source_up{source="argus://a:561"} 1' in lines and 'argus_source_up{source="argus://b:561"} 0' in lines
    assert 'argus_source_malformed_total{source="argus://a:561"} 3' in lines


def test_whoever_says_nothing_or_rubbish_keeps_nobody_waiting() -> None:
    port = free_port()
    server = MetricsServer(f"127.0.0.1:{port}", lambda: [single("a", GAUGE, "a", 1)])
    server.start()
    before = threading.active_count()
    try:
        with contextlib.ExitStack() as stack:
            for n in range(20):
                peer = stack.enter_context(Peer(port, greet=False))
                if n % 2:
                    peer.say(b"\xff\xfe\x00 rubbish\r\n\r\n")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                assert b"\na 1\n" in answer.read()
        eventually(lambda: threading.active_count() <= before)
    finally:
        server.close()


def test_where_it_cannot_be() -> None:
    with pytest.raises(BadUse, match="expected"):
        MetricsServer("localhost", list)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Unreachable, match="cannot serve metrics"):
        MetricsServer(f"127.0.0.1:{taken.getsockname()[1]}", list)
