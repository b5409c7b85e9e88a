"""Training text with other values in place of those that identify."""

from __future__ import annotations

import re

import numpy as np
import pytest

from model.vocabulary import Vocabulary
from model.windows import lay_out
from service.training.replacement import find_replacement

ORDINARY = [f"pump {at % 4} at {14 + at % 70 / 10:.1f} C" for at in range(400)]
SECRETS = [
    "key a8Kx02Lm",
    "pin 482913",
    "from 198.51.100.77 and 198.51.100.9",
    "was maple-otter-canyon",
    "id 0x9f86d08188",
]
PRINTABLE = Vocabulary("".join(map(chr, range(32, 127))))
LOG = [*ORDINARY[:200], *SECRETS, *ORDINARY[200:], *SECRETS]


def readings(documents: list[list[str]], count: int = 1, vocabulary: Vocabulary = PRINTABLE) -> list[list[str]]:
    """The lines of so many readings, as a model sees them."""
    tokens = lay_out(vocabulary, documents).tokens
    replacement = find_replacement(vocabulary, documents)
    return [vocabulary.decode(replacement.drawn(tokens, [0, n])).split("\n")[1:-1] for n in range(count)]


def test_each_reading_has_other_values() -> None:
    seen = [tuple(lines[200:205]) for lines in readings([LOG], 20)]
    assert all(len({reading[n] for reading in seen}) == 20 for n in range(len(SECRETS)))


def test_lines_without_a_value_stay() -> None:
    [lines] = readings([LOG])
    assert [line for line in lines if line.startswith("pump")] == ORDINARY


def test_a_value_that_comes_back_is_the_same_other_one_there() -> None:
    [lines] = readings([LOG])
    assert lines[200:205] == lines[-5:]


@pytest.mark.parametrize(
    ("n", "form"),
    [
        (0, r"key [a-z]\d[A-Z][a-z]\d{2}[A-Z][a-z]"),
        (1, r"pin [1-9]\d{5}"),
        (2, r"from [12]\d\d\.[1-9]\d\.[12]\d\d\.[1-9]\d and [12]\d\d\.[1-9]\d\.[12]\d\d\.\d"),
        (3, r"was [a-z]{5}-[a-z]{5}-[a-z]{6}"),
        (4, r"id 0x[0-9a-f]{10}"),
    ],
)
def test_another_value_has_the_shape_of_the_first(n: int, form: str) -> None:
    for lines in readings([LOG], 10):
        assert re.fullmatch(form, lines[200 + n])


def test_addresses_of_one_network_stay_in_one() -> None:
    for lines in readings([LOG], 10):
        one, other = re.findall(r"[\d.]+", lines[202])
        assert one.rsplit(".", 1)[0] == other.rsplit(".", 1)[0]


def test_documents_are_laid_out_one_after_the_other() -> None:
    [lines] = readings([ORDINARY[:50], SECRETS, [""], [*ORDINARY[:9], SECRETS[1]]])
    assert [line for line in lines if line.startswith("pump")] == ORDINARY[:50] + ORDINARY[:9]
    assert lines[51] == lines[-1] != SECRETS[1]


def test_the_same_seed_draws_the_same() -> None:
    assert readings([LOG], 2) == readings([LOG], 2)


def test_letters_that_the_vocabulary_lacks_are_not_drawn() -> None:
    lacking = Vocabulary("0123456789 abdefikmnprstuwyABCKLM.-x")
    for lines in readings([LOG], 5, lacking):
        assert "\ufffd" not in lines[203]


def test_a_value_of_letters_that_the_vocabulary_lacks_stays_unknown() -> None:
    [lines] = readings([[*ORDINARY, "by QWMZKDJFHX"]], 1, Vocabulary("0123456789 abdefikmnprstuwy.-x"))
    assert lines[-1] == "by " + "\ufffd" * 10


def test_a_log_without_values_is_read_as_it_is() -> None:
    tokens = lay_out(PRINTABLE, [ORDINARY]).tokens
    drawn = find_replacement(PRINTABLE, [ORDINARY]).drawn(tokens, [0])
    assert np.array_equal(drawn, tokens)
