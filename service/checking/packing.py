"""A profile as a few kilobytes: hashes of 19 bits, sorted and written as differences, and rounded counts.

Words themselves are not in it. What is rounded is rounded so that less stands out: highest counts and longest gaps
upwards. The page's packing.js reads the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .learning import FEWEST_TO_MISS, Table
from .profile import DETECTORS, REGULAR, WINDOWS, Gram, Profile, Rate, Values
from .tails import Tail

HASH_BITS = 19
SHIFT = 32 - HASH_BITS
COUNT_STEPS = TYPES_STEPS = 2  # levels of a count that is doubled
RATE_STEPS = 4
COUNT_BITS, GAP_BITS, VALUE_BITS = 5, 8, 11
RATE_BITS, RISE_BITS = 5, 4  # of the level in the first window, and of its rise from window to window
MOST_TYPES_LEVEL = 31
VALUE_STEPS = 32  # of one doubling of a number
MOST_ENTRIES = 20_000
MOST_PLACES = 100
FEWEST_LINES = (3, 5, 8, 12, 20, 40, 100, 300, 1000, 3000)
MOST_COUNT = 1 << 40
NEVER = 1 << 40  # a gap that is not known


def pack(profile: Profile) -> bytes:
    """The bytes of a profile."""
    return _packed(profile, _merged(profile))


def learn_fitting(
    logs: Sequence[Sequence[str]], fits: Callable[[Profile, bytes], bool], least: int = FEWEST_LINES[0]
) -> tuple[Profile, bytes]:
    """The profile of the logs of a home, and its bytes.

    Only what stood in `least` lines or more is kept; in as many as it takes for it to fit.
    """
    table = Table(logs, stretches=True)
    for fewest in (least, *(number for number in FEWEST_LINES if number > least)):
        profile = table.learn(fewest)
        if len(profile.grams) <= MOST_ENTRIES and fits(profile, data := pack(profile)):
            return profile, data
    profile = Profile(lines=table.lines)
    return profile, pack(profile)


Entry = tuple[Gram, Rate | None]


def _merged(profile: Profile) -> dict[int, Entry]:
    """The entries by their shortened hashes; of those with the same one the most frequent."""
    shift = SHIFT - profile.shift
    merged: dict[int, Entry] = {}
    for key, gram in sorted(profile.grams.items(), key=lambda item: item[1].count):
        merged[key >> shift] = gram, profile.rates.get(key)
    return merged


def _packed(profile: Profile, entries: Mapping[int, Entry]) -> bytes:
    bits = _Writer()
    shift = SHIFT - profile.shift
    bits.sorted_numbers(sorted({place >> shift for place in profile.literal}))
    keys = sorted(entries)
    bits.sorted_numbers(keys)
    for key in keys:
        gram, rate = entries[key]
        level = min(_level(gram.count, COUNT_STEPS), 31)
        bits.number(level, COUNT_BITS)
        bits.gamma(min(_level(gram.types, TYPES_STEPS), MOST_TYPES_LEVEL) + 2 if gram.types else 1)
        bits.number(1 if rate else 0, 1)
        if rate and _of_level(level, COUNT_STEPS) >= FEWEST_TO_MISS:
            _pack_rate(bits, profile, rate)
    places = sorted(
        {place >> shift: usual for place, usual in profile.values.items()}.items(),
    )[:MOST_PLACES]
    bits.sorted_numbers([place for place, _ in places])
    for _, usual in places:
        bits.number(math.floor(usual.low * VALUE_STEPS), VALUE_BITS)
        bits.number(math.ceil(usual.high * VALUE_STEPS), VALUE_BITS)
        bits.number(min(math.ceil(usual.low_scale * VALUE_STEPS), (1 << VALUE_BITS) - 1), VALUE_BITS)
        bits.number(min(math.ceil(usual.high_scale * VALUE_STEPS), (1 << VALUE_BITS) - 1), VALUE_BITS)
    return bits.data()


def _pack_rate(bits: _Writer, profile: Profile, rate: Rate) -> None:
    level = 0
    for i, most in enumerate(rate.most):
        width = RISE_BITS if i else RATE_BITS
        rise = min(max(0, _level_above(most) - level), (1 << width) - 1)
        bits.number(rise, width)
        level += rise
    regular = rate.gap * rate.count <= REGULAR * profile.duration
    bits.number(1 if regular else 0, 1)
    if regular:
        bits.number(min(_level_above(rate.gap + 1), (1 << GAP_BITS) - 1), GAP_BITS)


def _level(count: int, steps: int) -> int:
    return math.floor(steps * math.log2(count) + 0.5)


def _level_above(count: int) -> int:
    return math.ceil(RATE_STEPS * math.log2(max(1, count)) - 1e-9)


def _of_level(level: int, steps: int) -> int:
    return math.floor(2 ** (level / steps) + 0.5)


def as_card(profile: Profile) -> dict[str, Any]:
    """What the card says of a profile, beside its bytes."""
    return {
        "lines": profile.lines,
        "logs": profile.logs,
        "duration": min(profile.duration, MOST_COUNT - 1),  # dates of the year 9999 among others make it long
        "words": [profile.root.count, profile.root.types],
        "windows": list(profile.windows),
        "pause": min(profile.longest_pause, MOST_COUNT - 1),
        "back": min(profile.farthest_back, MOST_COUNT - 1),
        "timed": profile.timed,
        "tails": {name: tail.as_card() for name, tail in profile.tails.items()},
    }


def unpack(card: object, data: bytes | None) -> Profile:
    """The profile of a card's `profile` and its bytes. Raises ValueError, saying what is wrong."""
    facts = _checked(card)
    if data is None:
        raise ValueError("the profile has no bytes")
    windows, words = facts["windows"], facts["words"]
    bits = _Reader(data)
    literal = frozenset(bits.sorted_numbers())
    grams, rates = _unpack_grams(bits, len(windows))
    values = {}
    for place in bits.sorted_numbers():
        low, high, low_scale, high_scale = (bits.number(VALUE_BITS) / VALUE_STEPS for _ in range(4))
        values[place] = Values(low, high, max(low_scale, 1 / VALUE_STEPS), max(high_scale, 1 / VALUE_STEPS))
    return Profile(
        lines=_whole(facts, "lines"),
        logs=_whole(facts, "logs"),
        duration=max(1, _whole(facts, "duration")),
        shift=SHIFT,
        root=Gram(_whole(words, 0), _whole(words, 1)),
        grams=grams,
        rates=rates,
        literal=literal,
        values=values,
        windows=WINDOWS[: len(windows)],
        longest_pause=_whole(facts, "pause"),
        farthest_back=_whole(facts, "back"),
        timed=facts["timed"],
        tails={name: Tail.from_card(tail) for name, tail in facts["tails"].items()},
    )


