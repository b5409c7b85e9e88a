"""The page reads a log exactly as the service does, however it is cut into chunks."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from service.reading.decoding import SAMPLE_BYTES
from service.reading.lines import CUT_MARK, MAX_BYTES, MAX_CHARACTERS
from service.reading.log_reader import LogReader
from service.reading.reading import RAW, Reading
from service.reading.redaction import OPTIONS, Redactor
from tests.support.reading_cases import CASES, bytes_of

TESTS = Path(__file__).parents[2]
PIECES = [
    b"12:00 bed1 air 20.0\xc2\xb0C ok\n",
    b"crlf\r\n",
    b"\n",
    b"\0\0\0leading NULs\n",
    b"\x1b[31mred\x1b[0m \x1b]0;title\x07 and \x1b(B\n",
    b"\xff\xfe not utf-8 \xed\xa0\x80 \xe2\x82\n",
    b"\xef\xbb\xbfa byte order mark\n",
    "next line \u0085 and \u2028 and \u2029\n".encode(),
    "漢字 and 🚀\n".encode(),
    b"a" * (MAX_CHARACTERS + 1) + b"\n",
    "🚀".encode() * (MAX_CHARACTERS + 5) + b"\n",
    b"b" * (MAX_BYTES - 1) + "é".encode() + b"\n",
    b"c" * (MAX_BYTES + 1) + b"\r\n",
    b"d" * (2 * MAX_BYTES) + b"\n",
    b"\0" * (MAX_BYTES + 9) + b"after many NULs\n",
    b"\r",
    b"\x1b",
    b"tail",
]


def as_in_python(data):
    reader = LogReader(RAW, data[:SAMPLE_BYTES])
    return [*reader.feed(data), *reader.finish()]


def as_in_the_page(in_node, data, cuts=(), reading=None):
    return in_node("lines", base64.b64encode(data).decode(), cuts=list(cuts), reading=reading)["lines"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_of_the_table_is_read(in_node, case):
    data = bytes_of(case)
    request = {"cuts": [], "reading": case["settings"]}
    read = in_node("lines", base64.b64encode(data).decode(), **request)
    assert read["lines"] == case["lines"]
    assert "numbers" not in case or read["numbers"] == case["numbers"]


def test_every_case_of_the_table_is_read_alike_in_any_chunks(in_node):
    rng = np.random.default_rng(3)
    for case in CASES:
        data = bytes_of(case)
        cuts = sorted(int(cut) for cut in rng.integers(0, len(data) + 1, 5))
        assert as_in_the_page(in_node, data, cuts, case["settings"]) == case["lines"]


def test_every_shape_of_the_table_of_secrets_is_masked_as_in_python(in_node):
    lines = [json.loads(row)["line"] for row in (TESTS / "masking_cases.jsonl").read_text().splitlines()]
    expected = Redactor(OPTIONS).redact(lines)
    data = "".join(line + "\n" for line in lines).encode()
    reading = {"container": "none", "mask": list(OPTIONS)}
    assert as_in_the_page(in_node, data, reading=reading) == expected


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\0\0"])
@pytest.mark.parametrize("piece", PIECES, ids=range(len(PIECES)))
def test_a_line_is_read_as_in_python(in_node, piece, end):
    data = b"before\n" + piece + end
    assert as_in_the_page(in_node, data) == as_in_python(data)


def test_the_lines_do_not_depend_on_the_chunks(in_node):
    data, rng = b"".join(PIECES), np.random.default_rng(0)
    expected = as_in_python(data)
    for count in (1, 5, 500, 5000):
        cuts = sorted(int(cut) for cut in rng.integers(0, len(data), count))
        assert as_in_the_page(in_node, data, cuts) == expected


def test_parts_that_never_end_are_given_up_at_the_same_place_in_any_chunks(in_node):
    part = b"2026-11-01T00:00:00Z stdout P " + b"y" * 70_000 + b"\n"
    data = part * 9 + b"2026-11-01T00:00:00Z stderr F x\n"
    reader = LogReader(Reading(), data[:SAMPLE_BYTES])
    expected = [*reader.feed(data), *reader.finish()]
    assert as_in_the_page(in_node, data, reading={}) == expected
    assert as_in_the_page(in_node, data, cuts=range(7, len(data), 50_000), reading={}) == expected


def test_random_bytes_are_read_as_in_python(in_node):
    rng = np.random.default_rng(1)
    for high in (256, 128, 64):
        data = rng.integers(0, high, 30_000, dtype=np.uint8).tobytes()
        assert as_in_the_page(in_node, data, [777, 778]) == as_in_python(data)


def test_a_line_of_fifty_megabytes_is_cut(in_node):
    (line,) = as_in_the_page(in_node, b"x" * 50_000_000)
    assert line == "x" * MAX_CHARACTERS + CUT_MARK
