"""`logling serve` as a real process with real runs."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from service.home import Home, locked
from service.schedule import admin_process, child_process
from service.schedule.child_process import leftovers
from service.storage.ledger import Ledger
from tests.support.runs import Document, documents
from tests.support.served import LONGEST_STOP

Serve = Callable[..., Any]


def history(home: Home) -> list[Document]:
    """All ended runs, oldest first."""
    with Ledger(home.ledger) as ledger:
        return documents(ledger)[::-1]


def processes_training(home: Home) -> int:
    """How many processes a run has, multiprocessing's own keeper not counted."""
    commands = []
    for process in leftovers(home):
        with suppress(FileNotFoundError):  # it has just ended
            commands.append(Path(f"/proc/{process}/cmdline").read_bytes())
    return sum(b"resource_tracker" not in command for command in commands)


def begin_training(place: Any, serve: Serve) -> Any:
    """A service whose run trains two challengers in two worker processes."""
    place.append_usual(300)
    served = serve(place.home, LOGLING_TRAINING__TOKENS="50000000")
    served.when(lambda: processes_training(place.home) == 3)
    time.sleep(1.5)
    return served


def test_a_service_runs_what_is_due_then_waits_and_stops_when_asked(fresh: Any, serve: Serve) -> None:
    served = serve(fresh.home)
    served.until(r"running for Sun \d{4}-\d\d-\d\d 03:30 UTC")
    served.until(r"Z Sun .*: committed: the first model")
    assert re.search(r"next run Sun \d{4}-\d\d-\d\d 03:30 UTC$", served.until("next run"))
    assert served.stop() < LONGEST_STOP
    assert served.process.returncode == 0
    assert served.lines[-1].endswith("Z stopped")
    (run,) = history(fresh.home)
    assert (run["outcome"], run["attempt"]) == ("committed", 1)
    assert datetime.fromisoformat(run["slot"]).strftime("%a %H:%M") == "Sun 03:30"


def test_the_history_has_slot_and_attempt_of_scheduled_runs_alone(committed: Any, serve: Serve) -> None:
    served = serve(committed.home)
    served.until("next run")
    served.stop()
    runs = json.loads(committed.logling("history", "--json").stdout)["runs"]
    assert [run.get("attempt") for run in runs] == [1, None]


def test_a_restarted_service_does_not_run_again(committed: Any, serve: Serve) -> None:
    for _ in range(2):
        served = serve(committed.home)
        served.until("next run")
        served.stop(signal.SIGINT)
        assert served.process.returncode == 0
    assert [run["outcome"] for run in history(committed.home)] == ["committed", "skipped"]


def test_of_two_services_on_a_home_one_is_refused(committed: Any, serve: Serve) -> None:
    first = serve(committed.home)
    first.until("serving")
    second = serve(committed.home)
    second.process.wait(300)
    assert second.process.returncode == 1
    second.when(lambda: second.lines)
    assert second.lines == [
        f"logling: {committed.home.path} is served by process {first.process.pid} already: stop that one first"
    ]
    first.until("next run")
    assert len(history(committed.home)) == 2


def test_a_service_whose_terminal_is_closed_stops_as_when_asked(fresh: Any, serve: Serve) -> None:
    served = serve(fresh.home, LOGLING_SCHEDULE__EVERY="3650d")
    served.until("serving")
    served.stop(signal.SIGHUP)
    assert (served.process.returncode, served.lines[-1][-8:]) == (0, " stopped")


def test_a_service_that_is_stopped_while_a_run_trains_ends_it_and_its_workers_within_5_seconds(
    committed: Any, serve: Serve
) -> None:
    served = begin_training(committed, serve)
    assert served.stop() < LONGEST_STOP
    assert leftovers(committed.home) == []
    assert served.process.returncode == 0
    run = history(committed.home)[-1]
    assert (run["outcome"], run["attempt"]) == ("interrupted", 1)
    assert run["reason"].startswith("it was asked to stop")
    assert committed.git("status", "--porcelain") == ""
    with locked(committed.home):
        pass


def test_a_run_whose_service_was_killed_ends_and_the_next_service_makes_up_for_it(committed: Any, serve: Serve) -> None:
    committed.set("# retry_minutes = [1, 5, 25]", "retry_minutes = [0, 0, 0]")
    served = begin_training(committed, serve)
    assert served.stop(signal.SIGKILL) < LONGEST_STOP
    following = serve(committed.home)
    following.until("next run")
    following.stop()
    assert [(run["outcome"], run.get("attempt")) for run in history(committed.home)[1:]] == [
        ("interrupted", 1),
        ("committed", 2),
    ]
    assert leftovers(committed.home) == []


