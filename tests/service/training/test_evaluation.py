"""Scores of the lines kept aside, and how surprising normal ones are."""

import numpy as np
import pytest

from model.config import PRESETS
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from service.checking.surprise import weighted_surprise
from service.training.evaluation import score, score_with_surprise
from service.training.split import Part
from tests.support.shop_log import shop_log

LINES = shop_log(60)


@pytest.fixture(scope="module")
def model() -> Model:
    config, vocabulary = PRESETS["seed"].config, Vocabulary("".join(sorted(set("".join(LINES)))))
    return Model(config, vocabulary, init_weights(config, vocabulary.size, np.random.default_rng(0)))


def test_lines_cost_the_same_with_and_without_their_surprise(model: Model) -> None:
    parts = [Part(lines=LINES[20:], context=LINES[:20])]
    plain, (scored, _) = score(model, parts), score_with_surprise(model, parts)
    assert np.array_equal(plain.bits, scored.bits)
    assert np.array_equal(plain.characters, scored.characters)


def test_each_template_is_one_score_of_the_tail(model: Model) -> None:
    _, tail = score_with_surprise(model, [Part(lines=["fan 1 on", "fan 22 on", "fan 7 on", "pump off"], context=[])])
    assert (tail.lines, len(tail.scores)) == (4, 2)


def test_the_characters_of_a_number_count_for_less() -> None:
    bits = np.full(11, 8.0)
    number, word = bits.copy(), bits.copy()
    number[4:9] = 40.0
    word[:3] = 40.0
    assert weighted_surprise("fan 12345 x", np.append(number, 8.0)) == 10.0
    assert weighted_surprise("fan 12345 x", np.append(word, 8.0)) == 40.0
