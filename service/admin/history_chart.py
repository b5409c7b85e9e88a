"""The chart over all runs: bits per character, champion against challenger, and how each run ended.

Up to `MOST_MARKS` runs each have a mark. More are gathered into `BINS` spans of equal time: a line through the
medians, a band from the best to the worst, and below it how many runs ended which way. Across, all is in per cent
of the width, so that one drawing fits any screen; down, it is in pixels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from ..storage.ledger import EVALUATED
from ..storage.run_record import Outcome
from .history import Short
from .scale import Scale, Tick, TimeScale, fitted, time_scale

MOST_MARKS = 160
BINS = 80
HEIGHT = 232  # pixels of the plot
LANE = 24  # pixels of each row of outcomes below it
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Mark(NamedTuple):
    """The mark of one run; `title` is what is told of it."""

    x: float  # per cent of the width
    y: float  # pixels from the top
    outcome: Outcome
    run: str
    title: str


class Lane(NamedTuple):
    """A row below the plot: the runs that ended in one way."""

    outcome: Outcome
    middle: float
    marks: list[Mark]
    bars: str


class Bin(NamedTuple):
    """The runs of a span of time; `before` is the run after them, for the table that begins with them."""

    x: float
    width: float
    before: str
    title: str


class Drawing(NamedTuple):
    """What is drawn; lines and the band are points of SVG's polyline and polygon, a lane's bars are a path."""

    champion: str
    challenger: str
    band: str
    marks: list[Mark]
    bins: list[Bin]
    lanes: list[Lane]


class Chart(NamedTuple):
    """A drawing and its axes. Ticks are in per cent across, in pixels from the top down."""

    drawing: Drawing
    across: list[Tick]
    down: list[Tick]
    is_log: bool
    plot: int  # pixels of the plot, without the lanes
    height: int


class Axes(NamedTuple):
    """From runs to places."""

    across: TimeScale
    down: Scale

    def x(self, moment: datetime) -> float:
        """In per cent of the width."""
        return round(100 * self.across.share(moment), 2)

    def y(self, score: float) -> float:
        """In pixels from the top."""
        return round((1 - self.down.share(score)) * HEIGHT, 1)


def draw(runs: Sequence[Short], zone: ZoneInfo) -> Chart | None:
    """The chart of these runs, oldest first, with times in this zone; None when no models were compared yet."""
    scores = [score for run in runs for score in (run.champion, run.challenger) if score is not None]
    if not scores:
        return None
    axes = Axes(time_scale([run.started for run in runs], zone), fitted(scores))
    drawing = gathered(runs, axes) if len(runs) > MOST_MARKS else one_by_one(runs, axes)
    return Chart(
        drawing,
        [Tick(round(100 * tick.at, 2), tick.label) for tick in axes.across.ticks()],
        [Tick(round((1 - tick.at) * HEIGHT, 1), tick.label) for tick in axes.down.ticks()],
        axes.down.is_log,
        HEIGHT,
        HEIGHT + LANE * len(drawing.lanes),
    )


def one_by_one(runs: Sequence[Short], axes: Axes) -> Drawing:
    """A mark for each run: on its score, or in the lane of its outcome where it has none."""
    marks = [mark_of(run, axes, axes.y(run.challenger)) for run in runs if run.challenger is not None]
    without = [run for run in runs if run.challenger is None]
    lanes: list[Lane] = []
    for outcome in (outcome for outcome in OUTCOMES if any(run.outcome == outcome for run in without)):
        middle = HEIGHT + LANE * (len(lanes) + 0.5)
        theirs = [mark_of(run, axes, middle) for run in without if run.outcome == outcome]
        lanes.append(Lane(outcome, middle, theirs, ""))
    champion = points((axes.x(run.started), axes.y(run.champion)) for run in runs if run.champion is not None)
    challenger = points((axes.x(run.started), axes.y(run.challenger)) for run in runs if run.challenger is not None)
    return Drawing(champion, challenger, "", marks, [], lanes)


def mark_of(run: Short, axes: Axes, y: float) -> Mark:
    """The mark of a run at this height."""
    return Mark(axes.x(run.started), y, run.outcome, run.run, f"{day(run, axes)}: {scores_in_words(run)}")


def day(run: Short, axes: Axes) -> str:
    """The date of a run."""
    return f"{run.started.astimezone(axes.across.zone):%Y-%m-%d}"


def scores_in_words(run: Short) -> str:
    """How a run ended, with its scores."""
    if run.challenger is None:
        return run.outcome
    before = "" if run.champion is None else f", champion {run.champion:.3f}"
    return f"{run.outcome}, challenger {run.challenger:.3f}{before}"


def gathered(runs: Sequence[Short], axes: Axes) -> Drawing:
    """Runs in spans of equal time."""
    width = 100 / BINS
    spans: dict[int, list[Short]] = {}
    for run in runs:
        spans.setdefault(min(BINS - 1, int(axes.x(run.started) / width)), []).append(run)
    following = {spans[at][-1].run: spans[after][0].run for at, after in zip(spans, list(spans)[1:], strict=False)}
    bins = [
        Bin(round(at * width, 2), width, following.get(some[-1].run, ""), span_in_words(some, axes))
        for at, some in spans.items()
    ]
    lows, middles, highs, champions = [], [], [], []
    for at, some in spans.items():
        x = round((at + 0.5) * width, 2)
        if challengers := [run.challenger for run in some if run.challenger is not None]:
            lows.append((x, axes.y(min(challengers))))
            middles.append((x, axes.y(median(challengers))))
            highs.append((x, axes.y(max(challengers))))
        if before := [run.champion for run in some if run.champion is not None]:
            champions.append((x, axes.y(median(before))))
    return Drawing(points(champions), points(middles), points([*highs, *lows[::-1]]), [], bins, lanes_of(spans))


def lanes_of(spans: dict[int, list[Short]]) -> list[Lane]:
    """A lane for each outcome that there is, with bars to one scale."""
    counts = {at: Counter(run.outcome for run in some) for at, some in spans.items()}
    most = max(max(count.values()) for count in counts.values())
    width = 100 / BINS
    lanes: list[Lane] = []

    def bar(at: int, bottom: float, count: int) -> str:
        height = max(2.0, (LANE - 5) * count / most)
        return f"M{(at + 0.1) * width:g} {bottom:g}h{0.8 * width:g}v-{height:.3g}h-{0.8 * width:g}z"

    for outcome in (outcome for outcome in OUTCOMES if any(count[outcome] for count in counts.values())):
        bottom = HEIGHT + LANE * (len(lanes) + 1) - 2
        bars = (bar(at, bottom, count[outcome]) for at, count in counts.items() if count[outcome])
        lanes.append(Lane(outcome, bottom - LANE / 2 + 2, [], "".join(bars)))
    return lanes


def span_in_words(runs: Sequence[Short], axes: Axes) -> str:
    """The runs of a span in a sentence."""
    count = Counter(run.outcome for run in runs)
    ends = ", ".join(f"{count[outcome]} {outcome}" for outcome in OUTCOMES if count[outcome])
    scores = [run.challenger for run in runs if run.outcome in EVALUATED and run.challenger is not None]
    between = f"; challengers from {min(scores):.3f} to {max(scores):.3f}" if scores else ""
    return f"{day(runs[0], axes)} to {day(runs[-1], axes)}: {len(runs)} runs, {ends}{between}"


def points(places: Iterable[tuple[float, float]]) -> str:
    """The points of a line."""
    return " ".join(f"{x:g},{y:g}" for x, y in places)
