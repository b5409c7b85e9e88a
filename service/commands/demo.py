"""`logling demo`: the whole loop in a scratch folder.

It plays some weeks of a log, with a run for each, a remote, and a client that pulls.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..errors import LoglingError
from ..home import Home, expanded
from ..progress import Reporter
from ..reading.whole_file import log_lines
from ..run import retrain
from ..settings import GitSettings
from ..site.git import run_git
from ..storage.run_record import RunRecord
from .demo_habitat import Habitat, entropy_rate
from .demo_incident import week_with_incident
from .init import Preset, make_home
from .terminal import err, out

LINES_A_WEEK = 700
LINES_OF_AN_OUTAGE = 40
FEWEST_LINES_A_WEEK = 150
HABITAT_SEED = 7
TOKENS = {"seed": 500_000, "full": 1_500_000}


def demo_command(
    log: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A real log, split by time, instead of the simulated habitat."),
    ] = None,
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to make it.")] = Path("logling-demo"),
    preset: Annotated[
        Preset, typer.Option(metavar="PRESET", help='"seed" (tiny, trains in seconds) or "full" (best in 101 KB).')
    ] = Preset.seed,
    weeks: Annotated[int, typer.Option(metavar="N", min=2, max=52, help="How many weeks to play.")] = 8,
) -> None:
    """The whole loop in a scratch folder, in about a minute.

    logling demo
    logling demo --log /var/log/dpkg.log
    """
    play_demo(folder, log=log, preset=preset, weeks=weeks, out=out, err=err)


@dataclass(frozen=True)
class Scene:
    """Where everything of a demo is."""

    folder: Path

    @property
    def log(self) -> Path:
        """The log that grows week by week."""
        return self.folder / "logs" / "demo.log"

    @property
    def this_week(self) -> Path:
        """The lines after the last run, which no model has seen."""
        return self.folder / "logs" / "this-week.log"

    @property
    def remote(self) -> Path:
        """The bare repository that weights are pushed to."""
        return self.folder / "remote.git"

    @property
    def client(self) -> Path:
        """A clone as a client has it."""
        return self.folder / "client"

    @property
    def page(self) -> Path:
        """The page in that clone."""
        return self.client / "web" / "index.html"


def play_demo(folder: Path, *, log: Path | None, preset: str, weeks: int, out: Console, err: Console) -> None:
    """Play the weeks and say what happened. Raises LoglingError."""
    habitat = Habitat(HABITAT_SEED)
    chapters = real_weeks(log, weeks) if log else simulated_weeks(habitat, weeks)
    example = [] if log else week_with_incident(habitat)
    scene = Scene(free_folder(expanded(folder).absolute()))
    scene.folder.mkdir(mode=0o700, parents=True)
    scene.log.parent.mkdir()
    scene.log.touch()
    home = set_up(scene, preset)
    settings = home.settings()
    if settings.training.tokens == 0:
        training = settings.training.model_copy(update={"tokens": TOKENS[preset]})
        settings = settings.model_copy(update={"training": training})
    out.print(f"{len(chapters)} weeks of {log or 'a simulated habitat'}, one run a week, in", scene.folder)
    out.print("Scores are bits per character on lines that no model has seen: lower is better.")
    out.print()
    last_sunday = datetime.now(UTC).replace(microsecond=0)
    records = []
    for number, lines in enumerate(chapters, 1):
        when = last_sunday - timedelta(weeks=len(chapters) - number)
        append(scene.log, lines)
        with Reporter(err, lines=False) as reporter:
            records.append(retrain(home, settings, fixed_clock(when), reporter, example=example))
        out.print(f"week {number:>2}  {when:%Y-%m-%d}  {format_demo_run(records[-1])}")
        pull_as_client(scene, settings.git)
    if example:
        append(scene.this_week, example)
    limit = entropy_rate([line for lines in chapters for line in lines]) if log is None else None
    print_the_end(scene, home, records, limit, log, out)


def simulated_weeks(habitat: Habitat, weeks: int) -> list[list[str]]:
    """The habitat's log by weeks; in the last but one the recorder was down for most of the time."""
    return [habitat.next(LINES_OF_AN_OUTAGE if week == weeks - 2 else LINES_A_WEEK) for week in range(weeks)]


