"""What the learner remembers of a text: which symbols followed which contexts, and where the text was like now.

The contents are those of the page's memory.js, bit for bit. Tables have a fixed size; when one is full, the entry that
was seen least is overwritten.
"""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from .vocabulary import NEWLINE

ORDERS = 6  # the first contexts are the last 1 … 6 symbols
CONTEXTS = 15
LONGEST_LINE = 4096  # symbols of a line that can be seen from the line below
NOTHING = 0
WORD = 0xFFFFFFFF


def hashed(a: int, b: int) -> int:
    """One 32-bit hash of two numbers."""
    x = (a * 0x9E3779B1 & WORD) ^ ((b + 0x7F4A7C15) * 0x85EBCA6B & WORD)
    x ^= x >> 15
    x = x * 0xC2B2AE35 & WORD
    return x ^ (x >> 13)


DIGIT, LETTER, LINE_END, OTHER = range(4)
KINDS = 4


def kind_of(code: int) -> int:
    """Which of the four kinds a character is; everything outside ASCII counts as a letter."""
    if 48 <= code <= 57:
        return DIGIT
    if 65 <= code <= 90 or 97 <= code <= 122 or code > 127:
        return LETTER
    return LINE_END if code == 10 else OTHER


class Line:
    """A line as far as it was read: its symbols, and its fields, which end at a space or a tab."""

    def __init__(self) -> None:
        self.symbols: list[int] = []
        self.begins = [0]  # column of each field
        self.tokens: list[int] = []  # hash of each field that has ended
        self.token = 0  # hash of the field so far
        self.shape = 0  # hash of the fields before, without their digits
        self.token_shape = 0

    def add(self, symbol: int, code: int) -> None:
        """Read one more symbol."""
        if len(self.symbols) == LONGEST_LINE:
            return
        self.symbols.append(symbol)
        if code in (32, 9):
            self.end_field()
            self.begins.append(len(self.symbols))
            return
        self.token = hashed(self.token, symbol)
        if kind_of(code) != DIGIT:
            self.token_shape = hashed(self.token_shape, symbol)

    def end_field(self) -> None:
        """End the current field."""
        self.tokens.append(self.token)
        self.shape = hashed(self.shape, self.token_shape)
        self.token = self.token_shape = 0

    @property
    def field(self) -> int:
        """The number of the current field, from 0."""
        return len(self.tokens)

    def at(self, column: int) -> int:
        """The symbol in a column, or NOTHING beyond the end."""
        return self.symbols[column] if column < len(self.symbols) else NOTHING


class Place:
    """Where the next symbol stands in the text: what its contexts are made of."""

    def __init__(self) -> None:
        self.orders = [0] * (ORDERS + 1)  # hashes of the last 0 … 6 symbols
        self.last = self.before_last = NEWLINE
        self.kind = LINE_END  # of the last symbol
        self.word = 0
        self.template = 0  # hash of the line so far, each number as one digit
        self.above, self.line = Line(), Line()

    def read(self, symbol: int, code: int) -> None:
        """Read one more symbol."""
        kind = kind_of(code)
        for i in range(ORDERS, 0, -1):
            self.orders[i] = hashed(self.orders[i - 1], symbol)
        self.word = hashed(self.word if kind <= LETTER else 0, symbol)
        if kind != DIGIT or self.kind != DIGIT:
            self.template = hashed(self.template, 0 if kind == DIGIT else symbol + 1)
        self.before_last, self.last, self.kind = self.last, symbol, kind
        if kind == LINE_END:
            self.line.end_field()
            self.above, self.line = self.line, Line()
            self.template = 0
        else:
            self.line.add(symbol, code)

    def contexts(self) -> list[int]:
        """The hash of each context. -> [CONTEXTS]"""
        above, line, last = self.above, self.line, self.last
        field, token, column = line.field, line.token, len(line.symbols)
        in_field = column - line.begins[field]
        token_before = line.tokens[-1] if line.tokens else 0
        same_field = next_in_field = token_above = NOTHING
        if field < len(above.begins):
            at = above.begins[field] + in_field
            same_field, next_in_field = above.at(at), above.at(at + 1)
        if field < len(above.tokens):
            token_above = above.tokens[field]
        over, over_next = above.at(column), above.at(column + 1)
        return [
            *self.orders[1:],
            hashed(self.word, 1),
            hashed(hashed(field, token_before), token),
            hashed(hashed(same_field, last), field),
            hashed(hashed(hashed(same_field, next_in_field), hashed(last, self.before_last)), field),
            hashed(hashed(over, over_next), last),
            hashed(line.shape, token),
            hashed(hashed(field, in_field), last),
            hashed(hashed(field, token_above), token),
            hashed(field, 2),
        ]


SLOT_BITS = 16
SLOTS = 1 << SLOT_BITS  # of each context
PROBES = np.arange(4)  # slots in which one hash may lie
WAYS = 6  # symbols that a slot remembers
MOST_SEEN = 255
PATIENT = [0, 1, 12, 14]  # contexts that forget nothing when another symbol comes

_CONTEXT = np.arange(CONTEXTS)
_WAY = np.arange(WAYS)
_BEFORE = np.maximum(_WAY - 1, 0)


