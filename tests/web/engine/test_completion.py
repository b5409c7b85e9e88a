"""The most likely ways in which a line goes on, and their probabilities."""

import numpy as np
import pytest

from model.exact import softmax
from model.sampling import pick, primed
from model.vocabulary import ESCAPE, NEWLINE

CONTEXT = ["12:00 bed1 air 20.0°C ok", "12:01 bed2 air 20.1°C ok", "12:02 pump: flow 4 l/min 🌱"]
BEGUN = "12:03 bed1 a"


def asked(in_node, weights, begun=BEGUN, alternatives=3, longest=100):
    given = {"context": CONTEXT, "begun": begun, "alternatives": alternatives, "longest": longest}
    return in_node("completions", weights, **given)


def after(model, begun):
    state, logits = primed(model, CONTEXT)
    for token in model.vocabulary.encode(begun):
        logits = state.read(token[None])
    return state, logits[0]


def probability(model, begun, rest):
    """Of just this rest and the newline after it."""
    state, logits = after(model, begun)
    product = 1.0
    for token in model.vocabulary.encode(rest + "\n"):
        product *= softmax(logits)[token]
        logits = state.read(token[None])[0]
    return product


def greedy(model, begun):
    state, logits = after(model, begun)
    rest = ""
    while (token := pick(logits, 0, 0, 0.0)) != NEWLINE:
        rest += model.vocabulary.decode([token])
        logits = state.read(np.array([token]))[0]
    return rest


def test_each_probability_is_pythons(in_node, trained):
    found = asked(in_node, trained)["completions"]
    assert len(found) == 3
    for rest in found:
        assert rest["probability"] == pytest.approx(probability(trained.model, BEGUN, rest["text"]), rel=1e-9)


def test_the_best_comes_first_and_none_twice(in_node, trained):
    found = asked(in_node, trained, alternatives=5)["completions"]
    assert [rest["probability"] for rest in found] == sorted((rest["probability"] for rest in found), reverse=True)
    assert len({rest["text"] for rest in found}) == len(found) == 5


def test_the_best_is_at_least_as_likely_as_taking_the_likeliest_character_each_time(in_node, trained):
    best = asked(in_node, trained)["completions"][0]
    assert best["probability"] >= probability(trained.model, BEGUN, greedy(trained.model, BEGUN)) * (1 - 1e-9)


def test_one_alternative_takes_the_likeliest_character_each_time(in_node, trained):
    (only,) = asked(in_node, trained, alternatives=1)["completions"]
    assert only["text"] == greedy(trained.model, BEGUN)


def test_more_alternatives_than_are_computed_at_once_are_given_too(in_node, trained):
    assert len(asked(in_node, trained, alternatives=20)["completions"]) == 20


def test_a_line_may_be_complete_already(in_node, trained):
    found = asked(in_node, trained, begun="12:03 bed1 air 20.0°C ok")["completions"]
    assert found[0]["text"] == ""


def test_no_rest_is_longer_than_asked_for(in_node, trained):
    assert all(len(rest["text"]) <= 3 for rest in asked(in_node, trained, longest=3)["completions"])


def test_completing_leaves_the_text_as_it_is(in_node, trained):
    answer = asked(in_node, trained)
    assert answer["again"] == [answer["completions"]] * 2


def test_the_next_characters_are_the_whole_distribution_best_first(in_node, trained):
    following = asked(in_node, trained)["next"]
    _, logits = after(trained.model, BEGUN)
    expected = softmax(logits)
    assert following[0]["character"] == trained.model.vocabulary.decode([int(np.argmax(logits))])
    assert [entry["probability"] for entry in following] == sorted(expected, reverse=True)
    unknown = next(entry for entry in following if entry["character"] == "\ufffd")
    assert unknown["probability"] == expected[ESCAPE]
