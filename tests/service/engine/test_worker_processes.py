"""Worker processes: their results, and that one which is killed is noticed, whatever it was doing."""

import json
import os
import signal
import stat
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Timer
from typing import Any

import pytest

from service.engine.worker_processes import WorkerDied, WorkerProcesses
from service.schedule.child_process import processes

WITH_PATH = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
SECONDS = 600  # after which a future that still waits counts as forgotten
MUCH = 100_000_000  # bytes: more than any pipe holds


@pytest.fixture
def workers() -> Iterator[WorkerProcesses]:
    with WorkerProcesses(2) as pool:
        yield pool


def killed_after(seconds: float, size: int) -> bytes:
    """In the worker: a large result, and death while it is made or sent."""
    Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return bytes(size)


def only_worker(pool: WorkerProcesses) -> int:
    return pool.submit(os.getpid).result(SECONDS)


def assert_killed(future: Future[Any]) -> None:
    with pytest.raises(WorkerDied, match="ended by SIGKILL: out of memory, perhaps"):
        future.result(SECONDS)


def test_calls_run_in_other_processes_side_by_side(workers: WorkerProcesses) -> None:
    slow = workers.submit(time.sleep, 60)
    assert workers.submit(os.getpid).result(SECONDS) != os.getpid()
    assert not slow.done()


def test_what_a_call_raises_is_raised_here_and_the_worker_goes_on(workers: WorkerProcesses) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        workers.submit(divmod, 1, 0).result(SECONDS)
    assert "made_call" in raised.value.__notes__[0]
    assert workers.submit(divmod, 7, 2).result(SECONDS) == (3, 1)


def test_a_worker_that_is_killed_at_work_is_noticed() -> None:
    with WorkerProcesses(1) as pool:
        worker = only_worker(pool)
        future = pool.submit(time.sleep, 60)
        time.sleep(0.3)
        os.kill(worker, signal.SIGKILL)
        assert_killed(future)


def test_a_worker_that_is_killed_between_two_calls_is_noticed_by_the_next() -> None:
    with WorkerProcesses(1) as pool:
        os.kill(only_worker(pool), signal.SIGKILL)
        assert_killed(pool.submit(os.getpid))


def test_a_worker_that_is_killed_before_it_has_read_all_of_its_work_is_noticed() -> None:
    with WorkerProcesses(1) as pool:
        worker = only_worker(pool)
        os.kill(worker, signal.SIGSTOP)
        future = pool.submit(len, bytes(MUCH))
        time.sleep(0.3)
        os.kill(worker, signal.SIGKILL)
        assert_killed(future)


@pytest.mark.parametrize("seconds", [step / 25 for step in range(6)])
def test_a_worker_that_is_killed_while_it_sends_a_result_is_noticed(seconds: float) -> None:
    with WorkerProcesses(1) as pool:
        only_worker(pool)
        future = pool.submit(killed_after, seconds, MUCH)
        try:
            assert future.result(SECONDS) == bytes(MUCH)  # it was sent before
        except WorkerDied:
            assert_killed(future)


def test_a_result_that_is_cut_short_is_no_result() -> None:
    with WorkerProcesses(1) as pool:
        only_worker(pool)
        assert_killed(pool.submit(cut_short))


def cut_short() -> None:
    """In the worker: the beginning of a message to whoever waits for the result, and death."""
    for descriptor in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.write(descriptor, (1_000_000).to_bytes(4, "big") + b"the beginning")
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_ends_by_itself_is_noticed_with_its_status(workers: WorkerProcesses) -> None:
    with pytest.raises(WorkerDied, match="exit status 3"):
        workers.submit(os._exit, 3).result(SECONDS)


def test_the_end_does_not_wait_for_a_call_under_way() -> None:
    with WorkerProcesses(1) as pool:
        worker = only_worker(pool)
        future = pool.submit(time.sleep, 600)
    assert_killed(future)
    assert not Path(f"/proc/{worker}").exists()


RUN = """
import time
from multiprocessing import active_children
from service.engine.worker_processes import WorkerProcesses
if __name__ == "__main__":
    with WorkerProcesses(2) as pool:
        print(*[process.pid for process in active_children()], flush=True)
        pool.submit(time.sleep, 600).result()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_in_any_way_leaves_no_worker(tmp_path: Path, how: int) -> None:
    script = tmp_path / "run.py"
    script.write_text(RUN)
    with Popen([sys.executable, str(script)], stdout=PIPE, stderr=PIPE, text=True, env=WITH_PATH) as run:
        assert run.stdout
        workers = [int(pid) for pid in run.stdout.readline().split()]
        assert len(workers) == 2
        os.kill(run.pid, how)
        run.communicate(timeout=SECONDS)
    deadline = time.monotonic() + SECONDS
    while any(map(is_running, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [process for process in workers if is_running(process)]
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert not left


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def worker_of(run: int) -> int:
    """A process that trains for a run, once there is one."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for process in processes():
            with suppress(OSError):  # it has just ended
                command = Path(f"/proc/{process}/cmdline").read_bytes()
                parent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1]
                if int(parent) == run and b"spawn_main" in command:
                    return process
        time.sleep(0.05)
    raise AssertionError("the run began no worker")


def test_a_run_whose_worker_is_killed_fails_and_says_so(committed: Any) -> None:
    committed.append_usual(300)
    command = [str(Path(sys.executable).with_name("logling")), "retrain", "--home", str(committed.home.path)]
    environment = {**os.environ, "LOGLING_TRAINING__TOKENS": "50000000"}
    with Popen(command, env=environment, stderr=PIPE, text=True) as run:
        assert run.stderr
        os.kill(worker_of(run.pid), signal.SIGKILL)
        told = run.stderr.read()
        assert run.wait(SECONDS) == 1
    reason = "part of the work could not be done: its process was ended by SIGKILL: out of memory, perhaps"
    assert f"logling: {reason}" in told
    last = json.loads(committed.logling("history", "--json").stdout)["runs"][0]
    assert (last["outcome"], last["reason"]) == ("failed", reason)
