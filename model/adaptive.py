"""The learner: an online model of the text read so far, mixed with the transformer's prediction.

Each character is scored first and learned from afterwards. Everything is kept in memory. For equal logits the numbers
are those of the page's adaptive.js, bit for bit.

A character is coded as a series of yes-or-no questions: is it this candidate? The likeliest candidate comes first.
Each question is answered by the transformer, by contexts that remember what followed them, and by earlier places in
the text that matched. The answers are mixed in the logistic domain with weights that are learned online, as in PAQ and
lpaq (Mahoney, "Adaptive weighing of context models for lossless data compression"). Each question rules one symbol
out, so the probabilities of all symbols sum to one exactly.

Example: after "temp 2" the candidates may be "1", "0" and "3". If the character is "0", its probability is
(1 - p("1")) · p("0", not being "1").
"""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from .array_types import Floats
from .exact import softmax
from .memory import CONTEXTS, KINDS, ORDERS, RECENT, Match, Memory, Place, Trail, kind_of
from .mixing import (
    LEVEL,
    LEVELS,
    LN2,
    MOST,
    N_LEVEL,
    STAGES,
    STRETCH_STEPS,
    STRETCHED,
    Curves,
    Mixer,
    Rates,
    ln,
    squash,
    stretch,
)
from .vocabulary import ESCAPE, REPLACEMENT, Vocabulary, code_points, escape_bits

NEW_CHARACTERS = 256  # unknown characters that get a symbol of their own when first seen; further ones stay escapes
LAST_QUESTION = 32  # after so many noes, the other symbols share what is left without further questions
LEAST = 1e-6  # probability that is shared by all symbols, so that none has zero
LEAST_ANSWER = 1e-6

# Inputs of the mixer: the transformer, the same corrected, the blend of orders, contexts, matches, a constant.
STATIC, CORRECTED, BLEND, FIRST_CONTEXT = range(4)
FIRST_MATCH = FIRST_CONTEXT + CONTEXTS
SHORTEST_MATCHES = (6, 14, 0)
CONSTANT = FIRST_MATCH + len(SHORTEST_MATCHES)
INPUTS = CONSTANT + 1

STATES = N_LEVEL * N_LEVEL * 2
MATCH_CASES = (N_LEVEL + 1) * 3
MATCH_LEVELS = 32
MATCH_STATES = MATCH_LEVELS * (1 << RECENT) * 2
MOST_FIELDS = 32
CERTAINTIES = 8
CANDIDATES = 512  # symbols with weights of their own

KEEP = 0.8  # of the recent cost, from one character to the next
STRAINS = [0.02, 0.07, 0.2, 0.5, 1, 1.7, 2.5]  # recent cost in nats per character: the bounds of its levels
N_STRAIN = len(STRAINS) + 1

# Sets of weights, and the least rate at which each learns. The set is chosen by the match and whether the long match
# agrees; by field; by order and the transformer's answer; by the kinds of the last character and of the candidate; by
# how surprising the text was recently; by the candidate.
WEIGHTS = [
    (STAGES * MATCH_CASES, 0.015),
    (STAGES * MOST_FIELDS, 0.003),
    (STAGES * (ORDERS + 1) * CERTAINTIES, 0.003),
    (STAGES * 2 * KINDS * KINDS, 0.015),
    (STAGES * N_STRAIN, 0.001),
    (STAGES * CANDIDATES, 0.003),
]

_CONTEXT = np.arange(CONTEXTS)
_FIRST_STATE = _CONTEXT * STAGES * STATES


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
    return start


def match_level(length: int) -> int:
    """The level, from 0 to 31, of the length of a match."""
    if length < 16:
        return length
    return 16 + ((length - 16) >> 2) if length < 32 else 20 + min(11, (length - 32) >> 4)


