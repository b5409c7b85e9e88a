"""Lines and records out of bytes: the same whatever the chunking, and held back until they are whole."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.card_facts import INVISIBLE
from service.reading.lines import CUT_MARK, MAX_BYTES, MAX_CHARACTERS, Oddities
from service.reading.log_reader import LogReader
from service.reading.reading import UNSEEN, Reading

PIECES = [
    b"one\n",
    b"  of it\n",
    b"\n",
    b" \n",
    b"two",
    b" ",
    b"\n",
    b"\0\0",
    b"  \xff\r\n",
    b"\tat x\n",
    b"z" * (MAX_BYTES + 9_000),
]
WHICH = st.integers(0, len(PIECES) - 1)  # so that a failure is printed short


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
ODD = st.integers(0, len(ODD_PIECES) - 1)


def records(*chunks: bytes) -> tuple[list[str], LogReader]:
    reader = LogReader(Reading(continuation=r"^\s"))
    return [record for chunk in chunks for record in reader.feed(chunk)], reader


def test_lines_that_match_are_joined_to_the_one_before() -> None:
    found, reader = records(b"Traceback\n  File x\n    foo\nError\nnext\n")
    assert (found, reader.consumed) == (["Traceback⏎  File x⏎    foo", "Error"], 33)
    assert (reader.flush(), reader.consumed) == (["next"], 38)


def test_a_record_is_held_back_until_the_next_begins() -> None:
    found, reader = records(b"one\n  a\n")
    assert (found, reader.consumed) == ([], 0)
    assert (reader.feed(b"  b\ntw"), reader.consumed) == ([], 0)
    assert (reader.feed(b"o\n"), reader.consumed) == (["one⏎  a⏎  b"], 12)
    assert reader.finish() == ["two"]


def test_a_continuation_with_nothing_before_it_stands_alone() -> None:
    found, reader = records(b"  left over\none\n")
    assert found + reader.flush() == ["  left over", "one"]


def test_an_unfinished_line_is_not_flushed() -> None:
    _, reader = records(b"one\n  a\n  torn")
    assert (reader.flush(), reader.consumed) == (["one⏎  a"], 8)


@given(pieces=st.lists(WHICH, max_size=8), cuts=st.lists(st.integers(0, 300_000), max_size=6))
@settings(deadline=None, max_examples=40)
def test_any_chunking_of_the_same_bytes_gives_the_same_records(pieces: list[int], cuts: list[int]) -> None:
    data = b"".join(PIECES[at] for at in pieces)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole_found, whole = records(data)
    found, chunked = records(*(data[start:end] for start, end in pairwise(edges)))
    assert (found, chunked.consumed) == (whole_found, whole.consumed)
    assert found + chunked.finish() == whole_found + whole.finish()
    assert chunked.consumed == len(data)


@given(pieces=st.lists(WHICH.filter(lambda at: at < len(PIECES) - 1), max_size=12), cut=st.integers(0, 999))
def test_reading_on_from_where_it_was_consumed_gives_the_rest(pieces: list[int], cut: int) -> None:
    data = b"".join(PIECES[at] for at in pieces)
    whole_found, whole = records(data)
    found, first = records(data[:cut])
    second = LogReader(Reading(continuation=r"^\s"), skipping=first.skipping)
    found += second.feed(data[first.consumed :])
    assert found + second.finish() == whole_found + whole.finish()


def test_a_record_without_end_takes_no_memory_and_what_follows_is_read() -> None:
    for chunk in (b" more of it\n" * 10_000, b"x" * 120_000, b"\0" * 120_000):
        reader = LogReader(Reading(continuation=r"^\s"))
        tracemalloc.start()
        found = reader.feed(b"one\n") + [record for _ in range(60) for record in reader.feed(chunk)]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 9_000_000
        found += reader.feed(b"\n  tail\nnext\n") + reader.flush()
        assert found[-1] == "next"
        assert len(found) <= 3
        assert all(len(record) <= MAX_CHARACTERS + len(CUT_MARK) for record in found)


def test_a_cut_record_is_carried_on_by_a_reader_that_is_told() -> None:
    reader = LogReader(Reading(continuation=r"^\s"))
    assert len(reader.feed(b"one\n" + b" more\n" * 60_000)) == 1
    again = LogReader(Reading(continuation=r"^\s"), skipping=reader.skipping)
    assert again.feed(b" more\n" * 3 + b"two\nthree\n") == ["two"]


def read(*chunks: bytes, reading: Reading = Reading()) -> tuple[list[str], LogReader]:  # noqa: B008
    reader = LogReader(reading)
    return [line for chunk in chunks for line in reader.feed(chunk)], reader


@pytest.mark.parametrize("continuation", ["", r"^\s"])
def test_parts_of_two_streams_are_each_read_once_wherever_reading_goes_on(continuation: str) -> None:
    parts = ["stdout P out ", "stderr P err ", "stdout F ends", "stderr F ends", "stdout F more", "stderr F next"]
    data = "".join(f"2026-11-01T00:00:00Z {part}\n" for part in parts).encode()
    reading = Reading(continuation=continuation)
    for cut in range(len(data)):
        first = LogReader(reading, data)
        before = first.feed(data[:cut])
        second = LogReader(reading, data, first.skipping)
        assert before + second.feed(data[first.consumed :]) + second.finish() == [
            "out ends",
            "err ends",
            "more",
            "next",
        ]


def test_a_record_that_begins_with_a_very_long_line_is_not_passed_over() -> None:
    data = b"z" * (MAX_BYTES + 9_000) + b"\nnext\n"
    first = LogReader(Reading(continuation=r"^\s"))
    assert first.feed(data[: MAX_BYTES + 5]) == []
    second = LogReader(Reading(continuation=r"^\s"), skipping=first.skipping)
    assert [line[:3] for line in second.feed(data[first.consumed :]) + second.finish()] == ["zzz", "nex"]


@given(pieces=st.lists(ODD, max_size=8), cuts=st.lists(st.integers(0, 300_000), max_size=8))
@settings(deadline=None, max_examples=40)
def test_any_chunking_of_the_same_bytes_gives_the_same_lines_and_counts(pieces: list[int], cuts: list[int]) -> None:
    data = b"".join(ODD_PIECES[at] for at in pieces)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole_lines, whole = read(data)
    lines, chunked = read(*(data[start:end] for start, end in pairwise(edges)))
    assert (lines + chunked.finish(), chunked.oddities) == (whole_lines + whole.finish(), whole.oddities)
    assert chunked.consumed == len(data)


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=40)))
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
        (b"10%\r20%\x07\n", "20%", Oddities(control=1)),
        ("\u202egnp.exe\u202c\n".encode(), "gnp.exe", Oddities(control=1)),
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


def test_what_follows_a_very_long_line_in_utf_16_is_read_whatever_the_chunks() -> None:
    data = b"\xff\xfe" + ("z" * MAX_BYTES + "\nnext\nlast\n").encode("utf-16-le")
    reader = LogReader(Reading(), data)
    lines = reader.feed(data[: MAX_BYTES + 9_001]) + reader.feed(data[MAX_BYTES + 9_001 :])
    assert lines[1:] == ["next", "last"]


def test_a_very_long_line_in_utf_16_is_read_on_from_the_start_of_a_character() -> None:
    data = b"\xff\xfe" + ("z" * MAX_BYTES + "\nnext\n").encode("utf-16-le")
    first = LogReader(Reading(), data)
    first.feed(data[: MAX_BYTES + 9_001])
    assert LogReader(Reading(), data, first.skipping).feed(data[first.consumed :]) == ["next"]


def test_a_cut_never_leaves_half_a_character() -> None:
    lines, reader = read(b"a" + "€".encode() * MAX_BYTES + b"\n")
    assert lines == ["a" + "€" * (MAX_CHARACTERS - 1) + CUT_MARK]
    assert reader.oddities.invalid_utf8 == 0


@pytest.mark.parametrize("byte", [b"x", b"\0"])
def test_a_line_without_end_takes_no_memory(byte: bytes) -> None:
    reader, chunk = LogReader(Reading()), byte * 1_000_000
    tracemalloc.start()
    given = [line for _ in range(100) for line in reader.feed(chunk)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000
    assert len(given + reader.feed(b"end\nnext\n")) == 2


def test_a_name_hides_what_a_card_says_is_hidden() -> None:
    assert UNSEEN.pattern == INVISIBLE.pattern
