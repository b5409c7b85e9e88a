"""Half a year of weekly runs over a log that changes: does the gate ever let a worse model through?

    .venv/bin/python tests/benchmarks/continual.py [--weeks N] [--lines N] [--preset NAME] [--tokens N] [--seed S]
        [--attack flood-20000-end]

The log is made up here, a week at a time: heaters whose temperatures follow a season, logins, backups. New units join
in weeks 6, 12 and 18, a daemon with lines of its own begins in week 10, and the backups end in week 20. The runs are
those of `logling backtest`: the service's own split, training and gate. A line a week:

    after        bits per character of the week after: the model then current, the first one, n-gram, warm, fresh
    gain         of the challenger over the champion on the week after, with the bounds that 95 % are above and below
    old, gone    what the current model makes of the lines of week 2, and of the backups, which end in week 20
    known, aside the share by which the challenger needs more bits than the champion: on lines of the holdout whose
                 kinds the champion knows, and on older lines that no model was trained on
    CPU s        of the processors, for the run and for scoring all of this

An attack adds lines to the weeks ATTACKED, at their begin or end: a `flood` of one kind, `random` words of which each
line has others, a kind that is `known`, `broken` ordinary lines, or `exotic` characters. The week after is then judged
without them.

`worse` is a model that was committed and is worse on the week after than the one before it, by more than noise. Where
that week brings something new (`then: …`) nobody could know; status 1 if it happened before a week that does not.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
from itertools import accumulate
from typing import NamedTuple

from rich.console import Console

from model.transformer import Model
from service.commands.backtest_replay import Week, replay
from service.commands.backtest_summary import describe_summary, summarise
from service.commands.backtest_weeks import Chapter
from service.progress import Reporter
from service.settings import Settings, TrainingSettings
from service.storage.corpus import Document
from service.training.evaluation import score
from service.training.split import Part, part_of

UNITS_AT = {1: ("attic", "cellar", "hall", "study"), 6: ("porch", "workshop"), 12: ("barn",), 18: ("pump-2", "tank")}
DAEMON_BEGINS, BACKUPS_END = 10, 20
CHANGES = {
    **{week: "new units" for week in UNITS_AT if week > 1},
    DAEMON_BEGINS: "a new daemon",
    BACKUPS_END: "no more backups",
}
OLD_WEEK = 2
ATTACKED = (8, 16)
USERS = ("ada", "grace", "linus", "radia")
BACKUP = "backup: "


class Log:
    """The made-up log; each week goes on where the last one ended."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.counter = 1000
        self.warmth: dict[str, float] = {}

    def week(self, number: int, count: int) -> list[str]:
        return [self.line(number, 7 * 24 * 60 * n // count) for n in range(count)]

    def line(self, week: int, minute: int) -> str:
        kinds = [(self.heater, 60), (self.login, 20)]
        kinds += [(self.backup, 10)] if week < BACKUPS_END else []
        kinds += [(self.daemon, 25)] if week >= DAEMON_BEGINS else []
        kind = self.chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        return f"{minute // 1440} {minute // 60 % 24:02d}:{minute % 60:02d} {kind(week, minute)}"

    def heater(self, week: int, minute: int) -> str:
        unit = self.chance.choice([unit for begins, units in UNITS_AT.items() if begins <= week for unit in units])
        outside = 12 + 14 * math.sin(2 * math.pi * week / 26) + 4 * math.sin(2 * math.pi * minute / 1440)
        drift = self.warmth.get(unit, 0.0) * 0.8 + self.chance.gauss(0, 0.3)
        self.warmth[unit] = drift
        power = max(0, round((21 - outside) * 40 + 30 * drift))
        return f"heater {unit}: out {outside:.1f} in {20.5 + drift:.1f} power {power} {'on' if power else 'off'}"

    def login(self, week: int, minute: int) -> str:
        self.counter += self.chance.randrange(1, 30)
        user, port = self.chance.choice(USERS), self.chance.randrange(40000, 60000)
        word = self.chance.choices(["Accepted key", "Failed password"], [9, 1])[0]
        return f"sshd[{self.counter}]: {word} for {user} from 10.0.0.{USERS.index(user) + 2} port {port}"

    def backup(self, week: int, minute: int) -> str:
        self.counter += 1
        return f"{BACKUP}set {self.chance.choice('abc')} run {self.counter} took {self.chance.randrange(50, 90)} s ok"

    def daemon(self, week: int, minute: int) -> str:
        level = self.chance.choices(["info", "warn"], [12, 1])[0]
        return (
            f'{{"level":"{level}","queue":{self.chance.randrange(20)},"msg":"flushed","ms":{self.chance.randrange(9)}}}'
        )


class Attack:
    """Lines that somebody adds to a week. Example: `flood-20000-end`."""

    def __init__(self, name: str, seed: int) -> None:
        self.kind, count, self.place = name.split("-")
        self.count, self.chance = int(count), random.Random(seed)

    def added_to(self, number: int, week: list[str]) -> list[str]:
        if number not in ATTACKED:
            return week
        lines = [getattr(self, self.kind)(week) for _ in range(self.count)]
        return [*lines, *week] if self.place == "begin" else [*week, *lines]

    def flood(self, _: list[str]) -> str:
        return f"kernel: BUG: bad page map in process worker pte:{self.chance.getrandbits(64):016x}"

    def random(self, _: list[str]) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz"
        return " ".join("".join(self.chance.choices(letters, k=self.chance.randrange(3, 9))) for _ in range(7))

    def known(self, _: list[str]) -> str:
        port = self.chance.randrange(10**8)
        return f"3 04:05 sshd[{port}]: Failed password for ada from 10.{port % 256}.0.2 port {port}"

    def broken(self, week: list[str]) -> str:
        line = list(self.chance.choice(week))
        for at in self.chance.sample(range(len(line)), k=len(line) // 3):
            line[at] = self.chance.choice("#%~^|@")
        return "".join(line)

    def exotic(self, _: list[str]) -> str:
        return "".join(chr(0x4E00 + number) for number in range(96))


class Yardsticks(NamedTuple):
    """Lines by which forgetting is told."""

    old: list[str]
    gone: list[str]

    def of(self, model: Model | None) -> tuple[float, float]:
        if model is None:
            return math.nan, math.nan
        old, gone = (score(model, [part_of(lines, 0, len(lines))]).bits_per_char for lines in self)
        return old, gone


def processor_seconds() -> float:
    return sum(os.times()[:4])


def figure(value: float | None) -> str:
    return f"{'':>7}" if value is None else f"{value:>7.3f}"


def row(week: Week, yardsticks: Yardsticks, seconds: float) -> str:
    after, change = week.after, week.after.change if week.after else None
    names = ("current", "never", "ngram", "warm", "fresh")
    scores = " ".join(figure(after.bits_per_char[name] if after else None) for name in names)
    gain = f"{change.mean:+.3f} [{change.low:+.3f}, {change.high:+.3f}]" if change else ""
    old, gone = yardsticks.of(week.model)
    known, aside = (
        f"{pair.loss:>+6.3f}" if pair else f"{'':>6}"
        for pair in ((week.scores.ordinary, week.scores.reserve) if week.scores else (None, None))
    )
    told = f"{week.record.outcome:<9} {week.start or '':<5}"
    change_after = CHANGES.get(int(week.name) + 1)
    notes = f"{week.in_hindsight:<6} {'then: ' + change_after if change_after else ''}".rstrip()
    return (
        f"{week.name:>4} {told} {scores}  {gain:<24} {old:>6.3f} {gone:>6.3f} {known} {aside} {seconds:>6.1f} {notes}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Weekly runs over a log that changes")
    parser.add_argument("--weeks", type=int, default=26, help="runs; each needs the week after too")
    parser.add_argument("--lines", type=int, default=400, help="a week")
    parser.add_argument("--preset", choices=("seed", "full"), default="seed")
    parser.add_argument("--tokens", type=int, default=0, help="of a fresh training; 0: as the service does")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--attack", help="such as flood-20000-end")
    given = parser.parse_args()
    log = Log(given.seed)
    weeks = [log.week(number, given.lines) for number in range(1, given.weeks + 2)]
    attack = Attack(given.attack, given.seed) if given.attack else None
    read = [attack.added_to(number, week) if attack else week for number, week in enumerate(weeks, 1)]
    lines = [line for week in read for line in week]
    chapters = [Chapter(str(n), (end,)) for n, end in enumerate(accumulate(map(len, read)), 1)]

    def week_after(number: int) -> list[Part]:
        return [part_of(weeks[number] + weeks[number + 1], len(weeks[number]), len(weeks[number] + weeks[number + 1]))]

    yardsticks = Yardsticks(weeks[OLD_WEEK - 1], [line for line in lines if f" {BACKUP}" in line][:200])
    settings = Settings(preset=given.preset, training=TrainingSettings(tokens=given.tokens, seed=given.seed))
    print("week gate      start current   never  n-gram    warm   fresh", end="  ")
    print("gain on the week after      old   gone  known  aside  CPU s")
    played, begun = [], processor_seconds()
    with Reporter(Console(stderr=True)) as reporter:
        for week in replay(
            settings, [Document(1, list(range(1, len(lines) + 1)), lines)], chapters, reporter, judges=week_after
        ):
            played.append(week)
            print(row(week, yardsticks, processor_seconds() - begun), flush=True)
            begun = processor_seconds()
    print(describe_summary(summarise(played), True))
    quiet = [week for week in played if int(week.name) + 1 not in CHANGES and week.record.outcome == "committed"]
    worse = sum(week.in_hindsight == "worse" for week in quiet)
    print(f"Before weeks that bring nothing new: {len(quiet)} committed, {worse} of them worse beyond noise.")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
