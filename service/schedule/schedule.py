"""When the next run is due. Pure: the time is passed in, and the runs so far come from the ledger.

A slot is a moment at which a run is due, in UTC and whole seconds. The settings alone decide which slots there are.

- A local day has at most one slot. If clocks are set back and 03:30 comes twice, the first one counts; if they are
  set forward and there is no 03:30, the slot is at 04:30.
- A slot is done after one successful run, or after the last retry failed.
- Of several missed slots only the newest is caught up on. Example: a service that was off for four Sundays runs once
  when it starts, for the last of them.
- A delay moves the runs, not the slots: with one of an hour, the run of the slot at 03:30 is due at 04:30. A fleet
  spreads its runs so, and a home that comes into it or leaves it runs no slot twice.

Waiting for that moment is in `scheduler.py`, running in `service_loop.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..settings import DAYS, ScheduleSettings
from ..storage.ledger import SlotRun

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A run of a slot ahead counts up to here, since a clock may be set back. Further ahead, a clock ran wrong.
SET_BACK = timedelta(days=2)


class PlannedRun(NamedTuple):
    """A run that is due at `when`, as this attempt at this slot."""

    when: datetime
    slot: datetime
    attempt: int  # from 1


@dataclass(frozen=True)
class Schedule:
    """The slots, and how long to wait after each failure."""

    days: frozenset[int]  # Monday is 0
    time: time
    zone: ZoneInfo
    every: timedelta | None  # instead of days and time: multiples of this since 1970
    retries: tuple[timedelta, ...]
    delay: timedelta = timedelta(0)  # from a slot until its run is due

    @classmethod
    def of(cls, settings: ScheduleSettings) -> Schedule:
        """The schedule that the settings describe."""
        return cls(
            days=frozenset(DAYS.index(day) for day in settings.days),
            time=time.fromisoformat(settings.time),
            zone=ZoneInfo(settings.timezone),
            every=settings.interval,
            retries=tuple(timedelta(minutes=minutes) for minutes in settings.retry_minutes),
        )

    def delayed(self, delay: timedelta) -> Schedule:
        """The same slots, whose runs are due so much later."""
        return replace(self, delay=delay)

    def latest(self, now: datetime) -> datetime:
        """The newest slot that is not after `now`."""
        if self.every:
            return EPOCH + (now - EPOCH) // self.every * self.every
        return max(slot for slot in self._around(now) if slot <= now)

    def following(self, now: datetime) -> datetime:
        """The first slot after `now`."""
        if self.every:
            return self.latest(now) + self.every
        return min(slot for slot in self._around(now) if slot > now)

    def newest_due(self, now: datetime) -> datetime:
        """The newest slot whose run is due by now."""
        return self.latest(now - self.delay)

    def format_moment(self, moment: datetime) -> str:
        """A moment as the operator's clock shows it."""
        return f"{moment.astimezone(self.zone):%a %Y-%m-%d %H:%M{':%S' if self.every else ''} %Z}"

    def _around(self, now: datetime) -> list[datetime]:
        """The slots from more than a week before to more than a week after."""
        today = now.astimezone(self.zone).date()
        near = (today + timedelta(days=days) for days in range(-9, 10))
        return [self._slot(day) for day in near if day.weekday() in self.days]

    def _slot(self, day: date) -> datetime:
        return datetime.combine(day, self.time, self.zone).astimezone(UTC)


def plan_next_run(schedule: Schedule, now: datetime, runs: Collection[SlotRun]) -> PlannedRun:
    """The next run. It is due now if its `when` is not after `now`.

    `runs` are the ended runs of the newest slot that is due now, and of later ones.
    """
    slot, reach = schedule.newest_due(now), schedule.every or SET_BACK
    following = schedule.following(slot)
    if not any(slot < run.slot <= now + reach for run in runs):
        attempts = [run for run in runs if run.slot == slot]
        if not attempts:
            return PlannedRun(slot + schedule.delay, slot, 1)
        retry = _plan_retry(schedule, now, max(attempts, key=lambda run: run.attempt))
        if retry and retry.when < following + schedule.delay:
            return retry
    while any(following <= run.slot <= following + reach for run in runs):  # the clock was set back
        following = schedule.following(following)
    return PlannedRun(following + schedule.delay, following, 1)


def is_given_up(schedule: Schedule, last: SlotRun) -> bool:
    """Whether a slot has had all its attempts without success. `last` is the newest of them."""
    if last.succeeded:
        return False
    retry = _plan_retry(schedule, last.ended, last)
    return retry is None or retry.when >= schedule.following(last.slot) + schedule.delay


def _plan_retry(schedule: Schedule, now: datetime, last: SlotRun) -> PlannedRun | None:
    if last.succeeded or last.attempt > len(schedule.retries):
        return None
    when = last.ended + schedule.retries[last.attempt - 1]
    if now < last.ended:  # the clock was set back, so how long ago that was is not known
        when = now
    return PlannedRun(when, last.slot, last.attempt + 1)
