"""Lines that come through a pipe."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from service.reading.reading import Reading
from service.sources.followed_pipe import FollowedPipe


@pytest.fixture
def ends() -> Iterator[tuple[FollowedPipe, int]]:
    reader, writer = os.pipe()
    yield FollowedPipe(reader, lambda _: Reading()), writer
    os.close(reader)


def test_lines_are_read_as_they_come(ends: tuple[FollowedPipe, int]) -> None:
    pipe, writer = ends
    os.write(writer, b"one\ntw")
    assert pipe.read(0) == ["one"]
    os.write(writer, b"o\n")
    assert pipe.read(0) == ["two"]
    os.close(writer)


def test_where_nothing_came_there_is_no_line(ends: tuple[FollowedPipe, int]) -> None:
    pipe, writer = ends
    assert (pipe.read(0), pipe.ended) == ([], False)
    os.close(writer)


def test_the_last_line_needs_no_newline(ends: tuple[FollowedPipe, int]) -> None:
    pipe, writer = ends
    os.write(writer, b"one\ntwo")
    os.close(writer)
    assert (pipe.read(0) + pipe.read(0), pipe.ended) == (["one", "two"], True)
