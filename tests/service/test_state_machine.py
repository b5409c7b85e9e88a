"""Whatever happens in whatever order, nothing is lost: a state machine of all that may befall a home.

A few short stories in each test run; `HYPOTHESIS_PROFILE=long` plays many long ones.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from model import weights_file
from service.commands.rollback import roll_back
from service.errors import LoglingError
from service.home import locked
from service.site.publish import push_again
from service.site.repository import WEIGHTS
from service.sources.pull import pull
from service.storage.corpus import Corpus
from service.storage.hold import Hold
from service.storage.ledger import Ledger
from tests.benchmarks import crashes
from tests.support.runs import documents

ENDED_WELL = ("committed", "rejected", "skipped")
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


class AHome(RuleBasedStateMachine):
    """A home, its log, its remote, its people."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="logling-story-"))
        self.trial = crashes.Trial(self.folder)
        self.site: Path = self.trial.home.site
        self.person: dict[str, str] = {}  # what a person wrote, and has not committed
        self.staged: dict[str, str] = {}
        self.published_while_held = 0
        self.edits = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize()
    def make(self) -> None:
        self.trial.make()
        assert self.trial.run(crashes.Fault("none")).said == "committed"

    # ---- the log

    @rule(count=st.sampled_from([1, 30, 90, 200]))
    def append(self, count: int) -> None:
        self.trial.append(count)

    @rule()
    def rotate(self) -> None:
        self.trial.rotated += 1
        self.trial.log.rename(self.trial.log.with_name(f"app.log.{self.trial.rotated:04d}"))
        self.trial.log.touch()

    # ---- the service

    @rule()
    def pull(self) -> None:
        found = self.trial.home.settings()
        with locked(self.trial.home), Corpus(self.trial.home.corpus, found.corpus_bytes) as corpus:
            pull(found.source, corpus)
        assert self.newest_line() == self.trial.written

    @rule(new=st.booleans())
    def retrain(self, new: bool) -> None:
        self.trial.append(90 if new else 0)
        commits = self.commits_of_runs()
        seen = self.trial.run(crashes.Fault("none"))
        assert seen.said in ENDED_WELL, f"at {seen.step}: {seen.said}"
        assert self.newest_line() == self.trial.written
        if Hold(self.trial.home).read():
            assert seen.said != "committed"
        assert list(self.trial.faults_of_the_ledger()) == []
        assert self.commits_of_runs() >= commits
        assert self.weights_of_the_remote() in self.known_weights()

    @rule(kind=st.sampled_from(["event", "git", "moment", "event and all"]), point=st.floats(0, 0.99))
    def crash(self, kind: str, point: float) -> None:
        self.trial.append(90)
        held, commits = Hold(self.trial.home).read(), self.commits_of_runs()
        self.trial.run(crashes.Fault(kind, point))
        if held:
            assert self.commits_of_runs() == commits

    @rule()
    def roll_back(self) -> None:
        try:
            done = roll_back(self.trial.home, self.trial.home.settings(), "", datetime.now(UTC))
        except LoglingError as error:
            if "no earlier weights" not in str(error):
                raise
            return
        assert Hold(self.trial.home).read()
        assert crashes.git(self.site, "rev-parse", "HEAD") == done.commit

    @rule(point=st.floats(0, 0.6))
    def crash_a_rollback(self, point: float) -> None:
        before = self.rollbacks()
        self.trial.run(crashes.Fault("event", point), act=crashes.rolled_back)
        if self.rollbacks() != before:
            assert Hold(self.trial.home).read()

    @rule()
    def push_between_runs(self) -> None:
        try:
            push_again(self.trial.home, self.trial.home.settings(), datetime.now(UTC))
        except LoglingError:
            if self.trial.remote.exists() and not self.person:
                raise
            return
        assert not self.trial.home.unpushed.exists()
        if self.trial.remote.exists():  # else there was nothing to push
            head = crashes.git(self.site, "rev-parse", "HEAD")  # behind, where a person's edits are in the way
            crashes.git(self.trial.remote, "merge-base", "--is-ancestor", head, "main")

    @rule(kind=st.sampled_from(["event", "git", "event and all"]), point=st.floats(0, 0.6))
    def crash_a_push(self, kind: str, point: float) -> None:
        before = self.commits_of_runs()
        self.trial.run(crashes.Fault(kind, point), act=crashes.pushed_again)
        assert self.commits_of_runs() >= before

    @rule()
    def resume(self) -> None:
        Hold(self.trial.home).lift()

    # ---- others, and the remote

    @precondition(lambda self: self.trial.remote.exists())
    @rule(name=st.sampled_from(["note.txt", "other.txt"]))
    def others_push(self, name: str) -> None:
        self.edits += 1
        self.trial.others_push(name, f"others {self.edits}\n".encode())

    @precondition(lambda self: self.trial.remote.exists())
    @rule()
    def others_push_weights(self) -> None:
        self.trial.others_push_weights()

    @rule()
    def the_remote_goes_or_comes(self) -> None:
        here, away = self.trial.remote, self.trial.remote.with_name("away.git")
        (here if here.exists() else away).rename(away if here.exists() else here)

    # ---- a person in the clone

    @rule(name=st.sampled_from(["note.txt", "mine.txt", "web/index.html", WEIGHTS]), stage=st.booleans())
    def a_person_edits(self, name: str, stage: bool) -> None:
        self.edits += 1
        self.person[name] = f"a person's {self.edits}\n"
        (self.site / name).write_text(self.person[name])
        lock = self.site / ".git" / "index.lock"
        if stage and not lock.exists():  # else a person's git says so, and waits for the next run
            crashes.git(self.site, "add", "--", name)
            self.staged[name] = self.person[name]

    @rule()
    def a_person_takes_edits_back(self) -> None:
        if (self.site / ".git" / "index.lock").exists():
            return
        for name in self.person:
            crashes.git(self.site, "reset", "--quiet", "--", name)
            if crashes.git(self.site, "ls-files", "--", name):
                crashes.git(self.site, "checkout", "--quiet", "--", name)
            else:
                (self.site / name).unlink()
        self.person, self.staged = {}, {}

    # ---- what always holds

    @invariant()
    def the_persons_files_are_as_they_left_them(self) -> None:
        for name, text in self.person.items():
            assert (self.site / name).read_text() == text, name
        for name, text in self.staged.items():
            assert crashes.git(self.site, "show", f":{name}") + "\n" == text, name

    @invariant()
    def every_line_that_was_read_is_there_once(self) -> None:
        if self.trial.home.corpus.exists():
            with Corpus(self.trial.home.corpus) as corpus:
                assert corpus.newest_id() <= self.trial.written
                for document in corpus.documents():
                    assert [int(line.split()[0]) for line in document.lines] == document.ids

    @invariant()
    def the_repository_is_sound_and_its_weights_can_be_read(self) -> None:
        if not self.site.exists():
            return
        assert [word for word in self.trial.faults_of_git() if "fsck" in word] == []
        if self.commits_of_runs():
            weights_file.decode(self.weights_at(self.site, "HEAD"))

    @invariant()
    def every_commit_of_the_ledger_is_in_the_repository(self) -> None:
        for commit in self.recorded():
            crashes.git(self.site, "cat-file", "-e", f"{commit}:{WEIGHTS}")

    def rollbacks(self) -> str:
        return str(crashes.git(self.site, "log", "--grep=^Logling-Rollback: ", "--format=%H", "HEAD"))

    def newest_line(self) -> int:
        with Corpus(self.trial.home.corpus) as corpus:
            return corpus.newest_id()

    def commits_of_runs(self) -> set[str]:
        if not self.site.exists():
            return set()
        return set(crashes.git(self.site, "log", "--grep=^Logling-Run: ", "--format=%H", "HEAD").split())

    def recorded(self) -> list[str]:
        if not self.trial.home.ledger.exists():
            return []
        with Ledger(self.trial.home.ledger) as ledger:
            return [run["commit"] for run in documents(ledger) if run["commit"]]

    def known_weights(self) -> set[str]:
        """Hashes of what runs committed; rollbacks and others bring back some of these."""
        return {hashlib.sha256(self.weights_at(self.site, commit)).hexdigest() for commit in self.recorded()}

    def weights_of_the_remote(self) -> str:
        here = self.trial.remote
        at = here if here.exists() else here.with_name("away.git")
        return hashlib.sha256(self.weights_at(at, "main")).hexdigest()

    def weights_at(self, at: Path, commit: str) -> bytes:
        command = ["git", "-C", str(at), "show", f"{commit}:{WEIGHTS}"]
        return subprocess.run(command, check=True, capture_output=True).stdout


TestAHome: Any = AHome.TestCase
TestAHome.settings = settings(
    max_examples=60 if LONG else 4,
    stateful_step_count=40 if LONG else 12,
    deadline=None,
    database=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)
