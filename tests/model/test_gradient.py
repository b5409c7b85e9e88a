"""The loss and gradients that train, against the plainly written ones, which finite differences test."""

from dataclasses import replace

import numpy as np
import pytest

from model.config import N_BUCKETS, N_RECALLED, PRESETS, Config
from model.gradient import Dropout, loss_and_gradients
from model.positions import columns_and_lines
from model.transformer import Window, as_dtype
from model.windows import Batch
from tests.support.plain_gradient import plain_loss_and_gradients

VOCABULARY = 30
WINDOWS = [1, 3, 12]
LENGTHS = [1, 2, 31, 37, 64, 128]


def random_batch(rng, n_window, length, newlines=0.1):
    """Windows of random text, which begin anywhere in a line, with weights as random."""
    tokens = rng.integers(2, VOCABULARY, (n_window, length + 41))
    tokens = np.where(rng.random(tokens.shape) < newlines, 1, tokens).astype(np.int32)
    places = [columns_and_lines(row) for row in tokens]
    columns, lines = (np.array(part)[:, 40:-1] for part in zip(*places, strict=True))
    recalled = rng.integers(0, VOCABULARY, (N_RECALLED, n_window, length))
    window = Window(tokens[:, 40:-1], columns, lines, np.where(rng.random(recalled.shape) < 0.5, 0, recalled))
    return Batch(window, tokens[:, 41:], rng.random((n_window, length)))


def assert_right(config, weights, batch, tolerance=2e-5, dropped=None):
    """The gradients in float32 are those that are written plainly, in float64."""
    weights = as_dtype(weights, np.float32)
    dropouts = [None if dropped is None else Dropout(dropped, np.random.default_rng(7)) for _ in range(2)]
    fast = loss_and_gradients(config, weights, batch, dropouts[0])
    slow = plain_loss_and_gradients(config, as_dtype(weights, np.float64), batch, dropouts[1])
    assert fast[0] == pytest.approx(slow[0], rel=tolerance)
    assert fast[1].keys() == slow[1].keys()
    for name, grad in slow[1].items():
        np.testing.assert_allclose(fast[1][name], grad, rtol=0, atol=tolerance * max(1, np.abs(grad).max()))
    return slow[1]


def test_every_form_has_the_plain_gradients(form, make_model):
    config, _, weights = make_model(form)
    batch = random_batch(np.random.default_rng(1), 4, min(config.n_context, 48))
    assert_right(config, weights, batch)


@pytest.mark.parametrize("n_window", WINDOWS)
@pytest.mark.parametrize("length", LENGTHS)
def test_windows_of_any_size_have_the_plain_gradients(make_model, n_window, length):
    config, _, weights = make_model(PRESETS["seed"].config)
    batch = random_batch(np.random.default_rng(length), n_window, length)
    assert_right(config, weights, batch)


@pytest.mark.parametrize("newlines", [0.0, 0.01, 0.5, 1.0])
def test_lines_of_any_length_have_the_plain_gradients(make_model, newlines):
    config, _, weights = make_model(PRESETS["full"].config)
    batch = random_batch(np.random.default_rng(3), 3, 96, newlines)
    assert_right(config, weights, batch)


@pytest.mark.parametrize("bucket", range(N_BUCKETS))
def test_every_bucket_of_the_bias_has_its_own_gradient(make_model, bucket):
    config, _, weights = make_model(PRESETS["seed"].config)
    batch = random_batch(np.random.default_rng(4), 2, 96, newlines=0.07)
    weights["h0.bias"][:, bucket] += 1.5
    assert assert_right(config, weights, batch)["h0.bias"][:, bucket].any()


def test_the_same_numbers_are_dropped(make_model):
    config, _, weights = make_model(PRESETS["full"].config)
    assert_right(config, weights, random_batch(np.random.default_rng(6), 2, 64), dropped=0.3)


def test_dropout_changes_the_loss(make_model):
    config, _, weights = make_model(PRESETS["full"].config)
    weights, batch = as_dtype(weights, np.float32), random_batch(np.random.default_rng(6), 2, 64)
    dropout = Dropout(0.3, np.random.default_rng(7))
    assert loss_and_gradients(config, weights, batch, dropout)[0] != loss_and_gradients(config, weights, batch)[0]


@pytest.mark.parametrize("size", [1, 12, 60])
def test_scores_too_large_for_a_power_are_as_exact(make_model, size):
    config, _, weights = make_model(PRESETS["seed"].config)
    weights["h0.wq"] *= size
    weights["h0.bias"] *= size
    batch = random_batch(np.random.default_rng(8), 3, 64)
    assert_right(config, weights, batch, tolerance=1e-4)


def test_float32_is_computed_in_float32(form, make_model):
    config, _, weights = make_model(form)
    batch = random_batch(np.random.default_rng(9), 2, 8)
    _, grads = loss_and_gradients(config, as_dtype(weights, np.float32), batch)
    assert {grad.dtype for grad in grads.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("config", [PRESETS["seed"].config, replace(PRESETS["full"].config, n_layer=1)])
def test_the_same_batch_gives_the_same_bytes(make_model, config: Config):
    weights = as_dtype(make_model(config).weights, np.float32)
    batch = random_batch(np.random.default_rng(10), 4, 48)
    one, other = (loss_and_gradients(config, weights, batch) for _ in range(2))
    assert one[0] == other[0]
    assert {name: g.tobytes() for name, g in one[1].items()} == {name: g.tobytes() for name, g in other[1].items()}


def test_it_changes_neither_weights_nor_batch(make_model):
    config, _, weights = make_model(PRESETS["full"].config)
    weights, batch = as_dtype(weights, np.float32), random_batch(np.random.default_rng(11), 2, 48)
    arrays = [*weights.values(), *batch.window, batch.targets, batch.weight]
    before = [array.tobytes() for array in arrays]
    loss_and_gradients(config, weights, batch, Dropout(0.1, np.random.default_rng(0)))
    assert [array.tobytes() for array in arrays] == before


def test_weights_of_another_precision_are_refused(make_model):
    config, _, weights = make_model(PRESETS["seed"].config)
    with pytest.raises(TypeError, match="float32, not float64"):
        loss_and_gradients(config, weights, random_batch(np.random.default_rng(12), 1, 16))
