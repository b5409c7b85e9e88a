"""`logling pull`."""

from typing import Any

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
