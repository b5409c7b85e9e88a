"""The admin page as `logling serve` shows it: a real service, real runs, and a browser's requests."""

from __future__ import annotations

import base64
import csv
import http.client
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as Xml

import pytest

from service.home import Home
from service.run import describe_failure
from service.settings import AdminSettings
from service.storage.hold import WITHDRAWN
from service.storage.ledger import Ledger
from service.storage.run_progress import TaskProgress, read_run_progress
from service.storage.run_record import LogScore
from service.storage.source_states import SourceState
from tests.support.served import LONGEST_STOP
from tests.support.waiting import wait_until

ROUTES = ["/", "/runs.json", "/runs.csv", "/feed.atom", "/badge.svg", "/metrics", "/healthz", "/admin.css", "/icon.svg"]
ATOM = "{http://www.w3.org/2005/Atom}"
TOKEN = "made-up-made-up-made-up"

Serve = Callable[..., Any]


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def document(self) -> Any:
        return json.loads(self.text)


def ask(address: str, path: str = "/", method: str = "GET", **headers: str) -> Answer:
    """Ask a served page for a path or a link of its front page; header names with an underscore for the dash."""
    path = path if path.startswith("/") else f"/{path}"
    place = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=300)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())
    finally:
        connection.close()


def routes_of(address: str) -> list[str]:
    """All routes, and a page for each run."""
    runs = ask(address, "/runs.json?limit=500").document["runs"]
    return [*ROUTES, *(f"/runs/{run['run']}" for run in runs), *(f"/?before={run['run']}" for run in runs)]


Shown = Callable[..., tuple[Home, str]]


@pytest.fixture
def shown(tmp_path: Path, made_up: dict[str, Any]) -> Iterator[Shown]:
    """The page alone, of a home with this many made-up runs; gives the home and the page's address."""
    with ExitStack() as opened:

        def one(count: int, admin: AdminSettings | None = None, **status: Any) -> tuple[Home, str]:
            home = Home(tmp_path / "greenhouse")
            made_up["fill"](home, count, datetime.now(UTC) - timedelta(hours=1))
            return home, opened.enter_context(made_up["shown"](home, admin, **status))

        yield one


# ---- the main path


def test_a_service_shows_its_first_run_when_it_has_ended(fresh: Any, serve: Serve) -> None:
    served = serve(fresh.home)
    served.until("committed: the first model")
    front = ask(served.address)
    assert front.status == 200
    assert "All is well" in front.text
    link = re.search(r'href="\./(runs/[^"]+)"', front.text)
    assert link
    run = ask(served.address, link[1])
    record = ask(served.address, "/runs.json").document["runs"][0]
    words = ["Loss curve", "Seconds per step", "Trainings", record["run"], record["commit"][:12], record["reason"]]
    assert [word for word in words if word not in run.text] == []
    assert served.stop() < LONGEST_STOP


def test_runs_json_has_the_same_objects_as_the_history(committed: Any, serve: Serve) -> None:
    served = serve(committed.home)
    served.until("next run")
    runs = json.loads(committed.logling("history", "--json").stdout)["runs"]
    assert ask(served.address, "/runs.json").document == {"runs": runs, "older": None}


def test_a_run_under_way_is_shown_with_its_step_and_its_trainings(committed: Any, serve: Serve) -> None:
    committed.append_usual(300)
    served = serve(committed.home, LOGLING_TRAINING__TOKENS="50000000")
    address = served.address

    def trains() -> bool:
        return "training, fresh start" in ask(address).text

    served.when(trains)
    text = ask(address).text
    assert re.search(r'aria-current="step">training<', text)
    assert re.search(r"training, fresh start: \d+ %", text)
    assert ask(address, "/healthz").document["running"] is True
    run = re.search(r"<p[^>]*>A run is under way, for", text)
    assert run
    assert served.stop() < LONGEST_STOP
    assert progress_of(committed.home) == []


