import numpy as np
import pytest

from model import sampling
from model.context import reach
from model.exact import Mulberry32, softmax
from model.forecast import Forecast
from model.sampling import context_tokens, continue_log, pick, primed
from model.scoring import score_lines
from model.state import State
from model.vocabulary import ESCAPE

CONTEXT = ["abc 123", "", "k-9"]


@pytest.fixture
def model(make_model):
    return make_model(scale=0.8)


NUMBERED = [str(n % 4) for n in range(100)]


# ---- one draw


def drawn(logits, temperature, top_k, count=5_000):
    generator = Mulberry32(5)
    ids = [pick(logits, temperature, top_k, generator.uniform()) for _ in range(count)]
    return np.bincount(ids, minlength=len(logits)) / count


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_frequencies_follow_the_softmax_of_all_but_the_escape(temperature):
    logits = np.array([3.0, 0.1, 1.7, -0.5, 1.2, 0.4])
    expected = np.append(0.0, softmax(logits[1:] / temperature))
    error = np.sqrt(np.maximum(expected * (1 - expected), 1e-12) / 5_000)
    assert (np.abs(drawn(logits, temperature, 0) - expected) < 4 * error).all()


def test_top_k_draws_from_the_k_most_likely_only():
    frequencies = drawn(np.array([9.0, 0.1, 1.7, -0.5, 1.2, 0.4]), 1.0, 2)
    assert np.flatnonzero(frequencies).tolist() == [2, 4]
    assert frequencies[2] / frequencies[4] == pytest.approx(np.exp(0.5), rel=0.1)


def test_top_1_is_greedy():
    assert pick(np.array([9.0, 0.1, 1.7, 1.2]), 1.0, 1, 0.999) == 2


def test_temperature_zero_takes_the_most_likely():
    assert pick(np.array([9.0, 0.1, 1.7, 1.2]), 0.0, 0, 0.999) == 2


def test_of_two_equals_temperature_zero_takes_the_lower_id():
    assert pick(np.array([0.0, 1.0, 2.0, 2.0]), 0.0, 0, 0.999) == 2


@pytest.mark.parametrize("uniform", [0.0, 0.5, 1 - 2.0**-32])
def test_the_escape_is_never_picked(uniform):
    assert pick(np.array([50.0, 0.0, 0.0]), 1.0, 0, uniform) != ESCAPE


def test_the_largest_uniform_number_falls_on_the_last_id():
    assert pick(np.array([0.0, 3.0, 2.0, -40.0]), 1.0, 0, 1 - 2.0**-53) in (2, 3)


def test_a_number_on_the_boundary_of_two_shares_falls_on_the_second():
    assert [pick(np.zeros(3), 1.0, 0, uniform) for uniform in (0.5 - 2.0**-32, 0.5)] == [1, 2]


# ---- whole lines


def test_the_same_seed_gives_the_same_text(model):
    options = {"samples": 2, "steps": 3, "seed": 7}
    assert continue_log(model, CONTEXT, **options) == continue_log(model, CONTEXT, **options)


def test_another_seed_gives_another_text(model):
    assert continue_log(model, CONTEXT, seed=7) != continue_log(model, CONTEXT, seed=8)


def test_more_samples_do_not_change_the_first_ones(model):
    few = continue_log(model, CONTEXT, samples=2, steps=2, seed=3)
    assert continue_log(model, CONTEXT, samples=5, steps=2, seed=3)[:2] == few


def test_sample_i_is_the_first_sample_of_the_seed_i_further(model):
    assert continue_log(model, CONTEXT, samples=3, seed=3)[2] == continue_log(model, CONTEXT, seed=5)[0]


def test_more_steps_do_not_change_the_first_ones(model):
    short, long = (continue_log(model, CONTEXT, steps=steps, seed=3)[0] for steps in (2, 4))
    assert (long.lines[:2], long.bits[:2]) == (short.lines, short.bits)


