"""How well sampled futures tell the numbers to come, and whether what is written keeps to the rules of its world.

    python tests/benchmarks/states.py FOLDER --scratch FOLDER [--origins 40] [--samples 60]

On habitat.txt, solar.txt and seattle.txt of the folder: from moments spread over the newest 10 % of lines the page's
sampler (in Node) continues the log many times, and each numeric field is scored by CRPS (for one certain value that is
the absolute error) and by how often the truth lies in the middle 50 % and 90 % of the futures, where a value that
several futures share is split at random. Beside it, each with the spread of its own errors on the trained lines and
within their range: persistence, the value one season ago, and a linear autoregression over all fields, three lines and
the season.

Calibration: bits per character at other temperatures on the tenth of the trained lines that no training saw, and on the
newest; where another saves 1 % on the former, the futures are sampled with that as well. For habitat also the share of
written lines that keep to its rules (habitat_rules.py), beside that of real ones.
The homes are those of quality.py; what is in the scratch folder's states.json is not measured again.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from habitat_rules import RULES, Rules, parsed
from numpy.typing import NDArray
from page_engine import ask_engine
from trained_homes import CutLog, cut, lines_of, trained

from model import weights_file
from model.scoring import bits_per_character, score_lines
from model.transformer import Model

SAMPLER = Path(__file__).with_name("page_futures.js")
CONTEXT = 2000  # lines before, as many as the page's sampler reads
TEMPERATURES = [0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35]
CALIBRATION_LINES = 400
ERRORS = 400  # of a baseline's past errors, its spread
RULE_LINES = 40  # written one after the other
WORTH_MENDING = 0.01  # of the bits, by another temperature

Floats = NDArray[np.float64]


class Series(NamedTuple):
    """How the numbers of a log are read."""

    pattern: str  # a group each
    fields: list[str]
    season: int  # lines
    steps: list[int]  # lines ahead that are scored


SERIES = {
    "habitat": Series(
        r"sol \d{4} t(-\d{3}) s(\d{3}) w(\d\d) e(\d{3}) f(\d{4}) \w+",
        ["air", "sun", "wind", "battery", "food"],
        668,
        [1, 3],
    ),
    "seattle": Series(
        r"\S+ ([\d.]+) (-?[\d.]+) (-?[\d.]+) ([\d.]+) \w+", ["rain", "maximum", "minimum", "wind"], 365, [1, 3]
    ),
    "solar": Series(
        r"\S+ \S+ pv ([\d.]+)V ([\d.]+)A ([\d.]+)W load ([\d.]+)V [\d.]+A [\d.]+W bat ([\d.]+)V ([\d.]+)A "
        r"[\d.-]+C (\d+)% .*",
        ["panel V", "panel A", "panel W", "load V", "battery V", "battery A", "battery %"],
        131,
        [1],
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--origins", type=int, default=40, help="moments from which a log is continued")
    parser.add_argument("--samples", type=int, default=60, help="futures from each")
    arguments = parser.parse_args()
    kept = arguments.scratch / "states.json"
    done: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    for name in SERIES:
        log = cut(arguments.folder / f"{name}.txt", arguments.scratch)
        for part, measure in PARTS.items():
            key = f"{name} {part}"
            if key not in done and (part != "rules" or name == "habitat"):
                print(key, file=sys.stderr)
                done[key] = measure(log, arguments.origins, arguments.samples, 1.0)
                kept.write_text(json.dumps(done, indent=1))
        temperature, gain = best_temperature(done[f"{name} calibration"])
        if gain > WORTH_MENDING and f"{name} mended" not in done:
            print(f"{name} mended, temperature {temperature}", file=sys.stderr)
            done[f"{name} mended"] = forecasts(log, arguments.origins, arguments.samples, temperature)
            kept.write_text(json.dumps(done, indent=1))
    print_forecasts(done)
    print_calibration(done)
    print_rules(done["habitat rules"])


def best_temperature(told: dict[str, float]) -> tuple[float, float]:
    """The temperature that suits the held-out end of the trained lines best, and the share of bits it saves there."""
    best = min(TEMPERATURES, key=lambda temperature: told[f"holdout {temperature}"])
    return best, 1 - told[f"holdout {best}"] / told["holdout 1.0"]


def forecasts(log: CutLog, origins: int, samples: int, temperature: float) -> dict[str, Any]:
    """CRPS and coverage of each field, step and way."""
    series = SERIES[log.name]
    train, test = lines_of(log.train), lines_of(log.test)
    lines = train + test
    values = np.array([numbers(series, line) or [np.nan] * len(series.fields) for line in lines])
    last = len(lines) - max(series.steps) - 1
    starts = np.linspace(len(train), last, origins).astype(int).tolist()  # the newest line that is known
    contexts = [lines[start - CONTEXT + 1 : start + 1] for start in starts]
    futures = sampled(log, contexts, samples, max(series.steps), temperature)
    told: dict[str, Any] = {"written": 0, "unreadable": 0}
    generator = np.random.default_rng(0)
    for step in series.steps:
        ways = baselines(values, len(train), starts, step, series.season)
        for column, field in enumerate(series.fields):
            ensembles = {way: list(spread[:, :, column]) for way, spread in ways.items()}
            ensembles["ours"] = [field_of(series, future, step, column) for future in futures]
            truths = [float(values[start + step, column]) for start in starts]
            for way, members in ensembles.items():
                told[f"{field} +{step} {way}"] = scores(members, truths, generator)
    written = [future[step] for many in futures for future in many for step in range(max(series.steps))]
    told["written"], told["unreadable"] = len(written), sum(numbers(series, line) is None for line in written)
    return told


def numbers(series: Series, line: str) -> list[float] | None:
    """The fields of a line, or nothing where it has another shape."""
    match = re.fullmatch(series.pattern, line)
    try:
        return [float(value) for value in match.groups()] if match else None
    except ValueError:
        return None


def field_of(series: Series, futures: list[list[str]], step: int, column: int) -> Floats:
    """A field of the futures some lines ahead, of those that have it."""
    found = [numbers(series, future[step - 1]) for future in futures]
    return np.array([values[column] for values in found if values])


def sampled(
    log: CutLog, contexts: list[list[str]], samples: int, steps: int, temperature: float
) -> list[list[list[str]]]:
    """Futures as the page samples them. -> a list for each context of samples of lines"""
    weights = str(trained(log, "full").weights)
    asked = {"weights": weights, "contexts": contexts, "samples": samples, "steps": steps, "temperature": temperature}
    futures: list[list[list[str]]] = ask_engine(SAMPLER, request=asked)
    return futures


def baselines(values: Floats, trained_lines: int, starts: list[int], step: int, season: int) -> dict[str, Floats]:
    """Forecasts some lines ahead, with their own errors on the trained lines. -> way: [starts, ERRORS, fields]"""
    values = filled(values)
    rows = np.arange(season + 3, trained_lines - step)
    features = autoregression_features(values, season)
    weights = np.linalg.lstsq(features[rows], values[rows + step], rcond=None)[0]
    points = {
        "persistence": values,
        "season ago": np.roll(values, season - step, axis=0),
        "autoregression": features @ weights,
    }
    known = values[:trained_lines]
    found = {}
    for way, point in points.items():
        errors = values[rows + step] - point[rows]
        some = errors[np.linspace(0, len(errors) - 1, ERRORS).astype(int)]
        found[way] = np.clip(point[starts][:, None, :] + some[None], known.min(axis=0), known.max(axis=0))
    return found


def filled(values: Floats) -> Floats:
    """Lines of another shape have the numbers of the line before."""
    values = values.copy()
    for row in np.flatnonzero(np.isnan(values[:, 0])):
        values[row] = values[row - 1]
    return values


def autoregression_features(values: Floats, season: int) -> Floats:
    """All fields of this line and the two before, and the season's first harmonic. [n, fields] -> [n, features]"""
    angle = 2 * np.pi * np.arange(len(values)) / season
    lags = [np.roll(values, lag, axis=0) for lag in range(3)]
    return np.column_stack([*lags, np.sin(angle), np.cos(angle), np.ones(len(values))])


