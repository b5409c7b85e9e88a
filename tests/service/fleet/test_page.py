"""The page of a fleet: all homes, the unwell ones first, each with the pages that it has when it is served alone."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.fleet import reader as reader_module
from service.fleet.homes import FoundHome
from service.fleet.page import canonical_path, spark_line
from service.fleet.reader import FleetReader
from service.home import Home
from service.settings import AdminSettings
from tests.benchmarks import admin
from tests.service.admin.test_app import Answer, ask
from tests.support.fleets import NOW, Folder, page_of
from tests.support.waiting import wait_until

TOKEN = "made-up-made-up-made-up"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(reader_module, "LOOK_EVERY", 0.05)
    folder = Folder(tmp_path / "homes")
    folder.path.mkdir()
    folder.beat()
    return folder


@pytest.fixture
def shown(folder: Folder) -> Iterator[Callable[..., str]]:
    with ExitStack() as opened:
        yield lambda admin_settings=None: opened.enter_context(page_of(folder.path, admin_settings))


def rows(page: Answer) -> list[str]:
    """The homes in the table, in their order."""
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page.text)


def test_all_homes_are_listed_and_those_that_are_not_well_come_first(folder: Folder, shown: Any) -> None:
    folder.make("alpha")
    folder.make("site/zulu", unwell=True)
    folder.make("beta", 0)
    folder.make("broken", settings='preset = "huge"')
    page = ask(shown())
    assert rows(page) == ["broken", "site/zulu", "beta", "alpha"]
    assert "2 of 4 homes are not well" in page.text


def test_a_fleet_that_is_well_says_so(folder: Folder, shown: Any) -> None:
    folder.make("alpha")
    page = ask(shown())
    assert "All is well" in page.text
    assert ask(shown(), "/healthz").status == 200


def test_a_home_is_well_as_long_as_the_fleet_gives_signs_of_life(folder: Folder, shown: Any) -> None:
    folder.make("alpha")
    address = shown()
    assert ask(address, "/homes/alpha/healthz").status == 200
    folder.beat(NOW - timedelta(minutes=10))
    wait_until(lambda: ask(address, "/healthz").status == 503)
    assert "the service gives no sign of life" in ask(address, "/healthz").document["reasons"]
    assert "has given no sign of life for 10 minutes" in ask(address, "/homes/alpha/").text


def test_a_fleet_without_homes_says_how_to_make_one(shown: Any) -> None:
    page = ask(shown())
    assert "There is no home yet" in page.text
    assert "logling init --in FOLDER NAME" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=alp", ["alpha"]),
        ("?q=SITE", ["site/two", "site/one"]),
        ("?q=site+two", ["site/two"]),
        ("?q=not+well", ["site/two"]),
        ("?q=nothing-like-it", []),
        ("?kind=bad", ["site/two"]),
        ("?kind=good&q=site", ["site/one"]),
        ("?kind=nonsense", ["site/two", "alpha", "site/one"]),
        ("?page=99", ["site/two", "alpha", "site/one"]),
    ],
)
def test_homes_are_found_without_a_script(folder: Folder, shown: Any, query: str, found: list[str]) -> None:
    folder.make("alpha")
    folder.make("site/one")
    folder.make("site/two", unwell=True)
    assert rows(ask(shown(), f"/{query}")) == found


def test_a_thousand_homes_would_be_shown_a_hundred_at_a_time(folder: Folder, shown: Any) -> None:
    for n in range(105):
        folder.make(f"home-{n:03d}", 0)
    address = shown()
    first, second = ask(address), ask(address, "/?page=2")
    assert (len(rows(first)), len(rows(second))) == (100, 5)
    assert 'rel="next"' in first.text
    assert 'rel="prev"' in second.text
    assert "2 of 2, 105 homes" in second.text


@pytest.mark.parametrize("name", ["alpha", "site/one", "a/b/c", "Übersicht 100%", "what?&x=1", "runs", "homes"])
def test_a_home_has_all_of_its_pages_under_its_name(folder: Folder, shown: Any, name: str) -> None:
    folder.make(name)
    address = shown()
    (link,) = re.findall(r'<th scope="row"><a href="\./([^"]*)"', ask(address).text)
    front = ask(address, link)
    assert (front.status, "All is well" in front.text) == (200, True)
    run = re.search(r'href="\./(runs/[^"]+)"', front.text)
    assert run
    assert "Seconds per step" in ask(address, link + run[1]).text
    for path in ("runs.json", "runs.csv", "feed.atom", "badge.svg", "metrics", "admin.css", "icon.svg"):
        assert ask(address, link + path).status == 200
    up = re.search(r'<a href="\./([./]+)">all homes</a>', front.text)
    assert up
    assert up[1] == "../" * (link.count("/"))


def test_without_the_slash_at_its_end_a_home_is_found_too(folder: Folder, shown: Any) -> None:
    folder.make("site/one")
    answer = ask(shown(), "/homes/site/one")
    assert (answer.status, answer.headers["location"]) == (307, "./one/")


@pytest.mark.parametrize("path", ["/homes/nope/", "/homes/nope/runs/1", "/homes/alpha/nope", "/nope", "/homes/"])
def test_what_is_not_there_is_told_on_a_page(folder: Folder, shown: Any, path: str) -> None:
    folder.make("alpha")
    answer = ask(shown(), path)
    assert answer.status == 404
    assert "</html>" in answer.text


def test_a_home_that_cannot_be_shown_is_told_and_the_others_are_there(folder: Folder, shown: Any) -> None:
    folder.make("alpha")
    folder.make("broken", settings='preset = "huge"')
    with sqlite3.connect(folder.make("torn").ledger) as ledger:
        ledger.execute("DROP TABLE runs")
    address = shown()
    assert "This home cannot be shown now" in ask(address, "/homes/broken/").text
    assert ask(address, "/homes/torn/").status == 503
    assert ask(address, "/homes/alpha/").status == 200
    assert len(ask(address, "/runs.json").document["runs"]) == 3
    assert rows(ask(address)) == ["broken", "torn", "alpha"]


def test_homes_come_and_go_on_the_page(folder: Folder, shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "FIND_EVERY", 0.0)
    folder.make("alpha")
    address = shown()
    folder.make("beta")
    wait_until(lambda: rows(ask(address)) == ["alpha", "beta"])
    (folder.path / "alpha" / "logling.toml").unlink()
    wait_until(lambda: rows(ask(address)) == ["beta"])
    assert ask(address, "/homes/alpha/").status == 404


def test_a_folder_that_became_a_home_itself_is_told_and_its_homes_stay(
    folder: Folder, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "FIND_EVERY", 0.0)
    folder.make("alpha")
    address = shown()
    (folder.path / "logling.toml").touch()
    wait_until(lambda: "is a home itself" in ask(address).text)
    assert rows(ask(address)) == ["alpha"]
    assert ask(address, "/healthz").document["reasons"] == ["homes cannot be looked for"]
    (folder.path / "logling.toml").unlink()
    wait_until(lambda: ask(address, "/healthz").status == 200)


def test_a_new_run_is_shown(folder: Folder, shown: Any) -> None:
    home = folder.make("alpha", 0)
    address = shown()
    assert "none yet" in ask(address).text
    admin.fill(home, 1, NOW)
    wait_until(lambda: "none yet" not in ask(address).text)


def test_a_home_whose_disk_does_not_answer_holds_up_no_page(
    folder: Folder, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.make("alpha")
    folder.make("nfs")
    answers, read = Event(), FleetReader._read
    address = shown()
    monkeypatch.setattr("service.fleet.crew.SLOW", 0.2)
    monkeypatch.setattr(
        FleetReader, "_read", lambda self, name, home: answers.wait() if name == "nfs" else read(self, name, home)
    )
    wait_until(lambda: "its disk does not answer" in ask(address).text)
    answer = ask(address, "/homes/nfs/")
    assert (answer.status, "cannot be shown now" in answer.text) == (503, True)
    assert ask(address, "/homes/alpha/").status == 200
    answers.set()
    wait_until(lambda: "its disk does not answer" not in ask(address).text)


def test_what_the_service_says_of_a_home_is_shown_without_secrets(folder: Folder, shown: Any) -> None:
    folder.make("alpha")
    folder.beat(problems={"alpha": "https://me:made-up-pass@example.org/ is not there"})
    page = ask(shown())
    assert "is not there" in page.text
    assert "made-up-pass" not in page.text


def test_runs_json_has_the_runs_of_all_homes_with_their_names(folder: Folder, shown: Any) -> None:
    folder.make("alpha", 2)
    folder.make("site/one", 3)
    address = shown()
    document = ask(address, "/runs.json?limit=2").document
    runs = document["runs"]
    while document["older"]:
        document = ask(address, document["older"]).document
        runs += document["runs"]
    assert sorted(run["home"] for run in runs) == ["alpha"] * 2 + ["site/one"] * 3
    assert [run["started"] for run in runs] == sorted((run["started"] for run in runs), reverse=True)
    of_one = ask(address, "/homes/site/one/runs.json").document["runs"]
    assert [{k: v for k, v in run.items() if k != "home"} for run in runs if run["home"] == "site/one"] == of_one


def test_the_feed_links_to_runs_that_are_there(folder: Folder, shown: Any) -> None:
    folder.make("site/one", 2)
    address = shown()
    entries = Xml.fromstring(ask(address, "/feed.atom").text).findall(f"{ATOM}entry")
    assert len(entries) == 2
    link, title = entries[0].find(f"{ATOM}link"), entries[0].findtext(f"{ATOM}title")
    assert link is not None
    assert (title or "").startswith("site/one: ")
    assert ask(address, link.attrib["href"]).status == 200


def test_metrics_have_each_home(folder: Folder, shown: Any) -> None:
    folder.make("alpha", 2)
    folder.make("site/one", unwell=True)
    families = list(text_string_to_metric_families(ask(shown(), "/metrics").text))
    healthy = next(family for family in families if family.name == "logling_healthy")
    assert {sample.labels["home"]: sample.value for sample in healthy.samples} == {"alpha": 1, "site/one": 0}


def test_health_is_503_with_the_names_of_the_homes_that_are_not_well(folder: Folder, shown: Any) -> None:
    folder.make("alpha")
    for n in range(25):
        folder.make(f"bad-{n:02d}", unwell=True, reason="/srv/secret is full")
    answer = ask(shown(), "/healthz")
    assert answer.status == 503
    assert answer.document["not_well"] == [f"bad-{n:02d}" for n in range(20)]
    assert answer.document["reasons"] == ["25 of 26 homes are not well"]
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/", "/metrics", "/runs.json", "/homes/alpha/", "/homes/alpha/healthz", "/admin.css"])
def test_with_a_token_all_but_health_needs_it(folder: Folder, shown: Any, path: str) -> None:
    folder.make("alpha", settings='[admin]\ntoken = "of-the-home-made-up"\n')
    address = shown(AdminSettings.model_validate({"token": TOKEN}))
    assert ask(address, path).status == 401
    assert ask(address, path, Authorization=f"Bearer {TOKEN}").status == 200
    password = base64.b64encode(f"me:{TOKEN}".encode()).decode()
    assert ask(address, path, Authorization=f"Basic {password}").status == 200
    assert ask(address, "/healthz").status == 200


def test_a_name_that_is_not_its_own_is_refused(folder: Folder, shown: Any) -> None:
    folder.make("alpha")
    refused = ask(shown(), "/homes/alpha/", Host="evil.example")
    assert (refused.status, "admin.names in fleet.toml" in refused.text) == (421, True)


def test_only_the_index_may_send_a_form_and_to_itself_alone(folder: Folder, shown: Any) -> None:
    folder.make("alpha")
    address = shown()
    assert "form-action 'self'" in ask(address).headers["content-security-policy"]
    assert "form-action 'none'" in ask(address, "/homes/alpha/").headers["content-security-policy"]


def test_what_is_looked_for_is_shown_as_text(folder: Folder, shown: Any) -> None:
    folder.make("alpha")
    text = ask(shown(), "/?q=%22%3E%3Cscript%3E").text
    assert "<script>" not in text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(folder: Folder, shown: Any, method: str) -> None:
    folder.make("alpha")
    address = shown()
    for path in ("/", "/metrics", "/homes/alpha/", "/homes/alpha/runs.json"):
        assert ask(address, path, method).status == 405


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/", "/"),
        ("/logling/", "/"),
        ("/logling/metrics", "/metrics"),
        ("/logling/homes/a/", "/homes/a/"),
        ("/x/homes/b/c/runs/1", "/homes/b/c/runs/1"),
        ("/homes/homes/runs/1", "/homes/homes/runs/1"),
        ("/homes/nope/", "/homes/nope/"),
    ],
)
def test_it_works_under_any_path_of_a_proxy(tmp_path: Path, path: str, own: str) -> None:
    reader = FleetReader(tmp_path, timedelta(0), lambda: NOW)
    reader.homes = {name: FoundHome(Home(tmp_path / name), 1) for name in ("a", "b/c", "homes")}
    assert canonical_path(path, reader, {"metrics"}) == own


def test_links_of_the_page_lead_on_under_a_proxys_path(folder: Folder, shown: Any) -> None:
    folder.make("site/one")
    address = shown()
    front = ask(address, "/some/where/homes/site/one/")
    assert front.status == 200
    (style,) = re.findall(r'<link rel="stylesheet" href="\./([^"]+)"', front.text)
    assert ask(address, f"/some/where/homes/site/one/{style}").status == 200


def test_a_small_chart_needs_two_scores() -> None:
    assert spark_line([1.0]) == ""
    assert spark_line([2.0, 1.0, 2.0]) == "0,2.0 48,18.0 96,2.0"
    assert spark_line([1.0, 1.0]) == "0,10.0 96,10.0"


def test_no_reason_of_a_run_is_on_the_index(folder: Folder, shown: Any) -> None:
    folder.make("alpha", outcome="failed", reason="lorem", problems=["ipsum"])
    page = ask(shown()).text
    assert [word for word in ("lorem", "ipsum") if word in page] == []
    assert json.loads(ask(shown(), "/runs.json?limit=1").text)["runs"][0]["reason"] == "lorem"
