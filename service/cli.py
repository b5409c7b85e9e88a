"""The command line: each command is a thin edge around a function elsewhere.

Heavy imports (numpy, git) wait inside the commands, so that `--help` answers at once. Results go to stdout,
progress and prose to stderr; with `--json` stdout has one JSON document and nothing else.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console

from .errors import Interrupted, LoglingError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A model of your own logs: retrained on your machine, carried by git, run in the browser.",
)

# What is printed is log lines and paths, in which nothing is a style or an emoji.
out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The home; else LOGLING_HOME, else the current directory.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]


def main() -> None:
    """Run the command line; an error that the operator can mend is one sentence on stderr, and exit status 1."""
    prepare_environment()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, interrupted)
    try:
        app()
    except Interrupted:
        err.print("stopped")
        sys.exit(1)
    except (LoglingError, OSError, ValueError, sqlite3.Error) as error:
        if isinstance(error, ValueError) and not is_about_weights(error):
            raise
        err.print(f"logling: {in_words(error)}")
        sys.exit(1)


def in_words(error: Exception) -> str:
    """A file error by its file and reason, any other by its own words."""
    if isinstance(error, OSError) and isinstance(error.filename, str | bytes) and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    return str(error)


def is_about_weights(error: ValueError) -> bool:
    """Whether an error names what is wrong with a weights file."""
    from model.weights_file import WeightsFileError

    return isinstance(error, WeightsFileError)


def prepare_environment() -> None:
    """One BLAS thread a process (small matrices are slower with more, and sums stay in one order), and a git
    that is not led to another repository by a hook's variables."""
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"):
        os.environ.pop(variable, None)
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # a missing git is reported when it is needed
    if not os.access(".", os.X_OK):  # `sudo -u logling` in a home of one's own: workers could not be started there
        os.chdir("/")


def interrupted(*_: int | FrameType | None) -> None:
    """SIGTERM and Ctrl+C end a command: what is under way is undone and recorded."""
    raise Interrupted


def now() -> datetime:
    """The one place where the clock is read."""
    return datetime.now(UTC)


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(document, allow_nan=False))


@app.command()
def init(
    home: Annotated[Path, typer.Argument(help="The folder to make.")],
    source: Annotated[list[str] | None, typer.Option(help="A log file, or a glob in quotes. Repeat for more.")] = None,
    journal: Annotated[
        list[str] | None, typer.Option(help='A unit of systemd, as ssh.service; "*" is all of them. Repeat for more.')
    ] = None,
    preset: Annotated[str, typer.Option(help='"full" (best in 101 KB) or "seed" (tiny, trains in seconds).')] = "full",
    remote: Annotated[str, typer.Option(help="A git URL or path to push weights to.")] = "",
) -> None:
    """Make a home: settings, state and the site repository with its page."""
    from .commands.init import make_home

    made = make_home(home, sources=source or [], journals=journal or [], preset=preset, remote=remote)
    out.print(f"Made {made.path}")
    if not source and not journal:
        out.print(f"Next: name your logs in {made.settings_file}, then:")
    out.print(f"  logling retrain --home {made.path}")


