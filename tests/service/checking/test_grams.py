"""Hashes of words in a row."""

import numpy as np

from service.checking.grams import BEGIN, END, ROOT, contexts_of, grams_of, mix, mix_all
from service.checking.words import word_hash, words_of


def test_one_number_and_an_array_of_them_are_mixed_the_same() -> None:
    a, b = np.random.default_rng(0).integers(0, 1 << 32, (2, 10_000), dtype=np.uint32)
    assert mix_all(a, b).tolist() == [mix(x, y) for x, y in zip(a.tolist(), b.tolist(), strict=True)]


def test_hashes_are_the_same_for_ever() -> None:
    assert (mix(0, 0), mix(1, 2), mix(0xFFFFFFFF, 0xFFFFFFFF)) == (2435511706, 3499872698, 825877470)
    assert (word_hash("fan"), word_hash("風"), word_hash("\ud800")) == (1710716985, 491702156, 499426600)


def test_hashes_spread_over_all_bits() -> None:
    hashes = {mix(1, word_hash(f"w{number}")) >> 12 for number in range(10_000)}
    assert len(hashes) > 9900


def test_a_line_has_a_gram_of_each_order_for_each_word_and_its_end() -> None:
    begin, end, fan = word_hash(BEGIN), word_hash(END), word_hash("fan")
    assert grams_of(["fan"]) == [
        (mix(1, fan), mix(mix(2, begin), fan), mix(mix(mix(3, begin), begin), fan)),
        (mix(1, end), mix(mix(2, fan), end), mix(mix(mix(3, begin), fan), end)),
    ]


def test_the_context_of_a_gram_is_the_gram_before_it() -> None:
    words = ["fan", "on", "now"]
    grams, contexts = grams_of(words), contexts_of(words)
    assert [context[0] for context in contexts] == [ROOT] * 4
    assert [context[1:] for context in contexts[1:]] == [gram[:2] for gram in grams[:-1]]


def test_no_word_of_a_line_is_taken_for_its_begin_or_end() -> None:
    said = {word.text for word in words_of("^ ^^ $ $$ << >> ^^a $$")}
    assert not said & {BEGIN, END}
