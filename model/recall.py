"""What followed when a line last began like this one: three guesses at the next character, which the model weighs.

A line's beginning is compared with numbers made alike: `t-055 s43` begins like `t-057 s42`. Where an earlier line with
the same beginning is found, at most REACH characters back, it is recalled

- which digit stood at this place in the number (`SAME`),
- which digit stands here if the number goes on in the step of its last two values, or by one (`NEXT`): after 0057 and
  0058 comes 0059, and after 0059 comes 0060,
- or which other character followed (`TEXT`).

So a model of one layer copies and counts, whatever the columns are and whatever lines lie in between. A guess at a
number ends where what is written has left it. What is not known is 0, the id of the escape, which is never recalled.

`Recall` reads a text token by token, as the page's engine does. `places_of` finds the same for a whole text at once, as
places in that text, so that training can draw other values into it. The tests compare both.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .array_types import Int32s
from .config import N_RECALLED
from .vocabulary import ESCAPE, NEWLINE, Tokens, Vocabulary

REACH = 4096  # tokens
SAME, NEXT, TEXT = range(N_RECALLED)
MULTIPLIER = 0x9E3779B1  # of the hash of a line's beginning, which is taken modulo 2^32
INVERSE = pow(MULTIPLIER, -1, 1 << 32)
ANY_NUMBER = 1  # how any number counts in the hash; another token counts as its id + 2
MOST_DIGITS = 15  # of a number that can go on by a step: its value is exact in JavaScript
MOST_RECALLED = 32  # digits of a number
MOST_BEGINNINGS = 2 * REACH  # beginnings, before those out of reach are forgotten
LEAST_SHARED = 64  # beginnings; a copy of a text copies fewer, and shares more

Bools = NDArray[np.bool_]
Places = Int32s  # [N_RECALLED, n]: where in the text the recalled token stands, or -1 - its id


# What followed a beginning: the place of its last token, and the token, or a number's digits; behind them the place and
# the digits of the number before it, where that one followed the same beginning.
_Entry = tuple[int, int] | tuple[int, tuple[int, ...], int, tuple[int, ...]]


class Recall:
    """What one text has read."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._ids = digit_ids(vocabulary).tolist()
        self._values = {token: value for value, token in enumerate(self._ids) if token != ESCAPE}
        self._own: dict[int, _Entry] = {}
        self._shared: dict[int, _Entry] = {}  # older; copies share it, and none writes to it
        self._at = -1  # the newest token
        self._key = 0  # the hash of the line's beginning
        self._begun = 0  # the hash of what stands before the number that is being read
        self._digits: list[int] = []  # of that number, MOST_RECALLED at most
        self._typed = 0  # how many digits it has so far
        self._same: tuple[int, ...] = ()  # the number that is recalled, as long as what is written agrees
        self._next: tuple[int, ...] = ()

    def copy(self) -> Recall:
        """Another text that has read the same. This is cheap: both share most of what was read from now on."""
        if len(self._own) > LEAST_SHARED:
            self._shared, self._own = {**self._shared, **self._own}, {}
        copy = Recall.__new__(Recall)
        copy.__dict__.update(self.__dict__)
        copy._own, copy._digits = self._own.copy(), self._digits.copy()
        return copy

    def read(self, token: int) -> tuple[int, int, int]:
        """Read one more token. -> the ids that are recalled for the one after it: SAME, NEXT and TEXT"""
        self._at += 1
        value = self._values.get(token)
        if value is None:
            self._read_other(token)
        else:
            self._read_digit(value)
        n = self._typed
        same = self._ids[self._same[n]] if n < len(self._same) else 0
        following = self._ids[self._next[n]] if n < len(self._next) else 0
        if same or following:
            return same, following, 0
        entry = self._entry()
        return 0, 0, entry[1] if entry and len(entry) == 2 else 0

    def read_all(self, tokens: Tokens) -> Int32s:
        """Read some more tokens. [n] -> [N_RECALLED, n]: what is recalled after each"""
        return np.array([self.read(token) for token in tokens.tolist()], np.int32).reshape(-1, N_RECALLED).T

    def _read_digit(self, value: int) -> None:
        n = self._typed
        if not n:
            self._begun = self._key
            self._key = hashed(self._key, ANY_NUMBER)
        if n < MOST_RECALLED:
            self._digits.append(value)
        self._typed += 1
        if n >= len(self._same) or self._same[n] != value:
            self._same = ()
        if n >= len(self._next) or self._next[n] != value:
            self._next = ()

    def _read_other(self, token: int) -> None:
        if self._digits:
            self._note_number()
        if self._at:
            self._own[self._key] = (self._at - 1, token)
            if len(self._own) > MOST_BEGINNINGS:
                self._forget()
        self._key = hashed(0 if token == NEWLINE else self._key, token + 2)
        entry = self._entry()
        if entry and len(entry) == 4:
            self._same, self._next = entry[1], self._following(*entry[1:])
        else:
            self._same = self._next = ()

    def _note_number(self) -> None:
        before = self._own.get(self._begun) or self._shared.get(self._begun)
        known = (before[0], before[1]) if before and len(before) == 4 else (0, ())
        self._own[self._begun] = (self._at - 1 - self._typed, tuple(self._digits), *known)
        self._digits, self._typed = [], 0

    def _forget(self) -> None:
        known = {**self._shared, **self._own}
        self._shared, self._own = {}, {key: entry for key, entry in known.items() if self._at - entry[0] <= REACH}

    def _entry(self) -> _Entry | None:
        entry = self._own.get(self._key) or self._shared.get(self._key)
        return entry if entry and self._at - entry[0] <= REACH else None

    def _following(self, digits: tuple[int, ...], at: int, before: tuple[int, ...]) -> tuple[int, ...]:
        """The digits of the number that comes after the last two."""
        if len(digits) > MOST_DIGITS:
            return ()
        value, step = number_of(digits), 1
        if 0 < len(before) <= MOST_DIGITS and self._at - at <= REACH:
            step = value - number_of(before)
        if value + step < 0:
            return ()
        return tuple(map(int, str(value + step).zfill(len(digits))))


