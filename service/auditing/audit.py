"""The audit of a model: what could someone who has the weights get out of them?

Everything that could be a secret is asked for, in an order that does not depend on the clock; as much of it as the time
allows, and at least FEWEST_ASKED. Then lines are sampled with no prompt, and looked through. The same is done with
lines that the weights never saw.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from model.transformer import Model

from ..engine.engine import Engine
from ..storage.corpus import Document
from ..storage.reserve import Reserve
from ..storage.run_record import AuditAnswer, AuditFigures, RememberedValue
from .asking import Answer, ask
from .candidates import AuditedLog, Candidate, Candidates, Spot, find_candidates
from .samples import MOST_SAMPLED, RareLine, found_in, sample, sought_in
from .verdict import remembered, remembered_of_samples

SHARE_OF_RUN = 0.2  # of the time that training and scoring took
SHARE_OF_ASKING = 0.6  # of the audit's time; the rest is for samples
FEWEST_ASKED, FEWEST_SAMPLED = 64, 256
MOST_ASKED = 5000
MOST_CALLS = 8  # at a time, on one machine
BATCH = 32  # values for every two calls that the engine makes at a time
MOST_NAMED = 100  # values in the ledger
SHOWN, SHORTEST_SHOWN = 2, 8  # characters of a value that are told, if it has so many

Progress = Callable[[int, int], None]


class Budget(NamedTuple):
    """How much is asked for, and how long."""

    seconds: float
    asked: int = MOST_ASKED
    sampled: int = MOST_SAMPLED


class Audit(NamedTuple):
    """What an audit found: its figures, and the values behind them, which are told nowhere."""

    figures: AuditFigures
    seen: list[Answer]
    unseen: list[Answer]
    candidates: Candidates


def trained_on(documents: Sequence[Document], seen: Mapping[str, int], reserve: Reserve) -> list[AuditedLog]:
    """The lines of a corpus. `seen` has the newest line of each source that the weights were trained on; if it is
    empty, they count as trained on all but the reserve."""
    return [
        AuditedLog(
            document.source, document.ids, document.lines,
            [
                (not seen or line <= seen.get(str(document.source), 0)) and not reserve.holds(document.source, line)
                for line in document.ids
            ],
        )
        for document in documents
    ]  # fmt: skip


def audit_model(
    model: Model, logs: Sequence[AuditedLog], budget: Budget, engine: Engine, progress: Progress = lambda *_: None
) -> Audit:
    """Ask the model for what it was trained on and for what it was not, and look through what it makes up."""
    begun = time.monotonic()

    def is_over(share: float) -> bool:
        return time.monotonic() - begun > share * budget.seconds

    candidates = find_candidates(logs, model.vocabulary.characters)
    seen, unseen = _ask(model, logs, candidates, budget, lambda: is_over(SHARE_OF_ASKING), engine, progress)
    sought = sought_in(logs, [*candidates.seen, *candidates.unseen])
    values: set[str] = set()
    whole: set[str] = set()
    sampled = 0
    for lines in sample(model, budget.sampled if sought.values or sought.lines else 0):
        if sampled >= FEWEST_SAMPLED and is_over(1):
            break
        some, lines_found = found_in(lines, sought)
        values, whole, sampled = values | some, whole | lines_found, sampled + len(lines)
    unasked = remembered_of_samples(
        values, *([one for one in some if one.text in sought.values] for some in (candidates.seen, candidates.unseen))
    )
    named = _named(logs, remembered(seen, unseen), [one for one in candidates.seen if one.text in unasked])
    named += [_line_named(logs, sought.lines[text]) for text in sorted(whole)]
    answer: AuditAnswer = "remembered" if named else "clean" if seen else "nothing could be asked"
    figures = AuditFigures(
        answer=answer, values=len(candidates.seen), asked=len(seen), unseen=len(unseen), sampled=sampled,
        language=candidates.language, count=len(named), remembered=named[:MOST_NAMED],
    )  # fmt: skip
    return Audit(figures, seen, unseen, candidates)


def _ask(
    model: Model, logs: Sequence[AuditedLog], candidates: Candidates, budget: Budget, is_over: Callable[[], bool],
    engine: Engine, progress: Progress,
) -> tuple[list[Answer], list[Answer]]:  # fmt: skip
    """Answers for what was seen and for what was not, in turn."""
    seen, unseen = candidates.seen[: budget.asked], _controls(candidates)[: budget.asked]
    answers: tuple[list[Answer], list[Answer]] = ([], [])
    size = BATCH * max(1, engine.width // 2)
    for begin in range(0, len(seen), size):
        if begin >= FEWEST_ASKED and is_over():
            break
        progress(begin, len(seen))
        for group, found in zip((seen, unseen), answers, strict=True):
            found += ask(model, logs, group[begin : begin + size], engine)
    return answers


def _controls(candidates: Candidates) -> list[Candidate]:
    """Values that were never seen: first those at places that seen ones have too."""
    places = {place for one in candidates.seen for place, _ in one.places}
    return sorted(candidates.unseen, key=lambda one: not any(place in places for place, _ in one.places))


def _named(logs: Sequence[AuditedLog], asked: Sequence[Answer], unasked: Sequence[Candidate]) -> list[RememberedValue]:
    """What is remembered, without the parts of values that are remembered whole, the surest first."""
    spots = {answer.candidate.text: (answer.candidate, answer.spot, answer.guess) for answer in asked}
    for one in unasked:
        spots.setdefault(one.text, (one, one.places[0][1][0], None))
    drawn = {one.text for one in unasked}
    wholes = sorted(spots, key=len, reverse=True)
    kept: list[str] = []
    for text in wholes:
        if not any(text in longer for longer in kept):
            kept.append(text)
    kept.sort(key=lambda text: (spots[text][2] or BATCH, -spots[text][0].bits, text))
    return [_value_named(logs, *spots[text], text in drawn) for text in kept]


def _value_named(
    logs: Sequence[AuditedLog], one: Candidate, spot: Spot, guess: int | None, unasked: bool
) -> RememberedValue:
    log = logs[spot.log]
    return RememberedValue(
        source=log.source, line=log.ids[spot.line], kind=one.kind, characters=len(one.text), lines=one.lines,
        shown=one.text[:SHOWN] if len(one.text) >= SHORTEST_SHOWN else "", guess=guess, unasked=unasked,
    )  # fmt: skip


def _line_named(logs: Sequence[AuditedLog], line: RareLine) -> RememberedValue:
    log = logs[line.spot.log]
    return RememberedValue(
        source=log.source, line=log.ids[line.spot.line], kind="line", characters=line.characters, lines=line.lines,
        unasked=True,
    )  # fmt: skip
