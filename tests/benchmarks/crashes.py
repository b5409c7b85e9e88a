"""Does the service carry on by itself after a kill at any point? python tests/benchmarks/crashes.py [COUNT] [SEED]

Runs of one home, with real git, real SQLite and a remote, are killed COUNT times with SIGKILL, from pull to push:
at the n-th audit event of the run (a file opened, renamed or removed, a program begun) or statement of SQLite, n
spread evenly over all of them; at a moment, spread evenly over the run's time; alone, or with all processes that
it had begun; or only its n-th git. Before each, lines are added, and now and then the log is rotated or others
push to the remote: other files, or other weights. After each the next run must succeed by itself, and all must be
as if nothing had happened (see `faults`). Prints what was killed by step and kind; fails when anything is wrong.

Each run is a fork of this process, so that nothing is imported anew; the faults are in this file alone. The gate
lets all pass, and both challengers train in the run's own process, save in every eighth kill.
"""

import contextlib
import mmap
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar, NamedTuple

from service.commands.init import make_home
from service.commands.rollback import roll_back
from service.home import Home
from service.run import retrain
from service.schedule.child_process import processes
from service.site.publish import push_again
from service.site.repository import WEIGHTS
from service.storage.corpus import Corpus
from service.storage.database import check
from service.storage.ledger import Ledger
from service.training import contest, gate
from service.training.gate import Gain, Verdict
from tests.support.engines import thread_engine
from tests.support.runs import documents

SETTINGS = "[corpus]\nmegabytes = 0.03\n[training]\ntokens = 1000\n[gate]\nmin_new_lines = 2\n"
LINES = 90  # added before each kill: half of them can be held out
EVENTS = {
    "open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.truncate", "fcntl.flock", "sqlite3.connect",
    "subprocess.Popen", "socket.connect",
}  # fmt: skip
KINDS = ("event", "event", "git", "event", "moment", "event and all", "event", "moment and all")
SECONDS = 600  # after which a run hangs
INTERESTING = re.compile(r"^Logling-Run: (\S+)$", re.MULTILINE)


class Fault(NamedTuple):
    """What is killed, and when."""

    kind: str  # "none" lets the run live
    point: float = 0.0  # in [0, 1), of all events, of the run's time, or of its git commands


class Seen(NamedTuple):
    """What a child told through shared memory, and how it ended."""

    step: str
    event: str
    count: int  # of events
    gits: int
    seconds: float
    killed: bool  # by the fault: False when it had ended before
    status: str  # of git, when training began
    said: str  # the outcome, or the exception


