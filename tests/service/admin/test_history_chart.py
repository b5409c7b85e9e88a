"""The chart and its scales: the right place for each run, round ticks, and never thousands of marks."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.admin.history import LedgerReader, RunSummary
from service.admin.history_chart import BINS, HEIGHT, LANE, MAX_MARKS, Chart, draw_history
from service.admin.run_charts import gain_interval, loss_curve, make_bars, thin_curve
from service.admin.scale import MAX_TICKS, Scale, fit_scale, fit_time_scale
from service.home import Home
from service.storage.run_record import GainFigures, RunRecord

SUNDAY = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
HELSINKI, UTC_ZONE = ZoneInfo("Europe/Helsinki"), ZoneInfo("UTC")

Runs = Callable[..., tuple[RunSummary, ...]]


@pytest.fixture
def runs(tmp_path: Path, fill: Callable[..., None]) -> Runs:
    def made(count: int, apart: timedelta = timedelta(weeks=1), **last: object) -> tuple[RunSummary, ...]:
        home = Home(tmp_path / str(count))
        fill(home, count, SUNDAY, apart, **last)
        return LedgerReader(home.ledger).history().runs

    return made


def drawn(runs: tuple[RunSummary, ...]) -> Chart:
    chart = draw_history(runs, UTC_ZONE)
    assert chart
    return chart


def places(points: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in points.split())]


def test_without_a_comparison_there_is_no_chart(runs: Runs) -> None:
    assert draw_history((), UTC_ZONE) is None
    without = {"champion": None, "challenger": None, "ngram": None, "order2": None}
    assert draw_history(runs(1, outcome="failed", bits_per_char=without), UTC_ZONE) is None


def test_each_of_a_few_runs_has_one_mark_of_its_outcome(runs: Runs) -> None:
    made = runs(52)
    drawing = drawn(made).drawing
    marks = drawing.marks + [mark for lane in drawing.lanes for mark in lane.marks]
    assert {mark.run: mark.outcome for mark in marks} == {run.run: run.outcome for run in made}
    assert len(marks) == 52


def test_later_is_further_right_and_better_is_further_down(runs: Runs) -> None:
    made = runs(52)
    at = {mark.run: mark for mark in drawn(made).drawing.marks}
    scored = [(at[run.run], run) for run in made if run.challenger is not None]
    assert [mark.x for mark, _ in scored] == sorted(mark.x for mark, _ in scored)
    ranked = sorted(scored, key=lambda pair: pair[1].challenger or 0)
    assert [mark.y for mark, _ in ranked] == sorted((mark.y for mark, _ in ranked), reverse=True)


def test_all_is_inside(runs: Runs) -> None:
    for made in (runs(1), runs(40), runs(900, timedelta(hours=7))):
        chart = drawn(made)
        drawing = chart.drawing
        points = places(drawing.champion) + places(drawing.challenger) + places(drawing.band)
        points += [(mark.x, mark.y) for mark in drawing.marks]
        assert all(0 <= x <= 100 and 0 <= y <= HEIGHT for x, y in points)
        assert all(HEIGHT < lane.middle < chart.height for lane in drawing.lanes)


def test_many_runs_are_grouped_and_none_is_lost(runs: Runs) -> None:
    made = runs(MAX_MARKS + 900, timedelta(hours=6))
    drawing = drawn(made).drawing
    assert drawing.marks == []
    assert len(drawing.groups) <= BINS
    assert sum(int(match[1]) for group in drawing.groups if (match := re.search(r": (\d+) runs", group.title))) == len(
        made
    )
    assert {lane.outcome for lane in drawing.lanes} == {run.outcome for run in made}


def test_the_band_holds_every_challenger_and_the_line_is_inside_it(runs: Runs) -> None:
    made = runs(700, timedelta(hours=6))
    drawing = drawn(made).drawing
    middles, band = places(drawing.challenger), places(drawing.band)
    best, worst = band[len(middles) :][::-1], band[: len(middles)]
    assert all(high <= y <= low for (_, high), (_, y), (_, low) in zip(worst, middles, best, strict=True))
    scores = [run.challenger for run in made if run.challenger is not None]
    scale = fit_scale([score for run in made for score in (run.champion, run.challenger) if score is not None])
    assert min(y for _, y in band) == pytest.approx((1 - scale.share(max(scores))) * HEIGHT, abs=0.1)
    assert max(y for _, y in band) == pytest.approx((1 - scale.share(min(scores))) * HEIGHT, abs=0.1)


def test_a_group_links_to_the_part_of_the_table_that_begins_with_its_last_run(runs: Runs) -> None:
    made = runs(400, timedelta(hours=6))
    groups = drawn(made).drawing.groups
    ids = [run.run for run in made]
    until = [ids.index(group.before) if group.before else len(ids) for group in groups]
    assert until == sorted(set(until))
    assert until[-1] == len(ids)
    first_day = made[until[0]].started - timedelta(hours=6)
    assert f"to {first_day:%Y-%m-%d}:" in groups[0].title


def test_bars_of_a_lane_stay_in_it(runs: Runs) -> None:
    for lane in drawn(runs(700, timedelta(hours=6))).drawing.lanes:
        for bottom, height in re.findall(r"M\S+ (\S+)h\S+?v-([\d.]+)h", lane.bars):
            assert float(bottom) <= lane.middle + LANE / 2
            assert 2 <= float(height) <= LANE


@pytest.mark.parametrize(
    ("values", "is_log"),
    [
        ([0.40, 0.42, 0.39], False),
        ([1.2, 0.41, 0.40, 0.40, 0.39], True),
        ([1.2, 1.1, 1.0, 0.9, 0.4], False),
        ([0.0, 5.0, 0.1], False),
        ([-0.01, 5.0, 0.1], False),
    ],
)
def test_the_scale_is_logarithmic_only_where_a_few_values_would_press_the_others_flat(
    values: list[float], is_log: bool
) -> None:
    assert fit_scale(values).is_log is is_log


@pytest.mark.parametrize("low", [0.001, 0.37, 0.99, 1.0, 8.5])
@pytest.mark.parametrize("times", [1.01, 1.7, 9.0, 800.0])
@pytest.mark.parametrize("is_log", [False, True])
def test_ticks_are_few_round_and_in_their_place(low: float, times: float, is_log: bool) -> None:
    scale = Scale(low, low * times, is_log)
    ticks = scale.ticks()
    assert len(ticks) <= MAX_TICKS + 1
    assert is_log or len(ticks) >= 2
    for tick in ticks:
        assert tick.at == pytest.approx(scale.share(float(tick.label)), abs=1e-6)
        assert -0.02 <= tick.at <= 1.02


def test_equal_values_have_a_scale() -> None:
    assert 0 < fit_scale([0.4, 0.4]).share(0.4) < 1
    assert 0 <= fit_scale([0.0]).share(0.0) <= 1


@pytest.mark.parametrize("days", [0, 0.2, 1, 3, 9, 30, 80, 200, 400, 1500, 8000, 40000])
def test_a_time_axis_of_any_length_has_a_few_ticks_in_order(days: float) -> None:
    scale = fit_time_scale([SUNDAY, SUNDAY + timedelta(days=days)], HELSINKI)
    ticks = scale.ticks()
    assert 1 <= len(ticks) <= MAX_TICKS + 1
    assert [tick.at for tick in ticks] == sorted(tick.at for tick in ticks)
    assert len({tick.label for tick in ticks}) == len(ticks)
    assert all(0 <= tick.at <= 1 for tick in ticks)


def test_times_on_the_axis_are_local() -> None:
    scale = fit_time_scale([SUNDAY, SUNDAY + timedelta(days=3)], HELSINKI)
    first = scale.moment(scale.ticks()[0].at)
    assert abs(first - datetime(2026, 11, 22, 22, tzinfo=UTC)) < timedelta(seconds=1)


def test_a_long_loss_curve_is_thinned_and_keeps_its_best_and_last_point() -> None:
    curve = [[step, 3.0, abs(step - 7777) + 1.0] for step in range(10_000)]
    kept = thin_curve(curve)
    assert len(kept) <= 210
    assert {7777, 9999} <= {int(tokens) for tokens, _, _ in kept}


def test_a_run_that_did_not_train_has_no_curve_no_interval_and_no_bars() -> None:
    record = RunRecord()
    assert (loss_curve(record), gain_interval(record.gain), make_bars({}, "{}")) == (None, None, [])


def test_a_curve_of_one_point_is_drawn() -> None:
    curve = loss_curve(RunRecord(loss_curve=[(0, 0.4, 0.4)]))
    assert curve
    assert curve.best_text == "0.400 bits per character after 0 tokens"


@pytest.mark.parametrize(("low", "mean", "high"), [(0.001, 0.002, 0.003), (-0.02, 0.001, 0.03), (-0.3, -0.2, -0.1)])
def test_the_interval_is_drawn_beside_zero_in_its_order(low: float, mean: float, high: float) -> None:
    figure = gain_interval(GainFigures(low=low, mean=mean, high=high))
    assert figure
    assert 0 <= figure.low < figure.mean < figure.high <= 100
    assert 0 <= figure.zero <= 100
    assert (figure.low > figure.zero) is (low > 0)
