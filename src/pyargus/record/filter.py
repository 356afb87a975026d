"""The filter language: text to a program of tests for `filter_cy`.

`and` and `or` bind alike and to the left; a bare value repeats the qualifiers of the term before it. Comparisons of quantities are
written as words (`gt`, `lte`); the two sides of a record are or-ed unless a direction is given.

Source: argus 3 "filter expressions".
"""

from __future__ import annotations

import ipaddress
import re

from pyargus.errors import BadUse
from pyargus.record import filter_words as words

TOKEN = re.compile(
    r"""\s*(?:
    (?P<mac>[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}(?![0-9a-fA-F:]))
  | (?P<v6>(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{1,4}|\d+\.\d+\.\d+\.\d+)?(?![0-9a-zA-Z:]))
  | (?P<v4>\d+\.\d+\.\d+\.\d+(?![.\w]))
  | (?P<float>[-+]?\d*\.\d+(?![.\w]))
  | (?P<range>\d+-\d+(?![.\w]))
  | (?P<int>[-+]?(?:0[xX][0-9a-fA-F]+|\d+)(?![.\w-]))
  | "(?P<string>[^"]*)"
  | (?P<escaped>\\[A-Za-z0-9_.-]+)
  | (?P<name>[A-Za-z0-9][A-Za-z0-9_.-]*)
  | (?P<op>&&|\|\||<<|>>|>=|<=|!=|==|[!()\[\]:+\-*/&|=<>])
)""",
    re.VERBOSE,
)

COMPARE = {"eq": "eq", "equal": "eq", "gt": "gt", "greater": "gt", "gte": "gte", ">=": "gte", "lt": "lt", "less": "lt", "lte": "lte",
           "<=": "lte", "neq": "neq"}  # fmt: skip
SIDES = {"eq": 0, "gt": 1, "gte": 2}


class Token:
    __slots__ = ("at", "kind", "text")

    def __init__(self, kind: str, text: str, at: int) -> None:
        self.kind = kind
        self.text = text
        self.at = at


class Test:
    """One test of a record: `code` is what filter_cy looks at, the rest its operands; text for -b."""

    __slots__ = ("a", "b", "c", "code", "compare", "d", "real", "side", "text")

    def __init__(
        self, code: int, side: int = 0, compare: int = 0, a: int = 0, b: int = 0, c: int = 0, d: int = 0, real: float = 0.0, text: str = ""
    ) -> None:
        self.code = code
        self.side = side
        self.compare = compare
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.real = real
        self.text = text


class Node:
    """An inner node: `kind` is and, or, not, true, false or test."""

    __slots__ = ("kind", "parts", "test")

    def __init__(self, kind: str, parts: list[Node] | None = None, test: Test | None = None) -> None:
        self.kind = kind
        self.parts = parts if parts is not None else []
        self.test = test


def both(a: Node, b: Node) -> Node:
    return Node("and", [a, b])


def either(a: Node, b: Node) -> Node:
    return Node("or", [a, b])


def negate(a: Node) -> Node:
    return Node("not", [a])


def leaf(code: int, text: str, **operands: int | float) -> Node:
    return Node("test", test=Test(code, text=text, **operands))  # type: ignore[arg-type]


class Program:
    """The compiled filter: tests with the index to go to when true and when false; -1 accepts, -2 rejects."""

    def __init__(self) -> None:
        self.rows: list[tuple[Test, int, int]] = []
        self.entry = -1

    def listing(self) -> str:
        """A line for each test, in the order in which they run."""
        names = {-1: "accept", -2: "reject"}
        last = len(self.rows) - 1
        out = [f"({last - self.entry:03d}) start" if self.entry >= 0 else names[self.entry]]
        for index in range(last, -1, -1):
            test, yes, no = self.rows[index]
            jumps = [names[j] if j < 0 else f"{last - j:03d}" for j in (yes, no)]
            out.append(f"({last - index:03d}) {test.text:<40} true {jumps[0]:<8} false {jumps[1]}")
        return "\n".join(out) + "\n"


