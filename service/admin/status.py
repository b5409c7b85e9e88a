"""What the first screen of the admin page says, above the chart and the table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ..schedule.schedule import Schedule
from ..storage.hold import WITHDRAWN
from ..storage.ledger import EVALUATED
from ..storage.rollbacks import Rollback
from ..storage.run_progress import RUN_STEPS, TaskProgress
from ..storage.service_status import ServiceStatus
from ..storage.source_states import SourceState
from .durations import format_duration, format_future, format_past
from .health import Health, Symptom
from .history import History, LedgerReader, RunSummary
from .history_chart import OUTCOMES

# Of a reason; the table has them beside it.
FIGURES = re.compile(
    r"[:,] [0-9.]+ bits per character against (?:the champion's )?[0-9]+\.[0-9]+"
    r"|, the gain's lower bound is [+-][0-9.]*[0-9]|(?<=an n-gram of as many bytes), [0-9]+\.[0-9]+"
)
HEADLINES = {
    "bad": "Not well",
    "look": "It goes on, but look at this",
    "new": "Not set up yet",
    "good": "All is well",
}


class Problem(NamedTuple):
    """Something that is not as it should be."""

    text: str
    reason: str = ""
    run: str = ""  # which says so
    what_happens: str = ""


class RunStep(NamedTuple):
    """A step of the run under way. `state` is "done", "now" or "to come"."""

    text: str
    state: str


class Activity(NamedTuple):
    """What goes on now."""

    text: str
    run: str  # under way; empty when none is
    steps: list[RunStep]
    tasks: list[TaskProgress]  # of which it is known how far they are


class CurrentModel(NamedTuple):
    """The newest weights that a run committed or a rollback brought back."""

    score: float  # bits per character, in the last comparison if there was one since
    ngram: float | None
    parameters: int
    weights_bytes: int
    since: datetime
    pushed: bool | None  # None without a remote
    restored: str = ""  # the commit whose weights a rollback brought back; empty: a run committed them


class Overview(NamedTuple):
    """All of it. `kind` is "good", "new", "look" or "bad"."""

    kind: str
    headline: str
    sentences: list[str]
    problems: list[Problem]
    activity: Activity
    is_running: bool  # whether the service has begun a run
    due: str  # when the next run is
    due_in: str  # empty while a run is under way, or when it is not known
    model: CurrentModel | None
    counts: dict[str, int]
    sources: Sequence[SourceState] | None  # None: none was looked at yet


def make_overview(
    history: History, health: Health, schedule: Schedule, reader: LedgerReader, now: datetime
) -> Overview:
    """The first screen, from what the ledger says."""
    runs, service = history.runs, history.service
    symptoms = (*health.reasons, *health.warnings)
    problems = [explain(symptom, history, schedule, reader) for symptom in symptoms]
    if service and service.hold and not service.hold.startswith(WITHDRAWN):
        problems.append(Problem(service.hold, "`logling resume` lifts that"))
    kind = "bad" if health.reasons else "look" if problems else "new" if health.missing else "good"
    headline = HEADLINES[kind]
    if not runs and kind == "new":
        headline = "The first run is under way" if history.unfinished else "Nothing has run yet"
    is_running = bool(service and service.is_running)
    next_run = service.next_run if service and not is_running else None
    counts = Counter(run.outcome for run in runs)
    return Overview(
        kind,
        headline,
        [
            *describe_runs(runs, now),
            *describe_rollback(history, now),
            *(map(as_sentence, health.missing) if runs else []),
        ],
        problems,
        describe_activity(history, now),
        is_running,
        describe_next_run(service, schedule),
        format_future(next_run - now) if next_run else "",
        current_model(history),
        {outcome: counts[outcome] for outcome in OUTCOMES if counts[outcome]},
        history.sources,
    )


def describe_runs(runs: Sequence[RunSummary], now: datetime) -> list[str]:
    """How the last run went, and what all of them achieved."""
    if not runs:
        return []
    last = runs[-1]
    why = shorten_reason(last.reason).rstrip(".")
    ending = "failed." if last.outcome == "failed" else f"was {last.outcome}: {why}." if why else f"was {last.outcome}."
    sentences = [f"The last run, {format_past(now - last.finished)}, {ending}"]
    models = [run for run in runs if run.outcome == "committed" and run.challenger is not None]
    published = [run for run in models if run.pushed]
    if len(models) > 1:
        all_or_some = "all" if len(published) == len(models) else f"{len(published):,}"
        there = f", and {all_or_some} of them published" if published else ""
        sentences.append(f"{len(models):,} models were committed in {format_duration(now - runs[0].started)}{there}.")
    return sentences


def describe_rollback(history: History, now: datetime) -> list[str]:
    """That the weights are those of a rollback, if no run has committed since."""
    model = current_model(history)
    if not model or not model.restored:
        return []
    return [f"A rollback, {format_past(now - model.since)}, brought back the weights of commit {model.restored[:9]}."]


def as_sentence(text: str) -> str:
    """A reason with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def explain(symptom: Symptom, history: History, schedule: Schedule, reader: LedgerReader) -> Problem:
    """A symptom with what the newest run that had it says."""
    runs = history.runs
    if symptom.about == "hold":
        return Problem(symptom.text, "`logling resume` takes over what the remote has then, and lifts the hold")
    if symptom.about == "push":
        next_push = history.service.next_push if history.service else None
        what_happens = f"It is tried again at {schedule.format_moment(next_push)}" if next_push else ""
        run = next((run.run for run in reversed(runs) if run.pushed is False), "")
        record = reader.run(run)
        reason = "; ".join(problem for problem in (record.problems if record else []) if "push" in problem)
        return Problem(symptom.text, reason, run, what_happens)
    if symptom.about in ("sources", "lesser sources"):
        concerned = [state for state in history.sources or () if state.is_in_trouble == (symptom.about == "sources")]
        reason = "; ".join(state.detail for state in concerned if state.detail)
        return Problem(symptom.text, reason, "", "The next run looks again, and so does `logling pull`")
    failed = next((run for run in reversed(runs) if run.outcome == "failed"), None)
    if symptom.about == "failure" and failed:
        return Problem(symptom.text, failed.reason, failed.run)
    return Problem(symptom.text)


