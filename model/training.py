"""Train a model: rounds of steps, a score after each, an early stop, and the best weights at the end.

A round is a pure function of its arguments, so it can run in another process; what happens between rounds
(progress, a stop signal, a time limit) is the caller's. Random choices are drawn from the seed and the step,
so the same corpus, seed and machine give the same bytes however the rounds are cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .config import Config
from .gradient import loss_and_gradients, predictions
from .optimizer import Rates, fresh_moments, update
from .parts import Part, Partner, part_of, put_together
from .positions import Ints
from .transformer import Dropout, Weights, token_bits
from .windows import Text, batch_at, placed, window_starts

DIVERGED = 2.0  # bits above the start: a loss that is not coming back
MOST_RESTARTS = 4
VALIDATION_TOKENS = 4096  # at once


class TrainingDiverged(ArithmeticError):
    """The loss diverged again after every restart at a lower rate."""


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train."""

    tokens: int  # token budget: what may be read in all, context included; anew after a restart
    batch_tokens: int = 1536  # tokens a step
    rates: Rates = field(default_factory=Rates)
    dropout: float = 0.0  # share of activations left out in a step
    warm_up: float = 0.02  # share of the budget in which the rate rises
    decay: float = 0.3  # share of what was read in which the rate falls to zero at the end
    rounds: int = 24  # how often the validation is scored within the budget
    patience: int = 6  # rounds without a better validation before the rate falls
    seed: int = 0
    parts: int = 1  # in which a step is worked out: 2 for two processes to share

    def __post_init__(self) -> None:
        if min(self.tokens, self.batch_tokens, self.rounds, self.parts) < 1 or not 0 <= self.decay < 1:
            raise ValueError(f"a plan needs tokens, batches, rounds and parts, and a decay from 0 to below 1: {self}")

    def n_window(self, size: int) -> int:
        """Windows of that many tokens in a step: as many in each part."""
        return self.parts * max(1, -(-(self.batch_tokens // size) // self.parts))


class Point(NamedTuple):
    """One point of the loss curve."""

    tokens: int
    training: float  # bits per learned character, mean of the round
    validation: float  # bits per character


@dataclass(frozen=True)
class Training:
    """A training under way: all that the next round needs to know."""

    start: Weights  # where it began, for a restart
    weights: Weights
    moments: Weights
    best: Weights
    best_tokens: int = 0
    step: int = 0
    tokens: int = 0
    decay_from: int | None = None  # tokens read when the rate began to fall
    decay_until: int = 0  # tokens read when it will be zero
    slow: float = 1.0  # all rates are multiplied by this; halved by each restart
    restarts: int = 0
    curve: list[Point] = field(default_factory=list)
    finished: bool = False

    @property
    def best_bits(self) -> float:
        """The best validation score so far, in bits per character."""
        return min((point.validation for point in self.curve), default=float("inf"))


def begin(weights: Weights) -> Training:
    """A training that starts from these float32 weights, fresh or another model's."""
    return Training(weights, copied(weights), fresh_moments(weights), weights)


def train(
    config: Config,
    plan: Plan,
    tokens: NDArray[np.uint16],
    validation: NDArray[np.uint16],
    start: Weights,
    *,
    progress: Callable[[Training], None] = lambda training: None,
    stop: Callable[[], bool] = lambda: False,
    run: Callable[..., Training] | None = None,
    partner: Partner | None = None,
) -> Training:
    """Train until the budget is used, the validation stops improving, or `stop()` is true.

    `tokens` and `validation` are laid out by `windows.lay_out`.
    `progress` is called after every round. `run(function, *arguments)` may call the round elsewhere, in
    another process for instance. With a `partner`, which is given the same, the steps are shared.
    Raises TrainingDiverged and PartnerLost.
    """
    training = begin(start)
    while not training.finished and not stop():
        arguments = (config, plan, tokens, validation, training, partner)
        training = run(round_of_steps, *arguments) if run else round_of_steps(*arguments)
        progress(training)
    return training


def round_of_steps(
    config: Config,
    plan: Plan,
    tokens: NDArray[np.uint16],
    validation: NDArray[np.uint16],
    training: Training,
    partner: Partner | None = None,
) -> Training:
    """One round: steps, then a validation, and what follows from it; the first round only validates.

    Changes none of its arguments.
    """
    if not training.curve:
        bits = validation_bits(config, training.weights, placed(validation), partner)
        return replace(training, curve=[Point(0, bits, bits)])
    text = placed(tokens)
    starts = window_starts(text, config.n_context)
    weights, moments = copied(training.weights), copied(training.moments)
    step, read, losses = training.step, training.tokens, []
    until = min(read + -(-plan.tokens // plan.rounds), end_of(plan, training))
    while read < until:
        step += 1
        batch = windows_of_step(config, plan, starts, step)
        loss, grads = gradients_of(config, plan, text, batch, weights, step, partner)
        update(weights, grads, moments, step, plan.rates.scaled(training.slow * schedule(plan, training, read)))
        losses.append(loss / np.log(2))
        read += len(batch) * min(config.n_context, len(tokens) - 1)
        if not np.isfinite(loss):
            return restarted(training)
    bits = validation_bits(config, weights, placed(validation), partner)
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


def windows_of_step(config: Config, plan: Plan, starts: Ints, step: int) -> Ints:
    """Where the windows of a step begin. -> [B]"""
    rng = np.random.default_rng([plan.seed, step])
    return np.asarray(rng.choice(starts, plan.n_window(config.n_context)))


def gradients_of(
    config: Config, plan: Plan, text: Text, begins: Ints, weights: Weights, step: int, partner: Partner | None
) -> tuple[float, Weights]:
    """The mean loss of a step in nats, and its gradients: part by part, those of the partner from it."""

    def made(number: int, begins: Ints) -> Part | None:
        if partner and not partner.falls_here(number):
            return None
        batch = batch_at(text, begins, config.n_context)
        rng = np.random.default_rng([plan.seed, step, number])
        loss, grads = loss_and_gradients(config, weights, batch, Dropout(plan.dropout, rng) if plan.dropout else None)
        return part_of(loss, float(batch.weight.sum()), grads, list(weights))

    parts = [made(number, part) for number, part in enumerate(np.split(begins, plan.parts))]
    return put_together(partner.all_of(parts) if partner else [part for part in parts if part], weights)


def schedule(plan: Plan, training: Training, tokens: int) -> float:
    """The factor of the rates: up, steady, and down to zero once `decay_from` is set."""
    up = min(1.0, (tokens + plan.batch_tokens) / max(1.0, plan.warm_up * plan.tokens))
    if training.decay_from is None:
        return up
    left = (training.decay_until - tokens) / (training.decay_until - training.decay_from)
    return up * max(0.0, left)


def end_of(plan: Plan, training: Training) -> int:
    """How many tokens will have been read when this phase ends."""
    return int(plan.tokens * (1 - plan.decay)) if training.decay_from is None else training.decay_until


def next_phase(plan: Plan, training: Training) -> Training:
    """Go on; or let the rate fall, from the best weights so far when those of now are no better; or end."""
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
    """Back to where it began, at half the rates. Raises TrainingDiverged after MOST_RESTARTS."""
    if training.restarts == MOST_RESTARTS:
        raise TrainingDiverged(f"the loss diverged {MOST_RESTARTS + 1} times, each time at half the rate before")
    return replace(begin(training.start), slow=training.slow / 2, restarts=training.restarts + 1)


def validation_bits(config: Config, weights: Weights, validation: Text, partner: Partner | None = None) -> float:
    """Bits per token of a text, each token with half a context or more before it where there is as much.

    With absolute positions, contexts follow each other without overlap, as in scoring. Scoring shows every token a
    whole context, so what it finds is a little lower.
    """
    n = len(validation.tokens) - 1
    size = min(config.n_context, n)
    if size < 1:
        return 0.0
    new = size if config.positions == "absolute" else max(1, size // 2)
    begins = np.minimum(np.arange(0, n - size + new, new), n - size)
    counted_from = np.append(0, begins[:-1] + size)
    together = max(1, VALIDATION_TOKENS // size)

    def bits_of(i: int) -> float:
        some = begins[i : i + together]
        window = validation.window(some, size)
        bits = token_bits(predictions(config, weights, window), validation.following(some, size))
        counted = some[:, None] + np.arange(size) >= counted_from[i : i + together, None]
        return float(bits[counted].sum(dtype=np.float64))

    firsts = enumerate(range(0, len(begins), together))
    sums = [None if partner and not partner.falls_here(number) else bits_of(i) for number, i in firsts]
    return sum(partner.all_of(sums) if partner else [bits for bits in sums if bits is not None]) / n


def copied(weights: Weights) -> Weights:
    """The same tensors, free to be changed."""
    return {name: tensor.copy() for name, tensor in weights.items()}
