"""`logling predict`."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import document


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "score.log"
    path.write_text("01 bravo fan slow ok\n02 delta fan fast ok\nunheard of §\n")
    return path


def test_predict_gives_as_many_samples_of_as_many_lines_as_asked_for(reader: Any) -> None:
    told = document(reader.logling("predict", "--json", "--samples", 2, "--steps", 3))
    assert [len(sample) for sample in told["samples"]] == [3, 3]
    assert [len(bits) for bits in told["bits"]] == [3, 3]


def test_predict_is_decided_by_its_seed(reader: Any, log: Path) -> None:
    one, same, other = (
        document(reader.logling("predict", "--json", "--seed", seed, "--context", log)) for seed in (1, 1, 9)
    )
    assert one == same != other


def test_predict_goes_on_from_the_newest_lines_of_the_corpus(reader: Any, original: Any, tmp_path: Path) -> None:
    context = tmp_path / "context.log"
    context.write_text(original.log)
    by_itself = document(reader.logling("predict", "--json"))
    assert by_itself == document(reader.logling("predict", "--json", "--context", context))
