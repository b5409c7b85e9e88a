"""`logling pull`."""

import gzip
import lzma
from typing import Any

import zstandard

from tests.support.commands import Command, document


def test_pull_tells_its_lines_gaps_and_sources(logling: Command, fresh: Any) -> None:
    told = document(logling("pull", "--json", "--home", fresh.home.path))
    assert told["lines"] == {"new": 500, "total": 500}
    assert told["gaps"] == []
    assert told["sources"] == [{"path": str(fresh.log), "position": fresh.log.stat().st_size, "lines": 500}]


def test_a_log_whose_name_is_not_utf8_is_a_problem_and_the_others_are_read(logling: Command, fresh: Any) -> None:
    fresh.log.with_name("b\udcff.log").write_text("one\n" * 9)
    fresh.set(str(fresh.log), f"{fresh.log.parent}/*.log")
    told = document(logling("pull", "--json", "--home", fresh.home.path))
    assert told["lines"]["new"] == 500
    assert any("not UTF-8" in problem for problem in told["problems"])


def test_a_truncated_archive_is_told_at_every_pull_until_it_is_mended(logling: Command, fresh: Any) -> None:
    whole = gzip.compress(b"a line\n" * 999)
    archive = fresh.log.with_name("old.log.gz")
    archive.write_bytes(whole[:-9])
    fresh.set(str(fresh.log), f"{fresh.log.parent}/*.gz")
    told = [document(logling("pull", "--json", "--home", fresh.home.path))["problems"] for _ in range(3)]
    assert [any(str(archive) in problem for problem in problems) for problems in told] == [True] * 3
    archive.write_bytes(whole)
    assert document(logling("pull", "--json", "--home", fresh.home.path))["problems"] == []


def test_an_archive_that_cannot_be_unpacked_here_is_told_with_its_reason(logling: Command, fresh: Any) -> None:
    text = b"".join(b"line %d of it all\n" % number for number in range(5_000))
    words = zstandard.train_dictionary(1024, [b"line %d of %d it all" % (at, at * 7) for at in range(5_000)])
    large = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30, "preset": 1}]
    fresh.log.with_name("a.log.zst").write_bytes(zstandard.ZstdCompressor(dict_data=words).compress(text))
    fresh.log.with_name("b.log.xz").write_bytes(lzma.compress(text, filters=large))
    fresh.set(str(fresh.log), f"{fresh.log.parent}/*.log.*")
    problems = "\n".join(document(logling("pull", "--json", "--home", fresh.home.path))["problems"])
    assert "a dictionary that is not in it" in problems
    assert "asks for more memory" in problems
