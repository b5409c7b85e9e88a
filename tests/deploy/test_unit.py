"""The systemd unit agrees with the service that it keeps."""

import re
from pathlib import Path

from service.schedule.child_process import SECONDS_TO_END
from service.schedule.scheduler import HEARTBEAT

UNIT = Path(__file__).parent.parent.parent / "deploy" / "logling.service"


def options(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)


def test_the_watchdog_waits_for_more_than_a_heartbeat() -> None:
    (seconds,) = options("WatchdogSec")
    assert float(seconds) >= 4 * HEARTBEAT


def test_systemd_waits_longer_than_the_service_for_the_end_of_a_run() -> None:
    (seconds,) = options("TimeoutStopSec")
    assert float(seconds) > 2 * SECONDS_TO_END
    assert options("KillMode") == ["mixed"]


def test_a_run_that_is_killed_for_its_memory_does_not_end_the_service() -> None:
    assert options("OOMPolicy") == ["continue"]


def test_the_home_is_the_one_place_where_it_may_write() -> None:
    assert options("ProtectSystem") == ["strict"]
    (state,) = options("StateDirectory")
    assert options("Environment") == [f"LOGLING_HOME=/var/lib/{state}"]
    assert options("ReadWritePaths") == []


def test_nobody_else_reads_what_the_service_writes() -> None:
    assert options("StateDirectoryMode") == ["0700"]
    assert options("UMask") == ["0077"]


def test_the_low_priority_of_a_run_is_allowed() -> None:
    assert not any("@resources" in calls for calls in options("SystemCallFilter"))
