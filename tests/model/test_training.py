from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from model.config import Config
from model.optimizer import LearningRates
from model.recall import places_of
from model.scoring import bits_per_character, score_lines
from model.training import (
    MOST_RESTARTS,
    Plan,
    TrainingDiverged,
    begin,
    rate_factor,
    round_of_steps,
    train,
    validation_bits,
)
from model.transformer import Model, forward, init_weights, token_bits
from model.vocabulary import Vocabulary
from model.windows import Text, lay_out
from tests.support.windows import part_of, window_of

SHAPE = Config(n_layer=1, n_head=2, n_embd=8, n_context=48, n_position=16)
LINES = ["pump on", "valve shut"] * 100
HELD_OUT = LINES[:20]
LETTERS = Vocabulary("").extended(LINES, 50)
TEXT, VALIDATION = lay_out(LETTERS, [LINES]), lay_out(LETTERS, [HELD_OUT])
QUICK = Plan(tokens=4_000, batch_tokens=256, rounds=6)
TOO_FAST = replace(QUICK, rates=LearningRates(rate=2.0, matrix_rate=0.0))
HOPELESS = replace(QUICK, rates=LearningRates(rate=1e6, matrix_rate=0.0))


@pytest.fixture
def start():
    return init_weights(SHAPE, LETTERS.size, np.random.default_rng(0))


def first_tokens(text, count):
    tokens = text.tokens[:count]
    return Text(tokens, text.newlines[text.newlines < count], places_of(tokens, LETTERS))


def bytes_of(weights):
    return {name: w.tobytes() for name, w in weights.items()}


def seen_rounds(plan, start):
    """All that `progress` is shown, in order."""
    rounds = []
    train(SHAPE, plan, TEXT, VALIDATION, start, progress=rounds.append)
    return rounds


# ---- learning


def test_two_lines_in_turn_are_learned_to_below_a_tenth_of_a_bit(start):
    plan = Plan(tokens=30_000, batch_tokens=256, rounds=8)
    training = train(SHAPE, plan, TEXT, VALIDATION, start)
    bits, _ = bits_per_character(score_lines(Model(SHAPE, LETTERS, training.best), HELD_OUT, LINES[-2:]))
    assert bits < 0.1


def test_the_score_of_the_validation_is_about_that_of_the_best_weights(start):
    training = train(SHAPE, QUICK, TEXT, VALIDATION, start)
    bits, _ = bits_per_character(score_lines(Model(SHAPE, LETTERS, training.best), HELD_OUT))
    assert training.best_bits == pytest.approx(bits, rel=0.1)


