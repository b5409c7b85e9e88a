"""Whether the service is well, and what is wrong: judged from the ledger and the schedule.

Nothing here names a path, a host or the reason of a failure, because everyone may ask for `/healthz`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from ..schedule.schedule import Schedule, is_given_up
from ..storage.hold import WITHDRAWN
from ..storage.ledger import SUCCEEDED, SlotRun
from ..storage.service_status import ServiceStatus
from ..storage.source_states import describe_lesser_troubles, describe_troubles
from .durations import format_duration
from .history import History, RunSummary

UNPUSHED_TOO_LONG = timedelta(days=1)
LOOP_IS_LATE = timedelta(minutes=2)  # four heartbeats, as the watchdog of the systemd unit


class Symptom(NamedTuple):
    """Something that is not as it should be."""

    about: Literal[
        "home", "ledger", "service", "success", "slot", "sources", "lesser sources", "setup", "push", "hold", "failure"
    ]
    text: str


class Health(NamedTuple):
    """Whether the service is well, and why not. With warnings alone it is well, but a person should know of them."""

    reasons: tuple[Symptom, ...] = ()
    warnings: tuple[Symptom, ...] = ()
    missing: tuple[str, ...] = ()  # what a new home has not got yet, and nothing is wrong with that

    @property
    def is_well(self) -> bool:
        """Whether nobody has to do anything."""
        return not self.reasons

    @property
    def status(self) -> Literal["well", "not set up yet", "not well"]:
        """Both in a word. What is not set up yet is neither well nor bad."""
        return "not well" if self.reasons else "not set up yet" if self.missing else "well"


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
    if not duration and has_given_up_a_slot(runs, schedule):
        reasons.append(Symptom("slot", "a scheduled run failed with all its attempts"))
    sources = history.sources or ()
    if text := describe_troubles(sources):
        reasons.append(Symptom("sources", text))
    if text := describe_lesser_troubles(sources):
        warnings.append(Symptom("lesser sources", text))
    missing = describe_setup(history)
    if missing and not duration and is_set_up_too_late(history, schedule, now):
        reasons.append(Symptom("setup", f"{' and '.join(missing)}, and two schedules have passed"))
    if service is None:
        reasons.append(Symptom("service", "no service is running"))
    elif now - service.last_turn > LOOP_IS_LATE:
        text = f"the service has given no sign of life for {format_duration(now - service.last_turn)}"
        reasons.append(Symptom("service", text))
    if service and service.hold.startswith(WITHDRAWN):
        reasons.append(Symptom("hold", service.hold))
    elif since := unpushed_since(runs, service):
        waiting = Symptom("push", f"commits have not been pushed for {format_duration(now - since)}")
        (reasons if now - since > UNPUSHED_TOO_LONG else warnings).append(waiting)
    if failures := failures_in_a_row(runs):
        text = "the last run failed" if failures == 1 else f"the last {failures} runs failed"
        warnings.append(Symptom("failure", text))
    return Health(tuple(reasons), tuple(warnings), tuple(missing))


def has_given_up_a_slot(runs: Sequence[RunSummary], schedule: Schedule) -> bool:
    """Whether a slot since the last success has had all its attempts."""
    newest: dict[datetime, SlotRun] = {}  # attempt of each slot since then
    for run in reversed(runs):
        if run.outcome in SUCCEEDED:
            break
        if run.slot is not None and run.attempt is not None:
            newest.setdefault(run.slot, SlotRun(run.slot, run.attempt, succeeded=False, ended=run.finished))
    return any(is_given_up(schedule, last) for last in newest.values())


def describe_setup(history: History) -> list[str]:
    """What a home needs before it can be well: a source, and a model."""
    has_model = any(run.outcome == "committed" or run.champion is not None for run in history.runs)
    return [
        *(["no source is set"] if history.sources == () else []),
        *([] if has_model else ["there is no model yet"]),
    ]


def is_set_up_too_late(history: History, schedule: Schedule, now: datetime) -> bool:
    """Whether two schedules have passed since the home's first run, or else since its service started."""
    runs, service = history.runs, history.service
    since = runs[0].started if runs else service.started if service else now
    return now > two_schedules_after(since, schedule)


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
