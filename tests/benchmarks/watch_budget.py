"""Does `logling watch` keep its promise: so few findings on a normal day, and incidents told at once?

    python tests/benchmarks/watch_budget.py FOLDER [--budget "10 a day"]

FOLDER has incidents/NAME.tar.xz of NAME.train (normal lines), NAME.today (a day with incidents) and NAME.labels.json
(the numbers of the lines of each). The first part of `.train` is learned; the rest is replayed as normal days, and
`.today` after it, by the times of their lines, through the code of the watch.
"""

from __future__ import annotations

import argparse
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from service.checking.clock import moment, seconds_between
from service.checking.findings import Finding
from service.checking.learning import learn
from service.checking.profile import Profile
from service.checking.watch import Told, Watch
from service.checking.watch_budget import DAY, Budget
from service.checking.words import TIME, words_of

LEARNED = 0.7  # of the normal lines
NEAR = 50  # lines before the first labelled one that belong to an incident, too: a burst was labelled from its middle


class Incidents(NamedTuple):
    """One log, and what is wrong in its last day."""

    name: str
    normal: list[str]
    today: list[str]
    labels: Mapping[str, list[int]]


def incidents(folder: Path) -> Iterator[Incidents]:
    """The logs of a folder."""
    for archive in sorted(folder.glob("incidents/*.tar.xz")):
        name = archive.name.removesuffix(".tar.xz")
        with tarfile.open(archive) as tar:
            texts = {suffix: tar.extractfile(f"{name}.{suffix}") for suffix in ("train", "today", "labels.json")}
            read = {suffix: file.read().decode(errors="replace") for suffix, file in texts.items() if file}
        lines = {suffix: read[suffix].splitlines() for suffix in ("train", "today")}
        yield Incidents(name, lines["train"], lines["today"], json.loads(read["labels.json"]))


def timed(lines: Sequence[str]) -> Iterator[tuple[float, str]]:
    """Each line with the seconds since the first; one without a time, or an earlier one, comes with the one before."""
    now, last = 0.0, None
    for line in lines:
        time = next((word for word in words_of(line) if word.text == TIME), None)
        found = moment(line[time.begin : time.end]) if time else None
        passed = seconds_between(last, found) if found and last else 0
        if found and passed >= 0:
            now, last = now + passed, found
        yield now, line


class Telling(NamedTuple):
    """A finding, when it was told, after which line of the replay, and its lines up to then."""

    now: float
    after: int
    finding: Finding
    lines: frozenset[int]


def replay(profile: Profile, budget: Budget, lines: Sequence[str]) -> tuple[list[Telling], float]:
    """What a watch would have told of some lines, and how many seconds they took."""
    watch = Watch(profile, budget, 0.0)
    tellings: list[Telling] = []
    now = 0.0

    def tell(after: int, last: bool = False) -> None:
        told = [news.finding for news in watch.tell(now, last) if isinstance(news, Told)]
        tellings.extend(Telling(now, after, finding, frozenset(finding.lines)) for finding in told)

    for number, (now, line) in enumerate(timed(lines), 1):
        tell(number - 1)
        watch.add(line, None, now)
    tell(len(lines), last=True)
    return tellings, now


def normal_days(tellings: Sequence[Telling], seconds: float, budget: Budget) -> tuple[int, int, list[int]]:
    """How many days kept the budget, how many there were, and the findings of each."""
    days = [0] * max(1, round(seconds / DAY))
    for telling in tellings:
        days[min(len(days) - 1, int(telling.now // DAY))] += 1
    return sum(told <= budget.a_day for told in days), len(days), days


def delays(tellings: Sequence[Telling], labels: Mapping[str, list[int]], before: int) -> dict[str, int | None]:
    """After how many lines from its first each incident was told; None where it never was."""
    found: dict[str, int | None] = {}
    labelled = {before + place for places in labels.values() for place in places}
    for name, places in labels.items():
        first = before + places[0]
        numbers, near = {before + place for place in places}, set(range(first - NEAR, first))
        telling = next(
            (one for one in tellings if numbers & one.lines or (near & one.lines and not labelled & one.lines)), None
        )
        found[name] = None if telling is None else telling.after - before - places[0]
    return found


def main() -> None:
    """Print a row for each log."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--budget", default="10 a day")
    given = arguments.parse_args()
    budget = Budget.of(given.budget)
    for log in incidents(given.folder):
        known = log.normal[: int(len(log.normal) * LEARNED)]
        rest = log.normal[len(known) :]
        profile = learn([known])
        tellings, seconds = replay(profile, budget, rest)
        kept, days, each = normal_days(tellings, seconds, budget)
        print(f"{log.name}: {kept} of {days} normal days within {budget}; told in each: {each}")
        for telling in tellings:
            print(f"  normal: {telling.finding.kind} 1 in {telling.finding.strangeness:,.0f}: ", end="")
            print(telling.finding.text[:100])
        both, _ = replay(profile, budget, [*rest, *log.today])
        late = delays(both, log.labels, len(rest))
        today = [one for one in both if one.after > len(rest)]
        told = sum(delay is not None for delay in late.values())
        print(
            f"{log.name}: {told} of {len(late)} incidents told, {len(today)} findings on that day; lines until: {late}"
        )


if __name__ == "__main__":
    main()
