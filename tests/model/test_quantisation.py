import numpy as np
import pytest

from model.config import PRESETS
from model.quantisation import dequantise, quantise, shipped
from model.transformer import init_weights


@pytest.fixture
def tensor():
    rng = np.random.default_rng(0)
    return (rng.standard_normal((40, 16)) * 10.0 ** rng.integers(-1, 4, (40, 1))).astype(np.float32)


def test_no_number_is_off_by_more_than_half_a_step(tensor):
    steps, scale = quantise(tensor)
    error = np.abs(dequantise(steps, scale) - tensor).max(axis=1)
    assert (error <= scale.astype(np.float64) * 0.5 * (1 + 1e-6)).all()


def test_the_step_is_no_larger_than_the_row_needs(tensor):
    _, scale = quantise(tensor)
    assert (scale.astype(np.float64) * 127 <= np.abs(tensor).max(axis=1) * 1.002).all()


def test_steps_are_int8_and_scales_float16_one_a_row(tensor):
    steps, scale = quantise(tensor)
    assert (steps.dtype, scale.dtype, scale.shape) == (np.int8, np.float16, (40,))


def test_rows_of_zeros_stay_zeros():
    np.testing.assert_array_equal(dequantise(*quantise(np.zeros((3, 5), np.float32))), np.zeros((3, 5)))


def test_tiny_rows_stay_within_half_the_smallest_step():
    tensor = np.full((1, 4), 1e-9, np.float32)
    assert np.abs(dequantise(*quantise(tensor)) - tensor).max() < 1e-4


def test_the_largest_and_the_smallest_of_a_row_are_kept(tensor):
    steps, _ = quantise(np.concatenate([tensor, -tensor]))
    assert (np.abs(steps.astype(int)).max(axis=1) >= 126).all()


def test_what_was_shipped_ships_unchanged(tensor):
    steps, scale = quantise(tensor)
    again, again_scale = quantise(dequantise(steps, scale))
    np.testing.assert_allclose(dequantise(again, again_scale), dequantise(steps, scale), rtol=0.01)


def test_shipped_weights_have_the_same_names_and_shapes_in_float32():
    weights = init_weights(PRESETS["seed"].config, 30, np.random.default_rng(1))
    result = shipped(weights)
    assert {name: w.shape for name, w in result.items()} == {name: w.shape for name, w in weights.items()}
    assert {w.dtype for w in result.values()} == {np.dtype(np.float32)}
