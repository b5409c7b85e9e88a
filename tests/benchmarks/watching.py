"""Does the watch of a home keep its budget for half a year, and tell what is wrong with the next pull?

    python tests/benchmarks/watching.py [--budget "2 a day"] [--weeks 26] [--seed N] [--log FILE]

Rounds every hour on three made-up logs (`watching_logs.py`) with incidents in them, through the code of the round, with
the time passed in. Four weeks are known at first; the profile is learned anew after each week, as a run does. The model
is left out: a training takes longer than all of this. `--log FILE` plays a log of your own by the times of its lines;
nothing is known to be wrong in it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from watch_budget import timed
from watching_logs import DAY, HOUR, START, WEEK, Incident, incidents, week_of_lines, worlds

from service.checking.corpus_profile import learned, learned_lines
from service.checking.findings_database import FindingsDatabase, Position
from service.checking.normal_rules import NormalRules
from service.checking.packing import as_card, unpack
from service.checking.watch_budget import Budget
from service.checking.watch_round import Knowledge, NewLines, Telling, check_round
from service.storage.corpus import Document

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # no round waits for a disk here
KNOWN_WEEKS = 4
MOST_LEARNED = 30_000  # lines, about what a corpus of 4 MB keeps

Line = tuple[int, str, int]  # when it came, its text, and the index of the incident that wrote it, or -1


class Told(NamedTuple):
    """One message."""

    at: int
    strangest: float
    numbers: frozenset[int]  # of the lines that its findings are about
    kinds: frozenset[str]


class Replay(NamedTuple):
    """What came of the rounds of one log."""

    told: list[Told]
    wanted: list[int]  # when a round had something strange enough, whether the budget had room for it or not
    incident_of: dict[int, int]  # by number of a line


def replay(weeks: Iterator[list[Line]], known: list[str], begin: int, budget: Budget, folder: Path) -> Replay:
    """Rounds every hour over some weeks."""
    result = Replay([], [], {})
    number = len(known)
    telling = Telling(budget, HOUR)
    with FindingsDatabase(folder / "findings.db") as database:
        for week, lines in enumerate(weeks):
            ids = list(range(1 + max(0, len(known) - MOST_LEARNED), 1 + len(known)))
            document = Document(1, ids, known[-MOST_LEARNED:])
            profile, data = learned(learned_lines([document], database.incidents("corpus")))
            profile = unpack(as_card(profile), data)
            knowledge = Knowledge(profile, NormalRules(), lambda lines, _: [None] * len(lines))
            at = 0
            for now in range(begin + week * WEEK + HOUR, begin + (week + 1) * WEEK + HOUR, HOUR):
                until = at
                while until < len(lines) and lines[until][0] < now:
                    until += 1
                numbers = range(number + 1, number + 1 + until - at)
                result.incident_of.update(
                    {n: line[2] for n, line in zip(numbers, lines[at:until], strict=True) if line[2] >= 0}
                )
                new = [line[1] for line in lines[at:until]]
                number, at = number + len(new), until
                before = [] if result.incident_of or now > begin + HOUR else known[-2048:]
                log = NewLines(1, "log", numbers, new, range(len(known) - len(before), len(known)), before)
                done = check_round(database, [log], knowledge, telling, Position("corpus", number), now)
                if done.begun_strange:
                    result.wanted.append(now)
                if done.news:
                    found = [one.finding for one in done.news.findings]
                    result.told.append(
                        Told(
                            now,
                            done.news.strangest,
                            frozenset(n for finding in found for n in finding.lines),
                            frozenset(finding.kind for finding in found),
                        )
                    )
            known += [line[1] for line in lines]
    return result


def is_told(one: Incident, index: int, result: Replay) -> bool:
    """Whether an incident is in a message of the first round after it ended, or of an earlier one."""
    last = one.end + 2 * HOUR
    for told in result.told:
        if one.begin <= told.at <= last:
            if one.kind in ("silence", "missing") and "fewer" in told.kinds:
                return True
            if any(result.incident_of.get(n) == index for n in told.numbers):
                return True
    return False


def days_within(moments: Sequence[int], budget: Budget, days: Sequence[int]) -> float:
    """The share of some days in which at most so many of these moments were as the budget has."""
    counts = [sum(day * DAY <= moment < (day + 1) * DAY for moment in moments) for day in days]
    return sum(count <= budget.a_day for count in counts) / max(1, len(days))


def simulate(name: str, seed: int, weeks: int, budget: Budget) -> None:
    """One made-up log, and what is said of it."""
    started = time.process_time()
    world = worlds(seed)[name]
    known: list[str] = []
    for week in range(KNOWN_WEEKS):
        known += [line[1] for line in week_of_lines(world, week, [])]
        world.next_week()
    wrong = incidents(seed, KNOWN_WEEKS, weeks, world)

    def coming() -> Iterator[list[Line]]:
        for week in range(KNOWN_WEEKS, KNOWN_WEEKS + weeks):
            here = [(i, one) for i, one in enumerate(wrong) if week * WEEK <= one.begin < (week + 1) * WEEK]
            lines = week_of_lines(world, week, [one for _, one in here])
            yield [(at, text, here[index][0] if index >= 0 else -1) for at, text, index in lines]
            world.next_week()

    begin = KNOWN_WEEKS * WEEK
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        result = replay(coming(), known, begin, budget, Path(folder))
    spoilt = {day for one in wrong for day in range(one.begin // DAY, one.end // DAY + 2)}
    days = [day for day in range(begin // DAY, begin // DAY + 7 * weeks) if day not in spoilt]
    told = [is_told(one, index, result) for index, one in enumerate(wrong)]
    missed = [f"{one.kind} {START:%Y}+{one.begin // DAY}d" for one, was in zip(wrong, told, strict=True) if not was]
    normal = [one for one in result.told if one.at // DAY in days]
    within = [days_within(moments, budget, days) for moments in ([one.at for one in result.told], result.wanted)]
    rarity = median([one.strangest for one in result.told] or [0])
    print(
        f"{name}: {within[0]:.1%} of {len(days)} normal days told within {budget}, {within[1]:.1%} strange enough for "
        f"no more; {len(normal) / len(days):.2f} messages on a normal day; {sum(told)} of {len(told)} incidents told "
        f"with the next pull; median rarity 1 in {rarity:,.0f}; {time.process_time() - started:.0f} s"
    )
    print(f"  not told: {', '.join(missed) or 'none'}")


def play(file: Path, budget: Budget) -> None:
    """A real log, by the times of its lines: the first half is known."""
    lines = [(int(now), text, -1) for now, text in timed(file.read_text(errors="replace").splitlines())]
    known = [text for _, text, _ in lines[: len(lines) // 2]]
    rest = lines[len(known) :]
    begin = rest[0][0] // HOUR * HOUR
    weeks = 1 + (rest[-1][0] - begin) // WEEK
    parts: list[list[Line]] = [[] for _ in range(weeks)]
    for line in rest:
        parts[(line[0] - begin) // WEEK].append(line)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        result = replay(iter(parts), known, begin, budget, Path(folder))
    days = list(range(begin // DAY, 1 + rest[-1][0] // DAY))
    within = [days_within(moments, budget, days) for moments in ([one.at for one in result.told], result.wanted)]
    rarity = median([one.strangest for one in result.told] or [0])
    print(
        f"{file.name}: {len(lines):,} lines, {len(days)} days: {within[0]:.1%} told within {budget}, {within[1]:.1%} "
        f"strange enough for no more; {len(result.told) / len(days):.2f} messages a day, "
        f"median rarity 1 in {rarity:,.0f}"
    )


def main() -> None:
    """Print two lines for each log."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--budget", default="2 a day")
    arguments.add_argument("--weeks", type=int, default=26)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--only", default="", help="steady, drifting or noisy")
    arguments.add_argument("--log", type=Path)
    given = arguments.parse_args()
    budget = Budget.of(given.budget)
    if given.log:
        play(given.log, budget)
        return
    for name in [given.only] if given.only else ["steady", "drifting", "noisy"]:
        simulate(name, given.seed, given.weeks, budget)


if __name__ == "__main__":
    main()
