"""How a home stands, in one line: for the index of a fleet and for Prometheus. Made of the history, and small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from ..schedule.schedule import Schedule
from ..storage.ledger import EVALUATED
from ..storage.run_record import Outcome
from .health import LOOP_IS_LATE, Health, check_health, last_success
from .history import History, RunSummary
from .status import current_model

SCORES = 24  # of the newest comparisons, for a small chart
NEWEST = 100  # runs that are known by name


class LastRun(NamedTuple):
    """How the newest run ended."""

    run: str
    outcome: Outcome
    started: datetime
    finished: datetime
    lines: Mapping[str, int]


class HomeSummary(NamedTuple):
    """What is told of a home. Nothing of it names a line, a path or the reason of a failure."""

    health: Health
    is_alive: bool  # whether its service is there
    is_running: bool
    counts: Mapping[Outcome, int]
    last: LastRun | None
    last_success: datetime | None
    score: float | None  # bits per character of the model that is there now
    champion: float | None  # the rest is of the last comparison
    challenger: float | None
    ngram: float | None
    unpushed_since: datetime | None
    is_held: bool  # whether nothing is published until a person says so
    next_run: datetime | None
    scores: tuple[float, ...]  # of the better model in each comparison, oldest first
    newest: tuple[tuple[str, int], ...]  # runs with their numbers in the ledger, newest first


def summarise(history: History, schedule: Schedule, now: datetime, health: Health | None = None) -> HomeSummary:
    """The summary of a home whose ledger says this. `health` is judged anew unless it is given."""
    runs, service = history.runs, history.service
    compared = [run for run in runs if run.outcome in EVALUATED and run.challenger is not None]
    success, model = last_success(runs), current_model(history)
    latest = compared[-1] if compared else None
    return HomeSummary(
        health or check_health(history, schedule, now),
        service is not None and now - service.last_turn <= LOOP_IS_LATE,
        bool(service and service.is_running),
        Counter(run.outcome for run in runs),
        last_of(runs[-1]) if runs else None,
        success.finished if success else None,
        model.score if model else None,
        latest.champion if latest else None,
        latest.challenger if latest else None,
        latest.ngram if latest else None,
        service.unpushed_since if service else None,
        bool(service and service.hold),
        service.next_run if service else None,
        tuple(better_of(run) for run in compared[-SCORES:]),
        tuple((run.run, run.number) for run in runs[: -NEWEST - 1 : -1]),
    )


def last_of(run: RunSummary) -> LastRun:
    """What is told of the newest run."""
    return LastRun(run.run, run.outcome, run.started, run.finished, run.lines)


def better_of(run: RunSummary) -> float:
    """The score of the model that was there after a comparison."""
    assert run.challenger is not None
    return run.challenger if run.outcome == "committed" or run.champion is None else run.champion
