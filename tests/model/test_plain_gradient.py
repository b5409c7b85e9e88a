"""The plainly written gradients, against finite differences."""

import math

import numpy as np
import pytest

from model import transformer
from model.transformer import token_bits
from model.vocabulary import Vocabulary
from tests.model.conftest import CHARACTERS
from tests.support.plain_gradient import backward, cross_entropy, forward
from tests.support.windows import window_of

VOCABULARY = 30
LETTERS = Vocabulary(CHARACTERS)
STEP = 1e-5


def random_tokens(rng, *shape, newlines=0.2):
    """Ids of random text with many short lines."""
    tokens = rng.integers(2, VOCABULARY, shape)
    return np.where(rng.random(shape) < newlines, 1, tokens).astype(np.int32)


def test_the_logits_are_those_of_the_transformer(form, make_model):
    config, _, weights = make_model(form)
    window = window_of(LETTERS, *random_tokens(np.random.default_rng(3), 2, 8))
    np.testing.assert_array_equal(forward(config, weights, window)[0], transformer.forward(config, weights, window)[0])


def test_gradients_of_every_tensor_agree_with_finite_differences(form, make_model):
    config, _, weights = make_model(form)
    rng = np.random.default_rng(1)
    length = min(config.n_context, 14)
    tokens = random_tokens(rng, 2, length + 1)
    window = window_of(LETTERS, *tokens[:, :-1])
    targets, counted = tokens[:, 1:], rng.random((2, length)) < 0.8

    def loss():
        logits, cache = forward(config, weights, window)
        return *cross_entropy(logits, targets, counted), cache

    _, dlogits, cache = loss()
    grads = backward(config, weights, dlogits, cache)
    assert grads.keys() == weights.keys()
    for name, w in weights.items():
        used = np.flatnonzero(grads[name])
        for i in rng.choice(used, min(25, len(used)), replace=False):
            old = w.flat[i]
            w.flat[i] = old + STEP
            above = loss()[0]
            w.flat[i] = old - STEP
            below = loss()[0]
            w.flat[i] = old
            assert grads[name].flat[i] == pytest.approx((above - below) / (2 * STEP), rel=1e-4, abs=1e-8), name


def test_a_zero_gradient_means_that_the_loss_does_not_depend_on_the_number(form, make_model):
    config, _, weights = make_model(form)
    tokens = random_tokens(np.random.default_rng(2), 9)
    window, targets, counted = window_of(LETTERS, tokens[:-1]), tokens[None, 1:], np.ones((1, 8), bool)
    logits, cache = forward(config, weights, window)
    loss, dlogits = cross_entropy(logits, targets, counted)
    grads = backward(config, weights, dlogits, cache)
    changed = {name: w + (grads[name] == 0) * 0.1 for name, w in weights.items() if not name.endswith(".fc1")}
    changed_logits, _ = forward(config, weights | changed, window)
    assert cross_entropy(changed_logits, targets, counted)[0] == pytest.approx(loss, abs=1e-12)


def test_cross_entropy_ignores_what_is_not_counted():
    logits = np.random.default_rng(0).standard_normal((1, 3, 5))
    targets, counted = np.array([[1, 2, 3]]), np.array([[True, False, True]])
    loss, dlogits = cross_entropy(logits, targets, counted)
    bits = token_bits(logits, targets)[0]
    assert loss == pytest.approx((bits[0] + bits[2]) / 2 * math.log(2))
    assert not dlogits[0, 1].any()
