"""`logling history`."""

from typing import Any

from tests.support.commands import Command, document


def test_history_has_every_run_newest_first(reader: Any, first_record: dict[str, Any]) -> None:
    (run,) = document(reader.logling("history", "--json"))["runs"]
    assert (run["run"], run["outcome"]) == (first_record["run"], "committed")
    assert {"started", "finished", "loss_curve", "lines", "bits_per_char", "gain"} <= set(run)


def test_history_of_a_new_home_is_empty(logling: Command, fresh: Any) -> None:
    assert document(logling("history", "--json", "--home", fresh.home.path)) == {
        "runs": [],
        "rollbacks": [],
        "hold": None,
        "sources": [],
    }
    assert logling("history", "--home", fresh.home.path).stdout == "No run yet.\n"


def test_history_for_a_person_has_a_line_a_run(reader: Any, first_record: dict[str, Any]) -> None:
    lines = reader.logling("history").stdout.splitlines()
    assert len(lines) == 2
    assert first_record["commit"][:9] in lines[1]
