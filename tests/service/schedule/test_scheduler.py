"""The scheduler: it wakes the loop in time, at each heartbeat and when asked, whatever the clock says."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from service.schedule.scheduler import Scheduler


def test_it_wakes_at_the_given_moment() -> None:
    with Scheduler(600) as scheduler:
        begun = time.monotonic()
        assert scheduler.wait(datetime.now(UTC) + timedelta(seconds=0.3))
        assert 0.25 < time.monotonic() - begun < 300


def test_it_wakes_at_each_heartbeat_however_far_the_moment_is() -> None:
    with Scheduler(0.2) as scheduler:
        begun = time.monotonic()
        for _ in range(3):
            assert scheduler.wait(datetime(2038, 1, 1, tzinfo=UTC))
        assert 0.5 < time.monotonic() - begun < 300


@pytest.mark.parametrize("until", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)])
def test_it_wakes_when_asked(until: datetime) -> None:
    with Scheduler(600) as scheduler:
        threading.Timer(0.1, scheduler.wake).start()
        assert scheduler.wait(until)
        scheduler.stop()
        while scheduler.wait(until):
            pass


def test_a_later_moment_replaces_the_one_before() -> None:
    with Scheduler(1) as scheduler:
        assert scheduler.wait(datetime.now(UTC) - timedelta(days=1))
        begun = time.monotonic()
        assert scheduler.wait(datetime.now(UTC) + timedelta(days=1))
        assert time.monotonic() - begun > 0.9


def test_a_moment_that_comes_during_the_shutdown_is_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(50):
        with Scheduler(0) as scheduler:
            scheduler.wait(datetime.now(UTC) + timedelta(milliseconds=1))
            time.sleep(0.001)
    assert capfd.readouterr().err == ""