@pytest.mark.parametrize("n_tokens", [2, 40, 48, 49, 100])
def test_a_validation_counts_every_token_once(start, n_tokens):
    rng = np.random.default_rng(3)
    weights = {name: (w + 0.3 * rng.standard_normal(w.shape)).astype(np.float32) for name, w in start.items()}
    text = first_tokens(VALIDATION, n_tokens)
    tokens, window = text.tokens, window_of(LETTERS, text.tokens)
    bits = []
    for i in range(n_tokens - 1):  # one by one, each after as much as the windows of half a context give it
        begin = 0 if i < 48 else min((i // 24 - 1) * 24, n_tokens - 1 - 48)
        logits = forward(SHAPE, weights, part_of(window, begin, i + 1))[0]
        bits.append(token_bits(logits, tokens[None, begin + 1 : i + 2])[0, -1])
    assert validation_bits(SHAPE, weights, text) == pytest.approx(np.mean(bits), rel=1e-5)


def test_an_empty_validation_costs_nothing(start):
    assert validation_bits(SHAPE, start, first_tokens(VALIDATION, 1)) == 0


def test_a_training_that_starts_warm_starts_from_its_score(start):
    first = train(SHAPE, QUICK, TEXT, VALIDATION, start)
    second = train(SHAPE, QUICK, TEXT, VALIDATION, first.best)
    assert second.curve[0].validation == first.best_bits


def test_weights_stay_float32(start):
    assert {w.dtype for w in train(SHAPE, QUICK, TEXT, VALIDATION, start).best.values()} == {np.dtype(np.float32)}


def test_a_text_shorter_than_a_window_can_be_learned_from(start):
    text = lay_out(LETTERS, [LINES[:3]])
    training = train(SHAPE, QUICK, text, VALIDATION, start)
    assert training.best_bits < training.curve[0].validation


# ---- the same again


def test_the_same_arguments_give_the_same_bytes(start):
    one, other = (train(SHAPE, QUICK, TEXT, VALIDATION, start) for _ in range(2))
    assert bytes_of(one.best) == bytes_of(other.best)
    assert one.curve == other.curve


def test_rounds_run_in_another_process_give_the_same_bytes(start):
    here = train(SHAPE, QUICK, TEXT, VALIDATION, start)
    there = begin(start)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        while not there.finished:
            there = pool.submit(round_of_steps, SHAPE, QUICK, TEXT, VALIDATION, there).result()
    assert bytes_of(here.best) == bytes_of(there.best)


def test_another_seed_gives_other_weights(start):
    other = train(SHAPE, replace(QUICK, seed=1), TEXT, VALIDATION, start)
    assert bytes_of(train(SHAPE, QUICK, TEXT, VALIDATION, start).best) != bytes_of(other.best)


def test_a_round_changes_none_of_its_arguments(start):
    before = begin(start)
    for _ in range(3):
        state = bytes_of(before.weights), bytes_of(before.moments), bytes_of(before.best), list(before.curve)
        after = round_of_steps(SHAPE, QUICK, TEXT, VALIDATION, before)
        assert (bytes_of(before.weights), bytes_of(before.moments), bytes_of(before.best), before.curve) == state
        before = after


def test_training_leaves_its_start_and_texts_alone(start):
    before = bytes_of(start), TEXT.tokens.tobytes(), VALIDATION.tokens.tobytes()
    train(SHAPE, QUICK, TEXT, VALIDATION, start)
    assert (bytes_of(start), TEXT.tokens.tobytes(), VALIDATION.tokens.tobytes()) == before


# ---- rounds


def test_the_first_round_only_scores_the_start(start):
    first = seen_rounds(QUICK, start)[0]
    assert (first.tokens, len(first.curve)) == (0, 1)
    assert bytes_of(first.best) == bytes_of(start)


def test_progress_is_called_after_every_round(start):
    rounds = seen_rounds(QUICK, start)
    assert [len(training.curve) for training in rounds] == list(range(1, len(rounds) + 1))
    assert [training.finished for training in rounds] == [False] * (len(rounds) - 1) + [True]


def test_each_point_of_the_curve_says_how_much_was_read(start):
    tokens = [point.tokens for point in train(SHAPE, QUICK, TEXT, VALIDATION, start).curve]
    assert tokens[0] == 0
    assert tokens == sorted(set(tokens))


@pytest.mark.parametrize("budget", [500, 4_000, 10_001])
def test_the_token_budget_is_kept_to_within_a_step_of_each_phase(start, budget):
    training = train(SHAPE, replace(QUICK, tokens=budget), TEXT, VALIDATION, start)
    assert training.tokens <= budget + 2 * QUICK.batch_tokens


def test_a_training_that_goes_well_uses_its_budget(start):
    assert train(SHAPE, QUICK, TEXT, VALIDATION, start).tokens >= 0.95 * QUICK.tokens


def test_stop_ends_it_between_two_rounds(start):
    rounds = []
    training = train(SHAPE, QUICK, TEXT, VALIDATION, start, progress=rounds.append, stop=lambda: len(rounds) == 3)
    assert len(rounds) == 3
    assert not training.finished
    assert training is rounds[-1]


def test_stopped_before_it_began_it_returns_its_start(start):
    training = train(SHAPE, QUICK, TEXT, VALIDATION, start, stop=lambda: True)
    assert bytes_of(training.best) == bytes_of(start)


def test_the_best_weights_are_those_of_the_best_point_of_the_curve(start):
    rounds = seen_rounds(replace(QUICK, rates=LearningRates(rate=0.3, matrix_rate=0.0)), start)
    best = min(range(len(rounds)), key=lambda i: rounds[i].curve[-1].validation)
    assert bytes_of(rounds[-1].best) == bytes_of(rounds[best].best)
    assert rounds[-1].best_bits == rounds[best].curve[-1].validation


# ---- the rate


def test_the_rate_rises_over_the_warm_up(start):
    plan = replace(QUICK, warm_up=0.2)
    factors = [rate_factor(plan, begin(start), tokens) for tokens in (0, 256, 512, 800, 2_000)]
    assert factors == pytest.approx([0.32, 0.64, 0.96, 1.0, 1.0])


def test_the_rate_falls_to_zero_at_the_end(start):
    falling = replace(begin(start), decay_from=1_000, decay_until=2_000)
    assert [rate_factor(QUICK, falling, tokens) for tokens in (1_000, 1_250, 2_000, 2_100)] == [1.0, 0.75, 0.0, 0.0]


# ---- early stop


def overfitting(start):
    """The rounds of a start that can only get worse: it is to learn another log than it is scored on."""
    other = lay_out(LETTERS, [["nope" * 4, "sh" * 9] * 20])
    warm = train(SHAPE, Plan(tokens=12_000, batch_tokens=256, rounds=8), TEXT, VALIDATION, start).best
    plan = Plan(
        tokens=200_000, batch_tokens=256, rounds=400, rates=LearningRates(rate=1e-4, matrix_rate=1e-4), warm_up=0
    )
    rounds = []
    train(SHAPE, plan, other, VALIDATION, warm, progress=rounds.append)
    return warm, rounds


def test_a_training_that_no_longer_improves_ends_early(start):
    _, rounds = overfitting(start)
    assert rounds[-1].finished
    assert rounds[-1].tokens < 20_000


def test_an_early_stop_returns_the_best_weights(start):
    warm, rounds = overfitting(start)
    assert bytes_of(rounds[-1].best) == bytes_of(warm)
    assert rounds[-1].best_bits == rounds[0].curve[0].validation


def test_the_rate_falls_from_the_best_weights_not_from_the_last(start):
    warm, rounds = overfitting(start)
    falling = next(training for training in rounds if training.decay_from is not None)
    assert bytes_of(falling.weights) == bytes_of(warm)


# ---- divergence


def test_a_loss_that_diverges_restarts_at_half_the_rate_and_says_so(start):
    training = train(SHAPE, TOO_FAST, TEXT, VALIDATION, start)
    assert training.restarts >= 1
    assert training.slow == 0.5**training.restarts


def test_a_restart_begins_where_the_training_began(start):
    rounds = seen_rounds(TOO_FAST, start)
    restarted = next(training for training in rounds if training.restarts)
    assert bytes_of(restarted.weights) == bytes_of(start)
    assert (restarted.tokens, restarted.step, restarted.curve) == (0, 0, [])


def test_a_restart_has_the_same_result_as_the_lower_rate_from_the_start(start):
    training = train(SHAPE, TOO_FAST, TEXT, VALIDATION, start)
    slow = replace(TOO_FAST, rates=TOO_FAST.rates.scaled(training.slow))
    assert bytes_of(training.best) == bytes_of(train(SHAPE, slow, TEXT, VALIDATION, start).best)


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
def test_a_rate_that_is_hopeless_ends_with_the_reason(start):
    with pytest.raises(TrainingDiverged, match=f"diverged {MOST_RESTARTS + 1} times, each time at half the rate"):
        train(SHAPE, HOPELESS, TEXT, VALIDATION, start)


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
def test_weights_that_are_not_numbers_are_noticed(start):
    start["wte"][3] = np.nan
    with pytest.raises(TrainingDiverged):
        train(SHAPE, QUICK, TEXT, VALIDATION, start)
