"""How things stand, in words: what the first screen of the admin page says above the chart and the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from ..progress import SAID, Task, read_progress
from ..storage.ledger import EVALUATED
from .durations import ago, ahead, in_words
from .health import Finding, Health, Life, examine
from .history import History, Reader, Short
from .history_chart import OUTCOMES

if TYPE_CHECKING:
    from ..serve import Service


class Trouble(NamedTuple):
    """Something that is not as it should be: what, why and which run says so, and what comes of it."""

    what: str
    why: str = ""
    run: str = ""
    then: str = ""


class Step(NamedTuple):
    """A step of the run under way: "done", "now" or "to come"."""

    words: str
    state: str


class Now(NamedTuple):
    """What goes on at this moment."""

    words: str
    run: str  # under way, else empty
    steps: list[Step]
    tasks: list[Task]  # that can tell how far they are


class Model(NamedTuple):
    """The weights that clients have, as far as the last runs tell."""

    score: float  # bits per character
    ngram: float
    parameters: int
    weights_bytes: int
    committed: Short | None


class Standing(NamedTuple):
    """All of it. `kind` is "good", "look" or "bad"."""

    kind: str
    headline: str
    sentences: list[str]
    troubles: list[Trouble]
    now: Now
    due: str  # when the next run is
    due_in: str
    model: Model | None
    counts: dict[str, int]


def stand(history: History, health: Health, service: Service, reader: Reader, hold: str, now: datetime) -> Standing:
    """How things stand. `hold` says why nothing is published, if that is so."""
    runs = history.runs
    troubles = [explained(finding, runs, service, reader) for finding in (*health.reasons, *health.warnings)]
    if hold:
        troubles.append(Trouble(hold, "`logling resume` lifts that"))
    kind = "bad" if health.reasons else "look" if troubles else "good"
    headline = {"bad": "Not well", "look": "It goes on, but look at this", "good": "All is well"}[kind]
    if not runs and kind == "good":
        headline = "The first run is under way" if history.under_way else "Nothing has run yet"
    wanted = service.wanted
    counts = Counter(run.outcome for run in runs)
    return Standing(
        kind,
        headline,
        sentences(runs, now),
        troubles,
        going_on(history, service, now),
        due_in_words(service),
        ahead(wanted.when - now) if wanted and not service.running else "",
        model_of(runs),
        {outcome: counts[outcome] for outcome in OUTCOMES if counts[outcome]},
    )


def health_of(history: History, service: Service, since: datetime, now: datetime) -> Health:
    """The health of a service that is there since then."""
    return examine(history.runs, service.schedule, Life(since, service.turned, waiting_since(service)), now)


def waiting_since(service: Service) -> datetime | None:
    """Since when commits wait to be pushed, as the home knows it."""
    try:
        return datetime.fromtimestamp(service.home.unpushed.stat().st_mtime, UTC)
    except OSError:
        return None


def sentences(runs: Sequence[Short], now: datetime) -> list[str]:
    """How the last run went, and how far all of them came."""
    if not runs:
        return []
    last = runs[-1]
    ended = "failed." if last.outcome == "failed" else f"was {last.outcome}. {sentence(last.reason)}"
    told = [f"The last run, {ago(now - last.finished)}, {ended}"]
    scores = [run.challenger for run in runs if run.outcome == "committed" and run.challenger is not None]
    if len(scores) > 1:
        first, best = scores[0], scores[-1]
        told.append(
            f"{len(scores):,} models were published in {in_words(now - runs[0].started)}: "
            f"from {first:.3f} bits per character to {best:.3f}."
        )
    return told


def sentence(words: str) -> str:
    """A reason as a sentence of its own."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def explained(finding: Finding, runs: Sequence[Short], service: Service, reader: Reader) -> Trouble:
    """A finding with what the newest run that it is about says."""
    if finding.about == "push":
        due = service.pushes.next
        then = f"It is tried again at {service.schedule.in_words(due)}" if due else ""
        run = next((run.run for run in reversed(runs) if run.pushed is False), "")
        record = reader.run(run)
        why = "; ".join(problem for problem in (record["problems"] if record else []) if "push" in problem)
        return Trouble(finding.words, why, run, then)
    failed = next((run for run in reversed(runs) if run.outcome == "failed"), None)
    if finding.about == "failure" and failed:
        return Trouble(finding.words, failed.reason, failed.run)
    return Trouble(finding.words)


def due_in_words(service: Service) -> str:
    """When the next run is due, on the operator's clock."""
    wanted = service.wanted
    if not wanted:
        return "not known yet"
    again = f", attempt {wanted.attempt} of {len(service.schedule.retries) + 1}" if wanted.attempt > 1 else ""
    if service.running:
        return service.schedule.in_words(service.schedule.following(wanted.slot))
    return service.schedule.in_words(wanted.when) + again


def going_on(history: History, service: Service, now: datetime) -> Now:
    """What goes on: a run with its steps, or what the service says."""
    begun = history.under_way
    if not begun:
        return Now("A run begins" if service.running else "Waiting", "", [], [])
    told = read_progress(service.home.progress)
    at = next((task.step for task in told), "")
    words = f"A run is under way, for {in_words(now - begun.started)}"
    if not service.running:
        words += ", not begun by this service"
    return Now(words, begun.run, steps_of(at), [task for task in told if task.total])


def steps_of(at: str) -> list[Step]:
    """All steps of a run that is at this one."""
    if at not in SAID:
        return []
    names = list(SAID)
    here = names.index(at)
    return [
        Step(words, "done" if place < here else "now" if place == here else "to come")
        for place, words in enumerate(SAID.values())
    ]


def model_of(runs: Sequence[Short]) -> Model | None:
    """The champion, as the last comparison left it; None before the first commit."""
    committed = next((run for run in reversed(runs) if run.outcome == "committed"), None)
    compared = next((run for run in reversed(runs) if run.outcome in EVALUATED and run.ngram is not None), None)
    if not committed or not compared:
        return None
    score = compared.challenger if compared.outcome == "committed" else compared.champion
    if score is None or compared.ngram is None:
        return None
    return Model(score, compared.ngram, committed.parameters or 0, committed.weights_bytes or 0, committed)
