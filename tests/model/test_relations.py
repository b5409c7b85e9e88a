"""What the numbers of a line make of the next one: what they cost a learner that has seen how they go together."""

import random
from datetime import UTC, datetime

import pytest

from model.adaptive import Adaptive
from model.vocabulary import Vocabulary

CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz :-.="
LINES = 80
HALF_A_BIT = 0.5


def cost_of_last(lines, text):
    """The bits of a text at the end of the last of some lines, each of which is new."""
    assert lines[-1].endswith(text)
    bits = Adaptive(Vocabulary(CHARACTERS)).read(None, "".join(line + "\n" for line in lines))
    return bits[-1 - len(text) : -1].sum()


def random_moments(seed):
    chance = random.Random(seed)
    return [datetime.fromtimestamp(1_700_000_000 + chance.randrange(10**8), UTC) for _ in range(LINES)]


def test_a_time_in_seconds_tells_the_minute_and_the_second_behind_it():
    lines = [f"{moment.timestamp():.0f} node up {moment:%M:%S}" for moment in random_moments(1)]
    assert cost_of_last(lines, lines[-1][-5:]) < HALF_A_BIT


def test_it_tells_the_hour_too_also_of_another_time_zone():
    lines = [f"{moment.timestamp():.0f} node up {(moment.hour + 5) % 24:02d}" for moment in random_moments(2)]
    assert cost_of_last(lines, lines[-1][-2:]) < HALF_A_BIT


def test_a_number_that_comes_again_in_its_line_costs_nothing():
    chance = random.Random(3)
    ids = [chance.randrange(10**6, 10**7) for _ in range(LINES)]
    lines = [f"begin {one} of job {chance.choice('abc')} as {one}" for one in ids]
    assert cost_of_last(lines, str(ids[-1])) < HALF_A_BIT


def test_so_does_one_that_is_more_by_as_much_as_ever():
    chance = random.Random(4)
    ids = [chance.randrange(10**6, 10**7) for _ in range(LINES)]
    lines = [f"from {one} to {one + 4096}" for one in ids]
    assert cost_of_last(lines, str(ids[-1] + 4096)) < HALF_A_BIT


def test_numbers_that_have_nothing_to_do_with_each_other_cost_their_digits():
    chance = random.Random(5)
    lines = [f"{chance.randrange(10**6, 10**7)} and {chance.randrange(1000, 10_000)}" for _ in range(LINES)]
    assert cost_of_last(lines, lines[-1][-4:]) > 8


@pytest.mark.parametrize("strange", ["9" * 40, "0" * 20, "1" * 15 + " 2", "7 " * 30])
def test_numbers_of_any_length_and_count_are_read(strange):
    bits = Adaptive(Vocabulary(CHARACTERS)).read(None, f"{strange} {strange}\n" * 5)
    assert (bits > 0).all()
