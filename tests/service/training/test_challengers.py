"""Challengers: warm where the shape allows it, stable ids, the same bytes again."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from multiprocessing import active_children

import numpy as np
import pytest

from model.config import PRESETS
from model.training import TrainingDiverged
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.windows import fitted_context
from service.engine.worker_processes import WorkerDied, WorkerProcesses
from service.errors import LoglingError
from service.settings import Settings, TrainingSettings
from service.training.challengers import (
    Challenger,
    Progress,
    candidates_for,
    extended_vocabulary,
    train_challengers,
    train_side_by_side,
    training_data,
)
from service.training.split import Split

LINES = [f"{n % 60:02d} fan {'slow' if n % 3 else 'fast'}" for n in range(300)]
SETTINGS = Settings(preset="seed", training=TrainingSettings(tokens=6_000))
PARTS = Split([LINES[:260]], [LINES[260:]], [], [], {})


def champion_of(preset: str, characters: str) -> Model:
    config, vocabulary = fitted_context(PRESETS[preset].config, PARTS.train), Vocabulary(characters)
    return Model(config, vocabulary, init_weights(config, vocabulary.size, np.random.default_rng(5)))


def trained(champion: Model | None, parts: Split = PARTS, settings: Settings = SETTINGS) -> list[Challenger]:
    return train(lambda *_: None, lambda: False, champion, parts, settings)


def train(
    progress: Progress,
    stop: Callable[[], bool],
    champion: Model | None = None,
    parts: Split = PARTS,
    settings: Settings = SETTINGS,
) -> list[Challenger]:
    with WorkerProcesses(2) as engine:
        return train_challengers(settings, parts, champion, progress, stop, engine)


def test_without_a_champion_two_are_trained_from_scratch_with_different_seeds() -> None:
    challengers = trained(None)
    assert [challenger.start for challenger in challengers] == ["fresh", "fresh"]
    assert {challenger.seed for challenger in challengers} == {0, 2**31}
    for challenger in challengers:
        assert challenger.training.best_bits < challenger.training.curve[0].validation
    one, other = (challenger.model.weights["h0.wq"] for challenger in challengers)
    assert not np.array_equal(one, other)


def test_the_ledger_has_the_figures_of_both_with_their_seeds() -> None:
    figures = [challenger.figures().model_dump() for challenger in trained(None)]
    assert {(figure["start"], figure["seed"]) for figure in figures} == {("fresh", 0), ("fresh", 2**31)}


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**32 - 1])
def test_the_second_seed_is_another_one_that_settings_allow(seed: int) -> None:
    settings = Settings(preset="seed", training=TrainingSettings(tokens=6_000, seed=seed))
    one, other = candidates_for(settings, PARTS, None, training_data(settings, PARTS, None))
    assert one.plan.seed == seed != other.plan.seed
    assert 0 <= other.plan.seed < 2**32


def test_progress_is_told_of_both_by_their_names() -> None:
    names: list[str] = []
    train(lambda name, *_: names.append(name), lambda: False)
    assert set(names) == {"fresh start", "fresh start 2"}


def test_with_a_champion_of_this_shape_one_is_trained_from_it_and_the_better_one_comes_first() -> None:
    challengers = trained(champion_of("seed", " 0123456789"))
    assert {challenger.start for challenger in challengers} == {"warm", "fresh"}
    assert challengers[0].validation <= challengers[1].validation


def test_a_champion_of_another_shape_is_not_trained_on() -> None:
    assert [challenger.start for challenger in trained(champion_of("full", " 0123456789"))] == ["fresh", "fresh"]


@pytest.mark.parametrize("executor", [ThreadPoolExecutor(1), ThreadPoolExecutor(2)])
def test_any_executor_with_any_number_of_workers_gives_the_same_bytes(executor: Executor) -> None:
    data = training_data(SETTINGS, PARTS, None)
    candidates = candidates_for(SETTINGS, PARTS, None, data)
    with executor:
        here = train_side_by_side(executor, data, candidates, lambda *_: None, lambda: False)
    there = sorted(trained(None), key=lambda challenger: challenger.seed)
    for one, other in zip(here, there, strict=True):
        assert {name: w.tobytes() for name, w in one.model.weights.items()} == {
            name: w.tobytes() for name, w in other.model.weights.items()
        }


def test_a_warm_start_begins_with_the_champions_weights() -> None:
    champion = champion_of("seed", "9z876543210 ")
    warm = next(challenger for challenger in trained(champion) if challenger.start == "warm")
    start = warm.training.start
    assert np.array_equal(start["h0.wq"], champion.weights["h0.wq"])
    assert np.array_equal(start["wte"], champion.weights["wte"][warm.model.vocabulary.rows_in(champion.vocabulary)])
    assert len(start["wte"]) == warm.model.vocabulary.size > champion.vocabulary.size


def test_known_characters_that_are_needed_keep_their_order_and_new_ones_come_behind() -> None:
    vocabulary = extended_vocabulary(SETTINGS, PARTS, champion_of("seed", "zy9x87"))
    assert vocabulary.characters.startswith("987")
    assert set("fan slow fast") <= set(vocabulary.characters)


def test_the_vocabulary_stays_below_the_cap_of_its_preset() -> None:
    many = "".join(chr(0x4E00 + number) for number in range(500))
    vocabulary = extended_vocabulary(SETTINGS, Split([[many] * 3], [], [], [], {}), None)
    assert vocabulary.size == PRESETS["seed"].vocabulary_cap


FULL = Settings(preset="full", training=TrainingSettings(tokens=6_000))
LONG = Split([[f"{n} {line}" for n in range(20) for line in LINES]], [LINES[260:]], [], [], {})


def shapes(champion: Model | None, parts: Split) -> list[tuple[str, int]]:
    candidates = candidates_for(FULL, parts, champion, training_data(FULL, parts, champion))
    return [(candidate.start, candidate.config.n_layer) for candidate in candidates]


def test_where_the_lines_are_few_a_first_model_is_tried_in_the_smaller_shape_too() -> None:
    assert shapes(None, PARTS) == [("fresh", 2), ("fresh", 1)]
    assert shapes(None, LONG) == [("fresh", 2), ("fresh", 2)]


def test_a_champion_of_the_smaller_shape_is_trained_on_beside_a_fresh_one_of_the_preset() -> None:
    assert shapes(champion_of("seed", " 0123456789"), PARTS) == [("warm", 1), ("fresh", 2)]


def test_the_better_shape_on_the_validation_lines_comes_first() -> None:
    best, other = trained(None, settings=FULL)
    assert best.validation <= other.validation
    assert {best.model.config.n_layer, other.model.config.n_layer} == {1, 2}


def test_without_time_for_a_single_round_there_is_an_error() -> None:
    with pytest.raises(LoglingError, match="no time"):
        train(lambda *_: None, lambda: True)


def test_a_training_that_is_stopped_ends_between_two_rounds() -> None:
    rounds: list[object] = []
    best, *_ = train(lambda *of: rounds.append(of), lambda: len(rounds) >= 6)
    assert 6 <= len(rounds) <= 8
    assert not best.training.finished
    assert not active_children()


def test_a_worker_that_is_killed_ends_the_training_with_a_reason() -> None:
    def kill(*_: object) -> None:
        for process in active_children():
            process.kill()

    with pytest.raises(WorkerDied, match=r"could not be done: .* SIGKILL"):
        train(kill, lambda: False)
    assert not active_children()


def test_a_training_that_diverges_leaves_the_field_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from service.training import challengers as room

    original = room.round_of_steps

    def fragile(config, plan, *rest):  # type: ignore[no-untyped-def]
        if plan.tokens < SETTINGS.training.tokens:
            raise TrainingDiverged("warm")
        return original(config, plan, *rest)

    monkeypatch.setattr(room, "round_of_steps", fragile)
    with ThreadPoolExecutor(2) as threads:
        fresh, warm = train_challengers(
            SETTINGS, PARTS, champion_of("seed", " "), lambda *_: None, lambda: False, threads
        )
    assert (fresh.start, fresh.diverged) == ("fresh", False)
    assert warm.figures().diverged
    assert warm.figures().validation is None


TWICE = """
import hashlib, sys
from pathlib import Path
sys.path.insert(0, str(Path(sys.argv[1]).parent))
import test_challengers
print(test_challengers.digest())
"""


def digest() -> str:
    """A hash of the file of the best challenger, one trained on from a champion and one from scratch."""
    from model import weights_file

    best = trained(champion_of("seed", " 0123456789"))
    file = b"".join(weights_file.encode(challenger.model, {}, "\n") for challenger in best)
    return hashlib.sha256(file).hexdigest()


def test_the_same_lines_and_seed_give_the_same_bytes_in_another_process() -> None:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", "if __name__ == '__main__':" + TWICE.replace("\n", "\n    "), __file__]
    runs = [subprocess.run(command, env=environment, capture_output=True, text=True, check=True) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout
    assert len(runs[0].stdout.strip()) == 64


def test_another_seed_gives_other_weights() -> None:
    other = SETTINGS.model_copy(update={"training": replace_seed(SETTINGS.training, 1)})
    one, two = trained(None)[0].model.weights, trained(None, settings=other)[0].model.weights
    assert not np.array_equal(one["wte"], two["wte"])


def replace_seed(training: TrainingSettings, seed: int) -> TrainingSettings:
    return training.model_copy(update={"seed": seed})


def test_further_challengers_have_seeds_of_their_own_and_other_rates() -> None:
    settings = SETTINGS.model_copy(update={"training": SETTINGS.training.model_copy(update={"challengers": 6})})
    champion = champion_of("seed", " 0123456789")
    for first in (None, champion):
        candidates = candidates_for(settings, PARTS, first, training_data(settings, PARTS, first))
        assert len({(candidate.start, candidate.plan.seed) for candidate in candidates}) == 6
        assert len({candidate.name for candidate in candidates}) == 6
        assert {candidate.plan.rates.rate for candidate in candidates} == {0.005, 0.01, 0.02}
    assert [candidate.start for candidate in candidates] == ["warm", "fresh", "fresh", "warm", "fresh", "warm"]
