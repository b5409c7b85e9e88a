"""Bits per character on real logs, as an operator would get them.

    python tests/benchmarks/quality.py FOLDER_OR_FILES… [--preset seed] [--preset full]

For each log: a home whose source has the first 90 % of its lines, `logling retrain`, then `logling score` on
the last 10 % with the lines before as context. Prints a table; the logs stay where they are. With
`--json FILE` all figures are kept, and logs that are in it already are not done again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TRAINED_SHARE = 0.9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", nargs="+", type=Path)
    parser.add_argument("--preset", action="append", choices=["seed", "full"])
    parser.add_argument("--json", type=Path, default=None)
    arguments = parser.parse_args()
    done: dict[str, Any] = json.loads(arguments.json.read_text()) if arguments.json and arguments.json.exists() else {}
    print(f"{'log':<12} {'preset':<6} {'lines':>7} {'test':>7} {'holdout':>8} ", end="")
    print(f"{'n-gram':>7} {'bytes':>8} {'train s':>8} {'score s':>8}")
    for log in sorted(expanded(arguments.logs)):
        for preset in arguments.preset or ["seed", "full"]:
            key = f"{log.stem} {preset}"
            if key not in done:
                done[key] = measure(log, preset)
                if arguments.json:
                    arguments.json.write_text(json.dumps(done, indent=1))
            print(row(log.stem, preset, done[key]), flush=True)


def expanded(paths: list[Path]) -> list[Path]:
    """Files, and the .txt and .log files of folders; label files and notes are no logs."""
    found = []
    for path in paths:
        files = [*path.glob("*.txt"), *path.glob("*.log")] if path.is_dir() else [path]
        found += [file for file in files if ".labels" not in file.name]
    return found


def measure(log: Path, preset: str) -> dict[str, Any]:
    """One home, one run, one score."""
    lines = log.read_bytes().split(b"\n")[:-1]
    cut = int(len(lines) * TRAINED_SHARE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "train.log").write_bytes(b"".join(line + b"\n" for line in lines[:cut]))
        (folder / "test.log").write_bytes(b"".join(line + b"\n" for line in lines[cut:]))
        home = folder / "home"
        logling("init", str(home), "--source", str(folder / "train.log"), "--preset", preset)
        record = json.loads(logling("retrain", "--home", str(home), "--json"))
        if record["outcome"] != "committed":
            return {"outcome": record["outcome"], "reason": record["reason"], "record": record}
        begun = time.monotonic()
        score = json.loads(
            logling(
                "score", "--home", str(home), "--json", "--context", str(folder / "train.log"), str(folder / "test.log")
            )
        )
        seconds = time.monotonic() - begun
    return {
        "outcome": "committed",
        "lines": len(lines),
        "test": score["bits_per_char"],
        "score_seconds": seconds,
        "record": record,
    }


def logling(*arguments: str) -> str:
    """What the command prints on stdout."""
    command = [str(Path(sys.executable).with_name("logling")), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def row(log: str, preset: str, result: dict[str, Any]) -> str:
    """One line of the table."""
    if result["outcome"] != "committed":
        return f"{log:<12} {preset:<6} {result['outcome']}: {result['reason']}"
    record = result["record"]
    scores = record["bits_per_char"]
    return (
        f"{log:<12} {preset:<6} {result['lines']:>7,} {result['test']:>7.3f} {scores['challenger']:>8.3f} "
        f"{scores['ngram']:>7.3f} {record['weights_bytes']:>8,} {record['seconds']['train']:>8.1f} "
        f"{result['score_seconds']:>8.1f}"
    )


if __name__ == "__main__":
    main()
