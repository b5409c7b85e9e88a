"""Learn the profile of normal lines, and measure on lines left out of it how rare its scores are.

The lines are divided into folds: stretches of one log, or whole logs. Each fold is scored by what the others know.
The page's learning.js learns the same.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .amounts import Amount, amount_of, are_a_range, place_of
from .clock import Moment, moment_of, seconds_between
from .grams import BEGIN, BEGUN, END, ROOT, UInt32s, mix_all
from .profile import (
    ANYTHING,
    REGULAR,
    WINDOWS,
    WORST_WORDS,
    Gram,
    Profile,
    Rate,
    Values,
    fewer_score,
    more_score,
    pause_score,
)
from .tails import Tail
from .words import IDENTIFIER, is_process, word_hash, words_of

FOLDS = 10
FEW_LINES = 10_000  # up to so many, logs of one job cannot say how much is new the next time
FEWEST_IN_PLACE = 20  # identifiers, before a place can be literal
MOST_LITERAL = 64  # different identifiers of a literal place
LONG_NUMBER = re.compile("[0-9]{4,}")
LONE_SHARE = 0.005  # of the identifiers of a literal place, that stood in one fold alone
FEWEST_NUMBERS = 50  # of a place whose values are judged
COUNTERS = 50  # a number that changes so often in one direction for once in the other is a counter
OUTLIERS = 50  # one in so many numbers tells how far the extreme ones lie from each other
FEWEST_OUTLIERS = 8  # of which it is told, at least: a smaller number says little
LEAST_SCALE = 0.05
FEWEST_TO_MISS = 20  # times that a gram came, before it can be missed
SCALES = {
    "words": 1 / math.log(2),
    "values": 1.0,
    "more": 1.0,
    "fewer": 1.0,
    "clock": 1.0,
    "surprise": 1 / math.log(2),
}

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class _Table(NamedTuple):
    """The words of many lines, one after the other: each line has two BEGIN before and an END behind."""

    names: list[str]
    words: Ints  # [n] index of a name
    values: Ints  # [n] index of the name that an identifier is; -1 for other words
    places: Ints  # [n] index of the name of its place; -1
    line: Ints  # [n] index of the line
    folds: Ints  # [lines]
    moments: list[Moment | None]  # [lines]


def learn(logs: Sequence[Sequence[str]], same_job: bool = False) -> Profile:
    """The whole profile of some normal logs.

    One log is divided into FOLDS stretches; of several, each is a fold. `same_job`: the logs, and the one to check, may
    each tell of one whole job, in which hardly a line comes twice. A few such logs cannot say how much is new the next
    time: their lines are scored as they were learned.
    """
    return Table(logs).learn(1, same_job)


class Table:
    """The words of normal logs as numbers, from which profiles are learned."""

    def __init__(self, logs: Sequence[Sequence[str]], stretches: bool = False) -> None:
        """Each log is a fold; with `stretches`, or where there is one, each is divided into FOLDS."""
        logs = [log for log in logs if log]
        pieces = list(enumerate(logs))
        if stretches or len(logs) == 1:
            pieces = [
                (fold, log[len(log) * fold // FOLDS : len(log) * (fold + 1) // FOLDS])
                for fold in range(FOLDS)
                for log in logs
            ]
        lines = [line for _, piece in pieces for line in piece]
        self.lines = len(lines)
        self.logs = len(logs) if stretches else 1
        if not lines:
            return
        numbers = np.array([len(piece) for _, piece in pieces])
        folds = np.unique(np.repeat([fold for fold, _ in pieces], numbers), return_inverse=True)[1]
        self.words = table = _tabulate(lines, folds)
        self.breaks = set(np.cumsum(numbers).tolist()) if len(logs) > 1 else set()
        self.literal = _literal_places(table, is_one=len(logs) == 1 and not stretches)
        self.sequences = np.where(np.isin(table.places, list(self.literal)), table.values, table.words)
        self.clock = _clock(table, self.breaks)
        self.values, self.values_tail = _values(table, self.literal)
        self.kinds = _kinds(table, self.sequences)
        self.counts = _count(table, self.sequences)
        self.windows = tuple(window for window in WINDOWS if window * FOLDS <= self.lines)
        self.rates = _rates(table, self.counts, self.windows, self.clock.ticks)

    def learn(self, fewest_lines: int, same_job: bool = False) -> Profile:
        """The profile without what stood in fewer lines; see `learn`."""
        if not self.lines:
            return Profile()
        known = same_job and self.lines <= FEW_LINES
        tails = {"words": _words_tail(self.words, self.kinds, self.counts, fewest_lines, known)}
        tails |= {"values": self.values_tail, "more": self.rates.more, "fewer": self.rates.fewer}
        if self.clock.tail:
            tails["clock"] = self.clock.tail
        hashes = [word_hash(name) for name in self.words.names]
        root, grams = _entries(self.counts, fewest_lines)
        return Profile(
            lines=self.lines,
            logs=self.logs,
            root=root,
            grams=grams,
            rates=_kept_rates(self.rates, self.counts, fewest_lines),
            literal=frozenset(hashes[place] for place in self.literal),
            values=self.values,
            windows=self.windows,
            longest_pause=self.clock.pause,
            farthest_back=self.clock.back,
            timed=self.clock.tail is not None,
            duration=int(self.clock.ticks[-1]) + 1,
            tails=tails,
        )


def _tabulate(lines: Sequence[str], folds: Ints) -> _Table:
    names: dict[str, int] = {BEGIN: 0, END: 1}
    words, values, places, line_of = array("q"), array("q"), array("q"), array("q")
    moments: list[Moment | None] = []

    def number(name: str) -> int:
        return names.setdefault(name, len(names))

    for i, line in enumerate(lines):
        found = words_of(line)
        moments.append(moment_of(line, found))
        words.extend((0, 0))
        values.extend((-1, -1))
        places.extend((-1, -1))
        for word in found:
            identifier = word.text == IDENTIFIER
            words.append(number(word.text))
            values.append(number(line[word.begin : word.end]) if identifier else -1)
            places.append(number(word.place) if identifier else -1)
        words.append(1)
        values.append(-1)
        places.append(-1)
        line_of.extend((i,) * (len(found) + 3))
    return _Table(
        list(names),
        np.array(words),
        np.array(values),
        np.array(places),
        np.array(line_of),
        folds,
        moments,
    )


def _literal_places(table: _Table, is_one: bool) -> set[int]:
    """Places that hold few different identifiers, hardly one of which came in one fold alone.

    Those are no numbers of processes, and no range of numbers; of one log, no single long number either: a port that
    was asked from all the time may be another the next time.
    """
    at = np.flatnonzero(table.places >= 0)
    folds = table.folds[table.line[at]]
    size, k = len(table.names), int(table.folds.max()) + 1
    triples = np.sort((table.places[at] * size + table.values[at]) * k + folds)
    pairs, _first, sums = _runs(triples // k)
    widths = np.diff(np.append(np.searchsorted(_runs(triples)[0], pairs * k), len(_runs(triples)[0])))
    total: dict[int, list[int]] = {}
    for place, width, count in zip((pairs // size).tolist(), widths.tolist(), sums.tolist(), strict=True):
        entry = total.setdefault(place, [0, 0, 0])
        entry[0] += count
        entry[1] += count if width == 1 else 0
        entry[2] += 1
    few = {
        place: set[str]()
        for place, (count, lone, different) in total.items()
        if count >= FEWEST_IN_PLACE and different <= MOST_LITERAL and lone <= LONE_SHARE * count
    }
    for place, value in zip((pairs // size).tolist(), (pairs % size).tolist(), strict=True):
        if place in few:
            few[place].add(table.names[value])
    return {
        place
        for place, identifiers in few.items()
        if not is_process(table.names[place])
        and not are_a_range(identifiers)
        and not (is_one and len(identifiers) == 1 and LONG_NUMBER.fullmatch(next(iter(identifiers))))
    }


class _Counts(NamedTuple):
    """How often each gram came, in all and in each fold."""

    at: Ints  # [p] places in the table where a gram ends
    gram: Ints  # [3, p] index of the gram
    context: Ints  # [3, p] index of its context
    keys: UInt32s  # [g] hashes of the grams
    by_fold: Ints  # [g, folds]
    lines: Ints  # [g, folds]: lines in which it stood
    context_keys: UInt32s  # [c] hashes of the contexts
    context_count: Ints  # [c, folds]
    context_lone: Ints  # [c, folds]: words that came next in this fold alone
    context_types: Ints  # [c]


def _count(table: _Table, sequences: Ints) -> _Counts:
    hashes = np.array([word_hash(name) for name in table.names], dtype=np.uint32)
    k = int(table.folds.max()) + 1
    at = np.flatnonzero(sequences != 0)  # all but BEGIN
    this, last, before = hashes[sequences[at]], hashes[sequences[at - 1]], hashes[sequences[at - 2]]
    one, two, three = np.uint32(1), np.uint32(2), np.uint32(3)
    grams = np.stack(
        [
            mix_all(np.full_like(this, one), this),
            mix_all(mix_all(np.full_like(this, two), last), this),
            mix_all(mix_all(mix_all(np.full_like(this, three), before), last), this),
        ]
    )
    contexts = np.stack(
        [
            np.full_like(this, ROOT),
            mix_all(np.full_like(this, one), last),
            mix_all(mix_all(np.full_like(this, two), before), last),
        ]
    )
    keys, gram = np.unique(grams, return_inverse=True)
    context_keys, context = np.unique(contexts, return_inverse=True)
    gram, context = gram.reshape(3, -1), context.reshape(3, -1)
    line = table.line[at]
    fold = table.folds[line]
    count = _by_fold(gram, fold, len(keys), k)
    context_count = _by_fold(context, fold, len(context_keys), k)
    pairs = _distinct(gram * len(table.folds) + line)
    lines = np.bincount(
        (pairs // len(table.folds)) * k + table.folds[pairs % len(table.folds)], minlength=len(keys) * k
    ).reshape(-1, k)
    context_of = np.full(len(keys), len(context_keys))
    np.minimum.at(context_of, gram.ravel(), context.ravel())  # where several have one hash, the least: in any order
    types = np.bincount(context_of, minlength=len(context_keys))
    lone_fold = np.where((count > 0).sum(axis=1) == 1, count.argmax(axis=1), -1)
    has = lone_fold >= 0
    lone = np.bincount(context_of[has] * k + lone_fold[has], minlength=len(context_keys) * k).reshape(-1, k)
    return _Counts(at, gram, context, keys, count, lines, context_keys, context_count, lone, types)


def _entries(counts: _Counts, fewest: int) -> tuple[Gram, dict[int, Gram]]:
    """What is counted of all words, and of each gram that stood in so many lines."""
    entries: dict[int, Gram] = {}
    kept = counts.lines.sum(axis=1) >= fewest
    for key, n in zip(counts.keys[kept].tolist(), counts.by_fold[kept].sum(axis=1).tolist(), strict=True):
        entries[key] = Gram(n, 0)
    root = Gram(0, 0)
    sums = counts.context_count.sum(axis=1).tolist()
    for key, n, t in zip(counts.context_keys.tolist(), sums, counts.context_types.tolist(), strict=True):
        if key == ROOT:
            root = Gram(n, t)
        elif key in entries or key in BEGUN:
            entries[key] = Gram(n, t)
    return root, entries


def _distinct(numbers: Ints) -> Ints:
    """The different numbers, rising."""
    return _runs(np.sort(numbers, axis=None))[0]


def _runs(rising: Ints) -> tuple[Ints, Ints, Ints]:
    """The different numbers among rising ones, where each begins, and how many there are."""
    first = np.flatnonzero(np.diff(rising, prepend=-1)) if len(rising) else np.zeros(0, dtype=np.int64)
    return rising[first], first, np.diff(np.append(first, len(rising)))


def _by_fold(index: Ints, fold: Ints, size: int, folds: int) -> Ints:
    return np.bincount((index * folds + fold).ravel(), minlength=size * folds).reshape(-1, folds)


def _words_tail(table: _Table, kinds: Sequence[bytes], counts: _Counts, fewest: int, known: bool) -> Tail:
    """The tail of the lines' worst words, without what stood in fewer lines than `fewest`.

    Each line is scored by what the other folds know; where `known`, by what all know.
    """
    line = table.line[counts.at]
    fold = table.folds[line]
    left_out = 0 if known else 1
    p = np.full(len(line), ANYTHING)
    all_count, all_lines = counts.by_fold.sum(axis=1), counts.lines.sum(axis=1)
    context_count = counts.context_count.sum(axis=1)
    for gram, context in zip(counts.gram, counts.context, strict=True):
        kept = all_lines[gram] - left_out * counts.lines[gram, fold] >= fewest
        count = np.where(kept, all_count[gram] - left_out * counts.by_fold[gram, fold], 0)
        above = context_count[context] - left_out * counts.context_count[context, fold]
        types = counts.context_types[context] - left_out * counts.context_lone[context, fold]
        p = np.where(types > 0, (count + types * p) / np.maximum(above + types, 1), p)
    bits = -np.log2(p)
    order = np.lexsort((-bits, line))
    bits, line = bits[order], line[order]
    first = np.flatnonzero(np.diff(line, prepend=-1))
    rank = np.arange(len(line)) - np.repeat(first, np.diff(np.append(first, len(line))))
    sums = np.zeros(len(table.folds))
    for i in range(WORST_WORDS):
        sums[line[rank == i]] += bits[rank == i]
    number = np.minimum(np.bincount(line, minlength=len(table.folds)), WORST_WORDS)
    n = len(table.folds)
    return Tail.of(_strongest(sums / number, kinds, table.folds), n, SCALES["words"])


def _kinds(table: _Table, sequences: Ints) -> list[bytes]:
    """For each line, what is equal for lines of equal words."""
    bounds = np.flatnonzero(np.diff(table.line, prepend=-1)).tolist()
    return [sequences[a:b].tobytes() for a, b in zip(bounds, [*bounds[1:], len(sequences)], strict=True)]


def _strongest(scores: Floats, kinds: Sequence[bytes], folds: Ints) -> Iterable[float]:
    """The highest score of each kind in each fold."""
    best: dict[tuple[int, bytes], float] = {}
    for score, kind, fold in zip(scores.tolist(), kinds, folds.tolist(), strict=True):
        if score > best.get((fold, kind), -1.0):
            best[fold, kind] = score
    return best.values()


class _Rates(NamedTuple):
    """How often each pair of words came."""

    gram: Ints  # [p] index of the gram
    total: Ints  # [p] lines that have it
    most: Ints  # [p, windows]
    gap: Ints  # [p]
    more: Tail
    fewer: Tail


def _rates(table: _Table, counts: _Counts, windows: Sequence[int], ticks: Ints) -> _Rates:
    """How often each pair of words comes in windows of lines, and how long it stays away in ticks."""
    n, k = len(table.folds), int(table.folds.max()) + 1
    far = n + 2 * WINDOWS[-1]
    pairs = _distinct(counts.gram[1] * far + table.line[counts.at])
    gram, line = pairs // far, pairs % far
    fold = table.folds[line]
    rank = np.arange(len(pairs))
    more = []
    index, first, total = _runs(gram)
    most = np.zeros((len(index), len(windows)), dtype=np.int64)
    cells = gram * k + fold
    in_fold = cells * far + line
    cell_first = np.flatnonzero(np.diff(cells, prepend=-1))
    cell_gram = np.searchsorted(index, cells[cell_first] // k)
    cell_fold = cells[cell_first] % k
    for w, window in enumerate(windows):
        number = rank - np.searchsorted(pairs, pairs - window, side="right") + 1
        most[:, w] = np.maximum.reduceat(number, first)
        number = rank - np.searchsorted(in_fold, in_fold - window, side="right") + 1
        table_most = np.zeros((len(index), k), dtype=np.int64)
        table_most[cell_gram, cell_fold] = np.maximum.reduceat(number, cell_first)
        more += _more_than_others(table_most, window, n)
    gaps, fewer = _gaps(line, first, total, table.folds, ticks)
    return _Rates(index, total, most, gaps, Tail.of(more, n, SCALES["more"]), Tail.of(fewer, n, SCALES["fewer"]))


def _kept_rates(rates: _Rates, counts: _Counts, fewest: int) -> dict[int, Rate]:
    """The rates of the pairs that stood in so many lines."""
    kept = counts.lines[rates.gram].sum(axis=1) >= fewest
    numbers = (counts.keys[rates.gram[kept]], rates.total[kept], rates.most[kept], rates.gap[kept])
    return {
        key: Rate(count, tuple(most), gap)
        for key, count, most, gap in zip(*(array.tolist() for array in numbers), strict=True)
    }


def _more_than_others(most: Ints, window: int, lines: int) -> list[float]:
    """The scores of each gram's highest count in a fold against that of the other folds. [g, folds]"""
    ordered = np.sort(most, axis=1)
    scores = []
    for highest, second in zip(ordered[:, -1].tolist(), ordered[:, -2].tolist(), strict=True):
        if second > 0 and highest > second:
            scores.append(more_score(highest, second, window, lines))
    return scores


