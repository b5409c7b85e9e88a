"""One run, from new lines to a commit.

    pull → split → train → encode → score → gate → audit → commit → push

`retrain` is the whole run with its record in the ledger; `compare_and_commit` is the picture above as a function.
"""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from model import weights_file
from model.transformer import Model

from .active_run import ActiveRun
from .auditing.audit import MOST_CALLS, SHARE_OF_RUN, Budget, audit_model, trained_on
from .auditing.candidates import AuditedLog
from .checking.corpus_profile import keep_profile
from .checking.findings_database import known_incidents
from .checking.normal_rules import read_rules
from .checking.sound_weights import decode_weights
from .engine.opening import open_engine
from .errors import Interrupted, LoglingError
from .home import Home, locked
from .progress import Reporter
from .settings import Settings
from .site.champion import Champion, past_of, read_champion
from .site.commit_message import weights_message
from .site.publish import make_ready, publish
from .site.site import Site
from .sources.pull import pull
from .sources.source_reading import note_sources
from .storage.corpus import Corpus
from .storage.database import describe_sqlite_failure
from .storage.hold import Hold
from .storage.ledger import Ledger
from .storage.run_record import RunRecord
from .storage.source_states import SourceState, describe_troubles
from .telling.hooks import RunHooks
from .training import card
from .training.contest import Contest, hold_contest, judge_first_of, too_few_to_judge
from .training.log_scores import names_of_logs
from .training.split import Split, split

OF_THE_BEST = ("trainings", "loss_curve", "parameters", "weights_bytes", "bits_per_char", "gain", "by_log", "audit")

Clock = Callable[[], datetime]


def retrain(
    home: Home, settings: Settings, now: Clock, reporter: Reporter, scheduled: RunRecord | None = None,
    example: Sequence[str] = (),
) -> RunRecord:  # fmt: skip
    """One whole run under the home's lock. Returns its record, which is in the ledger too.

    `scheduled` has the slot and the attempt of a run that the schedule wants. `example` are made-up lines for the page,
    as the demo gives; never those of a real log.
    A run that fails is recorded as `failed`, one that is stopped as `interrupted`; then the error is raised.
    """
    with (
        RunHooks(settings.hooks, home) as hooks, locked(home), explain_database_errors(home),
        Ledger(home.ledger) as ledger,
    ):  # fmt: skip
        run = ActiveRun(ledger.begin(scheduled or RunRecord(), now()), reporter)
        try:
            hooks.begin(run.record)
            with Corpus(home.corpus, settings.corpus_bytes) as corpus:
                sources = pull_lines(run, settings, corpus, ledger, now)
                run.record.problems += keep_profile(corpus, home.profile, known_incidents(home, corpus.identity()))
                site = Site(home.site, settings.git)
                rules = read_rules(home.normal_rules).rules if settings.check.share_rules else []
                compare_and_commit(run, settings, corpus, site, ledger, Hold(home), now, rules, example)
                push(run, home, site, ledger)
                refuse_to_skip_lost_sources(run.record, sources)
        except (KeyboardInterrupt, Interrupted):
            run.cut_short("interrupted", "it was asked to stop")
            raise
        except BaseException as error:
            run.cut_short("failed", describe_failure(error))
            raise
        finally:
            ledger.end(run.record, now())
    return run.record


