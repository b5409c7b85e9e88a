"""Mask secrets, addresses and numbers of cards and accounts in lines, before anything keeps them.

It knows the shapes in `web/engine/masking_rules.js`, which the page reads too, and no others: a secret in free prose is
not masked. What it finds becomes <secret>, <email> and the like. Masking twice changes nothing. It is fast because a
few literal searches over many lines at once find the lines that may have a secret.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import re2

from .rules import shared_rules

SECRET = "<secret>"
_MEMORY = 64 * 1024 * 1024  # bytes that the search for traces may take

OPTIONS = ("ip", "mac", "host", "user")  # kinds that are masked where a setting asks for it


class OwnRule(NamedTuple):
    """A rule of the operator's own. It becomes <name>."""

    name: str
    pattern: str


class _Rule(NamedTuple):
    """One shape of secret. Every line that `pattern` matches has its `trace` when it is in lower case."""

    kind: str
    trace: re.Pattern[str]
    pattern: re.Pattern[str]
    mark: str
    keeps: bool
    check: Callable[[str], bool] | None

    def span(self, match: re.Match[str]) -> tuple[int, int]:
        """What of a match is masked."""
        kept = match.end(1) if self.keeps and self.pattern.groups and match[1] is not None else match.start()
        return kept, match.end()

    def masked(self, line: str) -> tuple[str, int]:
        """The line with marks, and how many."""
        parts, at, count = [], 0, 0
        for match in self.pattern.finditer(line):
            start, end = self.span(match)
            if self.check and not self.check(line[start:end]):
                continue
            parts += [line[at:start], self.mark]
            at = end
            count += 1
        return ("".join(parts) + line[at:], count) if count else (line, 0)


class Redactor:
    """Masks the lines of one file, in order. `masked` counts what was masked, by kind."""

    def __init__(self, options: Sequence[str] = (), own: Sequence[OwnRule] = ()) -> None:
        self.masked: Counter[str] = Counter()
        # Kinds that nearly every line has are looked for apart, so that such a line is not tried by every rule.
        self._groups = [_group(()), *([_group(tuple(options))] if options else [])]
        self._own = tuple(own)
        self._block_lines_left = 0

    def redact(self, lines: list[str]) -> list[str]:
        """The same lines, with fixed marks in place of secrets and addresses."""
        if not lines:
            return lines
        lower = "\n".join(lines).lower().encode(errors="surrogatepass")
        lines = self._mask_blocks(lines, lower)
        for rules, traces in self._groups:
            suspects = list(_lines_with(traces, lower))
            lines = list(lines) if suspects else lines
            for at in suspects:
                lines[at] = self._masked(lines[at], rules)
        return [self._masked_by_own(line) for line in lines] if self._own else lines

    def _masked(self, line: str, rules: Sequence[_Rule]) -> str:
        lower = line.lower()
        for rule in rules:
            if rule.trace.search(lower):
                line, count = rule.masked(line)
                if count:
                    self.masked[rule.kind] += count
                    lower = line.lower()
        return line

    def _masked_by_own(self, line: str) -> str:
        for own in self._own:
            line, count = own_pattern(own.pattern).subn(f"<{own.name}>", line)
            if count:
                self.masked[own.name] += count
        return line

    def _mask_blocks(self, lines: list[str], text: bytes) -> list[str]:
        """Mask the lines between BEGIN and END of a key or message, also behind a syslog prefix.

        A single line that looks like part of a key is masked too: its BEGIN may have been in an earlier pull.
        """
        block = _block()
        if self._block_lines_left or b"-----begin" in text:
            return [self._mask_body(line, block) for line in lines]
        if block.widths.isdisjoint(map(len, lines)):
            return lines
        return [self._mask_lone(line, block) for line in lines]

    def _mask_body(self, line: str, block: _Block) -> str:
        if block.begin.search(line):
            self._block_lines_left = 0 if block.end.search(line) else block.lines
            return line
        if not self._block_lines_left:
            return self._mask_lone(line, block)
        masked, count = block.body.subn(SECRET, line)
        self.masked["private_key"] += count
        # A key without END must not hide the log after it.
        is_inside = (count or not line.strip() or block.header.search(line)) and not block.end.search(line)
        self._block_lines_left = self._block_lines_left - 1 if is_inside else 0
        return masked

    def _mask_lone(self, line: str, block: _Block) -> str:
        if len(line) not in block.widths or not block.line.match(line):
            return line
        self.masked["private_key"] += 1
        return SECRET


def is_luhn(text: str) -> bool:
    """Whether the check digit of a card number is right: https://en.wikipedia.org/wiki/Luhn_algorithm."""
    digits = [int(character) for character in text if character in "0123456789"]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_mod97(text: str) -> bool:
    """Whether the check digits of an IBAN are right: ISO 13616."""
    letters = text.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in letters[4:] + letters[:4])) % 97 == 1


_CHECKS = {"luhn": is_luhn, "mod97": is_mod97}


class _Block(NamedTuple):
    begin: re.Pattern[str]
    end: re.Pattern[str]
    body: re.Pattern[str]
    header: re.Pattern[str]
    line: re.Pattern[str]
    widths: frozenset[int]
    lines: int


@cache
def _block() -> _Block:
    given = shared_rules("masking_rules")["block"]
    begin, end, body, header, line = (re.compile(given[name], re.ASCII) for name in _Block._fields[:5])
    return _Block(begin, end, body, header, line, frozenset(given["widths"]), given["lines"])


class _Group(NamedTuple):
    """Rules, and what finds the lines with a trace of any of them: in one pass, without backtracking, hence RE2."""

    rules: tuple[_Rule, ...]
    traces: Any


@cache
def _group(options: tuple[str, ...]) -> _Group:
    """The rules that work always; with options those that work by them."""
    given = [rule for rule in shared_rules("masking_rules")["rules"] if rule.get("option", "") in (options or ("",))]
    settings = re2.Options()
    settings.max_mem = _MEMORY
    traces = re2.compile("|".join(f"(?:{rule['trace']})" for rule in given), settings)
    return _Group(tuple(_rule(rule) for rule in given), traces)


def _rule(given: dict[str, Any]) -> _Rule:
    parts = shared_rules("masking_rules")["parts"]
    pattern = re.sub("<([A-Z]+)>", lambda name: parts[name[1]], given["pattern"])
    return _Rule(
        given["kind"],
        re.compile(given["trace"], re.ASCII),
        re.compile(pattern, re.ASCII | (re.IGNORECASE if given.get("ignore_case") else 0)),
        given.get("mark", SECRET),
        given.get("keeps", True),
        _CHECKS.get(given.get("check", "")),
    )


@cache
def own_pattern(pattern: str) -> Any:
    """A rule of one's own, compiled by RE2, so that none takes long. Raises ValueError."""
    settings = re2.Options()
    settings.log_errors = False
    try:
        return re2.compile(pattern, settings)
    except re2.error as error:
        raise ValueError(f"not a regular expression of RE2 ({error}), which has no look-around") from None


def _lines_with(trace: Any, text: bytes) -> Iterator[int]:
    """The numbers of the lines of `text`, from 0, in which the trace is found."""
    number = begun = 0
    while found := trace.search(text, begun):
        number += text.count(b"\n", begun, found.start())
        yield number
        begun = text.find(b"\n", found.start()) + 1
        number += 1
        if not begun:
            return