def test_no_line_of_a_log_is_anywhere(fresh: Any, serve: Serve) -> None:
    marker = "zanzibarquokka"
    fresh.append([f"{n % 60:02d} {marker} fan slow ok" for n in range(300)])
    fresh.log.with_name("torn.log.gz").write_bytes(b"\x1f\x8b" + f"{marker} no gzip".encode())
    fresh.set(str(fresh.log), f"{fresh.log.parent}/*")
    served = serve(fresh.home)
    served.until(": committed:")
    fresh.append([f"{n % 60:02d} {marker} fan fast ok" for n in range(150)])
    fresh.retrain(now=datetime.now(UTC))
    found = {path: ask(served.address, path) for path in routes_of(served.address)}
    assert len(found) >= len(ROUTES) + 4
    assert {answer.status for answer in found.values()} == {200}
    assert any("torn.log.gz" in answer.text for answer in found.values())  # problems name the file, and only that
    assert [path for path, answer in found.items() if marker in answer.text.lower()] == []
    assert [path for path, answer in found.items() if "fan slow" in answer.text or "alpha fan" in answer.text] == []


def test_an_unexpected_error_is_reported_by_its_kind_and_place_alone() -> None:
    with pytest.raises(ValueError, match="secretly") as error:
        raise ValueError("could not read 'a line that secretly stood in a log'")
    words = describe_failure(error.value)
    assert re.fullmatch(r"ValueError in test_app\.py, line \d+: the service's log has more", words)


# ---- what it says


def test_a_new_home_says_what_will_happen_and_when(shown: Shown) -> None:
    _, address = shown(0)
    text = ask(address).text
    assert "Nothing has run yet" in text
    assert re.search(r"The first run is due in \d+ \w+, Sun \d{4}-\d\d-\d\d 03:30 UTC\. It reads your logs", text)
    assert {ask(address, path).status for path in ROUTES} == {200}


def test_the_table_is_paged_from_the_newest_to_the_oldest(shown: Shown) -> None:
    _, address = shown(120)
    path, seen = "/", []
    while path:
        text = ask(address, path).text
        seen += re.findall(r'<th scope="row"><a href="\./runs/([^"]+)">', text)
        older = re.search(r'<a href="\./([^"#]+)#runs" rel="next">', text)
        path = older[1].replace("&amp;", "&") if older else ""
    ids = [run["run"] for run in ask(address, "/runs.json?limit=500").document["runs"]]
    assert seen == ids
    assert len(ids) == 120


def test_runs_json_is_paged_by_its_own_links(shown: Shown) -> None:
    _, address = shown(60)
    path, seen = "/runs.json", []
    while path:
        document = ask(address, path).document
        seen += [run["run"] for run in document["runs"]]
        path = document["older"]
    assert seen == [run["run"] for run in ask(address, "/runs.json?limit=500").document["runs"]]


def test_the_spreadsheet_has_every_run(shown: Shown) -> None:
    _, address = shown(60)
    rows = list(csv.DictReader(io.StringIO(ask(address, "/runs.csv").text)))
    records = ask(address, "/runs.json?limit=500").document["runs"]
    assert [row["run"] for row in rows] == [record["run"] for record in records]
    scores = [str(record["bits_per_char"]["challenger"] or "") for record in records]
    assert [row["challenger"] for row in rows] == scores


