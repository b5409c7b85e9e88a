"""The page's engine in Node, and the page in browsers."""

from __future__ import annotations

import json
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trustme
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from model.config import PRESETS
from model.scoring import score_lines
from model.training import Plan, train
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.windows import fitted_context, lay_out
from service.checking.learning import SCALES
from service.checking.packing import as_card, learn_fitting
from service.checking.surprise import weighted_surprise
from service.checking.tails import Tail
from service.installation import page_folder
from service.site.page_files import page_files
from tests.support.browsers import (
    EVERYWHERE,
    IN_CHROMIUM,
    PAGE_PATIENCE,
    USUAL,
    PatientServer,
    StaticHost,
    Where,
    origin_of,
)
from tests.support.weights import SHAPES, Weights, base64_of, made_up_log, random_weights, weights_of

RUNNER = Path(__file__).parent / "runner.js"
NODE_PATIENCE = 600  # seconds


@pytest.fixture(scope="session")
def site_files() -> dict[str, bytes]:
    """What a site has of the page, by name."""
    return page_files(page_folder())


@pytest.fixture(scope="session")
def trained() -> Weights:
    """A small model that knows the greenhouse, with a full card."""
    lines = made_up_log(900)
    vocabulary = Vocabulary("").extended(lines, PRESETS["seed"].vocabulary_cap)
    config = fitted_context(PRESETS["seed"].config, [lines])
    start = init_weights(config, vocabulary.size, np.random.default_rng(0))
    text, validation = lay_out(vocabulary, [lines[:800]]), lay_out(vocabulary, [lines[800:]])
    training = train(config, Plan(tokens=80_000, rounds=4), text, validation, start)
    history = [[f"2026-09-{day:02d}", training.best_bits * (1 + 0.5 / day)] for day in range(1, 29)]
    card = {
        "version": "0.1.0",
        "preset": "seed",
        "created": "2026-11-22T03:00:00Z",
        "lines": len(lines),
        "characters": sum(len(line) + 1 for line in lines),
        "bits_per_char": round(training.best_bits, 4),
        "ngram": 0.91,
        "history": [*history, ["2026-11-22", round(training.best_bits, 4)]],
        "audit": {"answer": "clean", "values": 900, "asked": 41, "unseen": 7, "sampled": 2000, "count": 0},
    }
    model = Model(config, vocabulary, training.best)
    profile, data = learn_fitting([lines], lambda _, data: len(data) <= 4000)
    surprises = [
        weighted_surprise(line, score.by_character)
        for line, score in zip(lines[800:], score_lines(model, lines[800:]), strict=True)
    ]
    tail = Tail.of(surprises, len(surprises), SCALES["surprise"])
    return weights_of(model, profile_bytes=data, profile=as_card(profile.with_surprise(tail)), **card)


@pytest.fixture(params=SHAPES)
def shaped(request: pytest.FixtureRequest) -> Weights:
    """Random weights in each kind of shape."""
    return random_weights(request.param)


