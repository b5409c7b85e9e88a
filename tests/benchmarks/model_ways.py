"""Ways that use the project: the page's alarm and `logling check`, with a home or with logs that were fine."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from findings import Finding, Judgement, Way, judged_by_finding, judged_by_line
from page_engine import ask_engine
from trained_homes import CutLog, TrainedHome, logling, trained

RANKER = Path(__file__).with_name("page_alarms.js")
LINES_BEFORE = 50


def model_ways(scratch: Path) -> dict[str, Way]:
    """The ways that can be used here, by name; homes are kept in the scratch folder."""
    ways = {}
    for preset in ("seed", "full"):
        ways[f"**the page's alarm, `{preset}`**"] = Way(page_alarm(scratch, preset))
        ways[f"the page's alarm, `{preset}`, each line alone"] = Way(page_alarm(scratch, preset, alone=True))
    if check_is_here():
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


def check_is_here() -> bool:
    """Whether this version has the command."""
    command = [str(Path(sys.executable).with_name("logling")), "check", "--help"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def check_at_home(scratch: Path, preset: str) -> Any:
    """What `logling check` says with a home that learned the good logs."""

    def judge(goods: list[list[str]], lines: list[str]) -> Judgement:
        home = home_of(goods, scratch, preset).path
        return check(["--home", str(home)], lines)

    return judge


def check_with_good(goods: list[list[str]], lines: list[str]) -> Judgement:
    """What `logling check` says beside the good logs, without a home."""
    with tempfile.TemporaryDirectory() as folder:
        options = []
        for number, good in enumerate(goods, 1):
            path = Path(folder, f"good-{number}.log")
            path.write_text("".join(line + "\n" for line in good))
            options += ["--good", str(path)]
        return check(options, lines)


def check(options: list[str], lines: list[str]) -> Judgement:
    """The findings of `logling check --json`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "judged.log")
        path.write_text("".join(line + "\n" for line in lines))
        document = json.loads(logling("check", "--json", *options, str(path)))
    return judged_by_finding([finding_of(told) for told in document["findings"]], len(lines))


def finding_of(told: dict[str, Any]) -> Finding:
    """A finding as `logling check --json` tells it; its lines count from 1."""
    places = frozenset(number - 1 for number in [*told["lines"], *([told["line"]] if told["line"] else [])])
    return Finding(places, float(told["strangeness"]), told["kind"], f"{told['text']}\n{told['why']}")
