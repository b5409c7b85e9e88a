"""Sets of logs in which it is known what is wrong, and what a way finds in each.

*alerts*: BGL.txt with its labels (BGL.labels.txt, `-` is normal), its times taken off. The older half is known, alerts
and all, without labels; the newer is judged. *blocks*: HDFS.log.xz; lines of 2,000 normal blocks are known, and 3,000
other normal blocks and all that HDFS.anomalous-blocks.txt lists are judged, by the mean and the most of their lines.
*incidents*: ten a day in incidents/*.tar.xz, each at the rank of its strangest line; *made_up*: those of
made_up_incidents.py. *pairs*: logs of jobs that failed,
beside logs of the same jobs that were fine; faults by the rank of the finding that holds one of their lines.
*false_findings*: nothing is known to be wrong in the newest tenth of ordinary logs, so what is found there is false.
*sessions*: OpenSSH.txt, two lines of one session and second swapped; *sols*: habitat.txt, a line but for its sol from
another year: lines of which each is normal, compared with what stood there rightly.
"""

from __future__ import annotations

import json
import lzma
import re
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import made_up_incidents
import numpy as np
from findings import Finding, Judgement, Way, auc, rank_of, rank_of_absence
from line_detectors import Scores, folding_key
from trained_homes import lines_of

BGL_TIMES = re.compile(r"^\d+ [\d.]+ (\S+) [\d.-]+ ")
BLOCK = re.compile(r"blk_-?\d+")
KNOWN_BLOCKS, JUDGED_BLOCKS = 2000, 3000
QUIET = ("habitat", "OpenSSH", "Apache", "Linux", "solar", "seattle")
FALSE_ALARMS = 1 / 1000  # lines of a quiet log above the threshold of a way that has none of its own
YEAR = 668  # sols
WRONG = 40  # lines in a wrong order


class Place(NamedTuple):
    """Where sample logs, what is kept, and pairs are."""

    folder: Path
    scratch: Path
    pairs: Path


def alerts(way: Way, place: Place) -> dict[str, float]:
    """AUC of lines, and of each as the strangest of its kind; alerts in the first 10 and 20 of the list."""
    lines = [BGL_TIMES.sub(r"\1 ", line) for line in lines_of(place.folder / "BGL.txt")]
    middle = len(lines) // 2
    labels = lines_of(place.folder / "BGL.labels.txt")[middle:]
    wrong = np.array([label != "-" for label in labels])
    judgement = way.judge([lines[:middle]], lines[middle:])
    places = np.flatnonzero(wrong).tolist()
    by_kind = as_their_kind(judgement.scores, lines[middle:])
    areas = {"AUC": judgement.scores, "AUC, as their kind": by_kind}
    return {name: auc(scores[wrong], scores[~wrong]) for name, scores in areas.items()} | {
        f"top {top}": sum(not finding.lines.isdisjoint(places) for finding in judgement.findings[:top])
        for top in (10, 20)
    }


def as_their_kind(scores: Scores, lines: list[str]) -> Scores:
    """Of each line the highest score that one of its kind has."""
    highest: dict[str, float] = defaultdict(lambda: -np.inf)
    for score, line in zip(scores.tolist(), lines, strict=True):
        highest[folding_key(line)] = max(highest[folding_key(line)], score)
    return np.array([highest[folding_key(line)] for line in lines])


def blocks(way: Way, place: Place) -> dict[str, float]:
    """AUC over blocks."""
    wrong = set(lines_of(place.folder / "HDFS.anomalous-blocks.txt"))
    with lzma.open(place.folder / "HDFS.log.xz", "rt") as log:
        lines = [line.rstrip("\n") for line in log]
    found = [BLOCK.findall(line) for line in lines]
    normal = [block for block in dict.fromkeys(blocks[0] for blocks in found if blocks) if block not in wrong]
    chosen = np.random.default_rng(0).permutation(len(normal))[: KNOWN_BLOCKS + JUDGED_BLOCKS].tolist()
    known = {normal[i] for i in chosen[:KNOWN_BLOCKS]}
    judged = wrong | {normal[i] for i in chosen[KNOWN_BLOCKS:]}
    train = [line for line, blocks in zip(lines, found, strict=True) if blocks and blocks[0] in known]
    rows = [(line, blocks[0]) for line, blocks in zip(lines, found, strict=True) if blocks and blocks[0] in judged]
    scores = way.judge([train], [line for line, _ in rows]).scores
    of_block: dict[str, list[float]] = defaultdict(list)
    for (_, block), score in zip(rows, scores.tolist(), strict=True):
        of_block[block].append(score)
    is_wrong = np.array([block in wrong for block in of_block])
    result = {}
    for name, combine in (("AUC, mean of lines", np.mean), ("AUC, most of lines", np.max)):
        values = np.array([combine(values) for values in of_block.values()])
        result[name] = auc(values[is_wrong], values[~is_wrong])
    return result


def incidents(way: Way, place: Place) -> dict[str, float]:
    """Of ten incidents a log, how many are in the top 20, and the rank of the last but two."""
    result = {}
    for name, files in incident_logs(place.folder):
        judgement = way.judge([files["train"].split("\n")[:-1]], files["today"].split("\n")[:-1])
        labels = json.loads(files["labels.json"]).values()
        ranks = sorted(rank_of([number - 1 for number in numbers], judgement.findings) for numbers in labels)
        result[f"{name}: of {len(ranks)} in top 10"] = sum(rank <= 10 for rank in ranks)
        result[f"{name}: top 20"] = sum(rank <= 20 for rank in ranks)
        result[f"{name}: top 100"] = sum(rank <= 100 for rank in ranks)
    return result