@pytest.fixture
def bare() -> Weights:
    """Weights whose card says only what it must."""
    return random_weights("no smear")


Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def in_node(site_files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Put one question to the engine of a site in Node: see runner.js."""
    node = shutil.which("node")
    assert node, "these tests need Node.js on the PATH"
    engine = tmp_path_factory.mktemp("engine") / "engine.js"
    engine.write_bytes(site_files["engine.js"])

    def ask(question: str, weights: Weights | bytes | str, **request: Any) -> Any:
        file = weights.file if isinstance(weights, Weights) else weights
        text = json.dumps(
            {"question": question, "base64": base64_of(file) if isinstance(file, bytes) else file, **request}
        )
        run = subprocess.run(
            [node, str(RUNNER), str(engine)],
            input=text,
            capture_output=True,
            encoding="utf-8",
            timeout=NODE_PATIENCE,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    return ask


@pytest.fixture(scope="session")
def launched() -> Iterator[Callable[[Callable[[Playwright], Browser]], Browser]]:
    """Each browser is started when it is first needed, and again should it crash, and stays until the end."""
    with sync_playwright() as playwright:
        browsers: dict[Callable[[Playwright], Browser], Browser] = {}

        def launch(opener: Callable[[Playwright], Browser]) -> Browser:
            if opener not in browsers or not browsers[opener].is_connected():
                browsers[opener] = opener(playwright)
            return browsers[opener]

        yield launch
        for browser in browsers.values():
            browser.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of the page runs in both browsers; one marked `everywhere`, from both kinds of address as well."""
    if "where" in metafunc.fixturenames:
        places = EVERYWHERE if metafunc.definition.get_closest_marker("everywhere") else USUAL
        if metafunc.definition.get_closest_marker("saves_files"):
            places = IN_CHROMIUM
        metafunc.parametrize("where", places, ids=str, indirect=True)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "everywhere: from file:// and https:// in both browsers")
    config.addinivalue_line("markers", "saves_files: in Chromium only, since automated Firefox saves none")


@pytest.fixture
def where(request: pytest.FixtureRequest) -> Where:
    found: Where = request.param
    return found


@pytest.fixture(scope="session")
def static_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaticHost]:
    folder, paths = tmp_path_factory.mktemp("host"), []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            paths.append(self.path)

    server = PatientServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    # Hands are shaken in each connection's own thread, so that none waits for another.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield StaticHost(folder, f"https://localhost:{server.server_port}", paths)
    server.shutdown()
    server.server_close()


Opener = Callable[..., Page]


@pytest.fixture
def open_page(
    where: Where,
    launched: Callable[..., Browser],
    static_host: StaticHost,
    site_files: dict[str, bytes],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Opener]:
    """Open the page with these bytes as its weights.js, or none; it must ask for its own files only.

    What went wrong on it is in `page.problems`. A `marker` in the address opens one of its views. Other files of the
    page may be given by name, None for one that is missing.
    """
    name = re.sub(r"\W+", "-", request.node.name)
    site = (tmp_path if where.scheme == "file" else static_host.folder / name) / "web"
    address = site.as_uri() if where.scheme == "file" else f"{static_host.address}/{name}/web"
    site.mkdir(parents=True)
    for file, content in site_files.items():
        (site / file).write_bytes(content)
    context = launched(where.opener).new_context(ignore_https_errors=True)
    context.set_default_timeout(PAGE_PATIENCE)
    page = context.new_page()
    problems: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    def open_(weights: bytes | None, marker: str = "", **changed: bytes | None) -> Page:
        for file, content in {"weights.js": weights, **changed}.items():
            (site / file).parent.mkdir(exist_ok=True)
            if content is not None:
                (site / file).write_bytes(content)
            else:
                (site / file).unlink(missing_ok=True)
        page.goto(f"{address}/index.html{marker}")
        page.wait_for_selector("#views:not([hidden]), #problem:not([hidden]), #not-started:not([hidden])")
        page.problems = problems  # type: ignore[attr-defined]
        page.requests = requests  # type: ignore[attr-defined]
        page.address = address  # type: ignore[attr-defined]
        return page

    yield open_
    context.close()
    assert [url for url in requests if not url.startswith((address + "/", f"blob:{origin_of(address)}"))] == []


@pytest.fixture
def page(open_page: Opener, trained: Weights) -> Iterator[Page]:
    """The page with the trained model, on which nothing may go wrong."""
    page = open_page(trained.file)
    yield page
    assert page.problems == []  # type: ignore[attr-defined]


@pytest.fixture
def view(open_page: Opener, trained: Weights) -> Iterator[Callable[[str], Page]]:
    """The same, opened at one of its views."""
    pages = []

    def at(marker: str) -> Page:
        pages.append(open_page(trained.file, marker))
        return pages[-1]

    yield at
    assert [page.problems for page in pages] == [[] for _ in pages]
