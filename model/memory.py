"""What the learner remembers of a text: which symbols followed which contexts, and where the text was like now.

The contents are those of the page's memory.js, bit for bit. Tables have a fixed size; when one is full, the entry that
was seen least is overwritten. Each dtype below says what is remembered; the compiled functions after it use one record
of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import compiled
from .vocabulary import NEWLINE

ORDERS = 6  # the first contexts are the last 1 … 6 symbols
CONTEXTS = 19
EVERY = np.arange(CONTEXTS)
OF_WORDS = np.array([*range(ORDERS), 6, 16])  # those that mean the same in any text
LONGEST_LINE = 4096  # symbols of a line that can be seen from the line below
NOTHING = 0
WORD = 0xFFFFFFFF

# Without a sign, because numba lets the compiler assume that signed numbers never overflow.
FIRST, SECOND, THIRD, OFFSET = np.array([0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x7F4A7C15], dtype=np.uint64)
LOW, FIFTEEN, THIRTEEN = np.array([WORD, 15, 13], dtype=np.uint64)


@compiled
def hashed(a: int, b: int) -> int:
    """One 32-bit hash of two numbers from 0 to 2^32."""
    x = (np.uint64(a) * FIRST ^ (np.uint64(b) + OFFSET) * SECOND) & LOW
    x ^= x >> FIFTEEN
    x = (x * THIRD) & LOW
    return int(np.int64(x ^ (x >> THIRTEEN)))


DIGIT, LETTER, LINE_END, OTHER = range(4)
KINDS = 4


def kind_of(code: int) -> int:
    """Which of the four kinds a character is; everything outside ASCII counts as a letter."""
    if 48 <= code <= 57:
        return DIGIT
    if 65 <= code <= 90 or 97 <= code <= 122 or code > 127:
        return LETTER
    return LINE_END if code == 10 else OTHER


compiled_kind_of = compiled(kind_of)

# A line as far as it was read: its symbols, and its fields, which end at a space or a tab.
LINE = np.dtype(
    [
        ("symbols", np.uint16, (LONGEST_LINE,)),
        ("begins", np.int64, (LONGEST_LINE + 1,)),  # column of each field
        ("tokens", np.int64, (LONGEST_LINE + 1,)),  # hash of each field that has ended
        ("length", np.int64),  # of `symbols`
        ("field", np.int64),  # the number of the current field, from 0: so many have ended
        ("token", np.int64),  # hash of the field so far
        ("shape", np.int64),  # hash of the fields before, without their digits
        ("token_shape", np.int64),
    ],
    align=True,
)


@compiled
def begin_line(line: Any) -> None:
    """Forget a line, for another in its place."""
    line.length = line.field = line.token = line.shape = line.token_shape = 0


@compiled
def end_field(line: Any) -> None:
    """End the current field."""
    line.tokens[line.field] = line.token
    line.shape = hashed(line.shape, line.token_shape)
    line.token = line.token_shape = 0
    line.field += 1


@compiled
def add_to_line(line: Any, symbol: int, code: int) -> None:
    """Read one more symbol of a line."""
    if line.length == LONGEST_LINE:
        return
    line.symbols[line.length] = symbol
    line.length += 1
    if code == 32 or code == 9:
        end_field(line)
        line.begins[line.field] = line.length
        return
    line.token = hashed(line.token, symbol)
    if compiled_kind_of(code) != DIGIT:
        line.token_shape = hashed(line.token_shape, symbol)


@compiled
def symbol_at(line: Any, column: int) -> int:
    """The symbol in a column, or NOTHING beyond the end."""
    return int(line.symbols[column]) if column < line.length else NOTHING


# Where the next symbol stands in the text: what its contexts are made of.
PLACE = np.dtype(
    [
        ("orders", np.int64, (ORDERS + 1,)),  # hashes of the last 0 … 6 symbols
        ("last", np.int64),
        ("before_last", np.int64),
        ("kind", np.int64),  # of the last symbol
        ("word", np.int64),  # hash of the word so far, small and capital letters alike
        ("template", np.int64),  # hash of the line so far, each number as one digit
        ("template_above", np.int64),  # of the whole line above
        ("lines", LINE, (2,)),  # this line and the one above
        ("current", np.int64),  # which of them is this line
        ("contexts", np.int64, (CONTEXTS,)),  # hash of each context
    ],
    align=True,
)


def start_place(place: Any) -> None:
    """Set a record of zeros to the beginning of a text."""
    place["last"] = place["before_last"] = NEWLINE
    place["kind"] = LINE_END


@compiled
def advance_place(place: Any, symbol: int, code: int) -> None:
    """Go on by one symbol."""
    kind = compiled_kind_of(code)
    for i in range(ORDERS, 0, -1):
        place.orders[i] = hashed(place.orders[i - 1], symbol)
    place.word = hashed(place.word if kind <= LETTER else 0, code + 32 if 65 <= code <= 90 else code)
    if kind != DIGIT or place.kind != DIGIT:
        place.template = hashed(place.template, 0 if kind == DIGIT else symbol + 1)
    place.before_last = place.last
    place.last = symbol
    place.kind = kind
    line = place.lines[place.current]
    if kind == LINE_END:
        end_field(line)
        place.template_above = place.template
        place.current = 1 - place.current
        begin_line(place.lines[place.current])
        place.template = 0
    else:
        add_to_line(line, symbol, code)


@compiled
def find_contexts(place: Any, guesses: Any) -> None:
    """Set `contexts`. `guesses` are symbols that something else expects next, 0 for none. [4]"""
    line, above = place.lines[place.current], place.lines[1 - place.current]
    last, field, token, column = place.last, line.field, line.token, line.length
    in_field = column - line.begins[field]
    token_before = line.tokens[field - 1] if field else 0
    two_before = line.tokens[field - 2] if field > 1 else 0
    guessed = hashed(guesses[0] * 1024 + guesses[1], guesses[2] * 1024 + guesses[3])
    same_field = next_in_field = token_above = NOTHING
    if field < above.field:
        at = above.begins[field] + in_field
        same_field, next_in_field = symbol_at(above, at), symbol_at(above, at + 1)
        token_above = above.tokens[field]
    over, over_next = symbol_at(above, column), symbol_at(above, column + 1)
    out = place.contexts
    for i in range(ORDERS):
        out[i] = place.orders[i + 1]
    out[6] = hashed(place.word, 1)
    out[7] = hashed(hashed(field, token_before), token)
    out[8] = hashed(hashed(same_field, last), field)
    out[9] = hashed(hashed(hashed(same_field, next_in_field), hashed(last, place.before_last)), field)
    out[10] = hashed(hashed(over, over_next), last)
    out[11] = hashed(line.shape, token)
    out[12] = hashed(hashed(field, in_field), last)
    out[13] = hashed(hashed(field, token_above), token)
    out[14] = hashed(field, 2)
    out[15] = hashed(hashed(place.template, place.template_above), last)
    out[16] = hashed(hashed(two_before, token_before), token)
    out[17] = hashed(guessed, last)
    out[18] = hashed(guessed, place.template)


SLOT_BITS = 16
SLOTS = 1 << SLOT_BITS  # of each context
PROBES = 4  # slots in which one hash may lie
WAYS = 6  # symbols that a slot remembers
MOST_SEEN = 255
PATIENT = (0, 1, 12, 14)  # contexts that forget nothing when another symbol comes

# For each context, slots with the symbols that followed it and how often, the most recent first.
MEMORY = np.dtype(
    [
        ("symbols", np.uint16, (CONTEXTS, SLOTS, WAYS)),
        ("counts", np.uint8, (CONTEXTS, SLOTS, WAYS)),
        ("checks", np.uint16, (CONTEXTS, SLOTS)),  # 0: empty
        ("wanted", np.uint16, (CONTEXTS,)),
        ("slots", np.int64, (CONTEXTS,)),  # of the current contexts
        ("known", np.uint8, (CONTEXTS,)),  # whether the slot is that context's, not one that will be overwritten
    ],
    align=True,
)


@compiled
def seen_in(counts: Any) -> int:
    """How often any symbol was seen in a slot. [WAYS]"""
    sum_ = 0
    for way in range(WAYS):
        sum_ += counts[way]
    return sum_


@compiled
def ways_of(counts: Any) -> int:
    """How many symbols a slot remembers. [WAYS]"""
    ways = 0
    while ways < WAYS and counts[ways]:
        ways += 1
    return ways


@compiled
def recall(memory: Any, contexts: Any) -> None:
    """Find the slots of the contexts with these hashes, or the slots that will be overwritten. [CONTEXTS]"""
    for i in range(CONTEXTS):
        check = max(1, contexts[i] & 0xFFFF)
        home = contexts[i] >> (32 - SLOT_BITS)
        memory.wanted[i] = check
        memory.known[i] = 0
        fewest = WAYS * MOST_SEEN + 1
        for probe in range(PROBES):
            slot = home ^ probe
            if memory.checks[i, slot] == check:
                memory.slots[i] = slot
                memory.known[i] = 1
                break
            seen = seen_in(memory.counts[i, slot])
            if seen < fewest:
                fewest = seen
                memory.slots[i] = slot


@compiled
def learn_follower(memory: Any, symbol: int, contexts: Any) -> None:
    """Count the symbol that followed some of the current contexts."""
    for i in contexts:
        slot = memory.slots[i]
        counts = memory.counts[i, slot]
        if not memory.known[i]:
            memory.checks[i, slot] = memory.wanted[i]
            for way in range(WAYS):
                counts[way] = 0
        count_follower(memory.symbols[i, slot], counts, symbol, i in PATIENT)


@compiled
def count_follower(symbols: Any, counts: Any, symbol: int, patient: bool) -> None:
    """Move a symbol to the front of a slot, count it, and reduce the counts of the others."""
    at = 0
    while at < WAYS - 1 and counts[at] and symbols[at] != symbol:
        at += 1
    seen = 1
    if counts[at] and symbols[at] == symbol:
        seen += counts[at]
    for way in range(at, 0, -1):
        symbols[way] = symbols[way - 1]
        counts[way] = counts[way - 1]
    full = seen == MOST_SEEN
    if full:
        seen = (seen + 1) >> 1
    for way in range(1, WAYS):
        if not patient and counts[way] > 2:
            counts[way] = (counts[way] * 3 + 1) >> 2
        if full:
            counts[way] = (counts[way] + 1) >> 1
    symbols[0] = symbol
    counts[0] = seen


HISTORY = 1 << 20  # symbols that a match can reach back

# The last HISTORY symbols of the text.
TRAIL = np.dtype([("symbols", np.uint16, (HISTORY,)), ("length", np.int64)], align=True)  # `length` of the text


@compiled
def trail_at(trail: Any, position: int) -> int:
    """The symbol at a position in the text."""
    return int(trail.symbols[position & (HISTORY - 1)])


@compiled
def add_to_trail(trail: Any, symbol: int) -> None:
    """Add the next symbol."""
    trail.symbols[trail.length & (HISTORY - 1)] = symbol
    trail.length += 1


PLACES = 1 << 16  # in the table of a match
VERIFIED = 32  # symbols that are compared
FACTOR = 0x2C1B3C6D
RECENT = 4  # predictions whose success is remembered

# An earlier place where the text was like now. It is followed until a better one is found.
MATCH = np.dtype(
    [
        ("places", np.int64, (PLACES,)),  # by hash: index of the symbol that followed, 0: none
        ("shortest", np.int64),  # how many symbols must be equal; 0: the line so far must be, whatever its digits
        ("oldest", np.int64),  # FACTOR to the power of `shortest`
        ("place", np.int64),
        ("length", np.int64),  # equal symbols before it
        ("misses", np.int64),  # one bit for each of the last predictions; 1: it was wrong
        ("hash", np.int64),
    ],
    align=True,
)


def start_match(match: Any, shortest: int) -> None:
    """Set a record of zeros to a match of at least so many symbols."""
    match["shortest"], match["oldest"] = shortest, pow(FACTOR, shortest, 1 << 32)


@compiled
def predicted(match: Any, trail: Any) -> int:
    """The symbol that followed at the matching place, or -1."""
    if match.place and trail.length - match.place < HISTORY:
        return trail_at(trail, match.place)
    return -1


@compiled
def advance_match(match: Any, trail: Any, template: int) -> None:
    """Go on by one symbol, which is already in `trail`. `template` is the hash of the line so far (see PLACE)."""
    length = trail.length
    if match.place:
        right = trail_at(trail, match.place) == trail_at(trail, length - 1)
        match.length = min(match.length + 1, 65535) if right else 0
        match.misses = (match.misses << 1 | (0 if right else 1)) & ((1 << RECENT) - 1)
        match.place += 1
    key = (rolled(match, trail) if match.shortest else template) >> 16
    found = match.places[key]
    match.places[key] = length
    if not found or not is_lost(match, template) or length - found >= HISTORY:
        return
    alike = alike_before(trail, found)
    if match.shortest and (alike < match.shortest or alike <= match.length):
        return
    match.place, match.length = found, alike
    if match.shortest:
        match.misses = 0


@compiled
def is_lost(match: Any, template: int) -> bool:
    """Whether another place is to be looked for."""
    if not match.place:
        return True
    if match.shortest:
        return bool(match.length < match.shortest)
    return bool(match.misses & 1) or template == 0


@compiled
def rolled(match: Any, trail: Any) -> int:
    """The hash of the last `shortest` symbols."""
    length, shortest = trail.length, match.shortest
    gone = trail_at(trail, length - 1 - shortest) + 1 if length > shortest else 0
    match.hash = (match.hash * FACTOR + trail_at(trail, length - 1) + 1 - gone * match.oldest) & WORD
    return hashed(match.hash, 3)


@compiled
def alike_before(trail: Any, place: int) -> int:
    """How many symbols before a place equal those before now."""
    most = min(VERIFIED, place)
    n = 0
    while n < most and trail_at(trail, place - 1 - n) == trail_at(trail, trail.length - 1 - n):
        n += 1
    return n
