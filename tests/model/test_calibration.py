"""Calibration: weights that are too sure are cooled, those that are right are left alone."""

import numpy as np
import pytest

from model.calibration import at_temperature, calibrated
from model.config import Config
from model.training import Plan, train, validation_bits
from model.transformer import init_weights
from model.vocabulary import Vocabulary
from model.windows import lay_out

SHAPE = Config(n_layer=1, n_head=2, n_embd=8, n_context=24, n_position=8)
LETTERS = Vocabulary("abcdefgh")
CHANCE = np.random.default_rng(0)
LEARNED, LATER = (["".join(CHANCE.choice(list("aabcdefgh"), 6)) for _ in range(count)] for count in (200, 60))
VALIDATION = lay_out(LETTERS, [LATER])


@pytest.fixture(scope="module")
def trained():
    start = init_weights(SHAPE, LETTERS.size, np.random.default_rng(1))
    plan = Plan(tokens=20_000, batch_tokens=240, rounds=4)
    return train(SHAPE, plan, lay_out(LETTERS, [LEARNED]), lay_out(LETTERS, [LATER]), start).best


@pytest.mark.parametrize("too_sure", [1.3, 1.7])
def test_weights_that_are_too_sure_are_brought_back(trained, too_sure):
    found = calibrated(SHAPE, at_temperature(trained, 1 / too_sure), VALIDATION)
    of_its_own = calibrated(SHAPE, trained, VALIDATION).temperature
    assert found.temperature == pytest.approx(too_sure * of_its_own, rel=0.15)


def test_it_is_never_worse_than_it_was_but_for_the_two_thousandths_of_a_tie(trained):
    sure = at_temperature(trained, 0.7)
    assert calibrated(SHAPE, sure, VALIDATION).bits < validation_bits(SHAPE, sure, VALIDATION)
    assert calibrated(SHAPE, trained, VALIDATION).bits <= 1.002 * validation_bits(SHAPE, trained, VALIDATION)


def test_the_bits_told_are_those_of_the_weights_given_back(trained):
    found = calibrated(SHAPE, at_temperature(trained, 0.7), VALIDATION)
    assert found.bits == validation_bits(SHAPE, found.weights, VALIDATION)


def test_the_weights_given_are_left_alone(trained):
    before = {name: w.tobytes() for name, w in trained.items()}
    calibrated(SHAPE, trained, VALIDATION)
    assert {name: w.tobytes() for name, w in trained.items()} == before


def test_without_lines_to_go_by_nothing_is_changed(trained):
    found = calibrated(SHAPE, trained, lay_out(LETTERS, []))
    assert found.temperature == 1
    assert found.weights is trained
