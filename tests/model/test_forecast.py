"""How well the numbers of a line go on from those of the lines before."""

import time

import numpy as np
import pytest

from model.forecast import FEWEST_LINES, MOST_NUMBERS, Forecast


def station(count, seed=0):
    """Lines in which a counter counts, a level wanders, and the stock falls by what is used."""
    draw = np.random.default_rng(seed)
    lines, level, stock = [], 400, 100_000
    for i in range(count):
        level += int(draw.integers(-3, 4))
        used = int(draw.integers(2, 60))
        stock -= used
        lines.append(f"{i:05d} level {level} used {used} stock {stock} ok")
    return lines


@pytest.fixture(scope="module")
def lines():
    return station(300)


@pytest.fixture(scope="module")
def forecast(lines):
    return Forecast(lines[:-1])


def changed(line, place, by):
    words = line.split(" ")
    words[place] = str(int(words[place]) + by).zfill(len(words[place]))
    return " ".join(words)


def test_a_true_line_is_plausible(forecast, lines):
    assert forecast.plausibility(lines[-1]) > 0.2


@pytest.mark.parametrize(("place", "by"), [(0, 9), (2, 40), (6, -30)])
def test_a_number_that_does_not_go_on_is_far_less_plausible(forecast, lines, place, by):
    assert forecast.plausibility(changed(lines[-1], place, by)) < 0.2 * forecast.plausibility(lines[-1])


def test_a_number_that_jumps_now_and_then_may_jump_again():
    steady = [f"at {i % 7} tank {500 - i % 90}" for i in range(400)]  # it is filled every 90 lines
    forecast = Forecast(steady[:360])
    assert forecast.plausibility("at 3 tank 500") > 0.05
    assert forecast.plausibility("at 3 tank 300") == forecast.plausibility("at 3 tank 500")


def test_a_kind_is_known_when_it_came_often_enough():
    few = [f"fan {i}" for i in range(FEWEST_LINES)]
    assert Forecast(few[:-1]).known_kind("fan 7") is None
    assert Forecast(few).known_kind("fan 7") == "fan #"


def test_lines_without_numbers_are_not_forecast():
    assert not Forecast(["fan on"] * 100).knows_some


def test_a_copy_reads_on_and_leaves_the_first_as_it_was(forecast, lines):
    before = forecast.plausibility(lines[-1])
    copy = forecast.copy()
    copy.read(lines[-1])
    assert copy.plausibility(lines[-1]) < before
    assert forecast.plausibility(lines[-1]) == before


def test_a_copy_knows_the_kinds_that_were_known(forecast):
    copy = forecast.copy()
    for i in range(2 * FEWEST_LINES):
        copy.read(f"fan {i}")
    assert copy.known_kind("fan 7") is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "odd", ["9" * 400, "9" * 300 + ".25", "0." + "3" * 400, "-" + "8" * 30, "-0.0", "1.2.3.4", "§ ½ ٣"]
)
def test_any_number_has_a_plausibility(odd):
    forecast = Forecast([f"v {odd}" if i % 2 else f"v {i}" for i in range(200)])
    line = f"v {odd}"
    if forecast.known_kind(line):
        assert 0 <= forecast.plausibility(line) <= 1


def test_the_work_grows_with_the_line_and_no_faster():
    def seconds(numbers):
        lines = [" ".join(str(i + j) for j in range(numbers)) for i in range(3)]
        start = time.process_time()
        Forecast(lines)
        return time.process_time() - start

    few = max(seconds(20_000), 0.01)
    assert seconds(80_000) < 12 * few


def test_of_many_numbers_in_a_line_the_first_are_forecast():
    lines = [" ".join(str(i + j) for j in range(2 * MOST_NUMBERS)) for i in range(60)]
    forecast = Forecast(lines[:-1])
    numbers = lines[-1].split(" ")
    assert forecast.plausibility(" ".join([*numbers[:-1], "7"])) == forecast.plausibility(lines[-1])