def hashed(key: int, symbol: int) -> int:
    """The hash of a beginning that is one symbol longer."""
    return (key * MULTIPLIER + symbol) & 0xFFFFFFFF


def number_of(digits: tuple[int, ...]) -> int:
    """The value of some digits."""
    return int("".join(map(str, digits)))


def digit_ids(vocabulary: Vocabulary) -> Tokens:
    """The ids of the ten digits; the escape's for a digit that has none. -> [10]"""
    return vocabulary.encode("0123456789")


# ---- a whole text at once


class _Active(NamedTuple):
    """Tokens after which a digit may follow that is known from an earlier line. All [m]."""

    token: Int32s  # its place in the text
    begun: Int32s  # the token before the number that is being read; the token itself where none is yet
    at: Int32s  # the first digit of the earlier number
    length: Int32s  # its digits

    @property
    def typed(self) -> Int32s:
        """How many digits have been read."""
        return self.token - self.begun

    def where(self, mask: Bools) -> _Active:
        """Those that a mask is true for."""
        return _Active(*(part[mask] for part in self))

    def all_agree(self, agrees: Bools) -> Bools:
        """Whether a digit and all before it in its number agree. The tokens of a number stand whole, in order."""
        if not len(agrees):
            return agrees
        misses = np.cumsum(~agrees)
        is_first = np.append(True, self.begun[1:] != self.begun[:-1])
        number = np.cumsum(is_first) - 1
        return np.asarray(misses - (misses - ~agrees)[is_first][number] == 0)


def at_places(tokens: NDArray[np.uint16], places: Places) -> Int32s:
    """The ids that stand in some places of a text. [n], [N_RECALLED, …] -> [N_RECALLED, …]"""
    return np.where(places < 0, -1 - places, tokens[np.maximum(places, 0)]).astype(np.int32)


def places_of(tokens: NDArray[np.uint16], vocabulary: Vocabulary) -> Places:
    """Where each recalled token of a text stands in it. The text begins with a newline. [n] -> [N_RECALLED, n]"""
    ids = digit_ids(vocabulary)
    values = np.full(vocabulary.size, -1, np.int8)
    values[ids] = np.arange(10)
    values[ESCAPE] = -1
    value = values[tokens]
    is_digit = value >= 0
    entry, before = _earlier(_hashes(tokens, is_digit), is_digit)
    index = np.arange(len(tokens), dtype=np.int32)
    end = np.minimum.accumulate(np.where(np.append(is_digit, False), len(tokens), np.append(index, len(tokens)))[::-1])
    length = np.minimum(end[::-1][:-1] - index, MOST_RECALLED)  # of the number that begins at each token
    begun = np.maximum.accumulate(np.where(is_digit, 0, index))
    known = entry[begun]
    is_active = (known >= 0) & (length[known + 1] > 0)
    active = _Active(index[is_active], begun[is_active], known[is_active] + 1, length[known + 1][is_active])

    places = np.full((N_RECALLED, len(tokens)), -1, np.int32)
    _place_same(places[SAME], tokens, active)
    _place_next(places[NEXT], value, active, before, length, ids)
    is_text = (entry >= 0) & ~is_digit[entry + 1] & (places[[SAME, NEXT]] == -1).all(axis=0)
    places[TEXT, is_text] = entry[is_text] + 1
    return places


