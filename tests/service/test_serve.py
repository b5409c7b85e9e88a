"""The service: a year of it with a clock that nobody waits for, and the real process with real runs."""

import json
import os
import re
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.home import Home, locked
from service.schedule.child_process import Child, End, leftovers
from service.schedule.push_retry import Pushes
from service.schedule.schedule import Outlook, Schedule
from service.schedule.systemd import Notifier
from service.serve import Alarm, Running, Service, run_until_stopped, scheduled_record
from service.settings import ScheduleSettings
from service.storage.ledger import Ledger
from service.storage.run_record import Outcome
from tests.support.runs import Document, documents

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.make_state()
    return home


def not_at_all() -> Running:
    raise AssertionError("there is nothing to push")


@dataclass
class World:
    """A clock that waits for nobody, and runs that take ten minutes and end as told."""

    now: datetime
    until: datetime
    outcomes: list[Outcome | None] = field(default_factory=lambda: ["committed"])  # None: killed; then repeated
    ledger: Ledger | None = None
    begun: list[Outlook] = field(default_factory=list)
    ends: datetime | None = None

    def begin(self, wanted: Outlook) -> Running:
        assert self.ledger
        record = self.ledger.begin(scheduled_record(wanted), self.now)
        outcome = self.outcomes[len(self.begun) % len(self.outcomes)]
        self.begun.append(wanted)
        self.ends = self.now + 10 * MINUTE
        if outcome:
            record.outcome, record.reason = outcome, "so it was told"
            self.ledger.end(record, self.ends)
        return self

    def remaining(self) -> timedelta:
        return 10 * MINUTE

    def ended(self) -> End | None:
        assert self.ends
        return End("failed", "killed") if self.now >= self.ends else None

    def stop(self) -> End:
        return End("interrupted", "it was asked to stop")

    def wait(self, until: datetime) -> bool:
        self.now = max(self.now, until)
        return self.now < self.until

    def play(self, home: Home, **schedule: object) -> None:
        """One service, from start to stop."""
        with Ledger(home.ledger) as self.ledger:
            run_until_stopped(self.service(home, **schedule), lambda: self.now, self.wait)

    def service(self, home: Home, **schedule: object) -> Service:
        assert self.ledger
        plan = Schedule.of(ScheduleSettings.model_validate(schedule))
        return Service(home, plan, self.ledger, self.begin, Notifier("", None), Pushes(home, not_at_all))


def history(home: Home) -> list[Document]:
    """All ended runs, oldest first."""
    with Ledger(home.ledger) as ledger:
        return documents(ledger)[::-1]


def test_a_year_in_helsinki_has_a_run_each_sunday(home: Home) -> None:
    begin = datetime(2026, 1, 7, tzinfo=UTC)
    world = World(begin, begin + 364 * DAY)
    world.play(home, timezone="Europe/Helsinki")
    local = [datetime.fromisoformat(run["started"]).astimezone(tz=None) for run in history(home)]
    assert len(local) == 53
    assert len({wanted.slot for wanted in world.begun}) == 53
    starts = [datetime.fromisoformat(run["started"]) for run in history(home)][1:]
    schedule = Schedule.of(ScheduleSettings(timezone="Europe/Helsinki"))
    words = Counter(re.sub(r"\d+-\d+-\d+ ", "", schedule.in_words(start)) for start in starts)
    assert words == {"Sun 03:30 EET": 21, "Sun 03:30 EEST": 30, "Sun 04:30 EEST": 1}


def test_services_that_come_and_go_for_a_year_run_each_slot_once_at_most(home: Home) -> None:
    now, slots = datetime(2026, 1, 7, tzinfo=UTC), []
    for number in range(120):
        world = World(now, now + timedelta(hours=7 * number % 200 + 1), ["committed", "failed", "skipped", None])
        world.play(home, day="mon,thu", timezone="America/New_York")
        slots += [(wanted.slot, wanted.attempt) for wanted in world.begun]
        now = world.until + timedelta(hours=13 * number % 90)
    assert len(slots) > 80
    assert set(Counter(slots).values()) == {1}
    succeeded = Counter(r["slot"] for r in history(home) if r["outcome"] in ("committed", "skipped"))
    assert set(succeeded.values()) == {1}


def test_a_run_that_is_killed_is_failed_and_tried_again(home: Home) -> None:
    World(WEDNESDAY, WEDNESDAY + DAY, [None, "failed", "committed"]).play(home)
    assert [(run["outcome"], run["attempt"]) for run in history(home)] == [
        ("failed", 1),
        ("failed", 2),
        ("committed", 3),
    ]
    assert history(home)[0]["reason"] == "killed"


