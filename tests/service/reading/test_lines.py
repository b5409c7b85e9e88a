"""Lines out of bytes: the same lines whatever the chunking, and every oddity counted."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reading.lines import CUT_MARK, MAX_BYTES, MAX_CHARACTERS, LineReader, Oddities

ODD_PIECES = [
    b"plain words",
    "größe ≥ 3".encode(),
    b"\n",
    b"\r\n",
    b"\r",
    b"\0\0\0",
    b"\xff\xfe",
    b"\xe2\x82",
    b"\x1b[31mred\x1b[0m",
    "\u2028\x85".encode(),
    b"\t",
    b" ",
    b"x" * (MAX_CHARACTERS - 3),
    b"y" * (MAX_BYTES + 1),
]


def read(*chunks: bytes) -> tuple[list[str], LineReader]:
    reader = LineReader()
    return [line for chunk in chunks for line in reader.feed(chunk)], reader


@given(pieces=st.lists(st.sampled_from(ODD_PIECES), max_size=12), cuts=st.lists(st.integers(0, 100_000), max_size=8))
def test_any_chunking_of_the_same_bytes_gives_the_same_lines_and_counts(pieces: list[bytes], cuts: list[int]) -> None:
    data = b"".join(pieces)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole_lines, whole = read(data)
    lines, chunked = read(*(data[start:end] for start, end in pairwise(edges)))
    assert (lines + chunked.finish(), chunked.oddities) == (whole_lines + whole.finish(), whole.oddities)
    assert chunked.consumed == len(data)


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40)))
def test_ordinary_text_comes_out_as_it_was_written(texts: list[str]) -> None:
    lines, reader = read("".join(text + "\n" for text in texts).encode())
    assert lines == [text for text in texts if text.strip()]
    assert reader.oddities == Oddities(blank=len(texts) - len(lines))


def test_an_unfinished_last_line_is_held_back_and_not_counted_as_consumed() -> None:
    lines, reader = read(b"one\ntwo \xff")
    assert (lines, reader.consumed, reader.oddities) == (["one"], 4, Oddities())
    assert reader.feed(b"!\n") == ["two �!"]
    assert (reader.consumed, reader.oddities) == (11, Oddities(invalid_utf8=1))


def test_the_last_line_counts_without_newline_when_the_stream_has_ended() -> None:
    _, reader = read(b"one\ntwo")
    assert (reader.finish(), reader.consumed, reader.finish()) == (["two"], 7, [])


@pytest.mark.parametrize(
    ("data", "line", "counted"),
    [
        (b"ends as on Windows\r\n", "ends as on Windows", Oddities(crlf=1)),
        (b"\0\0\0after copytruncate\n", "after copytruncate", Oddities(nul=1)),
        (b"caf\xe9 in latin-1\n", "caf� in latin-1", Oddities(invalid_utf8=1)),
        (b"\x1b[1;31mFAILED\x1b[0m unit\n", "FAILED unit", Oddities(control=1)),
        (b"\x1b]0;title\x07prompt\n", "prompt", Oddities(control=1)),
        (b"10%\r20%\x07\n", "10%20%", Oddities(control=1)),
        (b"a\tb\n", "a\tb", Oddities()),
        ("one\u2028line\u0085still\n".encode(), "onelinestill", Oddities(control=1)),
    ],
)
def test_what_a_log_should_not_hold_is_removed_and_counted(data: bytes, line: str, counted: Oddities) -> None:
    lines, reader = read(data)
    assert (lines, reader.oddities) == ([line], counted)


def test_blank_lines_are_dropped_and_counted() -> None:
    lines, reader = read(b"\n \t\n\0\na\n")
    assert (lines, reader.oddities) == (["a"], Oddities(blank=3, nul=1))


def test_a_very_long_line_is_cut_with_a_visible_mark_and_the_next_line_is_read() -> None:
    lines, reader = read(b"x" * 9_000 + b"\nnext\n")
    assert lines == ["x" * MAX_CHARACTERS + CUT_MARK, "next"]
    assert reader.oddities == Oddities(overlong=1)


def test_a_cut_never_leaves_half_a_character() -> None:
    lines, reader = read(b"a" + "€".encode() * MAX_BYTES + b"\n")
    assert lines == ["a" + "€" * (MAX_CHARACTERS - 1) + CUT_MARK]
    assert reader.oddities.invalid_utf8 == 0


@pytest.mark.parametrize("byte", [b"x", b"\0"])
def test_a_line_without_end_takes_no_memory(byte: bytes) -> None:
    reader, chunk = LineReader(), byte * 1_000_000
    tracemalloc.start()
    given = [line for _ in range(100) for line in reader.feed(chunk)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
    assert len(given + reader.feed(b"end\nnext\n")) == 2
