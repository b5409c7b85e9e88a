"""Lines that a log would never write, and futures that stop there."""

import itertools
import random

import pytest

from model.sampling import continue_log

GOOD = [f"12:{n % 60:02d} bed{n % 4} air {20 + n % 7}.{n % 10}°C fan on" for n in range(300)]
USUAL = GOOD[7]


@pytest.fixture
def is_noise(in_node):
    def of(line, good=GOOD, context=(), before=()):
        return in_node("noise", "", good=list(good), context=list(context), lines=[line], before=list(before))[0]

    return of


@pytest.mark.parametrize("line", [USUAL, "12:00 bed1 air 99.9°C fan on", "23:59 bed3 air 1°C fan on"])
def test_a_line_of_known_words_is_no_noise(is_noise, line):
    assert not is_noise(line)


def test_a_new_name_is_no_noise_where_names_are_often_new(is_noise):
    names = ["".join(letters) for letters in itertools.product("bdfgklmn", "aeiou", "rstv", "aeiou")]
    random.Random(1).shuffle(names)
    assert not is_noise("login of zoe failed", good=[f"login of {name} failed" for name in names])


@pytest.mark.parametrize(
    "line", ["12:00 bed1 arfan 20.1 onCon [fair] fon 4", "fan fan air bed on air", "q" * 9 + " [] {}"]
)
def test_words_in_an_order_that_never_was_are_noise(is_noise, line):
    assert is_noise(line)


def test_a_line_that_comes_again_and_again_is_noise(is_noise):
    assert not is_noise(USUAL, before=[USUAL] * 5)
    assert is_noise(USUAL, before=[USUAL] * 6)


def test_a_log_may_repeat_its_lines(is_noise):
    assert not is_noise(USUAL, context=[USUAL, USUAL], before=[USUAL] * 6)


def test_of_a_log_of_which_nothing_is_known_no_line_is_noise(is_noise):
    assert not is_noise("qux [] fair {} onCon", good=[])


def test_futures_hold_no_noise_and_some_stop_early(in_node, trained):
    options = {"samples": 30, "steps": 6, "seed": 1, "temperature": 1.6}
    answer = in_node("futures", trained, context=["12:00 bed1 air 20.0°C ok"], options=options)
    assert sum(future["noise"] for future in answer) == 0
    assert any(len(future["lines"]) < 6 for future in answer)
    assert any(future["lines"] for future in answer)


def test_a_future_without_noise_is_pythons(in_node, trained):
    context = ["12:00 bed1 air 20.0°C ok", "12:01 bed2 air 20.1°C ok"]
    given = {"samples": 6, "steps": 3, "seed": 5, "temperature": 0.3}
    answer = in_node("futures", trained, context=context, options=given)
    assert [future["lines"] for future in answer] == [
        one.lines for one in continue_log(trained.model, context, **given)
    ]
