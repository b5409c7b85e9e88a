"""One run, from new lines to a commit: the picture of the way of the data, as a function."""

from __future__ import annotations

import sqlite3
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from model import weights_file
from model.transformer import Model
from model.weights_file import Card

from .errors import Interrupted, LoglingError
from .home import Home, locked
from .progress import Reporter
from .settings import Settings
from .site.publish import make_ready, publish
from .site.repository import VERSION_TRAILER, WEIGHTS
from .site.site import RUN_TRAILER, Site, message
from .sources.pull import pull
from .storage.corpus import Corpus
from .storage.hold import Hold
from .storage.ledger import Ledger, Outcome, Record, empty_record
from .training import card, gate
from .training.challengers import Challenger, train_challengers
from .training.evaluation import Scores, evaluate
from .training.gate import Verdict
from .training.split import Seen, Split, split

FEWEST_HOLDOUT = 40  # lines

Clock = Callable[[], datetime]


class Contest(NamedTuple):
    """What came of a comparison with the champion."""

    challengers: list[Challenger]  # the best on the validation lines first: it went to the gate
    shipping: Model  # that one, as a reader of its file has it
    verdict: Verdict

    @property
    def best(self) -> Challenger:
        """The challenger that went to the gate."""
        return self.challengers[0]


class OlderChampion(LoglingError):
    """Weights that only an older version can read."""


