"""The table of cases that Python, Node and the browser read alike."""

from typing import Any

import pytest

from service.reading.decoding import SAMPLE_BYTES
from service.reading.log_reader import LogReader
from tests.support.reading_cases import CASES, bytes_of, reading_of


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_of_the_table_is_read(case: dict[str, Any]) -> None:
    data = bytes_of(case)
    reader = LogReader(reading_of(case), data[:SAMPLE_BYTES])
    lines = reader.feed(data)
    numbers = list(reader.numbers)
    lines += reader.finish()
    assert lines == case["lines"]
    assert "numbers" not in case or numbers + list(reader.numbers) == case["numbers"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_of_the_table_is_read_byte_by_byte(case: dict[str, Any]) -> None:
    data = bytes_of(case)
    reader = LogReader(reading_of(case), data[:SAMPLE_BYTES])
    lines = [line for at in range(len(data)) for line in reader.feed(data[at : at + 1])]
    assert lines + reader.finish() == case["lines"]
