"""Challengers: warm where the shape allows it, stable ids, the same bytes again."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from model.config import PRESETS
from model.training import TrainingDiverged
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.windows import fitted_context
from service.errors import LoglingError
from service.settings import Settings, TrainingSettings
from service.training.challengers import Challenger, batch_tokens, extended_vocabulary, plan_for, train_challengers
from service.training.split import Split

LINES = [f"{n % 60:02d} fan {'slow' if n % 3 else 'fast'}" for n in range(300)]
SETTINGS = Settings(preset="seed", training=TrainingSettings(tokens=6_000))
PARTS = Split([LINES[:260]], [LINES[260:]], [], [], {})


def champion_of(preset: str, characters: str) -> Model:
    config, vocabulary = fitted_context(PRESETS[preset].config, PARTS.train), Vocabulary(characters)
    return Model(config, vocabulary, init_weights(config, vocabulary.size, np.random.default_rng(5)))


def trained(champion: Model | None, parts: Split = PARTS, settings: Settings = SETTINGS) -> list[Challenger]:
    return train_challengers(settings, parts, champion, lambda *_: None, lambda: False)


def test_without_a_champion_one_is_trained_from_scratch() -> None:
    (challenger,) = trained(None)
    assert challenger.start == "fresh"
    assert challenger.training.best_bits < challenger.training.curve[0].validation


def test_with_a_champion_of_this_shape_one_more_is_trained_on_from_it_and_the_best_comes_first() -> None:
    challengers = trained(champion_of("seed", " 0123456789"))
    assert {challenger.start for challenger in challengers} == {"warm", "fresh"}
    assert challengers[0].training.best_bits <= challengers[1].training.best_bits


def test_a_champion_of_another_shape_is_not_trained_on() -> None:
    assert [challenger.start for challenger in trained(champion_of("full", " 0123456789"))] == ["fresh"]


def test_a_warm_start_begins_with_the_champions_weights() -> None:
    champion = champion_of("seed", "9876543210 ")
    warm = next(challenger for challenger in trained(champion) if challenger.start == "warm")
    start = warm.training.start
    assert np.array_equal(start["h0.wq"], champion.weights["h0.wq"])
    assert np.array_equal(start["wte"][: champion.vocabulary.size], champion.weights["wte"])
    assert len(start["wte"]) == warm.model.vocabulary.size > champion.vocabulary.size


def test_known_characters_keep_their_ids_and_new_ones_come_behind() -> None:
    vocabulary = extended_vocabulary(SETTINGS, PARTS, champion_of("seed", "zyx987"))
    assert vocabulary.characters.startswith("zyx987")
    assert set("fan slow fast") <= set(vocabulary.characters)


def test_the_vocabulary_stays_below_the_cap_of_its_preset() -> None:
    many = "".join(chr(0x4E00 + number) for number in range(500))
    vocabulary = extended_vocabulary(SETTINGS, Split([[many, many]], [], [], [], {}), None)
    assert vocabulary.size == PRESETS["seed"].vocabulary_cap


def test_a_warm_start_reads_less_than_a_fresh_one() -> None:
    assert plan_for(SETTINGS, PARTS, "warm").tokens < plan_for(SETTINGS, PARTS, "fresh").tokens == 6_000


def test_without_a_budget_in_the_settings_it_fits_the_corpus_and_has_an_end() -> None:
    settings = Settings(preset="seed")
    small, large = (Split([LINES * times], [], [], [], {}) for times in (1, 1000))
    assert plan_for(settings, small, "fresh").tokens < plan_for(settings, large, "fresh").tokens < 10_000_000


def test_a_fresh_model_beside_a_warm_one_reads_no_more_than_that() -> None:
    settings, large = Settings(preset="seed"), Split([LINES * 1000], [], [], [], {})
    fresh, warm = plan_for(settings, large, "fresh"), plan_for(settings, large, "warm")
    assert fresh.tokens == warm.tokens < plan_for(settings, large, "fresh", alone=True).tokens


def test_a_longer_training_takes_larger_steps_up_to_a_bound() -> None:
    assert batch_tokens("seed", 400_000) < batch_tokens("seed", 8_000_000) < batch_tokens("seed", 12_000_000)
    assert batch_tokens("seed", 15_000_000) == batch_tokens("seed", 10**9)


def test_the_longer_the_validation_lines_the_fewer_the_looks_at_them() -> None:
    settings = Settings(preset="seed")
    few, many = (Split([LINES * 100], [LINES * times], [], [], {}) for times in (1, 100))
    assert plan_for(settings, many, "fresh").rounds < plan_for(settings, few, "fresh").rounds


def test_the_longer_the_log_the_less_is_dropped_out() -> None:
    settings = Settings(preset="full")
    short, long = (Split([LINES * times], [], [], [], {}) for times in (1, 10_000))
    assert plan_for(settings, short, "fresh").dropout > plan_for(settings, long, "fresh").dropout > 0


def test_without_time_for_a_single_round_there_is_an_error() -> None:
    with pytest.raises(LoglingError, match="no time"):
        train_challengers(SETTINGS, PARTS, None, lambda *_: None, lambda: True)


def test_a_training_that_diverges_leaves_the_field_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from service.training import challengers as challenger

    original = challenger.train

    def fragile(config, plan, tokens, validation, start, **rest):  # type: ignore[no-untyped-def]
        if plan.tokens < SETTINGS.training.tokens:
            raise TrainingDiverged("warm")
        return original(config, plan, tokens, validation, start, **rest)

    monkeypatch.setattr(challenger, "train", fragile)
    fresh, warm = trained(champion_of("seed", " "))
    assert (fresh.start, fresh.diverged) == ("fresh", False)
    assert warm.figures()["diverged"]


TWICE = """
import hashlib, sys
from pathlib import Path
sys.path.insert(0, str(Path(sys.argv[1]).parent))
import test_challenger
print(test_challenger.digest())
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