@dataclass
class Run:
    """A run under way: its record as far as it is known, and who is told about it."""

    record: Record
    reporter: Reporter
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step and show it."""
        begun = time.monotonic()
        try:
            with self.reporter.step(name):
                yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0) + time.monotonic() - begun, 3)

    def end(self, outcome: Outcome, reason: str) -> None:
        """Note the outcome and why."""
        restarts = sum(training["restarts"] for training in self.record["trainings"])
        if restarts:
            reason += f"; training diverged and was restarted at a lower rate ({restarts}x)"
        self.record.update(outcome=outcome, reason=reason, seconds=self.seconds)

    def cut_short(self, outcome: Outcome, reason: str) -> None:
        """Note what ended it before its time; once there is a commit, it is `committed` all the same."""
        if self.record["commit"]:
            outcome, reason = "committed", f"{self.record['reason']}; then, before all was pushed: {reason}"
        self.record.update(outcome=outcome, reason=reason, seconds=self.seconds)


def retrain(home: Home, settings: Settings, now: Clock, reporter: Reporter, scheduled: Record | None = None) -> Record:
    """One whole run under the home's lock. Returns its record, which is in the ledger too.

    `scheduled` has the slot and the attempt of a run that the schedule wants.
    A run that fails is recorded as `failed`, one that is stopped as `interrupted`; then the error is raised.
    """
    with locked(home), databases_in_words(home), Ledger(home.ledger) as ledger:
        run = Run(ledger.begin({**empty_record(), **(scheduled or {})}, now()), reporter)
        try:
            with Corpus(home.corpus, settings.corpus_bytes) as corpus:
                pull_lines(run, settings, corpus, ledger)
                site = Site(home.site, settings.git)
                one_pass(run, settings, corpus, site, ledger, Hold(home), now)
                push(run, home, site, ledger)
        except (KeyboardInterrupt, Interrupted):
            run.cut_short("interrupted", "it was asked to stop")
            raise
        except BaseException as error:
            run.cut_short("failed", why(error))
            raise
        finally:
            ledger.end(run.record, now())
    return run.record


def why(error: BaseException) -> str:
    """Why a run failed. Of an error that nobody foresaw, its kind and place: its words may quote a line of a log."""
    if isinstance(error, LoglingError | OSError | sqlite3.Error | weights_file.WeightsFileError):
        return str(error) or type(error).__name__
    places = traceback.extract_tb(error.__traceback__)
    at = f" in {Path(places[-1].filename).name}, line {places[-1].lineno}" if places else ""
    return f"{type(error).__name__}{at}: the service's log has more"


@contextmanager
def databases_in_words(home: Home) -> Iterator[None]:
    """Say in a sentence what ails a database in the middle of a run: it is locked for long, or the disk is full."""
    try:
        yield
    except sqlite3.Error as error:
        raise LoglingError(f"ledger or corpus in {home.state} cannot be used: {error}") from error


def one_pass(run: Run, settings: Settings, corpus: Corpus, site: Site, ledger: Ledger, hold: Hold, now: Clock) -> None:
    """enough that is new? → split → train → encode → score what would ship → gate → commit"""
    with run.step("site"):
        run.record["problems"] += make_ready(site, ledger)
    tip = site.tip()
    new = run.record["lines"]["new"]
    if new < settings.gate.min_new_lines:
        return run.end("skipped", too_few(new, run.record, settings))
    champion, champion_card = champion_to_beat(run, site)
    parts = split(corpus.documents(), seen_by(champion_card, ledger, corpus.identity()))
    run.record["lines"] |= parts.lines
    if reason := too_few_to_judge(parts):
        return run.end("skipped", reason)
    run.record |= {"corpus_id": corpus.identity(), "newest_line": corpus.newest_id(), "seen": parts.seen}
    run.record |= {"settings": settings.of_training()}
    result = contest(run, settings, parts, champion)
    verdict = result.verdict
    if not verdict.passed:
        return run.end("rejected", verdict.reason)
    if held := hold.in_words():
        return run.end("rejected", f"{held}; else it would have been committed: {verdict.reason}")
    with run.step("encode"):
        facts = card.describe(
            settings, parts, run=run.record["run"], now=now(), tokens=result.best.training.tokens,
            tokens_per_second=run.record["tokens_per_second"],
            bits_per_char=run.record["bits_per_char"], previous=champion_card, sample=sample_of(result.shipping, parts),
        )  # fmt: skip
        file = card.encode_within_limit(result.best.model, facts)
        weights_file.decode(file)
    run.record["weights_bytes"] = len(file)
    ledger.note(run.record)  # so that a commit which outlives this process has its figures
    with run.step("commit"):
        run.record["reason"] = verdict.reason
        run.record["commit"], problem = site.commit_weights(file, commit_message(run.record, facts), now(), over=tip)
    run.record["problems"] += filter(None, [problem])
    return run.end("committed", verdict.reason)


def pull_lines(run: Run, settings: Settings, corpus: Corpus, ledger: Ledger) -> None:
    """Pull, and count the lines that came since models were last compared, in this pull or an earlier one."""
    with run.step("pull"):
        report = pull(settings.source, corpus, run.reporter.pulled)
    run.record["problems"] += report.problems + [f"{gap.source}: {gap.reason}" for gap in report.gaps]
    last = ledger.last_evaluated()
    newest = last["newest_line"] if last and is_of(last, corpus.identity()) else 0
    run.record["lines"]["new"] = corpus.lines_after(newest)


def too_few(new: int, record: Record, settings: Settings) -> str:
    """Why a run was skipped."""
    reason = f"{new} new lines, {settings.gate.min_new_lines} are needed"
    if not settings.source:
        reason += "; no source is set in logling.toml"
    return "; ".join([reason, *record["problems"]])


def too_few_to_judge(parts: Split) -> str:
    """Why a split cannot be judged by; empty where it can."""
    held = parts.lines["holdout"]
    return f"only {held} lines could be held out: too few to judge by" if held < FEWEST_HOLDOUT else ""


def read_champion(site: Site, commit: str = "HEAD") -> tuple[Model | None, Card | None]:
    """The model at the tip of the site, or of a commit, if there is one. Raises LoglingError."""
    file = site.weights(commit)
    try:
        return weights_file.decode(file) if file is not None else (None, None)
    except weights_file.OlderFormat as error:
        raise OlderChampion(f"{site.path / WEIGHTS}: {error}") from None
    except weights_file.WeightsFileError as error:
        raise LoglingError(f"{site.path / WEIGHTS}: {error}; `logling rollback` brings earlier ones back") from None


def champion_to_beat(run: Run, site: Site) -> tuple[Model | None, Card | None]:
    """The champion; none, which is told, where only an older version can read it. Raises LoglingError."""
    try:
        return read_champion(site)
    except OlderChampion as error:
        run.record["problems"].append(f"begun anew, with nothing to compare with: {error}")
        return None, None


def seen_by(champion_card: Card | None, ledger: Ledger, corpus_id: str) -> Seen:
    """Up to which line of each log the champion was trained; nothing is known of weights made elsewhere."""
    record = ledger.run(str(champion_card.get("run"))) if champion_card else None
    return dict(record.get("seen", {})) if record and is_of(record, corpus_id) else {}


def is_of(record: Record, corpus_id: str) -> bool:
    """Whether the line ids of a record are those of this corpus: one that was lost and read anew has others."""
    return bool(record.get("corpus_id", "") == corpus_id)


def contest(run: Run, settings: Settings, parts: Split, champion: Model | None) -> Contest:
    """train → encode → score what would ship → gate; all that is measured goes into the run's record."""
    challengers = train(run, settings, parts, champion)
    file, shipping = encode_draft(run, challengers[0])
    scores = score_all(run, parts, champion, shipping, len(file))
    return Contest(challengers, shipping, judge(run, settings, scores))


