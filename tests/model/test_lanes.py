"""Operations on lanes, each in a compiled function of its own, against numpy."""

import numpy as np
import pytest

from model.compiled import compiled
from model.lanes import N_LANES, dot, filled, from_lane, load, load_tile, power_of_two, store, store_rows, transpose

NUMBERS = np.random.default_rng(0).standard_normal(N_LANES * N_LANES).astype(np.float32)


@compiled
def write_powers(exponents, out):
    for at in range(0, len(exponents), N_LANES):
        store(out, at, power_of_two(load(exponents, at)))


@compiled
def write_from_lane(first, later, earlier, out):
    store(out, 0, from_lane(first, load(later, 0), load(earlier, 0)))


@compiled
def write_transposed(numbers):
    transpose(numbers)


@compiled
def write_rows(like, tile, out):
    store_rows(load_tile(like, tile, 0, N_LANES), out, 0)


@compiled
def write_dot(like, tile, row, out):
    store(out, 0, dot(load_tile(like, tile, 0, N_LANES), row, 0, filled(np.float32(0))))


def powers_of(exponents):
    out = np.empty(len(exponents), np.float32)
    write_powers(exponents.astype(np.float32), out)
    return out


def test_a_power_is_right_to_a_few_units_of_its_last_place():
    exponents = np.random.default_rng(1).uniform(-120, 127, 16_000).astype(np.float32)
    np.testing.assert_allclose(powers_of(exponents), 2.0 ** exponents.astype(np.float64), rtol=4e-7)


def test_a_very_small_power_is_not_below_what_float32_holds_well():
    assert powers_of(np.array([-120, -121, -1e9, -np.inf] * 4)) == pytest.approx(2.0**-120, rel=1e-6)


@pytest.mark.parametrize("first", [-3, 0, 1, 15, 16, 300])
def test_lanes_are_taken_from_one_or_the_other(first):
    later, earlier, out = NUMBERS[:N_LANES], NUMBERS[-N_LANES:], np.empty(N_LANES, np.float32)
    write_from_lane(first, later, earlier, out)
    np.testing.assert_array_equal(out, np.where(np.arange(N_LANES) >= first, later, earlier))


def test_sixteen_rows_become_columns():
    numbers = NUMBERS.copy()
    write_transposed(numbers)
    np.testing.assert_array_equal(numbers.reshape(N_LANES, N_LANES), NUMBERS.reshape(N_LANES, N_LANES).T)


@pytest.mark.parametrize("n_feature", [1, 3, 12])
def test_a_tile_is_written_lane_by_lane(n_feature):
    out = np.empty(n_feature * N_LANES, np.float32)
    write_rows((0.0,) * n_feature, NUMBERS, out)
    np.testing.assert_array_equal(out.reshape(N_LANES, n_feature), NUMBERS.reshape(-1, N_LANES)[:n_feature].T)


@pytest.mark.parametrize("n_feature", [1, 3, 12])
def test_a_dot_product_is_that_of_each_lane(n_feature):
    row, out = NUMBERS[:n_feature].copy(), np.empty(N_LANES, np.float32)
    write_dot((0.0,) * n_feature, NUMBERS, row, out)
    np.testing.assert_allclose(out, row @ NUMBERS.reshape(-1, N_LANES)[:n_feature], rtol=0, atol=1e-5)
