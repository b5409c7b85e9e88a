"""One run, whole: what it records, commits and pushes, and what it leaves alone."""

import base64
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from model import weights_file
from model.training import TrainingDiverged
from service import evaluation
from service.corpus import Corpus
from service.git import SiteError
from service.home import Home
from service.ledger import Ledger, Record
from service.settings import Settings
from service.split import split

FIELDS = {
    "run": str,
    "outcome": str,
    "reason": str,
    "lines": {"new": int, "train": int, "holdout": int},
    "bits_per_char": {"champion": (float, type(None)), "challenger": float, "ngram": float},
    "gain": {"mean": float, "low": float, "high": float},
    "parameters": int,
    "weights_bytes": int,
    "commit": str,
    "pushed": (bool, type(None)),
    "seconds": dict,
    "tokens_per_second": int,
}


def misfits(record: Any, fields: dict[str, Any], path: str = "") -> list[str]:
    """The fields that are missing or of another type."""
    found = []
    for name, kind in fields.items():
        if name not in record:
            found.append(f"{path}{name} is missing")
        elif isinstance(kind, dict):
            found += misfits(record[name], kind, f"{path}{name}.")
        elif not isinstance(record[name], kind):
            found.append(f"{path}{name} is {record[name]!r}")
    return found


def ledger_of(home: Home) -> list[Record]:
    with Ledger(home.ledger) as ledger:
        return ledger.runs()


def changed(settings: Settings, table: str, **values: Any) -> Settings:
    return settings.model_copy(update={table: getattr(settings, table).model_copy(update=values)})


def test_the_first_run_commits_and_its_record_has_the_fields_of_the_contract(first_record: Record) -> None:
    assert first_record["outcome"] == "committed"
    assert misfits(json.loads(json.dumps(first_record)), FIELDS) == []


def test_the_record_is_in_the_ledger_with_its_times_and_loss_curve(reader: Any, first_record: Record) -> None:
    (record,) = ledger_of(reader.home)
    assert {**first_record, "started": record["started"], "finished": record["finished"]} == record
    assert len(record["loss_curve"]) > 2


def test_the_commit_has_the_weights_file_alone_and_says_how_to_redo_it(reader: Any, first_record: Record) -> None:
    assert reader.git("rev-parse", "HEAD") == first_record["commit"]
    assert reader.git("show", "--format=", "--name-only") == "web/weights.js"
    trailers = reader.git("log", "-1", "--format=%(trailers:only,unfold)")
    names = ["Logling-Run", "Logling-Corpus", "Logling-Seed", "Logling-Version"]
    assert [name for name in names if f"{name}: " not in trailers] == []
    assert first_record["run"] in trailers


def test_the_file_that_is_committed_is_the_one_that_was_judged(reader: Any, first_record: Record) -> None:
    file = (reader.home.site / "web" / "weights.js").read_bytes()
    assert len(file) == first_record["weights_bytes"]
    model, _ = weights_file.decode(file)
    settings = reader.home.settings()
    with Corpus(reader.home.corpus, settings.corpus_bytes) as corpus:
        parts = split(corpus.documents(), {})
    bits = evaluation.score(model, parts.holdout).bits_per_char
    assert bits == pytest.approx(first_record["bits_per_char"]["challenger"], abs=1e-12)


def test_without_new_lines_a_run_is_skipped_at_once(committed: Any) -> None:
    tip, begun = committed.git("rev-parse", "HEAD"), time.monotonic()
    record = committed.retrain()
    assert time.monotonic() - begun < 2
    assert (record["outcome"], record["reason"]) == ("skipped", "0 new lines, 100 are needed")
    assert committed.git("rev-parse", "HEAD") == tip


def test_lines_that_were_too_few_are_counted_again(committed: Any) -> None:
    committed.append_usual(60)
    assert committed.retrain()["lines"]["new"] == 60
    committed.append_usual(30)
    record = committed.retrain()
    assert (record["outcome"], record["lines"]["new"]) == ("skipped", 90)