class Adaptive:
    """The learner of one text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.met: dict[int, int] = {}  # symbols of characters that the vocabulary does not have
        self.most = vocabulary.size + NEW_CHARACTERS
        self.size = vocabulary.size  # symbols so far
        self.place = Place()
        self.memory = Memory()
        self.trail = Trail()
        self.matches = [Match(shortest) for shortest in SHORTEST_MATCHES]

        self.ones = np.zeros(self.most)  # how often each symbol came recently
        self.all_ones = 0.0
        self.pairs = np.zeros((self.most, self.most))  # the same after each symbol
        self.all_pairs = [0.0] * self.most
        self.trust = [0.4] * (ORDERS + 1)  # share of the blend beside the transformer, by the longest known order

        self.context_rates = Rates(np.tile(context_prior().ravel(), CONTEXTS * STAGES))
        self.match_rates = Rates(np.tile([0.05, 0.9], len(SHORTEST_MATCHES) * STAGES * MATCH_STATES // 2))
        self.correction = Curves(STAGES)
        self.final = Curves(STAGES * N_STRAIN)
        self.final_by_match = Curves(STAGES * MATCH_CASES)
        self.mixer = Mixer(WEIGHTS, start_weights())
        self.kinds = [kind_of(ord(character)) for character in REPLACEMENT + "\n" + vocabulary.characters]  # of symbols
        self.cost = 1.0  # nats per character, recently
        self.strain = 4  # its level
        self.inputs = np.zeros(INPUTS)
        self._recall()

    def read(self, logits: Floats, text: str) -> Floats:
        """The bits of each character of a text, given the transformer's logits before each. [n, V], str of n -> [n]"""
        codes = code_points(text)
        ids = self.vocabulary.encode(text).tolist()
        bits = np.zeros(len(ids))
        for i, (row, code) in enumerate(zip(softmax(logits), codes.tolist(), strict=True)):
            symbol = ids[i] if ids[i] != ESCAPE else self.met.get(code, ESCAPE)
            nats = self._charge(row, symbol)
            bits[i] = nats / LN2
            if symbol == ESCAPE:
                bits[i] += escape_bits(codes[i : i + 1])[0]
            self.cost = self.cost * KEEP + nats * (1 - KEEP)
            self.strain = bisect_left(STRAINS, self.cost)
            self._learn(symbol, code)
        return bits

    def _charge(self, row: Floats, symbol: int) -> float:
        """The nats of a symbol; learns from the questions that were needed."""
        fixed = self._fixed(row)
        blend, order = self._blend()
        trust = self.trust[order]
        question = _Question(self, fixed, blend, order, trust)
        fixed_share, blend_share = float(fixed[symbol]) * (1 - trust), float(blend[symbol]) * trust
        nats = -ln(question.ask(symbol))
        share = blend_share / (blend_share + fixed_share)
        self.trust[order] = min(0.98, max(0.02, trust + (share - trust) * 0.02))
        return nats

    def _fixed(self, row: Floats) -> Floats:
        """The transformer's probabilities of all symbols so far. [V] -> [size]

        Half of the escape's probability goes to the new characters of this text.
        """
        fixed = row * (1 - LEAST) + LEAST / self.size
        if self.size == len(row):
            return fixed
        fixed[ESCAPE] *= 0.5
        met = self.size - len(row)
        return np.concatenate([fixed, np.full(met, fixed[ESCAPE] / met)])

    def _blend(self) -> tuple[Floats, int]:
        """A prediction from counts, and the longest order whose context is known. -> [size], order

        It begins with the counts of single symbols and pairs; each longer order is mixed in by how much it has seen.
        """
        size, last = self.size, self.place.last
        seen = self.memory.seen
        totals, ways = seen[:ORDERS].sum(axis=1).tolist(), (seen[:ORDERS] > 0).sum(axis=1).tolist()
        order = 1 if ways[0] else 0
        left = 1.0  # for the orders below
        scales = [0.0] * ORDERS
        for i in range(ORDERS - 1, 0, -1):
            if ways[i]:
                scales[i] = left / (totals[i] + ways[i])
                left = ways[i] * scales[i]
                order = max(order, i + 1)
        pair_scale = left / (self.all_pairs[last] + 2)
        scale = 2 * pair_scale / (self.all_ones + 8)
        blend: Floats = (self.ones[:size] + 8 / size) * scale + self.pairs[last, :size] * pair_scale
        for i in range(1, ORDERS):
            if ways[i]:
                blend[self.memory.followers[i, : ways[i]]] += seen[i, : ways[i]] * scales[i]
        return blend, order

    def _learn(self, symbol: int, code: int) -> None:
        if symbol == ESCAPE and self.size < self.most:
            symbol = self.size
            self.size += 1
            self.met[code] = symbol
            self.kinds.append(kind_of(code))
        self._count(symbol)
        self.memory.learn(symbol)
        self.trail.add(symbol)
        self.place.read(symbol, code)
        for match in self.matches:
            match.advance(self.trail, self.place.template)
        self._recall()

    def _count(self, symbol: int) -> None:
        last, size = self.place.last, self.size
        self.ones[symbol] += 1
        self.all_ones += 1
        if self.all_ones > 8192:
            self.all_ones = halved(self.ones[:size])
        self.pairs[last, symbol] += 1
        self.all_pairs[last] += 1
        if self.all_pairs[last] > 1024:
            self.all_pairs[last] = halved(self.pairs[last, :size])

    def _recall(self) -> None:
        self.memory.recall(self.place.contexts())


