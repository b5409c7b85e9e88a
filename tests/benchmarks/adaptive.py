"""Bits per character with learning from the text at hand, beside the weights alone and beside xz.

    python tests/benchmarks/adaptive.py FOLDER_OR_FILES… --scratch FOLDER

For each log `full` is trained once on the first 90 % of its lines (kept in the scratch folder), and the last 10 % are
scored: *static*, the weights alone; *client*, adapting on these lines alone; *operator*, adapting after reading the
trained lines. Beside it what xz needs more for the last lines after the first. The page's engine does the scoring, in
Node; `logling score --adapt` does the client's situation too and must come to the same figure. Speeds are characters in
a second of processor time, the transformer's included. What is in the scratch folder's scores.json is not done again;
with `--fresh` it is, without another training.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import os
import subprocess
from pathlib import Path
from typing import Any

from quality import TRAINED_SHARE, expanded, logling

SCORER = Path(__file__).with_name("adaptive_scores.js")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", nargs="+", type=Path)
    parser.add_argument("--scratch", type=Path, required=True, help="where weights and scores are kept")
    parser.add_argument("--fresh", action="store_true", help="score again what was scored")
    arguments = parser.parse_args()
    kept = arguments.scratch / "scores.json"
    done: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() and not arguments.fresh else {}
    print(f"{'log':<12} {'static':>7} {'client':>7} {'operator':>8} {'xz':>6} {'node, 1/s':>10} {'python, 1/s':>11}")
    for log in sorted(expanded(arguments.logs)):
        if log.stem not in done:
            done[log.stem] = measure(log, arguments.scratch / log.stem)
            kept.write_text(json.dumps(done, indent=1))
        print(row(log.stem, done[log.stem]), flush=True)


def measure(log: Path, folder: Path) -> dict[str, float]:
    """All figures of one log."""
    train, test, home = folder / "train.log", folder / "test.log", folder / "home"
    split(log, train, test)
    if not (folder / "record.json").exists():
        logling("init", str(home), "--source", str(train), "--preset", "full")
        (folder / "record.json").write_text(logling("retrain", "--home", str(home), "--json"))
    weights = home / "site" / "web" / "weights.js"
    client = page_scores(weights, test)
    operator = page_scores(weights, test, train)
    begun = sum(os.times()[2:4])
    told = json.loads(logling("score", "--home", str(home), "--json", "--adapt", str(test)))
    python_seconds = sum(os.times()[2:4]) - begun
    if not math.isclose(told["bits_per_char"], client["adapted"], abs_tol=1e-9):
        raise SystemExit(f"{log.stem}: python says {told['bits_per_char']}, the page {client['adapted']}")
    return {
        "static": operator["static"],
        "client": client["adapted"],
        "operator": operator["adapted"],
        "xz": xz_bits(train.read_bytes(), test.read_bytes()) / client["characters"],
        "page_speed": len(log.read_text()) / operator["seconds"],
        "python_speed": client["characters"] / python_seconds,
    }


def split(log: Path, train: Path, test: Path) -> None:
    """The first lines of a log in one file, the last in another."""
    train.parent.mkdir(parents=True, exist_ok=True)
    lines = log.read_bytes().split(b"\n")[:-1]
    cut = int(len(lines) * TRAINED_SHARE)
    for file, part in ((train, lines[:cut]), (test, lines[cut:])):
        file.write_bytes(b"".join(line + b"\n" for line in part))


def page_scores(*files: Path) -> dict[str, float]:
    """What the page's engine says."""
    command = ["node", str(SCORER), *map(str, files)]
    scores: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return scores


def xz_bits(train: bytes, test: bytes) -> int:
    """What xz -9e needs for the test beyond what it needs for the lines before."""
    preset = 9 | lzma.PRESET_EXTREME
    return 8 * (len(lzma.compress(train + test, preset=preset)) - len(lzma.compress(train, preset=preset)))


def row(log: str, scores: dict[str, float]) -> str:
    """One line of the table."""
    figures = f"{scores['static']:>7.3f} {scores['client']:>7.3f} {scores['operator']:>8.3f} {scores['xz']:>6.3f}"
    return f"{log:<12} {figures} {scores['page_speed']:>10,.0f} {scores['python_speed']:>11,.0f}"


if __name__ == "__main__":
    main()
