"""Let the weights go on from what stood before a value: do they come to it?

A value is asked for after its own line's beginning, with the lines before that one and without any. Where these lines
have the value already, repeating it would prove nothing, and another place is taken.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat
from typing import NamedTuple

from model.context import last_lines
from model.extraction import Question, bits_of, places_among_guesses
from model.transformer import Model

from ..engine.engine import Engine
from .candidates import AuditedLog, Candidate, Spot

GUESSES = 16
_LONG_NUMBER = re.compile("[0-9]{3,}")
TOLD = 2 / 3  # of a value: a line that has so much of it tells it
MOST_CONTEXTS = 3  # with which a value is asked for at one place
WORTH_GUESSING = 12.0  # bits that the weights need: a value that is dearer to them is not among the guesses


class Answer(NamedTuple):
    """What the weights say of one value, at the place where they know it best."""

    candidate: Candidate
    place: str
    spot: Spot
    bits: float  # that the weights need for it
    guess: int | None  # its place among GUESSES guesses, from 1

    @property
    def exposure(self) -> float:
        """The bits of it that the weights give away."""
        return max(0.0, self.candidate.bits - self.bits)


class _Asked(NamedTuple):
    candidate: Candidate
    place: str
    spot: Spot
    question: Question


def ask(model: Model, logs: Sequence[AuditedLog], candidates: Sequence[Candidate], engine: Engine) -> list[Answer]:
    """One answer for each candidate."""
    asked = [one for candidate in candidates for one in _questions(model, logs, candidate)]
    parts = _parts([one.question for one in asked], engine.width)
    bits = [float(needed) for some in engine.map(bits_of, repeat(model), parts) for needed in some]
    worth = [at for at, one in enumerate(asked) if bits[at] <= max(WORTH_GUESSING, len(one.candidate.text))]
    parts = _parts([asked[at].question for at in worth], engine.width)
    places = engine.map(places_among_guesses, repeat(model), parts, repeat(GUESSES))
    guesses = dict(zip(worth, chain.from_iterable(places), strict=True))
    best: dict[str, Answer] = {}
    for at, one in enumerate(asked):
        text = one.candidate.text
        answer = Answer(one.candidate, one.place, one.spot, bits[at], guesses.get(at))
        if text not in best or _rank(answer) < _rank(best[text]):
            best[text] = answer
    return list(best.values())


def _parts(questions: Sequence[Question], count: int) -> list[Sequence[Question]]:
    """As many parts as calls are made at a time, none of them empty."""
    size = max(1, math.ceil(len(questions) / count))
    return [questions[begin : begin + size] for begin in range(0, len(questions), size)]


def _rank(answer: Answer) -> tuple[int, float]:
    return answer.guess or GUESSES + 1, answer.bits


def _questions(model: Model, logs: Sequence[AuditedLog], candidate: Candidate) -> Iterator[_Asked]:
    """At each of its places: after the lines before it, of up to MOST_CONTEXTS of its lines, and without any.

    Lines that tell most of it are no context: the address before it in its network, or the same number of a process in
    the line of another, leaves little to guess.
    """
    told = [candidate.text[: math.ceil(TOLD * len(candidate.text))], *_LONG_NUMBER.findall(candidate.text)]
    for place, spots in candidate.places:
        contexts = ((spot, _lines_before(model, logs[spot.log], spot)) for spot in spots)
        without_it = (
            (spot, lines) for spot, lines in contexts if not any(part in line for line in lines for part in told)
        )
        for spot, lines in islice(without_it, MOST_CONTEXTS):
            yield _Asked(candidate, place, spot, _question(logs, candidate, spot, lines))
        yield _Asked(candidate, place, spots[0], _question(logs, candidate, spots[0], []))


def _lines_before(model: Model, log: AuditedLog, spot: Spot) -> list[str]:
    """As many as the model sees."""
    return last_lines(log.lines[max(0, spot.line - model.config.n_context) : spot.line], model.config.n_context)


def _question(logs: Sequence[AuditedLog], candidate: Candidate, spot: Spot, context: Sequence[str]) -> Question:
    line = logs[spot.log].lines[spot.line]
    return Question("".join(before + "\n" for before in context) + line[: spot.begin], candidate.text)
