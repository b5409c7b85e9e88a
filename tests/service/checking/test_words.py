"""The words of a line."""

import timeit

import pytest

from service.checking.words import MOST_QUOTED, MOST_WORDS, quoted, template, words_of


def texts(line: str) -> list[str]:
    return [word.text for word in words_of(line)]


@pytest.mark.parametrize(
    ("line", "words"),
    {
        "fan on": ["fan", "on"],
        "fan_speed=low": ["fan_speed", "=", "low"],
        "Größe übergroß 風速": ["Größe", "übergroß", "風速"],
        "a\u00a0b": ["a\u00a0b"],
        "": [],
        " \t ": [],
        "10:30:00,500 up": ["@@", "up"],
        "Nov 23 03:30:00 up": ["@@", "up"],
        "[2026-01-02T03:04:05.678Z] up": ["[", "@@", "]", "up"],
        "v1.2.3-rc4 ok": ["##", "ok"],
        "sshd[913]: in": ["sshd", "[", "##", "]", ":", "in"],
        "at fe80::1 and ::": ["at", "##", "and", ":", ":"],
        "02:42:ac:11:00:02 up": ["##", "up"],
        "id 123e4567-e89b-12d3-a456-426614174000.": ["id", "##", "."],
        "amount 1,234.50": ["amount", "##", ",", "##"],
        "^~~ $1": ["^", "~", "~", "$", "##"],
        "\ud800 alone": ["\ud800", "alone"],
    }.items(),
)
def test_the_words_of(line: str, words: list[str]) -> None:
    assert texts(line) == words


def test_a_word_stands_where_it_says() -> None:
    line = "Nov 23 03:30:00 door-2: öffnet in 0.4 s"
    said = [line[word.begin : word.end] for word in words_of(line)]
    assert said == ["Nov 23 03:30:00", "door", "-", "2", ":", "öffnet", "in", "0.4", "s"]


def test_the_place_of_an_identifier_is_the_name_before_it_and_what_is_between() -> None:
    line = 'rt=0.4 "GET /item/77" 200 8'
    assert [word.place for word in words_of(line) if word.place] == ["rt=", "item/", 'item/##"', 'item/##"##']


def test_an_identifier_that_begins_a_line_has_a_place() -> None:
    assert words_of("17 open")[0].place == "^"


def test_lines_that_differ_in_times_and_identifiers_have_one_template() -> None:
    lines = ["Nov 23 03:30:00 door-2: open in 0.4 s", "Jan 1 23:00:09 door-17: open in 11 s"]
    assert {template(line, words_of(line)) for line in lines} == {"# door-#: open in # s"}


def test_no_more_words_are_looked_at_than_a_line_may_have() -> None:
    assert len(words_of("a " * 10 * MOST_WORDS)) == MOST_WORDS


@pytest.mark.parametrize("piece", ["a", "1", "a1-", "1.", "::", "f:", "a ", "_-", "12:", "Jan ", "é", "^", "1-1T"])
def test_a_hostile_line_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def seconds(length: int) -> float:
        line = (piece * length)[:length]
        return min(timeit.repeat(lambda: template(line, words_of(line)), number=1, repeat=3))

    assert seconds(65_536) < 40 * seconds(8_192) + 0.05  # 8 times as long; 64 times if it were quadratic


def test_a_word_in_a_sentence_stands_between_backticks_and_is_bounded() -> None:
    assert quoted("fan") == "`fan`"
    assert quoted("a`b") == "`a'b`"
    assert quoted("`") == "a backtick"
    assert len(quoted("x" * 9999)) == MOST_QUOTED + 3
