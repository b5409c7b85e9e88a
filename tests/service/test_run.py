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
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from typing import Any

import pytest

from model import weights_file
from model.training import Point, TrainingDiverged
from model.transformer import Model
from service.errors import LoglingError
from service.home import Home
from service.site.git import SiteError
from service.storage.corpus import Corpus
from service.storage.ledger import Ledger
from service.storage.reserve import Reserve
from service.storage.run_record import AuditFigures, RememberedValue
from service.training import evaluation
from service.training.split import split
from tests.support.engines import thread_engine
from tests.support.repositories import write_script
from tests.support.runs import Document, documents
from tests.support.waiting import PATIENCE, wait_until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOME_VALUE = RememberedValue(source=1, line=7, kind="number", characters=12, lines=3)
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


def ledger_of(home: Home) -> list[Document]:
    with Ledger(home.ledger) as ledger:
        return documents(ledger)


def test_the_first_run_commits_and_its_record_has_the_fields_of_the_contract(first_record: Document) -> None:
    assert first_record["outcome"] == "committed"
    assert misfits(json.loads(json.dumps(first_record)), FIELDS) == []


def test_the_record_is_in_the_ledger_with_its_times_and_loss_curve(reader: Any, first_record: Document) -> None:
    (record,) = ledger_of(reader.home)
    assert {**first_record, "started": record["started"], "finished": record["finished"]} == record
    assert len(record["loss_curve"]) > 2


def test_the_commit_has_the_weights_file_alone_and_says_how_to_redo_it(reader: Any, first_record: Document) -> None:
    assert reader.git("rev-parse", "HEAD") == first_record["commit"]
    assert reader.git("show", "--format=", "--name-only") == "web/weights.js"
    trailers = reader.git("log", "-1", "--format=%(trailers:only,unfold)")
    names = ["Logling-Run", "Logling-Corpus", "Logling-Seed", "Logling-Version"]
    assert [name for name in names if f"{name}: " not in trailers] == []
    assert first_record["run"] in trailers


def test_the_file_that_is_committed_is_the_one_that_was_judged(reader: Any, first_record: Document) -> None:
    file = (reader.home.site / "web" / "weights.js").read_bytes()
    assert len(file) == first_record["weights_bytes"]
    model, _ = weights_file.decode(file)
    settings = reader.home.settings()
    with Corpus(reader.home.corpus, settings.corpus_bytes) as corpus:
        parts = split(corpus.documents(), {}, Reserve(corpus.identity()))
    bits = evaluation.score(model, parts.holdout).bits_per_char
    assert bits == pytest.approx(first_record["bits_per_char"]["challenger"], abs=1e-12)


def test_what_was_usual_stays_in_the_ledger(reader: Any, first_record: Document) -> None:
    assert "usual" not in first_record
    with Ledger(reader.home.ledger) as ledger:
        assert ledger.runs()[-1].usual is not None


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


def test_with_new_lines_a_better_model_is_committed_on_top(committed: Any, first_record: Document) -> None:
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


@pytest.mark.parametrize(
    ("answers", "outcome"), [(["remembered", "clean"], "committed"), (["remembered"] * 2, "rejected")]
)
def test_where_the_best_challenger_remembers_the_other_one_is_asked(
    fresh: Any, monkeypatch: pytest.MonkeyPatch, answers: list[str], outcome: str
) -> None:
    """Which of them remembers is up to a fake: no training can be relied on for it."""
    asked: list[Model] = []

    def audit_model(model: Model, *_: Any) -> Any:
        asked.append(model)
        answer = answers[len(asked) - 1]
        figures = AuditFigures(
            answer=answer, asked=9, unseen=0, sampled=256, language=0, count=1, remembered=[SOME_VALUE]
        )
        return SimpleNamespace(figures=figures)

    monkeypatch.setattr("service.run.audit_model", audit_model)
    record = fresh.retrain()
    assert (record["outcome"], len(asked), record["audit"]["answer"]) == (outcome, 2, answers[outcome == "committed"])
    first, second = record["trainings"]
    assert (first["validation"] > second["validation"]) == (outcome == "committed")


