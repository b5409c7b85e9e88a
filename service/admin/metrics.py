"""Figures for Prometheus, at `/metrics`: numbers alone, without a reason, a path or a text of a log.

The names follow Prometheus' own rules: base units at the end, `_total` for what only grows. Each answer is made of what
the ledgers say, in a registry of its own, so nothing is counted in this process and nothing is lost with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ..storage.run_record import Outcome
from .home_summary import HomeSummary

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"  # what every Prometheus reads
Samples = Sequence[tuple[tuple[str, ...], float]]  # values of labels, and the figure


def make_metrics(homes: Mapping[str, HomeSummary], *, is_fleet: bool = True) -> bytes:
    """The figures of these homes. Those of a fleet have a label with the home's name."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(HomesCollector(homes, is_fleet))
    return bytes(generate_latest(registry))


class HomesCollector(Collector):
    """Gives the figures when it is asked."""

    def __init__(self, homes: Mapping[str, HomeSummary], is_fleet: bool) -> None:
        self._homes = homes
        self._labels = ("home",) if is_fleet else ()

    def collect(self) -> Iterator[Metric]:
        """All figures, one kind after the other. What is not known of a home is left out."""
        homes = [((name,) if self._labels else (), home) for name, home in self._homes.items()]

        def gauge(name: str, words: str, samples: Samples, *labels: str) -> Metric:
            metric = GaugeMetricFamily(f"logling_{name}", words, labels=(*self._labels, *labels))
            for values, figure in samples:
                metric.add_metric(values, figure)
            return metric

        runs = CounterMetricFamily("logling_runs", "Runs that have ended.", labels=(*self._labels, "outcome"))
        for name, home in homes:
            for outcome in get_args(Outcome):
                runs.add_metric((*name, outcome), home.counts.get(outcome, 0))
        yield runs
        yield gauge("up", "Whether the service of the home is there.", [(name, home.is_alive) for name, home in homes])
        well = [(name, home.health.is_well) for name, home in homes]
        yield gauge("healthy", "Whether nobody has to do anything.", well)
        running = [(name, home.is_running) for name, home in homes]
        yield gauge("running", "Whether a run is under way.", running)
        since = [(name, home.unpushed_since is not None) for name, home in homes]
        yield gauge("unpushed", "Whether commits wait to be pushed.", since)
        success = [(name, seconds(home.last_success)) for name, home in homes if home.last_success]
        yield gauge("last_success_timestamp_seconds", "When a run last succeeded.", success)
        following = [(name, seconds(home.next_run)) for name, home in homes if home.next_run]
        yield gauge("next_run_timestamp_seconds", "When the next run is due.", following)
        took = [(name, (home.last.finished - home.last.started).total_seconds()) for name, home in homes if home.last]
        yield gauge("run_duration_seconds", "How long the last run took.", took)
        scores = [((*name, model), score) for name, home in homes for model, score in scores_of(home)]
        yield gauge("bits_per_char", "Scores in the last comparison; lower is better.", scores, "model")
        lines = [((*name, kind), count) for name, home in homes if home.last for kind, count in home.last.lines.items()]
        yield gauge("lines", "Lines of the last run.", lines, "kind")


def scores_of(home: HomeSummary) -> Iterator[tuple[str, float]]:
    """The scores that are known."""
    for model in ("champion", "challenger", "ngram"):
        if (score := getattr(home, model)) is not None:
            yield model, score


def seconds(moment: datetime | None) -> float:
    """A moment as Prometheus has it."""
    return moment.timestamp() if moment else 0.0