def test_a_run_under_way_is_interrupted_when_the_service_stops_and_made_up_for_after_the_start(home: Home) -> None:
    World(WEDNESDAY, WEDNESDAY + 5 * MINUTE, [None]).play(home)
    assert [(run["outcome"], run["reason"]) for run in history(home)] == [("interrupted", "it was asked to stop")]
    World(WEDNESDAY + 20 * MINUTE, WEDNESDAY + DAY).play(home)
    assert [(run["outcome"], run["attempt"]) for run in history(home)] == [("interrupted", 1), ("committed", 2)]


def test_a_run_that_a_killed_service_left_is_closed_and_made_up_for(home: Home) -> None:
    with Ledger(home.ledger) as ledger:
        slot = Outlook(WEDNESDAY, datetime(2026, 11, 22, 3, 30, tzinfo=UTC), 1)
        ledger.begin(scheduled_record(slot), WEDNESDAY)
    World(WEDNESDAY + 5 * MINUTE, WEDNESDAY + DAY).play(home)
    assert [(run["outcome"], run["attempt"]) for run in history(home)] == [("interrupted", 1), ("committed", 2)]


def test_a_run_that_cannot_be_started_is_a_failed_attempt(home: Home) -> None:
    def no_memory(_: Outlook) -> Running:
        raise OSError(12, "Cannot allocate memory")

    world = World(WEDNESDAY, WEDNESDAY + DAY)
    world.begin = no_memory  # type: ignore[method-assign]
    world.play(home)
    assert [run["attempt"] for run in history(home)] == [1, 2, 3, 4]
    assert {run["reason"] for run in history(home)} == {"its process could not be started: Cannot allocate memory"}


def test_while_somebody_else_holds_the_home_the_service_waits_and_wastes_no_attempt(home: Home) -> None:
    world = World(WEDNESDAY, WEDNESDAY + 10 * MINUTE)
    with locked(home):
        world.play(home)
    assert world.begun == []
    world.until += DAY
    world.play(home)
    assert [wanted.attempt for wanted in world.begun] == [1]


def full_disk(*_: object, **__: object) -> Document:
    raise OSError(28, "No space left on device")


def test_a_full_disk_at_the_end_of_a_run_begins_no_other_and_is_told_once(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(WEDNESDAY, WEDNESDAY + DAY)
    with Ledger(home.ledger) as world.ledger, caplog.at_level("INFO", "logling"):
        service = world.service(home)
        good, service.ledger.end_scheduled = service.ledger.end_scheduled, full_disk  # type: ignore[assignment]
        for _ in range(50):
            world.now = service.turn(world.now)
        assert len(world.begun) == 1
        assert sum("No space left" in message for message in caplog.messages) == 1
        service.ledger.end_scheduled = good  # type: ignore[method-assign]
        run_until_stopped(service, lambda: world.now, world.wait)
    assert len(world.begun) == 1
    assert [run["outcome"] for run in history(home)] == ["committed"]


def test_the_log_tells_what_is_next_in_local_words(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "logling"):
        World(WEDNESDAY, WEDNESDAY + DAY, ["failed", "committed"]).play(home, timezone="Europe/Helsinki")
    assert caplog.messages == [
        "running for Sun 2026-11-22 03:30 EET",
        "Sun 2026-11-22 03:30 EET: failed: so it was told",
        "trying again Wed 2026-11-25 14:11 EET, for Sun 2026-11-22 03:30 EET, attempt 2 of 4",
        "running for Sun 2026-11-22 03:30 EET, attempt 2 of 4",
        "Sun 2026-11-22 03:30 EET, attempt 2 of 4: committed: so it was told",
        "next run Sun 2026-11-29 03:30 EET",
    ]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "out of memory"),
        ("import os; os.write(1, os.urandom(300_000))", "left no result"),
        ("import time; time.sleep(60)", "was stopped"),
    ],
)
def test_the_service_outlives_any_run(home: Home, program: str, reason: str) -> None:
    ends = time.monotonic() + 20

    def begin(_: Outlook) -> Running:
        return Child([sys.executable, "-c", program], home, timedelta(seconds=1), lambda line: None, alarm.wake)

    def wait(until: datetime) -> bool:
        ledger_is_full = len(history(home)) == 2
        return alarm.wait(until) and not ledger_is_full and time.monotonic() < ends

    schedule = Schedule.of(ScheduleSettings(retry_minutes=[0.001]))
    with Ledger(home.ledger) as ledger, Alarm(0.5) as alarm:
        service = Service(home, schedule, ledger, begin, Notifier("", None), Pushes(home, not_at_all))
        run_until_stopped(service, lambda: datetime.now(UTC), wait)
    assert [run["attempt"] for run in history(home)] == [1, 2]
    assert all(run["outcome"] == "failed" and reason in run["reason"] for run in history(home))
    assert leftovers(home) == []


def test_the_alarm_wakes_at_its_time() -> None:
    with Alarm(30) as alarm:
        begun = time.monotonic()
        assert alarm.wait(datetime.now(UTC) + timedelta(seconds=0.3))
        assert 0.25 < time.monotonic() - begun < 5