def _gaps(line: Ints, first: Ints, total: Ints, folds: Ints, ticks: Ints) -> tuple[Ints, list[float]]:
    """The longest absence of each gram, and the scores of the longest of one fold against the other folds."""
    k = int(folds.max()) + 1
    begins = np.searchsorted(folds, np.arange(k))
    starts = ticks[begins]
    ends = np.append(starts[1:], ticks[-1] + 1)
    duration = int(ticks[-1]) + 1
    longest, scores = np.zeros(len(first), dtype=np.int64), []
    for i, (begin, number) in enumerate(zip(first.tolist(), total.tolist(), strict=True)):
        at = ticks[line[begin : begin + number]]
        longest[i] = np.diff(np.concatenate([[-1], at, [duration]])).max()
        share = number / duration
        if number < FEWEST_TO_MISS or longest[i] * share > 4 * REGULAR:
            continue
        of_fold = folds[line[begin : begin + number]]
        gaps = []
        for fold, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            gaps.append(int(np.diff(np.concatenate([[start - 1], at[of_fold == fold], [end]])).max()))
        ordered = sorted(gaps)
        if ordered[-2] * share <= REGULAR:
            scores.append(fewer_score(ordered[-1], ordered[-2], share))
    return longest, scores


def _values(table: _Table, literal: set[int]) -> tuple[dict[int, Values], Tail]:
    """The amounts of each place that is not literal and does not count up or down, by the hash of place and kind."""
    amounts = [amount_of(name) for name in table.names]
    kinds = {kind: i for i, kind in enumerate(dict.fromkeys(amount.kind for amount in amounts if amount))}
    kind = np.array([kinds[amount.kind] if amount else -1 for amount in amounts])
    size, unit = np.array([(amount.size, _unit(amount)) if amount else (0.0, 0.0) for amount in amounts]).T
    at = np.flatnonzero((table.places >= 0) & ~np.isin(table.places, list(literal)))
    at = at[kind[table.values[at]] >= 0]
    place = table.places[at] * len(kinds) + kind[table.values[at]]
    silent = np.isin(table.places, [i for i, name in enumerate(table.names) if is_process(name)])[at]
    silent |= np.isin(place, _counters(place, size[table.values[at]]))
    at, place = at[~silent], place[~silent]
    order = np.lexsort((size[table.values[at]], place))
    at, place = at[order], place[order]
    size, fold, unit = size[table.values[at]], table.folds[table.line[at]], unit[table.values[at]]
    found: dict[int, Values] = {}
    scores: list[float] = []
    _, first, _ = _runs(place)
    for begin, end in zip(first.tolist(), [*first[1:].tolist(), len(place)], strict=False):
        if end - begin < FEWEST_NUMBERS:
            continue
        usual, cross = _usual(size[begin:end], fold[begin:end], float(unit[begin:end].min()))
        if usual:
            one = at[begin]
            amount = amounts[table.values[one]]
            assert amount
            found[word_hash(place_of(table.names[table.places[one]], amount))] = usual
            scores += cross
    return found, Tail.of(scores, len(table.folds), SCALES["values"])