def test_with_new_lines_a_better_model_is_committed_on_top(committed: Any, first_record: Record) -> None:
    remote = committed.add_remote()
    committed.append_usual(200)
    record = committed.retrain()
    assert record["outcome"] == "committed", record["reason"]
    assert misfits(record, FIELDS) == []
    assert record["gain"]["low"] > 0
    assert {training["start"] for training in record["trainings"]} == {"warm", "fresh"}
    assert committed.git("rev-parse", "HEAD~1") == first_record["commit"]
    assert record["pushed"] is True
    assert committed.git("rev-parse", "main", at=remote.name) == record["commit"]
    card = weights_file.decode((committed.home.site / "web" / "weights.js").read_bytes())[1]
    assert len(card["history"]) == 2


def test_a_run_that_learned_nothing_is_rejected_with_its_reason(committed: Any) -> None:
    committed.append_usual(150)
    tip = committed.git("rev-parse", "HEAD")
    hardly_trained = changed(committed.home.settings(), "training", tokens=1_000)
    record = committed.retrain(hardly_trained)
    assert record["outcome"] == "rejected"
    champion, challenger = record["bits_per_char"]["champion"], record["bits_per_char"]["challenger"]
    assert f"{challenger:.3f} bits per character against the champion's {champion:.3f}" in record["reason"]
    assert (record["commit"], committed.git("rev-parse", "HEAD")) == (None, tip)
    assert committed.git("status", "--porcelain") == ""
    assert committed.retrain()["reason"].startswith("0 new lines")


def test_lines_that_no_source_gives_are_told(committed: Any) -> None:
    committed.set(f'files = "{committed.log}"', 'files = "/nowhere/x.log"')
    record = committed.retrain()
    assert record["outcome"] == "skipped"
    assert "/nowhere/x.log" in record["reason"]


def test_a_run_that_fails_is_recorded_with_its_reason_and_leaves_the_site_alone(
    committed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverged(*_: Any, **__: Any) -> None:
        raise TrainingDiverged("to infinity")

    monkeypatch.setattr("service.challenger.train", diverged)
    committed.append_usual(150)
    tip = committed.git("rev-parse", "HEAD")
    with pytest.raises(Exception, match="no challenger could be trained"):
        committed.retrain()
    newest = ledger_of(committed.home)[0]
    assert (newest["outcome"], "no challenger" in newest["reason"]) == ("failed", True)
    assert misfits(newest, {"lines": FIELDS["lines"], "seconds": dict}) == []
    assert (committed.git("rev-parse", "HEAD"), committed.git("status", "--porcelain")) == (tip, "")


def test_a_commit_that_a_hook_refuses_fails_the_run(fresh: Any) -> None:
    hook = fresh.home.site / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'not today'; exit 1\n")
    hook.chmod(0o755)
    with pytest.raises(SiteError, match="not today"):
        fresh.retrain()
    assert ledger_of(fresh.home)[0]["outcome"] == "failed"
    assert fresh.git("status", "--porcelain") == ""


def test_damaged_weights_in_the_site_fail_the_run_by_name(committed: Any) -> None:
    (committed.home.site / "web" / "weights.js").write_text("not weights")
    committed.git("commit", "--quiet", "--all", "--message", "oops")
    committed.append_usual(150)
    with pytest.raises(weights_file.WeightsFileError, match="not a Logling weights file"):
        committed.retrain()
    assert "not a Logling weights file" in ledger_of(committed.home)[0]["reason"]


def begin_long_run(place: Any) -> subprocess.Popen[str]:
    """A run in a process of its own that is training now."""
    command = [str(Path(sys.executable).with_name("logling")), "retrain", "--home", str(place.home.path)]
    child = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LOGLING_TRAINING__TOKENS": "3000000"},
    )
    deadline = time.monotonic() + 30
    while not lines_read(place.home) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    assert child.poll() is None
    return child


