"""Which parts of lines identify, in logs of which only that part is of interest."""

from __future__ import annotations

import time

import pytest

from service.training.identifying import FEWEST_LINES, LANGUAGE_SHARE, LogLanguage, pieces_of

COUNT = 2000


def lines_with(value: str, times: int, form: str = "app: key fern is {} now") -> list[str]:
    """Ordinary lines, among which one with a value stands so many times."""
    ordinary = [f"pump {at % 4} at {14 + at % 70 / 10:.1f} C, {at % 400} l in tank {at % 3}" for at in range(COUNT)]
    every = COUNT // times
    for at in range(times):
        ordinary[at * every] = form.format(value)
    return ordinary


def found(lines: list[str], line: str) -> str:
    """The pieces of a line that identify, by what a model learns from."""
    return " ".join(value.text for value in LogLanguage([lines]).values(line))


@pytest.mark.parametrize(
    "value",
    [
        "482913",
        "4829137756",
        "9f86d081884c7d65",
        "qwmzkdjfhx",
        "a8Kx02Lm",
        "198.51.100.77",
    ],
)
@pytest.mark.parametrize("times", [1, 3, 10, 30])
def test_a_secret_is_a_value_in_however_few_lines(value: str, times: int) -> None:
    lines = lines_with(value, times)
    assert found(lines, lines[0]) == " ".join(value.split("."))


@pytest.mark.parametrize("value", ["maple-otter-canyon", "gardener@greenhouse"])
def test_words_that_are_joined_are_values(value: str) -> None:
    lines = lines_with(value, 10)
    assert found(lines, lines[0]) == value.replace("-", " ").replace("@", " ")


def test_the_name_of_a_host_is_a_value() -> None:
    lines = lines_with("biblioteka.uni.example", 10, "login failed rhost={} user=root")
    assert found(lines, lines[0]) == ""  # of a top-level domain that is none
    lines = lines_with("library.wsi.edu.pl", 10, "login failed rhost={} user=root")
    assert found(lines, lines[0]) == "library wsi edu pl"


def test_an_address_in_a_name_is_the_same_value() -> None:
    line = "connection from 82.68.222.195 (82-68-222-195.dsl.example.net)"
    values = list(LogLanguage([lines_with(line, 10, "{}")]).values(line))
    assert [(value.text, value.begun) for value in values[:4]] == [(value.text, value.begun) for value in values[4:8]]


def test_a_password_of_short_pieces_is_a_value() -> None:
    lines = lines_with("Qx-7!fe.9Z", 10)
    assert found(lines, lines[0]) == "Qx fe 9Z"  # single digits are everywhere


def test_what_stands_in_many_lines_is_language() -> None:
    times = int(LANGUAGE_SHARE * COUNT)
    assert found(lines_with("8443", times), "app: key fern is 8443 now") == ""


def test_a_long_token_is_a_value_in_however_many_lines() -> None:
    token = "9f86d081884c7d65"
    assert found(lines_with(token, COUNT // 2), f"app: key fern is {token} now") == token


def test_a_name_in_many_lines_is_language_however_it_looks() -> None:
    lines = [f"qwmzkdjfhxbv pump {at % 4} on" if at % 9 == 0 else f"tank {at % 4}" for at in range(COUNT)]
    assert found(lines, lines[0]) == ""


def test_the_id_of_a_container_in_every_line_is_language() -> None:
    lines = [f"3f2a9c1b7d4e pump {at % 4} on" for at in range(COUNT)]
    assert found(lines, lines[7]) == ""


def test_a_short_log_has_language_too() -> None:
    lines = [f"listening on port 8443 with {at % 7} workers" for at in range(FEWEST_LINES)]
    assert found(lines, lines[0]) == ""


def test_plain_words_are_language_even_if_they_are_rare() -> None:
    lines = lines_with("audit subsystem initialized", 2)
    assert found(lines, lines[0]) == ""


def test_quantities_are_none_however_rare_each_is() -> None:
    lines = [f"sent {at * 7919 % 90_000 + 10_000} bytes" for at in range(COUNT)]
    assert found(lines, lines[7]) == ""


def test_a_number_that_comes_back_often_among_others_is_a_value() -> None:
    lines = [f"badge {at * 7919 % 90_000 + 10_000} opens" for at in range(COUNT // 4)]
    lines[::15] = ["badge 31415 opens"] * len(lines[::15])
    ordinary = [f"pump {at % 4} on" for at in range(COUNT)]
    assert found(lines + ordinary, lines[0]) == "31415"


def test_long_numbers_of_many_people_are_values() -> None:
    lines = [f"call to {at * 7_919_777_777 % 9_000_000_000 + 1_000_000_000} ended" for at in range(COUNT)]
    assert found(lines, lines[7]) == lines[7].split()[2]


def test_long_numbers_that_count_up_are_none() -> None:
    lines = [f"frame {4_700_000_000 + 31 * at} ok" for at in range(COUNT)]
    assert found(lines, lines[7]) == ""


def test_names_where_many_names_stand_are_values() -> None:
    letters = "bcdfghklmn"
    names = [f"{a}a{b}o" for a in letters for b in letters]
    lines = lines_with("sandro", 1, "login of {} failed") + [f"login of {name} failed" for name in names]
    assert found(lines, lines[0]) == "sandro"


def test_times_are_none() -> None:
    line = "2026-11-29T03:30:00Z pump 3 on"
    assert found([line], line) == ""


def test_numbers_with_units_are_none() -> None:
    lines = [f"bat {12 + at % 3}.{at % 97:02d}V {at % 31}A load t-{at % 90:03d}" for at in range(COUNT)]
    assert found(lines, lines[7]) == ""


def test_names_of_one_shape_keep_what_all_of_them_have() -> None:
    lines = [f"node R{at % 64:02d}-M{at % 2}-N{at % 9}-C:J{at % 18:02d}-U{at % 2}1 ok" for at in range(COUNT)]
    assert found(lines, lines[7]) == ""


def test_a_piece_says_where_it_stands() -> None:
    assert [(piece.text, piece.place) for piece in pieces_of("door-2[71]: open")] == [
        ("door", "^"), ("2", "door-"), ("71", "door-#["), ("open", "door-#[#]: "),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["a-", "!a", "1.", "a@", "0x", "=", "1.2.3.4 ", "1.2.3.4/"])
def test_the_work_grows_with_the_length_alone(text: str) -> None:
    def seconds(count: int) -> float:
        line, begun = text * count, time.process_time()
        list(LogLanguage([[line]]).values(line))
        return time.process_time() - begun

    seconds(100)
    assert seconds(40_000) < 40 * max(seconds(4000), 0.005)
