"""The head start: weights in the package, in the shapes of the presets, from which each fresh training begins."""

import numpy as np
import pytest

from model.config import PRESETS
from model.training import validation_bits
from model.transformer import init_weights
from model.vocabulary import Vocabulary
from model.windows import lay_out
from service.settings import Settings
from service.training.challengers import candidates_for, training_data
from service.training.head_start import TRAINED, VOCABULARY, fresh_weights, trained_rows, trained_weights
from service.training.split import Split

LINES = [f"2026-11-30 04:{n // 60:02d}:{n % 60:02d} depot7 lift[{300 + n}]: moved to floor {n % 4}" for n in range(120)]
PARTS = Split([LINES[:100]], [LINES[100:]], [], [], {})


@pytest.mark.parametrize("preset", PRESETS)
def test_the_weights_in_the_package_have_the_shape_of_their_preset(preset: str) -> None:
    shapes = {name: w.shape for name, w in trained_weights(preset).items()}
    assert shapes == PRESETS[preset].config.shapes(VOCABULARY.size)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_first_model_begins_half_with_them_and_half_with_random_ones(preset: str) -> None:
    settings = Settings(preset=preset)
    data = training_data(settings, PARTS, None)
    first = candidates_for(settings, PARTS, None, data)[0]
    random = init_weights(data.config, data.vocabulary.size, np.random.default_rng(settings.training.seed))
    known = trained_weights(preset)["h0.wq"]
    assert np.array_equal(first.weights["h0.wq"], TRAINED * known + (1 - TRAINED) * random["h0.wq"])


def test_the_second_model_of_a_long_log_begins_with_random_weights() -> None:
    settings, parts = Settings(preset="seed"), Split([LINES * 80], [LINES], [], [], {})
    data = training_data(settings, parts, None)
    second = candidates_for(settings, parts, None, data)[1]
    random = init_weights(data.config, data.vocabulary.size, np.random.default_rng(second.plan.seed))
    assert np.array_equal(second.weights["h0.wq"], random["h0.wq"])


def test_two_first_models_begin_differently() -> None:
    settings = Settings(preset="seed")
    one, other = candidates_for(settings, PARTS, None, training_data(settings, PARTS, None))
    assert not np.array_equal(one.weights["h0.wq"], other.weights["h0.wq"])


def test_a_character_begins_with_its_own_row_whatever_its_id_is() -> None:
    config, vocabulary = PRESETS["seed"].config, Vocabulary("z9a")
    began = fresh_weights(config, vocabulary, np.random.default_rng(0))
    random = init_weights(config, vocabulary.size, np.random.default_rng(0))
    row = VOCABULARY.encode("9")[0]
    known = (began["wte"] - (1 - TRAINED) * random["wte"]) / TRAINED
    assert np.allclose(known[vocabulary.encode("9")[0]], trained_weights("seed")["wte"][row], atol=1e-5)


def test_characters_that_the_weights_do_not_know_begin_each_like_another_letter() -> None:
    vocabulary = Vocabulary("насос 4")
    rows = trained_rows(vocabulary, np.random.default_rng(0))
    unknown = rows[vocabulary.encode("насо")]
    assert len(set(unknown)) == len(unknown)
    assert VOCABULARY.decode(unknown).isalpha()
    assert VOCABULARY.decode(rows[vocabulary.encode(" 4")]) == " 4"


@pytest.mark.parametrize("preset", PRESETS)
def test_the_weights_know_how_a_log_goes_on_that_they_have_not_read(preset: str) -> None:
    text = lay_out(VOCABULARY, [LINES])
    assert validation_bits(PRESETS[preset].config, trained_weights(preset), text) < 1
