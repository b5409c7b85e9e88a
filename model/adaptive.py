"""The learner: an online model of the text read so far, mixed with the transformer's prediction.

Each character is scored first and learned from afterwards; before the first one the learner has read common words
(common_text.py). For equal logits the numbers are those of the page's adaptive.js, bit for bit.

A character is coded as a series of yes-or-no questions: is it this candidate? The likeliest candidate comes first.
Each question is answered by the transformer, by contexts that remember what followed them, by earlier places in the
text that matched, by guesses: what a line that began alike recalls (recall.py), and what the numbers of the line make
of the next one (relations.py), and by how far numbers went at their place before (steps.py). The answers are mixed in
the logistic domain with weights that are learned online, as in PAQ and lpaq (Mahoney, "Adaptive weighing of context
models for lossless data compression"). Each question rules one symbol out, so the probabilities of all symbols sum to
one exactly.

Example: after "temp 2" the candidates may be "1", "0" and "3". If the character is "0", its probability is
(1 - p("1")) · p("0", not being "1").

All that is learned is in three arrays: one record of a fixed size, one record a symbol, and the counts of pairs. The
compiled functions use them by reference.
"""

from __future__ import annotations

import copy
import hashlib
import math
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from . import compiled as compiled_module
from . import memory, mixing, relations, steps
from .array_types import Array, Floats
from .common_text import common_text
from .compiled import compiled, compiled_on_disk
from .config import N_RECALLED
from .exact import softmax
from .memory import (
    CONTEXTS,
    DIGIT,
    EVERY,
    KINDS,
    MATCH,
    MEMORY,
    OF_WORDS,
    ORDERS,
    PLACE,
    RECENT,
    TRAIL,
    WAYS,
    add_to_trail,
    advance_match,
    advance_place,
    compiled_kind_of,
    find_contexts,
    kind_of,
    learn_follower,
    predicted,
    recall,
    seen_in,
    start_match,
    start_place,
    ways_of,
)
from .mixing import (
    LEVEL,
    LEVELS,
    LN2,
    MOST,
    N_LEVEL,
    STAGES,
    STRETCH_STEPS,
    STRETCHED,
    compiled_squash,
    curves,
    learn_curve,
    learn_mixing,
    learn_rate,
    ln,
    mix,
    mixer,
    rates,
    refine,
    start_curve,
    start_mixer,
    stretch,
)
from .recall import digit_ids
from .relations import RELATIONS, end_line, end_number, guess_number, guessed_digit, read_digit
from .steps import STEPS, VIEWS, expect_digit, read_of_number, rule_out_digit
from .vocabulary import ESCAPE, REPLACEMENT, Vocabulary, code_points, escape_bits

# What the compiled functions are made of.
MODULES = [sys.modules[__name__], memory, mixing, relations, steps, compiled_module]
FORMAT = b"Logling learner 3\n"  # begins what is saved; its number changes with what is learned, or how

PART = 16384  # characters that compiled code reads at once; a signal is heard after each part
NEW_CHARACTERS = 256  # unknown characters that get a symbol of their own when first seen; further ones stay escapes
LAST_QUESTION = 32  # after so many noes, the other symbols share what is left without further questions
LEAST = 1e-6  # probability that is shared by all symbols, so that none has zero
LEAST_ANSWER = 1e-6

# Inputs of the mixer: the transformer, the same corrected, the blend of orders, contexts, matches, guesses, steps, the
# same corrected, a constant.
STATIC, CORRECTED, BLEND, FIRST_CONTEXT = range(4)
FIRST_MATCH = FIRST_CONTEXT + CONTEXTS
SHORTEST_MATCHES = (6, 14, 0)
MATCHES = len(SHORTEST_MATCHES)
FIRST_GUESS = FIRST_MATCH + MATCHES
GUESSES = N_RECALLED + 1  # what is recalled, and what the numbers of the line make of this one
FIRST_STEP = FIRST_GUESS + GUESSES  # by each view
FIRST_CORRECTED_STEP = FIRST_STEP + VIEWS
CONSTANT = FIRST_CORRECTED_STEP + VIEWS
INPUTS = CONSTANT + 1

STATES = N_LEVEL * N_LEVEL * 2
MATCH_CASES = (N_LEVEL + 1) * 3
MATCH_LEVELS = 32
MATCH_STATES = MATCH_LEVELS * (1 << RECENT) * 2
REMEMBERED = 6  # guesses at a field whose success is remembered
GUESSED_FIELDS = 256
COLUMNS = 8  # of a field, that are told apart
GUESS_STATES = (1 << REMEMBERED) * COLUMNS * 2
GUESS_CASES = 3**GUESSES
TEMPLATES = 1024  # of lines so far, by hash
MOST_FIELDS = 32
CERTAINTIES = 8
CANDIDATES = 512  # symbols with weights of their own

