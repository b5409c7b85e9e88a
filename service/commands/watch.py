"""`logling watch`: what is strange in a log, as its lines arrive."""

from __future__ import annotations

import json
import re
import sys
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Protocol

import numpy as np
import typer
from rich.text import Text

from model.scoring import LineScorer
from model.transformer import Model

from ..checking.findings import Finding
from ..checking.normal_rules import NormalRules, read_rules
from ..checking.report import facts_of
from ..checking.surprise import weighted_surprise
from ..checking.verdict import describe_strangeness
from ..checking.watch import Grown, News, Told, Watch
from ..checking.watch_budget import Budget
from ..errors import Interrupted, LoglingError
from ..reading.whole_file import STANDARD_INPUT, Chooser
from ..sources.followed_container import FollowedContainer
from ..sources.followed_file import FollowedFile
from ..sources.followed_journal import FollowedJournal
from ..sources.followed_pipe import FollowedPipe
from .check import by_good_logs, by_model, file_of_rules, home_of_model
from .reading_choice import RawOption, ReadingOption
from .terminal import HomeOption, err, now, out

POLL = 0.5  # seconds
TOO_LITTLE = (
    "logling: so few good lines do not say how rare a new kind of line is, so none is told: give more by --good"
)


class Followed(Protocol):
    """A log that grows."""

    before: list[str]
    trouble: str
    ended: bool

    def read(self, wait: float) -> list[str]:
        """The lines that came."""

    def close(self) -> None:
        """Follow it no more."""


def watch_command(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A log that grows; - is standard input.")] = None,
    journal: Annotated[
        str | None, typer.Option("--journal", metavar="UNIT", help="A unit of systemd; '*' is all.")
    ] = None,
    docker: Annotated[str | None, typer.Option("--docker", metavar="NAME", help="The name of a container.")] = None,
    good: Annotated[
        list[Path] | None,
        typer.Option("--good", metavar="FILE", help="A log that was fine, to compare with; repeat for more."),
    ] = None,
    budget: Annotated[
        str, typer.Option(metavar="BUDGET", help="At most so many findings: '2 a day', '1 an hour', '5 a week'.")
    ] = "10 a day",
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE", help="The file of what is called normal; else the home's normal.txt."),
    ] = None,
    raw: RawOption = False,
    reading: ReadingOption = None,
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line on stdout.")] = False,
) -> None:
    """Follow a log and tell what stands out, each finding once, with the lines around it; quiet otherwise.

    By the model of a home, or with --good by logs that were fine. It ends when it is asked to, with status 0.

        logling watch /var/log/dpkg.log --home ~/log-model --budget '2 a day'
    """
    if sum(source is not None for source in (file, journal, docker)) != 1:
        raise typer.BadParameter("one log is watched: a FILE, --journal UNIT or --docker NAME")
    try:
        limit = Budget.of(budget)
    except LoglingError as error:
        raise typer.BadParameter(str(error), param_hint="--budget") from None
    try:
        rules_file = file_of_rules(rules, good, home)
        known = (
            by_good_logs(good, home, raw, reading, same_job=False)
            if good
            else by_model(home_of_model(home), raw, reading, same_job=False)
        )
        normal = read_rules(rules_file) if rules_file else NormalRules()
        log = follow(file, journal, docker, known.choose)
    except Interrupted:
        return
    watching = Watching(Watch(known.profile, limit, time.monotonic(), normal), known.model, as_json)
    name = journal or docker or ("standard input" if file == STANDARD_INPUT else file)
    try:
        watching.begin(log, f"{name}")
        watching.go_on(log)
    except Interrupted:
        watching.say(last=True)
    finally:
        log.close()


def follow(file: Path | None, journal: str | None, docker: str | None, choose: Chooser) -> Followed:
    """The log to watch, at its end. Raises LoglingError, OSError."""
    if journal is not None:
        return FollowedJournal(journal, choose)
    if docker is not None:
        return FollowedContainer(docker, choose)
    assert file
    return FollowedPipe(sys.stdin.fileno(), choose) if file == STANDARD_INPUT else FollowedFile(file, choose)


class Watching:
    """A watch with what it is fed by and where it is printed."""

    def __init__(self, watch: Watch, model: Model | None, as_json: bool) -> None:
        self.watch = watch
        self._scorer = LineScorer(model, np.float32) if model else None
        self._as_json = as_json
        self._unsaid: deque[News] = deque()  # what was found and is not printed yet, also when a signal comes

    def begin(self, log: Followed, name: str) -> None:
        """Read what stands there already."""
        self.watch.read_before(list(zip(log.before, self._surprises(log.before), strict=True)))
        known = describe_strangeness(self.watch.threshold(time.monotonic()))
        err.print(
            f"watching {name}: tells what is rarer than {known.removeprefix('about ')}, at most {self.watch.budget}"
        )
        if not self._scorer and not self.watch.would_tell_unknown(time.monotonic()):
            err.print(TOO_LITTLE)

    def go_on(self, log: Followed) -> None:
        """Feed the watch until no more lines can come."""
        trouble = ""
        while not log.ended:
            lines = log.read(POLL)
            moment = time.monotonic()
            for line, surprise in zip(lines, self._surprises(lines), strict=True):
                self.watch.add(line, surprise, moment)
            self.say()
            if log.trouble and log.trouble != trouble:
                err.print(f"logling: {log.trouble}")
            trouble = log.trouble
        self.say(last=True)

    def say(self, last: bool = False) -> None:
        """Print what is to be said. `last`: nothing comes after it."""
        self._unsaid += self.watch.tell(time.monotonic(), last)
        while self._unsaid:
            when = now()
            if self._as_json:
                print(json.dumps(as_json(self._unsaid[0], when), allow_nan=False), flush=True)
            else:
                out.print(as_text(self._unsaid[0], when))
                sys.stdout.flush()
            self._unsaid.popleft()

    def _surprises(self, lines: Sequence[str]) -> list[float | None]:
        if not self._scorer:
            return [None] * len(lines)
        return [weighted_surprise(line, bits) for line, bits in zip(lines, self._scorer.score(lines), strict=True)]


def as_json(news: News, when: datetime) -> dict[str, Any]:
    """One object of `logling watch --json`."""
    time_of_news = when.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(news, Told):
        return {"event": "finding", "time": time_of_news, **news.finding.as_json(), "count": news.lines}
    if isinstance(news, Grown):
        facts = {"line": news.finding.line, "text": news.finding.text, "kind": news.finding.kind}
        return {"event": "growth", "time": time_of_news, "count": news.lines, **facts}
    return {"event": "held_back", "time": time_of_news, "count": news.findings, "strangest": news.strangest.as_json()}


def as_text(news: News, when: datetime) -> Text:
    """The same for people."""
    text = Text(f"{when.astimezone():%Y-%m-%d %H:%M:%S}  ", style="dim")
    if isinstance(news, Told):
        why = re.sub("`([^`]*)`", r"“\1”", news.finding.why)
        text.append(f"{facts_of(news.finding)}: {why}", style="bold")
        return text.append(_around(news.finding))
    if isinstance(news, Grown):
        return text.append(f"{news.lines:,} lines by now: {news.finding.text}")
    return text.append(
        f"{news.findings:,} more finding{'s' if news.findings > 1 else ''} stood out and went beyond the budget, "
        f"the strangest: {news.strangest.text}"
    )


def _around(finding: Finding) -> Text:
    text = Text()
    for line in finding.before:
        text.append(f"\n    {line}", style="dim")
    text.append(f"\n  > {finding.text}")
    for line in finding.after:
        text.append(f"\n    {line}", style="dim")
    return text
