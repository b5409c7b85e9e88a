"""Records of several lines: the same whatever the chunking, and held back until they are whole."""

import tracemalloc
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.reading.lines import CUT_MARK, MAX_CHARACTERS
from service.reading.multiline import RecordReader

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
    b"z" * 40_000,
]


def records(*chunks: bytes, rule: str = r"^\s") -> tuple[list[str], RecordReader]:
    reader = RecordReader(rule)
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


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12), cuts=st.lists(st.integers(0, 99_999), max_size=6))
def test_any_chunking_of_the_same_bytes_gives_the_same_records(pieces: list[bytes], cuts: list[int]) -> None:
    data = b"".join(pieces)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole_found, whole = records(data)
    found, chunked = records(*(data[start:end] for start, end in pairwise(edges)))
    assert (found, chunked.consumed) == (whole_found, whole.consumed)
    assert found + chunked.finish() == whole_found + whole.finish()
    assert chunked.consumed == len(data)


@given(pieces=st.lists(st.sampled_from(PIECES[:-1]), max_size=12), cut=st.integers(0, 999))
def test_reading_on_from_where_it_was_consumed_gives_the_rest(pieces: list[bytes], cut: int) -> None:
    data = b"".join(pieces)
    whole_found, whole = records(data)
    found, first = records(data[:cut])
    second = RecordReader(r"^\s", first.skipping)
    found += second.feed(data[first.consumed :])
    assert found + second.finish() == whole_found + whole.finish()


def test_a_record_without_end_takes_no_memory_and_what_follows_is_read() -> None:
    for chunk in (b" more of it\n" * 5_000, b"x" * 60_000, b"\0" * 60_000):
        reader = RecordReader(r"^\s")
        tracemalloc.start()
        found = reader.feed(b"one\n") + [record for _ in range(60) for record in reader.feed(chunk)]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 3_300_000
        found += reader.feed(b"\n  tail\nnext\n") + reader.flush()
        assert found[-1] == "next"
        assert len(found) <= 3
        assert all(len(record) <= MAX_CHARACTERS + len(CUT_MARK) for record in found)


def test_a_cut_record_is_carried_on_by_a_reader_that_is_told() -> None:
    reader = RecordReader(r"^\s")
    assert len(reader.feed(b"one\n" + b" more\n" * 100_000)) == 1
    again = RecordReader(r"^\s", reader.skipping)
    assert again.feed(b" more\n" * 3 + b"two\nthree\n") == ["two"]
