"""The contest: challengers are trained, and the best one is compared with the champion.

    train → encode → score what would ship → gate

Nothing is committed here. Whatever is measured goes into the run's record at once, so that a run which fails
half-way has the figures it came to.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from model import weights_file
from model.config import PRESETS, same_shape
from model.transformer import Model

from ..active_run import ActiveRun
from ..engine.opening import open_engine
from ..settings import Settings
from ..storage.run_record import GainFigures, HoldoutScores
from . import gate
from .challengers import SMALL, Challenger, train_challengers
from .evaluation import Scores, evaluate
from .gate import Verdict
from .log_scores import scores_by_log
from .split import Split

FEWEST_TO_JUDGE = 40  # holdout lines


class Contest(NamedTuple):
    """What came of a comparison with the champion."""

    challengers: list[Challenger]  # the first of them went to the gate
    shipping: Model  # that one, as a reader of its file has it
    verdict: Verdict
    scores: Scores

    @property
    def best(self) -> Challenger:
        """The challenger that went to the gate."""
        return self.challengers[0]


def too_few_to_judge(parts: Split) -> str:
    """Why a split cannot be judged by. Empty where it can."""
    held = parts.lines["holdout"]
    return f"only {held} lines could be held out: too few to judge by" if held < FEWEST_TO_JUDGE else ""


def hold_contest(run: ActiveRun, settings: Settings, parts: Split, champion: Model | None) -> Contest:
    """Train challengers on a split and send the best one through the gate. Raises LoglingError when none is usable."""
    return judge_first_of(_train(run, settings, parts, champion), run, settings, parts, champion)


def judge_first_of(
    challengers: list[Challenger], run: ActiveRun, settings: Settings, parts: Split, champion: Model | None
) -> Contest:
    """Send the first of some challengers through the gate."""
    best, record = challengers[0], run.record
    record.trainings = [challenger.figures() for challenger in challengers]
    record.loss_curve = list(best.training.curve)
    record.parameters = best.model.config.parameters(best.model.vocabulary.size)
    file, shipping = _encode_draft(run, best)
    scores = _score(run, parts, champion, shipping, len(file))
    verdict = _judge(run, settings, scores)
    if not same_shape(shipping.config, PRESETS[settings.preset].config):
        verdict = verdict._replace(reason=f"{verdict.reason}; in the shape of `{SMALL}`, which needs fewer lines")
    return Contest(challengers, shipping, verdict, scores)


def _train(run: ActiveRun, settings: Settings, parts: Split, champion: Model | None) -> list[Challenger]:
    """All challengers, the one that is best on the validation lines first."""
    deadline = time.monotonic() + settings.training.minutes * 60
    with run.step("train"), open_engine(settings.engine, settings.training.challengers) as engine:
        try:
            challengers = train_challengers(
                settings, parts, champion, run.reporter.trained, lambda: time.monotonic() > deadline, engine
            )
        finally:
            run.record.problems += engine.problems
    run.record.tokens_per_second = round(sum(c.training.tokens for c in challengers) / run.record.seconds["train"])
    return challengers


def _encode_draft(run: ActiveRun, challenger: Challenger) -> tuple[bytes, Model]:
    """The challenger as a file, and as a reader of that file has it."""
    with run.step("encode"):
        file = weights_file.encode(challenger.model, {}, "\n")
        shipping, _ = weights_file.decode(file)
    run.record.weights_bytes = len(file)
    return file, shipping


def _score(run: ActiveRun, parts: Split, champion: Model | None, shipping: Model, weights_bytes: int) -> Scores:
    """Scores of champion, challenger and n-grams on the holdout."""
    with run.step("score"):
        scores = evaluate(parts, champion, shipping, weights_bytes)
    run.record.by_log = scores_by_log(parts, scores)
    run.record.bits_per_char = HoldoutScores(
        champion=scores.champion.bits_per_char if scores.champion else None,
        challenger=scores.challenger.bits_per_char,
        ngram=scores.equal_bytes.bits_per_char,
        order2=scores.order2.bits_per_char,
    )
    return scores


def _judge(run: ActiveRun, settings: Settings, scores: Scores) -> Verdict:
    """The gate's verdict."""
    with run.step("gate"):
        if scores.champion is None:
            verdict = gate.judge_first(scores.order2, scores.equal_bytes, scores.challenger)
        else:
            verdict = gate.judge(
                scores.champion, scores.challenger, scores.ordinary, scores.reserve, settings.gate.forgetting
            )
    run.record.gain = GainFigures(**verdict.gain._asdict())
    return verdict
