"""What is due when: each slot once, whatever clocks, downtimes and failures do."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.schedule.schedule import SET_BACK, PlannedRun, Schedule, is_given_up, plan_next_run
from service.settings import DAYS, ScheduleSettings
from service.storage.ledger import SlotRun

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = [
    "UTC", "Europe/Helsinki", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Pacific/Apia", "Pacific/Chatham", "Africa/Casablanca", "America/St_Johns", "Pacific/Kiritimati",
]  # fmt: skip
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


def schedule_of(**values: object) -> Schedule:
    return Schedule.of(ScheduleSettings.model_validate(values))


def helsinki(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Helsinki")).astimezone(UTC)


SUNDAYS = schedule_of()
IN_HELSINKI = schedule_of(timezone="Europe/Helsinki")


def tried(slot: datetime, attempt: int = 1, succeeded: bool = True, ended: datetime | None = None) -> SlotRun:
    return SlotRun(slot, attempt, succeeded, ended or slot + 10 * MINUTE)


def is_due(schedule: Schedule, now: datetime, tries: list[SlotRun]) -> bool:
    return plan_next_run(schedule, now, tries).when <= now


@dataclass
class World:
    """A service that is up except in its downtimes, with a clock that nobody waits for."""

    schedule: Schedule
    now: datetime
    downtimes: list[tuple[datetime, datetime]] = field(default_factory=list)
    failures: list[bool] = field(default_factory=list)  # of the runs in their order, then repeated
    takes: timedelta = 20 * MINUTE
    runs: list[tuple[datetime, SlotRun]] = field(default_factory=list)  # with when they began

    def play(self, until: datetime) -> None:
        while self.now < until:
            if down := [end for begin, end in self.downtimes if begin <= self.now < end]:
                self.now = max(down)
                continue
            latest = self.schedule.latest(self.now)
            planned = plan_next_run(self.schedule, self.now, [ended for _, ended in self.runs if ended.slot >= latest])
            if planned.when <= self.now:
                self.run(planned)
            else:
                starts = [begin for begin, _ in self.downtimes if self.now < begin < planned.when]
                self.now = min([planned.when, *starts])

    def run(self, planned: PlannedRun) -> None:
        failed = bool(self.failures) and self.failures[len(self.runs) % len(self.failures)]
        self.runs.append((self.now, SlotRun(planned.slot, planned.attempt, not failed, self.now + self.takes)))
        self.now += self.takes


@pytest.mark.parametrize(
    ("day", "days"),
    [("sun", {6}), ("mon,thu", {0, 3}), ("Tue, WED", {1, 2}), ("daily", set(range(7))), ("mon,mon", {0})],
)
def test_days_have_names(day: str, days: set[int]) -> None:
    assert schedule_of(day=day).days == days


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"day": "0"}, ["'0'", "mon, tue", "daily", "never numbers"]),
        ({"day": "sunday"}, ["sunday", "sun"]),
        ({"day": ""}, ["''", "sun"]),
        ({"day": "sun,"}, ["sun,"]),
        ({"time": "3:30"}, ["3:30", "23:59"]),
        ({"time": "24:00"}, ["24:00"]),
        ({"time": 330}, ["330", "in quotes"]),
        ({"timezone": "Mars/Olympus"}, ["Mars/Olympus", "Europe/Helsinki"]),
        ({"timezone": "../../etc/passwd"}, ["etc/passwd", "UTC"]),
        ({"every": "0s"}, ["0s", "90s"]),
        ({"every": "weekly"}, ["weekly", "7d"]),
        ({"retry_minutes": [-1]}, ["-1", "greater than or equal to 0"]),
        ({"overtime_minutes": 0}, ["overtime_minutes", "greater than 0"]),
    ],
)
def test_a_wrong_schedule_is_refused_with_what_is_allowed(values: dict[str, object], words: list[str]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))) as refusal:
        schedule_of(**values)
    assert [word for word in words if word not in str(refusal.value)] == []


def test_the_default_is_sunday_half_past_three() -> None:
    assert SUNDAYS.latest(WEDNESDAY) == datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
    assert SUNDAYS.following(WEDNESDAY) == datetime(2026, 11, 29, 3, 30, tzinfo=UTC)
    assert SUNDAYS.format_moment(SUNDAYS.following(WEDNESDAY)) == "Sun 2026-11-29 03:30 UTC"


def test_a_slot_is_its_own_latest_and_not_its_own_following() -> None:
    slot = datetime(2026, 11, 29, 3, 30, tzinfo=UTC)
    assert SUNDAYS.latest(slot) == slot
    assert SUNDAYS.latest(slot - timedelta(microseconds=1)) == slot - 7 * DAY
    assert SUNDAYS.following(slot) == slot + 7 * DAY


def test_an_interval_has_the_same_slots_after_every_start() -> None:
    every = schedule_of(every="6h")
    assert every.latest(WEDNESDAY + MINUTE) == WEDNESDAY
    assert every.following(WEDNESDAY) == WEDNESDAY + 6 * HOUR
    assert every.format_moment(WEDNESDAY) == "Wed 2026-11-25 12:00:00 UTC"


def test_the_hour_that_comes_twice_in_autumn_has_one_slot() -> None:
    world = World(IN_HELSINKI, helsinki("2026-10-20 12:00"), takes=MINUTE)
    world.play(helsinki("2026-10-30 12:00"))
    assert [begun for begun, _ in world.runs][1:] == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]  # 03:30 summer time


def test_the_hour_that_spring_leaves_out_has_one_slot_an_hour_later() -> None:
    world = World(IN_HELSINKI, helsinki("2026-03-24 12:00"), takes=MINUTE)
    world.play(helsinki("2026-04-03 12:00"))
    assert [begun for begun, _ in world.runs][1:] == [helsinki("2026-03-29 04:30")]


@pytest.mark.parametrize("minutes", range(-90, 181, 15))
def test_no_start_of_the_service_around_a_change_of_clocks_doubles_a_run(minutes: int) -> None:
    for change in (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)):
        begin = change + minutes * MINUTE
        world = World(IN_HELSINKI, change - 5 * DAY, downtimes=[(begin, begin + 10 * MINUTE)], takes=MINUTE)
        world.play(change + 5 * DAY)
        assert len(world.runs) == 2
        assert world.runs[1][1].slot == change


def test_a_service_that_never_ran_runs_at_once_and_then_by_the_schedule() -> None:
    world = World(SUNDAYS, WEDNESDAY)
    world.play(WEDNESDAY + 20 * DAY)
    assert [begun for begun, _ in world.runs] == [
        WEDNESDAY,
        *(SUNDAYS.following(WEDNESDAY) + n * 7 * DAY for n in range(3)),
    ]


def test_of_slots_that_were_missed_only_the_newest_is_caught_up_on() -> None:
    down = (WEDNESDAY + DAY, WEDNESDAY + 31 * DAY)  # four Sundays
    world = World(SUNDAYS, WEDNESDAY, downtimes=[down])
    world.play(WEDNESDAY + 45 * DAY)
    assert [begun for begun, _ in world.runs][1:] == [
        down[1],
        *(SUNDAYS.following(down[1]) + n * 7 * DAY for n in (0, 1)),
    ]
    assert world.runs[1][1].slot == SUNDAYS.latest(down[1])


def test_a_failed_run_is_tried_again_with_longer_and_longer_waits_then_it_is_the_next_slots_turn() -> None:
    world = World(SUNDAYS, WEDNESDAY, failures=[True], takes=2 * MINUTE)
    world.play(WEDNESDAY + 6 * DAY)
    begun = [begun for begun, _ in world.runs]
    waits = [(later - earlier) // MINUTE - 2 for earlier, later in pairwise(begun)]
    assert waits[:3] == waits[4:] == [1, 5, 25]
    assert begun[4] == SUNDAYS.following(WEDNESDAY)
    assert [ended.attempt for _, ended in world.runs] == [1, 2, 3, 4] * 2


def test_a_retry_that_succeeds_settles_the_slot() -> None:
    world = World(SUNDAYS, WEDNESDAY, failures=[True, True, False])
    world.play(WEDNESDAY + 3 * DAY)
    assert [(ended.attempt, ended.succeeded) for _, ended in world.runs] == [(1, False), (2, False), (3, True)]


def test_a_restart_does_not_shorten_the_wait_for_a_retry() -> None:
    slot = SUNDAYS.latest(WEDNESDAY)
    failed = [tried(slot, attempt, False, WEDNESDAY) for attempt in (1, 2)]
    assert not is_due(SUNDAYS, WEDNESDAY + 4 * MINUTE, failed)
    assert is_due(SUNDAYS, WEDNESDAY + 5 * MINUTE, failed)


def test_a_retry_gives_way_to_the_next_slot() -> None:
    every = schedule_of(every="10s")
    planned = plan_next_run(every, WEDNESDAY, [tried(WEDNESDAY, 1, False, WEDNESDAY)])
    assert planned == PlannedRun(WEDNESDAY + timedelta(seconds=10), WEDNESDAY + timedelta(seconds=10), 1)


@pytest.mark.parametrize("back", [MINUTE, HOUR, DAY, SET_BACK])
@pytest.mark.parametrize("day", ["sun", "daily"])
def test_a_clock_that_is_set_back_doubles_no_run(back: timedelta, day: str) -> None:
    schedule = schedule_of(day=day)
    slot = schedule.latest(WEDNESDAY)
    world = World(schedule, slot + MINUTE, runs=[(slot, tried(slot))])  # of the slots before it nothing is known
    world.now -= back
    world.play(slot + 6 * HOUR)
    assert len(world.runs) == 1
    assert plan_next_run(schedule, slot - back, [tried(slot)]).when > slot


def test_a_clock_that_was_years_ahead_for_a_moment_does_not_silence_the_service() -> None:
    world = World(SUNDAYS, WEDNESDAY)
    world.play(WEDNESDAY + HOUR)
    world.now = datetime(2038, 1, 20, tzinfo=UTC)
    world.play(world.now + HOUR)
    world.now = WEDNESDAY + 2 * HOUR
    world.play(WEDNESDAY + 5 * DAY)
    assert [begun for begun, _ in world.runs][2:] == [SUNDAYS.following(WEDNESDAY)]


def test_the_wait_after_a_failure_ends_at_once_when_the_clock_was_set_back_before_it() -> None:
    slot = SUNDAYS.latest(WEDNESDAY)
    assert is_due(SUNDAYS, WEDNESDAY, [tried(slot, 1, False, WEDNESDAY + HOUR)])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    days = draw(st.sets(st.sampled_from(DAYS), min_size=1))
    hour, minute = draw(st.integers(0, 23)), draw(st.sampled_from([0, 15, 30, 59]))
    schedule = schedule_of(
        day=",".join(sorted(days)), time=f"{hour:02}:{minute:02}", timezone=draw(st.sampled_from(ZONES))
    )
    begin = datetime(draw(st.sampled_from([2011, 2024, 2026])), 1, 1, tzinfo=UTC) + draw(st.integers(0, 600)) * HOUR
    minutes = st.integers(0, 366 * 24 * 60)
    lengths = st.one_of(st.integers(1, 120), st.integers(1, 40 * 24 * 60))
    downs = [
        (begin + start * MINUTE, begin + (start + length) * MINUTE)
        for start, length in draw(st.lists(st.tuples(minutes, lengths), max_size=12))
    ]
    takes = draw(st.sampled_from([MINUTE, 20 * MINUTE, 3 * HOUR]))
    return World(schedule, begin, downs, draw(st.lists(st.booleans(), max_size=7)), takes)


def slots_between(schedule: Schedule, begin: datetime, end: datetime) -> list[datetime]:
    """All slots after `begin`, not after `end`."""
    slots = []
    while (begin := schedule.following(begin)) <= end:
        slots.append(begin)
    return slots


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_in_a_year_of_downtimes_and_failures_each_slot_is_run_once_and_none_late(world: World) -> None:
    schedule, begin = world.schedule, world.now
    end = begin + 366 * DAY
    world.play(end)
    attempts = Counter((ended.slot, ended.attempt) for _, ended in world.runs)
    assert set(attempts.values()) <= {1}
    assert set(Counter(ended.slot for _, ended in world.runs if ended.succeeded).values()) <= {1}
    assert all(ended.attempt <= len(schedule.retries) + 1 for _, ended in world.runs)
    assert all(ended.slot == schedule.latest(begun) for begun, ended in world.runs)
    firsts = {ended.slot: begun for begun, ended in world.runs if ended.attempt == 1}
    for slot, following in zip(
        slots := slots_between(schedule, begin, end), [*slots[1:], schedule.following(end)], strict=True
    ):
        assert firsts.get(slot) == first_moment(world, slot, min(following, end))


def first_moment(world: World, slot: datetime, following: datetime) -> datetime | None:
    """When the service was first up and idle from a slot on; None if not before the following one."""
    moment = slot
    busy = [*world.downtimes, *((begun, ended.ended) for begun, ended in world.runs if begun < slot)]
    while over := [end for start, end in busy if start <= moment < end]:
        moment = max(over)
    return moment if moment < following else None


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 23), st.sampled_from([0, 30, 59]), st.sampled_from([2011, 2026]))
def test_a_local_day_has_one_slot_in_every_zone(zone: str, hour: int, minute: int, year: int) -> None:
    schedule = schedule_of(day="daily", time=f"{hour:02}:{minute:02}", timezone=zone)
    begin = datetime(year, 1, 1, tzinfo=UTC)
    slots = slots_between(schedule, begin, begin + 365 * DAY)
    dates = [slot.astimezone(schedule.zone).date() for slot in slots]
    missing = 1 if (zone, year) == ("Pacific/Apia", 2011) else 0  # there was no 30 December
    assert len(dates) in (364, 365)
    steps = [later - earlier for earlier, later in pairwise(dates)]
    assert steps.count(2 * DAY) == missing
    assert set(steps) <= {DAY, 2 * DAY}
    assert all(22 * HOUR <= later - earlier <= 26 * HOUR for earlier, later in pairwise(slots))


@pytest.mark.parametrize(("attempt", "given_up"), [(3, False), (4, True)])
def test_a_slot_is_given_up_after_its_last_attempt(attempt: int, given_up: bool) -> None:
    assert is_given_up(SUNDAYS, tried(SUNDAYS.latest(WEDNESDAY), attempt, succeeded=False)) == given_up


def test_a_slot_is_given_up_when_the_next_one_comes_before_another_attempt() -> None:
    often = schedule_of(every="10m")
    slot = often.latest(WEDNESDAY)
    assert is_given_up(often, tried(slot, 3, succeeded=False, ended=slot + 7 * MINUTE))


def test_a_slot_that_succeeded_is_not_given_up() -> None:
    assert not is_given_up(SUNDAYS, tried(SUNDAYS.latest(WEDNESDAY), 4))


# ---- runs that are due some time after their slot


def test_a_delay_moves_the_run_and_not_its_slot() -> None:
    planned = plan_next_run(SUNDAYS.delayed(2 * HOUR), WEDNESDAY, [tried(SUNDAYS.latest(WEDNESDAY))])
    slot = SUNDAYS.following(WEDNESDAY)
    assert planned == PlannedRun(slot + 2 * HOUR, slot, 1)


def test_between_a_slot_and_its_delayed_run_the_slot_before_is_the_newest_due() -> None:
    delayed, slot = SUNDAYS.delayed(2 * HOUR), SUNDAYS.following(WEDNESDAY)
    assert delayed.newest_due(slot + HOUR) == SUNDAYS.latest(WEDNESDAY)
    assert delayed.newest_due(slot + 2 * HOUR) == slot


@pytest.mark.parametrize("after", [HOUR, 3 * HOUR])
def test_a_home_that_ran_at_its_slot_and_gets_a_delay_does_not_run_again(after: timedelta) -> None:
    slot = SUNDAYS.following(WEDNESDAY)
    planned = plan_next_run(SUNDAYS.delayed(2 * HOUR), slot + after, [tried(slot)])
    assert planned.slot == SUNDAYS.following(slot)


def test_a_home_that_ran_late_and_loses_its_delay_does_not_run_again() -> None:
    slot = SUNDAYS.following(WEDNESDAY)
    planned = plan_next_run(SUNDAYS, slot + 3 * HOUR, [tried(slot, ended=slot + 2 * HOUR)])
    assert planned.slot == SUNDAYS.following(slot)


def test_a_retry_of_a_delayed_run_gives_way_to_the_next_delayed_run() -> None:
    hourly = schedule_of(every="1h").delayed(30 * MINUTE)
    slot = hourly.newest_due(WEDNESDAY)
    late = plan_next_run(hourly, slot + HOUR, [tried(slot, succeeded=False, ended=slot + 59 * MINUTE)])
    assert (late.slot, late.attempt) == (slot, 2)
    ended = slot + 89.5 * MINUTE
    later = plan_next_run(hourly, ended, [tried(slot, succeeded=False, ended=ended)])
    assert (later.when, later.attempt) == (slot + HOUR + 30 * MINUTE, 1)


@given(st.integers(0, 6 * 60), st.integers(0, 60 * 24 * 21))
def test_each_slot_is_run_once_with_any_delay(delay: int, begin: int) -> None:
    schedule, now = SUNDAYS.delayed(delay * MINUTE), WEDNESDAY + begin * MINUTE
    runs: list[SlotRun] = []
    for _ in range(4):
        planned = plan_next_run(schedule, now, [run for run in runs if run.slot >= schedule.newest_due(now)])
        now = max(now, planned.when)
        runs.append(tried(planned.slot, ended=now + 10 * MINUTE))
        now += 20 * MINUTE
    assert [after.slot - before.slot for before, after in pairwise(runs)] == [7 * DAY] * 3
