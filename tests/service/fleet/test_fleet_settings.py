"""`fleet.toml`: all of it optional, and what is wrong is named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from service.errors import LoglingError
from service.fleet.fleet_settings import delay_of, load_fleet, shortest_gap
from service.schedule.schedule import Schedule
from service.settings import ScheduleSettings

HOURS = timedelta(hours=1)
WEEKLY = Schedule.of(ScheduleSettings())


def test_without_a_file_all_has_a_default(tmp_path: Path) -> None:
    settings = load_fleet(tmp_path)
    assert (settings.runs, settings.spread, settings.admin.port) == (1, 6 * HOURS, 8101)


def test_what_the_file_says_counts(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text('runs = 4\nwindow = "12h"\n[admin]\nport = 9000\n')
    settings = load_fleet(tmp_path)
    assert (settings.runs, settings.spread, settings.admin.port) == (4, 12 * HOURS, 9000)


def test_a_variable_of_the_admin_page_counts_for_a_fleet_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGLING_ADMIN__PORT", "0")
    assert load_fleet(tmp_path).admin.port == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("run = 2", "fleet.toml, line 1: there is no setting 'run' (given 2); allowed here: runs, window, admin"),
        ("runs = 0", "runs = 0: it must be greater than or equal to 1"),
        ('\nwindow = "6 hours"', """line 2: window = '6 hours': allowed is a whole number and one of s, m, h, d"""),
        ("[admin]\nprot = 1", "there is no setting 'admin.prot' (given 1); allowed here: enabled, host, port"),
        ('[admin]\nhost = "0.0.0.0"', "set admin.token"),
        ("runs = ", "is not valid TOML"),
        ("[schedule]\nday = 'mon'", "there is no setting 'schedule'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_is_allowed(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "fleet.toml").write_text(text)
    with pytest.raises(LoglingError) as refused:
        load_fleet(tmp_path)
    assert words in str(refused.value)


def test_a_home_keeps_its_delay() -> None:
    assert delay_of("web", WEEKLY, 6 * HOURS) == delay_of("web", WEEKLY, 6 * HOURS) == timedelta(seconds=6359)


def test_a_thousand_homes_are_spread_over_the_window() -> None:
    delays = [delay_of(f"home-{n}", WEEKLY, 6 * HOURS) for n in range(1000)]
    assert all(timedelta(0) <= delay < 6 * HOURS for delay in delays)
    in_hours = [sum(hour * HOURS <= delay < (hour + 1) * HOURS for delay in delays) for hour in range(6)]
    assert min(in_hours) > 120


def test_a_delay_is_shorter_than_the_time_between_two_slots() -> None:
    often = Schedule.of(ScheduleSettings(every="90s"))
    assert max(delay_of(f"home-{n}", often, 6 * HOURS) for n in range(100)) < timedelta(seconds=90)


@pytest.mark.parametrize(("day", "days"), [("sun", 7), ("daily", 1), ("mon,thu", 3), ("sun,mon", 1), ("fri, mon", 3)])
def test_the_shortest_time_between_two_slots(day: str, days: int) -> None:
    assert shortest_gap(Schedule.of(ScheduleSettings(day=day))) == timedelta(days=days)


def test_without_a_window_every_run_is_due_at_its_slot(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text('window = "0"')
    assert delay_of("web", WEEKLY, load_fleet(tmp_path).spread) == timedelta(0)