KEEP = 0.8  # of the recent cost, from one character to the next
STRAINS = (0.02, 0.07, 0.2, 0.5, 1.0, 1.7, 2.5)  # recent cost in nats per character: the bounds of its levels
N_STRAIN = len(STRAINS) + 1

# Sets of weights, and the least rate at which each learns. The set is chosen by the match and whether the long match
# agrees; by field; by order and the transformer's answer; by the kinds of the last character and of the candidate; by
# how surprising the text was recently; by the candidate; by which guesses are there and agree with it; by the line so
# far.
WEIGHTS = [
    (STAGES * MATCH_CASES, 0.015),
    (STAGES * MOST_FIELDS, 0.003),
    (STAGES * (ORDERS + 1) * CERTAINTIES, 0.003),
    (STAGES * 2 * KINDS * KINDS, 0.015),
    (STAGES * N_STRAIN, 0.001),
    (STAGES * CANDIDATES, 0.003),
    (STAGES * GUESS_CASES, 0.003),
    (STAGES * TEMPLATES, 0.005),
]
SETS = [sets for sets, _ in WEIGHTS]

# What is learned, whatever the vocabulary.
LEARNER = np.dtype(
    [
        ("size", np.int64),  # symbols so far
        ("known", np.int64),  # of them, symbols of the vocabulary
        ("memory", MEMORY),
        ("trail", TRAIL),
        ("place", PLACE),
        ("matches", MATCH, (MATCHES,)),
        ("relations", RELATIONS),
        ("steps", STEPS),
        ("digits", np.int64, (10,)),  # their symbols
        ("misses", np.int64, (GUESSES, GUESSED_FIELDS)),  # one bit for each of the last guesses; 1: it was wrong
        ("all_ones", np.float64),  # the sum of `ones` of all symbols
        ("trust", np.float64, (ORDERS + 1,)),  # share of the blend beside the transformer, by the longest known order
        ("cost", np.float64),  # nats per character, recently
        ("strain", np.int64),  # its level
        ("context_rates", rates(CONTEXTS * STAGES * STATES)),
        ("match_rates", rates(MATCHES * STAGES * MATCH_STATES)),
        ("guess_rates", rates(GUESSES * STAGES * GUESS_STATES)),
        ("correction", curves(STAGES)),
        ("step_corrections", curves(STAGES * N_LEVEL), (VIEWS,)),
        ("final", curves(STAGES * N_STRAIN)),
        ("final_by_match", curves(STAGES * MATCH_CASES)),
        ("final_by_template", curves(STAGES * TEMPLATES)),
        ("mixer", mixer(SETS, INPUTS)),
        # about the current character
        ("order", np.int64),  # the longest known
        ("scales", np.float64, (ORDERS,)),  # of the orders in the blend
        ("left", np.float64),  # probability that is not ruled out yet, of the transformer
        ("left_of_blend", np.float64),
        ("others", np.int64, (CONTEXTS,)),  # how often each context was followed by what is not ruled out yet
        ("matched", np.int64, (MATCHES,)),  # predicted symbols; -1: none
        ("match_places", np.int64, (MATCHES,)),  # the state of each, but for what it predicts
        ("guesses", np.int64, (GUESSES,)),  # symbols; 0: none
        ("guessed", np.int64, (GUESSES,)),  # the same; -1: that one is ruled out
        ("guess_places", np.int64, (GUESSES,)),  # the state of each, but for what it is
        ("context_states", np.int64, (CONTEXTS,)),  # of the current question; -1: nothing is known
        ("match_states", np.int64, (MATCHES,)),
        ("guess_states", np.int64, (GUESSES,)),
    ],
    align=True,
)

# What is known of each symbol.
SYMBOL = np.dtype(
    [
        ("code", np.int64),  # its code point, where the vocabulary does not have it
        ("kind", np.int64),
        ("digit", np.int64),  # -1: it is none
        ("ones", np.float64),  # how often it came recently
        ("all_pairs", np.float64),  # how often any symbol came after it
        # about the current character
        ("fixed", np.float64),  # probability by the transformer
        ("blend", np.float64),  # probability by the counts of all orders
        ("rank", np.float64),  # candidates are asked for in the order of their rank
    ],
    align=True,
)