def _checked(card: object) -> dict[str, Any]:
    """What the card says of a profile, its lists and objects checked. Raises ValueError."""
    if not isinstance(card, dict):
        raise ValueError("the profile is no object")
    windows, words, tails = card.get("windows"), card.get("words"), card.get("tails")
    if not isinstance(windows, list) or windows != list(WINDOWS[: len(windows)]):
        raise ValueError(f"the profile's windows are {_shown(windows)}, not the first of {list(WINDOWS)}")
    if type(card.get("timed")) is not bool:
        raise ValueError(f"the profile's 'timed' is {_shown(card.get('timed'))}, not true or false")
    if not isinstance(words, list) or len(words) != 2:
        raise ValueError("the profile does not say how many words there were")
    if not isinstance(tails, dict) or not set(tails) <= set(DETECTORS):
        raise ValueError("the profile's tails are not those of known detectors")
    return card


def _unpack_grams(bits: _Reader, windows: int) -> tuple[dict[int, Gram], dict[int, Rate]]:
    grams: dict[int, Gram] = {}
    rates: dict[int, Rate] = {}
    for key in bits.sorted_numbers():
        count = _of_level(bits.number(COUNT_BITS), COUNT_STEPS)
        level = bits.gamma() - 2
        if level > MOST_TYPES_LEVEL:
            raise ValueError("the profile holds a context with too many words")
        grams[key] = Gram(count, 0 if level < 0 else _of_level(level, TYPES_STEPS))
        if bits.number(1):
            often = count >= FEWEST_TO_MISS
            rates[key] = _unpack_rate(bits, count, windows) if often else Rate(count, (count,) * windows, NEVER)
    return grams, rates


