"""Runs as child processes: real ones, that crash, babble, hang, leave others behind, or lose their service."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, active_count

import pytest

from service.home import Home
from service.schedule.child_process import (
    MAX_LINE_LENGTH,
    MAX_LINES,
    ChildProcess,
    ChildResult,
    leftovers,
    retrain_command_line,
)
from service.schedule.schedule import PlannedRun
from tests.support.served import LONGEST_STOP
from tests.support.waiting import wait_until

SLOT = datetime(2026, 11, 29, 3, 30, tzinfo=UTC)
DEAF = """import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('deaf\\n', end='', flush=True)  # in one piece: several print to one pipe, unbuffered ones too
time.sleep(600)
"""
FAMILY = f"""
import subprocess, sys, time
worker = [sys.executable, "-c", {DEAF!r}]
children = [subprocess.Popen(worker), subprocess.Popen(worker, start_new_session=True)]
subprocess.run([sys.executable, "-c", "import subprocess, sys; subprocess.Popen(sys.argv[1:])", *worker])  # an orphan
time.sleep(600)
"""
LISTENING = """
import sys, time
from service.schedule.child_process import become_child
from service.errors import Interrupted
become_child()
try:
    print("at work", flush=True)
    time.sleep(600)
except Interrupted:
    open(sys.argv[1], "w").write("interrupted")
"""
SERVICE = """
import sys, time
from datetime import timedelta
from pathlib import Path
from service.schedule.child_process import ChildProcess
from service.home import Home
command, home = [sys.executable, "-c", *sys.argv[2:]], Home(Path(sys.argv[1]))
ChildProcess(command, home, timedelta(60), lambda line: print(line, flush=True), lambda: None)
time.sleep(600)
"""


class Begun:
    """A child of some Python, and what came of it."""

    def __init__(self, folder: Path, program: str, limit: float = 300) -> None:
        self.home = Home(folder)
        self.lines: list[str] = []
        self.changed = Event()
        command = [sys.executable, "-c", program]
        self.child = ChildProcess(command, self.home, timedelta(seconds=limit), self.lines.append, self.changed.set)

    def wait_for_lines(self, count: int) -> None:
        wait_until(lambda: len(self.lines) >= count)

    def end(self) -> ChildResult:
        assert self.changed.wait(300)
        end = self.child.result()
        assert end
        return end


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def nobody_left(tmp_path: Path) -> Iterator[None]:
    """Whatever a test does, nothing that it began goes on."""
    yield
    remaining = leftovers(Home(tmp_path))
    for process in remaining:
        os.kill(process, signal.SIGKILL)
    assert remaining == []


pytestmark = pytest.mark.usefixtures("nobody_left")


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("", "ended with exit status 0"),
        ("raise SystemExit(3)", "ended with exit status 3"),
        ("import ctypes; ctypes.string_at(0)", "ended by SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended by SIGKILL: out of memory, perhaps"),
        ("import os; os.abort()", "ended by SIGABRT"),
        ("raise ValueError('a line of a log')", "ended with exit status 1"),
        ("print('logling: the disk is full'); raise SystemExit(1)", "the disk is full"),
    ],
)
def test_how_a_child_ended_is_described(tmp_path: Path, program: str, reason: str) -> None:
    end = Begun(tmp_path, program).end()
    assert end.outcome == "failed"
    assert end.reason.endswith(reason) or reason in end.reason
    assert "a line of a log" not in end.reason


def test_what_a_child_prints_is_passed_on_line_by_line(tmp_path: Path) -> None:
    begun = Begun(tmp_path, "import sys; print('one'); print('', flush=True); print('two', file=sys.stderr)")
    begun.end()
    assert begun.lines == ["one", "two"]


def test_garbage_is_passed_on_in_bounds_and_harmless(tmp_path: Path) -> None:
    program = """