def test_the_alarm_wakes_for_the_heartbeat_however_far_its_time_is() -> None:
    with Alarm(0.2) as alarm:
        begun = time.monotonic()
        for _ in range(3):
            assert alarm.wait(datetime(2038, 1, 1, tzinfo=UTC))
        assert 0.5 < time.monotonic() - begun < 5


@pytest.mark.parametrize("until", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)])
def test_the_alarm_wakes_when_it_is_told(until: datetime) -> None:
    with Alarm(30) as alarm:
        threading.Timer(0.1, alarm.wake).start()
        assert alarm.wait(until)
        alarm.stop()
        while alarm.wait(until):
            pass


def test_the_watchdog_is_fed_by_the_loop_that_schedules(home: Home, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    world = World(WEDNESDAY, WEDNESDAY + DAY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, Ledger(home.ledger) as world.ledger:
        systemd.bind(address)
        systemd.setblocking(False)
        service = world.service(home)
        service.notifier = Notifier(address, 1.0)
        service.turn(world.now)
        assert systemd.recv(100) == b"WATCHDOG=1"
        assert systemd.recv(100) == b"STATUS=running for Sun 2026-11-22 03:30 UTC"
        with pytest.raises(BlockingIOError):
            systemd.recv(100)


# ---- the real process


Serve = Callable[..., Any]


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


def test_a_service_runs_what_is_due_then_waits_and_stops_when_told(fresh: Any, serve: Serve) -> None:
    served = serve(fresh.home)
    served.until(r"running for Sun \d{4}-\d\d-\d\d 03:30 UTC")
    served.until(r"Z Sun .*: committed: the first model")
    assert re.search(r"next run Sun \d{4}-\d\d-\d\d 03:30 UTC$", served.until("next run"))
    assert served.stop() < 5
    assert served.process.returncode == 0
    assert served.lines[-1].endswith("Z stopped")
    (run,) = history(fresh.home)
    assert (run["outcome"], run["attempt"]) == ("committed", 1)
    assert datetime.fromisoformat(run["slot"]).strftime("%a %H:%M") == "Sun 03:30"


def test_the_history_tells_slot_and_attempt_of_scheduled_runs_alone(committed: Any, serve: Serve) -> None:
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
    second.process.wait(30)
    assert second.process.returncode == 1
    second.when(lambda: second.lines)
    assert second.lines == [
        f"logling: {committed.home.path} is served by process {first.process.pid} already: stop that one first"
    ]
    first.until("next run")
    assert len(history(committed.home)) == 2


def test_a_service_that_is_stopped_while_a_run_trains_ends_it_and_its_workers_within_5_seconds(
    committed: Any, serve: Serve
) -> None:
    served = begin_training(committed, serve)
    assert served.stop() < 5
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
    assert served.stop(signal.SIGKILL) < 5
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
    served.until("failed: in .*there is no setting 'gate.min_lines'")
    committed.set("[gate]\nmin_lines = 3\n", "[gate]\n")
    before = len(history(committed.home))
    served.when(lambda: any(run["outcome"] == "skipped" for run in history(committed.home)[before:]))


def test_a_clone_of_systemd_is_told_all(committed: Any, serve: Serve, tmp_path: Path) -> None:
    address = f"@logling-{os.getpid()}-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + address[1:])
        systemd.settimeout(30)
        served = serve(committed.home, NOTIFY_SOCKET=address, WATCHDOG_USEC="400000")
        told: list[str] = []

        def hear_until(true: Callable[[], bool]) -> None:
            deadline = time.monotonic() + 60
            while not true():
                assert time.monotonic() < deadline, (told, served.lines)
                told.append(systemd.recv(4000).decode())

        hear_until(lambda: any("next run" in message for message in told))
        before, begun = told.count("WATCHDOG=1"), time.monotonic()
        hear_until(lambda: told.count("WATCHDOG=1") == before + 10)
        assert 1 < time.monotonic() - begun < 4  # ten pings, 0.2 s apart
        served.stop()
        hear_until(lambda: told[-1] == "STOPPING=1")
    assert told[0] == "READY=1"
    assert any(message.startswith("STATUS=next run Sun") for message in told)


def test_a_wrong_schedule_is_refused_in_a_sentence(committed: Any) -> None:
    committed.set('# day = "sun"', 'day = "0" #')
    done = committed.logling("serve")
    assert done.returncode == 1
    assert "schedule.day = '0'" in done.stderr
    assert "sun" in done.stderr


def test_the_doctor_tells_the_next_run_and_whether_there_is_a_service(committed: Any, serve: Serve) -> None:
    assert re.search(r"ok +schedule: next run Sun .* UTC; no service is running", committed.logling("doctor").stdout)
    serve(committed.home).until("next run")
    assert re.search(r"ok +schedule: next run Sun .* UTC; the service is running", committed.logling("doctor").stdout)