def describe_next_run(service: ServiceStatus | None, schedule: Schedule) -> str:
    """When the next run is due, in the operator's time."""
    if not service or not service.next_run or not service.slot:
        return "not known yet" if service else "no service is running"
    if service.is_running:
        return schedule.format_moment(schedule.following(service.slot) + schedule.delay)
    attempts = len(schedule.retries) + 1
    attempt = f", attempt {service.attempt} of {attempts}" if service.attempt > 1 else ""
    return schedule.format_moment(service.next_run) + attempt


def describe_activity(history: History, now: datetime) -> Activity:
    """The run under way with its steps, or that there is none."""
    run, service = history.unfinished, history.service
    is_running = bool(service and service.is_running)
    if not run:
        return Activity("A run begins" if is_running else "Waiting" if service else "No service", "", [], [])
    text = f"A run is under way, for {format_duration(now - run.started)}"
    if not is_running:
        text += ", not begun by this service"
    step = next((task.step for task in history.tasks), "")
    return Activity(text, run.run, list_steps(step), [task for task in history.tasks if task.total])


def list_steps(current: str) -> list[RunStep]:
    """All steps of a run that is at this one; empty when that is not known."""
    if current not in RUN_STEPS:
        return []
    names = list(RUN_STEPS)
    place = names.index(current)
    states = ["done" if at < place else "now" if at == place else "to come" for at in range(len(names))]
    return [RunStep(text, state) for text, state in zip(RUN_STEPS.values(), states, strict=True)]


def current_model(history: History) -> CurrentModel | None:
    """The champion; None before the first commit."""
    committed = next((run for run in reversed(history.runs) if run.outcome == "committed"), None)
    rollback = history.rollbacks[-1] if history.rollbacks else None
    if rollback and (committed is None or rollback.at >= committed.finished):
        return restored_model(rollback, history.runs)
    compared = next((run for run in reversed(history.runs) if run.outcome in EVALUATED and run.ngram is not None), None)
    if not committed or not compared:
        return None
    score = compared.challenger if compared.outcome == "committed" else compared.champion
    if score is None or compared.ngram is None:
        return None
    return CurrentModel(
        score, compared.ngram, committed.parameters or 0, committed.weights_bytes or 0, committed.finished,
        committed.pushed,
    )  # fmt: skip


def restored_model(rollback: Rollback, runs: Sequence[RunSummary]) -> CurrentModel | None:
    """What a rollback brought back, with its score in the last comparison since then, or else that of its card."""
    since = [run for run in runs if run.started >= rollback.at and run.champion is not None]
    score, ngram = (since[-1].champion, since[-1].ngram) if since else (rollback.score, rollback.ngram)
    if score is None:
        return None
    return CurrentModel(
        score, ngram, rollback.parameters or 0, rollback.weights_bytes, rollback.at, rollback.pushed, rollback.restored
    )  # fmt: skip


def is_busy(history: History) -> bool:
    """Whether a run is under way, so that the page changes by itself."""
    return history.unfinished is not None or bool(history.service and history.service.is_running)


def shorten_reason(reason: str) -> str:
    """Why a run ended so, without the figures that stand beside it.

    >>> shorten_reason("better: 0.398 bits per character against the champion's 0.412")
    'better than the champion'
    >>> shorten_reason("the first model: better than an order-2 n-gram, 0.4 bits per character against 2.7")
    'the first model: better than an order-2 n-gram'
    """
    shortened = FIGURES.sub("", reason)
    than = " than the champion" if shortened in ("better", "not better") else ""
    return shortened + than
