"""Made-up logs of half a year for `watching.py`: steady, drifting and noisy ones, with incidents in them.

A line begins with its time. A heartbeat comes every ten minutes; other kinds come at random, more by day than by night.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ka",
    "le",
    "mi",
    "no",
    "pu",
    "ra",
    "se",
    "ti",
    "vo",
    "zu",
    "bel",
    "dor",
    "fin",
    "gar",
    "hal",
]


class Kind(NamedTuple):
    """A kind of line: its text with places for numbers, and how often it comes."""

    text: str
    weight: float


class Incident(NamedTuple):
    """Something that is wrong in a log, from when to when; `lines` are written in it."""

    kind: str
    begin: int  # seconds since START
    end: int
    lines: tuple[str, ...] = ()


@dataclass
class World:
    """What writes a log, and how that changes from week to week."""

    rng: random.Random
    a_day: int  # lines
    kinds: list[Kind]
    version: int = 0
    rare: Callable[[random.Random], str] | None = None  # a line of its own
    rare_share: float = 0.0
    drifts: bool = False
    words: list[str] = field(default_factory=list)

    def next_week(self) -> None:
        """Change what changes from one week to the next."""
        if not self.drifts:
            return
        self.version += 1
        self.kinds = [Kind(kind.text, kind.weight * self.rng.uniform(0.8, 1.25)) for kind in self.kinds]
        self.kinds[self.rng.randrange(len(self.kinds))] = new_kind(self.rng, self.words)
        self.words += [word(self.rng) for _ in range(3)]

    def line(self) -> str:
        """A line without its time."""
        if self.rare and self.rng.random() < self.rare_share:
            return self.rare(self.rng)
        (kind,) = self.rng.choices(self.kinds, [kind.weight for kind in self.kinds])
        return filled(self.rng, kind.text, self.version)


def word(rng: random.Random) -> str:
    """A word that nobody has."""
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3)))


def new_kind(rng: random.Random, words: list[str]) -> Kind:
    """A kind of line."""
    slots = ["{n}", "{ms} ms", "{id}", "{ip}", "{status}", "v1.{version}.0", ""]
    parts = [f"{rng.choice(words)} {rng.choice(slots)}".strip() for _ in range(rng.randint(2, 5))]
    return Kind(f"{rng.choice(['shopd', 'mailer', 'cron', 'store'])}: {' '.join(parts)}", rng.random() ** 2 + 0.02)


def filled(rng: random.Random, text: str, version: int) -> str:
    """A line of a kind."""
    return text.format(
        n=rng.randint(1, 99),
        ms=int(rng.lognormvariate(3, 0.5)),
        id=f"{rng.getrandbits(40):010x}",
        ip=f"10.0.{rng.randint(0, 3)}.{rng.randint(1, 250)}",
        status=rng.choice(["200", "200", "200", "404", "500"]),
        version=version,
    )


def worlds(seed: int) -> dict[str, World]:
    """The three kinds of logs."""
    made = {}
    for name, a_day in (("steady", 600), ("drifting", 600), ("noisy", 1200)):
        rng = random.Random(f"{name} {seed}")
        words = [word(rng) for _ in range(80)]
        made[name] = World(
            rng, a_day, [new_kind(rng, words) for _ in range(25)], words=words, drifts=name == "drifting"
        )
        if name == "noisy":
            many = [new_kind(rng, words).text for _ in range(400)]
            made[name].rare = lambda rng, many=many: filled(rng, _zipf(rng, many), 0)
            made[name].rare_share = 0.15
    return made


def _zipf(rng: random.Random, texts: list[str]) -> str:
    """One of some texts, the first ones often, most of them hardly ever."""
    return texts[min(len(texts), int(rng.paretovariate(0.6))) - 1]


def incidents(seed: int, first_week: int, weeks: int, world: World) -> list[Incident]:
    """One or two in each week, of all kinds in turn, and at no time of the day in particular."""
    rng = random.Random(f"incidents {seed}")
    kinds = ["new", "burst", "silence", "missing", "value", "trace"]
    found = []
    for week in range(first_week, first_week + weeks):
        for day in rng.sample([1, 4], 2 if week % 2 else 1):
            begin = week * WEEK + day * DAY + rng.randrange(24 * 60) * 60
            found.append(incident(rng, kinds[len(found) % len(kinds)], begin, world))
    return found


def incident(rng: random.Random, kind: str, begin: int, world: World) -> Incident:
    """An incident of a kind."""
    if kind == "silence":
        return Incident(kind, begin, begin + 8 * HOUR)
    if kind == "missing":  # the heartbeat
        return Incident(kind, begin, begin + 12 * HOUR)
    if kind == "new":
        text = f"{rng.choice(['shopd', 'store'])}: {word(rng)} failed: {word(rng)} {rng.randint(2, 99)} is {word(rng)}"
        return Incident(kind, begin, begin + 60, (text,) * rng.randint(1, 4))
    if kind == "burst":
        known = rng.choice(sorted(world.kinds, key=lambda kind: kind.weight)[3:12])
        return Incident(
            kind, begin, begin + 600, tuple(filled(rng, known.text, 0) for _ in range(rng.randint(80, 200)))
        )
    if kind == "value":
        return Incident(kind, begin, begin + 60, (f"heartbeat: load {rng.randint(30, 90) * 1000} ok",))
    return Incident(
        kind, begin, begin + 60,
        ("Traceback (most recent call last):", f'  File "{word(rng)}.py", line {rng.randint(9, 999)}, in {word(rng)}',
         f"{word(rng).title()}Error: {word(rng)} {word(rng)}"),
    )  # fmt: skip


def week_of_lines(world: World, week: int, wrong: list[Incident]) -> list[tuple[int, str, int]]:
    """The lines of a week: when, the text with its time, and the index of the incident that wrote it, or -1."""
    rng = world.rng
    begin = week * WEEK
    moments: list[tuple[float, str, int]] = [
        (begin + at + rng.randint(0, 9), f"heartbeat: load {rng.randint(100, 900)} ok", -1)
        for at in range(0, WEEK, 600)
    ]
    count = int(world.a_day * 7)
    for _ in range(count):
        at = rng.randrange(WEEK)
        while rng.random() > (1.0 if 7 <= at % DAY // HOUR < 20 else 0.35):
            at = rng.randrange(WEEK)
        moments.append((begin + at, world.line(), -1))
    for one in wrong:
        if one.kind == "silence":
            moments = [moment for moment in moments if not one.begin <= moment[0] < one.end]
        if one.kind == "missing":
            moments = [m for m in moments if not (one.begin <= m[0] < one.end and m[1].startswith("heartbeat"))]
    for index, one in enumerate(wrong):
        step = (one.end - one.begin) / max(1, len(one.lines)) if one.kind == "burst" else 0.001
        moments += [(one.begin + step * i, text, index) for i, text in enumerate(one.lines)]
    moments.sort(key=lambda moment: moment[0])
    return [
        (int(at), f"{START + timedelta(seconds=int(at)):%Y-%m-%d %H:%M:%S} {text}", index)
        for at, text, index in moments
    ]
