"""Bits per character on the newest 10 % of lines of real logs: ours, compressors, n-grams, general models.

    python tests/benchmarks/quality.py FOLDER_OR_FILES… --scratch FOLDER

For each log `seed` and `full` learn the first 90 % of its lines (a home and one `logling retrain`, as an operator
would), and the last 10 % are scored. *Static*: the weights alone; *client*: the weights, learning from these lines
while reading them; *operator*: the same after reading the trained lines. The page's engine scores, in Node; `logling
score --adapt` must come to the client's figure. Beside it: what compressors need more for the last lines after the
first, Kneser–Ney n-grams of any size and of 101 KB whose order was chosen on the end of the trained lines, and what an
earlier measurement says of general models (general_models.json). The table and the targets are printed in Markdown.

Every figure is kept in the scratch folder's quality.json as soon as it is known, and not made again while it is there.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from compressors import COMPRESSORS, is_here
from page_engine import ask_engine
from quality_targets import targets
from trained_homes import CutLog, TrainedHome, cut, lines_of, logling, logs_in, trained

from model import ngram, weights_file

LARGEST = 103_424  # bytes of weights
GENERAL = Path(__file__).with_name("general_models.json")
SCORER = Path(__file__).with_name("page_scores.js")
OURS = ["seed static", "full static", "full client", "full operator"]
GENERAL_COLUMNS = ["SmolLM2-135M", "Qwen 1.5B", "entropy"]
COLUMNS = [*OURS, "n-gram", "n-gram 101 KB", *COMPRESSORS, *GENERAL_COLUMNS]

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", nargs="+", type=Path)
    parser.add_argument("--scratch", type=Path, required=True, help="where cut logs, homes and figures are kept")
    arguments = parser.parse_args()
    for name in COMPRESSORS:
        if not is_here(name):
            print(f"{name} is not on this machine: its column stays empty", file=sys.stderr)
    kept = arguments.scratch / "quality.json"
    done: dict[str, dict[str, Figures]] = json.loads(kept.read_text()) if kept.exists() else {}
    general = json.loads(GENERAL.read_text())["bits_per_char"]
    tables: dict[str, Figures] = {}
    for path in logs_in(arguments.logs):
        log = cut(path, arguments.scratch)
        groups = done.setdefault(log.name, {})
        for group, measure in ways().items():
            if group not in groups:
                print(f"{log.name}: {group}", file=sys.stderr)
                groups[group] = measure(log)
                kept.write_text(json.dumps(done, indent=1))
        tables[log.name] = general.get(log.name, {})
        for figures in groups.values():
            tables[log.name] |= figures
    print(table(tables))
    print(table_of_costs(tables))
    print("\n".join(targets(tables)))


def ways() -> dict[str, Callable[[CutLog], Figures]]:
    """What is measured at once and kept under one name."""
    found: dict[str, Callable[[CutLog], Figures]] = {
        "scores of seed": lambda log: ours(log, "seed"),
        "scores of full": lambda log: ours(log, "full"),
        "n-grams": ngrams,
    }
    for name, bits in COMPRESSORS.items():
        if is_here(name):
            found[f"extra bytes of {name}"] = lambda log, name=name, bits=bits: {  # type: ignore[misc]
                name: bits(log.train.read_bytes(), log.test.read_bytes())
            }
    return found


def ours(log: CutLog, preset: str) -> Figures:
    """A preset in the three situations, its size and its seconds."""
    home = trained(log, preset)
    client = page_scores(home.weights, log.test)
    operator = page_scores(home.weights, log.test, log.train)
    python_seconds = as_python_says(home, log, client["adapted"])
    return {
        f"{preset} static": operator["static"],
        f"{preset} client": client["adapted"],
        f"{preset} operator": operator["adapted"],
        f"{preset} bytes": home.record["weights_bytes"],
        f"{preset} train seconds": home.record["seconds"]["train"],
        f"{preset} page, characters a second": operator["read"] / operator["seconds"],
        f"{preset} python, characters a second": client["characters"] / python_seconds,
    }


def as_python_says(home: TrainedHome, log: CutLog, expected: float) -> float:
    """Seconds of processor time of `logling score --adapt`, which must come to the page's figure."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = json.loads(logling("score", "--home", str(home.path), "--json", "--adapt", str(log.test)))
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not math.isclose(told["bits_per_char"], expected, abs_tol=1e-9):
        raise SystemExit(f"{log.name}: python says {told['bits_per_char']}, the page {expected}")
    return ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime


def page_scores(*files: Path) -> Figures:
    """What the page's engine says."""
    scores: Figures = ask_engine(SCORER, *files)
    return scores


def ngrams(log: CutLog) -> Figures:
    """Kneser–Ney with the vocabulary of `full`, of any size and of what the weights may have."""
    model, _ = weights_file.decode(trained(log, "full").weights.read_bytes())
    lines, test = lines_of(log.train), lines_of(log.test)
    at = int(0.9 * len(lines))
    figures = {}
    for name, largest in (("n-gram", None), ("n-gram 101 KB", LARGEST)):
        chosen = ngram.best(model.vocabulary, lines[:at], lines[at:], largest)
        whole = ngram.fit(model.vocabulary, lines, len(chosen.levels), largest)
        figures[name] = float(np.mean(whole.bits(test, lines)))
        figures[f"{name} order"] = len(whole.levels)
    return figures


def table(tables: dict[str, Figures]) -> str:
    """One row a log. Bold: the lowest of what was measured here."""
    rows = [f"| log | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for log, figures in tables.items():
        measured = [figures[column] for column in COLUMNS[: -len(GENERAL_COLUMNS)] if column in figures]
        cells = [cell(figures.get(column), min(measured)) for column in COLUMNS]
        rows.append(f"| {log} | {' | '.join(cells)} |")
    return "\n".join(rows)


def cell(figure: float | None, lowest: float) -> str:
    """A figure of the table, or nothing."""
    if figure is None:
        return ""
    return f"**{figure:.3f}**" if figure == lowest else f"{figure:.3f}"


def table_of_costs(tables: dict[str, Figures]) -> str:
    """What the figures cost."""
    words = ["bytes", "train seconds", "page, characters a second", "python, characters a second"]
    columns = [f"{preset} {word}" for preset in ("seed", "full") for word in words]
    rows = [f"\n| log | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for log, figures in tables.items():
        cells = [f"{figures[column]:,.0f}" for column in columns]
        rows.append(f"| {log} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
