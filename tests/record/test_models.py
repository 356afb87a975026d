"""Statements of racluster.conf as rows of one table: in either build, the groups that racluster makes of the same statements."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.ratop.support import browsing, capture, press, screen
from tests.kernels import SOURCE

CONF = """# hosts that ask for names, all TCP by service, and once more what goes to one port
RACLUSTER_PRESERVE_FIELDS=yes
filter="udp and port 53" model="saddr proto" label="names" idle=30
filter="tcp" model="proto dport" label="services" cont
filter="dst port 443" model="saddr daddr" label="secure"
"""
FIELDS = ["-s", "stime", "proto", "saddr", "sport", "daddr", "dport", "spkts", "dbytes", "state", "label"]
# Kernels from their sources, as the build without a compiler has them.
INTERPRETED = """
import sys, importlib.util
from pathlib import Path
folder = sys.argv.pop(1)
class Finder:
    @staticmethod
    def find_spec(name, path, target=None):
        if name.startswith("pyargus.") and name.endswith("_cy"):
            return importlib.util.spec_from_file_location(name, Path(folder, *name.split(".")).with_suffix(".py"))
sys.meta_path.insert(0, Finder)
import pyargus.record.models_cy as kernel
assert kernel.__file__.endswith(".py")
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return capture(tmp_path_factory.mktemp("capture"))


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    path = tmp_path / "racluster.conf"
    path.write_text(CONF)
    return path


def printed(program: str, *arguments: object, before: str = "") -> list[str]:
    """Lines of a program in CSV, in an order of their own."""
    code = f"{before}\nfrom pyargus.clients.{program} import main; main()"
    command = [sys.executable, "-c", code, *([str(SOURCE)] if before else []), "-X", "-n", *map(str, arguments), "--format", "csv", *FIELDS]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    return sorted(result.stdout.splitlines())


@pytest.mark.parametrize("before", ["", INTERPRETED], ids=["compiled", "interpreted"])
def test_rows_are_the_groups_of_racluster(office: Path, conf: Path, before: str) -> None:
    untimed = conf.with_name("untimed.conf")
    untimed.write_text(CONF.replace(" idle=30", ""))
    wanted = printed("racluster", "-r", office, "-f", untimed)
    assert len({line.rsplit(",", 1)[1] for line in wanted}) == 5  # the title, three labels and none
    assert printed("ratop", "-1", "-r", office, "-f", conf, before=before) == wanted


def test_the_browser_works_on_them(office: Path, conf: Path) -> None:
    with browsing("-n", "-r", office, "-f", conf, *FIELDS, columns=200, rows=40) as browser:
        table = browser.view.table
        assert table.groups.number == 4 and table.count == table.listed == len(table.groups.rows())
        assert f"-f {conf}" in screen(browser)[0]
        press(browser, "/", "<services>", "enter", "enter")
        assert browser.pages and browser.pages[-1].name == "Detail"
        press(browser, "escape", "y")
        assert browser.effects[-1][1].startswith("tcp and dst port ")
        press(browser, "/", "<names>", "enter", "ctrl+r")
        row = browser.view.current()
        assert row % 4 == 0
        before = table.count
        now = [table.clock() + 31_000_000]
        table.clock = lambda: now[0]
        table.expire(now[0], 60_000_000)
        assert not table.holds(row) and 0 < table.count < before
        assert all(group % 4 for group in table.groups.rows())
        press(browser, ":", "m", "< saddr>", "enter")
        assert browser.view.shape.models == "" and browser.view.table.count > 5