def lines_read(home: Home) -> int:
    try:
        with sqlite3.connect(f"file:{home.corpus}?mode=ro", uri=True) as database:
            return int(database.execute("SELECT newest_id FROM counters").fetchone()[0])
    except sqlite3.Error:
        return 0


@pytest.fixture
def long_run(fresh: Any) -> Iterator[subprocess.Popen[str]]:
    child = begin_long_run(fresh)
    yield child
    child.kill()
    child.communicate()


def test_a_run_that_is_told_to_stop_while_training_stops_soon_and_says_so(
    fresh: Any, long_run: subprocess.Popen[str]
) -> None:
    long_run.send_signal(signal.SIGTERM)
    _, errors = long_run.communicate(timeout=30)
    assert long_run.returncode == 1
    assert "Traceback" not in errors
    (record,) = ledger_of(fresh.home)
    assert (record["outcome"], record["reason"]) == ("interrupted", "it was asked to stop")
    assert fresh.git("status", "--porcelain") == ""


def test_a_run_that_was_killed_is_interrupted_and_the_next_one_goes_on(
    fresh: Any, long_run: subprocess.Popen[str]
) -> None:
    long_run.kill()
    long_run.communicate()
    assert fresh.retrain()["outcome"] == "committed"
    _, killed = ledger_of(fresh.home)
    assert killed["outcome"] == "interrupted"
    assert misfits(killed, {"lines": FIELDS["lines"], "bits_per_char": {}, "seconds": dict, "loss_curve": list}) == []


def test_two_runs_at_once_are_refused(fresh: Any, long_run: subprocess.Popen[str]) -> None:
    with pytest.raises(Exception, match=f"in use by process {long_run.pid}"):
        fresh.retrain()


def test_without_a_reachable_remote_a_run_commits_and_tells_the_problem(fresh: Any) -> None:
    remote = fresh.add_remote()
    remote.rename(fresh.folder / "elsewhere")
    record = fresh.retrain()
    assert (record["outcome"], record["pushed"]) == ("committed", False)
    assert any("remote.git" in problem for problem in record["problems"])


def test_commits_that_were_not_pushed_go_with_the_next_run_also_a_skipped_one(committed: Any) -> None:
    remote = committed.add_remote()
    record = committed.retrain()
    assert (record["outcome"], record["pushed"]) == ("skipped", True)
    assert committed.git("rev-parse", "main", at=remote.name) == committed.git("rev-parse", "HEAD")


def test_a_push_that_is_refused_stays_a_problem_until_it_works(committed: Any) -> None:
    remote = committed.add_remote()
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'quota exceeded'; exit 1\n")
    hook.chmod(0o755)
    record = committed.retrain()
    assert record["pushed"] is False
    assert any("quota exceeded" in problem for problem in record["problems"])
    hook.unlink()
    assert committed.retrain()["pushed"] is True


def test_no_line_and_no_path_of_the_log_is_in_any_object_of_the_site(fresh: Any) -> None:
    moved = fresh.log.with_name("marker-in-path.log")
    lines = fresh.log.read_text().splitlines()
    lines.insert(250, "marker-in-line")
    moved.write_text("".join(line + "\n" for line in lines))
    fresh.set(str(fresh.log), str(moved))
    assert fresh.retrain()["outcome"] == "committed"
    everything = all_objects(fresh)
    assert b"Logling-Run" in everything
    assert b"safetensors" in everything
    forbidden = [b"marker", str(fresh.folder).encode(), os.uname().nodename.encode() + b"."]
    assert [word for word in forbidden if word in everything] == []


def all_objects(place: Any) -> bytes:
    """All that git has in the site, weights decoded too."""
    command = ["git", "-C", str(place.home.site), "cat-file", "--batch-all-objects", "--batch"]
    objects = subprocess.run(command, check=True, capture_output=True).stdout
    weights = re.findall(rb'LOGLING_WEIGHTS = "([^"]*)"', objects)
    assert weights
    return objects + b"".join(base64.b64decode(text) for text in weights)
