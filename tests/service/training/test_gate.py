"""The gate: lets gains through, and luck only as often as it says."""

import numpy as np
import pytest

from service.training.gate import Pair, Scored, gain, judge, judge_first

FORGETTING = 0.05


def scored(bits_per_char: float, n: int = 400, seed: int = 0) -> Scored:
    """Lines of about 40 characters that cost so much, give or take."""
    rng = np.random.default_rng(seed)
    characters = rng.integers(30, 50, n).astype(float)
    return Scored(characters * bits_per_char * rng.uniform(0.8, 1.2, n), characters)


def changed(before: Scored, bits: np.ndarray | float) -> Scored:
    return Scored(before.bits + bits, before.characters)


def share_passed(noise: np.ndarray) -> float:
    """How often challengers pass that differ from the champion by these bits [trials, lines]."""
    champion = scored(1.0, noise.shape[1])
    return float(np.mean([judge(champion, changed(champion, bits), None, None, FORGETTING).passed for bits in noise]))


def test_an_equal_model_does_not_pass() -> None:
    champion = scored(1.0)
    verdict = judge(champion, champion, None, None, FORGETTING)
    assert not verdict.passed
    assert verdict.reason.startswith("not better")


def test_a_clear_gain_passes_and_the_reason_has_both_scores() -> None:
    champion = scored(1.0)
    challenger = changed(champion, -2.0)
    verdict = judge(champion, challenger, None, None, FORGETTING)
    assert verdict.passed
    assert f"{challenger.bits_per_char:.3f}" in verdict.reason
    assert f"{champion.bits_per_char:.3f}" in verdict.reason


def test_a_clear_loss_does_not_pass() -> None:
    champion = scored(1.0)
    assert not judge(champion, changed(champion, 2.0), None, None, FORGETTING).passed


def test_the_mean_gain_is_exact_and_inside_its_bounds() -> None:
    before = scored(1.0)
    after = changed(before, -np.linspace(0, 3, 400))
    won = gain(before, after)
    assert won.mean == pytest.approx(before.bits_per_char - after.bits_per_char)
    assert won.low < won.mean < won.high


def test_a_gain_that_one_lucky_line_makes_does_not_pass_and_the_reason_has_the_bound() -> None:
    champion = scored(1.0)
    bits = np.zeros(400)
    bits[7] = -500
    verdict = judge(champion, changed(champion, bits), None, None, FORGETTING)
    assert not verdict.passed
    assert "may be luck" in verdict.reason
    assert f"{verdict.gain.low:+.4f}" in verdict.reason


@pytest.mark.parametrize("lines", [40, 400])
def test_noise_passes_about_one_time_in_twenty(lines: int) -> None:
    noise = np.random.default_rng(1).normal(0, 4, (400, lines))
    assert share_passed(noise) <= 0.08  # 400 trials at a level of 0.05 stay below this 99 times in 100


def test_noise_that_neighbouring_lines_share_passes_hardly_more_often() -> None:
    noise = np.random.default_rng(2).normal(0, 4, (400, 100)).repeat(8, axis=1)
    assert share_passed(noise) <= 0.09


def test_a_challenger_that_forgot_older_lines_does_not_pass_whatever_it_gains() -> None:
    champion = scored(4.0)
    reserve = Pair(scored(0.5, 100), scored(0.53, 100))
    verdict = judge(champion, scored(1.0), None, reserve, FORGETTING)
    assert not verdict.passed
    assert "forgot" in verdict.reason
    assert f"{reserve.challenger.bits_per_char:.3f} against {reserve.champion.bits_per_char:.3f}" in verdict.reason


def test_a_little_forgetting_is_allowed() -> None:
    champion = scored(1.0)
    reserve = Pair(scored(0.5, 100), scored(0.5 * (1 + FORGETTING / 2), 100))
    assert judge(champion, changed(champion, -2.0), None, reserve, FORGETTING).passed


def test_a_gain_on_new_kinds_that_known_ones_pay_for_does_not_pass() -> None:
    known = Pair(scored(0.5, 100), scored(0.54, 100))
    new = Pair(scored(6.0, 100, seed=1), scored(0.4, 100, seed=1))
    both = [Scored(*map(np.concatenate, zip(*pair, strict=True))) for pair in zip(known, new, strict=True)]
    verdict = judge(*both, known, None, FORGETTING)
    assert not verdict.passed
    assert "worse on known ones" in verdict.reason


def test_a_loss_on_known_kinds_that_may_be_luck_passes() -> None:
    champion = scored(1.0)
    bits = np.zeros(30)
    bits[3] = 90.0
    known = Pair(scored(1.0, 30), changed(scored(1.0, 30), bits))
    assert known.loss > FORGETTING
    assert judge(champion, changed(champion, -2.0), known, None, FORGETTING).passed


def test_a_pair_can_be_cut_to_some_of_its_lines() -> None:
    pair = Pair(scored(1.0, 4), scored(2.0, 4))
    cut = pair.where([True, False, False, True])
    assert cut is not None
    assert cut.challenger.bits.tolist() == pair.challenger.bits[[0, 3]].tolist()
    assert pair.where([False] * 4) is None


def test_the_first_model_must_beat_the_ngram_of_order_2() -> None:
    ngram = scored(2.0)
    won, lost = (judge_first(ngram, scored(3.0), changed(ngram, bits)) for bits in (-2.0, 2.0))
    assert (won.passed, lost.passed) == (True, False)
    assert won.reason.startswith("the first model: better than an order-2 n-gram")
    assert f"against {ngram.bits_per_char:.3f}" in lost.reason


def test_a_first_model_says_when_an_ngram_of_as_many_bytes_is_better() -> None:
    verdict = judge_first(scored(2.0), scored(0.9), scored(1.0))
    assert verdict.passed
    assert f"not yet better than an n-gram of as many bytes, {scored(0.9).bits_per_char:.3f}" in verdict.reason


def test_the_same_scores_give_the_same_verdict() -> None:
    champion = scored(1.0)
    challenger = changed(champion, np.random.default_rng(3).normal(-0.2, 4, 400))
    assert judge(champion, challenger, None, None, FORGETTING) == judge(champion, challenger, None, None, FORGETTING)


@pytest.mark.parametrize("lines", [1, 10])
def test_few_lines_are_judged_too(lines: int) -> None:
    champion = scored(1.0, lines)
    assert not judge(champion, champion, None, None, FORGETTING).passed
