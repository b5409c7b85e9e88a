"""Extraction: bits as scoring has them, guesses as trying everything finds them, ranks."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from model.config import Config
from model.extraction import bits_of, exposure, guesses, prompted
from model.scoring import score_lines
from model.transformer import Model
from model.vocabulary import ESCAPE, NEWLINE

MakeModel = Callable[..., Model]

SMALL = Config(n_layer=2, n_head=2, n_embd=8, n_context=12, n_position=7)


def test_bits_are_those_of_scoring(make_model: MakeModel) -> None:
    model = make_model(SMALL, "abc 12")
    candidates = ["a1b", "cab", "2 2"]
    tokens = np.array([model.vocabulary.encode(text) for text in candidates])
    bits, _ = bits_of(prompted(model, "12 abc\nab c"), tokens)
    for text, found in zip(candidates, bits, strict=True):
        (score,) = score_lines(model, ["ab c" + text], ["12 abc"])
        assert found == pytest.approx(score.by_character[4:7].sum(), abs=1e-9)


def test_candidates_are_scored_alike_however_many_there_are(make_model: MakeModel) -> None:
    model = make_model(SMALL, "abc")
    prompt = prompted(model, "ab")
    tokens = np.array([model.vocabulary.encode("".join(text)) for text in product("abc", repeat=5)])
    together = bits_of(prompt, tokens)[0]
    alone = [bits_of(prompt, tokens[i : i + 1])[0][0] for i in range(len(tokens))]
    assert np.allclose(together, alone, atol=1e-9)


def test_a_wide_beam_finds_what_trying_everything_finds(make_model: MakeModel) -> None:
    model = make_model(SMALL, "abc")
    prompt = prompted(model, "ca\nb")
    every = np.array([model.vocabulary.encode("".join(text)) for text in product("abc", repeat=3)])
    best = every[np.argsort(bits_of(prompt, every)[0])]
    assert np.array_equal(guesses(prompt, 3, 27), best)


def test_guesses_are_of_known_characters_alone(make_model: MakeModel) -> None:
    found = guesses(prompted(make_model(SMALL, "abc"), "a"), 4, 8)
    assert found.shape == (8, 4)
    assert not np.isin(found, [ESCAPE, NEWLINE]).any()


def test_the_first_try_takes_the_likeliest_character_each_time(make_model: MakeModel) -> None:
    model = make_model(SMALL, "abc")
    prompt = prompted(model, "ab")
    (best,) = guesses(prompt, 1, 1)
    other = next(token for token in range(2, 5) if token != best[0])
    likeliest = int(prompt.log_p.argmax())
    assert bits_of(prompt, np.array([[likeliest]], dtype=np.int32))[1]
    assert not bits_of(prompt, np.array([[other if other != likeliest else best[0]]], dtype=np.int32))[1]


@pytest.mark.parametrize(
    ("bits", "expected"), [([1.0, 2, 3, 4], 2.0), ([4.0, 1, 2, 3], 0.0), ([2.0, 1, 3, 4], 1.0), ([1.0, 1, 1, 1], 0.0)]
)
def test_exposure_is_the_rank_among_the_candidates(bits: list[float], expected: float) -> None:
    assert exposure(np.array(bits)) == expected
