"""How lines look to the model, and which are of one kind: numbers and times count less, and tell no two lines apart."""

import pytest


@pytest.fixture
def ranking(in_node):
    def ask(*lines, bits=8.0):
        return in_node("ranking", "", lines=list(lines), bits=bits)

    return ask


SAME = [
    ("took 12 ms", "took 9315 ms"),
    ("at 2026-11-23T10:01:02.5 up", "at 2025-01-02T23:59:59.9 up"),
    ("from 10.0.0.1 port 22", "from 192.168.77.240 port 50122"),
    ("request 550e8400-e29b-41d4-a716-446655440000 done", "request 6fa459ea-ee8a-3ca4-894e-db77e160355e done"),
    ("blk_38865049064139660 ok", "blk_-6952295868487656571 ok"),
    ("commit deadbeef01 by a", "commit 0badcafe99 by a"),
    ("peer fe80::1 gone", "peer 2001:db8::7334 gone"),
    ("mac 00:1b:44:11:3a:b7 joined", "mac a0:ff:0e:99:12:cd joined"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_lines_that_differ_in_numbers_and_identifiers_fold(ranking, one, other):
    assert len(set(ranking(one, other)["templates"])) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("disk full", "disk ok"), ("fan on", "fan off"), ("a 1 b", "a 1 c"), ("café 1", "cafe 1")]
)
def test_lines_that_differ_in_words_do_not_fold(ranking, one, other):
    assert len(set(ranking(one, other)["templates"])) == 2


def test_surprising_words_count_in_full(ranking):
    assert ranking("every word here is new")["surprises"] == [8.0]


def test_surprising_numbers_count_less_than_words_but_not_nothing(ranking):
    words, numbers = ranking("a storm is coming", "50122" * 12)["surprises"]
    assert 0 < numbers < words


def test_wide_characters_before_a_number_do_not_move_it(ranking):
    """The newline is surprising, and the only character that is not part of the identifier."""
    (surprise,) = ranking("🌱1🌱2🌱3")["surprises"]
    assert surprise == 8.0