def _unit(amount: Amount) -> float:
    """The step from a whole number to the next; 0 for one with decimals."""
    return 0.0 if amount.decimals else amount.scale


def _counters(place: Ints, numbers: Floats) -> Ints:
    """The places whose numbers only rise from line to line, or only fall: a clock, a counter."""
    order = np.argsort(place, kind="stable")
    ordered, step = place[order], np.diff(numbers[order])
    inside = ordered[1:] == ordered[:-1]
    size = int(place.max(initial=0)) + 1
    rises = np.bincount(ordered[1:][inside & (step > 0)], minlength=size)
    falls = np.bincount(ordered[1:][inside & (step < 0)], minlength=size)
    often, seldom = np.maximum(rises, falls), np.minimum(rises, falls)
    return np.flatnonzero((2 * often >= FEWEST_NUMBERS) & (seldom * COUNTERS <= often))


def _step_below(size: float, unit: float) -> float:
    """From a size to the next lower one, as log2(1 + size): less far is not strange."""
    return max(LEAST_SCALE, math.log2(1 + size) - math.log2(max(1.0, 1 + size - unit)))


def _step_above(size: float, unit: float) -> float:
    """From a size to the next higher one."""
    return max(LEAST_SCALE, math.log2(1 + size + unit) - math.log2(1 + size))