def test_the_feed_is_atom_with_links_to_the_runs(shown: Shown) -> None:
    _, address = shown(60)
    feed = Xml.fromstring(ask(address, "/feed.atom").text)
    links = [link.get("href", "") for link in feed.findall(f"{ATOM}entry/{ATOM}link")]
    assert len(links) == 50
    assert ask(address, links[0]).status == 200
    assert all(feed.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author"))


def test_the_badge_is_svg_with_the_score_in_words(shown: Shown) -> None:
    _, address = shown(30)
    badge = ask(address, "/badge.svg")
    assert badge.headers["Content-Type"] == "image/svg+xml"
    title = Xml.fromstring(badge.text).find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert re.fullmatch(r"logling: well · 0\.\d{3} bits/char", title.text or "")


def test_health_is_200_and_says_what_is_next(shown: Shown) -> None:
    _, address = shown(3)
    answer = ask(address, "/healthz")
    assert answer.status == 200
    document = answer.document
    assert (document["status"], document["reasons"], document["runs"]) == ("well", [], 3)
    assert document["next"] > document["last_success"]


def test_unpushed_for_a_day_turns_health_red_and_the_page_says_why(shown: Shown, fill: Callable[..., None]) -> None:
    now = datetime.now(UTC)
    home, address = shown(0, unpushed_since=now, next_push=now + timedelta(hours=3))
    problem = "not pushed: git push: connection refused"
    fill(home, 3, now - timedelta(days=3), pushed=False, problems=[problem])
    answer = ask(address, "/healthz")
    assert answer.status == 503
    assert "commits have not been pushed for 2 days" in answer.document["reasons"]
    front = ask(address).text
    assert "Not well" in front
    assert problem in front
    assert "It is tried again at" in front
    assert "not well" in ask(address, "/badge.svg").text


def test_a_missing_source_turns_health_red_without_its_name_and_the_page_names_it(shown: Shown) -> None:
    home, address = shown(3)
    now = datetime.now(UTC)
    with Ledger(home.ledger) as ledger:
        lost = SourceState("/srv/made-up/app.log", "missing", now, was_read=True, detail="no file matches")
        ledger.note_sources([lost, SourceState("/srv/made-up/other.log", "reading", now, now, was_read=True)])
    answer = ask(address, "/healthz")
    assert (answer.status, answer.document["reasons"]) == (503, ["1 of 2 sources is missing"])
    assert (answer.document["sources"], "made-up" in answer.text) == ({"missing": 1, "reading": 1}, False)
    front = ask(address).text
    assert "/srv/made-up/app.log" in front
    assert "missing since" in front


def test_a_home_without_a_model_is_not_set_up_yet_and_not_bad(shown: Shown) -> None:
    _, address = shown(0)
    answer = ask(address, "/healthz")
    assert (answer.status, answer.document["status"]) == (200, "not set up yet")
    assert "All is well" not in ask(address).text
    assert "no model yet" in ask(address, "/badge.svg").text


def test_a_ledger_that_cannot_be_read_is_reported_everywhere(shown: Shown) -> None:
    home, address = shown(3)
    home.ledger.rename(home.state / "elsewhere.db")
    health = ask(address, "/healthz")
    assert (health.status, health.document["reasons"]) == (503, ["the ledger cannot be read"])
    assert {ask(address, path).status for path in ("/", "/runs.json", "/runs.csv", "/feed.atom")} == {503}
    assert "The ledger cannot be read" in ask(address).text
    assert "not well" in ask(address, "/badge.svg").text
    (home.state / "elsewhere.db").rename(home.ledger)
    assert ask(address).status == 200


# ---- what it refuses


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_but_reading_is_answered(shown: Shown, method: str) -> None:
    _, address = shown(1)
    assert {ask(address, path, method).status for path in ("/", "/runs.json", "/healthz", "/admin.css")} == {405}


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/runs/nobody", "/?before=nobody", "/x", "/runs/"]
)
def test_what_is_not_there_is_404_on_a_page(shown: Shown, path: str) -> None:
    _, address = shown(1)
    answer = ask(address, path)
    assert answer.status == 404
    assert "There is no such page" in answer.text


@pytest.mark.parametrize("run", ["..%2f..%2fstate", "%00", "'%20OR%201=1", "<script>", "a" * 5000])
def test_a_hostile_name_of_a_run_is_just_not_there(shown: Shown, run: str) -> None:
    _, address = shown(1)
    assert ask(address, f"/runs/{urllib.parse.quote(run, safe='%')}").status == 404


def test_head_is_a_get_without_its_text(shown: Shown) -> None:
    _, address = shown(1)
    for path in routes_of(address):
        got, headed = ask(address, path), ask(address, path, "HEAD")
        assert (headed.status, headed.text) == (200, ""), path
        assert headed.headers["Content-Type"] == got.headers["Content-Type"]


