"""The page reads bytes as lines exactly as the service does, however they are cut into chunks."""

import base64

import numpy as np
import pytest

from service.reading.lines import CUT_MARK, MAX_BYTES, MAX_CHARACTERS, LineReader

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
    reader = LineReader(keeps_blank=True)
    return [*reader.feed(data), *reader.finish()]


def as_in_the_page(in_node, data, cuts=()):
    return in_node("lines", base64.b64encode(data).decode(), cuts=list(cuts))


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


def test_random_bytes_are_read_as_in_python(in_node):
    rng = np.random.default_rng(1)
    for high in (256, 128, 64):
        data = rng.integers(0, high, 30_000, dtype=np.uint8).tobytes()
        assert as_in_the_page(in_node, data, [777, 778]) == as_in_python(data)


def test_a_line_of_fifty_megabytes_is_cut(in_node):
    (line,) = as_in_the_page(in_node, b"x" * 50_000_000)
    assert line == "x" * MAX_CHARACTERS + CUT_MARK
