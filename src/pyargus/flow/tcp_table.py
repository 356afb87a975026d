"""The TCP machine as data: what the first segment of a connection makes of it, and what each later one does in each state.

`FIRST` maps the flag set of a first segment (ECE and CWR masked out) to (overall status, state, rule). `STEPS` lists, for each state,
tests on the flag byte of a later segment in the order in which they are tried, with the action that follows; the actions with their
further conditions are in `tcp_cy`. `first_table` and `step_table` lay both out for the kernel as bytes indexed by flags. Source:
sensor behaviour, "TCP engine".
"""

from enum import IntEnum
from functools import cache

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 1, 2, 4, 8, 16, 32, 64, 128


class State(IntEnum):
    """Connection states, numbered as the record format numbers them."""

    CLOSED = 0
    LISTEN = 1
    SYN_SENT = 2
    SYN_RCVD = 3
    ESTABLISHED = 4
    CLOSE_WAIT = 5
    FIN_WAIT_1 = 6
    CLOSING = 7
    LAST_ACK = 8
    FIN_WAIT_2 = 9
    TIME_WAIT = 10


class First(IntEnum):
    """How the sequence numbers of a first segment are taken."""

    SYN = 1
    SYNACK = 2
    DATA = 3
    FIN = 4
    ODD = 5
    RST = 6


class Step(IntEnum):
    """What a later segment does; NOTHING leaves the state as it is."""

    NOTHING = 0
    RESET = 1
    REPEATED_SYN = 2
    SYNACK = 3
    FIN = 4
    ESTABLISH = 5
    ESTABLISH_TIMED = 6
    SYN_IN_SESSION = 7
    NEW = 8
    FINISH = 9
    ACKED = 10


FIRST: dict[int, tuple[int, State, First]] = {
    SYN: (0x1, State.SYN_SENT, First.SYN),
    SYN | ACK: (0x2, State.SYN_RCVD, First.SYNACK),
    **{
        flags: (0x4, State.ESTABLISHED, First.DATA)
        for flags in (ACK, PSH | ACK, URG | ACK, PSH | URG | ACK, PSH, URG, PSH | URG)
    },
    FIN: (0x8, State.FIN_WAIT_1, First.FIN),
    FIN | ACK: (0x8, State.FIN_WAIT_1, First.FIN),
}
FIRST_RST = (0x3000, State.LISTEN, First.RST)
FIRST_ODD = (0x4, State.CLOSING, First.ODD)

# state -> tests in order: (flags that must be set, flags that must be clear, action). A clear mask of ~set means "exactly".
_EXACTLY_SYN = (SYN, 0xFF & ~SYN)
_EXACTLY_SYNACK = (SYN | ACK, 0xFF & ~(SYN | ACK))
STEPS: dict[State, list[tuple[int, int, Step]]] = {
    State.SYN_SENT: [
        (*_EXACTLY_SYN, Step.REPEATED_SYN),
        (*_EXACTLY_SYNACK, Step.SYNACK),
        (FIN, 0, Step.FIN),
        (ACK, 0, Step.ESTABLISH),
    ],
    State.SYN_RCVD: [(FIN, 0, Step.FIN), (ACK, SYN, Step.ESTABLISH_TIMED), (SYN, 0, Step.REPEATED_SYN)],
    State.ESTABLISHED: [(FIN, 0, Step.FIN), (SYN, 0, Step.SYN_IN_SESSION)],
    State.CLOSE_WAIT: [(SYN, ACK, Step.NEW), (FIN, 0, Step.FINISH), (ACK, 0, Step.FINISH)],
    State.FIN_WAIT_1: [(SYN, ACK, Step.NEW), (FIN, 0, Step.FINISH), (ACK, 0, Step.FINISH)],
    State.LAST_ACK: [(FIN, 0, Step.FINISH), (ACK, 0, Step.FINISH)],
    State.FIN_WAIT_2: [(FIN, 0, Step.FINISH), (ACK, 0, Step.FINISH)],
    State.CLOSING: [(SYN, ACK, Step.NEW), (ACK, 0, Step.ACKED)],
    State.TIME_WAIT: [(SYN, ACK, Step.NEW), (ACK, 0, Step.ACKED)],
    State.CLOSED: [(SYN, ACK, Step.NEW)],
}


def first_row(flags: int) -> tuple[int, State, First]:
    """Overall status, state and rule for a connection whose first segment has these flags."""
    if flags & RST:
        return FIRST_RST
    return FIRST.get(flags & ~(ECE | CWR), FIRST_ODD)


def step(state: State, flags: int) -> Step:
    """What a segment with these flags does in this state."""
    if flags & RST and state is not State.LISTEN:
        return Step.RESET
    for wanted, unwanted, action in STEPS.get(state, []):
        if flags & wanted == wanted and not flags & unwanted:
            return action
    return Step.NOTHING


@cache
def first_table() -> bytes:
    """256 bytes: the First rule of each flag byte."""
    return bytes(first_row(flags)[2] for flags in range(256))


@cache
def step_table() -> bytes:
    """16 x 256 bytes: the Step of each state and flag byte."""
    states = [step(State(s), flags) if s <= State.TIME_WAIT else Step.NOTHING for s in range(16) for flags in range(256)]
    return bytes(states)
