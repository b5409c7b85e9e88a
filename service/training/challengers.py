"""Challengers: models trained side by side, of which the best one goes to the gate.

Without a champion both start afresh, with two seeds: one with a head start (`head_start.py`), the other one too where
the log is short, else with random weights. Where the lines are few, it has the smaller shape of `seed`. With a champion
of the same shape, or of that smaller one, one goes on from its weights (warm) and one starts afresh, in the shape of
the preset. There are two, or as many as the settings say: further ones have other seeds and rates. The number of cores
does not count, so that the same lines and the same seed give the same bytes on any machine of a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import repeat
from typing import NamedTuple

import numpy as np

from model.calibration import Calibrated, calibrated
from model.config import PRESETS, Config, same_shape
from model.training import Plan, Training, TrainingDiverged, begin, round_of_steps
from model.transformer import Model, Weights, for_rows, init_weights
from model.vocabulary import Vocabulary
from model.windows import Text, fitted_context, lay_out

from ..errors import LoglingError
from ..settings import Settings
from ..storage.run_record import TrainingFigures
from .head_start import fresh_weights
from .replacement import Replacement, find_replacement
from .split import Split
from .training_plan import Start, plan_for

Progress = Callable[[str, Training, Plan], None]  # called with a candidate's name after each round

SMALL = "seed"  # the preset whose shape is tried too where the lines are few
FEW_CHARACTERS = 50_000  # of the training lines
MANY_CHARACTERS = 100_000  # of them, from which random weights may come further than a head start
SECOND_SEED = 1 << 31  # the second fresh start has the seed of the settings with this bit turned over
FURTHER_SEED = 0x9E3779B1  # between the seeds of further ones
FURTHER: tuple[tuple[Start, float], ...] = (("fresh", 1.0), ("warm", 0.5), ("fresh", 0.5), ("warm", 2.0))  # in turn


class TrainingData(NamedTuple):
    """What all trainings of one run share."""

    config: Config
    vocabulary: Vocabulary
    text: Text  # the training lines
    replacement: Replacement  # of the values in them
    validation: Text


@dataclass(frozen=True, eq=False)
class Candidate:
    """A challenger before its training."""

    name: str  # as progress shows it
    start: Start
    config: Config
    weights: Weights
    plan: Plan


@dataclass(frozen=True)
class Challenger:
    """A trained model and how it was trained."""

    start: Start
    seed: int
    model: Model
    training: Training
    validation: float = float("inf")  # bits per character on the validation lines, with `model`
    temperature: float = 1.0  # by which the logits were divided after the training
    diverged: bool = False  # at every rate that was tried; `model` then has the weights of the start

    @property
    def is_trained(self) -> bool:
        """Whether it learned anything."""
        return not self.diverged and self.training.step > 0

    def figures(self) -> TrainingFigures:
        """What the ledger keeps of it."""
        training = self.training
        return TrainingFigures(
            start=self.start,
            seed=self.seed,
            tokens=training.tokens,
            best_tokens=training.best_tokens,
            validation=self.validation if training.curve else None,
            temperature=self.temperature,
            diverged=self.diverged,
            restarts=training.restarts,
        )


def train_challengers(
    settings: Settings,
    split: Split,
    champion: Model | None,
    progress: Progress,
    stop: Callable[[], bool],
    executor: Executor,
) -> list[Challenger]:
    """Train the challengers in an executor, and return all of them: the best on the validation lines first.

    A challenger whose training diverged comes last. Each training ends early, between two rounds, once `stop()` is
    true. Raises LoglingError when there is none to use: every training diverged, or there was no time for one.
    """
    data = training_data(settings, split, champion)
    candidates = candidates_for(settings, split, champion, data)
    challengers = train_side_by_side(executor, data, candidates, progress, stop)
    challengers.sort(key=lambda challenger: (challenger.diverged, challenger.validation))
    if not challengers[0].is_trained:
        raise LoglingError("no challenger could be trained: every training diverged, or there was no time for one")
    return challengers


def training_data(settings: Settings, split: Split, champion: Model | None) -> TrainingData:
    """The shape, the vocabulary and the tokens of a run."""
    config = fitted_context(PRESETS[settings.preset].config, split.train)
    vocabulary = extended_vocabulary(settings, split, champion)
    return TrainingData(
        config,
        vocabulary,
        lay_out(vocabulary, split.train),
        find_replacement(vocabulary, split.train),
        lay_out(vocabulary, split.validation),
    )


def candidates_for(settings: Settings, split: Split, champion: Model | None, data: TrainingData) -> list[Candidate]:
    """Warm and fresh where the champion's shape allows it; else two fresh ones. Then further ones like them."""
    first = first_candidates(settings, split, champion, data)
    further = []
    for number in range(len(first) + 1, settings.training.challengers + 1):
        start, rate = FURTHER[(number - len(first) - 1) % len(FURTHER)]
        like = next((candidate for candidate in first if candidate.start == start), first[0])
        further.append(further_candidate(like, number, rate, data))
    return [*first, *further]


