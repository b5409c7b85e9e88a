"""Whether what says that a line is strange finds what is wrong: one table a set of logs, with all ways as its rows.

    python tests/benchmarks/anomalies.py FOLDER --scratch FOLDER [--set NAME]… [--way WORDS]… [--pairs FOLDER]

Sets are described in anomaly_sets.py, ways in line_detectors.py and model_ways.py. FOLDER has the sample logs; the
pairs are those that log_pairs/make_pairs.py wrote into the scratch folder, unless `--pairs` names others. What is
trained is kept in the scratch folder, and so are the figures: what is there is not measured again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from anomaly_sets import SETS, Place
from findings import Way, from_detector
from line_detectors import DETECTORS, is_here
from model_ways import model_ways

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--set", action="append", choices=list(SETS), dest="sets")
    parser.add_argument("--way", action="append", default=[], help="words of a way's name; all ways unless given")
    arguments = parser.parse_args()
    place = Place(arguments.folder, arguments.scratch, arguments.pairs or arguments.scratch / "pairs")
    place.scratch.mkdir(parents=True, exist_ok=True)
    ways = ways_here(place.scratch, arguments.way)
    for name in arguments.sets or SETS:
        kept = place.scratch / f"anomalies-{name}.json"
        done: dict[str, Figures] = json.loads(kept.read_text()) if kept.exists() else {}
        for words, way in ways.items():
            if words not in done:
                started = time.monotonic()
                done[words] = SETS[name](way, place)
                kept.write_text(json.dumps(done, indent=1))
                print(f"{name}, {words}: {time.monotonic() - started:.0f} s", file=sys.stderr)
        print(table(name, {words: done[words] for words in ways}))


def ways_here(scratch: Path, wanted: list[str]) -> dict[str, Way]:
    """The ways that can be used on this machine and are wanted."""
    for name in DETECTORS:
        if not is_here(name):
            print(f"{name} is not on this machine", file=sys.stderr)
    ways = {name: from_detector(detector) for name, detector in DETECTORS.items() if is_here(name)}
    ways |= model_ways(scratch)
    return {name: way for name, way in ways.items() if not wanted or any(words in name for words in wanted)}


def table(name: str, rows: dict[str, Figures]) -> str:
    """A set's figures in Markdown."""
    columns = list(dict.fromkeys(column for figures in rows.values() for column in figures))
    head = f"| {name} | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}\n"
    lines = [
        f"| {way} | {' | '.join(shown(figures.get(column)) for column in columns)} |" for way, figures in rows.items()
    ]
    return head + "\n".join(lines) + "\n"


def shown(figure: float | None) -> str:
    """A whole number as such, else three digits after the point."""
    if figure is None:
        return ""
    return f"{figure:.0f}" if (figure == int(figure) and abs(figure) != 1) or figure > 10 else f"{figure:.3f}"


if __name__ == "__main__":
    main()
