from collections import Counter

import numpy as np
import pytest

from model.ngram import BYTES_PER_ENTRY, DISCOUNT, best, fit
from model.vocabulary import Vocabulary, code_points, escape_bits

LETTERS = Vocabulary("abcde")
TEXT = ["abcab", "abd", "", "abcab", "cab", "eab"]


def plain_probability(lines, order, before, character, alphabet):
    """Interpolated Kneser–Ney with dictionaries, from its definition."""
    text = "\n" + "".join(line + "\n" for line in lines)
    p = 1.0 / len(alphabet)
    for n in range(1, min(order, len(before) + 1) + 1):
        if n == order:
            counts = Counter(text[i : i + n] for i in range(len(text) - n + 1))
        else:
            longer = {text[i : i + n + 1] for i in range(len(text) - n)}
            counts = Counter(gram[1:] for gram in longer)
        context = before[len(before) - (n - 1) :]
        following = {gram: count for gram, count in counts.items() if gram[:-1] == context}
        if following:
            everything = sum(following.values())
            own = max(0.0, following.get(context + character, 0) - DISCOUNT) / everything
            p = own + DISCOUNT * len(following) / everything * p
    return p


def probability(ngram, before, character):
    lines = (before + character).split("\n")
    if character != "\n":
        return 2.0 ** -ngram.bits(lines)[len(before)]
    return 2.0 ** -ngram.bits(lines[:-1])[len(before)]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("before", ["", "a", "ab", "ab\nca", "eeee"])
def test_it_equals_kneser_ney_counted_with_dictionaries(order, before):
    ngram = fit(LETTERS, TEXT, order)
    for character in "abe\n":
        expected = plain_probability(TEXT, order, "\n" + before, character, "abcde\n?")
        assert probability(ngram, before, character) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("largest", [None, 60])
@pytest.mark.parametrize("before", ["", "ab", "abcab", "dddd"])
def test_all_next_characters_together_have_probability_one(largest, before):
    ngram = fit(LETTERS, TEXT, 4, largest)
    known = sum(probability(ngram, before, character) for character in "abcde\n")
    escape = 2.0 ** -(ngram.bits([before + "Z"])[len(before)] - 8)
    assert known + escape == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("largest", [0, 8, 60, 10_000])
def test_it_fits_the_byte_budget(largest):
    assert fit(LETTERS, TEXT, 5, largest).entries * BYTES_PER_ENTRY <= largest


def test_among_equally_rare_ones_the_longest_are_dropped_first():
    levels = fit(LETTERS, ["abc"], 3, 4 * BYTES_PER_ENTRY).levels
    assert [len(level.codes) for level in levels] == [4, 0, 0]


def test_a_budget_that_holds_everything_drops_nothing():
    np.testing.assert_array_equal(fit(LETTERS, TEXT, 3, 10_000).bits(TEXT), fit(LETTERS, TEXT, 3).bits(TEXT))


def test_a_larger_budget_knows_more_of_its_own_text():
    small, large = (fit(LETTERS, TEXT * 9, 5, size).bits(TEXT).sum() for size in (20, 400))
    assert large < small


def test_order_2_sees_one_character():
    bits = fit(LETTERS, TEXT, 2).bits(["abab", "cbab", "eeab"])
    assert bits[3] == bits[8] == bits[13]


def test_order_3_sees_two_characters():
    bits = fit(LETTERS, ["abc", "dba"] * 5, 3).bits(["abc", "dbc"])
    assert bits[2] < bits[6]


def test_there_is_one_score_for_each_character_newlines_counted():
    assert fit(LETTERS, TEXT, 3).bits(["ab", "", "c"]).shape == (6,)


def test_the_context_is_seen_but_not_scored():
    ngram = fit(LETTERS, TEXT, 4)
    np.testing.assert_array_equal(ngram.bits(["ab"], TEXT), ngram.bits([*TEXT, "ab"])[-3:])


def test_an_unknown_character_costs_an_escape_and_its_code():
    ngram = fit(LETTERS, TEXT, 3)
    difference = ngram.bits(["λ"])[0] - ngram.bits(["Z"])[0]
    assert difference == pytest.approx(np.subtract(*escape_bits(code_points("λZ"))))


@pytest.mark.parametrize("lines", [[], [""], ["a"], ["ab"], ["abc"], ["abcd"], ["abcde"]])
@pytest.mark.parametrize("order", [2, 7])
def test_texts_shorter_than_the_order_are_counted_and_scored(lines, order):
    ngram = fit(LETTERS, lines, order)
    assert np.isfinite(ngram.bits(lines)).all()


def test_the_best_order_is_the_one_that_suits_the_validation():
    lines, validation = ["abcde" * 4] * 20, ["abcde" * 4] * 2
    orders = {order: fit(LETTERS, lines, order).bits(validation, lines).mean() for order in range(2, 8)}
    chosen = best(LETTERS, lines, validation, largest=100_000)
    assert chosen.bits(validation, lines).mean() == min(orders.values())