def test_a_run_that_learned_nothing_is_rejected_with_its_reason(
    committed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_effect(config, plan, tokens, validation, training):  # type: ignore[no-untyped-def]
        is_warm = plan.tokens < committed.home.settings().training.tokens
        bits = 1.0 if is_warm else 2.0
        return replace(training, step=1, curve=[Point(0, bits, bits)], finished=True)

    monkeypatch.setattr("service.training.challengers.round_of_steps", without_effect)
    monkeypatch.setattr("service.training.contest.open_engine", thread_engine)
    committed.append_usual(150)
    tip = committed.git("rev-parse", "HEAD")
    record = committed.retrain()
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

    monkeypatch.setattr("service.training.challengers.round_of_steps", diverged)
    monkeypatch.setattr("service.training.contest.open_engine", thread_engine)
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
    with pytest.raises(LoglingError, match="not a Logling weights file"):
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
    wait_until(lambda: lines_read(place.home))
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
    _, errors = long_run.communicate(timeout=PATIENCE)
    assert long_run.returncode == 1
    assert "Traceback" not in errors
    (record,) = ledger_of(fresh.home)
    assert (record["outcome"], record["reason"]) == ("interrupted", "it was asked to stop")
    assert fresh.git("status", "--porcelain") == ""


def test_a_run_whose_terminal_is_closed_stops_and_says_so(fresh: Any, long_run: subprocess.Popen[str]) -> None:
    long_run.send_signal(signal.SIGHUP)
    _, errors = long_run.communicate(timeout=PATIENCE)
    assert (long_run.returncode, "Traceback" in errors) == (1, False)
    (record,) = ledger_of(fresh.home)
    assert (record["outcome"], record["reason"]) == ("interrupted", "it was asked to stop")


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


def test_a_run_that_is_told_to_stop_while_it_pushes_has_committed_and_the_push_waits(fresh: Any) -> None:
    fresh.add_remote()
    write_script(fresh.home.site / ".git" / "hooks" / "pre-push", "sleep 60")
    command = [str(Path(sys.executable).with_name("logling")), "retrain", "--home", str(fresh.home.path)]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    wait_until(fresh.home.unpushed.exists)
    child.send_signal(signal.SIGTERM)
    _, errors = child.communicate(timeout=PATIENCE)
    assert (child.returncode, errors.splitlines()[-1]) == (1, "stopped")
    (record,) = ledger_of(fresh.home)
    assert (record["outcome"], record["pushed"]) == ("committed", False)
    assert record["reason"].endswith("; then, before all was pushed: it was asked to stop")
    assert record["commit"] == fresh.git("rev-parse", "HEAD")
    assert fresh.home.unpushed.exists()


def test_other_weights_that_were_committed_while_it_trained_fail_the_run_and_the_next_compares_with_them(
    committed: Any, first_record: Document
) -> None:
    committed.append_usual(200)
    swap = """
    mkdir .git/once 2>/dev/null || exit 0
    blob=$(git cat-file blob HEAD:web/weights.js | sed '1s|^// |// theirs |' | git hash-object -w --stdin)
    export GIT_INDEX_FILE=.git/others-index
    git read-tree HEAD
    git update-index --cacheinfo 100644,$blob,web/weights.js
    git update-ref HEAD $(git commit-tree -p HEAD -m theirs $(git write-tree))
    """
    write_script(committed.home.site / ".git" / "hooks" / "pre-commit", swap)
    with pytest.raises(SiteError, match="other weights were committed"):
        committed.retrain()
    assert committed.git("log", "-1", "--format=%s") == "theirs"
    committed.git("checkout", "--quiet", "HEAD", "--", ".")
    record = committed.retrain()
    assert record["outcome"] == "committed"
    assert record["bits_per_char"]["champion"] is not None
    assert committed.git("log", "-1", "--skip=1", "--format=%s") == "theirs"


def test_no_line_and_no_path_of_the_log_is_in_any_object_of_the_site(fresh: Any) -> None:
    moved = fresh.log.with_name("zebra-in-path.log")
    lines = fresh.log.read_text().splitlines()
    lines.insert(250, "zebra-in-line")
    moved.write_text("".join(line + "\n" for line in lines))
    fresh.set(str(fresh.log), str(moved))
    assert fresh.retrain()["outcome"] == "committed"
    everything = all_objects(fresh)
    assert b"Logling-Run" in everything
    assert b"safetensors" in everything
    forbidden = [b"zebra", str(fresh.folder).encode(), os.uname().nodename.encode() + b"."]
    assert [word for word in forbidden if word in everything] == []


# ---- people and others in the site


def others_push(place: Any, remote: Path, name: str, content: bytes) -> None:
    """Somebody else changes a file on the remote."""
    place.git("clone", "--quiet", str(remote), "others", at=".")
    (place.folder / "others" / name).write_bytes(content)
    place.git("add", ".", at="others")
    place.git("commit", "--quiet", "--message", "others", at="others")
    place.git("push", "--quiet", at="others")


def test_weights_that_others_pushed_are_the_champion_of_the_next_run(committed: Any, first_record: Document) -> None:
    first = (committed.home.site / "web" / "weights.js").read_bytes()
    committed.append_usual(200)
    assert committed.retrain()["outcome"] == "committed"
    remote = committed.add_remote()
    committed.retrain()
    others_push(committed, remote, "web/weights.js", first)
    committed.append_usual(200)
    record = committed.retrain()
    assert record["outcome"] == "committed", record["reason"]
    show = ["git", "-C", str(committed.home.site), "show", f"{record['commit']}^:web/weights.js"]
    assert subprocess.run(show, check=True, capture_output=True).stdout == first
    card = weights_file.decode((committed.home.site / "web" / "weights.js").read_bytes())[1]
    assert len(card["history"]) == 2, "goes on from theirs, not from ours"


def test_a_person_in_the_way_of_what_others_pushed_is_told_and_the_run_goes_on(committed: Any) -> None:
    remote = committed.add_remote()
    committed.retrain()
    others_push(committed, remote, "web/index.html", b"theirs")
    (committed.home.site / "web" / "index.html").write_text("mine")
    committed.append_usual(200)
    record = committed.retrain()
    assert (record["outcome"], record["pushed"]) == ("committed", False)
    assert any("left as it is" in problem for problem in record["problems"])
    assert (committed.home.site / "web" / "index.html").read_text() == "mine"


def test_a_persons_change_of_the_weights_is_told_and_stays(committed: Any) -> None:
    (committed.home.site / "web" / "weights.js").write_text("mine")
    committed.append_usual(200)
    record = committed.retrain()
    assert record["outcome"] == "committed"
    assert any("a person's change" in problem for problem in record["problems"])
    assert (committed.home.site / "web" / "weights.js").read_text() == "mine"
    assert committed.git("rev-parse", "HEAD") == record["commit"]


def test_a_half_finished_merge_fails_the_run_by_name_and_lines_are_pulled(committed: Any) -> None:
    for branch, text in (("other", "one"), ("main", "two")):
        committed.git("switch", "--quiet", *(["--create"] if branch == "other" else []), branch)
        (committed.home.site / "text.txt").write_text(text)
        committed.git("add", ".")
        committed.git("commit", "--quiet", "--message", branch)
    with pytest.raises(subprocess.CalledProcessError):
        committed.git("merge", "other")
    committed.append_usual(200)
    status = committed.git("status")
    with pytest.raises(SiteError, match="a merge is under way"):
        committed.retrain()
    record = ledger_of(committed.home)[0]
    assert (record["outcome"], record["lines"]["new"]) == ("failed", 200)
    assert committed.git("status") == status
    assert "train" not in record["seconds"]
    committed.git("commit", "--quiet", "--all", "--message", "solved")
    assert committed.retrain()["outcome"] == "committed"


@pytest.mark.parametrize("checkout", [["--detach"], ["--create", "mine"]])
def test_a_site_on_another_branch_fails_the_run_until_a_person_switches_back(
    committed: Any, checkout: list[str]
) -> None:
    committed.git("switch", "--quiet", *checkout)
    with pytest.raises(SiteError, match="`git switch main`"):
        committed.retrain()
    committed.git("switch", "--quiet", "main")
    assert committed.retrain()["outcome"] == "skipped"


def test_a_lock_that_a_crash_left_is_removed_and_told(committed: Any) -> None:
    (committed.home.site / ".git" / "index.lock").touch()
    record = committed.retrain()
    assert record["problems"] == ["removed index.lock, which a killed git had left"]


def test_a_commit_whose_run_never_told_it_is_found_even_when_others_weights_win(
    committed: Any, first_record: Document
) -> None:
    first = (committed.home.site / "web" / "weights.js").read_bytes()
    remote = committed.add_remote()
    committed.retrain()
    committed.append_usual(200)
    committed.set("[git]\n", "[git]\nseconds = 50\n")
    remote.rename(away := remote.with_name("away.git"))
    lost = committed.retrain()
    with sqlite3.connect(committed.home.ledger) as database:
        record = json.dumps({**lost, "commit": None, "outcome": None})
        values = (record, lost["run"])
        database.execute("UPDATE runs SET outcome = NULL, finished = NULL, record = ? WHERE run = ?", values)
    away.rename(remote)
    others_push(committed, remote, "web/weights.js", first.replace(b"// ", b"// theirs ", 1))
    committed.retrain()
    found = next(record for record in ledger_of(committed.home) if record["run"] == lost["run"])
    assert (found["outcome"], found["commit"]) == ("committed", lost["commit"])


# ---- the clock and the databases


def test_a_clock_that_was_set_back_a_day_changes_nothing(committed: Any, first_record: Document) -> None:
    committed.append_usual(200)
    record = committed.retrain(now=NOON - timedelta(days=1))
    assert record["outcome"] == "committed"
    assert ledger_of(committed.home)[0]["run"] == record["run"]
    assert committed.git("rev-parse", "HEAD~1") == first_record["commit"]
    assert committed.retrain(now=NOON - timedelta(days=1))["outcome"] == "skipped"


@contextmanager
def write_lock(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who writes to a database and does not come to an end."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
    finally:
        database.close()


@pytest.mark.parametrize("name", ["ledger", "corpus"])
def test_a_database_that_is_busy_for_a_while_is_waited_for(committed: Any, name: str) -> None:
    committed.append_usual(50)
    with write_lock(getattr(committed.home, name)) as database:
        timer = Timer(0.5, database.rollback)
        timer.start()
        record = committed.retrain()
        timer.join()
    assert (record["outcome"], record["lines"]["new"]) == ("skipped", 50)


class Impatient(sqlite3.Connection):
    """A connection that waits for a lock a moment only."""

    def __init__(self, path: Any, **options: Any) -> None:
        super().__init__(path, **{**options, "timeout": 0.1})


@pytest.mark.parametrize("name", ["ledger", "corpus"])
def test_a_database_that_is_busy_for_too_long_is_a_sentence_and_loses_nothing(
    committed: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    committed.append_usual(200)
    connect = sqlite3.connect
    with write_lock(getattr(committed.home, name)), monkeypatch.context() as patch:
        patch.setattr("sqlite3.connect", lambda *given, **options: connect(*given, **options, factory=Impatient))
        with pytest.raises(LoglingError, match=r"cannot be used.*: database is locked"):
            committed.retrain()
    record = committed.retrain()
    assert (record["outcome"], record["lines"]["new"]) == ("committed", 200)


# ---- a full disk


def fill(filler: Path, but: int = 0) -> None:
    """Write until nothing more can be written, and give back some bytes."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    os.truncate(filler, max(0, filler.stat().st_size - but))


@pytest.mark.parametrize("room", [0, 100_000])
def test_a_full_disk_is_a_sentence_and_loses_nothing(committed: Any, small_disk: Any, room: int) -> None:
    committed.append_usual(4_000)
    state = committed.home.state
    with small_disk(state, "4m"):
        fill(state / "filler", but=room)
        with pytest.raises((LoglingError, OSError), match=r"full|disk I/O|No space"):
            committed.retrain()
        (state / "filler").unlink()
        record = committed.retrain()
        assert (record["outcome"], record["lines"]["new"]) == ("committed", 4_000)
        assert ledger_of(committed.home)[0]["run"] == record["run"]


def all_objects(place: Any) -> bytes:
    """All that git has in the site, weights decoded too."""
    command = ["git", "-C", str(place.home.site), "cat-file", "--batch-all-objects", "--batch"]
    objects = subprocess.run(command, check=True, capture_output=True).stdout
    weights = re.findall(rb'LOGLING_WEIGHTS = "([^"]*)"', objects)
    assert weights
    return objects + b"".join(base64.b64decode(text) for text in weights)


def test_a_run_that_is_begun_where_its_user_may_not_be_trains_all_the_same(committed: Any, tmp_path: Path) -> None:
    committed.append_usual(300)
    (tmp_path / "private").mkdir()
    as_any_user = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    logling = Path(sys.executable).with_name("logling")
    retrain = [logling, "retrain", "--home", committed.home.path, "--json"]
    done = subprocess.run(
        ["sh", "-c", 'cd "$0" && chmod 000 . && exec "$@"', tmp_path / "private", *as_any_user, *retrain],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert json.loads(done.stdout)["outcome"] in ("committed", "rejected"), done.stderr
    assert len(json.loads(done.stdout)["trainings"]) == 2  # each in a worker of its own
