import math

import numpy as np
import pytest

from model.exact import Mulberry32, exp, linear, power, softmax, total

PUBLISHED = {  # the first draws, times 2^32, and the 100,000th, of mulberry32 as published in JavaScript, run by Node
    0: ([1144304738, 1416247, 958946056, 627933444], 451400699),
    1: ([2693262067, 11749833, 2265367787, 4213581821], 2346085445),
    42: ([2581720956, 1925393290, 3661312704, 2876485805], 4216965536),
    123456789: ([1107202814, 4169434471, 3372958138, 885470128], 3236054254),
    4294967295: ([3850105811, 813802916, 3073704848, 4054706436], 3542019437),
}


def test_exp_is_right_to_thirteen_digits():
    x = np.concatenate([np.linspace(-700, 700, 20_001), np.random.default_rng(0).normal(0, 3, 20_000)])
    np.testing.assert_allclose(exp(x), [math.exp(value) for value in x], rtol=2e-13, atol=0)


def test_exp_near_zero_is_right_to_fourteen_digits():
    x = np.linspace(-1, 1, 20_001)
    np.testing.assert_allclose(exp(x), [math.exp(value) for value in x], rtol=2e-14, atol=0)


def test_exp_of_zero_is_exactly_one():
    np.testing.assert_array_equal(exp(np.array([0.0, -0.0])), [1.0, 1.0])


def test_exp_far_below_zero_is_zero():
    np.testing.assert_array_equal(exp(np.array([-700.1, -1e4, -1e9])), [0.0, 0.0, 0.0])


def test_exp_holds_up_to_709():
    np.testing.assert_allclose(exp(np.array([709.0])), [math.exp(709.0)], rtol=2e-13, atol=0)


@pytest.mark.parametrize("step", [-524_000, -513, -512, -1, 0, 1, 256, 512, 523_000])
def test_power_of_a_whole_step_comes_from_the_table(step):
    np.testing.assert_allclose(power(np.array([float(step)])), [2.0 ** (step / 512)], rtol=1e-15, atol=0)


def test_exp_of_a_number_does_not_depend_on_its_neighbours():
    x = np.random.default_rng(1).normal(0, 5, 33)
    np.testing.assert_array_equal(exp(x), [exp(value[None])[0] for value in x])


def in_order(numbers):
    result = 0.0
    for number in numbers:
        result += number
    return result


def test_total_adds_in_index_order():
    x = np.random.default_rng(2).normal(0, 1, (5, 1000)) * 10.0 ** np.arange(-5, 0)[:, None]
    np.testing.assert_array_equal(total(x), [in_order(row) for row in x.tolist()])


def test_linear_adds_in_index_order():
    rng = np.random.default_rng(3)
    x, w = rng.normal(0, 1, (2, 64)), rng.normal(0, 1, (3, 64))
    expected = [[in_order((row * column).tolist()) for column in w] for row in x]
    np.testing.assert_array_equal(linear(x, w), expected)


def test_softmax_sums_to_one():
    x = np.random.default_rng(4).normal(0, 20, (50, 130))
    np.testing.assert_allclose(softmax(x).sum(axis=-1), 1.0, rtol=0, atol=1e-14)


def test_softmax_of_huge_differences_is_finite():
    np.testing.assert_array_equal(softmax(np.array([[1e5, 0.0, -1e5]])), [[1.0, 0.0, 0.0]])


@pytest.mark.parametrize("seed", PUBLISHED)
def test_mulberry32_gives_the_published_numbers(seed):
    generator = Mulberry32(seed)
    draws = [generator.uniform() * 2**32 for _ in range(100_000)]
    assert (draws[:4], draws[-1]) == PUBLISHED[seed]


def test_mulberry32_stays_below_one():
    generator = Mulberry32(7)
    draws = [generator.uniform() for _ in range(10_000)]
    assert min(draws) >= 0
    assert max(draws) < 1
