"""Whether what ranks lines in the page's Check finds what is wrong: labelled alerts, and lines in a wrong order.

    python tests/benchmarks/anomalies.py FOLDER --scratch FOLDER

*Alerts*: BGL.txt of the folder with its labels (BGL.labels.txt, `-` is normal), its times taken off. Models learn the
older half, alerts and all, without labels; the newer half is ranked by the page's alarm (its own JavaScript, in Node)
and by other ways. AUC over all lines; hits among the first 10 and 20 of the list, in which, as in the page, lines that
differ in numbers alone are one.

*Order*: OpenSSH.txt, where two lines of one session and second are swapped, and habitat.txt, where a line but for its
sol comes from another year: lines of which each is normal. AUC of these against what stood there rightly (of a session,
the same lines in their own order), by the alarm of the line after those before it, of the line alone, and by the other
ways.

What is trained is kept in the scratch folder (homes for the order are those of quality.py), and so are the figures.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from line_detectors import DETECTORS, Scores, is_here
from page_engine import ask_engine
from trained_homes import cut, lines_of, trained

RANKER = Path(__file__).with_name("page_alarms.js")
BGL_TIMES = re.compile(r"^\d+ [\d.]+ (\S+) [\d.-]+ ")
YEAR = 668  # sols
WRONG = 40  # lines in a wrong order

Figures = dict[str, list[float]]


class Disturbed(NamedTuple):
    """Lines as they were and in a wrong order; where the wrong ones are, and where what they are compared with."""

    right: list[str]
    wrong: list[str]
    right_places: list[int]
    wrong_places: list[int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scratch", type=Path, required=True)
    arguments = parser.parse_args()
    kept = arguments.scratch / "anomalies.json"
    done: dict[str, Figures] = json.loads(kept.read_text()) if kept.exists() else {}
    for part in (alerts, order_of_sessions, order_of_sols):
        if part.__name__ not in done:
            print(part.__name__, file=sys.stderr)
            done[part.__name__] = part(arguments.folder, arguments.scratch)
            kept.write_text(json.dumps(done, indent=1))
    print("| alerts of BGL | AUC | hits in the first 10 | 20 |\n|---|---|---|---|")
    for way, (area, ten, twenty) in done["alerts"].items():
        print(f"| {way} | {area:.3f} | {ten:.0f} | {twenty:.0f} |")
    print("\n| wrong order, AUC | swapped lines of OpenSSH sessions | sols of another year |\n|---|---|---|")
    for way, (area,) in done["order_of_sessions"].items():
        print(f"| {way} | {area:.3f} | {done['order_of_sols'][way][0]:.3f} |")


def alerts(folder: Path, scratch: Path) -> Figures:
    """AUC, and hits in the first 10 and 20 of the list."""
    stripped = scratch / "BGL-timeless.txt"
    stripped.write_text("".join(BGL_TIMES.sub(r"\1 ", line) + "\n" for line in lines_of(folder / "BGL.txt")))
    log = cut(stripped, scratch, share=0.5)
    train, lines = lines_of(log.train), lines_of(log.test)
    labels = lines_of(folder / "BGL.labels.txt")[-len(lines) :]
    wrong = np.array([label != "-" for label in labels])
    ways: dict[str, Scores] = {}
    for preset in ("seed", "full"):
        weights = trained(log, preset).weights
        told = page_says(weights, train, lines)
        ways[f"**the page's alarm, {preset}**"] = column(told, "alarm")
        ways[f"the same model's bits of the whole line, {preset}"] = column(told, "bits")
        ways[f"the page's alarm, {preset}, learning while reading"] = column(
            page_says(weights, train, lines, learns=True), "alarm"
        )
    ways |= {name: detector(train, lines) for name, detector in detectors().items()}
    keys = [line["key"] for line in told]
    kinds = len({key for key, is_alert in zip(keys, wrong, strict=True) if is_alert})
    print(f"{wrong.sum()} alerts of {kinds} kinds in {len(lines)} lines of {len(set(keys))} kinds", file=sys.stderr)
    return {name: [auc(scores[wrong], scores[~wrong]), *hits(scores, wrong, keys)] for name, scores in ways.items()}


def detectors() -> dict[str, Callable[[list[str], list[str]], Scores]]:
    """The other ways that can be used here."""
    for name in DETECTORS:
        if not is_here(name):
            print(f"{name} is not on this machine", file=sys.stderr)
    return {name: detector for name, detector in DETECTORS.items() if is_here(name)}


def order_of_sessions(folder: Path, scratch: Path) -> Figures:
    """AUC of the line of each swapped pair that comes too early."""
    return order(folder / "OpenSSH.txt", scratch, swapped_sessions)


def order_of_sols(folder: Path, scratch: Path) -> Figures:
    """AUC of the sols of another year."""
    return order(folder / "habitat.txt", scratch, sols_of_another_year)


def order(path: Path, scratch: Path, disturb: Callable[[list[str], list[str]], Disturbed]) -> Figures:
    """AUC by the page's alarm with the lines before and without, and by ways that see a line alone."""
    log = cut(path, scratch)
    train = lines_of(log.train)
    disturbed = disturb(train, lines_of(log.test))
    print(f"{len(disturbed.wrong_places)} lines are wrong", file=sys.stderr)
    ways: dict[str, Callable[[list[str]], Scores]] = {}
    for preset in ("seed", "full"):
        weights = trained(log, preset).weights
        ways |= ways_of_page(weights, preset, train)
    for name, detector in detectors().items():
        ways[name] = lambda lines, detector=detector: detector(train, lines)  # type: ignore[misc]
    right, wrong, right_places, wrong_places = disturbed
    return {name: [auc(way(wrong)[wrong_places], way(right)[right_places])] for name, way in ways.items()}


