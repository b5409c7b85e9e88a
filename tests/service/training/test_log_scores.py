"""The scores of a model of several logs on each of them, and what these are called."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from model.weights_file import decode
from service.settings import Settings, Source
from service.storage.run_record import RunRecord
from service.training.evaluation import Scores
from service.training.gate import Scored
from service.training.log_scores import names_of_logs, scores_by_log
from service.training.split import Part, Split
from tests.support.commands import document


def scored(*bits: float) -> Scored:
    return Scored(np.array(bits), np.full(len(bits), 10.0))


def parts(names: dict[int, str]) -> Split:
    holdout = [Part([], ["a"], 1), Part([], ["b", "c"], 2), Part([], ["d"], 1)]
    return Split([], [], holdout, [], {}, names=names)


SCORES: Any = {"challenger": scored(1, 2, 3, 5), "equal_bytes": scored(10, 20, 30, 40)}


def by_log(names: dict[int, str]) -> list[tuple[str, int, float, float]] | None:
    scores = Scores(*(SCORES.get(name) for name in Scores._fields))
    found = scores_by_log(parts(names), scores)
    return found and [(log.name, log.lines, log.bits_per_char, log.ngram) for log in found]


def test_each_log_has_its_lines_and_scores() -> None:
    assert by_log({1: "auth", 2: "dpkg"}) == [("auth", 2, 0.3, 2.5), ("dpkg", 2, 0.25, 2.5)]


def test_logs_of_one_name_are_one_and_need_no_table() -> None:
    assert by_log({1: "auth", 2: "auth"}) is None


SETTINGS = Settings(
    source=[
        Source(files="/var/log/*.log"),
        Source(files="/var/log/remote/*/shop.log"),
        Source(files="/srv/x.log", name="doors"),
        Source(journal="ssh"),
        Source(journal=""),
    ]
)


def test_logs_are_called_by_words_that_are_known_or_stand_in_the_settings() -> None:
    families = {
        1: ("/var/log/auth.log", "/var/log/*.log"),
        2: ("/var/log/athena.log", "/var/log/*.log"),
        3: ("/var/log/remote/athena/shop.log", "/var/log/remote/*/shop.log"),
        4: ("/srv/x.log", "/srv/x.log"),
        5: ("journal:ssh", ""),
        6: ("journal:*", ""),
        7: ("/no/longer/dpkg-athena.log", "/no/longer/*"),
    }
    names = names_of_logs(families, SETTINGS)
    assert [*names.values()] == ["auth", "log", "log", "doors", "ssh", "journal", "dpkg"]


def two_logs(fresh: Any) -> None:
    """Make the home's sources one of each of two hosts, `athena` and `hera`."""
    for host, log, count in (("athena", "auth", 500), ("hera", "dpkg", 300)):
        path = Path(fresh.folder) / "remote" / host / f"{log}.log"
        path.parent.mkdir(parents=True)
        path.write_text("".join(f"{n % 60:02} {log} {'ab'[n % 2]} ok\n" for n in range(count)))
    fresh.set(f'files = "{fresh.log}"\nname = "app"', f'files = "{fresh.folder}/remote/*/*.log"')


def test_a_run_its_card_and_the_ledger_tell_the_score_of_each_log_and_no_host(fresh: Any) -> None:
    two_logs(fresh)
    record = document(fresh.logling("retrain", "--json"))
    assert [log["name"] for log in record["by_log"]] == ["auth", "dpkg"]
    assert sum(log["lines"] for log in record["by_log"]) == record["lines"]["holdout"]
    _, card = decode((fresh.home.site / "web" / "weights.js").read_bytes())
    assert [log["name"] for log in card["by_log"]] == ["auth", "dpkg"]
    assert document(fresh.logling("history", "--json"))["runs"][0]["by_log"] == record["by_log"]
    assert [host for host in ("athena", "hera", "remote") if host in json.dumps(card)] == []
    assert fresh.logling("verify", "HEAD").returncode == 0


def test_a_run_tells_a_person_the_score_of_each_log(fresh: Any) -> None:
    two_logs(fresh)
    told = [line for line in fresh.logling("retrain").stdout.splitlines() if line.startswith("  by log ")]
    assert [(line.count(" lines)"), "auth 0." in line, "dpkg 0." in line) for line in told] == [(2, True, True)]


def test_a_run_of_one_log_says_nothing_of_logs() -> None:
    assert "by_log" not in RunRecord().as_json()
