"""Challengers: one trained on from the champion, one from scratch, side by side; the better one goes to the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.calibration import calibrated
from model.config import PRESETS, Config
from model.optimizer import Rates
from model.training import Plan, Training, TrainingDiverged, begin, train
from model.transformer import Model, Weights, grown, init_weights
from model.vocabulary import Vocabulary
from model.windows import fitted_context, lay_out, placed

from ..errors import LoglingError
from ..settings import Settings
from .malloc import keep_freed_memory
from .partner import cores, partner_for
from .split import Split
from .worker_processes import WorkerProcesses

Start = Literal["warm", "fresh"]
Progress = Callable[[Start, Training, Plan], None]

WARM_SHARE = 0.3  # of the tokens that a fresh model reads
FEWEST_TOKENS = 400_000
READINGS = 12  # how often a fresh model may read each character, context included
MOST_BESIDE = 1_800_000  # of each of two models side by side: the one that goes on from the champion is the better one
FIRST_READINGS = 24  # of a fresh model that is alone, as the first of a home
MOST_TOKENS = 15_000_000
RATES = Rates(0.01, 0.01)
DROPOUT = {"seed": 0.0, "full": 0.1}
MUCH = 400_000  # characters, for which half of that is enough
BATCH_TOKENS = {"seed": 768, "full": 1536}  # of a step, where two models are trained side by side
FEWEST_IN_BATCH, MOST_IN_BATCH = {"seed": 384, "full": 1536}, 1536  # of a model that is alone
STEPS = 8000  # that such a model should have
LOOK = 8  # times as much is learned between two looks at the validation lines as these are long
FEWEST_ROUNDS, MOST_ROUNDS = 12, 24
PATIENCE = 4  # a quarter of the looks without a better score is the end
PARTS = 2  # of a step, for two processes; on one core the same, so that the weights are the same


@dataclass(frozen=True)
class Challenger:
    """A trained model and how it came about."""

    start: Start
    model: Model
    training: Training
    validation: float = float("inf")  # bits per character on the validation lines, as the model is now
    temperature: float = 1.0  # by which its logits are divided since it was trained
    diverged: bool = False  # again and again, until it was given up

    def figures(self) -> dict[str, object]:
        """What the ledger keeps of it."""
        training = self.training
        return {
            "start": self.start,
            "tokens": training.tokens,
            "best_tokens": training.best_tokens,
            "validation": self.validation if training.curve else None,
            "temperature": self.temperature,
            "diverged": self.diverged,
            "restarts": training.restarts,
        }


def plan_for(settings: Settings, split: Split, start: Start, alone: bool = False) -> Plan:
    """How long to train: as fits the corpus, or as the settings say; in parts where no other training has a core."""
    readings, most = (FIRST_READINGS, MOST_TOKENS) if alone else (READINGS, MOST_BESIDE)
    share = WARM_SHARE if start == "warm" else 1.0
    fitting = max(FEWEST_TOKENS, readings * split.characters)
    tokens = int(share * settings.training.tokens) or min(most, int(share * fitting))
    looks = rounds(split, tokens)
    plan = Plan(
        tokens=tokens,
        batch_tokens=batch_tokens(settings.preset, tokens) if alone else BATCH_TOKENS[settings.preset],
        rates=RATES,
        dropout=DROPOUT[settings.preset] / (2 if split.characters >= MUCH else 1),
        rounds=looks,
        patience=looks // PATIENCE,
        seed=settings.training.seed,
        parts=PARTS if alone else 1,
    )
    # The champion's rate had fallen to zero: at a high rate every model is worse than it, so none is given up early.
    return replace(plan, patience=plan.rounds) if start == "warm" else plan


def batch_tokens(preset: str, tokens: int) -> int:
    """Tokens a step of a model that is alone: so many that there are about STEPS."""
    return min(max(tokens // STEPS, FEWEST_IN_BATCH[preset]), MOST_IN_BATCH)


def rounds(split: Split, tokens: int) -> int:
    """How often to look at the validation lines: a look should cost little beside what is learned before it."""
    length = sum(len(line) + 1 for lines in split.validation for line in lines)
    return min(max(tokens // max(1, LOOK * length), FEWEST_ROUNDS), MOST_ROUNDS)


class Task(NamedTuple):
    """All that every training of one run is given."""

    settings: Settings
    split: Split
    config: Config
    vocabulary: Vocabulary
    tokens: NDArray[np.uint16]
    validation: NDArray[np.uint16]
    alone: bool
    progress: Progress
    stop: Callable[[], bool]
    abandoned: Event  # whatever is under way is of no use any more


def train_challengers(
    settings: Settings, split: Split, champion: Model | None, progress: Progress, stop: Callable[[], bool]
) -> list[Challenger]:
    """Train from the champion where its shape allows it, and from scratch, each on a core of its own.

    Returns them all, the best on the validation lines first and those that diverged last. Raises LoglingError when
    none can be used: every training diverged, or there was no time for a single round.
    """
    config = fitted_context(PRESETS[settings.preset].config, split.train)
    vocabulary = extended_vocabulary(settings, split, champion)
    starts: dict[Start, Weights] = {}
    if champion and same_shape(champion.config, config):
        starts["warm"] = grown(champion.weights, vocabulary.size)
    starts["fresh"] = init_weights(config, vocabulary.size, np.random.default_rng(settings.training.seed))
    tokens, validation = lay_out(vocabulary, split.train), lay_out(vocabulary, split.validation)
    abandoned = Event()
    alone = len(starts) == 1

    def has_ended() -> bool:
        return abandoned.is_set() or stop()

    task = Task(settings, split, config, vocabulary, tokens, validation, alone, progress, has_ended, abandoned)
    with workers(len(starts)) as (threads, processes):
        try:
            challengers = list(threads.map(lambda start: trained(task, start, starts[start], processes), starts))
        finally:
            abandoned.set()  # an interrupted run waits for no whole training in its own process
    challengers.sort(key=lambda challenger: (challenger.diverged, challenger.validation))
    if challengers[0].diverged or not challengers[0].training.step:
        raise LoglingError("no challenger could be trained: every training diverged, or there was no time for one")
    return challengers


def trained(task: Task, start: Start, weights: Weights, executor: Executor | None) -> Challenger:
    """One training: its rounds in another process where there is an executor, else shared with one on a second core."""
    plan = plan_for(task.settings, task.split, start, task.alone)
    arguments = (task.config, plan, task.tokens, task.validation, weights)

    def progress(training: Training) -> None:
        task.progress(start, training, plan)

    try:
        if executor:
            training = train(
                *arguments, progress=progress, stop=task.stop, run=lambda *call: executor.submit(*call).result()
            )
        elif cores() > 1:
            with partner_for(arguments, task.stop, task.abandoned.is_set) as (partner, stop):
                training = train(*arguments, progress=progress, stop=stop, partner=partner)
        else:
            training = train(*arguments, progress=progress, stop=task.stop)
    except TrainingDiverged:
        return Challenger(start, Model(task.config, task.vocabulary, weights), begin(weights), diverged=True)
    calibration = (task.config, training.best, placed(task.validation))
    best = executor.submit(calibrated, *calibration).result() if executor else calibrated(*calibration)
    return Challenger(start, Model(task.config, task.vocabulary, best.weights), training, best.bits, best.temperature)


def extended_vocabulary(settings: Settings, split: Split, champion: Model | None) -> Vocabulary:
    """The champion's characters and the new ones of the training lines."""
    known = champion.vocabulary if champion else Vocabulary("")
    lines = (line for lines in split.train for line in lines)
    return known.extended(lines, PRESETS[settings.preset].vocabulary_cap)


def same_shape(one: Config, other: Config) -> bool:
    """Whether one's weights fit the other; how far a prediction sees does not matter."""
    return replace(one, n_context=other.n_context) == other


@contextmanager
def workers(count: int) -> Iterator[tuple[ThreadPoolExecutor, Executor | None]]:
    """Threads that wait, and processes that work, where more than one can."""
    keep_freed_memory()
    with ThreadPoolExecutor(count) as threads:
        if count == 1:
            yield threads, None
            return
        with WorkerProcesses(count) as processes:
            yield threads, processes