class Memory:
    """For each context, which symbols followed it and how often, the most recent first."""

    def __init__(self) -> None:
        self.symbols = np.zeros((CONTEXTS * SLOTS, WAYS), dtype=np.uint16)
        self.counts = np.zeros((CONTEXTS * SLOTS, WAYS), dtype=np.uint8)
        self.checks = np.zeros(CONTEXTS * SLOTS, dtype=np.uint16)  # 0: empty
        self.impatient = ~np.isin(_CONTEXT, PATIENT)[:, None]
        self.wanted = np.zeros(CONTEXTS, dtype=np.uint16)
        self.slots = np.zeros(CONTEXTS, dtype=np.int64)  # of the current contexts
        self.followers: NDArray[np.int64] = np.zeros((CONTEXTS, WAYS), dtype=np.int64)  # symbols that followed them
        self.seen: NDArray[np.int64] = np.zeros((CONTEXTS, WAYS), dtype=np.int64)  # how often; 0: no such symbol

    def recall(self, hashes: list[int]) -> None:
        """Find the slots of the contexts with these hashes, or the slots that will be overwritten. [CONTEXTS]"""
        wide = np.array(hashes, dtype=np.int64)
        check = wide & 0xFFFF
        self.wanted = np.where(check == 0, 1, check)
        homes = ((wide >> (32 - SLOT_BITS)) + _CONTEXT * SLOTS)[:, None] ^ PROBES
        found = self.checks[homes] == self.wanted[:, None]
        known = found.any(axis=1)
        best = found.argmax(axis=1)
        if not known.all():
            best = np.where(known, best, self.counts[homes].sum(axis=2, dtype=np.int64).argmin(axis=1))
        self.slots = homes[_CONTEXT, best]
        self.followers = self.symbols[self.slots].astype(np.int64)
        self.seen = self.counts[self.slots] * known[:, None].astype(np.int64)

    def learn(self, symbol: int) -> None:
        """Count the symbol that followed, move it to the front of each slot, and reduce the counts of the others."""
        hit = (self.followers == symbol) & (self.seen > 0)
        at = np.where(hit, _WAY, WAYS - 1).min(axis=1)
        free = np.where(self.seen == 0, _WAY, WAYS - 1).min(axis=1)
        at = np.minimum(at, free)[:, None]
        front = (self.seen * hit).sum(axis=1) + 1
        moved = at >= _WAY
        symbols = np.where(moved, self.followers[:, _BEFORE], self.followers)
        counts = np.where(moved, self.seen[:, _BEFORE], self.seen)
        counts = np.where(self.impatient & (counts > 2), (counts * 3 + 1) >> 2, counts)
        full = front == MOST_SEEN
        if full.any():
            counts = np.where(full[:, None], (counts + 1) >> 1, counts)
            front = np.where(full, (front + 1) >> 1, front)
        symbols[:, 0] = symbol
        counts[:, 0] = front
        self.checks[self.slots] = self.wanted
        self.symbols[self.slots] = symbols
        self.counts[self.slots] = counts


HISTORY = 1 << 20  # symbols that a match can reach back
MASK = HISTORY - 1


class Trail:
    """The last HISTORY symbols of the text."""

    def __init__(self) -> None:
        self.symbols = array("H", bytes(2 * HISTORY))
        self.length = 0  # of the text

    def add(self, symbol: int) -> None:
        """Add the next symbol."""
        self.symbols[self.length & MASK] = symbol
        self.length += 1


PLACES = 1 << 16  # in the table of a match
VERIFIED = 32  # symbols that are compared
FACTOR = 0x2C1B3C6D
RECENT = 4  # predictions whose success is remembered


class Match:
    """An earlier place where the text was like now. It is followed until a better one is found."""

    def __init__(self, shortest: int) -> None:
        """`shortest`: how many symbols must be equal; 0: the line so far must be, whatever its digits."""
        self.shortest = shortest
        self.places = array("q", bytes(8 * PLACES))  # by hash: index of the symbol that followed, 0: none
        self.place = 0
        self.length = 0  # equal symbols before it
        self.misses = 0  # one bit for each of the last predictions; 1: it was wrong
        self.hash = 0
        self.oldest = pow(FACTOR, shortest, 1 << 32)

    def predicted(self, trail: Trail) -> int:
        """The symbol that followed at the matching place, or -1."""
        if self.place and trail.length - self.place < HISTORY:
            return trail.symbols[self.place & MASK]
        return -1

    def advance(self, trail: Trail, template: int) -> None:
        """Go on by one symbol, which is already in `trail`. `template` is the hash of the line so far (see Place)."""
        length, symbols = trail.length, trail.symbols
        if self.place:
            right = symbols[self.place & MASK] == symbols[(length - 1) & MASK]
            self.length = min(self.length + 1, 65535) if right else 0
            self.misses = (self.misses << 1 | (not right)) & ((1 << RECENT) - 1)
            self.place += 1
        key = (self._rolled(trail) if self.shortest else template) >> 16
        found, self.places[key] = self.places[key], length
        if not found or not self._lost(template) or length - found >= HISTORY:
            return
        alike = self._alike(trail, found)
        if self.shortest and (alike < self.shortest or alike <= self.length):
            return
        self.place, self.length = found, alike
        if self.shortest:
            self.misses = 0

    def _lost(self, template: int) -> bool:
        if not self.place:
            return True
        return self.length < self.shortest if self.shortest else bool(self.misses & 1) or template == 0

    def _rolled(self, trail: Trail) -> int:
        length, symbols = trail.length, trail.symbols
        gone = symbols[(length - 1 - self.shortest) & MASK] + 1 if length > self.shortest else 0
        self.hash = (self.hash * FACTOR + symbols[(length - 1) & MASK] + 1 - gone * self.oldest) & WORD
        return hashed(self.hash, 3)

    def _alike(self, trail: Trail, place: int) -> int:
        """How many symbols before a place equal those before now."""
        symbols, length = trail.symbols, trail.length
        most = min(VERIFIED, place)
        n = 0
        while n < most and symbols[(place - 1 - n) & MASK] == symbols[(length - 1 - n) & MASK]:
            n += 1
        return n
