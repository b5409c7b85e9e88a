"""All of a weights file is checked before it is used; what fuzzing once found stays refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from model.weights_file import WeightsFileError
from service.checking.sound_weights import decode_weights
from tests.benchmarks.fuzz_weights import bases, in_python, mutation, wrapped
from tests.support.weights import random_weights
from tests.support.weights_cases import READINGS, card_with

FOUND = json.loads((Path(__file__).parents[2] / "weights_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", FOUND, ids=lambda case: case["says"][-40:])
def test_what_fuzzing_found_is_refused(case: dict[str, str]) -> None:
    file = b'// found\nglobalThis.LOGLING_WEIGHTS = "' + case["base64"].encode() + b'";\n'
    with pytest.raises(WeightsFileError) as refused:
        decode_weights(file)
    assert str(refused.value).startswith(case["says"])


@pytest.mark.parametrize("name", READINGS)
def test_a_reading_that_cannot_be_followed_is_refused(name: str) -> None:
    with pytest.raises(WeightsFileError, match="reading that cannot be followed"):
        decode_weights(card_with(reading=READINGS[name])(random_weights("no smear")))


@pytest.mark.parametrize("profile", [5, None, {}, {"windows": []}])
def test_a_profile_without_its_bytes_is_refused(profile: Any) -> None:
    with pytest.raises(WeightsFileError, match="lacks the tensor 'profile'"):
        decode_weights(card_with(profile=profile)(random_weights("no smear")))


def test_a_few_hundred_spoiled_files_are_read_or_refused() -> None:
    sound = bases()
    found = [(number, in_python(mutation(number, 0, sound)[1])[1]) for number in range(400)]
    assert [(number, trouble) for number, trouble in found if trouble] == []


def test_the_files_that_are_spoiled_are_sound() -> None:
    for base in bases():
        decode_weights(base.file())


def test_a_file_without_bytes_is_refused() -> None:
    with pytest.raises(WeightsFileError, match="truncated"):
        decode_weights(wrapped(b""))