def test_every_answer_forbids_all_that_the_page_does_not_need(shown: Shown) -> None:
    _, address = shown(1, AdminSettings.model_validate({"token": TOKEN}))
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    answers = [ask(address, path, **bearer) for path in (*ROUTES, "/nothing")]
    answers += [ask(address), ask(address, Host="evil.example"), ask(address, "/", "POST", **bearer)]
    assert {answer.status for answer in answers} == {200, 401, 404, 405, 421}
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; ")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"]
        assert "Server" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8101", "localhost.evil.example", "", "127.0.0.1.evil.example"]
)
def test_a_foreign_name_for_this_machine_is_turned_away(shown: Shown, host: str) -> None:
    _, address = shown(1)
    assert ask(address, "/", Host=host).status == 421


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:9",
        "localhost.",
        "127.0.0.1:1",
        "[::1]:8101",
        "192.0.2.4",
        "logs.example.org",
        "logs.example.org.:9",
    ],
)
def test_addresses_and_names_from_the_settings_are_answered(shown: Shown, host: str) -> None:
    _, address = shown(1, AdminSettings(names=["Logs.example.org"]))
    assert ask(address, "/", Host=host).status == 200


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_with_a_token_everything_but_health_needs_it(shown: Shown) -> None:
    _, address = shown(1, AdminSettings.model_validate({"token": TOKEN}))
    refused = ask(address)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="Logling", charset="UTF-8"')
    assert {ask(address, path).status for path in ROUTES if path != "/healthz"} == {401}
    assert ask(address, "/runs/x").status == 401
    assert ask(address, "/healthz").status == 200
    for right in (f"Bearer {TOKEN}", f"bearer {TOKEN}", basic("", TOKEN), basic("anyone", TOKEN)):
        assert ask(address, "/", Authorization=right).status == 200
    wrong = [
        "Bearer x",
        "Bearer ",
        TOKEN,
        basic(TOKEN, ""),
        basic("me", TOKEN + "x"),
        "Basic %%%",
        "Basic",
        "Basic /w==",
    ]
    for other in wrong:
        assert ask(address, "/", Authorization=other).status == 401


# ---- the service and its page


def test_an_open_connection_does_not_keep_the_service(committed: Any, serve: Serve) -> None:
    served = serve(committed.home)
    served.until("next run")
    place = urllib.parse.urlsplit(served.address)
    with socket.create_connection((place.hostname or "", place.port or 0)) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
        with socket.create_connection((place.hostname or "", place.port or 0)) as halfway:
            halfway.sendall(b"GET / HTTP/1.1\r\nHost:")
            time.sleep(0.2)
            assert served.stop() < LONGEST_STOP
    assert served.process.returncode == 0
    assert served.lines[-1].endswith("stopped")


