"""The service's own log, on a terminal or a pipe and in the journal."""

import os
import re
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import logging
from service.schedule.event_log import EVENTS, begin_log
begin_log()
EVENTS.info("next run %s", "Sun")
EVENTS.warning("failed")
logging.getLogger("apscheduler").info("Added job")
"""


def logged(stderr: Path, environment: dict[str, str]) -> list[str]:
    with stderr.open("w") as file:
        subprocess.run([sys.executable, "-c", PROGRAM], stderr=file, check=True, env={**os.environ, **environment})
    return stderr.read_text().splitlines()


def test_a_line_is_an_event_with_its_time(tmp_path: Path) -> None:
    first, second = logged(tmp_path / "log", {})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ next run Sun", first)
    assert second.endswith("Z failed")


def test_the_journal_gets_levels_and_keeps_the_time_itself(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    status = (tmp_path / "log").stat()
    lines = logged(tmp_path / "log", {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
    assert lines == ["<6>next run Sun", "<4>failed"]


def test_a_stderr_that_is_not_the_journal_gets_times_also_under_systemd(tmp_path: Path) -> None:
    assert logged(tmp_path / "log", {"JOURNAL_STREAM": "8:12345"})[1].endswith("Z failed")