def context_prior() -> Floats:
    """The first guess at the probability of a yes.

    By how often a context was followed by the candidate and by others. -> [N_LEVEL, N_LEVEL, 2]
    """
    yes, no = np.meshgrid(np.array(LEVELS), np.array(LEVELS), indexing="ij")
    prior = np.where(yes + no > 0, (yes + 0.3) / (yes + no + 0.9), 0.5)
    return np.repeat(prior[:, :, None], 2, axis=2)


def start_weights() -> Floats:
    """The weights of the mixer at the beginning. -> [INPUTS]"""
    start = np.full(INPUTS, 0.05)
    start[[STATIC, CORRECTED, CONSTANT]] = 0.7, 0.0, 0.0
    start[FIRST_STEP:FIRST_CORRECTED_STEP] = 0.0
    return start


def start_learner(known: int) -> Array:
    """A learner that has read nothing, of a vocabulary of `known` symbols. -> [1]"""
    learners = np.zeros(1, LEARNER)
    learner = learners[0]
    learner["size"] = learner["known"] = known
    start_place(learner["place"])
    for match, shortest in zip(learner["matches"], SHORTEST_MATCHES, strict=True):
        start_match(match, shortest)
    learner["trust"] = 0.4
    learner["cost"], learner["strain"] = 1.0, 4
    learner["context_rates"]["p"] = np.tile(context_prior().ravel(), CONTEXTS * STAGES)
    learner["match_rates"]["p"] = np.tile([0.05, 0.9], MATCHES * STAGES * MATCH_STATES // 2)
    learner["guess_rates"]["p"] = np.tile([0.1, 0.7], GUESSES * STAGES * GUESS_STATES // 2)
    for name in ("context_rates", "match_rates", "guess_rates"):
        learner[name]["n"] = 2
    curves_of = {"correction": 1, "final": N_STRAIN, "final_by_match": MATCH_CASES, "final_by_template": TEMPLATES}
    for name, rows in curves_of.items():
        learner[name]["p"] = np.tile(start_curve(), STAGES * rows)
    for curve in learner["step_corrections"]:
        curve["p"] = np.tile(start_curve(), STAGES * N_LEVEL)
    start_mixer(learner["mixer"], SETS, [rate for _, rate in WEIGHTS], start_weights())
    return learners


class Adaptive:
    """The learner of one text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        most = vocabulary.size + NEW_CHARACTERS
        self.learner = start_learner(vocabulary.size)
        self.learner[0]["digits"] = digit_ids(vocabulary)
        self.symbols = np.zeros(most, SYMBOL)
        self.symbols["kind"][: vocabulary.size] = [kind_of(ord(c)) for c in REPLACEMENT + "\n" + vocabulary.characters]
        self.symbols["digit"] = -1
        for digit, symbol in enumerate(self.learner[0]["digits"]):
            if symbol:
                self.symbols["digit"][symbol] = digit
        self.pairs = np.zeros((most, most))  # how often each symbol came after each other one, recently
        codes = code_points(common_text()).astype(np.int64)
        found = vocabulary.encode(common_text()).astype(np.int64)
        words = (found[found != ESCAPE], codes[found != ESCAPE])
        compiled_reading()(*self._arrays(), np.zeros((0, 0)), *words, np.zeros((0, N_RECALLED), np.int64), np.zeros(0))

    @property
    def size(self) -> int:
        """How many symbols there are so far: those of the vocabulary, and the new characters of the text."""
        return int(self.learner[0]["size"])

    def read(self, logits: Floats | None, text: str, recalled: Array | None = None) -> Floats:
        """The bits of each character of a text, given the transformer's logits before each. [n, V], str of n -> [n]

        Without logits, the symbols so far are equally likely by the transformer. `recalled`: the ids that are recalled
        before each character, [N_RECALLED, n]. Raises ValueError where logits do not fit the text and the vocabulary.
        """
        codes = code_points(text).astype(np.int64)
        symbols = self.vocabulary.encode(text).astype(np.int64)
        rows = np.zeros((len(codes), 0)) if logits is None else self._probabilities(logits, len(codes))
        guesses = np.zeros((len(codes), N_RECALLED), np.int64)
        if recalled is not None:
            guesses[:] = recalled.T
        nats = np.zeros(len(codes))
        for start in range(0, len(codes), PART):
            part = slice(start, start + PART)
            compiled_reading()(*self._arrays(), rows[part], symbols[part], codes[part], guesses[part], nats[part])
        bits = nats / LN2
        escaped = symbols == ESCAPE
        bits[escaped] += escape_bits(codes[escaped].astype(np.uint32))
        return bits

    def _probabilities(self, logits: Floats, n: int) -> Floats:
        expected = (n, self.vocabulary.size)
        if logits.shape != expected:
            raise ValueError(f"Logits must have the shape {expected}: a row a character. These have {logits.shape}.")
        if not np.isfinite(logits).all():
            raise ValueError("Logits must be finite numbers; some of these are not.")
        return np.ascontiguousarray(softmax(logits), dtype=np.float64)

    def _arrays(self) -> tuple[Array, Array, Array]:
        return self.learner, self.symbols, self.pairs

    def copy(self) -> Adaptive:
        """Another learner that knows the same."""
        return copy.deepcopy(self)

    def save(self) -> bytes:
        """All that was learned, as about 36 MB, whatever was read. `load` takes it."""
        body = b"".join(array.tobytes() for array in self._arrays())
        return b"".join([FORMAT, digest(self.vocabulary.characters.encode()), digest(body), body])

    @classmethod
    def load(cls, vocabulary: Vocabulary, saved: bytes) -> Adaptive:
        """The learner that `save` gave; it reads on as the saved one would. Raises ValueError for anything else."""
        learner = cls(vocabulary)
        begin = len(FORMAT)
        of_vocabulary, of_body, body = saved[begin : begin + 32], saved[begin + 32 : begin + 64], saved[begin + 64 :]
        if not saved.startswith(FORMAT):
            raise ValueError(f"This is not a saved learner of this version: it begins with {bytes(saved[:32])!r}.")
        if of_vocabulary != digest(vocabulary.characters.encode()):
            raise ValueError("The saved learner is for another vocabulary, or damaged.")
        if len(body) != sum(array.nbytes for array in learner._arrays()) or of_body != digest(body):
            raise ValueError("The saved learner is damaged.")
        begin = 0
        for array in learner._arrays():
            array.ravel()[:] = np.frombuffer(body, array.dtype, array.size, begin)
            begin += array.nbytes
        return learner


def digest(content: bytes) -> bytes:
    """32 bytes that tell whether the content is the same."""
    return hashlib.blake2b(content, digest_size=32).digest()


@cache
def compiled_reading() -> Callable[[Array, Array, Array, Floats, Array, Array, Array, Floats], None]:
    """`read_characters`, compiled when it is first needed."""
    nothing, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    arrays = (np.zeros(1, LEARNER), np.zeros(1, SYMBOL), np.zeros((1, 1)))
    example = (*arrays, np.zeros((0, 0)), none, none, np.zeros((0, N_RECALLED), dtype=np.int64), nothing)
    return compiled_on_disk(read_characters, MODULES, example)


def read_characters(
    learners: Any,
    symbols: Any,
    pairs: Floats,
    rows: Floats,
    found: Array,
    codes: Array,
    recalled: Array,
    nats: Floats,
) -> None:
    """Charge each character of a text, then learn it.

    `rows`: probabilities by the transformer before each, [n, V], or [n, 0] without it; `found`: the symbol of each by
    the vocabulary, [n], where new characters' own symbols are put; `recalled`: symbols that are recalled before each,
    [n, N_RECALLED]; `nats`: where the cost is put, [n]. Where it has no room, only the words are remembered.
    """
    learner = learners[0]
    if len(nats) == 0:
        remember_words(learner, symbols, pairs, found, codes)
        return
    for i in range(len(codes)):
        symbol = symbol_of(learner, symbols, found[i], codes[i])
        find_guesses(learner, recalled[i])
        find_contexts(learner.place, learner.guesses)
        recall(learner.memory, learner.place.contexts)
        predict_fixed(learner, symbols, rows[i])
        predict_blend(learner, symbols, pairs)
        found[i] = symbol
        nats[i] = charge(learner, symbols, symbol)
        learn(learner, symbols, pairs, symbol, codes[i])


@compiled
def remember_words(learner: Any, symbols: Any, pairs: Floats, found: Array, codes: Array) -> None:
    """Remember which words a text has, and no more of it. `found` and `codes`: its symbols and code points, [n]."""
    for i in range(len(codes)):
        find_contexts(learner.place, learner.guesses)
        recall(learner.memory, learner.place.contexts)
        take_in(learner, symbols, pairs, found[i], codes[i], OF_WORDS)


@compiled
def symbol_of(learner: Any, symbols: Any, found: int, code: int) -> int:
    """The symbol of a character: the vocabulary's, its own since it was first seen, or the escape."""
    if found == ESCAPE:
        for symbol in range(learner.known, learner.size):
            if symbols[symbol].code == code:
                return symbol
    return found


@compiled
def find_guesses(learner: Any, recalled: Array) -> None:
    """Set `guesses`: what is recalled, and the next digit of the number that the others of its line make likely."""
    if learner.relations.digits == 0:
        guess_number(learner.relations, learner.place.template)
    expect_digit(learner.steps, learner.place.template, learner.place.template_above)
    digit = guessed_digit(learner.relations)
    for i in range(N_RECALLED):
        learner.guesses[i] = recalled[i]
    learner.guesses[N_RECALLED] = learner.digits[digit] if digit >= 0 else 0


@compiled
def predict_fixed(learner: Any, symbols: Any, row: Floats) -> None:
    """Set the transformer's probabilities of all symbols so far, from those of the vocabulary. [V]

    Half of the escape's probability goes to the new characters of this text.
    """
    known, size = len(row), learner.size
    if known == 0:
        for i in range(size):
            symbols[i].fixed = 1.0 / size
        return
    floor = LEAST / size
    for i in range(known):
        symbols[i].fixed = row[i] * (1 - LEAST) + floor
    if size == known:
        return
    symbols[ESCAPE].fixed *= 0.5
    each = symbols[ESCAPE].fixed / (size - known)
    for i in range(known, size):
        symbols[i].fixed = each


@compiled
def predict_blend(learner: Any, symbols: Any, pairs: Floats) -> None:
    """Set a prediction from counts, and the longest order whose context is known.

    It begins with the counts of single symbols and pairs; each longer order is mixed in by how much it has seen.
    """
    memory, scales, size, last = learner.memory, learner.scales, learner.size, learner.place.last
    learner.order = 1 if memory.known[0] else 0
    left = 1.0  # for the orders below
    for i in range(ORDERS - 1, 0, -1):
        if memory.known[i]:
            counts = memory.counts[i, memory.slots[i]]
            ways = ways_of(counts)
            scales[i] = left / (seen_in(counts) + ways)
            left = ways * scales[i]
            learner.order = max(learner.order, i + 1)
    pair_scale = left / (symbols[last].all_pairs + 2)
    scale = 2 * pair_scale / (learner.all_ones + 8)
    unseen = 8 / size
    for i in range(size):
        symbols[i].blend = (symbols[i].ones + unseen) * scale + pairs[last, i] * pair_scale
    for i in range(1, ORDERS):
        if memory.known[i]:
            followers, counts = memory.symbols[i, memory.slots[i]], memory.counts[i, memory.slots[i]]
            for way in range(ways_of(counts)):
                symbols[followers[way]].blend += counts[way] * scales[i]


@compiled
def charge(learner: Any, symbols: Any, symbol: int) -> float:
    """The nats of a symbol; learns from the questions that were needed."""
    trust = learner.trust[learner.order]
    rank_symbols(learner, symbols, trust)
    fixed_share, blend_share = symbols[symbol].fixed * (1 - trust), symbols[symbol].blend * trust
    nats = -ln(ask(learner, symbols, symbol, trust))
    share = blend_share / (blend_share + fixed_share)
    learner.trust[learner.order] = min(0.98, max(0.02, trust + (share - trust) * 0.02))
    learner.cost = learner.cost * KEEP + nats * (1 - KEEP)
    learner.strain = 0
    for bound in STRAINS:
        if bound < learner.cost:
            learner.strain += 1
    return nats


@compiled
def rank_symbols(learner: Any, symbols: Any, trust: float) -> None:
    """Rank the candidates by both predictions, and by votes of contexts, guesses and matches."""
    memory, others = learner.memory, learner.others
    for i in range(learner.size):
        symbols[i].rank = 0.0
    for i in range(CONTEXTS):
        followers, counts = memory.symbols[i, memory.slots[i]], memory.counts[i, memory.slots[i]]
        others[i] = seen_in(counts) if memory.known[i] else 0
        if others[i]:
            for way in range(ways_of(counts)):
                p = learner.context_rates.p[context_state(i, 0, counts[way], others[i], way == 0)]
                symbols[followers[way]].rank += 0.3 * p * p
    for i in range(learner.size):
        symbols[i].rank += symbols[i].fixed * (1 - trust) + symbols[i].blend * trust
    line = learner.place.lines[learner.place.current]
    column = min(COLUMNS - 1, line.length - line.begins[line.field])
    for i in range(GUESSES):
        learner.guessed[i] = learner.guesses[i]
        if learner.guessed[i] > 0:
            learner.guess_places[i] = learner.misses[i, line.field % GUESSED_FIELDS] * COLUMNS + column
            sure = learner.guess_rates.p[i * STAGES * GUESS_STATES + learner.guess_places[i] * 2 + 1]
            symbols[learner.guessed[i]].rank += sure * sure
    if learner.steps.expects:
        for digit in range(10):
            for view in range(VIEWS if learner.digits[digit] else 0):
                share = learner.steps.mass[view, digit] / learner.steps.left[view]
                symbols[learner.digits[digit]].rank += 0.2 * share * share
    for i in range(MATCHES):
        match = learner.matches[i]
        learner.matched[i] = predicted(match, learner.trail)
        learner.match_places[i] = (match_level(match.length) << RECENT) + match.misses
        if learner.matched[i] >= 0:
            sure = learner.match_rates.p[i * STAGES * MATCH_STATES + learner.match_places[i] * 2 + 1]
            symbols[learner.matched[i]].rank += sure * sure


@compiled
def context_state(i: int, stage: int, seen: int, others: int, latest: bool) -> int:
    """The state of a context that was followed so often by the candidate, and by `others`, it included."""
    pair = int(LEVEL[seen] * N_LEVEL + LEVEL[min(MOST, others - seen)])
    return (i * STAGES + stage) * STATES + pair * 2 + (1 if latest else 0)


@compiled
def match_level(length: int) -> int:
    """The level, from 0 to 31, of the length of a match."""
    if length < 16:
        return length
    return 16 + ((length - 16) >> 2) if length < 32 else 20 + min(11, (length - 32) >> 4)


@compiled
def ask(learner: Any, symbols: Any, symbol: int, trust: float) -> float:
    """The probability of a symbol, by asking for one candidate after the other and learning from each answer."""
    probability = 1.0
    learner.left = learner.left_of_blend = 1.0
    for question in range(learner.size - 1):
        if question == LAST_QUESTION:
            return probability * remainder(learner.size, symbols, symbol, trust)
        candidate = likeliest(learner.size, symbols)
        yes = answer(learner, symbols, candidate, min(question, STAGES - 1), 1 if candidate == symbol else 0)
        if candidate == symbol:
            return probability * yes
        probability *= 1 - yes
        rule_out(learner, symbols, candidate)
    return probability


@compiled
def likeliest(size: int, symbols: Any) -> int:
    """The symbol with the highest rank."""
    best = 0
    for i in range(1, size):
        if symbols[i].rank > symbols[best].rank:
            best = i
    return best


@compiled
def rule_out(learner: Any, symbols: Any, candidate: int) -> None:
    """Ask for a candidate no more: the character is another one."""
    ruled_out = symbols[candidate]
    learner.left -= ruled_out.fixed
    learner.left_of_blend -= ruled_out.blend
    ruled_out.fixed = ruled_out.blend = 0.0
    ruled_out.rank = -1.0
    for i in range(MATCHES):
        if learner.matched[i] == candidate:
            learner.matched[i] = -1
    for i in range(GUESSES):
        if learner.guessed[i] == candidate:
            learner.guessed[i] = -1
    if learner.steps.expects and ruled_out.digit >= 0:
        rule_out_digit(learner.steps, ruled_out.digit)


@compiled
def remainder(size: int, symbols: Any, symbol: int, trust: float) -> float:
    """The share of a symbol among all that are not ruled out."""
    left = left_of_blend = 0.0
    for i in range(size):
        left += symbols[i].fixed
        left_of_blend += symbols[i].blend
    return float(symbols[symbol].fixed / left * (1 - trust) + symbols[symbol].blend / left_of_blend * trust)


@compiled
def answer(learner: Any, symbols: Any, candidate: int, stage: int, truth: int) -> float:
    """The probability that the next symbol is the candidate, given what is ruled out; then learn the truth."""
    mixer, inputs = learner.mixer, learner.mixer.inputs
    inputs[STATIC] = stretch(symbols[candidate].fixed / learner.left)
    inputs[CORRECTED] = stretch(refine(learner.correction, stage, inputs[STATIC]))
    inputs[BLEND] = stretch(symbols[candidate].blend / learner.left_of_blend)
    ask_contexts(learner, candidate, stage)
    expected = ask_matches(learner, candidate, stage)
    ask_guesses(learner, candidate, stage)
    ask_steps(learner, symbols[candidate].digit, stage)
    inputs[CONSTANT] = 0.3
    case = choose_weights(learner, symbols, candidate, stage, expected)
    x = mix(mixer, stage)
    refined = refine(learner.final, stage * N_STRAIN + learner.strain, x)
    refined_by_match = refine(learner.final_by_match, case, x)
    refined_by_template = refine(learner.final_by_template, stage * TEMPLATES + learner.place.template % TEMPLATES, x)
    mixed = compiled_squash(x) * 0.3 + refined * 0.2 + refined_by_match * 0.2 + refined_by_template * 0.3
    learn_mixing(mixer, truth)
    learn_curve(learner.correction, truth)
    if learner.steps.expects and symbols[candidate].digit >= 0:
        for view in range(VIEWS):
            learn_curve(learner.step_corrections[view], truth)
    learn_curve(learner.final, truth)
    learn_curve(learner.final_by_match, truth)
    learn_curve(learner.final_by_template, truth)
    for i in range(CONTEXTS):
        if learner.context_states[i] >= 0:
            learn_rate(learner.context_rates, learner.context_states[i], truth)
    for i in range(GUESSES):
        if learner.guess_states[i] >= 0:
            learn_rate(learner.guess_rates, learner.guess_states[i], truth)
    for i in range(MATCHES):
        if learner.match_states[i] >= 0:
            learn_rate(learner.match_rates, learner.match_states[i], truth)
    return min(max(mixed, LEAST_ANSWER), 1 - LEAST_ANSWER)


@compiled
def ask_contexts(learner: Any, candidate: int, stage: int) -> None:
    """Set the inputs of the contexts, and the states of those that have seen anything."""
    memory, others, inputs = learner.memory, learner.others, learner.mixer.inputs
    for i in range(CONTEXTS):
        learner.context_states[i] = -1
        inputs[FIRST_CONTEXT + i] = 0.0
        if others[i]:
            followers, counts = memory.symbols[i, memory.slots[i]], memory.counts[i, memory.slots[i]]
            way = 0
            while way < WAYS and counts[way] and followers[way] != candidate:
                way += 1
            seen = int(counts[way]) if way < WAYS else 0
            state = context_state(i, stage, seen, others[i], way == 0)
            learner.context_states[i] = state
            inputs[FIRST_CONTEXT + i] = STRETCHED[int(learner.context_rates.p[state] * STRETCH_STEPS)]
            others[i] -= seen


@compiled
def ask_matches(learner: Any, candidate: int, stage: int) -> bool:
    """Set the inputs of the matches, and the states of those that predict. -> whether one predicts the candidate"""
    inputs, expected = learner.mixer.inputs, False
    for i in range(MATCHES):
        learner.match_states[i] = -1
        inputs[FIRST_MATCH + i] = 0.0
        if learner.matched[i] >= 0:
            hit = learner.matched[i] == candidate
            state = (i * STAGES + stage) * MATCH_STATES + learner.match_places[i] * 2 + (1 if hit else 0)
            learner.match_states[i] = state
            inputs[FIRST_MATCH + i] = STRETCHED[int(learner.match_rates.p[state] * STRETCH_STEPS)]
            expected = expected or hit
    return expected


@compiled
def ask_guesses(learner: Any, candidate: int, stage: int) -> None:
    """Set the inputs of the guesses, and the states of those that are there."""
    inputs = learner.mixer.inputs
    for i in range(GUESSES):
        learner.guess_states[i] = -1
        inputs[FIRST_GUESS + i] = 0.0
        if learner.guessed[i] > 0:
            hit = 1 if learner.guessed[i] == candidate else 0
            state = (i * STAGES + stage) * GUESS_STATES + learner.guess_places[i] * 2 + hit
            learner.guess_states[i] = state
            inputs[FIRST_GUESS + i] = STRETCHED[int(learner.guess_rates.p[state] * STRETCH_STEPS)]


@compiled
def ask_steps(learner: Any, digit: int, stage: int) -> None:
    """Set the inputs of the steps of numbers, for a candidate that is this digit; -1: it is none."""
    steps, inputs = learner.steps, learner.mixer.inputs
    for view in range(VIEWS):
        x = corrected = 0.0
        if steps.expects and digit >= 0:
            mass = steps.mass[view, digit]
            x = stretch(mass / max(steps.left[view], mass))
            row = stage * N_LEVEL + LEVEL[min(MOST, steps.sureness[view])]
            corrected = stretch(refine(learner.step_corrections[view], row, x))
        inputs[FIRST_STEP + view] = x
        inputs[FIRST_CORRECTED_STEP + view] = corrected


@compiled
def guess_case(learner: Any, candidate: int) -> int:
    """Which guesses are there, and whether each is the candidate, as one number below GUESS_CASES."""
    case = 0
    for i in range(GUESSES):
        case = case * 3 + (0 if learner.guessed[i] == 0 else 1 if learner.guessed[i] == candidate else 2)
    return case


@compiled
def choose_weights(learner: Any, symbols: Any, candidate: int, stage: int, expected: bool) -> int:
    """Choose the set of weights of each kind in WEIGHTS. -> the case of the match, which the first kind goes by"""
    short, long = learner.matched[0], learner.matched[1]
    mixer, place = learner.mixer, learner.place
    length = 0 if short < 0 else 1 + LEVEL[min(MOST, learner.matches[0].length)]
    agreement = 0 if long < 0 else 1 if long == short else 2
    case = stage * MATCH_CASES + length * 3 + agreement
    certainty = min(CERTAINTIES - 1, max(0, math.floor(mixer.inputs[STATIC] + 3)))
    kinds = place.kind * KINDS + symbols[candidate].kind
    mixer.chosen[0] = case
    mixer.chosen[1] = stage * MOST_FIELDS + min(MOST_FIELDS - 1, place.lines[place.current].field)
    mixer.chosen[2] = (stage * (ORDERS + 1) + learner.order) * CERTAINTIES + certainty
    mixer.chosen[3] = (stage * 2 + (1 if expected else 0)) * KINDS * KINDS + kinds
    mixer.chosen[4] = stage * N_STRAIN + learner.strain
    mixer.chosen[5] = stage * CANDIDATES + min(CANDIDATES - 1, candidate)
    mixer.chosen[6] = stage * GUESS_CASES + guess_case(learner, candidate)
    mixer.chosen[7] = stage * TEMPLATES + place.template % TEMPLATES
    for kind in range(len(mixer.chosen)):
        mixer.chosen[kind] += mixer.first[kind]
    return int(case)


@compiled
def learn(learner: Any, symbols: Any, pairs: Floats, symbol: int, code: int) -> None:
    """Learn that a symbol came. A new character gets a symbol of its own."""
    learn_guesses(learner, symbol, code)
    if symbol == ESCAPE and learner.size < len(symbols):
        symbol = learner.size
        symbols[symbol].code = code
        symbols[symbol].kind = compiled_kind_of(code)
        learner.size += 1
    take_in(learner, symbols, pairs, symbol, code, EVERY)


@compiled
def take_in(learner: Any, symbols: Any, pairs: Floats, symbol: int, code: int, contexts: Array) -> None:
    """Go on in the text by one symbol, which these contexts remember."""
    count(learner, symbols, pairs, symbol)
    learn_follower(learner.memory, symbol, contexts)
    add_to_trail(learner.trail, symbol)
    advance_place(learner.place, symbol, code)
    for i in range(MATCHES):
        advance_match(learner.matches[i], learner.trail, learner.place.template)


@compiled
def learn_guesses(learner: Any, symbol: int, code: int) -> None:
    """Note which guesses were right, and read on in the numbers of the line."""
    field = learner.place.lines[learner.place.current].field % GUESSED_FIELDS
    for i in range(GUESSES):
        if learner.guesses[i] > 0:
            wrong = 0 if learner.guesses[i] == symbol else 1
            learner.misses[i, field] = (learner.misses[i, field] << 1 | wrong) & ((1 << REMEMBERED) - 1)
    read_of_number(learner.steps, code)
    if compiled_kind_of(code) == DIGIT:
        read_digit(learner.relations, code - 48)
        return
    if learner.relations.digits:
        end_number(learner.relations)
    if code == 10:
        end_line(learner.relations)


@compiled
def count(learner: Any, symbols: Any, pairs: Floats, symbol: int) -> None:
    """Count a symbol, and that it came after the last one; halve counts that get large."""
    last, size = learner.place.last, learner.size
    symbols[symbol].ones += 1
    learner.all_ones += 1
    if learner.all_ones > 8192:
        learner.all_ones = 0.0
        for i in range(size):
            symbols[i].ones *= 0.5
            learner.all_ones += symbols[i].ones
    pairs[last, symbol] += 1
    symbols[last].all_pairs += 1
    if symbols[last].all_pairs > 1024:
        symbols[last].all_pairs = 0.0
        for i in range(size):
            pairs[last, i] *= 0.5
            symbols[last].all_pairs += pairs[last, i]