def ways_of_page(weights: Path, preset: str, train: list[str]) -> dict[str, Callable[[list[str]], Scores]]:
    """The page's alarm, with and without the lines before."""
    return {
        f"**the page's alarm, {preset}, given the lines before**": lambda lines: column(
            page_says(weights, train[-50:], lines), "alarm"
        ),
        f"the page's alarm, {preset}, each line alone": lambda lines: column(
            page_says(weights, [], lines, alone=True), "alarm"
        ),
    }


def swapped_sessions(_: list[str], lines: list[str]) -> Disturbed:
    """Two neighbouring lines of one process and second, of different kinds, change places, here and there."""
    swapped, free = list(lines), np.ones(len(lines), dtype=bool)
    found = []
    session = re.compile(r"^(\S+ +\S+ \S+) \S+ (\S+\[\d+\]): (.*)$")
    parts = [match.groups() if (match := session.match(line)) else None for line in lines]
    for i in np.random.default_rng(0).permutation(len(lines) - 1).tolist():
        one, other = parts[i], parts[i + 1]
        if len(found) < WRONG and one and other and one[:2] == other[:2] and one[2][:12] != other[2][:12]:
            if not free[max(0, i - 2) : i + 4].all():
                continue
            swapped[i], swapped[i + 1] = lines[i + 1], lines[i]
            free[i : i + 2] = False
            found.append(i)
    return Disturbed(lines, swapped, [i + 1 for i in found], found)


def sols_of_another_year(train: list[str], lines: list[str]) -> Disturbed:
    """Here and there a line is that of as late in an earlier year, but for its number."""
    moved = list(lines)
    generator = np.random.default_rng(0)
    found = sorted(generator.choice(np.arange(5, len(lines) - 5, 5), WRONG, replace=False).tolist())
    for i in found:
        earlier = train[len(train) + i - int(generator.integers(3, 20)) * YEAR]
        moved[i] = lines[i][: len("sol 0000")] + earlier[len("sol 0000") :]
    return Disturbed(lines, moved, found, found)


def page_says(
    weights: Path, before: list[str], lines: list[str], learns: bool = False, alone: bool = False
) -> list[dict[str, float]]:
    """What the page makes of each line."""
    asked = {"weights": str(weights), "before": before, "lines": lines, "learns": learns, "alone": alone}
    answer: list[dict[str, float]] = ask_engine(RANKER, request=asked)
    return answer


def column(told: list[dict[str, float]], name: str) -> Scores:
    """One figure of each line."""
    return np.array([line[name] for line in told])


def auc(wrong: Scores, right: Scores) -> float:
    """How often a wrong line stands above a right one; equals count half."""
    ordered = np.sort(right)
    below = np.searchsorted(ordered, wrong, side="left") + np.searchsorted(ordered, wrong, side="right")
    return float(below.mean() / (2 * len(ordered)))


def hits(scores: Scores, wrong: Scores, keys: list[str]) -> list[int]:
    """Alerts among the first 10 and 20 of the list, each kind of line standing at its strangest."""
    seen: set[str] = set()
    listed = []
    for i in np.argsort(-scores, kind="stable").tolist():
        if keys[i] not in seen:
            seen.add(keys[i])
            listed.append(bool(wrong[i]))
    return [sum(listed[:10]), sum(listed[:20])]


if __name__ == "__main__":
    main()
