"""How a line may go on, by words: as far as the model is sure, and the words that may come where it is not."""

import re

import numpy as np
import pytest

from model.exact import softmax
from model.sampling import primed
from model.vocabulary import NEWLINE

CONTEXT = ["12:00 bed1 air 20.0°C ok", "12:01 bed2 air 20.1°C ok", "12:02 pump: flow 4 l/min 🌱"]
VARIED = [f"12:{minute:02d} bed1 air {degrees}°C ok" for minute, degrees in enumerate((20.0, 31.9, 4.5, 17.2, 26.8))]
BEGUN = "12:03 bed1 a"


@pytest.fixture
def suggested(in_node, trained):
    return lambda begun, context=CONTEXT: in_node("suggestions", trained, context=context, begun=begun)


def kind_of(character):
    if character.isspace():
        return "\n" if character == "\n" else " "
    return "a" if re.match(r"[\w.:/@-]", character) else "!"


def probability(model, begun, text):
    """That this text comes, and that its last word ends there; an empty one: that the line ends."""
    state, _ = primed(model, CONTEXT)
    for token in model.vocabulary.encode(begun):
        logits = state.read(token[None])[0]
    product = 1.0
    for token in model.vocabulary.encode(text):
        product *= softmax(logits)[token]
        logits = state.read(np.array([token]))[0]
    alphabet = [model.vocabulary.decode([token]) for token in range(model.vocabulary.size)]
    shares = softmax(logits)
    if not text:
        return product * shares[NEWLINE]
    return product * sum(p for p, one in zip(shares, alphabet, strict=True) if kind_of(one) != kind_of(text[-1]))


@pytest.mark.parametrize("begun", [BEGUN, "12:03 ", "12:03 bed1", "12:03 bed1 air 20.0°C ok"])
def test_each_probability_is_pythons(suggested, trained, begun):
    found = suggested(begun)["suggestions"]
    assert found
    for one in found:
        assert one["probability"] == pytest.approx(probability(trained.model, begun, one["text"]), rel=1e-6)


@pytest.mark.parametrize("begun", ["12:03 ", "12:03 pump: f", BEGUN])
def test_the_likeliest_comes_first_and_none_twice(suggested, begun):
    found = suggested(begun)["suggestions"]
    assert [one["probability"] for one in found] == sorted((one["probability"] for one in found), reverse=True)
    assert len({one["text"] for one in found}) == len(found)


@pytest.mark.parametrize("begun", ["", "12:03", "12:03 ", "12:03 bed", BEGUN, "12:03 bed1 air 2"])
def test_only_what_is_more_likely_than_not_is_sure(suggested, begun):
    found = suggested(begun)["suggestions"]
    assert [one["isSure"] for one in found[1:]] == [False] * len(found[1:])
    assert all(one["isSure"] == (one["probability"] >= 0.5) for one in found[:1])


def test_a_value_that_could_only_be_guessed_is_not_sure(suggested):
    answer = suggested("12:03 bed1 air", VARIED)
    assert answer["number"] > 0.5
    assert [one for one in answer["suggestions"] if one["isSure"] and re.search(r"\d", one["text"])] == []


def test_a_suggestion_ends_with_a_whole_word(suggested, trained):
    (best, *_) = suggested("12:03 bed1 a", VARIED)["suggestions"]
    assert best["text"] == "ir"


def test_a_line_may_be_complete_already(suggested):
    assert suggested("12:03 bed1 air 20.0°C ok")["suggestions"][0]["text"] == ""
