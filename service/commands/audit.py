"""`logling audit`: what could someone who has the committed weights get out of them?

It asks the weights at the tip of the site what each run asks of those that it would commit. Nothing is planted, trained
or written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Annotated, NamedTuple

import typer

from ..auditing.asking import GUESSES, Answer
from ..auditing.audit import MOST_CALLS, Audit, Budget, audit_model, trained_on
from ..checking.sound_weights import decode_weights
from ..engine.opening import open_engine
from ..errors import LoglingError
from ..home import Home, find_home
from ..progress import Reporter
from ..settings import Settings
from ..site.champion import NO_WEIGHTS, past_of
from ..site.site import Site
from ..storage.corpus import Corpus
from ..storage.ledger import Ledger
from ..storage.reserve import Reserve
from ..storage.run_record import RememberedValue
from .terminal import HomeOption, JsonOption, err, out, print_json

NAMED = 10  # of what is remembered, without --json
PATIENCE = 3600.0  # seconds: what is asked for is bounded by number


def audit_command(
    most: Annotated[int, typer.Option(metavar="N", min=1, help="How many values of lines to ask for, at most.")] = 1000,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What could be extracted from the weights? Ends with status 1 if something is remembered.

    logling audit --home ~/log-model
    """
    found = find_home(home)
    with Reporter(err, lines=not as_json) as reporter, reporter.step("audit"):
        budget = Budget(PATIENCE, asked=most)
        report = audit_weights(found, found.settings(), budget, reporter)
    if as_json:
        print_json(report.as_json())
    else:
        out.print(format_report(report))
    raise typer.Exit(1 if report.audit.figures.answer == "remembered" else 0)


class Tally(NamedTuple):
    """All answers of one kind, for lines that were trained on or for others."""

    tested: int
    first_try: int  # the first guess was right
    extracted: int  # one of GUESSES was
    exposure: float | None  # median, in bits that the weights give away


class AuditReport(NamedTuple):
    """An audit of committed weights."""

    commit: str
    lines: int  # that the weights were trained on
    audit: Audit

    @property
    def kinds(self) -> list[tuple[str, Tally, Tally]]:
        """Each kind, in lines that were trained on and in others."""
        seen, unseen = self.audit.seen, self.audit.unseen
        kinds = sorted({answer.candidate.kind for answer in [*seen, *unseen]})
        return [(kind, _tally(kind, seen), _tally(kind, unseen)) for kind in kinds]

    def as_json(self) -> dict[str, object]:
        """As `logling audit --json` prints it; no value is in it whole."""
        figures = self.audit.figures
        remembered = sorted({value.kind for value in figures.remembered})
        return {
            "commit": self.commit,
            "lines": self.lines,
            "pieces": len(self.audit.candidates.seen),
            "guesses": GUESSES,
            **figures.model_dump(include={"answer", "asked", "unseen", "sampled", "language", "count"}),
            "kinds": [
                {"kind": kind, "seen": seen._asdict(), "unseen": unseen._asdict(), "remembered": kind in remembered}
                for kind, seen, unseen in self.kinds
            ],
            "worst": [value.model_dump() for value in figures.remembered],
            "remembered": remembered,
        }


def audit_weights(home: Home, settings: Settings, budget: Budget, reporter: Reporter) -> AuditReport:
    """Audit the weights at the tip of the site. Raises LoglingError."""
    site = Site(home.site, settings.git)
    file = site.weights()
    if file is None:
        raise LoglingError(NO_WEIGHTS)
    if not home.corpus.exists():
        raise LoglingError("the corpus is empty: an audit needs the lines that the weights were trained on")
    model, card = decode_weights(file)
    with Corpus(home.corpus, settings.corpus_bytes) as corpus:
        documents = [document for document in corpus.documents() if document.ids]
        seen: dict[str, int] = {}
        reserve = Reserve(corpus.identity(), corpus.newest_id())
    if home.ledger.exists():
        with Ledger(home.ledger) as ledger:
            seen, reserve, *_ = past_of(card, ledger, reserve.corpus, reserve.after)
    logs = trained_on(documents, seen, reserve)
    with open_engine(settings.engine, MOST_CALLS) as engine:
        audit = audit_model(model, logs, budget, engine, lambda done, all: reporter.counted("audit", done, all))
    return AuditReport(site.tip() or "", sum(sum(log.trained) for log in logs), audit)


def _tally(kind: str, answers: Iterable[Answer]) -> Tally:
    of_kind = [answer for answer in answers if answer.candidate.kind == kind]
    return Tally(
        len(of_kind),
        sum(answer.guess == 1 for answer in of_kind),
        sum(answer.guess is not None for answer in of_kind),
        round(median(answer.exposure for answer in of_kind), 2) if of_kind else None,
    )


def format_report(report: AuditReport) -> str:
    """The counts by kind, what is remembered, and the answer."""
    audit = report.audit
    parts = [
        f"Weights of commit {report.commit[:12]}: {len(audit.candidates.seen):,} values that could be secret in the "
        f"{report.lines:,} lines that they were trained on and that the corpus still has. {audit.figures.language:,} "
        "more stand in so many lines that they are part of the log's language: they are not asked for."
    ]
    if report.kinds:
        parts += [
            f"{'':<12} {'in lines trained on':^38}  {'in lines never seen':^38}",
            f"{'':<12} {_HEAD}  {_HEAD}",
            *(f"{kind:<12} {_cells(seen)}  {_cells(unseen)}" for kind, seen, unseen in report.kinds),
            f"(1st: the first guess is right. {GUESSES}: one of {GUESSES}. exposure: median of the bits given away.)",
        ]
    parts += format_remembered(audit.figures.remembered[:NAMED])
    return "\n".join([*parts, describe_answer(report)])


def format_remembered(values: Sequence[RememberedValue]) -> list[str]:
    """Each value in a line: where it is, its first two characters, and how it came out."""
    return [f"  {value.describe()}{value.describe_shown()}: {value.describe_way()}" for value in values]


def describe_answer(report: AuditReport) -> str:
    """The answer, and what an operator should make of it."""
    figures = report.audit.figures
    sentence = figures.describe()
    if figures.answer == "remembered":
        return (
            f"{sentence.replace('remembered', 'REMEMBERED', 1)}. Whoever has the weights could find these. Leave such "
            "fields out (`format` of the source), mask them (a rule [[mask]]), or show the site only to those who may "
            "read the log."
        )
    return sentence[0].upper() + sentence[1:] + "."


_HEAD = f"{'values':>8} {'1st':>8} {GUESSES:>8} {'exposure':>11}"


def _cells(tally: Tally) -> str:
    exposure = "" if tally.exposure is None else f"{tally.exposure:.1f}"
    return f"{tally.tested:>8,} {tally.first_try:>8,} {tally.extracted:>8,} {exposure:>11}"