def train(run: Run, settings: Settings, parts: Split, champion: Model | None) -> list[Challenger]:
    """Train the challengers; returns them all, the one that is best on the validation lines first."""
    deadline = time.monotonic() + settings.training.minutes * 60
    with run.step("train"):
        challengers = train_challengers(
            settings, parts, champion, run.reporter.trained, lambda: time.monotonic() > deadline
        )
    best = challengers[0]
    run.record |= {
        "trainings": [challenger.figures() for challenger in challengers],
        "loss_curve": [list(point) for point in best.training.curve],
        "parameters": best.model.config.parameters(best.model.vocabulary.size),
        "tokens_per_second": round(sum(c.training.tokens for c in challengers) / run.seconds["train"]),
    }
    return challengers


def encode_draft(run: Run, challenger: Challenger) -> tuple[bytes, Model]:
    """The challenger as a file, and as a reader of that file has it."""
    with run.step("encode"):
        file = weights_file.encode(challenger.model, {}, "\n")
        shipping, _ = weights_file.decode(file)
    run.record["weights_bytes"] = len(file)
    return file, shipping


def score_all(run: Run, parts: Split, champion: Model | None, shipping: Model, weights_bytes: int) -> Scores:
    """Score champion, challenger and n-grams on the holdout."""
    with run.step("score"):
        scores = evaluate(parts, champion, shipping, weights_bytes)
    run.record["bits_per_char"] = {
        "champion": scores.champion.bits_per_char if scores.champion else None,
        "challenger": scores.challenger.bits_per_char,
        "ngram": scores.equal_bytes.bits_per_char,
        "order2": scores.order2.bits_per_char,
    }
    return scores


def judge(run: Run, settings: Settings, scores: Scores) -> Verdict:
    """Send the challenger through the gate."""
    with run.step("gate"):
        if scores.champion is None:
            verdict = gate.judge_first(scores.order2, scores.challenger)
        else:
            verdict = gate.judge(scores.champion, scores.challenger, scores.older, settings.gate.forgetting)
    run.record["gain"] = verdict.gain._asdict()
    return verdict


def sample_of(model: Model, parts: Split) -> str:
    """The sample that travels with the page: made up, and in no word-for-word line the log's own."""
    known = {line for lines in (*parts.train, *parts.validation) for line in lines}
    known |= {line for part in parts.holdout for line in part.lines}
    return card.write_sample(model, known)


def commit_message(record: Record, facts: Card) -> str:
    """What the log of the site says of this run."""
    scores, now = record["bits_per_char"], record["bits_per_char"]["challenger"]
    if scores["champion"] is None:
        subject = f"First weights: {now:.3f} bits per character"
    else:
        saved = record["gain"]["mean"] / scores["champion"]
        subject = f"Weights: {scores['champion']:.3f} -> {now:.3f} bits per character, {saved:.1%} fewer"
    trailers = {
        RUN_TRAILER: record["run"],
        "Logling-Corpus": facts["corpus"],
        "Logling-Seed": facts["seed"],
        VERSION_TRAILER: facts["version"],
        "Logling-Challenger": f"{now:.6f}",
        "Logling-Champion": "none" if scores["champion"] is None else f"{scores['champion']:.6f}",
        "Logling-Ngram": f"{scores['ngram']:.6f}",
        "Logling-Gain": "{mean:.6f} [{low:.6f}, {high:.6f}]".format(**record["gain"]),
    }
    return message(subject, trailers)


def push(run: Run, home: Home, site: Site, ledger: Ledger) -> None:
    """Push what the remote does not have, also from earlier runs."""
    if not site.settings.remote:
        return
    with run.step("push"):
        run.record["pushed"] = False  # also if this process is stopped meanwhile
        run.record["pushed"], problem = publish(home, site, ledger)
    run.record["problems"] += filter(None, [problem])
