"""What is due when. Pure: the time is passed in, and what was done comes from the ledger.

A slot is a moment at which a run is wanted; the schedule alone says which there are, in UTC and whole seconds.
Each local day has one slot at most: a time of day that a change of clocks repeats is its first occurrence, one
that it leaves out is as much later. A slot is settled by one successful run, or by as many failed ones as there
are retries; of slots that were missed, only the newest is caught up on. Waiting is not here: see `serve.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from ..settings import ScheduleSettings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SET_BACK = timedelta(days=2)  # a later slot that was tried counts up to here; further ahead, a clock ran wrong


class Try(NamedTuple):
    """A run of a slot that has ended, as the ledger has it."""

    slot: datetime
    attempt: int  # from 1
    succeeded: bool
    ended: datetime


class Outlook(NamedTuple):
    """The next run: it is due at `when`, as this attempt at this slot."""

    when: datetime
    slot: datetime
    attempt: int


@dataclass(frozen=True)
class Schedule:
    """Which slots there are, and how long to wait after each failure."""

    days: frozenset[int]  # Monday is 0
    time: time
    zone: ZoneInfo
    every: timedelta | None  # instead of days and time: multiples of this since 1970
    retries: tuple[timedelta, ...]

    @classmethod
    def of(cls, settings: ScheduleSettings) -> Schedule:
        """The schedule that the settings describe."""
        from ..settings import DAYS

        return cls(
            days=frozenset(DAYS.index(day) for day in settings.days),
            time=time.fromisoformat(settings.time),
            zone=ZoneInfo(settings.timezone),
            every=settings.interval,
            retries=tuple(timedelta(minutes=minutes) for minutes in settings.retry_minutes),
        )

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

    def in_words(self, moment: datetime) -> str:
        """A moment as the operator's own clock shows it."""
        return f"{moment.astimezone(self.zone):%a %Y-%m-%d %H:%M{':%S' if self.every else ''} %Z}"

    def _around(self, now: datetime) -> list[datetime]:
        """The slots of more than a week before and after."""
        today = now.astimezone(self.zone).date()
        near = (today + timedelta(days=days) for days in range(-9, 10))
        return [self._slot(day) for day in near if day.weekday() in self.days]

    def _slot(self, day: date) -> datetime:
        return datetime.combine(day, self.time, self.zone).astimezone(UTC)


def outlook(schedule: Schedule, now: datetime, tries: Collection[Try]) -> Outlook:
    """The next run; it is due now when its `when` is not after `now`.

    `tries` are the ended runs of the slot that is the latest now, and of later ones.
    """
    slot, reach = schedule.latest(now), schedule.every or SET_BACK
    if not any(slot < tried.slot <= now + reach for tried in tries):
        own = [tried for tried in tries if tried.slot == slot]
        if not own:
            return Outlook(slot, slot, 1)
        retry = _retry(schedule, now, max(own, key=lambda tried: tried.attempt))
        if retry and retry.when < schedule.following(now):
            return retry
    following = schedule.following(now)
    while any(following <= tried.slot <= following + reach for tried in tries):  # the clock was set back
        following = schedule.following(following)
    return Outlook(following, following, 1)


def _retry(schedule: Schedule, now: datetime, last: Try) -> Outlook | None:
    if last.succeeded or last.attempt > len(schedule.retries):
        return None
    when = last.ended + schedule.retries[last.attempt - 1]
    if now < last.ended:  # the clock was set back: how long to wait is no longer known
        when = now
    return Outlook(when, last.slot, last.attempt + 1)
