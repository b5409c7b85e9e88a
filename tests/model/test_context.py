"""The context: what reaches a prediction, and no more."""

from dataclasses import replace

import numpy as np
import pytest

from model.config import PRESETS
from model.context import last_lines, reach
from model.scoring import score_lines

LINES = [f"line {n} of {'many' * (n % 4)}" for n in range(400)]


def bits(model, context):
    return [score.bits for score in score_lines(model, ["and one", "more"], context)]


def test_what_is_out_of_reach_changes_no_score(make_model):
    model = make_model()
    seen = last_lines(LINES, reach(model.config))
    assert len(seen) < len(LINES)
    np.testing.assert_allclose(bits(model, seen), bits(model, LINES), rtol=0, atol=1e-11)


def test_the_first_character_within_reach_changes_the_score_of_the_next(make_model):
    model = make_model(replace(PRESETS["seed"].config, n_context=12, recall=False))
    far = reach(model.config)
    one, other = (first + "a" * (far - 2) for first in "ab")  # and its newline
    assert next(score_lines(model, [""], [one])).bits != next(score_lines(model, [""], [other])).bits


@pytest.mark.parametrize(
    ("characters", "expected"),
    [(0, []), (1, ["ccc"]), (4, ["ccc"]), (5, ["", "ccc"]), (6, ["bb", "", "ccc"]), (99, ["a", "bb", "", "ccc"])],
)
def test_the_last_lines_are_the_fewest_that_have_so_many_characters(characters, expected):
    assert last_lines(iter(["a", "bb", "", "ccc"]), characters) == expected
