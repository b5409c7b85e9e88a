"""Made-up logs of a job with everything that a check looks at, the same for the same seed."""

from __future__ import annotations

import random

WORDS = ["door", "pump", "fan", "lamp", "valve", "relay", "tank", "naïve", "温度", "🌱", "x_y", "a-b", "no", "ok"]
SIGNS = ["", ":", " -", " =", "…", "[", "]:", " (", ")", ",", " *", "//"]
ODD = [
    "",
    " ",
    "\t",
    "#",
    "##",
    "@@",
    "^",
    "$",
    "`quoted`",
    "x" * 2500,
    "é" * 450,
    "::1",
    "fe80::1 up",
    "a\u00a0b 🌱1🌱2",
]


def kinds_of(rng: random.Random, count: int) -> list[str]:
    """Kinds of lines: words with places for a number, a time or a status."""
    slots = ["{n}", "{f}", "{id}", "{status}", "{ip}", "{amount}", "", "", ""]
    return [
        " ".join(rng.choice(WORDS) + rng.choice(SIGNS) + rng.choice(slots) for _ in range(rng.randint(1, 12)))
        for _ in range(count)
    ]


def filled(rng: random.Random, kind: str, at: int, largest: int = 100) -> str:
    """A line of a kind."""
    return kind.format(
        n=rng.randint(0, largest),
        f=f"{rng.random() * largest:.2f}",
        id=f"{rng.getrandbits(48):012x}",
        status=rng.choice(["200", "200", "404"]),
        ip=f"10.0.0.{rng.randint(1, 9)}",
        amount=f"{rng.randint(1, largest)}{rng.choice(['ms', 's', 'h', 'KB', 'C'])}",
        at=at,
    )


def times(rng: random.Random, form: str, seconds: int) -> str:
    """The beginning of a line that tells a time."""
    hours, minutes = seconds // 3600 % 24, seconds // 60 % 60
    return {
        "none": "",
        "iso": f"2026-11-{1 + seconds // 86400 % 28:02d}T{hours:02d}:{minutes:02d}:{seconds % 60:02d}Z ",
        "syslog": f"Nov {1 + seconds // 86400 % 28:>2} {hours:02d}:{minutes:02d}:{seconds % 60:02d} host ",
        "clock": f"{hours:02d}:{minutes:02d}:{seconds % 60:02d}.{rng.randint(0, 999):03d} ",
    }[form]


def made_up(seed: int) -> tuple[list[list[str]], list[str]]:
    """Logs that were fine, and one to check: with bursts, pauses, what is missing, what is new, and odd lines."""
    rng = random.Random(seed)
    kinds = kinds_of(rng, rng.randint(2, 30))
    weights = [rng.random() ** 3 + 0.001 for _ in kinds]
    form = rng.choice(["none", "iso", "syslog", "clock"])
    sizes = [rng.choice([0, 3, 60, 400, 1500]) for _ in range(rng.choice([1, 1, 2, 3]))]
    sizes[0] = sizes[0] or 400
    good = [_log(rng, kinds, weights, form, size) for size in sizes]
    lines = _log(rng, kinds[: max(1, len(kinds) * 3 // 4)], weights[: max(1, len(kinds) * 3 // 4)], form, 500)
    for _ in range(6):
        at = rng.randrange(len(lines))
        kind = rng.choice([*kinds, *kinds_of(rng, 2)])
        line = times(rng, form, at * rng.choice([1, 5, 100])) + filled(rng, kind, at, rng.choice([100, 10**6]))
        lines[at:at] = [line] * rng.choice([1, 1, 2, 40])
    for odd in rng.sample(ODD, 4):
        lines.insert(rng.randrange(len(lines)), odd)
    return good, lines


def _log(rng: random.Random, kinds: list[str], weights: list[float], form: str, size: int) -> list[str]:
    seconds, lines = rng.randrange(86400), []
    for i, kind in enumerate(rng.choices(kinds, weights, k=size)):
        seconds += rng.choice([0, 0, 1, 2, 9])
        lines.append(times(rng, form, seconds) + filled(rng, kind, i))
    return lines
