"""Train a model: rounds of steps, a score after each round, an early stop, and the best weights at the end.

A round is a pure function of its arguments, so it can run in another process. What happens between rounds (progress,
a stop signal, a time limit) is up to the caller. Random choices are drawn from the seed and the number of the step,
so the same corpus and the same seed give the same bytes on the same kind of machine, in whichever process a round runs.

One step is, in this order: `windows.batch_at` cuts windows out of the text, `gradient.loss_and_gradients` computes the
gradients, `optimizer.update` moves the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from .array_types import Int32s
from .config import Config
from .gradient import Dropout, loss_and_gradients, predictions
from .optimizer import LearningRates, fresh_moments, update
from .transformer import Weights, token_bits
from .windows import Text, batch_at, window_starts

WINDOWS_PER_OPENING = 8  # one of so many is read as if the text began with it
DIVERGED = 2.0  # bits above the score at the start: a loss that will not come down again
MOST_RESTARTS = 4
VALIDATION_TOKENS = 4096  # scored at once


class TrainingDiverged(ArithmeticError):
    """The loss diverged again after every restart at a lower rate."""


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train.

    A training has two phases. In the first the rate is steady; it ends when the budget less its last part is read, or
    when `patience` rounds have brought no better score. In the second the rate falls to zero, from the best weights so
    far where the first phase ended early. Example: with 1,000,000 tokens and a decay of 0.3 the rate is steady for
    700,000 tokens and falls for 300,000; where the best score was reached after 350,000, it falls for 150,000.
    """

    tokens: int  # the budget: tokens that may be read in all, context included; a restart begins it again
    batch_tokens: int = 1536  # tokens a step
    rates: LearningRates = field(default_factory=LearningRates)
    dropout: float = 0.0  # share of activations left out in a step
    warm_up: float = 0.02  # share of the budget in which the rate rises
    decay: float = 0.3  # share of all tokens read in which the rate falls to zero
    rounds: int = 24  # how often the validation is scored within the budget
    patience: int = 6  # rounds without a better score after which the rate falls
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.tokens, self.batch_tokens, self.rounds) < 1 or not 0 <= self.decay < 1:
            raise ValueError(f"a plan needs tokens, batches and rounds, and a decay from 0 to below 1: {self}")

    def n_window(self, size: int) -> int:
        """How many windows of so many tokens a step has, at least one."""
        return max(1, self.batch_tokens // size)


class Point(NamedTuple):
    """One point of the loss curve."""

    tokens: int
    training: float  # bits per trained character, mean of the round
    validation: float  # bits per character of the validation


@dataclass(frozen=True)
class Training:
    """The state of a training between two rounds."""

    start: Weights  # the weights that it began with, for a restart
    weights: Weights
    moments: Weights
    best: Weights
    best_tokens: int = 0
    step: int = 0
    tokens: int = 0
    decay_from: int | None = None  # tokens read when the rate began to fall
    decay_until: int = 0  # tokens read when it will be zero
    slow: float = 1.0  # factor of all rates; each restart halves it
    restarts: int = 0
    curve: list[Point] = field(default_factory=list)
    finished: bool = False

    @property
    def best_bits(self) -> float:
        """The best validation score so far, in bits per character."""
        return min((point.validation for point in self.curve), default=float("inf"))


def begin(weights: Weights) -> Training:
    """A training that starts from these float32 weights, which may be fresh or those of a trained model."""
    return Training(weights, copied(weights), fresh_moments(weights), weights)


def train(
    config: Config,
    plan: Plan,
    text: Text,
    validation: Text,
    start: Weights,
    *,
    progress: Callable[[Training], None] = lambda training: None,
    stop: Callable[[], bool] = lambda: False,
) -> Training:
    """Train, round by round, until the training has finished or `stop()` is true.

    `text` and `validation` come from `windows.lay_out`. `progress` is called after every round.
    Raises TrainingDiverged.
    """
    training = begin(start)
    while not training.finished and not stop():
        training = round_of_steps(config, plan, text, validation, training)
        progress(training)
    return training


def round_of_steps(
    config: Config,
    plan: Plan,
    text: Text,
    validation: Text,
    training: Training,
) -> Training:
    """The state after one more round: steps, then a score of the validation. The first round only scores.

    Changes none of its arguments. Raises TrainingDiverged.
    """
    if not training.curve:
        bits = validation_bits(config, training.weights, validation)
        return replace(training, curve=[Point(0, bits, bits)])
    starts = window_starts(text, config.n_context)
    weights, moments = copied(training.weights), copied(training.moments)
    step, read, losses = training.step, training.tokens, []
    until = min(read + -(-plan.tokens // plan.rounds), end_of(plan, training))
    while read < until:
        step += 1
        chosen = windows_of_step(config, plan, starts, step)
        openings = step * len(chosen) // WINDOWS_PER_OPENING - (step - 1) * len(chosen) // WINDOWS_PER_OPENING
        batch = batch_at(text, chosen, config.n_context, openings)
        loss, grads = loss_and_gradients(config, weights, batch, dropout_of_step(plan, step))
        update(weights, grads, moments, step, plan.rates.scaled(training.slow * rate_factor(plan, training, read)))
        losses.append(loss / np.log(2))
        read += batch.targets.size
        if not np.isfinite(loss):
            return restarted(training)
    bits = validation_bits(config, weights, validation)
    if not bits <= training.curve[0].validation + DIVERGED:
        return restarted(training)
    improved = bits < training.best_bits
    following = replace(
        training,
        weights=weights,
        moments=moments,
        best=weights if improved else training.best,
        best_tokens=read if improved else training.best_tokens,
        step=step,
        tokens=read,
        curve=[*training.curve, Point(read, float(np.mean(losses)), bits)],
    )
    return next_phase(plan, following)


def windows_of_step(config: Config, plan: Plan, starts: Int32s, step: int) -> Int32s:
    """Where the windows of a step begin, drawn from all starts. [n] -> [B]"""
    rng = np.random.default_rng([plan.seed, step])
    return np.asarray(rng.choice(starts, plan.n_window(config.n_context)))


def dropout_of_step(plan: Plan, step: int) -> Dropout | None:
    """The dropout of a step, or None where the plan has none."""
    if not plan.dropout:
        return None
    return Dropout(plan.dropout, np.random.default_rng([plan.seed, step, 1]))  # 1: not the numbers of windows_of_step


def rate_factor(plan: Plan, training: Training, tokens: int) -> float:
    """The factor of the rates after so many tokens: it rises, stays at 1, and falls to 0 once `decay_from` is set."""
    up = min(1.0, (tokens + plan.batch_tokens) / max(1.0, plan.warm_up * plan.tokens))
    if training.decay_from is None:
        return up
    left = (training.decay_until - tokens) / (training.decay_until - training.decay_from)
    return up * max(0.0, left)


def end_of(plan: Plan, training: Training) -> int:
    """How many tokens will have been read when the current phase ends."""
    return int(plan.tokens * (1 - plan.decay)) if training.decay_from is None else training.decay_until


def next_phase(plan: Plan, training: Training) -> Training:
    """The training in the phase that its scores and its budget call for: steady, falling or finished.

    Where the rate begins to fall because no score was better for a while, it falls from the best weights so far.
    """
    scores = [point.validation for point in training.curve]
    stale = len(scores) - 1 - scores.index(training.best_bits) >= plan.patience
    used_up = training.tokens >= end_of(plan, training)
    if training.decay_from is not None:
        return replace(training, finished=used_up)
    if not (stale or used_up):
        return training
    learned = training.best_tokens if stale else training.tokens
    falling = max(plan.batch_tokens, int(learned * plan.decay / (1 - plan.decay)))
    return replace(
        training,
        weights=training.best if stale else training.weights,
        decay_from=training.tokens,
        decay_until=training.tokens + falling,
    )


def restarted(training: Training) -> Training:
    """The training from its start again, at half the rates. Raises TrainingDiverged after MOST_RESTARTS restarts."""
    if training.restarts == MOST_RESTARTS:
        raise TrainingDiverged(f"the loss diverged {MOST_RESTARTS + 1} times, each time at half the rate before")
    return replace(begin(training.start), slow=training.slow / 2, restarts=training.restarts + 1)


def validation_bits(config: Config, weights: Weights, validation: Text) -> float:
    """Bits per token of a text, scored in windows that overlap by half.

    Each token is predicted from at least half a context, where there is as much text before it. Scores (`scoring.py`)
    show every token a whole context and are a little lower.
    """
    n = len(validation.tokens) - 1
    size = min(config.n_context, n)
    if size < 1:
        return 0.0
    new = max(1, size // 2)
    begins = np.minimum(np.arange(0, n - size + new, new), n - size)
    counted_from = np.append(0, begins[:-1] + size)  # what the window before has counted is not counted again
    together = max(1, VALIDATION_TOKENS // size)
    total = 0.0
    for i in range(0, len(begins), together):
        some = begins[i : i + together]
        logits = predictions(config, weights, validation.window(some, size))
        bits = token_bits(logits, validation.following(some, size))
        counted = some[:, None] + np.arange(size) >= counted_from[i : i + together, None]
        total += float(bits[counted].sum(dtype=np.float64))
    return total / n


def copied(weights: Weights) -> Weights:
    """Copies of the tensors, which may be changed."""
    return {name: tensor.copy() for name, tensor in weights.items()}
