import math

import numpy as np
import pytest

from model.config import PRESETS
from model.optimizer import (
    LearningRates,
    adam_direction,
    clip,
    fresh_moments,
    is_matrix,
    muon_directions,
    orthogonalised,
    update,
)

ADAM_ONLY = LearningRates(rate=0.1, matrix_rate=0.0, clip=1e9)


def random_weights(seed=0):
    rng = np.random.default_rng(seed)
    return {"wte": rng.standard_normal((6, 4)), "h0.wq": rng.standard_normal((4, 4)), "lm_head": np.ones((6, 4))}


def plain_adam(w, grads, rate):
    """Adam of Kingma and Ba (2015), algorithm 1, for one number."""
    m = v = 0.0
    for t, g in enumerate(grads, 1):
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g * g
        w -= rate * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return w


def test_adam_follows_the_paper():
    grads = [0.3, -0.1, 0.0, 2.0, -0.7]
    weights = {"wte": np.array([[1.5]])}
    moments = fresh_moments(weights)
    for step, g in enumerate(grads, 1):
        update(weights, {"wte": np.array([[g]])}, moments, step, ADAM_ONLY)
    assert weights["wte"].item() == pytest.approx(plain_adam(1.5, grads, 0.1), abs=1e-12)


def test_the_first_step_of_adam_has_the_length_of_the_rate():
    m, v = np.zeros(3), np.zeros(3)
    np.testing.assert_allclose(adam_direction(np.array([5.0, -0.01, 2.0]), m, v, 1), [1, -1, 1], rtol=1e-5)


def test_a_number_without_a_gradient_stays():
    weights = random_weights()
    before = {name: w.copy() for name, w in weights.items()}
    grads = {name: np.zeros_like(w) for name, w in weights.items()}
    update(weights, grads, fresh_moments(weights), 1, LearningRates())
    for name, w in weights.items():
        np.testing.assert_allclose(w, before[name])


# ---- clipping


def test_clipping_scales_the_joint_norm_down_to_the_largest():
    grads = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    assert clip(grads, 1.0) == 5.0
    np.testing.assert_allclose(grads["a"], [0.6, 0.0])
    np.testing.assert_allclose(grads["b"], [[0.8]])


def test_a_small_gradient_is_not_clipped():
    grads = {"a": np.array([0.3, 0.4])}
    assert clip(grads, 1.0) == pytest.approx(0.5)
    np.testing.assert_array_equal(grads["a"], [0.3, 0.4])


def test_clipping_keeps_float32():
    grads = {"a": np.full(4, 9, np.float32)}
    clip(grads, 1.0)
    assert grads["a"].dtype == np.float32


# ---- Muon


@pytest.mark.parametrize("shape", [(16, 16), (16, 64), (48, 48), (48, 192)])
def test_a_muon_direction_has_singular_values_near_one(shape):
    u, _, vt = np.linalg.svd(np.random.default_rng(3).standard_normal(shape), full_matrices=False)
    grad = u * np.geomspace(1, 0.02, min(shape)) @ vt
    values = np.linalg.svd(orthogonalised(grad), compute_uv=False)
    assert 0.6 <= values.min() <= values.max() <= 1.3


def test_a_muon_direction_keeps_the_singular_vectors():
    x = np.random.default_rng(4).standard_normal((8, 12))
    u, _, vt = np.linalg.svd(x, full_matrices=False)
    inner = u.T @ orthogonalised(x) @ vt.T
    np.testing.assert_allclose(inner, np.diag(np.diag(inner)), atol=1e-9)


def test_a_tall_matrix_moves_further():
    grad = np.random.default_rng(5).standard_normal((64, 16))
    (direction,) = muon_directions([grad], [np.zeros_like(grad)])
    np.testing.assert_allclose(direction, 2 * orthogonalised(grad.T).T, rtol=1e-5)


def test_muon_looks_ahead_along_its_momentum():
    rng = np.random.default_rng(6)
    grad, m = rng.standard_normal((2, 4, 4))
    momentum = 0.95 * m + grad
    (direction,) = muon_directions([grad], [m])
    np.testing.assert_allclose(direction, orthogonalised(grad + 0.95 * momentum), rtol=1e-5)
    np.testing.assert_allclose(m, momentum)


def test_matrices_move_alike_alone_and_together():
    rng = np.random.default_rng(7)
    grads = [rng.standard_normal(shape) for shape in [(4, 4), (16, 4), (4, 4), (4, 16)]]
    together = muon_directions(grads, [np.zeros_like(grad) for grad in grads])
    for grad, direction in zip(grads, together, strict=True):
        np.testing.assert_allclose(direction, muon_directions([grad], [np.zeros_like(grad)])[0], rtol=1e-9)


def test_a_zero_gradient_has_no_direction():
    assert not orthogonalised(np.zeros((4, 8))).any()


def test_muon_moves_the_matrices_inside_the_layers_and_adam_the_rest():
    matrices = {name for name in PRESETS["full"].config.shapes(30) if is_matrix(name)}
    others = set(PRESETS["full"].config.shapes(30)) - matrices
    assert others == {"wte", "wpe", "smear", "recall", "h0.bias", "h1.bias", "lm_head"}


def test_without_a_matrix_rate_adam_moves_the_matrices():
    weights, other = random_weights(), random_weights()
    grads = random_weights(1)
    update(weights, {name: g.copy() for name, g in grads.items()}, fresh_moments(weights), 1, ADAM_ONLY)
    np.testing.assert_allclose(weights["h0.wq"], other["h0.wq"] - 0.1 * np.sign(grads["h0.wq"]), rtol=1e-6)


# ---- decay and rates


@pytest.mark.parametrize(("matrix_rate", "lost"), [(0.2, 0.2 * 0.5), (0.0, 0.1 * 0.5)])
def test_only_matrices_decay(matrix_rate, lost):
    weights, before = random_weights(), random_weights()
    grads = {name: np.zeros_like(w) for name, w in weights.items()}
    update(
        weights, grads, fresh_moments(weights), 1, LearningRates(rate=0.1, matrix_rate=matrix_rate, weight_decay=0.5)
    )
    np.testing.assert_allclose(weights["h0.wq"], before["h0.wq"] * (1 - lost))
    np.testing.assert_array_equal(weights["wte"], before["wte"])
    np.testing.assert_array_equal(weights["lm_head"], before["lm_head"])


def test_scaling_changes_both_rates_and_nothing_else():
    assert LearningRates(0.2, 0.1, 0.3, 4.0).scaled(0.5) == LearningRates(0.1, 0.05, 0.3, 4.0)


def test_a_step_keeps_float32():
    weights = {name: w.astype(np.float32) for name, w in random_weights().items()}
    moments = fresh_moments(weights)
    grads = {name: w.astype(np.float32) for name, w in random_weights(1).items()}
    update(weights, grads, moments, 1, LearningRates(weight_decay=0.1))
    assert {w.dtype for w in [*weights.values(), *moments.values()]} == {np.dtype(np.float32)}