def _unpack_rate(bits: _Reader, count: int, windows: int) -> Rate:
    level, most = 0, []
    for i in range(windows):
        level += bits.number(RISE_BITS if i else RATE_BITS)
        most.append(_of_level(level, RATE_STEPS))
    gap = _of_level(bits.number(GAP_BITS), RATE_STEPS) if bits.number(1) else NEVER
    return Rate(count, tuple(most), gap)


def _whole(holder: Any, key: str | int) -> int:
    value = holder.get(key) if isinstance(holder, dict) else holder[key]
    if type(value) is not int or not 0 <= value < MOST_COUNT:
        raise ValueError(f"the profile's {key!r} is {_shown(value)}, not a whole number below {MOST_COUNT:,}")
    return value


def _shown(value: object) -> str:
    """A wrong value, as much of it as a message has room for."""
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"


class _Writer:
    """Bits, the highest of each number first."""

    def __init__(self) -> None:
        self.bits: list[int] = []

    def number(self, value: int, width: int) -> None:
        self.bits += [value >> i & 1 for i in range(width - 1, -1, -1)]

    def unary(self, value: int) -> None:
        self.bits += [1] * value + [0]

    def gamma(self, value: int) -> None:
        """A number from 1 on (Elias's code)."""
        low = value.bit_length() - 1
        self.unary(low)
        self.number(value - (1 << low), low)

    def sorted_numbers(self, numbers: list[int]) -> None:
        """Rising numbers of HASH_BITS, as their differences (Rice's code)."""
        low = _low_bits(len(numbers))
        self.number(len(numbers), 16)
        before = 0
        for number in numbers:
            self.unary((number - before) >> low)
            self.number((number - before) & ((1 << low) - 1), low)
            before = number

    def data(self) -> bytes:
        bits = self.bits + [0] * (-len(self.bits) % 8)
        return bytes(int("".join(map(str, bits[i : i + 8])), 2) for i in range(0, len(bits), 8))


class _Reader:
    """What a _Writer wrote."""

    def __init__(self, data: bytes) -> None:
        self.bits = "".join(f"{byte:08b}" for byte in data)
        self.at = 0

    def number(self, width: int) -> int:
        """The next number. Raises ValueError where the data ends before."""
        begin, self.at = self.at, self.at + width
        if self.at > len(self.bits):
            raise ValueError("the profile's bytes end too early")
        return int(self.bits[begin : self.at], 2) if width else 0

    def unary(self) -> int:
        begin = self.at
        end = self.bits.find("0", begin)
        if end < 0:
            raise ValueError("the profile's bytes end too early")
        self.at = end + 1
        return end - begin

    def gamma(self) -> int:
        low = min(self.unary(), HASH_BITS)
        return (1 << low) + self.number(low)

    def sorted_numbers(self) -> list[int]:
        size = self.number(16)
        if size > MOST_ENTRIES:
            raise ValueError(f"the profile has {size:,} entries, at most {MOST_ENTRIES:,} are read")
        low = _low_bits(size)
        found, before = [], 0
        for _ in range(size):
            before += (self.unary() << low) + self.number(low)
            found.append(before)
        if before >> HASH_BITS:
            raise ValueError("the profile holds hashes that are too large")
        return found


def _low_bits(size: int) -> int:
    """How many bits of a difference are written as they are, when so many numbers lie in the range of the hashes."""
    return max(0, HASH_BITS - max(1, size).bit_length())