def _usual(sizes: Floats, fold: Ints, unit: float) -> tuple[Values | None, list[float]]:
    """What is usual among rising sizes, and the score of each fold by the others.

    None where they drift or are all one. `unit`: the least step from one to the next.
    """
    n = len(sizes)
    if sizes[0] == sizes[-1]:
        return None, []
    y = np.log2(1 + sizes)
    few = max(FEWEST_OUTLIERS, n // OUTLIERS)
    usual = Values(
        float(y[0]),
        float(y[-1]),
        max(_step_below(float(sizes[0]), unit), float(y[few - 1] - np.cumsum(y[:few])[-1] / few)),
        max(_step_above(float(sizes[-1]), unit), float(np.cumsum(y[n - few :])[-1] / few - y[n - few])),
    )
    scores, beyond = [], 0
    for one in np.unique(fold).tolist():
        inside, others = y[fold == one], y[fold != one]
        if not len(others):
            continue
        beyond += int((inside > others[-1] + usual.high_scale).sum() + (inside < others[0] - usual.low_scale).sum())
        high = float(inside[-1] - others[-1]) / usual.high_scale
        scores.append(max(0.0, high, float(others[0] - inside[0]) / usual.low_scale))
    return (None, []) if beyond > max(4, n // 500) else (usual, scores)


class _Clock(NamedTuple):
    """What the times of the lines tell."""

    pause: int  # the longest, in seconds
    back: int  # the farthest step back, in seconds
    tail: Tail | None  # None where few lines have a time
    ticks: Ints  # [lines] seconds since the first line; the number of the line where few lines have a time


def _clock(table: _Table, breaks: set[int]) -> _Clock:
    """`breaks`: lines that do not follow the one before."""
    k = int(table.folds.max()) + 1
    pauses, backs = [0] * k, [0] * k
    last: Moment | None = None
    timed, broken, steps = 0, False, [0] * len(table.folds)
    for i, (fold, now) in enumerate(zip(table.folds.tolist(), table.moments, strict=True)):
        broken = broken or i in breaks
        if now is None:
            continue
        timed += 1
        if last is not None and not broken:
            steps[i] = step = seconds_between(last, now)
            pauses[fold], backs[fold] = max(pauses[fold], step), max(backs[fold], -step)
        last, broken = now, False
    if timed < FEWEST_NUMBERS:
        return _Clock(0, 0, None, np.arange(len(table.folds)))
    scores = []
    for longest in (pauses, backs):
        ordered = sorted(longest)
        if k > 1:
            scores.append(pause_score(ordered[-1], ordered[-2]))
    ticks = np.cumsum(np.clip(steps, 0, max(pauses)))
    return _Clock(max(pauses), max(backs), Tail.of(scores, len(table.folds), SCALES["clock"]), ticks)
