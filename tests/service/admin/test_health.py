"""Whether the service is well: what turns it red, and what does not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.admin.health import Health, check_health
from service.admin.history import History, LedgerReader, RunSummary
from service.home import Home
from service.schedule.schedule import Schedule
from service.settings import ScheduleSettings
from service.storage.service_status import ServiceStatus
from service.storage.source_states import SourceState

SUNDAY = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
WEEKLY, SIX_HOURS = Schedule.of(ScheduleSettings()), Schedule.of(ScheduleSettings(every="6h"))

Runs = Callable[..., tuple[RunSummary, ...]]


@pytest.fixture
def runs(tmp_path: Path, fill: Callable[..., None]) -> Runs:
    """A run each week, the last of them at SUNDAY and with these fields."""

    def made(count: int = 3, **last: Any) -> tuple[RunSummary, ...]:
        home = Home(tmp_path)
        fill(home, count, SUNDAY, **last)
        return LedgerReader(home.ledger).history().runs

    return made


def alive(now: datetime, since: datetime = SUNDAY, unpushed: datetime | None = None) -> ServiceStatus:
    return ServiceStatus(since, now - timedelta(seconds=20), unpushed_since=unpushed)


def reasons(
    runs: tuple[RunSummary, ...], now: datetime, service: ServiceStatus | None = None, plan: Schedule = WEEKLY
) -> list[str]:
    return [symptom.text for symptom in check_health(History(runs, service=service or alive(now)), plan, now).reasons]


def warnings(runs: tuple[RunSummary, ...], now: datetime, service: ServiceStatus | None = None) -> list[str]:
    return [
        symptom.text for symptom in check_health(History(runs, service=service or alive(now)), WEEKLY, now).warnings
    ]


def test_a_home_that_had_no_slot_yet_is_well() -> None:
    now = SUNDAY + 13 * DAY
    assert reasons((), now) == []


def test_a_home_without_any_run_for_longer_than_two_schedules_is_not_well() -> None:
    now = SUNDAY + 15 * DAY
    assert reasons((), now) == ["no run has succeeded yet, for 2 weeks, longer than two schedules"]


@pytest.mark.parametrize("outcome", ["committed", "rejected", "skipped"])
def test_a_success_is_enough_for_two_schedules(runs: Runs, outcome: str) -> None:
    made = runs(outcome=outcome)
    assert reasons(made, SUNDAY + 2 * WEEK) == []
    assert reasons(made, SUNDAY + 2 * WEEK + HOUR) == ["no run has succeeded for 2 weeks, longer than two schedules"]


@pytest.mark.parametrize("outcome", ["failed", "interrupted"])
def test_what_is_no_success_does_not_count(runs: Runs, outcome: str) -> None:
    made = runs(1, outcome=outcome)
    assert reasons(made, SUNDAY + 2 * WEEK - HOUR) == []
    assert reasons(made, SUNDAY + 2 * WEEK + HOUR)[0].startswith("no run has succeeded yet")


def test_two_schedules_are_as_long_as_the_schedule_says(runs: Runs) -> None:
    made = runs(outcome="committed")
    assert reasons(made, SUNDAY + 12 * HOUR, plan=SIX_HOURS) == []
    assert reasons(made, SUNDAY + 13 * HOUR, plan=SIX_HOURS) != []


def test_a_weekend_is_no_delay_where_runs_are_on_working_days(runs: Runs) -> None:
    plan = Schedule.of(ScheduleSettings(day="mon,tue,wed,thu,fri", time="03:30"))
    made = runs(outcome="committed")  # on a Sunday
    assert reasons(made, datetime(2026, 11, 23, 23, tzinfo=UTC), plan=plan) == []


def test_a_service_whose_last_turn_is_old_is_not_well(runs: Runs) -> None:
    now = SUNDAY + DAY
    gone = ServiceStatus(SUNDAY, now - timedelta(minutes=7))
    assert reasons(runs(), now, gone) == ["the service has given no sign of life for 7 minutes"]


def test_without_a_service_nothing_is_well(runs: Runs) -> None:
    health = check_health(History(runs()), WEEKLY, SUNDAY + DAY)
    assert [symptom.text for symptom in health.reasons] == ["no service is running"]


def test_a_failure_is_a_warning_until_a_run_succeeds(runs: Runs) -> None:
    assert warnings(runs(outcome="failed"), SUNDAY + HOUR) == ["the last run failed"]


def test_after_a_success_there_is_no_warning_of_failures(runs: Runs) -> None:
    assert warnings(runs(outcome="rejected"), SUNDAY + HOUR) == []


def test_commits_that_wait_to_be_pushed_are_a_warning_and_after_a_day_a_reason(runs: Runs) -> None:
    made = runs(pushed=False)
    for waited, found in ((5 * HOUR, warnings), (25 * HOUR, reasons)):
        now = made[-1].finished + waited
        words = f"commits have not been pushed for {waited.total_seconds() // 3600:.0f} hours"
        assert found(made, now, alive(now, unpushed=made[-1].finished)) == [words]


def test_a_wait_that_the_ledger_knows_for_longer_than_the_file_is_as_long_as_the_ledger_says(runs: Runs) -> None:
    made = runs(pushed=False)
    now = made[-1].finished + 3 * DAY
    assert reasons(made, now, alive(now, unpushed=now - HOUR)) == ["commits have not been pushed for 3 days"]


def test_an_unpushed_rollback_counts_although_no_run_knows_it(runs: Runs) -> None:
    now = SUNDAY + 3 * DAY
    assert reasons(runs(), now, alive(now, unpushed=now - 2 * DAY)) == ["commits have not been pushed for 2 days"]


def test_what_was_not_pushed_counts_no_more_when_nothing_waits(runs: Runs) -> None:
    assert reasons(runs(pushed=False), SUNDAY + 3 * DAY) == []


# ---- sources, and what is not set up yet

LOST = SourceState("/var/log/made-up.log", "missing", SUNDAY, was_read=True)
READ = SourceState("/var/log/other.log", "reading", SUNDAY, SUNDAY, was_read=True)
NEVER = SourceState("/var/log/later.log", "missing", SUNDAY)


def health_of(runs: tuple[RunSummary, ...], sources: tuple[SourceState, ...] | None, now: datetime) -> Health:
    return check_health(History(runs, service=alive(now), sources=sources), WEEKLY, now)


def test_a_source_that_was_read_before_and_is_missing_is_a_reason_without_its_name(runs: Runs) -> None:
    health = health_of(runs(outcome="committed"), (READ, LOST), SUNDAY + DAY)
    assert [symptom.text for symptom in health.reasons] == ["1 of 2 sources is missing"]


def test_a_source_that_never_matched_is_a_warning(runs: Runs) -> None:
    health = health_of(runs(outcome="committed"), (READ, NEVER), SUNDAY + DAY)
    assert ([*health.reasons], [symptom.text for symptom in health.warnings]) == (
        [],
        ["1 of 2 sources has given nothing yet"],
    )


def test_all_sources_read_and_a_model_is_well(runs: Runs) -> None:
    assert health_of(runs(outcome="committed"), (READ,), SUNDAY + DAY).status == "well"


def test_without_a_model_a_home_is_not_set_up_yet() -> None:
    health = health_of((), None, SUNDAY + DAY)
    assert (health.status, health.is_well, health.missing) == ("not set up yet", True, ("there is no model yet",))


def test_without_a_source_a_home_is_not_set_up_yet() -> None:
    assert health_of((), (), SUNDAY + DAY).missing == ("no source is set", "there is no model yet")


def test_without_a_source_for_two_schedules_a_home_is_not_well(runs: Runs) -> None:
    health = health_of(runs(outcome="committed"), (), SUNDAY + DAY)
    assert [symptom.text for symptom in health.reasons] == ["no source is set, and two schedules have passed"]


# ---- a slot that failed with all its attempts

ATTEMPTS = 4  # of a slot, unless set


def failed(runs: Runs, attempt: int, outcome: str = "failed") -> tuple[RunSummary, ...]:
    """Runs whose last one is this attempt at its slot."""
    *before, last = runs(outcome=outcome)
    return (*before, last._replace(attempt=attempt, outcome=outcome))  # type: ignore[arg-type]


def test_a_slot_that_failed_with_all_its_attempts_is_a_reason(runs: Runs) -> None:
    assert reasons(failed(runs, ATTEMPTS), SUNDAY + HOUR) == ["a scheduled run failed with all its attempts"]


def test_a_slot_that_is_tried_again_is_none(runs: Runs) -> None:
    assert reasons(failed(runs, ATTEMPTS - 1), SUNDAY + HOUR) == []


def test_a_run_by_hand_that_succeeds_makes_up_for_a_slot(runs: Runs) -> None:
    made = failed(runs, ATTEMPTS)
    by_hand = made[-1]._replace(outcome="skipped", slot=None, attempt=None)
    assert reasons((*made, by_hand), SUNDAY + HOUR) == []
