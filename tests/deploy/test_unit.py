"""The systemd units agree with the services that they keep."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from service.schedule.child_process import SECONDS_TO_END
from service.schedule.scheduler import HEARTBEAT

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
SERVICES = ["logling.service", "logling@.service", "logling-fleet.service"]  # that run until they are stopped
UNITS = [*SERVICES, "logling-retrain@.service"]
OF_WHAT_RUNS_ON = {"WatchdogSec", "Restart", "RestartSec", "OOMPolicy"}
OWN = {"Type", "ExecStart", "Environment", "StateDirectory", "WorkingDirectory", "TimeoutStartSec"}


def options(name: str, unit: str = "logling.service") -> list[str]:
    return re.findall(rf"^{name}=(.*)$", (DEPLOY / unit).read_text(), re.MULTILINE)


def settings(unit: str) -> set[str]:
    """What a unit sets for its service, without what is its own."""
    text = (DEPLOY / unit).read_text().partition("[Service]\n")[2].partition("\n[Install]")[0]
    lines = {line for line in text.splitlines() if line and not line.startswith("#")}
    return {line for line in lines if line.partition("=")[0] not in OWN | OF_WHAT_RUNS_ON}


@pytest.mark.parametrize("unit", UNITS[1:])
def test_all_units_have_the_same_sandbox(unit: str) -> None:
    assert settings(unit) == settings("logling.service")


@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_may_write_to_the_place_of_its_homes_alone(unit: str) -> None:
    (state,) = options("StateDirectory", unit)
    assert options("WorkingDirectory", unit) == [f"/var/lib/{state}"]
    (command,) = options("ExecStart", unit)
    assert f"/var/lib/{state}" in "".join([command, *options("Environment", unit)])


def test_a_timer_spreads_the_runs_makes_up_for_missed_ones_and_is_enabled() -> None:
    timer = "logling-retrain@.timer"
    assert options("RandomizedDelaySec", timer) == ["6h"]
    assert options("Persistent", timer) == options("FixedRandomDelay", timer) == ["yes"]
    assert options("WantedBy", timer) == ["timers.target"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_systemd_understands_each_unit(tmp_path: Path) -> None:
    names = {name: "web" if "@" in name else "" for name in [*UNITS, "logling-retrain@.timer"]}
    for name in names:  # the program is in another place here
        text = (DEPLOY / name).read_text().replace("/opt/logling/bin/logling", "/bin/true")
        (tmp_path / name).write_text(re.sub("^(User|Group)=.*$", "", text, flags=re.MULTILINE))
    units = [str(tmp_path / name.replace("@", f"@{instance}")) for name, instance in names.items()]
    for name, instance in names.items():
        if instance:
            (tmp_path / name.replace("@", f"@{instance}")).symlink_to(tmp_path / name)
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "logling" in line]
    assert ours == []


@pytest.mark.parametrize("unit", SERVICES)
def test_the_watchdog_waits_for_more_than_a_heartbeat(unit: str) -> None:
    (seconds,) = options("WatchdogSec", unit)
    assert float(seconds) >= 4 * HEARTBEAT


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_waits_longer_than_the_service_for_the_end_of_a_run(unit: str) -> None:
    (seconds,) = options("TimeoutStopSec", unit)
    assert float(seconds) > 4 * SECONDS_TO_END
    assert options("KillMode", unit) == ["mixed"]


def test_a_run_that_is_killed_for_its_memory_does_not_end_the_service() -> None:
    assert [options("OOMPolicy", unit) for unit in SERVICES] == [["continue"]] * 3


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