class Trial:
    """A home, its log with numbered lines, its remote, and somebody else's clone of that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.remote = folder / "remote.git"
        self.others = folder / "others"
        self.log = folder / "logs" / "app.log"
        self.written = 0
        self.rotated = 0
        self.events, self.gits, self.seconds = 200, 40, 1.0  # of a whole run, learned as it goes

    def make(self) -> None:
        self.log.parent.mkdir()
        self.append(300)
        git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        make_home(self.home.path, sources=[f"{self.log}*"], preset="seed", remote=str(self.remote))
        text = self.home.settings_file.read_text()
        for table in SETTINGS.strip().split("\n["):
            head, _, keys = table.strip("[").partition("]\n")
            text = text.replace(f"[{head}]\n", f"[{head}]\n{keys}\n")
        self.home.settings_file.write_text(text)

    def append(self, count: int) -> None:
        names = ["alpha", "bravo", "delta"]
        with self.log.open("a") as log:
            for n in range(self.written + 1, self.written + count + 1):
                log.write(f"{n} {names[n % 3]} fan {'slow' if n % 7 else 'fast'} ok\n")
        self.written += count

    def rotate(self) -> None:
        """Rename and create, as logrotate does; the newest three are kept."""
        self.rotated += 1
        self.log.rename(self.log.with_name(f"app.log.{self.rotated:04d}"))
        self.log.touch()
        self.log.with_name(f"app.log.{self.rotated - 3:04d}").unlink(missing_ok=True)

    def others_push(self, name: str, content: bytes) -> None:
        """Somebody else changes a file on the remote."""
        if not self.others.exists():
            git(self.folder, "clone", "--quiet", str(self.remote), str(self.others))
        git(self.others, "pull", "--quiet", "--ff-only")
        target = self.others / name
        target.write_bytes(content)
        git(self.others, "add", "--", name)
        if git(self.others, "status", "--porcelain"):
            git(self.others, "commit", "--quiet", "--message", f"Others change {name}")
            git(self.others, "push", "--quiet")

    def others_push_weights(self) -> None:
        """Somebody else puts other weights on the remote: those of some commit before."""
        commits = git(self.home.site, "log", "--format=%H", "--", WEIGHTS).split()
        if len(commits) > 1:
            show = ["git", "-C", str(self.home.site), "show", f"{commits[1]}:{WEIGHTS}"]
            self.others_push(WEIGHTS, subprocess.run(show, check=True, capture_output=True).stdout)

    # ---- runs

    def run(self, fault: Fault, workers: bool = False, act: "Act | None" = None) -> Seen:
        """One run in a fork, or something else, killed as the fault says."""
        memory = mmap.mmap(-1, 4096)
        begun = time.monotonic()
        pid = os.fork()
        if not pid:
            self._be_the_run(Told(memory), fault, workers, act or retrained)
        killed = self._wait(pid, fault)
        told = Told(memory)
        said, dead = told.said, killed or told.killed
        seen = Seen(told.step, told.event, told.count, told.gits, time.monotonic() - begun, dead, told.status, said)
        if fault.kind == "none" and said in ("committed", "rejected"):
            self.events, self.gits, self.seconds = seen.count, seen.gits, seen.seconds
        return seen

    def _be_the_run(self, told: "Told", fault: Fault, workers: bool, act: "Act") -> None:
        status = 1
        try:
            os.setsid()
            sys.stdin.close()
            arm(told, fault, self)
            gate.judge_first = gate.judge = let_pass  # type: ignore[assignment]
            if not workers:
                contest.open_engine = thread_engine  # type: ignore[assignment]
            told.said = act(self, Watched(told, self, fault.kind == "none"))
            status = 0
        except BaseException as error:  # noqa: BLE001
            told.said = "".join(traceback.format_exception_only(error)).strip()[-600:]
            if os.environ.get("TRACE"):
                traceback.print_exc()
        finally:
            os._exit(status)

    def _wait(self, pid: int, fault: Fault) -> bool:
        """Wait for the end of a run; for its moment first when it has one. Whether it was killed from here."""
        deadline = time.monotonic() + SECONDS
        moment = time.monotonic() + fault.point * self.seconds if fault.kind.startswith("moment") else deadline
        killed = False
        while True:
            if os.waitpid(pid, os.WNOHANG)[0]:
                break
            if time.monotonic() >= moment and not killed:
                kill(pid, fault.kind.endswith("and all"))
                killed = True
                moment = deadline
            elif time.monotonic() > deadline:
                kill(pid, True)
                os.waitpid(pid, 0)
                raise TimeoutError(f"a run hung for {SECONDS} s with {fault}")
            time.sleep(0.002)
        return killed

    # ---- what must hold

    def faults(self) -> Iterator[str]:
        """What is not as it must be after the run that follows a kill. Quiet when all is well."""
        yield from self.faults_of_git()
        yield from self.faults_of_the_ledger()
        yield from self.faults_of_the_corpus()
        if git(self.home.site, "status", "--porcelain"):
            yield f"the work tree is not as HEAD: {git(self.home.site, 'status', '--porcelain')}"
        if git(self.remote, "rev-parse", "main") != git(self.home.site, "rev-parse", "HEAD"):
            yield "the remote has not all commits"

    def faults_of_git(self) -> Iterator[str]:
        """fsck, and locks."""
        checked = subprocess.run(
            ["git", "-C", str(self.home.site), "fsck", "--no-progress", "--no-dangling"], capture_output=True, text=True
        )
        if checked.returncode or checked.stdout + checked.stderr:
            yield f"git fsck: {checked.stdout}{checked.stderr}"
        locks = [str(path.name) for path in (self.home.site / ".git").rglob("*.lock")]
        if locks:
            yield f"locks are left: {locks}"

    def faults_of_the_ledger(self) -> Iterator[str]:
        """Every commit of a run is in the ledger, and every one that is in the ledger is in the repository."""
        if (word := check(self.home.ledger)) != "ok":
            yield f"the ledger: {word}"
        with Ledger(self.home.ledger) as ledger:
            if ledger.has_unfinished():
                yield "the ledger has an unfinished run"
            recorded = {run["run"]: run["commit"] for run in documents(ledger) if run["outcome"] == "committed"}
        made = {}
        for entry in git(self.home.site, "log", "--format=%H%x00%B%x01", "HEAD").split("\x01"):
            commit, _, body = entry.strip().partition("\0")
            made |= dict.fromkeys(INTERESTING.findall(body), commit)
        changed = git(self.home.site, "log", "--grep=^Logling-Run: ", "--format=", "--name-only", "HEAD")
        if set(changed.split()) - {WEIGHTS}:
            yield f"a run has changed {set(changed.split()) - {WEIGHTS}}"
        for run in recorded.keys() ^ made.keys():
            yield f"run {run}: the ledger says commit {recorded.get(run)}, the repository {made.get(run)}"
        for run in recorded.keys() & made.keys():
            if recorded[run] != made[run]:
                yield f"run {run}: the ledger says commit {recorded[run]}, the repository {made[run]}"

    def faults_of_the_corpus(self) -> Iterator[str]:
        """The n-th line that was written has the n-th id: so none was lost and none read twice."""
        if (word := check(self.home.corpus)) != "ok":
            yield f"the corpus: {word}"
        with Corpus(self.home.corpus) as corpus:
            if corpus.newest_id() != self.written:
                yield f"{self.written} lines were written, {corpus.newest_id()} read"
            for document in corpus.documents():
                wrong = [
                    (n, line)
                    for n, line in zip(document.ids, document.lines, strict=True)
                    if not line.startswith(f"{n} ")
                ]
                if wrong:
                    yield f"{len(wrong)} lines have not the id they should have, the first is {wrong[0]}"

    def leftovers(self) -> list[int]:
        """Processes of a killed run that still live a while after it."""
        deadline = time.monotonic() + 3
        while (found := of_no_parent(self.folder)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found


Act = Callable[[Trial, "Watched"], str]


def retrained(trial: Trial, reporter: "Watched") -> str:
    """What a child does: one run."""
    return str(retrain(trial.home, trial.home.settings(), lambda: datetime.now(UTC), reporter).outcome)  # type: ignore[arg-type]


def rolled_back(trial: Trial, _: "Watched") -> str:
    """Or a rollback to the weights before."""
    return roll_back(trial.home, trial.home.settings(), "", datetime.now(UTC)).commit


def pushed_again(trial: Trial, _: "Watched") -> str:
    """Or a push between runs."""
    push_again(trial.home, trial.home.settings(), datetime.now(UTC))
    return "pushed"


class Told:
    """A few words in memory that a killed child has shared with its parent."""

    PLACES: ClassVar = {"step": (0, 16), "event": (16, 144), "count": (160, 16), "gits": (176, 16), "killed": (192, 8)}
    PLACES |= {"said": (256, 1024), "status": (1280, 1024)}

    def __init__(self, memory: mmap.mmap) -> None:
        object.__setattr__(self, "memory", memory)

    def __getattr__(self, name: str) -> Any:
        begin, size = self.PLACES[name]
        text = self.memory[begin : begin + size].rstrip(b"\0").decode(errors="replace")
        return int(text or 0) if name in ("count", "gits", "killed") else text

    def __setattr__(self, name: str, value: object) -> None:
        begin, size = self.PLACES[name]
        self.memory[begin : begin + size] = str(value).encode()[:size].ljust(size, b"\0")


class Watched:
    """A reporter that tells the parent which step a run is at, and looks at the work tree when training begins."""

    def __init__(self, told: Told, trial: Trial, looks: bool) -> None:
        self.told, self.trial, self.looks = told, trial, looks

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.told.step = name
        if self.looks and name == "train":
            self.told.status = git(self.trial.home.site, "status", "--porcelain")
        yield
        self.told.step = f"after {name}"

    def pulled(self, *_: object) -> None:
        """Nothing to show."""

    def trained(self, *_: object) -> None:
        """Nothing to show."""


def arm(told: Told, fault: Fault, trial: Trial) -> None:
    """In the child: count what happens, and kill at the point that the fault names."""
    told.step = "begin"
    last = int(fault.point * trial.events) if fault.kind.startswith("event") else -1
    last_git = int(fault.point * trial.gits) if fault.kind == "git" else -1
    count = gits = 0

    def happened(what: str) -> None:
        nonlocal count
        if count == last and not told.killed:  # what is done to kill makes events too
            told.event, told.killed = what, 1
            if fault.kind.endswith("and all"):
                kill_children(os.getpid())
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
        told.count = count

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in EVENTS:
            happened(f"{event} {named(arguments)}"[:140])

    connect = sqlite3.connect

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(lambda statement: happened(f"SQL {statement[:60]}"))
        return connection

    original = subprocess.Popen.__init__

    def begin(process: Any, command: Any, *rest: Any, **options: Any) -> None:
        nonlocal gits
        original(process, command, *rest, **options)
        if isinstance(command, list) and command[:1] == ["git"]:
            gits += 1
            told.gits = gits
            if gits - 1 == last_git:
                told.event, told.killed = f"git {' '.join(command[7:10])}", 1
                Thread(target=kill_soon, args=(process.pid,), daemon=True).start()

    sqlite3.connect = connected  # type: ignore[assignment]
    subprocess.Popen.__init__ = begin  # type: ignore[method-assign]
    sys.addaudithook(hook)


def named(arguments: tuple[Any, ...]) -> str:
    """What an event is about: the file's name, or the git command."""
    words = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], list) else arguments[:1]
    return " ".join(Path(str(word)).name for word in words if "=" not in str(word))