def _hashes(tokens: NDArray[np.uint16], is_digit: Bools) -> NDArray[np.uint32]:
    """The hash of its line up to each token, numbers made alike. [n] -> [n]

    A hash is the sum of each symbol times a power of the multiplier; here of its inverse, so that one running sum of
    the whole text serves all lines.
    """
    begins = is_digit.copy()
    begins[1:] &= ~is_digit[:-1]
    counts = begins | ~is_digit
    exponent = np.cumsum(counts)
    symbols = np.where(is_digit, ANY_NUMBER, tokens.astype(np.uint32) + 2) * counts
    terms = symbols.astype(np.uint32) * _powers(INVERSE, int(exponent[-1]))[exponent]
    sums = np.cumsum(terms, dtype=np.uint32)
    newline = np.maximum.accumulate(np.where(tokens == NEWLINE, np.arange(len(tokens)), 0))
    of_line: NDArray[np.uint32] = sums - np.append(np.uint32(0), sums)[newline]
    return of_line * _powers(MULTIPLIER, int(exponent[-1]))[exponent]


def _powers(base: int, highest: int) -> NDArray[np.uint32]:
    """base ** 0, 1, 2 … highest, modulo 2^32."""
    factors = np.full(highest + 1, base, np.uint32)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint32)


def _earlier(key: NDArray[np.uint32], is_digit: Bools) -> tuple[Int32s, Int32s]:
    """The last earlier token with the same key of which it is known what followed, and the one before that.

    -1 where there is none within reach. [n] -> [n], [n]
    """
    order = np.argsort(key, kind="stable").astype(np.int32)
    grouped = key[order]
    index = np.arange(len(key), dtype=np.int32)
    group = np.maximum.accumulate(np.where(np.append(True, grouped[1:] != grouped[:-1]), index, 0))
    is_entry = np.append(~(is_digit[:-1] & is_digit[1:]), False)  # within a number nothing has followed yet
    last = np.maximum.accumulate(np.where(is_entry[order], index, -1))
    last = np.append(np.int32(-1), last[:-1])
    entry = np.empty_like(index)
    entry[order] = np.where(last >= group, order[last], -1)
    before = np.where(entry >= 0, entry[entry], -1)
    entry[index - entry > REACH] = -1
    before[(index - before > REACH) | (entry < 0)] = -1
    return entry, before


def _place_same(places: Int32s, tokens: NDArray[np.uint16], active: _Active) -> None:
    """Write where the digit stands that stood at this place in the earlier number. -> places [n]"""
    above = np.minimum(active.at + active.typed, len(tokens) - 1)
    agrees = (active.typed <= active.length) & (tokens[active.token] == tokens[above - 1])
    shown = active.all_agree((active.typed == 0) | agrees) & (active.typed < active.length)
    places[active.token[shown]] = above[shown]


def _place_next(
    places: Int32s, value: NDArray[np.int8], active: _Active, before: Int32s, length: Int32s, ids: Tokens
) -> None:
    """Write the digit of the number that comes after the last two: where it is the one above, as a place. -> [n]"""
    active = active.where(active.length <= MOST_DIGITS)
    number = _numbers(value, active.at, active.length)
    earlier = before[active.begun]
    digits = np.where(earlier >= 0, length[earlier + 1], 0)
    digits[digits > MOST_DIGITS] = 0
    step = np.where(digits > 0, number - _numbers(value, earlier + 1, digits), 1)
    following = number + step
    width = np.maximum(active.length, np.searchsorted(10 ** np.arange(1, 17), following, side="right") + 1)
    agrees = (active.typed <= width) & (value[active.token] == _digit_at(following, width, active.typed - 1))
    shown = active.all_agree(((active.typed == 0) | agrees) & (following >= 0)) & (active.typed < width)
    digit = _digit_at(following, width, active.typed)
    above = np.minimum(active.at + active.typed, len(value) - 1)
    is_above = (width == active.length) & (value[above] == digit)
    places[active.token[shown]] = np.where(is_above, above, -1 - ids[digit])[shown]


def _numbers(value: NDArray[np.int8], at: Int32s, length: Int32s) -> NDArray[np.int64]:
    """The values of the numbers of `length` digits that begin at `at`. [m] -> [m]"""
    numbers = np.zeros(len(at), np.int64)
    for place in range(MOST_DIGITS):
        digit = value[np.minimum(at + place, len(value) - 1)]
        numbers = np.where(place < length, 10 * numbers + digit, numbers)
    return numbers


def _digit_at(numbers: NDArray[np.int64], width: NDArray[Any], place: Int32s) -> NDArray[np.int64]:
    """The digit at a place, counted from the left, of numbers written `width` digits wide. [m] -> [m]"""
    powers: NDArray[np.int64] = 10 ** np.clip(width - 1 - place, 0, 16).astype(np.int64)
    return np.abs(numbers) // powers % 10
