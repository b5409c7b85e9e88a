"""What is recalled, against a plain search through all earlier lines."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import recall
from model.recall import REACH, Recall, at_places, places_of
from model.vocabulary import Vocabulary
from model.windows import lay_out

LETTERS = Vocabulary("0123456789 abcdefghijklmnopqrstuvwxyz-:.")


def recalled_after(lines, begun, vocabulary=LETTERS):
    """The characters that are recalled for what follows the beginning of a line: SAME, NEXT, TEXT; "" for nothing."""
    reader = Recall(vocabulary)
    tokens = vocabulary.encode("\n" + "".join(line + "\n" for line in lines) + begun)
    return tuple(vocabulary.decode([token]) if token else "" for token in reader.read_all(tokens)[:, -1])


def beginning(text):
    """The beginning of a line with its numbers made alike."""
    return re.sub("[0-9]+", "#", text)


def plainly(text, t):
    """The same, for the token after t, by looking at every earlier place."""
    line_begin = text.rfind("\n", 0, t + 1)
    digits = re.search("[0-9]*$", text[line_begin : t + 1])[0]
    at = t - len(digits)
    same, following = plain_number(text, at, digits, line_begin)
    if same or following:
        return same, following, ""
    for back in range(t - 1, max(-1, t - REACH - 1), -1):
        begun = text[text.rfind("\n", 0, back + 1) : back + 1]
        if text[back].isdigit() and text[back + 1].isdigit():
            continue
        if beginning(begun) == beginning(text[line_begin : t + 1]):
            return "", "", "" if text[back + 1].isdigit() else text[back + 1]
    return "", "", ""


def plain_number(text, at, digits, line_begin):
    """What two numbers of earlier lines give for the number that begins behind `at`, of which `digits` are written."""
    found = []
    for back in range(at - 1, -1, -1):
        begun = text[text.rfind("\n", 0, back + 1) : back + 1]
        is_within = text[back].isdigit() and text[back + 1].isdigit()
        if not is_within and beginning(begun) == beginning(text[line_begin : at + 1]):
            found.append((back, re.match("[0-9]*", text[back + 1 :])[0][: recall.MOST_RECALLED]))
    if not found or at - found[0][0] > REACH or not found[0][1]:
        return "", ""
    last = found[0][1]
    same = last[len(digits) : len(digits) + 1] if last.startswith(digits) else ""
    if len(last) > recall.MOST_DIGITS:
        return same, ""
    step = 1
    if len(found) > 1 and at - found[1][0] <= REACH and 0 < len(found[1][1]) <= recall.MOST_DIGITS:
        step = int(last) - int(found[1][1])
    if int(last) + step < 0:
        return same, ""
    expected = str(int(last) + step).zfill(len(last))
    return same, expected[len(digits) : len(digits) + 1] if expected.startswith(digits) else ""


LINES = st.lists(st.text("0199 a:", max_size=9), max_size=14)


@given(LINES)
def test_what_is_recalled_is_what_a_plain_search_finds(lines):
    text = "\n" + "".join(line + "\n" for line in lines)
    found = Recall(LETTERS).read_all(LETTERS.encode(text)).T
    for t, ids in enumerate(found):
        assert tuple(LETTERS.decode([token]) if token else "" for token in ids) == plainly(text, t)


@given(LINES, st.integers(1, 40))
def test_nothing_is_recalled_from_out_of_reach(lines, reach):
    text = "\n" + "".join(line + "\n" for line in lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recall, "REACH", reach)
        patch.setattr(recall, "MOST_BEGINNINGS", 8)
        patch.setitem(globals(), "REACH", reach)
        found = Recall(LETTERS).read_all(LETTERS.encode(text)).T
        for t, ids in enumerate(found):
            assert tuple(LETTERS.decode([token]) if token else "" for token in ids) == plainly(text, t)


@given(LINES, st.sampled_from([REACH, 20, 3]))
def test_a_whole_text_recalls_what_is_recalled_token_by_token(lines, reach):
    text = lay_out(LETTERS, [lines])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recall, "REACH", reach)
        expected = Recall(LETTERS).read_all(text.tokens)
        np.testing.assert_array_equal(at_places(text.tokens, places_of(text.tokens, LETTERS)), expected)


def test_a_long_text_recalls_what_is_recalled_token_by_token():
    rng = np.random.default_rng(3)
    lines = ["".join(rng.choice(list("0199 ab:-"), rng.integers(60))) for _ in range(1500)]
    text = lay_out(LETTERS, [lines])
    expected = Recall(LETTERS).read_all(text.tokens)
    np.testing.assert_array_equal(at_places(text.tokens, places_of(text.tokens, LETTERS)), expected)


@pytest.mark.parametrize(
    ("before", "begun", "expected"),
    [
        (["n 0057", "n 0058"], "n 005", "9"),
        (["n 0058", "n 0059"], "n 00", "6"),
        (["n 0999", "n 1000"], "n 100", "1"),
        (["n 998", "n 999"], "n ", "1"),
        (["n 998", "n 999"], "n 100", "0"),
        (["n 20", "n 30"], "n ", "4"),
        (["n 30", "n 20"], "n 1", "0"),
        (["n 7"], "n ", "8"),
    ],
)
def test_a_number_goes_on_in_the_step_of_its_last_two_values(before, begun, expected):
    assert recalled_after(before, begun)[1] == expected


def test_lines_of_other_kinds_may_lie_in_between():
    assert recalled_after(["pump 12 on", "fan 7", "fan 8"], "pump 1")[0] == "2"


def test_a_number_that_is_longer_or_shorter_above_does_not_matter():
    assert recalled_after(["cpu 9 temp 41"], "cpu 100 temp ")[0] == "4"


def test_what_is_written_otherwise_is_recalled_no_more():
    assert recalled_after(["n 57"], "n 6") == ("", "", "\n")


def test_text_is_recalled_behind_the_same_beginning():
    assert recalled_after(["link 3 up", "link 4 down"], "link 5 ")[2] == "d"


def test_a_copy_goes_on_by_itself():
    reader = Recall(LETTERS)
    reader.read_all(LETTERS.encode("\n" + "".join(f"n {number}\n" for number in range(100, 180))))
    copy = reader.copy()
    copy.read_all(LETTERS.encode("x 5\n"))
    assert reader.read_all(LETTERS.encode("x "))[0, -1] == 0
    assert copy.read_all(LETTERS.encode("x "))[0, -1] == LETTERS.encode("5")[0]


def test_a_vocabulary_without_digits_recalls_text_alone():
    assert recalled_after(["ab", "ac"], "a", Vocabulary("abc")) == ("", "", "c")
