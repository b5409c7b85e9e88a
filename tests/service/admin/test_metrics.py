"""`/metrics`: names by Prometheus' rules, figures of the ledger, and nothing of a log."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.admin.health import Health, Symptom
from service.admin.history import LedgerReader
from service.admin.home_summary import HomeSummary, summarise
from service.admin.metrics import make_metrics
from service.home import Home
from service.schedule.schedule import Schedule
from service.settings import ScheduleSettings
from service.storage.service_status import ServiceStatus, write_service_status
from tests.benchmarks import admin

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
WEEKLY = Schedule.of(ScheduleSettings())
Figures = dict[tuple[str, tuple[str, ...]], float]


def figures(text: bytes) -> Figures:
    """All samples: name and values of labels, with the figure."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.fixture
def summary(tmp_path: Path) -> HomeSummary:
    """A home with 30 made-up runs, whose service lives and has not pushed."""
    home = Home(tmp_path)
    admin.fill(home, 30, NOW - timedelta(days=1), problems=["/var/log/secret.log: ipsum"], reason="dolor")
    since = NOW - timedelta(hours=3)
    write_service_status(home.ledger, ServiceStatus(NOW, NOW, next_run=NOW + timedelta(days=6), unpushed_since=since))
    return summarise(LedgerReader(home.ledger).history(), WEEKLY, NOW)


def test_the_figures_are_those_of_the_ledger(summary: HomeSummary) -> None:
    found = figures(make_metrics({"": summary}, is_fleet=False))
    runs = {labels[0]: count for (name, labels), count in found.items() if name == "logling_runs_total"}
    assert sum(runs.values()) == 30
    assert runs["committed"] == summary.counts["committed"]
    assert found["logling_up", ()] == found["logling_healthy", ()] == found["logling_unpushed", ()] == 1
    assert found["logling_run_duration_seconds", ()] == 16 * 60
    assert found["logling_next_run_timestamp_seconds", ()] == (NOW + timedelta(days=6)).timestamp()
    assert found["logling_bits_per_char", ("challenger",)] == summary.challenger
    assert {labels[0] for name, labels in found if name == "logling_lines"} == {"new", "train", "holdout"}


def test_a_run_that_ended_without_an_outcome_so_far_counts_zero(summary: HomeSummary) -> None:
    found = figures(make_metrics({"": summary._replace(counts={})}, is_fleet=False))
    outcomes = {labels[0]: count for (name, labels), count in found.items() if name == "logling_runs_total"}
    assert outcomes == dict.fromkeys(("committed", "rejected", "skipped", "failed", "interrupted"), 0)


def test_in_a_fleet_each_figure_has_the_name_of_its_home(summary: HomeSummary) -> None:
    found = figures(make_metrics({"web": summary, 'odd "name"\\': summary}))
    assert {labels[0] for _, labels in found} == {"web", 'odd "name"\\'}


def test_names_and_types_are_as_prometheus_wants_them(summary: HomeSummary) -> None:
    text = make_metrics({"web": summary}).decode()
    for family in text_string_to_metric_families(text):
        assert re.fullmatch("logling_[a-z_]+", family.name)
        assert family.documentation.endswith(".")
        assert family.type == ("counter" if family.name == "logling_runs" else "gauge")
    assert len(re.findall("^# TYPE", text, re.MULTILINE)) == 10


def test_no_word_of_a_run_is_in_it(summary: HomeSummary) -> None:
    unwell = summary._replace(health=Health((Symptom("home", "/srv/lorem cannot be read"),)))
    text = make_metrics({"web": unwell}).decode()
    assert [word for word in ("lorem", "ipsum", "dolor", "secret") if word in text] == []
    assert figures(text.encode())["logling_healthy", ("web",)] == 0


def test_a_home_that_never_ran_has_figures_without_those_that_are_not_known(tmp_path: Path) -> None:
    nothing = summarise(LedgerReader(tmp_path / "ledger.db").history(), WEEKLY, NOW)
    found = figures(make_metrics({"": nothing}, is_fleet=False))
    assert {name for name, _ in found} == {
        "logling_runs_total", "logling_up", "logling_healthy", "logling_running", "logling_unpushed",
    }  # fmt: skip
    assert found["logling_up", ()] == 0