import os, sys
sys.stdout.buffer.write(b"\\x1b[2J\\xff\\0" + b"x" * 3_000_000 + b"\\n" + os.urandom(2_000_000))
"""
    begun = Begun(tmp_path, program)
    begun.end()
    assert MAX_LINES < len(begun.lines) <= MAX_LINES + 1
    assert all(len(line) <= MAX_LINE_LENGTH and line.isprintable() for line in begun.lines)
    assert begun.lines[-1].endswith("more lines")


def test_a_child_that_hangs_is_ended_when_its_time_is_over(tmp_path: Path) -> None:
    begun = Begun(tmp_path, DEAF, limit=0.5)
    begun.wait_for_lines(1)
    wait_until(lambda: not begun.child.time_left())
    started = time.monotonic()
    reason = "it had not ended after 0.00833333 minutes and was stopped"
    assert begun.child.result() == ChildResult("failed", reason, overrules=True)
    assert time.monotonic() - started < LONGEST_STOP


def test_a_child_that_listens_is_stopped_at_once(tmp_path: Path) -> None:
    begun = Begun(tmp_path, "import time; print('up', flush=True); time.sleep(600)")
    begun.wait_for_lines(1)
    assert begun.child.result() is None
    started = time.monotonic()
    assert begun.child.stop() == ChildResult("interrupted", "it was asked to stop")
    assert time.monotonic() - started < LONGEST_STOP


def test_a_child_that_does_not_listen_is_killed_within_5_seconds_with_all_that_it_began(tmp_path: Path) -> None:
    begun = Begun(tmp_path, FAMILY.replace("time.sleep(600)\n", DEAF))
    begun.wait_for_lines(4)
    assert len(leftovers(begun.home)) == 4
    started = time.monotonic()
    assert begun.child.stop() == ChildResult("interrupted", "it was asked to stop, did not, and was killed")
    assert time.monotonic() - started < LONGEST_STOP
    assert leftovers(begun.home) == []


def test_what_a_killed_child_has_begun_is_ended_too(tmp_path: Path) -> None:
    begun = Begun(tmp_path, FAMILY)
    begun.wait_for_lines(3)
    os.kill(begun.child.pid, signal.SIGKILL)
    assert "SIGKILL" in begun.end().reason
    assert leftovers(begun.home) == []


def test_what_a_hook_of_a_good_run_has_begun_may_go_on(tmp_path: Path) -> None:
    begun = Begun(tmp_path, f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {DEAF!r}])")
    started = time.monotonic()
    begun.end()
    assert time.monotonic() - started < LONGEST_STOP
    (hook,) = leftovers(begun.home)
    os.kill(hook, signal.SIGKILL)
    wait_until(lambda: not leftovers(begun.home))


@pytest.mark.parametrize(
    "program", [LISTENING, LISTENING.replace("time.sleep(600)", "import time\n    while True: pass")]
)
def test_a_child_whose_service_was_killed_ends_by_itself(tmp_path: Path, program: str) -> None:
    note = tmp_path / "note"
    command = [sys.executable, "-c", SERVICE, str(tmp_path), program, str(note)]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert service.stdout
    assert service.stdout.readline() == "at work\n"
    assert len(leftovers(Home(tmp_path))) == 1
    service.kill()
    service.communicate()
    wait_until(lambda: not leftovers(Home(tmp_path)), LONGEST_STOP)
    assert note.read_text() == "interrupted"


def test_a_child_that_does_not_listen_is_gone_5_seconds_after_its_service(tmp_path: Path) -> None:
    deaf = LISTENING.replace("except Interrupted:", "finally:\n    time.sleep(600)\nif 0:")
    service = subprocess.Popen([sys.executable, "-c", SERVICE, str(tmp_path), deaf], stdout=subprocess.PIPE, text=True)
    assert service.stdout
    assert service.stdout.readline() == "at work\n"
    service.kill()
    service.communicate()
    wait_until(lambda: not leftovers(Home(tmp_path)), LONGEST_STOP)


def test_a_second_signal_does_not_disturb_how_a_run_is_wound_up(tmp_path: Path) -> None:
    note = tmp_path / "note"
    slow = LISTENING.replace(
        "except Interrupted:", "except Interrupted:\n    print('winding up', flush=True); time.sleep(1)"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", slow, str(note)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout
    assert run.stdout.readline() == "at work\n"
    run.terminate()
    assert run.stdout.readline() == "winding up\n"
    run.terminate()
    run.communicate(timeout=300)
    assert note.read_text() == "interrupted"


def test_a_run_stands_behind_the_rest_of_the_machine(tmp_path: Path) -> None:
    program = """
import os
from pathlib import Path
from service.schedule.child_process import become_child
before = os.nice(0)
become_child()
print(os.nice(0) > before or before == 19, Path("/proc/self/oom_score_adj").read_text().strip())
"""
    begun = Begun(tmp_path, program)
    begun.end()
    assert begun.lines == ["True 500"]


def test_a_run_imports_nothing_from_where_the_service_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path)
    command = retrain_command_line(Home(tmp_path), PlannedRun(SLOT, SLOT, 2))
    done = subprocess.run([*command, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--slot" not in done.stdout
    assert command[-4:] == ["--slot", "2026-11-29T03:30:00+00:00", "--attempt", "2"]


def test_children_leave_no_descriptor_and_no_thread(tmp_path: Path) -> None:
    Begun(tmp_path, "").end()
    before, threads = descriptors(), active_count()
    for _ in range(20):
        Begun(tmp_path, "print('hello')").end()
    assert descriptors() == before
    assert active_count() == threads
