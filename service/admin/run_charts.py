"""The charts of one run: its loss curve, its gain with the interval, and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..storage.run_record import GainFigures, RunRecord
from .history_chart import svg_points
from .scale import Tick, fit_scale

HEIGHT = 200  # pixels of the loss curve
MAX_POINTS = 200  # of the curve that are drawn

SCORES = {
    "challenger": "challenger",
    "champion": "champion",
    "ngram": "n-gram of equal bytes",
    "order2": "order-2 n-gram",
}


class Curve(NamedTuple):
    """The loss curve. Horizontal places are in per cent, vertical ones in pixels."""

    training: str
    validation: str
    best: tuple[float, float]
    best_text: str
    across: list[Tick]
    down: list[Tick]
    is_log: bool
    height: int


class GainInterval(NamedTuple):
    """The gain on an axis. All places are in per cent of its width."""

    zero: float
    low: float
    mean: float
    high: float
    ticks: list[Tick]


class Bar(NamedTuple):
    """A value, and its length as a share of the longest bar."""

    name: str
    value: str
    percent: float


def loss_curve(record: RunRecord) -> Curve | None:
    """The curve of the training that went to the gate; None when there was none."""
    curve = thin_curve(record.loss_curve)
    if not curve:
        return None
    across = fit_scale([0.0, *(tokens for tokens, _, _ in curve)])
    down = fit_scale([bits for _, *both in curve for bits in both])

    def x(tokens: float) -> float:
        return round(100 * max(0.0, across.share(tokens)), 2)

    def y(bits: float) -> float:
        return round((1 - down.share(bits)) * HEIGHT, 1)

    tokens, _, best = min(curve, key=lambda point: point[2])
    return Curve(
        svg_points((x(tokens), y(training)) for tokens, training, _ in curve),
        svg_points((x(tokens), y(validation)) for tokens, _, validation in curve),
        (x(tokens), y(best)),
        f"{best:.3f} bits per character after {int(tokens):,} tokens",
        [Tick(round(100 * tick.at, 2), format_count(float(tick.label))) for tick in across.ticks()],
        [Tick(round((1 - tick.at) * HEIGHT, 1), tick.label) for tick in down.ticks()],
        down.is_log,
        HEIGHT,
    )


def thin_curve(curve: Sequence[Sequence[float]]) -> list[tuple[float, float, float]]:
    """About `MAX_POINTS` points of a curve, with its best and its last."""
    step = -(-len(curve) // MAX_POINTS) or 1
    best = min(range(len(curve)), key=lambda at: curve[at][2], default=0)
    kept = sorted({*range(0, len(curve), step), best, len(curve) - 1}) if curve else []
    return [(curve[at][0], curve[at][1], curve[at][2]) for at in kept]


def format_count(count: float) -> str:
    """A count of tokens as the label of an axis: "20k", "1.5M"."""
    for size, sign in ((1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:g}{sign}"
    return f"{count:g}"


def gain_interval(gain: GainFigures) -> GainInterval | None:
    """The gain and its bounds on an axis with zero on it; None when one of them is not known."""
    low, mean, high = gain.low, gain.mean, gain.high
    if low is None or mean is None or high is None:
        return None
    axis = fit_scale([0.0, low, high, -max(abs(low), abs(high)) / 5])

    def x(value: float) -> float:
        return round(100 * axis.share(value), 2)

    ticks = [
        Tick(round(100 * tick.at, 2), "0" if tick.label == "0" else f"{float(tick.label):+g}") for tick in axis.ticks()
    ]
    return GainInterval(x(0.0), x(low), x(mean), x(high), ticks)


def score_bars(record: RunRecord) -> list[Bar]:
    """The scores on the holdout, in bits per character."""
    scores = {name: getattr(record.bits_per_char, key) for key, name in SCORES.items()}
    return make_bars({name: score for name, score in scores.items() if score is not None}, "{:.4f}")


def log_bars(record: RunRecord) -> list[Bar]:
    """The challenger's score on each log of several, in bits per character."""
    return make_bars({log.name: log.bits_per_char for log in record.by_log or ()}, "{:.4f}")


def step_bars(record: RunRecord) -> list[Bar]:
    """How long each step took."""
    return make_bars(record.seconds, "{:,.1f} s")


def make_bars(values: Mapping[str, float], form: str) -> list[Bar]:
    """A bar for each value, to one scale."""
    most = max(values.values(), default=0) or 1
    return [Bar(name, form.format(value), round(100 * value / most, 1)) for name, value in values.items()]