def compile_filter(text: str) -> Program:
    """Parse and compile. Raises BadUse that quotes the offending word and its column."""
    tree = _tree(Parser(text))
    program = Program()
    program.entry = _generate(program, tree, -1, -2)
    return program


def check_filter(text: str) -> list[str]:
    """Parse, names of hosts taken as they are: for a filter that is being typed, or whose names may take long to look up.

    Returns the names of hosts in it. Raises BadUse as `compile_filter` does.
    """
    parser = Parser(text, look_up=False)
    _tree(parser)
    return parser.names


def _tree(parser: Parser) -> Node:
    try:
        return parser.parse()
    except RecursionError:
        raise BadUse(f"filter {parser.text[:40]!r}...: nested too deeply") from None


def _generate(program: Program, node: Node, yes: int, no: int) -> int:
    if node.kind == "true":
        return yes
    if node.kind == "false":
        return no
    if node.kind == "not":
        return _generate(program, node.parts[0], no, yes)
    if node.kind == "and":
        return _generate(program, node.parts[0], _generate(program, node.parts[1], yes, no), no)
    if node.kind == "or":
        return _generate(program, node.parts[0], yes, _generate(program, node.parts[1], yes, no))
    assert node.test is not None
    program.rows.append((node.test, yes, no))
    return len(program.rows) - 1


def _too_large(text: str) -> bool:
    digits = text.lstrip("+")
    if len(digits) > 80:
        return True
    return bool(digits) and int(digits, 16 if digits[:2] in ("0x", "0X") else 10) >= 1 << 64


class Head:
    """The qualifiers of a term: protocol, direction (src, dst, or, and) and what is compared."""

    __slots__ = ("key", "proto", "side")

    def __init__(self) -> None:
        self.proto = self.side = self.key = ""


class Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, text: str, look_up: bool = True) -> None:
        """look_up: ask for the addresses of hosts that are given by name, else they are gathered in `names`."""
        self.text = text
        self.look_up = look_up
        self.names: list[str] = []
        self._addresses: dict[str, list[str]] = {}
        self.tokens = self._tokens(text)
        self.at = 0
        self.last: Head | None = None

    def _tokens(self, text: str) -> list[Token]:
        out = []
        at = 0
        end = len(text.rstrip())
        while at < end:
            match = TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise BadUse(f"filter: illegal character {text[at:].lstrip()[:1]!r} at column {at + 1} of {text!r}")
            kind = match.lastgroup
            token = Token(kind, match.group(kind), match.start(kind))
            if kind in ("int", "range") and len(token.text) > 17 and any(_too_large(part) for part in token.text.split("-")):
                raise self.fail("a number of more than 64 bits", token)
            out.append(token)
            at = match.end()
        return out

    def fail(self, reason: str, token: Token | None = None) -> BadUse:
        token = token or self.peek()
        if token is None:
            return BadUse(f"filter: {reason} at the end of {self.text!r}")
        return BadUse(f"filter: {reason}: {token.text!r} at column {token.at + 1} of {self.text!r}")

    def peek(self, ahead: int = 0) -> Token | None:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else None

    def word(self, ahead: int = 0) -> str:
        token = self.peek(ahead)
        return token.text if token is not None and token.kind in ("name", "op") else ""

    def parse(self) -> Node:
        if not self.tokens:
            return Node("true")
        node = self.expression()
        if self.at < len(self.tokens):
            raise self.fail("syntax error")
        return node

    def expression(self) -> Node:
        node = self.term()
        while self.word() in ("and", "or", "&&", "||"):
            operator = self.word()
            self.at += 1
            right = self.operand()
            node = both(node, right) if operator in ("and", "&&") else either(node, right)
        return node

    def operand(self) -> Node:
        """A term, or a bare value that repeats the qualifiers of the last term."""
        ahead = 1 if self.word() in ("not", "!") else 0
        token = self.peek(ahead)
        if self.last is not None and token is not None and (
            token.kind in ("v4", "v6", "mac", "int", "float", "range", "string", "escaped")
            or (token.kind in ("name", "op") and token.text in COMPARE)
            or (token.kind == "name" and not words.is_keyword(token.text))
        ):
            return self.value(self.last)
        return self.term()

    def term(self) -> Node:
        token = self.peek()
        if token is None:
            raise self.fail("an expression is missing")
        if token.text in ("not", "!") and token.kind in ("name", "op"):
            self.at += 1
            return negate(self.term())
        if token.text == "(" and token.kind == "op":
            self.at += 1
            node = self.expression()
            if self.word() != ")":
                raise self.fail("expected )")
            self.at += 1
            self.last = None
            return node
        if token.kind != "name":
            raise self.fail("syntax error")
        return self.headed()

    def headed(self) -> Node:
        head = Head()
        start = self.peek()
        if self.word() in words.PROTOCOLS:
            if self.word(1) == "[" or self.word() == "len":
                raise self.fail("tests of record bytes are not supported")
            head.proto = self.word()
            self.at += 1
        if self.word() in ("src", "dst"):
            head.side = self.word()
            self.at += 1
            if self.word() in ("or", "and") and self.word(1) in ("src", "dst") and self.word(1) != head.side:
                head.side = self.word()
                self.at += 2
        word = self.word()
        token = self.peek()
        if word in words.FLAGS or word in words.RECORDS or word in words.OPTIONS:
            self.at += 1
            self.last = None
            return words.simple(word, head.side)
        if word in ("broadcast", "multicast"):
            self.at += 1
            self.last = None
            if word == "broadcast" and not head.proto:
                raise self.fail("broadcast needs ether or ip before it", token)
            return words.cast(word, head.proto)
        if word in ("inbound", "outbound"):
            self.at += 1
            return Node("true" if word == "inbound" else "false")
        if word in words.KEYS:
            head.key = word
            self.at += 1
        elif token is not None and (head.side and token.kind in ("v4", "v6", "mac", "name", "int")) and word not in ("and", "or", ")"):
            head.key = "host"
        elif head.proto and not head.side:
            self.last = head
            if words.PROTOCOLS[head.proto] == "link":
                raise self.fail("link layer applied in wrong context", start)
            return words.protocol(head.proto)
        else:
            raise self.fail("syntax error", token or start)
        self.last = head
        return self.value(head)

    def value(self, head: Head) -> Node:
        """[not] [comparison] value, or a list in parentheses."""
        token = self.peek()
        if token is None:
            raise self.fail(f"a value is missing after {head.key or head.proto}")
        if token.text in ("not", "!") and token.kind in ("name", "op"):
            self.at += 1
            return negate(self.value(head))
        if token.text == "(" and token.kind == "op":
            self.at += 1
            node = self.value(head)
            while self.word() in ("and", "or", "&&", "||"):
                operator = self.word()
                self.at += 1
                right = self.value(head)
                node = both(node, right) if operator in ("and", "&&") else either(node, right)
            if self.word() != ")":
                raise self.fail("expected )")
            self.at += 1
            return node
        if head.key == "port" and token.kind == "range":
            return self.port_range(head, token)
        compare = "eq"
        if token.kind in ("name", "op") and token.text in COMPARE:
            compare = COMPARE[token.text]
            self.at += 1
            token = self.peek()
            if token is None:
                raise self.fail("a value is missing")
        elif token.kind == "op":
            symbol = token.text in ("<", ">", "=", "==", "!=")
            raise self.fail("a comparison is written gt, gte, lt, lte or eq" if symbol else "syntax error")
        self.at += 1
        negative = compare in ("lt", "lte", "neq")
        positive = {"lt": "gte", "lte": "gt", "neq": "eq"}.get(compare, compare)
        nodes = self.sides(head, token, SIDES[positive], negative)
        return nodes

    def port_range(self, head: Head, token: Token) -> Node:
        """`port a-b` is `port gte a and port lte b`, as the language defines it."""
        self.at += 1
        low, high = token.text.split("-")
        above = self.sides(head, Token("int", low, token.at), SIDES["gte"], False)
        return both(above, self.sides(head, Token("int", high, token.at), SIDES["gt"], True))

    def sides(self, head: Head, token: Token, compare: int, negative: bool) -> Node:
        """The test of each side that the direction asks for, joined by and or or."""
        made = []
        # Tags of VLANs are compared for equality, whatever bound the word between names.
        negative = negative and (head.key not in ("vid", "vpri") or compare == SIDES["eq"])
        for side in ("src", "dst"):
            if head.side in ("", "or", "and", side):
                node = self.test(head, side, token, compare)
                limit = words.limited_to(head.key)
                if head.key == "port" and negative and node.test is not None:
                    # A port below a bound is still one of a protocol that has ports.
                    limit = leaf(20, "any port", compare=SIDES["gte"], b=node.test.b, c=node.test.c)
                node = negate(node) if negative else node
                made.append(both(limit, node) if limit is not None else node)
        if not head.side and head.key in words.ONE_SIDED:
            return made[0]
        node = made[0]
        for other in made[1:]:
            joined_by_and = head.side == "and" or (not head.side and head.key in words.AND_ED)
            node = both(node, other) if joined_by_and else either(node, other)
        return node

    def test(self, head: Head, side: str, token: Token, compare: int) -> Node:
        if not head.key:
            raise self.fail("syntax error", token)
        if head.key in ("host", "net", "gateway", "inode", "srcid"):
            return self.address(head, side, token)
        if head.key == "port":
            return self.port(head, side, token, compare)
        if head.key == "proto":
            return self.proto_value(head, token)
        return words.quantity(head.key, side, token, compare, self.fail)

    def address(self, head: Head, side: str, token: Token) -> Node:
        number = 0 if side == "src" else 1
        families = words.host_families(head.proto, head.key, lambda text: self.fail(text, token))
        if token.kind == "mac":
            if head.proto == "arp":
                return leaf(13, f"arp {side} mac {token.text}", side=number, a=words.mac_number(token.text))
            if words.PROTOCOLS.get(head.proto) != "link":
                raise self.fail("ethernet address used in non-ether expression", token)
            return leaf(12, f"{side} mac {token.text}", side=number, a=words.mac_number(token.text))
        if head.key == "srcid":
            return leaf(14, f"srcid {token.text}", a=words.srcid_number(token.kind, token.text))
        if not words.carries(head.proto, token.kind):
            return Node("false")
        if token.kind == "v6":
            network = self.network6(head, token)
            mask = int(network.netmask)
            value = int(network.network_address)
            low = (1 << 64) - 1
            return leaf(11, f"{side} host {network}", side=number, a=value >> 64, b=value & low, c=mask >> 64, d=mask & low)
        if token.kind == "v4":
            value, mask = self.network4(head, token)
            code = 15 if head.key == "inode" else 10
            return leaf(code, f"{side} host {value:#010x} mask {mask:#010x}", side=number, a=value & mask, b=mask, c=families)
        if token.kind == "int":
            return leaf(10, f"{side} host any", side=number, a=0, b=0, c=families & 0x12)
        if token.kind in ("name", "string", "escaped"):
            return self.named_host(head, side, token, families)
        raise self.fail("an address is expected", token)

    def network4(self, head: Head, token: Token) -> tuple[int, int]:
        try:
            value = int(ipaddress.IPv4Address(token.text))
        except ValueError as error:
            raise self.fail("no IPv4 address", token) from error
        mask = 0xFFFFFFFF
        index = self.tokens.index(token) + 1
        following = self.tokens[index] if index < len(self.tokens) else None
        if following is not None and following.text == "/":
            bits = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
            if bits is None or bits.kind != "int" or not 0 <= int(bits.text, 0) <= 32:
                raise self.fail("a prefix length of 0 to 32 is expected", bits)
            self.at = index + 2
            length = int(bits.text, 0) or 32
            mask = (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF
        elif following is not None and following.text == "mask":
            other = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
            if head.key != "net":
                raise self.fail("mask syntax for networks only", following)
            if other is None or other.kind != "v4":
                raise self.fail("a mask of four parts is expected", other)
            self.at = index + 2
            mask = int(ipaddress.IPv4Address(other.text))
        return value, mask

    def network6(self, head: Head, token: Token) -> ipaddress.IPv6Network:
        length = 128
        index = self.tokens.index(token) + 1
        if index < len(self.tokens) and self.tokens[index].text == "/":
            bits = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
            if bits is None or bits.kind != "int" or not 0 <= int(bits.text, 0) <= 128:
                raise self.fail("a prefix length of 0 to 128 is expected", bits)
            self.at = index + 2
            length = int(bits.text, 0) or 128
        try:
            return ipaddress.IPv6Network((token.text, length), strict=False)
        except ValueError as error:
            raise self.fail("no IPv6 address", token) from error

    def named_host(self, head: Head, side: str, token: Token, families: int) -> Node:
        number = 0 if side == "src" else 1
        if not self.look_up:
            self.names.append(token.text)
            return Node("false")
        node = Node("false")
        for text in self.addresses(token):
            value = int(ipaddress.ip_address(text))
            if ":" in text:
                full = (1 << 64) - 1
                node = either(node, leaf(11, f"{side} host {text}", side=number, a=value >> 64, b=value & full, c=full, d=full))
            else:
                node = either(node, leaf(10, f"{side} host {text}", side=number, a=value, b=0xFFFFFFFF, c=families))
        return node

    def addresses(self, token: Token) -> list[str]:
        """The addresses of a name, asked for once in a filter."""
        import socket

        name = token.text.lstrip("\\")
        if name not in self._addresses:
            try:
                found = {str(item[4][0]) for item in socket.getaddrinfo(name, None)}
            except (OSError, UnicodeError) as error:
                raise self.fail("unknown host", token) from error
            self._addresses[name] = sorted(found)
        return self._addresses[name]

    def port(self, head: Head, side: str, token: Token, compare: int) -> Node:
        number = 0 if side == "src" else 1
        protocols = {"tcp": 1, "udp": 2, "": 3, "ip": 3, "ipv4": 3, "ipv6": 3, "rtp": 2, "rtcp": 2, "udt": 2}.get(head.proto)
        if protocols is None:
            raise self.fail(f"illegal qualifier of 'port': {head.proto}", token)
        families = 2 if head.proto == "ipv4" else 4 if head.proto == "ipv6" else 6
        if token.kind == "int":
            value = int(token.text, 0) if not re.fullmatch(r"0\d+", token.text) else int(token.text, 8)
            if value < 0:
                raise self.fail("a number of zero or more is expected", token)
        else:
            found = words.service_port(token.text.lstrip("\\"), protocols)
            if found is None:
                raise self.fail("unknown port", token)
            value = found
        return leaf(20, f"{side} port {token.text}", side=number, compare=compare, a=value, b=protocols, c=families)

    def proto_value(self, head: Head, token: Token) -> Node:
        name = token.text.lstrip("\\")
        if words.PROTOCOLS.get(head.proto) == "link":
            number = int(name, 0) if token.kind == "int" else words.ethertype(name)
            if number is None:
                raise self.fail("unknown proto", token)
            if number in words.FLOW_ETHERTYPES:
                return leaf(1, f"ether proto {number:#06x}", a=words.FLOW_ETHERTYPES[number])
            return leaf(21, f"ether proto {number:#06x}", a=number)
        number = int(name, 0) if token.kind == "int" else words.ip_protocol(name)
        if number is None:
            raise self.fail("unknown proto", token)
        families = 2 if head.proto == "ipv4" else 4 if head.proto == "ipv6" else 6
        return leaf(2, f"ip proto {number}", a=number, b=families)
