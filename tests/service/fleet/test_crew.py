"""The threads of a fleet: one job a key, and jobs that never end hold up no other file system."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from service.fleet import crew as crew_module
from service.fleet.crew import MOST_THREADS, THREADS, Crew
from tests.support.waiting import wait_until


@pytest.fixture
def hanging() -> Iterator[Event]:
    """What jobs wait for that hang, until the test has ended."""
    event = Event()
    yield event
    event.set()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that is not done at once hangs."""
    monkeypatch.setattr(crew_module, "SLOW", 0.0)


def count_hanging(crew: Crew, count: int) -> None:
    """Wait until so many jobs hang."""
    wait_until(lambda: len(crew.hanging()) == count)


def test_each_job_is_done_and_told_of() -> None:
    done: list[int] = []
    ended = Event()
    crew = Crew(ended.set)
    assert crew.give("a", 1, lambda: done.append(1))
    wait_until(lambda: not crew.is_at("a"))
    assert done == [1]
    assert ended.wait(10)


def test_one_job_of_a_key_is_under_way(hanging: Event) -> None:
    crew = Crew(lambda: None)
    assert crew.give("a", 1, hanging.wait)
    assert not crew.give("a", 1, hanging.wait)
    assert crew.is_at("a")


@pytest.mark.usefixtures("impatient")
def test_a_file_system_that_hangs_gets_no_more_than_a_few_threads(hanging: Event) -> None:
    crew = Crew(lambda: None)
    given: list[int] = []
    for n in range(20):
        given += [n] * crew.give(n, "hangs", hanging.wait)
        count_hanging(crew, len(given))
    assert len(given) == crew_module.SLOW_IN_GROUP


@pytest.mark.usefixtures("impatient")
def test_more_file_systems_that_hang_than_threads_hold_up_none_that_does_not(hanging: Event) -> None:
    crew = Crew(lambda: None)
    for n in range(3 * THREADS):
        assert crew.give(n, n, hanging.wait)
        count_hanging(crew, n + 1)
    done = Event()
    assert crew.give("well", "well", done.set)
    assert done.wait(60)


@pytest.mark.usefixtures("impatient")
def test_the_number_of_threads_is_bounded(hanging: Event) -> None:
    crew = Crew(lambda: None)
    for n in range(2 * MOST_THREADS):
        crew.give(n, n, hanging.wait)
        count_hanging(crew, min(n + 1, MOST_THREADS))
        if n >= MOST_THREADS:
            break
    assert crew._threads == MOST_THREADS