def compare_and_commit(
    run: ActiveRun, settings: Settings, corpus: Corpus, site: Site, ledger: Ledger, hold: Hold, now: Clock,
    rules: Sequence[str], example: Sequence[str] = (),
) -> None:  # fmt: skip
    """Train challengers if enough lines are new, and commit the best one if it passes the gate.

    `rules`: what is called normal, to be shared with the page; `example`: made-up lines that it checks at first.
    """
    record = run.record
    with run.step("site"):
        record.problems += make_ready(site, ledger, hold, now())
    tip = site.tip()
    if record.lines.new < settings.gate.min_new_lines:
        return run.end("skipped", describe_too_few(record, settings))
    champion = read_champion(site)
    record.problems += filter(None, [champion.problem])
    past = past_of(champion.card, ledger, corpus.identity(), corpus.newest_id())
    parts = split(corpus.documents(), *past)._replace(names=names_of_logs(corpus.families(), settings))
    record.lines.train, record.lines.holdout = parts.lines["train"], parts.lines["holdout"]
    if reason := too_few_to_judge(parts):
        return run.end("skipped", reason)
    record.corpus_id, record.newest_line, record.seen = corpus.identity(), corpus.newest_id(), parts.seen
    record.reserve_after, record.usual = past.reserve.after, parts.usual
    record.settings = settings.of_training()
    contest = hold_contest(run, settings, parts, champion.model)
    if not contest.verdict.passed:
        return run.end("rejected", contest.verdict.reason)
    logs = trained_on(corpus.documents(), parts.seen, past.reserve)
    contest, kept_back = audit(run, settings, parts, champion.model, contest, logs)
    if kept_back:
        return run.end("rejected", kept_back)
    if held := hold.describe():
        return run.end("rejected", f"{held}; else it would have been committed: {contest.verdict.reason}")
    commit(run, settings, corpus, parts, contest, champion, site, ledger, now, over=tip, rules=rules, example=example)
    return run.end("committed", contest.verdict.reason)


def pull_lines(
    run: ActiveRun, settings: Settings, corpus: Corpus, ledger: Ledger, now: Clock
) -> tuple[SourceState, ...]:
    """Pull, and count the lines that came since models were last compared, in this pull or an earlier one.

    Returns how the sources stand now.
    """
    with run.step("pull"):
        report = pull(settings.source, corpus, run.reporter.pulled, settings.mask)
    states = note_sources(ledger, report.readings, now())
    report.note_earlier_damage(states)
    run.record.problems += report.problems + [f"{gap.source}: {gap.reason}" for gap in report.gaps]
    last = ledger.last_evaluated()
    newest = last.newest_line if last and last.is_of_corpus(corpus.identity()) else 0
    run.record.lines.new = corpus.lines_after(newest or 0)
    return states


def refuse_to_skip_lost_sources(record: RunRecord, sources: Sequence[SourceState]) -> None:
    """Fail a run that had too little to do because a source that was read before gives nothing.

    So the schedule tries again, and the week does not count as done. Raises LoglingError.
    """
    lost = [state for state in sources if state.is_in_trouble]
    if record.outcome == "skipped" and lost:
        raise LoglingError(f"{describe_troubles(sources)}: {lost[0].detail}; {record.lines.new} new lines")


def commit(
    run: ActiveRun, settings: Settings, corpus: Corpus, parts: Split, contest: Contest, champion: Champion, site: Site,
    ledger: Ledger, now: Clock, over: str, rules: Sequence[str], example: Sequence[str],
) -> None:  # fmt: skip
    """Encode the challenger with its card and commit it over the tip that it was compared with."""
    record = run.record
    with run.step("encode"):
        facts = card.describe(
            settings, parts, name=settings.model_name, run=record.run, now=now(), tokens=contest.best.training.tokens,
            tokens_per_second=record.tokens_per_second or 0, scores=record.bits_per_char, previous=champion.card,
            normal=rules, audit=record.audit, by_log=record.by_log, example=example,
        )  # fmt: skip
        file = card.encode_within_limit(contest.best.model, facts, lines_of(corpus), contest.scores.surprise)
        decode_weights(file)
    record.weights_bytes, record.weights_sha256 = len(file), sha256(file).hexdigest()
    ledger.note(record)  # so that a commit which outlives this process has its figures
    with run.step("commit"):
        record.reason = contest.verdict.reason
        record.commit, problem = site.commit_weights(
            file, weights_message(record, facts, settings.git.folder), now(), over=over
        )
    record.problems += filter(None, [problem])