def made_up(way: Way, _: Place) -> dict[str, float]:
    """Of ten incidents in each made-up log, how many are in the top 20, and how many findings are of no incident."""
    result: dict[str, float] = {}
    false = 0
    for name in made_up_incidents.LOGS:
        log = made_up_incidents.make(name)
        judgement = way.judge([log.normal], log.today)
        ranks = [rank_of(places, judgement.findings) for places in log.incidents.values()]
        result[f"{name}: top 20"] = sum(rank <= 20 for rank in ranks)
        if way.calibrated:
            wrong = {place for places in log.incidents.values() for place in places}
            found = judgement.findings[: judgement.standing]
            false += sum(finding.lines.isdisjoint(wrong) and finding.kind != "fewer" for finding in found)
    return result | ({"false": false} if way.calibrated else {})


def incident_logs(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Of each archive, its name and its texts by what follows the name."""
    for archive in sorted((folder / "incidents").glob("*.tar.xz")):
        with tarfile.open(archive) as members:
            texts: dict[str, dict[str, str]] = defaultdict(dict)
            for member in members:
                content = members.extractfile(member)
                if content:
                    name, _, kind = Path(member.name).name.partition(".")
                    texts[name][kind] = content.read().decode(errors="replace")
        yield from texts.items()


def pairs(way: Way, place: Place) -> dict[str, float]:
    """Faults in the top 10, 20 and 50 over all pairs, and by kind in the top 20."""
    ranks: dict[str, list[int]] = defaultdict(list)
    folders = sorted(
        path.parent for path in place.pairs.glob("*/faults.json") if not path.parent.name.endswith(".wrong")
    )
    if not folders:
        raise SystemExit(f"{place.pairs} has no pairs: log_pairs/make_pairs.py makes them")
    for folder in folders:
        goods = [log_of(path) for path in sorted(folder.glob("good-*.log"))]
        failed = log_of(folder / "failed.log")
        findings = way.judge(goods, failed).findings
        for fault in json.loads((folder / "faults.json").read_text())["faults"]:
            ranks[fault["kind"]].append(rank_of_fault(fault, failed, findings))
    every = [rank for some in ranks.values() for rank in some]
    result: dict[str, float] = {
        f"of {len(every)} in top {top}": sum(rank <= top for rank in every) for top in (10, 20, 50)
    }
    for kind in ("line", "value", "more", "fewer"):
        result[f"{kind}: of {len(ranks[kind])} in top 20"] = sum(rank <= 20 for rank in ranks[kind])
    return result


def rank_of_fault(fault: dict[str, str], failed: list[str], findings: list[Finding]) -> int:
    """From 1, where a fault of a pair is in the list."""
    if fault["kind"] == "fewer":
        return rank_of_absence(fault["pattern"], findings)
    pattern = re.compile(fault["pattern"])
    return rank_of([place for place, line in enumerate(failed) if pattern.search(line)], findings)


def log_of(path: Path) -> list[str]:
    """Lines of a log that need not be UTF-8."""
    return path.read_bytes().decode(errors="replace").split("\n")[:-1]


def false_findings(way: Way, place: Place) -> dict[str, float]:
    """Findings in 10,000 lines of the newest tenth of logs that are ordinary as far as is known.

    A way without a threshold gets one from the tenth before, which one in 1,000 lines is above.
    """
    result: dict[str, float] = {}
    logs = [(name, lines_of(place.folder / f"{name}.txt")) for name in QUIET]
    logs += [(name, files["train"].split("\n")[:-1]) for name, files in incident_logs(place.folder)]
    for name, lines in logs:
        known, newest = len(lines) * (9 if way.calibrated else 8) // 10, len(lines) * 9 // 10
        judgement = way.judge([lines[:known]], lines[known:])
        result[name] = standing_out(judgement, lines[known:], newest - known) / (len(lines) - newest) * 10_000
    result["mean"] = float(np.mean(list(result.values())))
    return result


def standing_out(judgement: Judgement, lines: list[str], quiet: int) -> int:
    """How many findings stand out in lines, after as many `quiet` ones as threshold (0: all findings do)."""
    if not quiet:
        return judgement.standing
    threshold = np.quantile(judgement.scores[:quiet], 1 - FALSE_ALARMS, method="higher")
    above = quiet + np.flatnonzero(judgement.scores[quiet:] > threshold)
    return len({folding_key(lines[place]) for place in above})


class Disturbed(NamedTuple):
    """Lines as they were and in a wrong order; where the wrong ones are, and where what they are compared with."""

    right: list[str]
    wrong: list[str]
    right_places: list[int]
    wrong_places: list[int]


def sessions(way: Way, place: Place) -> dict[str, float]:
    """AUC of the line of each swapped pair that comes too early."""
    return order(way, lines_of(place.folder / "OpenSSH.txt"), swapped_sessions)


def sols(way: Way, place: Place) -> dict[str, float]:
    """AUC of the sols of another year."""
    return order(way, lines_of(place.folder / "habitat.txt"), sols_of_another_year)


def order(way: Way, lines: list[str], disturb: Callable[[list[str], list[str]], Disturbed]) -> dict[str, float]:
    """AUC after the first 90 % of the lines."""
    at = int(len(lines) * 0.9)
    disturbed = disturb(lines[:at], lines[at:])
    wrong: Scores = way.judge([lines[:at]], disturbed.wrong).scores[disturbed.wrong_places]
    right: Scores = way.judge([lines[:at]], disturbed.right).scores[disturbed.right_places]
    return {"AUC": auc(wrong, right)}


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


SETS: dict[str, Callable[[Way, Place], dict[str, float]]] = {
    part.__name__: part for part in (pairs, incidents, made_up, alerts, blocks, false_findings, sessions, sols)
}
