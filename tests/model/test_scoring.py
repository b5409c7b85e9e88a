import tracemalloc

import numpy as np
import pytest

from model import scoring
from model.scoring import LineScore, LineScorer, bits_per_character, score_lines, surprise
from model.state import State
from model.transformer import as_dtype
from model.vocabulary import ESCAPE, Vocabulary, code_points, escape_bits

LINES = ["abc", "", "0123 k-9", "cab" * 30, "a", "", "", "mno 77"]
UNKNOWN = "aÄ\tb🌱"


def made_up_lines(lengths, seed=0):
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list("abc123 "), length)) for length in lengths]


def bits_of(model, lines, context=()):
    """The bits of each character of some lines."""
    return np.concatenate([score.by_character for score in score_lines(model, lines, context)])


def bits_by_state(model, text):
    """−log2 softmax of `State`, plus what an escaped character costs. str of n -> [n]"""
    state, bits = State(model), []
    logits = state.read(model.vocabulary.encode("\n"))[0]
    for token in model.vocabulary.encode(text):
        bits.append(-np.log2(np.exp(logits[token]) / np.exp(logits).sum()))
        logits = state.read(token[None])[0]
    escaped = model.vocabulary.encode(text) == ESCAPE
    return np.array(bits) + escaped * escape_bits(code_points(text))


def test_a_score_is_what_the_model_needs_token_by_token(form, make_model):
    model = make_model(form)
    lines = [*LINES, UNKNOWN]
    expected = bits_by_state(model, "".join(line + "\n" for line in lines))
    np.testing.assert_allclose(bits_of(model, lines), expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_a_score_does_not_depend_on_how_the_text_is_cut(form, make_model, monkeypatch, chunk):
    model = make_model(form)
    before = bits_of(model, LINES)
    monkeypatch.setattr(scoring, "CHUNK", chunk)
    np.testing.assert_allclose(bits_of(model, LINES), before, rtol=0, atol=1e-11)


@pytest.mark.parametrize("size", [1, 3, 100])
def test_lines_that_arrive_in_batches_cost_the_same(make_model, size):
    model = make_model()
    scorer = LineScorer(model)
    batches = [scorer.score(LINES[start : start + size]) for start in range(0, len(LINES), size)]
    found = np.concatenate([bits for batch in batches for bits in batch])
    np.testing.assert_allclose(found, bits_of(model, LINES), rtol=1e-9)


def test_no_lines_have_no_scores(make_model):
    assert LineScorer(make_model()).score([]) == []


def test_a_long_line_costs_what_it_costs_token_by_token(make_model):
    model, lines = make_model(), made_up_lines([5, 3 * scoring.CHUNK + 1, 5])
    expected = bits_by_state(model, "".join(line + "\n" for line in lines))
    np.testing.assert_allclose(bits_of(model, lines), expected, rtol=0, atol=1e-11)


def test_earlier_lines_are_context(make_model):
    model = make_model()
    np.testing.assert_allclose(
        bits_of(model, LINES[3:], LINES[:3]), bits_of(model, LINES)[-bits_of(model, LINES[3:]).size :]
    )


def test_context_changes_the_score(make_model):
    model = make_model()
    assert not np.allclose(bits_of(model, ["abc"], ["abc"]), bits_of(model, ["abc"]))


def test_context_is_not_scored(make_model):
    scores = list(score_lines(make_model(), ["abc", "d"], context=["one", "two", "three"]))
    assert [(score.number, score.characters) for score in scores] == [(1, 4), (2, 2)]


def test_every_line_has_its_number_and_its_newline_counted(make_model):
    scores = list(score_lines(make_model(), LINES))
    assert [(s.number, s.characters) for s in scores] == [(i, len(line) + 1) for i, line in enumerate(LINES, 1)]


def test_the_bits_of_a_line_are_the_sum_of_those_of_its_characters(make_model):
    for score in score_lines(make_model(), LINES):
        assert score.bits == pytest.approx(score.by_character.sum())
        assert len(score.by_character) == score.characters


def test_an_unknown_character_costs_an_escape_and_its_code(make_model):
    model = make_model()
    ascii_cost, greek_cost = bits_of(model, ["Z"])[0], bits_of(model, ["λ"])[0]
    bits = bits_by_state(model, "Z")[0]
    assert ascii_cost == pytest.approx(bits)
    assert greek_cost - ascii_cost == pytest.approx(2 + np.log2(0x780) - 8)


@pytest.mark.parametrize("prefix", ["", "ab", "a-Z9"])
def test_all_next_characters_together_have_probability_one(make_model, prefix):
    model = make_model()
    line = [2.0 ** -bits_of(model, [prefix + c])[len(prefix)] for c in model.vocabulary.characters]
    newline = 2.0 ** -bits_of(model, [prefix])[len(prefix)]
    escape = 2.0 ** -(bits_of(model, [prefix + "λ"])[len(prefix)] - escape_bits(code_points("λ"))[0])
    assert sum(line) + newline + escape == pytest.approx(1.0, abs=1e-12)


def test_the_escapes_share_is_spread_over_unknown_characters_without_exceeding_it():
    vocabulary = Vocabulary("abc")
    codes = np.arange(0x110000, dtype=np.uint32)
    unknown = codes[~np.isin(codes, code_points("\n" + vocabulary.characters))]
    assert np.sum(2.0 ** -escape_bits(unknown)) <= 1.0


def test_a_larger_vocabulary_does_not_make_the_same_text_free(make_model):
    known, unknown = make_model(characters="ab"), make_model(characters="a")
    weights = {name: np.zeros_like(w) for name, w in known.weights.items()}
    assert bits_of(known._replace(weights=weights), ["b"])[0] == pytest.approx(2.0)
    weights = {name: np.zeros_like(w) for name, w in unknown.weights.items()}
    assert bits_of(unknown._replace(weights=weights), ["b"])[0] == pytest.approx(np.log2(3) + 8)


def test_scores_are_float64_also_for_float32_weights(make_model):
    model = make_model()
    single = as_dtype(model.weights, np.float32)
    rounded = as_dtype(single, np.float64)
    np.testing.assert_array_equal(
        bits_of(model._replace(weights=single), LINES), bits_of(model._replace(weights=rounded), LINES)
    )


def test_no_lines_have_no_score(make_model):
    assert list(score_lines(make_model(), [])) == []
    assert bits_per_character([]) == (0.0, 0)


def test_bits_per_character_is_the_mean_over_characters_not_over_lines():
    scores = [LineScore(1, 9.0, 1, np.array([9.0]), 9.0), LineScore(2, 3.0, 3, np.ones(3), 3.0)]
    assert bits_per_character(scores) == (3.0, 4)


def test_surprise_is_the_mean_of_the_worst_tenth():
    assert surprise(np.arange(1.0, 21.0)) == 19.5
    assert surprise(np.array([1.0, 4.0, 2.0])) == 4.0


def test_lines_are_taken_as_they_are_needed(make_model):
    def endless():
        while True:
            yield "abc 123"

    scores = score_lines(make_model(), endless())
    assert [next(scores).number for _ in range(100)] == list(range(1, 101))


def peak_memory(model, count):
    tracemalloc.start()
    for _ in score_lines(model, ("a1" for _ in range(count))):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_stays_flat_however_many_lines_there_are(make_model):
    model = make_model()
    assert peak_memory(model, 20_000) < 1.1 * peak_memory(model, 200) + 150_000  # Python keeps some freed tuples
