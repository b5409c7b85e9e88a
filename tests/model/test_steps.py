"""How far numbers go at their place: what they cost a learner that has seen their steps."""

import random

import numpy as np
import pytest

from model.adaptive import Adaptive
from model.steps import BOUNDS, BUCKETS, STEPS, bucket_of, expect_digit, read_of_number
from model.vocabulary import Vocabulary

CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz :-.="
LINES = 150


def cost_of_numbers(lines, last=50):
    """The mean bits of the digits and marks of one of the last lines."""
    bits = Adaptive(Vocabulary(CHARACTERS)).read(None, "".join(line + "\n" for line in lines))
    text = "".join(line + "\n" for line in lines)
    begin = len(text) - sum(len(line) + 1 for line in lines[-last:])
    return sum(bits[i] for i in range(begin, len(text)) if text[i] in "0123456789.:") / last


def walk(seed, begin, steps):
    """Numbers that go on by steps chosen at random."""
    chance = random.Random(seed)
    numbers = [begin]
    while len(numbers) < LINES:
        numbers.append(numbers[-1] + chance.choice(steps))
    return numbers


def test_an_id_that_grows_by_one_of_four_steps_costs_about_two_bits():
    numbers = walk(1, 29_987, [1, 2, 3, 4])
    assert cost_of_numbers([f"job {number} begins" for number in numbers]) < 3


def test_a_clock_that_goes_on_by_one_of_four_steps_costs_about_two_bits():
    times = walk(2, 35_990, [1, 2, 3, 4])
    lines = [f"{time // 3600:02d}:{time // 60 % 60:02d}:{time % 60:02d} pump on" for time in times]
    assert cost_of_numbers(lines) < 3


def test_a_reading_that_goes_up_or_down_a_little_costs_about_two_bits():
    readings = walk(3, 1_000, [-2, -1, 1, 2])
    assert cost_of_numbers([f"bed {reading / 100:.2f} degrees" for reading in readings]) < 3


def test_a_step_that_never_changes_costs_nothing():
    assert cost_of_numbers([f"{37 * n} requests served" for n in range(100, 100 + LINES)]) < 0.5


def test_the_steps_may_depend_on_the_line_above():
    numbers = walk(4, 5_000, [0])
    for i in range(1, LINES):
        numbers[i] = numbers[i - 1] + (40 if i % 2 else 3)
    lines = [f"{number} {'open' if i % 2 else 'close'}" for i, number in enumerate(numbers)]
    assert cost_of_numbers(lines) < 0.7


def test_numbers_without_any_order_cost_their_digits():
    chance = random.Random(5)
    assert cost_of_numbers([f"port {chance.randrange(10_000, 60_000)} used" for _ in range(LINES)]) > 13


def test_every_step_has_a_bucket_that_holds_it():
    steps = [*range(-200, 200), -(2**24), 2**24]
    assert all(BOUNDS[bucket_of(step)] <= step < BOUNDS[bucket_of(step) + 1] for step in steps)
    assert (bucket_of(-(2.0**50)), bucket_of(2.0**50)) == (0, BUCKETS - 1)


def read(text, steps=None):
    """Read a text that is one place of one kind of line again and again."""
    steps = np.zeros(1, STEPS) if steps is None else steps
    for character in text:
        expect_digit(steps[0], 77 << 20, 5)
        read_of_number(steps[0], ord(character))
    return steps


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("29987 ", 29_987),
        ("24.59C", 2_459),
        ("11:04:40\n", 39_880),
        ("00:00:59.250 ", 59_250),
        ("7:5 ", 75),  # no clock
    ],
)
def test_a_number_is_worth_what_its_marks_say(text, value):
    steps = read(text)[0]
    assert steps["lasts"][steps["place"]] == value


def test_digits_and_two_points_are_no_number():
    steps = read("10.0.")[0]
    assert steps["sizes"][steps["place"]] == 0


@pytest.mark.parametrize("strange", ["9" * 40, "0" * 20, "1" * 15 + ".2", "1.2.3.4.5.6", "::..1:.2", "7:" * 30])
def test_marks_and_digits_in_any_order_are_read(strange):
    bits = Adaptive(Vocabulary(CHARACTERS)).read(None, f"{strange} {strange}\n" * 5)
    assert np.isfinite(bits).all()