def scores(ensembles: list[Floats], truths: list[float], generator: np.random.Generator) -> dict[str, float]:
    """CRPS, and the share of truths in the middle 50 % and 90 %."""
    ranks = np.array([rank(members, y, generator) for members, y in zip(ensembles, truths, strict=True)])
    return {
        "crps": float(np.mean([crps(members, y) for members, y in zip(ensembles, truths, strict=True)])),
        "in 50": float(np.mean(np.abs(ranks - 0.5) <= 0.25)),
        "in 90": float(np.mean(np.abs(ranks - 0.5) <= 0.45)),
    }


def crps(members: Floats, y: float) -> float:
    """Of an ensemble, as if it had endlessly many members (Ferro, 2014). [m] -> its unit"""
    m = len(members)
    ordered = np.sort(members)
    pairs = 2 * float(np.dot(2 * np.arange(1, m + 1) - m - 1, ordered))  # sum of |x - x'|
    return float(np.mean(np.abs(members - y))) - pairs / (2 * m * (m - 1))


def rank(members: Floats, y: float, generator: np.random.Generator) -> float:
    """Where the truth lies among the members, from 0 to 1; at random among equals."""
    below, equal = int(np.sum(members < y)), int(np.sum(members == y))
    return (below + float(generator.random()) * (equal + 1)) / (len(members) + 1)


