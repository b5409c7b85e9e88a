"""Whether it is well, and what is wrong: judged from the ledger, the schedule and the life of the service's loop.

Nothing here names a path, a host or the words of a failure, because `/healthz` is answered to whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from ..schedule.schedule import Schedule
from ..storage.ledger import SUCCEEDED
from .durations import in_words
from .history import Short

UNPUSHED_TOO_LONG = timedelta(days=1)
LOOP_IS_LATE = timedelta(minutes=2)  # four heartbeats, as the systemd unit's watchdog


class Finding(NamedTuple):
    """Something that is not as it should be."""

    about: Literal["ledger", "loop", "success", "push", "failure"]
    words: str


class Health(NamedTuple):
    """It is well when there are no reasons; warnings are what a person should know although it is."""

    reasons: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether it needs nobody."""
        return not self.reasons


class Life(NamedTuple):
    """Since when the service is there, when its loop last turned, and since when commits wait to be pushed."""

    since: datetime
    turned: datetime | None
    unpushed: datetime | None


UNREADABLE = Health((Finding("ledger", "the ledger cannot be read"),))


def examine(runs: Sequence[Short], schedule: Schedule, life: Life, now: datetime) -> Health:
    """The health of a service whose ended runs are `runs`, oldest first."""
    reasons: list[Finding] = []
    warnings: list[Finding] = []
    if late := no_success_for(runs, schedule, life, now):
        yet = "" if last_success(runs) else "yet, "
        reasons.append(Finding("success", f"no run has succeeded {yet}for {in_words(late)}, longer than two schedules"))
    stood = now - (life.turned or life.since)
    if stood > LOOP_IS_LATE:
        reasons.append(Finding("loop", f"the scheduler has stood still for {in_words(stood)}"))
    if since := unpushed_since(runs, life):
        waiting = Finding("push", f"commits have not been pushed for {in_words(now - since)}")
        (reasons if now - since > UNPUSHED_TOO_LONG else warnings).append(waiting)
    if failures := failures_in_a_row(runs):
        told = "the last run failed" if failures == 1 else f"the last {failures} runs failed"
        warnings.append(Finding("failure", told))
    return Health(tuple(reasons), tuple(warnings))


def no_success_for(runs: Sequence[Short], schedule: Schedule, life: Life, now: datetime) -> timedelta | None:
    """How long nothing has succeeded, if that is longer than two schedules."""
    last = last_success(runs)
    begun = last.finished if last else runs[0].started if runs else life.since
    return now - begun if now > two_schedules_after(begun, schedule) else None


def last_success(runs: Sequence[Short]) -> Short | None:
    """The newest run that did its job."""
    return next((run for run in reversed(runs) if run.outcome in SUCCEEDED), None)


def two_schedules_after(moment: datetime, schedule: Schedule) -> datetime:
    """When the second slot after `moment` is as far past as `moment` was past its own."""
    second = schedule.following(schedule.following(moment))
    return second + (moment - schedule.latest(moment))


def unpushed_since(runs: Sequence[Short], life: Life) -> datetime | None:
    """Since when commits wait to be pushed; None when none does. The ledger may know it for longer than the file."""
    if life.unpushed is None:
        return None
    since = life.unpushed
    for run in reversed(runs):
        if run.pushed:
            break
        if run.pushed is False:
            since = min(since, run.finished)
    return since


def failures_in_a_row(runs: Sequence[Short]) -> int:
    """How many runs have failed since one did not; one that was interrupted counts for neither."""
    count = 0
    for run in reversed(runs):
        if run.outcome in SUCCEEDED:
            break
        count += run.outcome == "failed"
    return count