def kill_soon(pid: int) -> None:
    """Kill a process while it is at work, or soon after."""
    time.sleep(random.Random(pid).random() * 0.008)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def kill(pid: int, all_of_it: bool) -> None:
    """SIGKILL a run, or it and all that it has begun."""
    if all_of_it:
        kill_children(pid)
    os.kill(pid, signal.SIGKILL)


def kill_children(pid: int) -> None:
    """SIGKILL all that descends from a process."""
    for child in children(pid):
        kill_children(child)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """The children of a process."""
    with contextlib.suppress(OSError):
        return [int(c) for task in Path(f"/proc/{pid}/task").iterdir() for c in (task / "children").read_text().split()]
    return []


def of_no_parent(folder: Path) -> list[int]:
    """Processes with their working directory in a folder, of no run any more: what it began and did not take along."""
    found = []
    for process in processes():
        with contextlib.suppress(OSError):
            inside = Path(f"/proc/{process}/cwd").resolve().is_relative_to(folder.resolve())
            if inside and process != os.getpid():
                found.append(process)
    return found


def let_pass(*_: object, **__: object) -> Verdict:
    """A gate for runs that learn nothing."""
    return Verdict(True, "let pass by the test", Gain(0.1, 0.1, 0.1))


def git(at: Path, *arguments: str) -> str:
    """What a person's own git says."""
    command = ["git", "-C", str(at), "-c", "user.name=Person", "-c", "user.email=p@x", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip("\n")


def before_a_kill(trial: Trial, chance: random.Random) -> None:
    """What the world does meanwhile."""
    trial.append(LINES)
    if chance.random() < 0.3:
        trial.rotate()
        trial.append(chance.randrange(5))
    match chance.randrange(6):
        case 0:
            trial.others_push("note.txt", f"{chance.random()}\n".encode())
        case 1:
            trial.others_push_weights()


def kill_and_carry_on(trial: Trial, fault: Fault, chance: random.Random, workers: bool) -> tuple[Seen, list[str]]:
    """One kill, and the run after it; what was seen, and what is wrong."""
    before_a_kill(trial, chance)
    seen = trial.run(fault, workers)
    wrong = [f"after the kill {word}" for word in trial.faults_of_git() if "fsck" in word]
    if (left := trial.leftovers()) and seen.killed:
        wrong.append(f"processes are left: {[name_of(process) for process in left]}")
    after = trial.run(Fault("none"))
    if after.said not in ("committed", "rejected", "skipped"):
        wrong.append(f"the next run ended at {after.step}: {after.said}")
    if after.status:
        wrong.append(f"when the next run began to train, the work tree was not as HEAD: {after.status}")
    if fault.kind == "git":  # a run that lives on has told it as a problem, and may have one more thing to push
        trial.run(Fault("none"))
    return seen, [*wrong, *trial.faults()]


def name_of(process: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()[:80]
    return "gone"


def play(folder: Path, count: int, seed: int, say: Callable[[str], None]) -> tuple[Counter[tuple[str, str]], list[str]]:
    """COUNT kills; how many by step and kind, and all that went wrong."""
    chance = random.Random(seed)
    trial = Trial(folder)
    trial.make()
    for _ in range(2):
        trial.append(LINES)
        seen = trial.run(Fault("none"))
        if seen.said != "committed":
            raise RuntimeError(f"the run before any kill ended at {seen.step}: {seen.said}")
    kills: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    points = [(n + chance.random()) / count for n in range(count)]
    chance.shuffle(points)
    for n, point in enumerate(points):
        kind = KINDS[n % len(KINDS)]
        workers = n % len(KINDS) == len(KINDS) - 1
        seen, found = kill_and_carry_on(trial, Fault(kind, point), chance, workers)
        kills[seen.step if seen.killed else "had ended before", kind] += 1
        for word in found:
            wrong.append(f"kill {n} ({kind} {point:.3f}, at {seen.step}, {seen.event}, it said {seen.said!r}): {word}")
            say(wrong[-1])
        if n % 25 == 24:
            say(f"{n + 1} kills, {len(wrong)} wrong")
    return kills, wrong


def table(kills: Counter[tuple[str, str]]) -> Iterator[str]:
    """Kills by step and kind."""
    kinds = sorted(set(KINDS))
    yield f"{'step':<18}" + "".join(f"{kind:>16}" for kind in kinds) + f"{'all':>8}"
    for step in dict.fromkeys(step for step, _ in sorted(kills)):
        row = [kills[step, kind] for kind in kinds]
        yield f"{step:<18}" + "".join(f"{number:>16}" for number in row) + f"{sum(row):>8}"


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "OPENBLAS_NUM_THREADS": "1"}
    folder = Path(tempfile.mkdtemp(prefix="logling-crashes-"))
    begun = time.monotonic()
    try:
        kills, wrong = play(folder, count, seed, lambda text: print(text, flush=True))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(*table(kills), sep="\n")
    done = sum(number for (step, _), number in kills.items() if step != "had ended before")
    print(f"{done} kills in {time.monotonic() - begun:.0f} s, {len(wrong)} things wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