def calibration(log: CutLog, *_: float) -> dict[str, Any]:
    """Bits per character by temperature, on lines that no training saw: of the trained part's end, and the newest."""
    home = trained(log, "full")
    model, _card = weights_file.decode(home.weights.read_bytes())
    train, test = lines_of(log.train), lines_of(log.test)
    held_out = home.record["lines"]["holdout"]
    parts = {"holdout": (train[:-held_out], train[-held_out:]), "newest": (train, test)}
    found: dict[str, Any] = {}
    for part, (before, lines) in parts.items():
        some = lines[:CALIBRATION_LINES]
        for temperature in TEMPERATURES:
            told = score_lines(cooled(model, temperature), some, before[-CONTEXT:])
            found[f"{part} {temperature}"] = bits_per_character(told)[0]
    return found


def cooled(model: Model, temperature: float) -> Model:
    """The model at another temperature: its logits are linear in its head."""
    return model._replace(weights={**model.weights, "lm_head": model.weights["lm_head"] / temperature})


def rules(log: CutLog, _: int, samples: int, temperature: float) -> dict[str, Any]:
    """The share of lines that break each rule, real ones and written ones, given the line before each."""
    train, test = lines_of(log.train), lines_of(log.test)
    known = Rules(train)
    lines, first = train[-1:] + test, len(train) - 1
    real = broken_in(known, lines, first)
    written: Counter[str] = Counter()
    starts = np.linspace(len(train), len(train) + len(test) - RULE_LINES, 10).astype(int).tolist()
    whole = train + test
    contexts = [whole[start - CONTEXT + 1 : start + 1] for start in starts]
    for start, futures in zip(
        starts, sampled(log, contexts, max(1, samples // 10), RULE_LINES, temperature), strict=True
    ):
        for future in futures:
            written += broken_in(known, [whole[start], *future], start)
    return {"real": dict(real), "written": dict(written)}


def broken_in(known: Rules, lines: list[str], first: int) -> Counter[str]:
    """How many of the lines after the first keep all rules and break each; after one without shape it ends."""
    counts: Counter[str] = Counter()
    for i, (previous, line) in enumerate(pairwise(lines)):
        before = parsed(previous, first + i)
        if before is None:
            break
        broken = known.broken(before, line)
        counts.update(["lines", *broken, *([] if broken else ["kept"])])
    return counts


def print_forecasts(done: dict[str, Any]) -> None:
    """CRPS, and in brackets the shares within 50 % and 90 %; then those at a better temperature."""
    ways = ["ours", "persistence", "season ago", "autoregression"]
    print(f"| field, lines ahead | {' | '.join(ways)} |\n|---|---|---|---|---|")
    for name, series in SERIES.items():
        print_fields(name, series, done[f"{name} forecasts"], ways)
        if f"{name} mended" in done:
            temperature, _ = best_temperature(done[f"{name} calibration"])
            print_fields(f"{name} at {temperature}", series, done[f"{name} mended"], ways)


def print_fields(name: str, series: Series, told: dict[str, Any], ways: list[str]) -> None:
    """A row for each field and step."""
    for step in series.steps:
        for field in series.fields:
            figures = [told[f"{field} +{step} {way}"] for way in ways]
            best = min(figure["crps"] for figure in figures)
            cells = [shown(figure, best) for figure in figures]
            print(f"| {name}: {field} +{step} | {' | '.join(cells)} |")
    print(f"| {name}: lines written that cannot be read | {told['unreadable']} of {told['written']} | | | |")


def shown(figure: dict[str, float], best: float) -> str:
    """A cell of the table."""
    error = f"{figure['crps']:.3g}"
    marked = f"**{error}**" if figure["crps"] == best else error
    return f"{marked} ({100 * figure['in 50']:.0f}, {100 * figure['in 90']:.0f})"


def print_calibration(done: dict[str, Any]) -> None:
    """Bits by temperature."""
    print(f"\n| bits per character at temperature | {' | '.join(map(str, TEMPERATURES))} |")
    print("|---" * (len(TEMPERATURES) + 1) + "|")
    for name in SERIES:
        for part in ("holdout", "newest"):
            figures = [done[f"{name} calibration"][f"{part} {temperature}"] for temperature in TEMPERATURES]
            print(f"| {name}, {part} | {' | '.join(f'{figure:.4f}' for figure in figures)} |")


def print_rules(told: dict[str, dict[str, int]]) -> None:
    """Shares of lines."""
    print(f"\n| habitat | lines | keep all rules | break: {' | '.join(RULES)} |")
    print("|---" * (len(RULES) + 3) + "|")
    for which, counts in told.items():
        shares = [f"{100 * counts.get(rule, 0) / counts['lines']:.2f} %" for rule in ["kept", *RULES]]
        print(f"| {which} | {counts['lines']:,} | {' | '.join(shares)} |")


PARTS = {"forecasts": forecasts, "calibration": calibration, "rules": rules}

if __name__ == "__main__":
    main()
