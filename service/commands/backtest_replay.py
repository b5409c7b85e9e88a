"""Replay a corpus week by week: what would the service have done, and was it right?

Each week is one run as `run.py` makes it, with the same split, training and gate, on the lines up to the end of that
week. Nothing is written. Then several models are scored on the week after, which no run has seen: the model that is
current by then, the one before it, the first of all, and the n-gram of equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from model.quantisation import shipped
from model.transformer import Model
from model.vocabulary import Vocabulary

from ..active_run import ActiveRun
from ..errors import LoglingError
from ..home import Home
from ..progress import Reporter
from ..run import describe_too_few
from ..settings import Settings
from ..storage.corpus import Corpus, Document
from ..storage.reserve import Reserve
from ..storage.run_record import RunRecord
from ..training import gate
from ..training.contest import Contest, hold_contest, too_few_to_judge
from ..training.evaluation import Scores, score, score_ngrams
from ..training.gate import Gain, Scored
from ..training.kinds import Usual
from ..training.split import Part, Split, part_of, split
from .backtest_weeks import Chapter, cut, sizes, up_to

FEWEST_LINES = 150  # in a slice: fewer leave too little to hold out
MOST_AFTER = 1000  # lines of the week after that are scored
AFTER_BLOCK = 50  # lines

Figures = dict[str, float | None]
Judges = Callable[[int], list[Part]]


class ScoresAfter(NamedTuple):
    """Scores on the week after, in bits per character. None for models that there are not."""

    lines: int
    characters: int
    bits_per_char: Figures  # current, before, never, ngram, warm, fresh
    change: Gain | None  # of the challenger over the champion before it


class CutCorpus(NamedTuple):
    """A corpus that is to be replayed."""

    identity: str
    documents: list[Document]
    chapters: list[Chapter]
    are_weeks: bool


@dataclass(frozen=True)
class Week:
    """One run of the replay, and whether the week after shows its decision to be wrong."""

    name: str
    record: RunRecord  # as `retrain --json` has it, as far as it goes
    start: str | None  # "warm" or "fresh": what the challenger was trained from
    after: ScoresAfter | None
    model: Model | None  # what is current after this run
    scores: Scores | None = None  # by which the gate decided

    @property
    def in_hindsight(self) -> str:
        """`worse` if the gate let a challenger through that is worse on the week after, `missed` if it stopped a better
        one, both beyond noise. Else empty."""
        change = self.after.change if self.after else None
        if change and self.record.outcome == "committed" and change.high < 0:
            return "worse"
        if change and self.record.outcome == "rejected" and change.low > 0:
            return "missed"
        return ""

    def as_json(self) -> dict[str, object]:
        """As `logling backtest --json` prints it."""
        kept = ("outcome", "reason", "lines", "bits_per_char", "gain", "trainings", "seconds", "tokens_per_second")
        after = self.after and {
            **self.after._asdict(), "change": self.after.change._asdict() if self.after.change else None
        }  # fmt: skip
        document = self.record.as_json()
        run = {name: document[name] for name in kept}
        return {"week": self.name, **run, "start": self.start, "after": after, "in_hindsight": self.in_hindsight}


@dataclass
class ReplayState:
    """What the service would have by now: its weights, the lines they have seen, and how many lines are new."""

    reserve: Reserve
    current: Model | None = None
    first: Model | None = None
    seen: dict[str, int] = field(default_factory=dict)
    usual: Usual | None = None
    compared_at: dict[int, bool] = field(default_factory=dict)  # the newest line id of each week: was it learned?
    new: int = 0
    compared: tuple[Split, Vocabulary, int] | None = None  # lines, vocabulary and file size of the last comparison


def replay(
    settings: Settings,
    documents: Sequence[Document],
    chapters: Sequence[Chapter],
    reporter: Reporter,
    corpus: str = "",
    judges: Judges | None = None,
) -> Iterator[Week]:
    """A run at the end of every chapter but the last, each scored on the chapter after it. Raises LoglingError.

    `corpus` is the identity of the corpus, which decides what is in its reserve. `judges` gives other lines to score
    on, by the number of the chapter.
    """
    if len(chapters) < 2:
        raise LoglingError("a backtest needs two weeks: one to learn from, and the one after to be judged by")
    state = ReplayState(Reserve(corpus))
    with reporter.step("replay"):
        for number, ((chapter, following), new) in enumerate(zip(pairwise(chapters), sizes(chapters), strict=False)):
            reporter.counted("replay", number, len(chapters) - 1)
            state.new += new
            test = judges(number) if judges else week_after(documents, chapter, following)
            yield one_week(settings, documents, chapter, test, state, reporter)


def one_week(
    settings: Settings,
    documents: Sequence[Document],
    chapter: Chapter,
    test: list[Part],
    state: ReplayState,
    reporter: Reporter,
) -> Week:
    """What `run.compare_and_commit` does, without a site; then the scores on the week after. Updates `state`."""
    run = ActiveRun(RunRecord(), reporter)
    run.record.lines.new = state.new
    before, result = state.current, None
    if state.new < settings.gate.min_new_lines:
        run.end("skipped", describe_too_few(run.record, settings))
    else:
        known = [up_to(document, end) for document, end in zip(documents, chapter.ends, strict=True)]
        parts = split(
            [document for document in known if document.ids], state.seen, state.reserve, state.usual, state.compared_at
        )
        run.record.lines.train, run.record.lines.holdout = parts.lines["train"], parts.lines["holdout"]
        if reason := too_few_to_judge(parts):
            run.end("skipped", reason)
        else:
            result = hold_contest(run, settings, parts, before)
            state.new = 0
            newest = max(document.ids[-1] for document in known if document.ids)
            state.compared_at[newest] = result.verdict.passed
            state.compared = parts, result.shipping.vocabulary, run.record.weights_bytes or 0
            run.end("committed" if result.verdict.passed else "rejected", result.verdict.reason)
            if result.verdict.passed:
                state.current, state.seen, state.usual = result.shipping, parts.seen, parts.usual
                state.first = state.first or result.shipping
    with run.step("score"):
        after = score_after(test, before, result, state) if test else None
    return Week(
        chapter.name,
        run.record,
        result.best.start if result else None,
        after,
        state.current,
        result.scores if result else None,
    )


def week_after(documents: Sequence[Document], chapter: Chapter, following: Chapter) -> list[Part]:
    """The lines of the chapter after, or blocks spread over them if they are many."""
    ends = list(zip(chapter.ends, following.ends, strict=True))
    share = min(1.0, MOST_AFTER / max(1, sum(end - begin for begin, end in ends)))
    parts = []
    for document, (begin, end) in zip(documents, ends, strict=True):
        blocks = -(-(end - begin) // AFTER_BLOCK)
        wanted = max(1, round(blocks * share))
        for block in sorted({blocks * number // wanted for number in range(wanted)}) if blocks else []:
            at = begin + block * AFTER_BLOCK
            parts.append(part_of(document.lines, at, min(end, at + AFTER_BLOCK)))
    return parts


def score_after(test: list[Part], before: Model | None, result: Contest | None, state: ReplayState) -> ScoresAfter:
    """The scores of all models that there are on the week after."""
    models = {"current": state.current, "before": before, "never": state.first}
    for trained in reversed(result.challengers) if result else []:  # of two fresh ones the better one counts
        if not trained.diverged:
            models[trained.start] = trained.model._replace(weights=shipped(trained.model.weights))
    if result:
        models[result.best.start] = result.shipping
    distinct = {id(model): score(model, test) for model in {id(m): m for m in models.values() if m}.values()}
    scores: dict[str, Scored] = {name: distinct[id(model)] for name, model in models.items() if model}
    if state.compared:
        parts, vocabulary, size = state.compared
        scores["ngram"] = score_ngrams(parts._replace(holdout=test), vocabulary, size)[1]
    names = ("current", "before", "never", "ngram", "warm", "fresh")
    return ScoresAfter(
        sum(len(part.lines) for part in test),
        sum(len(line) + 1 for part in test for line in part.lines),
        {name: scores[name].bits_per_char if name in scores else None for name in names},
        gate.gain(scores["before"], scores[result.best.start]) if result and before else None,
    )


def cut_corpus(home: Home, settings: Settings, weeks: int, today: date) -> CutCorpus:
    """The home's corpus and its chapters for a replay of so many weeks.

    Raises LoglingError if there is too little to replay.
    """
    if not home.corpus.exists():
        raise LoglingError("the corpus is empty: `logling pull` reads the logs")
    with Corpus(home.corpus, settings.corpus_bytes) as corpus:
        documents, identity = [document for document in corpus.documents() if document.ids], corpus.identity()
    fewest = max(FEWEST_LINES, settings.gate.min_new_lines)
    chapters, are_weeks = cut(documents, weeks + 1, fewest, today)
    if len(chapters) < 2:
        lines = sum(len(document.lines) for document in documents)
        raise LoglingError(f"the corpus has {lines:,} lines; a backtest needs at least {2 * fewest:,}")
    return CutCorpus(identity, documents, chapters, are_weeks)