def audit(
    run: ActiveRun, settings: Settings, parts: Split, champion: Model | None, contest: Contest,
    logs: Sequence[AuditedLog],
) -> tuple[Contest, str]:  # fmt: skip
    """The contest whose challenger may be published, and why none may.

    Where the best one remembers something, the next best is asked, if it passes the gate: a warm challenger may know by
    its champion what no training would teach it now. Further ones are not, since each audit takes a share of the run.
    """
    note_audit(run, settings, contest.shipping, logs)
    kept_back = describe_kept_back(run.record, settings)
    others = [challenger for challenger in contest.challengers[1:] if challenger.is_trained]
    if not kept_back or not others:
        return contest, kept_back
    first = run.record.model_copy()
    other = judge_first_of([*others, contest.best], run, settings, parts, champion)
    if other.verdict.passed:
        note_audit(run, settings, other.shipping, logs)
        if not describe_kept_back(run.record, settings):
            return other, ""
    for name in OF_THE_BEST:
        setattr(run.record, name, getattr(first, name))
    return contest, kept_back


def note_audit(run: ActiveRun, settings: Settings, model: Model, logs: Sequence[AuditedLog]) -> None:
    """Note what the weights give away of the lines that they learned, in a share of the time that these took."""
    seconds = SHARE_OF_RUN * sum(run.record.seconds.get(step, 0) for step in ("train", "score"))
    with run.step("audit"), open_engine(settings.engine, MOST_CALLS) as engine:
        found = audit_model(
            model, logs, Budget(seconds), engine, lambda done, all: run.reporter.counted("audit", done, all)
        )
    run.record.problems += [problem for problem in engine.problems if problem not in run.record.problems]
    run.record.audit = found.figures


def describe_kept_back(record: RunRecord, settings: Settings) -> str:
    """Why weights that passed the gate are not published, and what to do. Empty where they are."""
    figures = record.audit
    if figures is None or figures.answer != "remembered" or settings.audit.publish_remembered:
        return ""
    return (
        f"kept back by the audit: {figures.describe()}. Leave the field out (`format` of the source), mask it "
        "(a rule [[mask]]), or allow it (publish_remembered = true under [audit])"
    )


def push(run: ActiveRun, home: Home, site: Site, ledger: Ledger) -> None:
    """Push what the remote does not have, also from earlier runs."""
    if not site.settings.remote:
        return
    with run.step("push"):
        run.record.pushed = False  # also if this process is stopped meanwhile
        run.record.pushed, problem = publish(home, site, ledger)
    run.record.problems += filter(None, [problem])


def lines_of(corpus: Corpus) -> list[list[str]]:
    """All kept lines, by source."""
    return [document.lines for document in corpus.documents()]


def describe_too_few(record: RunRecord, settings: Settings) -> str:
    """Why a run with too few new lines was skipped."""
    reason = f"{record.lines.new} new lines, {settings.gate.min_new_lines} are needed"
    if not settings.source:
        reason += "; no source is set in logling.toml"
    return "; ".join([reason, *record.problems])


def describe_failure(error: BaseException) -> str:
    """Why a run failed. Of an unexpected error it gives the kind and place alone: the message may quote a log line."""
    is_known = isinstance(error, LoglingError | OSError | sqlite3.Error | weights_file.WeightsFileError)
    if is_known or (isinstance(error, ImportError) and error.name == "numba"):
        return str(error) or type(error).__name__
    places = traceback.extract_tb(error.__traceback__)
    at = f" in {Path(places[-1].filename).name}, line {places[-1].lineno}" if places else ""
    return f"{type(error).__name__}{at}: the service's log has more"


@contextmanager
def explain_database_errors(home: Home) -> Iterator[None]:
    """Turn an error of SQLite in the middle of a run (locked for long, disk full) into a sentence that names where."""
    try:
        yield
    except sqlite3.Error as error:
        words = describe_sqlite_failure(error)
        raise LoglingError(f"ledger or corpus in {home.state} cannot be used: {words}") from error
