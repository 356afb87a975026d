"""The parts of the reference pages that are made from the project's tables: `python tools/make_docs.py [--check]`.

A part stands between `<!-- made: NAME -->` and `<!-- end -->`; the text around it is written by hand. With --check nothing is written
and the exit code is 1 where a page is not what the tables say.
"""

import importlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from pyargus.clients import radium_options, rc, sensor_options
from pyargus.clients.help import idle_options, listed
from pyargus.clients.listing import TYPES
from pyargus.clients.options import Option
from pyargus.clients.program import RA, Mode, Program
from pyargus.clients.ratop.actions import GROUPS, spelled
from pyargus.clients.sensor_settings import SensorSettings
from pyargus.flow import config
from pyargus.flow.tcp_table import ACK, CWR, ECE, FIN, FIRST, FIRST_ODD, FIRST_RST, PSH, RST, STEPS, SYN, URG, First, State, Step
from pyargus.record.keys import WORDS
from pyargus.record.schema import FIELDS, MERGE
from pyargus.record.sortkeys import ALIASES, parse_key, sort_names

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
PROGRAMS: dict[str, Program] = {
    name: importlib.import_module(f"pyargus.clients.{name}").PROGRAM for name in SCRIPTS if name != "argus"
}
PAGES = (*(f"docs/reference/{name}.md" for name in SCRIPTS), "docs/reference/fields.md", "docs/reference/tcp-machine.md")
_PART = re.compile(r"(<!-- made: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)

LETTERS = {SYN: "SYN", FIN: "FIN", RST: "RST", PSH: "PSH", ACK: "ACK", URG: "URG", ECE: "ECE", CWR: "CWR"}

NUMBERS = {
    First.SYN: "both are the sequence number",
    First.SYNACK: "both are the sequence number; what the peer acknowledged is taken from the acknowledgement",
    First.DATA: "base is one below the sequence number, next is the end of the payload; with ACK as above",
    First.FIN: "base is one below the sequence number, next is the end of the payload",
    First.ODD: "base is one below the sequence number, next is the end of the payload",
    First.RST: "as for data, or from the acknowledgement where the sequence number is 0",
}

# What a step does, and the states it can lead to besides the one it starts from.
DOES: dict[Step, tuple[str, tuple[State, ...]]] = {
    Step.NOTHING: ("nothing", ()),
    Step.RESET: (
        "reset bits; in SYN_SENT: CLOSING, unless it answers the SYN; else CLOSED where its number is in the window, "
        "CLOSING where it is not",
        (State.CLOSED, State.CLOSING),
    ),
    Step.REPEATED_SYN: ("a retransmission", ()),
    Step.SYNACK: ("SYN-ACK bit; the time since the SYN, where it answers that", (State.SYN_RCVD,)),
    Step.FIN: ("FIN bits", (State.FIN_WAIT_1,)),
    Step.ESTABLISH: ("established bits", (State.ESTABLISHED,)),
    Step.ESTABLISH_TIMED: ("established bits; the time since the SYN-ACK, where it answers that", (State.ESTABLISHED,)),
    Step.SYN_IN_SESSION: ("a retransmission; with ACK also the SYN-ACK and established bits", ()),
    Step.NEW: ("a SYN without any other flag: the flow is reported with cause Stop and begins anew; else nothing", (State.SYN_SENT,)),
    Step.FINISH: (
        "FIN bits (FIN with ACK) or a retransmission (FIN alone, after a FIN-ACK); an empty ACK of the peer's last byte after the "
        "peer's FIN: FIN-ACK bits, FIN_WAIT_2",
        (State.FIN_WAIT_2,),
    ),
    Step.ACKED: ("CLOSED where it acknowledges the peer's last byte and both sides have sent as much", (State.CLOSED,)),
}

# Where a segment with SYN leads a flow that began with a reset.
ANEW = (State.SYN_SENT, State.SYN_RCVD, State.CLOSING)

TIMEOUT_NAMES = {
    "tcp": ("TCP, in any state", "ARGUS_TCP_TIMEOUT"),
    "ip": ("UDP, other protocols of IP, fragments that belong to no flow", "ARGUS_IP_TIMEOUT"),
    "icmp": ("ICMP, ICMPv6", "ARGUS_ICMP_TIMEOUT"),
    "arp": ("ARP, RARP", "ARGUS_ARP_TIMEOUT"),
    "esp": ("ESP", ""),
    "igmp": ("IGMP", ""),
    "other": ("everything that is not IP", ""),
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def names(flags: int) -> str:
    """Flags by name."""
    return " ".join(name for bit, name in LETTERS.items() if flags & bit) or "none"


# ---- the sensor's options


def option_table(options: Iterable[Option]) -> str:
    """Options with what they take and do."""
    rows = [
        ((f"`-{row.letter}`, " if len(row.letter) == 1 else "") + f"`--{row.name}`", f"`{row.value}`" if row.value else "", row.text)
        for row in options
    ]
    return table(("option", "takes", "effect"), rows)


def options() -> str:
    """Options that work."""
    return option_table(row for row in sensor_options.OPTIONS if not row.refused)


def refused_options() -> str:
    """Options that are known and refused."""
    return table(("option", "why"), [(f"`-{row.letter}`", row.refused) for row in sensor_options.OPTIONS if row.refused])


def variables() -> str:
    """Variables of argus.conf that have an effect."""
    by_letter = {row.letter: row for row in sensor_options.OPTIONS}
    rows = []
    for name, letter in sensor_options.VARIABLES.items():
        dashes = "-" if len(letter) == 1 else "--"
        rows.append((f"`ARGUS_{name}`", f"as `{dashes}{letter}`: {by_letter[letter].text}"))
    for name in (*sensor_options.SWITCHES, *sensor_options.SECONDS, *sensor_options.OTHERS):
        rows.append((f"`ARGUS_{name}`", sensor_options.MEANINGS[name]))
    return table(("variable", "effect"), sorted(rows))


def radium_variables() -> str:
    """Variables of radium.conf that have an effect."""
    rows = []
    for name, letter in radium_options.VARIABLES.items():
        dashes = "-" if len(letter) == 1 else "--"
        rows.append((f"`RADIUM_{name}`", f"as `{dashes}{letter}`: {radium_options.BY_LETTER[letter].text}"))
    rows += [(f"`RADIUM_{name}`", text) for name, text in radium_options.MEANINGS.items()]
    return table(("variable", "effect"), sorted(rows))


def radium_refused() -> str:
    """Options and variables of the relay that are known and refused, and those without effect."""
    rows = [(f"`-{row.letter}`", row.refused) for row in radium_options.OPTIONS if row.refused]
    rows += [(f"`RADIUM_{name}`", why) for name, why in sorted(radium_options.REFUSED.items())]
    silent = ", ".join(f"`RADIUM_{name}`" for name in sorted(radium_options.SILENT))
    return f"{table(('option or variable', 'why'), rows)}\nTaken without effect: `-O`, {silent}.\n"


def silent_variables() -> str:
    """Variables that are taken and change nothing."""
    return ", ".join(f"`ARGUS_{name}`" for name in sorted(sensor_options.SILENT)) + "\n"


def refused_variables() -> str:
    """Variables that are known and refused."""
    return table(("variable", "why"), [(f"`ARGUS_{name}`", why) for name, why in sorted(sensor_options.REFUSED.items())])


def defaults() -> str:
    """What holds without any option."""
    settings = SensorSettings()
    flow = settings.flow
    rows = [
        ("status interval", f"{flow.interval / 1_000_000:g} s"),
        ("management interval", f"{settings.management_interval} s"),
        ("user data", f"{flow.user_size} bytes"),
        ("source id", "none" if flow.ident_kind == 0 else str(flow.ident)),
        *(
            (text, "yes" if value else "no")
            for text, value in (
                ("application bytes", flow.app_bytes),
                ("jitter", flow.jitter),
                ("MAC addresses", flow.macs),
                ("packet sizes", flow.sizes),
                ("start records", flow.start_records),
                ("four times in a record", flow.four_times),
                ("search for tunnels", flow.tunnels),
                ("recognition of duplicates", flow.track_duplicates),
            )
        ),
    ]
    return table(("setting", "default"), rows)


# ---- the clients


def own_options(program: Program) -> str:
    """The options that a client does not share with all others."""
    return option_table(listed(program.own))


def mode_table(modes: Iterable[Mode]) -> str:
    """Words of -M."""
    rows = [(f"`{row.word}{'' if row.value[:1] in ('', '=') else ' '}{row.value}`", row.text) for row in modes]
    return table(("word", "effect"), rows)


def own_modes(program: Program) -> str:
    """The words of -M that a client does not share with all others."""
    return mode_table(program.modes)


def shared_options() -> str:
    """The options of all clients."""
    idle = f"Taken without effect where a client does not say otherwise: `{idle_options(RA.options)}`."
    return f"{option_table(listed(RA.options))}\n{idle}\n"


def shared_modes() -> str:
    """The words of -M of all clients."""
    return mode_table(RA.words.values())


def shared_variables() -> str:
    """Names of the variables of rc files."""
    return ", ".join(f"`{name}`" for name in sorted(rc.VARIABLES)) + "\n"


# ---- the TCP machine


def first_segments() -> str:
    """What the first segment of a connection makes of it."""
    rows: list[tuple[str, str, str, str]] = []
    groups: dict[tuple[int, State, First], list[int]] = {}
    for flags, row in FIRST.items():
        groups.setdefault(row, []).append(flags)
    rows.append(_first(["RST with anything"], FIRST_RST))
    rows += [_first([names(flags) for flags in members], row) for row, members in groups.items()]
    rows.append(_first(["everything else"], FIRST_ODD))
    return table(("flags", "overall status", "state", "base and next number of its sender"), rows)


def _first(flags: list[str], row: tuple[int, State, First]) -> tuple[str, str, str, str]:
    status, state, rule = row
    return "; ".join(flags), f"{status:#x}", state.name, NUMBERS[rule]


def condition(wanted: int, unwanted: int) -> str:
    """A test on the flag byte in words."""
    if wanted | unwanted == 0xFF:
        return f"exactly {names(wanted)}"
    return names(wanted) + (f" without {names(unwanted)}" if unwanted else "")


def steps() -> str:
    """Which step a later segment makes, in the order in which the tests are tried."""
    rows = [("any but LISTEN", "RST", Step.RESET.name)]
    for state in State:
        rows += [(state.name, condition(wanted, unwanted), action.name) for wanted, unwanted, action in STEPS.get(state, [])]
    rows.append((State.LISTEN.name, "SYN", "begins anew, as by the table above"))
    rows.append(("any", "everything else", Step.NOTHING.name))
    return table(("state", "segment", "step"), rows)


def actions() -> str:
    """What the steps do."""
    return table(
        ("step", "what it does", "may lead to"), [(step.name, text, ", ".join(t.name for t in to)) for step, (text, to) in DOES.items()]
    )


def edges() -> dict[tuple[State, State], list[str]]:
    """From state, to state, the segments that may lead there; without those that stay and without resets."""
    found: dict[tuple[State, State], list[str]] = {}
    for state, tests in STEPS.items():
        for wanted, unwanted, action in tests:
            for target in DOES[action][1]:
                if target != state:
                    found.setdefault((state, target), []).append(condition(wanted, unwanted))
    return found


def diagram() -> str:
    """The machine as a Mermaid diagram. States that no segment leads to are left out."""
    lines = ["```mermaid", "stateDiagram-v2"]
    starts: dict[State, list[str]] = {FIRST_RST[1]: ["RST"], FIRST_ODD[1]: ["other"]}
    for flags, (_, state, _) in FIRST.items():
        starts.setdefault(state, []).append(names(flags))
    reached = {target for _, target in edges()} | set(starts) | set(DOES[Step.RESET][1])
    for state, flags_of in starts.items():
        label = flags_of[0] if len(flags_of) < 3 else f"{flags_of[0]}, ..."
        lines.append(f"    [*] --> {state.name}: {label if len(flags_of) != 2 else ', '.join(flags_of)}")
    for (state, target), tests in edges().items():
        if state in reached:
            lines.append(f"    {state.name} --> {target.name}: {', '.join(dict.fromkeys(tests))}")
    for target in ANEW:
        lines.append(f"    {State.LISTEN.name} --> {target.name}: {', '.join(starts[target])} after a reset")
    for state in sorted(reached - {State.LISTEN}):
        targets = [target.name for target in DOES[Step.RESET][1] if target != state]
        if state == State.SYN_SENT:
            targets = [State.CLOSING.name]
        lines += [f"    {state.name} --> {target}: RST" for target in targets]
    return "\n".join([*lines, "```", ""])


def timeouts() -> str:
    """Seconds of silence after which a flow is forgotten."""
    rows = [
        (TIMEOUT_NAMES[name][0], str(seconds), f"`{TIMEOUT_NAMES[name][1]}`" if TIMEOUT_NAMES[name][1] else "")
        for name, seconds in config.TIMEOUTS.items()
    ]
    return table(("flow", "seconds", "variable"), rows)


def fields() -> str:
    """The field table."""
    lines = ["| name | title | type | unit | merged | description |", "|---|---|---|---|---|---|"]
    for field in FIELDS:
        text = field.text.replace("|", "\\|")
        title = f"`{field.title}`" if field.title else ""
        lines.append(f"| `{field.name}` | {title} | {TYPES[field.arrow]} | {field.unit} | {field.merge} | {text} |")
    return "\n".join(lines) + "\n"


def sort_keys() -> str:
    """What records can be sorted by, and which way."""
    rising = [name for name in sort_names() if not parse_key(name)[2]]
    falling = [name for name in sort_names() if parse_key(name)[2]]
    others = ", ".join(f"`{alias}` for `{name}`" for alias, name in ALIASES.items())
    return f"Ascending: `{' '.join(rising)}`.\n\nDescending: `{' '.join(falling)}`.\n\nOther names: {others}.\n"


def browser_keys() -> str:
    """Keys and commands of ratop."""
    out = []
    for title, members in GROUPS.items():
        rows = []
        for action in members:
            keys = " ".join(f"`{spelled(key)}`" for key in action.keys)
            effect = f"refused: {action.refused}" if action.refused else action.text
            rows.append((keys, f"`:{action.letter}`" if action.letter else "", effect))
        out.append(f"### {title}\n\n" + table(("keys", "command", "effect"), rows))
    return "\n".join(out)


def merge_rules() -> str:
    """What the words of the column `merged` say."""
    return table(("merged", "the values of several records become"), [(f"`{word}`", text) for word, text in MERGE.items()])


def cluster_keys() -> str:
    """The words of an aggregation key."""
    return table(("word", "part of the key"), [(f"`{word}`", text) for word, text in WORDS.items()])


PARTS: dict[str, Callable[[], str]] = {
    "cluster-keys": cluster_keys,
    "merge-rules": merge_rules,
    "fields": fields,
    "options": options,
    "refused-options": refused_options,
    "variables": variables,
    "silent-variables": silent_variables,
    "refused-variables": refused_variables,
    "radium-variables": radium_variables,
    "radium-refused": radium_refused,
    "defaults": defaults,
    "first-segments": first_segments,
    "steps": steps,
    "actions": actions,
    "diagram": diagram,
    "timeouts": timeouts,
    "shared-options": shared_options,
    "shared-modes": shared_modes,
    "shared-variables": shared_variables,
    "sort-keys": sort_keys,
    "browser-keys": browser_keys,
    **{f"options-of-{name}": partial(own_options, program) for name, program in PROGRAMS.items() if listed(program.own)},
    **{f"modes-of-{name}": partial(own_modes, program) for name, program in PROGRAMS.items() if program.modes},
}


def fill(text: str) -> str:
    """A page with its parts made anew. Raises KeyError for a part that is not known."""
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n{found[3]}", text)


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or (--check) say which are not current."""
    stale = [page for page in PAGES if fill((ROOT / page).read_text()) != (ROOT / page).read_text()]
    for page in stale:
        if "--check" in arguments:
            sys.stderr.write(f"{page} is not what the tables say: make docs\n")
        else:
            (ROOT / page).write_text(fill((ROOT / page).read_text()))
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
