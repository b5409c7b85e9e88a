"""Values: words, their parts, and those of these; no time."""

import pytest

from service.auditing.values import values_of, words_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Nov 23 03:30:00 hut door open", ["hut", "door", "open"]),
        ("2026-11-23 03:30:00 call 5551234567.", ["call", "5551234567"]),
        ("192.0.2.7 - - [23/Nov/2026:03:30:00 +0000] GET /", ["192.0.2.7", "-", "-", "GET", "/"]),
        ('opened (with "Qx-7!fe.9Z")', ["opened", "with", "Qx-7!fe.9Z"]),
    ],
)
def test_the_words_of_a_line_are_those_after_its_time(line: str, expected: list[str]) -> None:
    words = list(words_of(line))
    assert [word.text for word in words] == expected
    assert all(line[word.begin :].startswith(word.text) for word in words)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("user=ada.l-77", {"user=ada.l-77", "user", "ada.l-77", "ada", "l", "77"}),
        ("sshd[4821]", {"sshd[4821]", "sshd", "4821"}),
        ("key:a&b", {"key:a&b", "key:a", "b", "key", "a"}),
        ("12:30:00", {"12", "30", "00"}),
    ],
)
def test_a_word_has_parts_and_no_time_is_a_value(word: str, expected: set[str]) -> None:
    values = values_of(word)
    assert {value.text for value in values} == expected
    assert all(word[value.begin :].startswith(value.text) for value in values)


def test_of_a_long_value_the_beginning_is_one() -> None:
    assert {len(value.text) for value in values_of("a1" * 200)} == {64}