@app.command()
def pull(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Read new lines into the corpus, train nothing."""
    from .home import find, locked
    from .progress import Reporter
    from .sources.pull import pull as pull_lines
    from .storage.corpus import Corpus

    found = find(home)
    settings = found.settings()
    with (
        locked(found),
        Corpus(found.corpus, settings.corpus_bytes) as corpus,
        Reporter(err) as reporter,
        reporter.step("pull"),
    ):
        report = pull_lines(settings.source, corpus, reporter.pulled)
    if as_json:
        print_json(report.as_json())
        return
    for source in report.sources:
        out.print(f"{source.lines:>10,} lines  {source.path}")
    for gap in report.gaps:
        out.print(f"gap: {gap.source}: {gap.reason}")
    for problem in report.problems:
        err.print(f"problem: {problem}")
    out.print(f"{report.new:,} new lines; the corpus has {report.total:,}")


@app.command()
def retrain(
    home: HomeOption = None,
    as_json: JsonOption = False,
    slot: Annotated[str, typer.Option(hidden=True)] = "",
    attempt: Annotated[int, typer.Option(hidden=True, min=1)] = 1,
) -> None:
    """One whole run: pull, train, compare, commit what is better."""
    from .commands.view import run_in_words
    from .home import find
    from .progress import Reporter
    from .run import retrain as one_run
    from .schedule.child_process import become_child

    if slot:  # begun by `logling serve`
        become_child()
    found = find(home)
    scheduled = {"slot": slot, "attempt": attempt} if slot else None
    with Reporter(err, found.ledger) as reporter:
        record = one_run(found, found.settings(), now, reporter, scheduled)
    if as_json:
        print_json(record)
        return
    out.print(run_in_words(record))


@app.command(hidden=True)
def push(home: HomeOption = None) -> None:
    """Push what could not be pushed before; begun by `logling serve` between runs."""
    from .home import find
    from .schedule.child_process import SERVED, become_child
    from .site.publish import push_again

    if SERVED in os.environ:
        become_child()
    found = find(home)
    for problem in push_again(found, found.settings(), now()):
        err.print(f"problem: {problem}")
    err.print("all commits are pushed")


@app.command()
def serve(home: HomeOption = None) -> None:
    """Run what is due by the schedule, until stopped."""
    from .home import find
    from .serve import serve as until_stopped

    until_stopped(find(home), now)


@app.command()
def history(
    home: HomeOption = None,
    as_json: JsonOption = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="How many runs, newest first; else 52, with --json all.")
    ] = None,
) -> None:
    """The ledger: every run, newest first."""
    from .commands.rollback import rollbacks
    from .home import find
    from .storage.hold import Hold
    from .storage.ledger import Ledger

    found = find(home)
    found.make_state()
    with Ledger(found.ledger) as ledger:
        runs = ledger.runs(limit or (-1 if as_json else 52))
    undone, held = rollbacks(found), Hold(found)
    if as_json:
        print_json({"runs": runs, "rollbacks": undone, "hold": held.read()})
        return
    from .commands.view import history_lines

    out.print(history_lines(runs, undone) if runs else "No run yet.")
    if held.read():
        out.print(f"{held.in_words()}: `logling resume` lifts that")


@app.command()
def rollback(
    commit: Annotated[str, typer.Argument(help="A commit of the site; else the weights before the present ones.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A new commit that restores earlier weights, and a hold: runs go on, nothing is published until `resume`."""
    from .commands.rollback import roll_back
    from .home import find

    found = find(home)
    done = roll_back(found, found.settings(), commit, now())
    if as_json:
        print_json(done._asdict())
        return
    out.print(f"The weights of {done.restored[:12]} are back, as commit {done.commit[:12]}.")
    if done.problem:
        err.print(f"problem: {done.problem}")
    out.print("Nothing is published from now on: `logling resume` lifts that.")


@app.command()
def resume(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Lift the hold: better weights are published again."""
    from .home import find
    from .storage.hold import Hold

    was_held = Hold(find(home)).lift()
    if as_json:
        print_json({"was_held": was_held})
        return
    out.print("Better weights are published again." if was_held else "Nothing was held.")


@app.command()
def verify(
    commit: Annotated[str, typer.Argument(help="A commit of the site that a run made.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train once more what a commit says was trained, and compare the bytes."""
    from .commands.verify import verify as train_again
    from .home import find
    from .progress import Reporter

    found = find(home)
    with Reporter(err) as reporter, reporter.step("train"):
        result = train_again(found, found.settings(), commit, reporter.trained)
    if as_json:
        print_json(result._asdict())
    else:
        word = {True: "equal", False: "NOT equal", None: "cannot be told"}[result.equal]
        out.print(f"{result.commit[:12]}: {word}: {result.reason}")
    raise typer.Exit(0 if result.equal else 1)


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="A log, plain or gzip.")],
    context: Annotated[Path | None, typer.Option(help="Lines read before, not scored.")] = None,
    adapt: Annotated[bool, typer.Option("--adapt", help="Learn, in memory only, from the lines read before.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
    top: Annotated[int, typer.Option(min=0, help="How many of the most surprising lines to show.")] = 10,
) -> None:
    """Bits per line of a log, the lines in between as context."""
    from .commands.reading import score_file
    from .home import find

    document = score_file(find(home), file, context, adapt)
    if as_json:
        print_json(document.as_json())
        return
    from .commands.view import score_in_words

    out.print(score_in_words(document, top))


@app.command()
def predict(
    context: Annotated[
        Path | None, typer.Option(help="The log to continue; else the newest lines of the corpus.")
    ] = None,
    samples: Annotated[int, typer.Option(min=1, max=1000, help="How many futures.")] = 3,
    steps: Annotated[int, typer.Option(min=1, max=1000, help="Lines in each.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same text, here and on the page.")] = 0,
    temperature: Annotated[float, typer.Option(min=0, help="0: always the likeliest character.")] = 1.0,
    top_k: Annotated[int, typer.Option(min=0, help="Choose among the k likeliest characters; 0: all.")] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Continue a log: next lines, with the bits each would cost."""
    from .commands.reading import predict_lines
    from .home import find

    found = predict_lines(
        find(home), context, samples=samples, steps=steps, seed=seed, temperature=temperature, top_k=top_k
    )
    if as_json:
        print_json({"samples": [list(s.lines) for s in found], "bits": [list(s.bits) for s in found]})
        return
    for sample in found:
        for line, bits in zip(sample.lines, sample.bits, strict=True):
            out.print(f"{bits:>8.1f} bits  {line}")
        if steps > 1:
            out.print()


@app.command()
def backtest(
    weeks: Annotated[int, typer.Option(min=1, max=520, help="How many of the newest weeks to replay.")] = 8,
    tokens: Annotated[
        int, typer.Option(min=0, help="What a fresh model may read in each week; 0: as the settings say.")
    ] = 0,
    picture: Annotated[Path | None, typer.Option(help="Draw it, too, as a page in this .html file.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay the corpus week by week: what would the service have done?"""
    from .commands.backtest import cuttings, replay, summary
    from .commands.backtest_view import as_document, head, row, summary_in_words
    from .home import find
    from .progress import Reporter

    found = find(home)
    settings = found.settings().with_tokens(tokens)
    if picture and not picture.expanduser().absolute().parent.is_dir():
        raise LoglingError(f"{picture}: there is no such folder")
    documents, chapters, are_weeks = cuttings(found, settings, weeks, now().date())
    if not as_json:
        out.print(head(settings, chapters, are_weeks))
    played = []
    with Reporter(err) as reporter:
        for week in replay(settings, documents, chapters, reporter):
            played.append(week)
            if not as_json:
                out.print(row(week))
    total = summary(played)
    if picture:
        from .commands.backtest_picture import write_picture

        write_picture(picture, found.path.name, settings, played, total, are_weeks)
    if as_json:
        print_json(as_document(settings, played, total, are_weeks))
    else:
        out.print(summary_in_words(total, are_weeks))


@app.command()
def audit(
    most: Annotated[int, typer.Option(min=1, help="How many pieces of lines to ask for, at most.")] = 200,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What could be extracted from the weights? Ends with status 1 if something is remembered."""
    from .commands.audit import audit as ask_weights
    from .commands.audit_view import report_in_words
    from .home import find
    from .progress import Reporter

    found = find(home)
    with Reporter(err) as reporter, reporter.step("audit"):
        report = ask_weights(found, found.settings(), most, lambda done, all: reporter.counted("audit", done, all))
    if as_json:
        print_json(report.as_json())
    else:
        out.print(report_in_words(report))
    raise typer.Exit(1 if report.remembered else 0)


@app.command()
def export(
    form: Annotated[str, typer.Option("--format", help="safetensors, npz, json or onnx.")] = "safetensors",
    output: Annotated[Path | None, typer.Option(help="The file to write; else logling.FORMAT here.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the committed weights as float32 tensors for other software."""
    from .commands.export import Format
    from .commands.export import export as write
    from .home import find

    if form not in list(Format):
        raise typer.BadParameter(f"{form!r} is not one of {', '.join(Format)}", param_hint="--format")
    done = write(find(home), Format(form), (output or Path(f"logling.{form}")).expanduser())
    if as_json:
        print_json(done._asdict())
        return
    out.print(f"{done.file}: {done.parameters:,} parameters in {len(done.tensors)} tensors, {done.bytes:,} bytes")


@app.command()
def upgrade(
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files of the page that a person has changed, too.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refresh the page's files in the site, after Logling itself was updated."""
    from .commands.upgrade import upgrade as refresh
    from .home import find
    from .installation import page_folder

    found = find(home)
    done = refresh(found, found.settings(), page_folder(), now(), overwrite)
    if as_json:
        print_json(done._asdict())
        return
    for verb, names in (("changed", done.changed), ("added", done.added), ("removed", done.removed)):
        for name in names:
            out.print(f"{verb:8} {name}")
    for name in done.kept:
        out.print(f"kept     {name}: the page no longer has it, but a person has changed it")
    for problem in done.problems:
        err.print(f"problem: {problem}")
    is_at = f"commit {done.commit[:12]}" if done.commit else "nothing to do"
    out.print(f"The page is of Logling {done.version}: {is_at}.")


@app.command()
def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check everything a run needs, and say what is wrong."""
    from .commands.doctor import examine
    from .home import find

    checks = examine(find(home))
    well = all(check.ok for check in checks)
    if as_json:
        print_json({"ok": well, "checks": [check._asdict() for check in checks]})
    else:
        for check in checks:
            out.print(f"{'ok  ' if check.ok else 'BAD '} {check.name}: {check.detail}")
    raise typer.Exit(0 if well else 1)


@app.command()
def demo(
    log: Annotated[
        Path | None, typer.Option(help="A real log, split by time, instead of the simulated habitat.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where to make it.")] = Path("logling-demo"),
    preset: Annotated[str, typer.Option(help='"seed" or "full".')] = "seed",
    weeks: Annotated[int, typer.Option(min=2, max=52, help="How many weeks to play.")] = 8,
) -> None:
    """The whole loop in a scratch folder, in about a minute."""
    from .commands.demo import play

    play(folder, log=log, preset=preset, weeks=weeks, out=out, err=err)


if __name__ == "__main__":
    main()
