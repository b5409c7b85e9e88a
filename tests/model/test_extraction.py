"""Extraction: bits as scoring has them, guesses as trying everything finds them, and lines that come unasked."""

from collections.abc import Callable
from itertools import islice, product

import numpy as np
import pytest

from model.config import Config
from model.extraction import Question, bits_of, guesses, prompted, sampled_lines
from model.scoring import score_lines
from model.transformer import Model
from model.vocabulary import ESCAPE, NEWLINE

MakeModel = Callable[..., Model]

SMALL = Config(n_layer=2, n_head=2, n_embd=8, n_context=12, n_position=7)


def test_bits_are_those_of_scoring(make_model: MakeModel) -> None:
    model = make_model(SMALL, "abc 12")
    questions = [Question(before, value) for before in ("", "ab c", "12 abc\nab c") for value in ("a1b", "2", "cab 2")]
    for question, bits in zip(questions, bits_of(model, questions), strict=True):
        *context, line = (question.before + question.value).split("\n")
        (score,) = score_lines(model, [line], context)
        size = len(question.value)
        assert bits == pytest.approx(score.by_character[-size - 1 : -1].sum(), abs=1e-5)


def test_a_long_text_before_a_value_changes_nothing_that_it_cannot_reach(make_model: MakeModel) -> None:
    model = make_model(SMALL, "abc")
    long, longer = ("\n".join(["abc cab"] * count) + "\nab" for count in (20, 30))
    assert np.ptp(bits_of(model, [Question(long, "cc"), Question(longer, "cc")])) < 1e-5


def test_a_wide_beam_finds_what_trying_everything_finds(make_model: MakeModel) -> None:
    model = make_model(SMALL, "abc")
    every = ["".join(text) for text in product("abc", repeat=3)]
    best = np.argsort(bits_of(model, [Question("ca\nb", text) for text in every]))
    found = guesses(prompted(model, "ca\nb"), 3, 27)
    assert [model.vocabulary.decode(text) for text in found.tolist()] == [every[number] for number in best]


def test_guesses_are_of_known_characters_alone(make_model: MakeModel) -> None:
    found = guesses(prompted(make_model(SMALL, "abc"), "a"), 4, 8)
    assert found.shape == (8, 4)
    assert not np.isin(found, [ESCAPE, NEWLINE]).any()


def test_sampled_lines_depend_on_the_seed_alone(make_model: MakeModel) -> None:
    model = make_model(SMALL, "abc")
    one, same, other = (list(islice(sampled_lines(model, 1.0, seed), 200)) for seed in (1, 1, 2))
    assert one == same != other
    assert set("".join(one)) <= set("abc")
