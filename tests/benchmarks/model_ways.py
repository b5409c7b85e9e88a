"""Ways that use the project: the page's alarm and `logling check`, with a home or with logs that were fine."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from findings import Finding, Judgement, Way, judged_by_line
from page_engine import ask_engine
from trained_homes import CutLog, NotCommitted, TrainedHome, trained

from service.checking import findings as checking
from service.checking.log_check import LogCheck
from service.commands.check import Knowledge, by_good_logs, by_model, lines_with_surprise
from service.home import Home

RANKER = Path(__file__).with_name("page_alarms.js")
LINES_BEFORE = 50


def model_ways(scratch: Path) -> dict[str, Way]:
    """The ways that can be used here, by name; homes are kept in the scratch folder."""
    ways = {}
    for preset in ("seed", "full"):
        ways[f"**the page's alarm, `{preset}`**"] = Way(page_alarm(scratch, preset))
        ways[f"the page's alarm, `{preset}`, each line alone"] = Way(page_alarm(scratch, preset, alone=True))
    ways["**`logling check`, `seed`**"] = Way(check_at_home(scratch, "seed"), calibrated=True)
    ways["**`logling check --good`**"] = Way(check_with_good, calibrated=True)
    return ways


def home_of(goods: list[list[str]], scratch: Path, preset: str) -> TrainedHome:
    """A home that learned these lines, trained once."""
    text = "".join(line + "\n" for good in goods for line in good).encode()
    name = hashlib.sha256(text).hexdigest()[:16]
    log = CutLog(name, scratch / "homes" / name / "train.log", scratch / "homes" / name / "test.log")
    log.folder.mkdir(parents=True, exist_ok=True)
    log.train.write_bytes(text)
    return trained(log, preset)


def page_alarm(scratch: Path, preset: str, alone: bool = False) -> Any:
    """The page's rank of each line after the lines before it, or of each line `alone`."""

    def judge(goods: list[list[str]], lines: list[str]) -> Judgement:
        weights = home_of(goods, scratch, preset).weights
        before = [] if alone else goods[-1][-LINES_BEFORE:]
        asked = {"weights": str(weights), "before": before, "lines": lines, "alone": alone}
        return judged_by_line(np.array(ask_engine(RANKER, request=asked)), lines)

    return judge


def check_at_home(scratch: Path, preset: str) -> Any:
    """What `logling check` says with a home that learned the good logs, or keeps them where no model was committed."""

    def judge(goods: list[list[str]], lines: list[str]) -> Judgement:
        try:
            home = home_of(goods, scratch, preset).path
        except NotCommitted as error:
            print(error, file=sys.stderr)
            home = error.home
        return check(by_model(Home(home), raw=True), lines)

    return judge


def check_with_good(goods: list[list[str]], lines: list[str]) -> Judgement:
    """What `logling check` says beside the good logs, without a home."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [write(Path(folder, f"good-{number}.log"), good) for number, good in enumerate(goods, 1)]
        return check(by_good_logs(paths, home=None, raw=True), lines)


def check(known: Knowledge, lines: list[str]) -> Judgement:
    """The list that the command makes, also of what does not stand out; scores are logarithms of strangeness."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder, "judged.log"), lines)
        log_check, scores = LogCheck(known.profile, expected=known.expected), []
        for line, surprise in lines_with_surprise(path, known):
            log_check.add(line.number, line.text, surprise)
            scores.append(log_check.strangeness)
    found = log_check.findings()
    listed = [finding_of(finding) for finding in [*found.findings, *found.familiar]]
    return Judgement(np.log10(scores), listed, len(found.findings))


def write(path: Path, lines: list[str]) -> Path:
    """A file with these lines."""
    path.write_text("".join(line + "\n" for line in lines))
    return path


def finding_of(found: checking.Finding) -> Finding:
    """A finding as the benchmark has it; its lines count from 1."""
    places = frozenset(number - 1 for number in found.lines)
    return Finding(places, found.strangeness, found.kind, "\n".join([found.text, *found.after, found.why]))