def real_weeks(log: Path, weeks: int) -> list[list[str]]:
    """A real log in equal parts, and a week before the last in which nothing was written. Raises LoglingError."""
    try:
        lines = [line.text for line in log_lines(log)]
    except OSError as error:
        raise LoglingError(f"{log} cannot be read: {error.strerror}") from None
    parts = min(weeks - 1, len(lines) // FEWEST_LINES_A_WEEK)
    if parts < 2:
        raise LoglingError(f"{log} has {len(lines)} lines; a demo needs at least {2 * FEWEST_LINES_A_WEEK}")
    bounds = [len(lines) * part // parts for part in range(parts + 1)]
    chapters = [lines[begin:end] for begin, end in pairwise(bounds)]
    return [*chapters[:-1], [], chapters[-1]]


def free_folder(folder: Path) -> Path:
    """This folder, or the first free one with a number behind its name."""
    candidates = [folder, *(folder.with_name(f"{folder.name}-{number}") for number in range(2, 1000))]
    for candidate in candidates:
        if not os.path.lexists(candidate):
            return candidate
    raise LoglingError(f"{folder} and {len(candidates) - 1} more exist already: remove some")


def set_up(scene: Scene, preset: str) -> Home:
    """An empty remote and a home that pushes to it."""
    git = GitSettings()
    run_git(scene.folder, git, "init", "--quiet", "--bare", f"--initial-branch={git.branch}", str(scene.remote))
    return make_home(scene.folder / "home", sources=[str(scene.log)], preset=preset, remote=str(scene.remote))


def fixed_clock(when: datetime) -> Callable[[], datetime]:
    """A clock that always shows this time."""
    return lambda: when


def append(log: Path, lines: list[str]) -> None:
    """What a program that writes this log does."""
    with log.open("a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def pull_as_client(scene: Scene, git: GitSettings) -> None:
    """Clone at first, then pull."""
    if scene.client.exists():
        run_git(scene.client, git, "pull", "--quiet", "--ff-only")
    elif run_git(scene.folder, git, "ls-remote", str(scene.remote)):
        run_git(scene.folder, git, "clone", "--quiet", str(scene.remote), str(scene.client))


def format_demo_run(record: RunRecord) -> str:
    """One run, within 80 columns behind week and day; below it why it was rejected."""
    new, scores = record.lines.new, record.bits_per_char
    seconds = sum(record.seconds.values())
    if scores.challenger is None:
        return f"{new:>5,} new lines  {record.outcome}: {record.reason}"
    before = "" if scores.champion is None else f"{scores.champion:.3f} -> "
    figures = f"{before:>9}{scores.challenger:.3f}  ({seconds:.1f} s)"
    reason = f"\n{'':21}{record.reason.partition(':')[0]}" if record.outcome == "rejected" else ""
    return f"{new:>5,} new lines  {record.outcome} {figures}{reason}"


def print_the_end(
    scene: Scene, home: Home, records: list[RunRecord], limit: float | None, log: Path | None, out: Console
) -> None:
    """What happened, where the page is and what to look at first, and how to go on with a log of one's own.

    `limit` is the least score that is possible, where it is known.
    """
    counts = {outcome: sum(r.outcome == outcome for r in records) for outcome in ("committed", "rejected", "skipped")}
    happened = f"{len(records)} runs: " + ", ".join(f"{n} {outcome}" for outcome, n in counts.items() if n)
    logling = program_name()
    out.print(f"\nWhat happened:  {happened}.")
    committed = [record for record in records if record.commit]
    if committed:
        scores = committed[-1].bits_per_char
        out.print("  Each commit beat the one before it, and was pushed; a client pulled it.")
        out.print(f"  The model needs {scores.challenger:.3f}, an n-gram of as many bytes {scores.ngram:.3f}.")
        if limit is not None:
            out.print(f"  No model of this log can get below {limit:.3f}.")
        checked = shlex.quote(str(expanded(log).absolute() if log else scene.this_week))
        out.print(f"\nThe page:       open {scene.page.as_uri()}")
        if log:
            out.print(f"  Drop a log on it, {checked} for one: it says what stands out.")
        else:
            out.print("  It opens with Check on this week's log, new to the model: a pump fails.")
        out.print(f"\nThe same here:  {logling} check --home {shlex.quote(str(home.path))} {checked}")
    out.print(f"\nYour own logs:  {logling} init my-home --source '/var/log/dpkg.log*'")
    out.print(f"                {logling} retrain --home my-home")


def program_name() -> str:
    """How this program can be started again by who reads it: `logling` where that is it, else its path."""
    started = Path(sys.argv[0])
    found = shutil.which(started.name)
    if started.name != "logling" or (found and Path(found).resolve() == started.resolve()):
        return "logling"
    return shlex.quote(str(started.absolute()))
