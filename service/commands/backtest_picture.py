"""A backtest as a picture: one page that needs no other file, with the admin page's axes, marks and colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..admin.history_chart import svg_points
from ..admin.pages import STYLE, format_bits, template_environment
from ..admin.scale import Tick, fit_scale
from ..home import expanded
from ..installation import program_version
from ..settings import Settings
from ..storage.atomic_write import write_durably
from ..storage.run_record import Outcome
from .backtest_replay import Week
from .backtest_summary import HINDSIGHT, Summary, describe_summary

HEIGHT = 260  # pixels of the plot
MOST_LABELS = 9
LINES = {"current": "the model then current", "never": "never retrained", "ngram": "n-gram of equal bytes"}


class Mark(NamedTuple):
    """A week's decision: per cent across, pixels down, its outcome, and its tooltip."""

    x: float
    y: float
    outcome: Outcome | None
    title: str


class Picture(NamedTuple):
    """The curves by name, each as points of SVG's polyline where weeks follow each other; marks; axes."""

    curves: dict[str, list[str]]
    marks: list[Mark]
    across: list[Tick]
    down: list[Tick]
    is_log: bool
    height: int


def drawn(weeks: Sequence[Week]) -> Picture | None:
    """The picture of a replay; None when no week after could be scored."""
    scores = {name: [week.after.bits_per_char[name] if week.after else None for week in weeks] for name in LINES}
    known = [bits for series in scores.values() for bits in series if bits is not None]
    if not known:
        return None
    scale = fit_scale(known)

    def x(number: int) -> float:
        return round(100 * (number + 0.5) / len(weeks), 2)

    def y(bits: float) -> float:
        return round((1 - scale.share(bits)) * HEIGHT, 1)

    curves = {
        name: [svg_points((x(number), y(bits)) for number, bits in run) for run in unbroken(series)]
        for name, series in scores.items()
    }
    marks = [
        Mark(x(number), y(bits), week.record.outcome, describe_week(week))
        for number, (week, bits) in enumerate(zip(weeks, scores["current"], strict=True))
        if bits is not None
    ]
    step = -(-len(weeks) // MOST_LABELS)
    across = [Tick(x(number), weeks[number].name) for number in range(0, len(weeks), step)]
    down = [Tick(round((1 - tick.at) * HEIGHT, 1), tick.label) for tick in scale.ticks()]
    return Picture(curves, marks, across, down, scale.is_log, HEIGHT)


def unbroken(series: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """The stretches of a series in which nothing is missing, with their numbers."""
    for is_there, stretch in groupby(enumerate(series), key=lambda pair: pair[1] is not None):
        if is_there:
            yield [(number, bits) for number, bits in stretch if bits is not None]


def describe_week(week: Week) -> str:
    """A week in a sentence."""
    remark = HINDSIGHT[week.in_hindsight]
    bits = week.after.bits_per_char["current"] if week.after else None
    return f"{week.name}: {week.record.outcome}, {format_bits(bits)} on the week after{'; ' + remark if remark else ''}"


def write_picture(
    file: Path, name: str, settings: Settings, weeks: Sequence[Week], total: Summary, are_weeks: bool
) -> None:
    """Write the page. Raises OSError."""
    text = template_environment(ZoneInfo("UTC"), Path(__file__).parent).get_template("backtest.html").render(
        name=name, style=STYLE.read_text(encoding="utf-8"), version=program_version(), preset=settings.preset,
        picture=drawn(weeks), names=LINES, weeks=weeks, hindsight=HINDSIGHT, span="week" if are_weeks else "slice",
        sentences=describe_summary(total, are_weeks).split("\n"),
    )  # fmt: skip
    write_durably(expanded(file), text.encode())
