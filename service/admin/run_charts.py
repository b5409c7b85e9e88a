"""The figures of one run: its loss curve, its gain with the interval, and bars for what is compared at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .history import Document
from .history_chart import points
from .scale import Tick, fitted

HEIGHT = 200  # pixels of the loss curve
MOST_POINTS = 200  # of it that are drawn

SCORES = {
    "challenger": "challenger",
    "champion": "champion",
    "ngram": "n-gram of equal bytes",
    "order2": "order-2 n-gram",
}


class Curve(NamedTuple):
    """The loss curve: lines in per cent across and pixels down, and its best point."""

    training: str
    validation: str
    best: tuple[float, float]
    best_in_words: str
    across: list[Tick]
    down: list[Tick]
    is_log: bool
    height: int


class Interval(NamedTuple):
    """The gain on an axis, all in per cent of its width."""

    zero: float
    low: float
    mean: float
    high: float
    ticks: list[Tick]


class Bar(NamedTuple):
    """A value beside others, and the share of the greatest."""

    name: str
    value: str
    percent: float


def loss_curve(record: Document) -> Curve | None:
    """The curve of the training that went to the gate; None when there was none."""
    curve = thinned(record["loss_curve"])
    if not curve:
        return None
    across = fitted([0.0, *(tokens for tokens, _, _ in curve)])
    down = fitted([bits for _, *both in curve for bits in both])

    def x(tokens: float) -> float:
        return round(100 * max(0.0, across.share(tokens)), 2)

    def y(bits: float) -> float:
        return round((1 - down.share(bits)) * HEIGHT, 1)

    tokens, _, best = min(curve, key=lambda point: point[2])
    return Curve(
        points((x(tokens), y(training)) for tokens, training, _ in curve),
        points((x(tokens), y(validation)) for tokens, _, validation in curve),
        (x(tokens), y(best)),
        f"{best:.3f} bits per character after {int(tokens):,} tokens",
        [Tick(round(100 * tick.at, 2), shortly(float(tick.label))) for tick in across.ticks()],
        [Tick(round((1 - tick.at) * HEIGHT, 1), tick.label) for tick in down.ticks()],
        down.is_log,
        HEIGHT,
    )


def thinned(curve: Sequence[Sequence[float]]) -> list[tuple[float, float, float]]:
    """At most `MOST_POINTS` of a curve, and always its best and its last."""
    step = -(-len(curve) // MOST_POINTS) or 1
    best = min(range(len(curve)), key=lambda at: curve[at][2], default=0)
    kept = sorted({*range(0, len(curve), step), best, len(curve) - 1}) if curve else []
    return [(curve[at][0], curve[at][1], curve[at][2]) for at in kept]


def shortly(count: float) -> str:
    """A count of tokens on an axis."""
    for size, sign in ((1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:g}{sign}"
    return f"{count:g}"


def interval(gain: Mapping[str, float | None]) -> Interval | None:
    """The gain and its bounds on an axis that has zero; None when there is no gain, or no bounds to draw."""
    low, mean, high = gain["low"], gain["mean"], gain["high"]
    if low is None or mean is None or high is None:
        return None
    axis = fitted([0.0, low, high, -max(abs(low), abs(high)) / 5])

    def x(value: float) -> float:
        return round(100 * axis.share(value), 2)

    ticks = [
        Tick(round(100 * tick.at, 2), "0" if tick.label == "0" else f"{float(tick.label):+g}") for tick in axis.ticks()
    ]
    return Interval(x(0.0), x(low), x(mean), x(high), ticks)


def score_bars(record: Document) -> list[Bar]:
    """What was compared on the holdout, in bits per character."""
    scores = {name: record["bits_per_char"].get(key) for key, name in SCORES.items()}
    return bars({name: score for name, score in scores.items() if score is not None}, "{:.4f}")


def step_bars(record: Document) -> list[Bar]:
    """How long each step took."""
    return bars(record["seconds"], "{:,.1f} s")


def bars(values: Mapping[str, float], form: str) -> list[Bar]:
    """Values side by side."""
    most = max(values.values(), default=0) or 1
    return [Bar(name, form.format(value), round(100 * value / most, 1)) for name, value in values.items()]
