import copy

import numpy as np
import pytest

from model import adaptive, scoring
from model.adaptive import Adaptive
from model.memory import LONGEST_LINE
from model.scoring import score_lines
from model.vocabulary import RESERVED, Vocabulary, escape_bits

CHARACTERS = "0123456789abcdefghijklmnop :"
VOCABULARY = Vocabulary(CHARACTERS)
LINE = "12:07 pump 3 on\n"


def made_up_logits(count, seed=0, scale=2.0):
    return np.random.default_rng(seed).normal(size=(count, VOCABULARY.size)) * scale


def read(text, logits=None, model=None):
    """The bits of a text, by flat logits unless said."""
    model = model or Adaptive(VOCABULARY)
    return model.read(np.zeros((len(text), VOCABULARY.size)) if logits is None else logits, text)


def having_read(text):
    model = Adaptive(VOCABULARY)
    read(text, made_up_logits(len(text)), model)
    return model


@pytest.mark.parametrize(
    "text", ["", LINE * 3, LINE + "Ä§Ä 7Ä\n" + LINE[:4], "aaaaaaaaab" * 9], ids=["begin", "known", "unknown", "sure"]
)
def test_the_probabilities_of_all_symbols_sum_to_one(text):
    model = having_read(text)
    row = np.exp(made_up_logits(1, seed=9)[0])
    shares = [np.exp(-copy.deepcopy(model)._charge(row / row.sum(), symbol)) for symbol in range(model.size)]
    assert sum(shares) == pytest.approx(1, abs=1e-12)


def test_with_few_questions_they_still_sum_to_one(monkeypatch):
    monkeypatch.setattr(adaptive, "LAST_QUESTION", 2)
    test_the_probabilities_of_all_symbols_sum_to_one(LINE * 2)


def test_a_character_is_charged_before_it_is_learned():
    logits = made_up_logits(40)
    text = (LINE * 3)[:40]
    other = text[:30] + "?" * 10
    assert np.array_equal(read(text, logits)[:30], read(other, logits)[:30])


def test_the_same_text_costs_the_same_again():
    logits = made_up_logits(64)
    assert np.array_equal(read(LINE * 4, logits), read(LINE * 4, logits))


def test_a_text_in_parts_costs_what_it_costs_whole():
    logits, model = made_up_logits(64), Adaptive(VOCABULARY)
    parts = [read((LINE * 4)[part], logits[part], model) for part in (slice(0, 1), slice(1, 40), slice(40, 64))]
    assert np.array_equal(np.concatenate(parts), read(LINE * 4, logits))


def test_what_comes_again_gets_cheap():
    bits = read(LINE * 30)
    assert bits[: len(LINE)].mean() > 3
    assert bits[-len(LINE) :].mean() < 0.1


def test_what_differs_in_its_numbers_alone_gets_cheap_but_for_the_numbers():
    lines = [f"{i * 37 % 100:02d}:{i * 53 % 60:02d} pump on\n" for i in range(60)]
    last = read("".join(lines))[-len(lines[-1]) :]
    assert last[5:].mean() < 0.2 < last[:2].mean()


def test_the_first_character_costs_about_what_the_transformer_says():
    logits = made_up_logits(1, scale=3.0)
    for symbol in range(2, VOCABULARY.size):
        static = -np.log2(np.exp(logits[0, symbol]) / np.exp(logits[0]).sum())
        assert read(CHARACTERS[symbol - RESERVED], logits)[0] == pytest.approx(static, abs=0.6 + 0.3 * static)


def test_an_unknown_character_costs_little_more_than_an_escape_at_first():
    (bits,) = read("é")
    fixed = np.log2(VOCABULARY.size) + escape_bits(np.array([ord("é")], dtype=np.uint32))[0]
    assert abs(bits - fixed) < 2


def test_an_unknown_character_that_comes_back_is_cheap():
    bits = read("12 °C\n" * 12)
    assert bits[3] > 12
    assert bits[-3] < 1


def test_more_unknown_characters_than_there_is_room_for_stay_escapes(monkeypatch):
    monkeypatch.setattr(adaptive, "NEW_CHARACTERS", 3)
    model = Adaptive(VOCABULARY)
    bits = read("ÄÖÜßéè" * 5, None, model)
    assert model.size == VOCABULARY.size + 3
    assert np.isfinite(bits).all()
    assert bits[-1] > 11 > bits[-6]


@pytest.mark.parametrize("scale", [0.0, 1e3, -1e3], ids=["flat", "sure", "sure of something else"])
def test_no_logits_make_a_character_cost_nothing_or_everything(scale):
    text = "\x00" + LINE * 8 + "\U0010ffff\ud800"
    tokens = VOCABULARY.encode(text)
    logits = scale * np.eye(VOCABULARY.size)[tokens]
    bits = read(text, logits)
    assert np.isfinite(bits).all()
    assert bits.min() > 0
    assert bits.max() < 80


def test_no_text_has_no_bits():
    assert read("").shape == (0,)


def test_a_long_line_is_kept_only_as_far_as_the_line_below_can_see_it(monkeypatch):
    monkeypatch.setattr("model.memory.LONGEST_LINE", 50)
    model = Adaptive(VOCABULARY)
    bits = read("a b" * 200, None, model)
    assert len(model.place.line.symbols) == 50 < LONGEST_LINE
    assert np.isfinite(bits).all()


LINES = ["12:00 pump 3 on", "12:01 pump 3 on", "", "12:02 pümp 3 on"] * 6


def test_adapted_scores_have_the_static_ones_beside_them(make_model):
    model = make_model()
    alone = list(score_lines(model, LINES))
    adapted = list(score_lines(model, LINES, adapt=True))
    assert [score.static_bits for score in adapted] == [score.bits for score in alone]
    assert [score.static_bits for score in alone] == [score.bits for score in alone]
    assert sum(score.bits for score in adapted) < 0.5 * sum(score.bits for score in alone)


def test_adapted_scores_do_not_depend_on_how_the_text_is_cut(make_model, monkeypatch):
    before = [score.bits for score in score_lines(make_model(), LINES, adapt=True)]
    monkeypatch.setattr(scoring, "CHUNK", 7)
    after = [score.bits for score in score_lines(make_model(), LINES, adapt=True)]
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-9)


def test_the_lines_before_are_learned_from(make_model):
    (alone,) = score_lines(make_model(), LINES[:1], adapt=True)
    (after,) = score_lines(make_model(), LINES[:1], LINES, adapt=True)
    assert after.number == 1
    assert after.bits < 0.3 * alone.bits