def further_candidate(like: Candidate, number: int, rate: float, data: TrainingData) -> Candidate:
    """A candidate like another one, with a seed of its own and so many times its rates."""
    plan = replace(like.plan, seed=(like.plan.seed + number * FURTHER_SEED) % 2**32, rates=like.plan.rates.scaled(rate))
    weights = like.weights
    if like.start == "fresh":
        weights = second_weights(like.config, data, plan.seed)
    name = f"{like.start} start {number}" + (f", rates x {rate:g}" if rate != 1 else "")
    return replace(like, name=name, weights=weights, plan=plan)


def first_candidates(
    settings: Settings, split: Split, champion: Model | None, data: TrainingData
) -> tuple[Candidate, Candidate]:
    """Warm and fresh, or two fresh ones."""
    seed = settings.training.seed
    small = fitted_context(PRESETS[SMALL].config, split.train)
    of_small = settings.model_copy(update={"preset": SMALL})

    def fresh(first: bool) -> Candidate:
        weights = fresh_weights(data.config, data.vocabulary, np.random.default_rng(seed))
        plan = plan_for(settings, split, "fresh", seed, first)
        return Candidate("fresh start", "fresh", data.config, weights, plan)

    def second(settings: Settings, config: Config) -> Candidate:
        plan = plan_for(settings, split, "fresh", seed ^ SECOND_SEED, first=True)
        return Candidate("fresh start 2", "fresh", config, second_weights(config, data, plan.seed), plan)

    def warm(champion: Model, settings: Settings, config: Config) -> Candidate:
        weights = for_rows(champion.weights, data.vocabulary.rows_in(champion.vocabulary))
        return Candidate("warm start", "warm", config, weights, plan_for(settings, split, "warm", seed, first=False))

    if champion and same_shape(champion.config, data.config):
        return warm(champion, settings, data.config), fresh(first=False)
    if champion and same_shape(champion.config, small):
        return warm(champion, of_small, small), fresh(first=True)
    if split.characters < FEW_CHARACTERS:
        return fresh(first=True), second(of_small, small)
    return fresh(first=True), second(settings, data.config)


def second_weights(config: Config, data: TrainingData, seed: int) -> Weights:
    """The weights that any further fresh training begins with: random where the log is long, else with a head start."""
    rng = np.random.default_rng(seed)
    if len(data.text.tokens) >= MANY_CHARACTERS:
        return init_weights(config, data.vocabulary.size, rng)
    return fresh_weights(config, data.vocabulary, rng)


def train_side_by_side(
    executor: Executor,
    data: TrainingData,
    candidates: Sequence[Candidate],
    progress: Progress,
    stop: Callable[[], bool],
) -> list[Challenger]:
    """Train all candidates, each round as one call in the executor. Returns the challengers in the same order."""
    trainings = finished_trainings(executor, data, candidates, progress, stop)
    best = executor.map(
        calibrated,
        [candidate.config for candidate in trainings],
        [training.best for training in trainings.values()],
        repeat(data.validation),
    )
    found = dict(zip(trainings, best, strict=True))
    return [challenger_of(data, candidate, trainings.get(candidate), found.get(candidate)) for candidate in candidates]


def finished_trainings(
    executor: Executor,
    data: TrainingData,
    candidates: Sequence[Candidate],
    progress: Progress,
    stop: Callable[[], bool],
) -> dict[Candidate, Training]:
    """The trainings of all candidates but those that diverged."""
    trainings: dict[Candidate, Training] = {}

    def next_round(candidate: Candidate, training: Training) -> Future[Training]:
        tokens = data.replacement.drawn(data.text.tokens, [candidate.plan.seed, len(training.curve)])
        text = data.text._replace(tokens=tokens)
        return executor.submit(round_of_steps, candidate.config, candidate.plan, text, data.validation, training)

    rounds = {next_round(candidate, begin(candidate.weights)): candidate for candidate in candidates}
    while rounds:
        for future in wait(rounds, return_when=FIRST_COMPLETED).done:
            candidate = rounds.pop(future)
            with suppress(TrainingDiverged):
                training = future.result()
                progress(candidate.name, training, candidate.plan)
                if training.finished or stop():
                    trainings[candidate] = training
                else:
                    rounds[next_round(candidate, training)] = candidate
    return trainings


def challenger_of(
    data: TrainingData, candidate: Candidate, training: Training | None, best: Calibrated | None
) -> Challenger:
    """The challenger that a candidate became. Without a training it diverged: it has the weights of its start."""
    start, seed = candidate.start, candidate.plan.seed
    if training is None or best is None:
        model = Model(candidate.config, data.vocabulary, candidate.weights)
        return Challenger(start, seed, model, begin(candidate.weights), diverged=True)
    model = Model(candidate.config, data.vocabulary, best.weights)
    return Challenger(start, seed, model, training, best.bits, best.temperature)


def extended_vocabulary(settings: Settings, split: Split, champion: Model | None) -> Vocabulary:
    """The champion's characters, and behind them the new ones of the training lines."""
    known = champion.vocabulary if champion else Vocabulary("")
    lines = [line for lines in split.train for line in lines]
    return known.extended(lines, PRESETS[settings.preset].vocabulary_cap, split.kinds)
