"""The first training on two cores: the same bytes as on one, and nothing stays behind, whoever is killed."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import active_children
from pathlib import Path

import pytest

from service.settings import Settings, TrainingSettings
from service.training import challengers as challenger
from service.training.challengers import train_challengers
from service.training.split import Split
from service.training.worker_processes import WorkerDied

LINES = [f"{n % 60:02d} fan {'slow' if n % 3 else 'fast'}" for n in range(300)]
PARTS = Split([LINES[:260]], [LINES[260:]], [], [], {})
SHORT = Settings(preset="seed", training=TrainingSettings(tokens=6_000))
LONG = Settings(preset="seed", training=TrainingSettings(tokens=100_000_000))
RUN = """
import sys
sys.path.insert(0, sys.argv[1])
from test_partner import LONG, PARTS
from service.training.challengers import train_challengers
if __name__ == "__main__":
    train_challengers(LONG, PARTS, None, lambda *_: print("round", flush=True), lambda: False)
"""


def weights_with(monkeypatch: pytest.MonkeyPatch, cores: int) -> dict[str, bytes]:
    monkeypatch.setattr(challenger, "cores", lambda: cores)
    (only,) = train_challengers(SHORT, PARTS, None, lambda *_: None, lambda: False)
    return {name: w.tobytes() for name, w in only.training.best.items()}


def test_on_one_core_and_on_two_the_first_model_has_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights_with(monkeypatch, 1) == weights_with(monkeypatch, 2)


def test_a_training_that_is_stopped_ends_its_partner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenger, "cores", lambda: 2)
    rounds: list[object] = []
    train_challengers(SHORT, PARTS, None, lambda *told: rounds.append(told), lambda: len(rounds) == 2)
    assert len(rounds) == 2
    assert not active_children()


def test_a_partner_that_is_killed_ends_the_training_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenger, "cores", lambda: 2)

    def kill(*_: object) -> None:
        for process in active_children():
            process.kill()

    with pytest.raises(WorkerDied, match=r"could not be trained: .* SIGKILL"):
        train_challengers(SHORT, PARTS, None, kill, lambda: False)
    assert not active_children()


def test_a_run_that_is_killed_leaves_no_partner(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(RUN)
    run = subprocess.Popen([sys.executable, str(script), str(Path(__file__).parent)], stdout=subprocess.PIPE)
    assert run.stdout
    assert run.stdout.readline()  # a round is done, so both are at work
    children = descendants(run.pid)
    run.kill()
    run.wait()
    run.stdout.close()
    deadline = time.monotonic() + 20
    while any(map(is_running, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [process for process in children if is_running(process)]
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert len(os.sched_getaffinity(0)) == 1 or children
    assert not left


def descendants(process: int) -> list[int]:
    found = [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    for task in Path(f"/proc/{process}/task").iterdir():  # a child is listed under the thread that began it
        found += [int(child) for child in (task / "children").read_text().split()]
    return sorted(set(found))


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