def halved(counts: Floats) -> float:
    """Halve some counts in place, and return their sum."""
    counts *= 0.5
    return float(np.cumsum(counts)[-1])


class _Question:
    """The questions about one character."""

    def __init__(self, model: Adaptive, fixed: Floats, blend: Floats, order: int, trust: float) -> None:
        self.model = model
        self.fixed, self.blend, self.order, self.trust = fixed, blend, order, trust
        self.left = self.left_of_blend = 1.0  # probability that is not ruled out yet, in both predictions
        self.followers = model.memory.followers
        self.seen = model.memory.seen
        self.others = self.seen.sum(axis=1)  # how often each context was followed by what is not ruled out yet
        self.matched = [match.predicted(model.trail) for match in model.matches]  # -1: no prediction
        self.match_places = [(match_level(match.length) << RECENT) + match.misses for match in model.matches]
        self.rank = self._ranked()

    def _ranked(self) -> Floats:
        """The score by which candidates are ordered: both predictions, and votes of contexts and matches. -> [size]"""
        model = self.model
        pairs = LEVEL[self.seen] * N_LEVEL + LEVEL[np.minimum(self.others[:, None] - self.seen, MOST)]
        states = _FIRST_STATE[:, None] + pairs * 2
        states[:, 0] += 1
        p = model.context_rates.p[states]
        votes = np.where(self.seen > 0, 0.3 * p * p, 0.0)
        summed = np.bincount(self.followers.ravel(), votes.ravel(), model.size).astype(np.float64)
        rank: Floats = summed + (self.fixed * (1 - self.trust) + self.blend * self.trust)
        for i, (symbol, place) in enumerate(zip(self.matched, self.match_places, strict=True)):
            if symbol >= 0:
                sure = float(model.match_rates.p[i * STAGES * MATCH_STATES + place * 2 + 1])
                rank[symbol] += sure * sure
        return rank

    def ask(self, symbol: int) -> float:
        """The probability of a symbol, by asking for one candidate after the other and learning from each answer."""
        probability = 1.0
        for question in range(self.model.size - 1):
            if question == LAST_QUESTION:
                return probability * self._remainder(symbol)
            candidate = int(self.rank.argmax())
            yes = self._answer(candidate, min(question, STAGES - 1), candidate == symbol)
            if candidate == symbol:
                return probability * yes
            probability *= 1 - yes
            self._rule_out(candidate)
        return probability

    def _rule_out(self, candidate: int) -> None:
        self.left -= float(self.fixed[candidate])
        self.left_of_blend -= float(self.blend[candidate])
        self.fixed[candidate] = self.blend[candidate] = 0.0
        self.rank[candidate] = -1.0
        self.matched = [-1 if symbol == candidate else symbol for symbol in self.matched]

    def _remainder(self, symbol: int) -> float:
        fixed = float(self.fixed[symbol] / np.cumsum(self.fixed)[-1])
        blend = float(self.blend[symbol] / np.cumsum(self.blend)[-1])
        return fixed * (1 - self.trust) + blend * self.trust

    def _answer(self, candidate: int, stage: int, truth: int) -> float:
        """The probability that the next symbol is the candidate, given what is ruled out; then learn the truth."""
        model = self.model
        inputs, mixer = model.inputs, model.mixer
        static = stretch(float(self.fixed[candidate]) / self.left)
        inputs[STATIC] = static
        inputs[CORRECTED] = stretch(model.correction.refine(stage, static))
        inputs[BLEND] = stretch(float(self.blend[candidate]) / self.left_of_blend)
        context_states = self._ask_contexts(candidate, stage)
        match_states, expected = self._ask_matches(candidate, stage)
        inputs[CONSTANT] = 0.3
        chosen = self._chosen(candidate, stage, expected, static)
        x = mixer.mix(inputs, stage, chosen)
        refined = model.final.refine(stage * N_STRAIN + model.strain, x)
        refined_by_match = model.final_by_match.refine(chosen[0], x)
        mixed = squash(x) * 0.4 + refined * 0.3 + refined_by_match * 0.3
        p = min(max(mixed, LEAST_ANSWER), 1 - LEAST_ANSWER)
        mixer.learn(inputs, truth)
        model.correction.learn(truth)
        model.final.learn(truth)
        model.final_by_match.learn(truth)
        model.context_rates.learn(context_states, truth)
        if match_states:
            model.match_rates.learn(np.array(match_states), truth)
        return p

    def _ask_contexts(self, candidate: int, stage: int) -> NDArray[np.int64]:
        """Set the inputs of the contexts. -> the states of the contexts that have seen anything"""
        model = self.model
        hit = (self.followers == candidate) & (self.seen > 0)
        seen = (self.seen * hit).sum(axis=1)
        pairs = LEVEL[seen] * N_LEVEL + LEVEL[np.minimum(self.others - seen, MOST)]
        states = _FIRST_STATE + (stage * STATES) + pairs * 2 + hit[:, 0]
        known = self.others > 0
        answers = STRETCHED[(model.context_rates.p[states] * STRETCH_STEPS).astype(np.int64)]
        model.inputs[FIRST_CONTEXT:FIRST_MATCH] = np.where(known, answers, 0.0)
        self.others = self.others - seen
        found: NDArray[np.int64] = states[known]
        return found

    def _ask_matches(self, candidate: int, stage: int) -> tuple[list[int], bool]:
        """Set the inputs of the matches. -> the states of those that predict; whether one predicts the candidate"""
        model, states = self.model, []
        for i, (symbol, place) in enumerate(zip(self.matched, self.match_places, strict=True)):
            answer = 0.0
            if symbol >= 0:
                states.append((i * STAGES + stage) * MATCH_STATES + place * 2 + (symbol == candidate))
                answer = float(STRETCHED[int(model.match_rates.p[states[-1]] * STRETCH_STEPS)])
            model.inputs[FIRST_MATCH + i] = answer
        return states, candidate in self.matched

    def _chosen(self, candidate: int, stage: int, expected: bool, static: float) -> tuple[int, ...]:
        """Which set of weights is used, of each kind in WEIGHTS."""
        short, long, _ = self.matched
        model, place = self.model, self.model.place
        length = 0 if short < 0 else 1 + int(LEVEL[min(MOST, model.matches[0].length)])
        agreement = 0 if long < 0 else 1 if long == short else 2
        certainty = min(CERTAINTIES - 1, max(0, math.floor(static + 3)))
        kinds = place.kind * KINDS + model.kinds[candidate]
        return (
            stage * MATCH_CASES + length * 3 + agreement,
            stage * MOST_FIELDS + min(MOST_FIELDS - 1, place.line.field),
            (stage * (ORDERS + 1) + self.order) * CERTAINTIES + certainty,
            (stage * 2 + (1 if expected else 0)) * KINDS * KINDS + kinds,
            stage * N_STRAIN + model.strain,
            stage * CANDIDATES + min(CANDIDATES - 1, candidate),
        )