def test_a_port_that_is_taken_is_reported_once_and_the_schedule_goes_on(committed: Any, serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        served = serve(committed.home, LOGLING_ADMIN__PORT=str(port))
        line = served.until("cannot be shown")
        assert f"127.0.0.1, port {port}: Address already in use; trying again" in line
        served.until("next run")
        assert sum("cannot be shown" in line for line in served.lines) == 1


def test_without_the_page_nothing_listens_and_the_schedule_goes_on(committed: Any, serve: Serve) -> None:
    served = serve(committed.home, LOGLING_ADMIN__ENABLED="false")
    served.until("next run")
    assert served.stop() < LONGEST_STOP
    assert not any("admin page" in line for line in served.lines)


def test_no_other_command_loads_the_page(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    loaded = reader.logling("history").stderr
    assert "service.storage.ledger" in loaded
    assert [name for name in ("fastapi", "uvicorn", "starlette", "jinja2") if name in loaded] == []


def test_the_page_loads_neither_numpy_nor_git_nor_anything_of_a_run(reader: Any) -> None:
    program = """
import os, sys
os.environ["LOGLING_HOME"] = sys.argv[1]
import service.admin.server
service.admin.server.create_app()
print(*sys.modules)
"""
    command = [sys.executable, "-c", program, str(reader.home.path)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    rooms = ("service.commands", "service.serve", "service.run", "service.site", "service.training", "service.sources")
    assert "fastapi" in loaded
    assert [name for name in loaded if name in ("numpy", "git", "model", "apscheduler") or name.startswith(rooms)] == []


def test_the_page_has_the_name_of_its_home(shown: Shown) -> None:
    _, address = shown(1)
    assert "<h1>greenhouse</h1>" in ask(address).text


def test_the_page_has_the_name_of_its_model(shown: Shown) -> None:
    _, address = shown(1, name="auth & 2 more")
    text = ask(address).text
    assert "<h1>auth &amp; 2 more</h1>" in text
    assert "<title>auth &amp; 2 more · Logling</title>" in text
    assert "auth &amp; 2 more: runs of Logling" in ask(address, "/feed.atom").text


def test_the_page_of_a_service_has_the_name_that_is_set(committed: Any, serve: Serve) -> None:
    committed.set('# name = ""  # at most', 'name = "doors"  # at most')
    served = serve(committed.home)
    served.until("next run")
    assert "<h1>doors</h1>" in ask(served.address).text


def test_the_page_links_to_the_page_of_the_model_where_that_is_served(shown: Shown) -> None:
    _, address = shown(1, AdminSettings(page="https://logs.example.org/"))
    text = ask(address).text
    assert '<a href="https://logs.example.org/">Open the page of the model</a>' in text
    assert "file://" not in text


def test_who_is_on_this_machine_is_told_where_the_page_of_the_model_is(shown: Shown) -> None:
    home, address = shown(1)
    assert f'<code class="file">{home.page.as_uri()}</code>' in ask(address).text


def test_no_path_of_the_page_is_told_to_other_machines(shown: Shown) -> None:
    _, address = shown(1, AdminSettings(host="0.0.0.0", unguarded=True))
    assert "file://" not in ask(address).text


def test_without_a_model_no_page_is_told(shown: Shown) -> None:
    _, address = shown(0, AdminSettings(page="https://logs.example.org/"))
    assert "logs.example.org" not in ask(address).text


def test_the_page_renews_itself_while_a_run_is_under_way(shown: Shown) -> None:
    _, address = shown(3, is_running=True)
    assert ask(address).headers["Refresh"] == "10"


def test_the_page_stays_as_it_is_while_nothing_runs(shown: Shown) -> None:
    _, address = shown(3)
    assert "Refresh" not in ask(address).headers


def test_whoever_reads_can_stop_that(shown: Shown) -> None:
    _, address = shown(60, is_running=True)
    assert '<a href="./?still=yes">Stop that</a>' in ask(address).text
    assert "Refresh" not in ask(address, "/?still=yes").headers


def test_a_page_of_older_runs_stays_as_it_is(shown: Shown) -> None:
    _, address = shown(60, is_running=True)
    newest = ask(address, "/runs.json?limit=1").document["runs"][0]["run"]
    assert "Refresh" not in ask(address, f"/?before={newest}").headers


def test_each_source_is_shown_with_its_newest_lines(shown: Shown) -> None:
    home, address = shown(1)
    now = datetime(2026, 11, 29, 3, 30, tzinfo=UTC)
    with Ledger(home.ledger) as ledger:
        ledger.note_sources(
            [SourceState("/made-up/auth.log*", "reading", now, now, True, looked=now, newest_lines=1204)]
        )
    row = re.sub(
        r"<[^>]+>|\s+", " ", ask(address).text.partition('<table class="sources">')[2].partition("</table>")[0]
    )
    assert "/made-up/auth.log* reading 1,204 at 2026-11-29 03:30 2026-11-29 03:30" in " ".join(row.split())


def test_a_run_of_several_logs_has_the_score_of_each_on_its_page(shown: Shown) -> None:
    home, address = shown(1)
    with Ledger(home.ledger) as ledger:
        (run,) = ledger.runs()
        ledger.correct(run.model_copy(update={"by_log": [LogScore(name="auth", lines=9, bits_per_char=0.25, ngram=1)]}))
    text = ask(address, f"/runs/{run.run}").text
    assert re.search(r"by log</h3>.*?>auth<.*?>0\.2500<", text, re.DOTALL)


def test_a_rollback_is_shown_between_the_runs_with_the_score_that_it_brought_back(committed: Any, serve: Serve) -> None:
    committed.append_usual(300)
    second = committed.retrain()
    assert second["outcome"] == "committed"
    committed.logling("rollback")
    served = serve(committed.home)
    served.until("next run")
    text = ask(served.address).text
    first = committed.logling("history", "--json")
    restored = json.loads(first.stdout)["rollbacks"][0]["restored"][:9]
    assert f"the weights of {restored} are back" in text
    assert f"brought back the weights of commit {restored}." in text
    assert "rolled back <time" in text


def test_the_page_says_that_publishing_is_held(shown: Shown) -> None:
    _, address = shown(3, hold="publishing is held since the rollback to 0123456 on 2026-11-24")
    assert "Publishing is held since the rollback to 0123456" in ask(address).text


def test_what_was_withdrawn_from_the_remote_is_no_small_matter(shown: Shown) -> None:
    _, address = shown(3, hold=f"{WITHDRAWN} commit 012345678: withdrawn by somebody")
    front = ask(address).text
    assert ("Not well" in front, front.count("The remote no longer has commit 012345678")) == (True, 1)
    assert "logling resume" in front
    assert ask(address, "/healthz").status == 503


# ---- the page's process


def test_the_page_is_shown_by_hand_without_a_service(committed: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "service.admin.app:create_app", "--port", str(port)]
    environment = {**os.environ, "LOGLING_HOME": str(committed.home.path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as page:
        try:
            address = f"http://127.0.0.1:{port}/"
            wait_until(lambda: answers(address))
            (run,) = ask(address, "/runs.json").document["runs"]
            front = ask(address).text
            assert run["run"] in front
            assert "after this one" not in front
            health = ask(address, "/healthz")
            assert health.status == 503
            assert "no service is running" in health.document["reasons"]
        finally:
            page.terminate()


def test_a_page_that_is_killed_during_a_run_comes_back_and_the_run_goes_on(committed: Any, serve: Serve) -> None:
    committed.append_usual(300)
    served = serve(committed.home, LOGLING_TRAINING__TOKENS="50000000")
    address = served.address
    served.when(lambda: "A run is under way" in ask(address).text)
    (before,) = page_processes(served)
    os.kill(before, signal.SIGKILL)
    served.until("the admin page cannot be shown .* SIGKILL")
    assert ask(address, "/healthz").document["running"]
    assert page_processes(served) != [before]
    assert not any(": interrupted:" in line or ": failed:" in line for line in served.lines)


def test_a_page_that_hangs_does_not_keep_the_service(committed: Any, serve: Serve) -> None:
    served = serve(committed.home)
    served.until("next run")
    assert served.address
    (page,) = page_processes(served)
    os.kill(page, signal.SIGSTOP)
    assert served.stop() < LONGEST_STOP
    assert not Path(f"/proc/{page}").exists()


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_the_page_of_a_service_that_was_killed_ends(committed: Any, serve: Serve, state: str) -> None:
    served = serve(committed.home)
    served.until("next run")
    assert served.address
    (page,) = page_processes(served)
    if state == "stopped":
        os.kill(page, signal.SIGSTOP)
        wait_until(lambda: is_stopped(page))  # a signal takes its time; the kernel ends what had stopped before
    served.process.kill()
    wait_until(lambda: not is_alive(page))


def test_the_page_of_a_service_that_hangs_says_so(shown: Shown) -> None:
    _, address = shown(3, last_turn=datetime.now(UTC) - timedelta(minutes=10))
    health = ask(address, "/healthz")
    assert health.status == 503
    assert health.document["reasons"] == ["the service has given no sign of life for 10 minutes"]


def is_stopped(process: int) -> bool:
    """Whether a process has been stopped by a signal."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def page_processes(served: Any) -> list[int]:
    """The process of the admin page of a service."""
    found = []
    for children in Path(f"/proc/{served.process.pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in children.read_text().split()]
    return [child for child in found if b"service.admin.server" in command_of(child)]


def command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:  # it has just ended
        return b""


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def answers(address: str) -> bool:
    with suppress(OSError):
        return ask(address, "/healthz").status > 0
    return False


def progress_of(home: Home) -> list[TaskProgress]:
    with closing(sqlite3.connect(home.ledger)) as database:
        return read_run_progress(database)
