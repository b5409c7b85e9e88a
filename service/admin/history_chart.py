"""The chart of all runs: bits per character of champion and challenger, and how each run ended.

Up to `MAX_MARKS` runs have a mark each. More runs are grouped into `BINS` spans of equal time: a line through the
medians, a band from the best to the worst, and below it how many runs had which outcome. Horizontal places are in per
cent of the width, so that one drawing fits any screen; vertical ones are in pixels.
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
from .history import RunSummary
from .scale import Scale, Tick, TimeScale, fit_scale, fit_time_scale

MAX_MARKS = 160
BINS = 80
HEIGHT = 232  # pixels of the plot
LANE = 24  # pixels of each row of outcomes below it
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class RunMark(NamedTuple):
    """The mark of one run; `title` is shown when the mouse is over it."""

    x: float  # per cent of the width
    y: float  # pixels from the top
    outcome: Outcome
    run: str
    title: str


class Lane(NamedTuple):
    """A row below the plot: the runs with one outcome."""

    outcome: Outcome
    middle: float
    marks: list[RunMark]
    bars: str


class RunGroup(NamedTuple):
    """The runs of a span of time; `before` is the first run after it, so that a link can show the table up to there."""

    x: float
    width: float
    before: str
    title: str


class Drawing(NamedTuple):
    """What is drawn. Lines and band are points of SVG polylines and polygons; the bars of a lane are an SVG path."""

    champion: str
    challenger: str
    band: str
    marks: list[RunMark]
    groups: list[RunGroup]
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
    """The horizontal and the vertical scale."""

    across: TimeScale
    down: Scale

    def x(self, moment: datetime) -> float:
        """A moment in per cent of the width."""
        return round(100 * self.across.share(moment), 2)

    def y(self, score: float) -> float:
        """A score in pixels from the top."""
        return round((1 - self.down.share(score)) * HEIGHT, 1)


def draw_history(runs: Sequence[RunSummary], zone: ZoneInfo) -> Chart | None:
    """The chart of these runs, oldest first, with times in this zone; None before models were first compared."""
    scores = [score for run in runs for score in (run.champion, run.challenger) if score is not None]
    if not scores:
        return None
    axes = Axes(fit_time_scale([run.started for run in runs], zone), fit_scale(scores))
    drawing = draw_groups(runs, axes) if len(runs) > MAX_MARKS else draw_each(runs, axes)
    return Chart(
        drawing,
        [Tick(round(100 * tick.at, 2), tick.label) for tick in axes.across.ticks()],
        [Tick(round((1 - tick.at) * HEIGHT, 1), tick.label) for tick in axes.down.ticks()],
        axes.down.is_log,
        HEIGHT,
        HEIGHT + LANE * len(drawing.lanes),
    )


def draw_each(runs: Sequence[RunSummary], axes: Axes) -> Drawing:
    """A mark for each run: at its score, or in the lane of its outcome when it has none."""
    marks = [mark_run(run, axes, axes.y(run.challenger)) for run in runs if run.challenger is not None]
    without = [run for run in runs if run.challenger is None]
    lanes: list[Lane] = []
    for outcome in (outcome for outcome in OUTCOMES if any(run.outcome == outcome for run in without)):
        middle = HEIGHT + LANE * (len(lanes) + 0.5)
        theirs = [mark_run(run, axes, middle) for run in without if run.outcome == outcome]
        lanes.append(Lane(outcome, middle, theirs, ""))
    champion = svg_points((axes.x(run.started), axes.y(run.champion)) for run in runs if run.champion is not None)
    challenger = svg_points((axes.x(run.started), axes.y(run.challenger)) for run in runs if run.challenger is not None)
    return Drawing(champion, challenger, "", marks, [], lanes)


def mark_run(run: RunSummary, axes: Axes, y: float) -> RunMark:
    """The mark of a run at this height."""
    return RunMark(axes.x(run.started), y, run.outcome, run.run, f"{day(run, axes)}: {describe_run(run)}")


def day(run: RunSummary, axes: Axes) -> str:
    """The date of a run."""
    return f"{run.started.astimezone(axes.across.zone):%Y-%m-%d}"


def describe_run(run: RunSummary) -> str:
    """The outcome of a run and its scores."""
    if run.challenger is None:
        return run.outcome
    before = "" if run.champion is None else f", champion {run.champion:.3f}"
    return f"{run.outcome}, challenger {run.challenger:.3f}{before}"


def draw_groups(runs: Sequence[RunSummary], axes: Axes) -> Drawing:
    """The runs in spans of equal time."""
    width = 100 / BINS
    spans: dict[int, list[RunSummary]] = {}
    for run in runs:
        spans.setdefault(min(BINS - 1, int(axes.x(run.started) / width)), []).append(run)
    following = {spans[at][-1].run: spans[after][0].run for at, after in zip(spans, list(spans)[1:], strict=False)}
    groups = [
        RunGroup(round(at * width, 2), width, following.get(some[-1].run, ""), describe_group(some, axes))
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
    return Drawing(
        svg_points(champions), svg_points(middles), svg_points([*highs, *lows[::-1]]), [], groups, make_lanes(spans)
    )


def make_lanes(spans: dict[int, list[RunSummary]]) -> list[Lane]:
    """A lane for each outcome that occurs. All bars have the same scale."""
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


def describe_group(runs: Sequence[RunSummary], axes: Axes) -> str:
    """The runs of a span in a sentence."""
    count = Counter(run.outcome for run in runs)
    ends = ", ".join(f"{count[outcome]} {outcome}" for outcome in OUTCOMES if count[outcome])
    scores = [run.challenger for run in runs if run.outcome in EVALUATED and run.challenger is not None]
    between = f"; challengers from {min(scores):.3f} to {max(scores):.3f}" if scores else ""
    return f"{day(runs[0], axes)} to {day(runs[-1], axes)}: {len(runs)} runs, {ends}{between}"


def svg_points(places: Iterable[tuple[float, float]]) -> str:
    """The `points` of an SVG polyline."""
    return " ".join(f"{x:g},{y:g}" for x, y in places)
