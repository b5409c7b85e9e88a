"""Logs of made-up incidents."""

from __future__ import annotations

import pytest
from made_up_incidents import LOGS, make


@pytest.mark.parametrize("name", LOGS)
def test_each_incident_has_lines_of_its_own(name: str) -> None:
    log = make(name, normal=10, today=2000)
    assert len(log.incidents) == 10
    assert all(log.incidents.values())
    places = [place for places in log.incidents.values() for place in places]
    assert len(places) == len(set(places)) < len(log.today)


@pytest.mark.parametrize("name", LOGS)
def test_a_log_is_made_again_as_it_was(name: str) -> None:
    assert make(name, normal=10, today=2000) == make(name, normal=10, today=2000)
    assert make(name, normal=10, today=2000) != make(name, normal=10, today=2000, seed=2)


@pytest.mark.parametrize("name", LOGS)
def test_no_sign_for_a_time_is_left(name: str) -> None:
    log = make(name, normal=10, today=2000)
    assert not [line for line in [*log.normal, *log.today] if "{syslog}" in line or "{iso}" in line or "{glog}" in line]
