"""Whether the service is well, and what is wrong: judged from the ledger and the schedule.

Nothing here names a path, a host or the reason of a failure, because everyone may ask for `/healthz`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from ..schedule.schedule import Schedule
from ..storage.ledger import SUCCEEDED
from ..storage.service_status import ServiceStatus
from .durations import format_duration
from .history import History, RunSummary

UNPUSHED_TOO_LONG = timedelta(days=1)
LOOP_IS_LATE = timedelta(minutes=2)  # four heartbeats, as the watchdog of the systemd unit


class Symptom(NamedTuple):
    """Something that is not as it should be."""

    about: Literal["ledger", "service", "success", "push", "failure"]
    text: str


class Health(NamedTuple):
    """Whether the service is well, and why not. With warnings alone it is well, but a person should know of them."""

    reasons: tuple[Symptom, ...] = ()
    warnings: tuple[Symptom, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether nobody has to do anything."""
        return not self.reasons


UNREADABLE = Health((Symptom("ledger", "the ledger cannot be read"),))


def check_health(history: History, schedule: Schedule, now: datetime) -> Health:
    """How well the service is that the ledger describes."""
    runs, service = history.runs, history.service
    reasons: list[Symptom] = []
    warnings: list[Symptom] = []
    if duration := time_without_success(runs, schedule, service, now):
        yet = "" if last_success(runs) else "yet, "
        text = f"no run has succeeded {yet}for {format_duration(duration)}, longer than two schedules"
        reasons.append(Symptom("success", text))
    if service is None:
        reasons.append(Symptom("service", "no service is running"))
    elif now - service.last_turn > LOOP_IS_LATE:
        text = f"the service has given no sign of life for {format_duration(now - service.last_turn)}"
        reasons.append(Symptom("service", text))
    if since := unpushed_since(runs, service):
        waiting = Symptom("push", f"commits have not been pushed for {format_duration(now - since)}")
        (reasons if now - since > UNPUSHED_TOO_LONG else warnings).append(waiting)
    if failures := failures_in_a_row(runs):
        text = "the last run failed" if failures == 1 else f"the last {failures} runs failed"
        warnings.append(Symptom("failure", text))
    return Health(tuple(reasons), tuple(warnings))


def time_without_success(
    runs: Sequence[RunSummary], schedule: Schedule, service: ServiceStatus | None, now: datetime
) -> timedelta | None:
    """How long no run has succeeded, if that is longer than two schedules."""
    last = last_success(runs)
    since = last.finished if last else runs[0].started if runs else service.started if service else now
    return now - since if now > two_schedules_after(since, schedule) else None


def last_success(runs: Sequence[RunSummary]) -> RunSummary | None:
    """The newest run that was committed, rejected or skipped."""
    return next((run for run in reversed(runs) if run.outcome in SUCCEEDED), None)


def two_schedules_after(moment: datetime, schedule: Schedule) -> datetime:
    """The moment that is as long after its slot as `moment` is, two slots later.

    Example: with a slot every Sunday at 03:30 and `moment` at 04:00, it is 04:00 two Sundays later.
    """
    second = schedule.following(schedule.following(moment))
    return second + (moment - schedule.latest(moment))


def unpushed_since(runs: Sequence[RunSummary], service: ServiceStatus | None) -> datetime | None:
    """Since when commits wait to be pushed; None when none does. The runs may have known it before the service did."""
    if service is None or service.unpushed_since is None:
        return None
    since = service.unpushed_since
    for run in reversed(runs):
        if run.pushed:
            break
        if run.pushed is False:
            since = min(since, run.finished)
    return since


def failures_in_a_row(runs: Sequence[RunSummary]) -> int:
    """How many runs have failed since the last success. Runs that were interrupted are not counted."""
    count = 0
    for run in reversed(runs):
        if run.outcome in SUCCEEDED:
            break
        count += run.outcome == "failed"
    return count