def test_there_are_as_many_samples_and_lines_as_asked(model):
    samples = continue_log(model, CONTEXT, samples=3, steps=4)
    assert [(len(sample.lines), len(sample.bits)) for sample in samples] == [(4, 4)] * 3


def test_at_temperature_zero_all_samples_are_alike(model, monkeypatch):
    monkeypatch.setattr(sampling, "LONGEST_SAMPLED_LINE", 40)
    samples = continue_log(model, CONTEXT, samples=3, temperature=0)
    assert samples[0] == samples[1] == samples[2]


def test_at_temperature_zero_each_character_is_the_most_likely_one(model, monkeypatch):
    monkeypatch.setattr(sampling, "LONGEST_SAMPLED_LINE", 20)
    line = continue_log(model, CONTEXT, temperature=0)[0].lines[0]
    state, logits = primed(model, CONTEXT)
    for token in model.vocabulary.encode(line):
        assert token == 1 + np.argmax(logits[0, 1:])
        logits = state.read(token[None])


def test_an_escape_is_never_sampled_however_likely_it_is(model):
    model.weights["lm_head"][ESCAPE] *= 5
    text = "".join(line for sample in continue_log(model, CONTEXT, samples=20) for line in sample.lines)
    assert "\ufffd" not in text


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_the_bits_of_a_sampled_line_are_its_score(form, make_model, temperature):
    model = make_model(form)
    [sample] = continue_log(model, CONTEXT, steps=1, seed=11, temperature=temperature)
    [score] = score_lines(model, sample.lines, CONTEXT)
    assert sample.bits[0] == pytest.approx(score.bits, abs=1e-9)


def test_without_context_a_line_begins_after_a_newline(model):
    [sample] = continue_log(model, [], steps=2)
    assert sample.bits == pytest.approx([score.bits for score in score_lines(model, sample.lines)])


def test_unknown_characters_in_the_context_are_read_as_escapes(model):
    assert continue_log(model, ["λ"]) == continue_log(model, ["Ä"])


def test_a_line_that_never_ends_is_ended(model, monkeypatch):
    monkeypatch.setattr(sampling, "LONGEST_SAMPLED_LINE", 12)
    model.weights["lm_head"][1] = -1000 * np.sign(model.weights["lm_head"][1])
    samples = continue_log(model, CONTEXT, samples=5, steps=2)
    assert max(len(line) for sample in samples for line in sample.lines) <= 12


# ---- what is read of a long context


def test_only_lines_that_can_be_seen_are_read(model):
    lines = [f"{number}" for number in range(10_000)]
    assert len(context_tokens(model, lines)) < reach(model.config) + 10


@pytest.mark.parametrize("length", range(1, 15))
def test_the_lines_left_out_would_not_change_the_prediction(make_model, length):
    model = make_model()
    lines = ["abcdefghijkl"[:length]] * 30
    whole = State(model)
    for token in model.vocabulary.encode("\n" + "".join(line + "\n" for line in lines)):
        expected = whole.read(token[None])
    np.testing.assert_array_equal(primed(model, lines)[1], expected)


# ---- choosing among lines by their numbers


def first_lines(model, **given):
    return [sample.lines[0] for sample in continue_log(model, NUMBERED, samples=40, longest=1, **given)]


@pytest.fixture
def writer(make_model):
    """A model that writes any character: a digit is a line of the one known kind."""
    return make_model(scale=0.05)


def test_the_first_line_drawn_says_the_kind(writer):
    chosen, plain = first_lines(writer), first_lines(writer, candidates=1)
    assert chosen != plain
    forecast = Forecast(NUMBERED)
    assert [forecast.known_kind(line) for line in chosen] == [forecast.known_kind(line) for line in plain]


def test_lines_of_kinds_that_are_not_known_are_taken_as_drawn(model):
    given = {"samples": 5, "steps": 2, "seed": 3}
    assert continue_log(model, CONTEXT, **given) == continue_log(model, CONTEXT, **given, candidates=1)