def test_a_run_that_is_killed_leaves_no_worker_and_the_service_goes_on(committed: Any, serve: Serve) -> None:
    served = begin_training(committed, serve)
    (run,) = [process for process in leftovers(committed.home) if os.getpgid(process) == process]
    os.kill(run, signal.SIGKILL)
    served.until("trying again .* attempt 2 of 4")
    assert leftovers(committed.home) == []
    record = history(committed.home)[-1]
    assert (record["outcome"], record["reason"]) == (
        "failed",
        "its process was ended by SIGKILL: out of memory, perhaps",
    )


def test_a_run_that_fails_is_tried_again_and_the_service_goes_on(committed: Any, serve: Serve) -> None:
    (committed.home.site / "web" / "weights.js").write_text("not weights")
    committed.git("commit", "--quiet", "--all", "--message", "oops")
    committed.append_usual(150)
    committed.set("# retry_minutes = [1, 5, 25]", "retry_minutes = [0.01, 0.02]")
    served = serve(committed.home)
    served.until("next run")
    runs = history(committed.home)[1:]
    assert [(run["outcome"], run["attempt"]) for run in runs] == [("failed", n) for n in (1, 2, 3)]
    assert all("not a Logling weights file" in run["reason"] for run in runs)


def test_settings_that_became_wrong_are_the_reason_of_a_failed_run(committed: Any, serve: Serve) -> None:
    committed.set("# every = ", 'every = "5s"  # ')
    served = serve(committed.home)
    served.until("next run")
    committed.set("[gate]\n", "[gate]\nmin_lines = 3\n")
    served.until("failed: .*there is no setting 'gate.min_lines'")
    committed.set("[gate]\nmin_lines = 3\n", "[gate]\n")
    before = len(history(committed.home))
    served.when(lambda: any(run["outcome"] == "skipped" for run in history(committed.home)[before:]))


def test_systemd_gets_all_messages(committed: Any, serve: Serve, tmp_path: Path) -> None:
    address = f"@logling-{os.getpid()}-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + address[1:])
        systemd.settimeout(300)
        served = serve(committed.home, NOTIFY_SOCKET=address, WATCHDOG_USEC="400000")
        received: list[str] = []

        def receive_until(true: Callable[[], bool]) -> None:
            deadline = time.monotonic() + 600
            while not true():
                assert time.monotonic() < deadline, (received, served.lines)
                received.append(systemd.recv(4000).decode())

        receive_until(lambda: any("next run" in message for message in received))
        before, begun = received.count("WATCHDOG=1"), time.monotonic()
        receive_until(lambda: received.count("WATCHDOG=1") == before + 10)
        assert time.monotonic() - begun > 1  # ten pings, 0.2 s apart
        served.stop()
        receive_until(lambda: received[-1] == "STOPPING=1")
    assert received[0] == "READY=1"
    assert any(message.startswith("STATUS=next run Sun") for message in received)


def test_a_wrong_schedule_is_refused_in_a_sentence(committed: Any) -> None:
    committed.set('# day = "sun"', 'day = "0" #')
    done = committed.logling("serve")
    assert done.returncode == 1
    assert "schedule.day = '0'" in done.stderr
    assert "sun" in done.stderr


def test_the_doctor_gives_the_next_run_and_whether_there_is_a_service(committed: Any, serve: Serve) -> None:
    assert re.search(r"ok +schedule: next run Sun .* UTC; no service is running", committed.logling("doctor").stdout)
    serve(committed.home).until("next run")
    assert re.search(r"ok +schedule: next run Sun .* UTC; the service is running", committed.logling("doctor").stdout)


def test_the_time_limits_of_a_stop_are_less_than_5_seconds_together() -> None:
    cleaning_up = 1.0  # of which `end_leftovers` takes half for each signal
    assert max(child_process.SECONDS_TO_END + cleaning_up, admin_process.SECONDS_TO_END) < 5


def test_the_service_loads_neither_the_page_nor_numpy_nor_git() -> None:
    program = "import sys, service.serve; print(*(name for name in sys.argv[1:] if name in sys.modules))"
    names = ["fastapi", "starlette", "uvicorn", "jinja2", "numpy", "git"]
    done = subprocess.run([sys.executable, "-c", program, *names], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
