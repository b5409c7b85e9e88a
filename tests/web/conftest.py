"""Models and browsers for the tests of the page."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import ssl
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import trustme
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from model.config import PRESETS, Config
from model.training import Plan, train
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.weights_file import decode, encode
from model.windows import fitted_context, lay_out

WEB = Path(__file__).parents[2] / "web"
RUNNER = Path(__file__).parent / "runner.js"
NODE_PATIENCE = 60  # seconds
PAGE_PATIENCE = 60_000  # milliseconds, on a machine that does much else


def made_up_log(count: int, seed: int = 0) -> list[str]:
    """Lines of a greenhouse that nobody has, some with wide characters."""
    rng = np.random.default_rng(seed)
    lines = []
    for number in range(count):
        clock = f"{number // 60 % 24:02d}:{number % 60:02d}"
        bed, air = rng.integers(1, 5), 18 + 6 * np.sin(number / 40) + rng.normal() / 4
        lines.append(f"{clock} bed{bed} air {air:.1f}°C {'fan on' if air > 21 else 'ok'}")
        if rng.random() < 0.08:
            lines.append(f"{clock} pump: flow {rng.integers(2, 9)} l/min 🌱")
    return lines


class Weights(NamedTuple):
    """A weights file, and the model that Python reads from it."""

    file: bytes
    model: Model

    @property
    def base64(self) -> str:
        return base64_of(self.file)

    @property
    def data(self) -> bytes:
        """The safetensors bytes."""
        return base64.b64decode(self.base64)

    def with_data(self, data: bytes) -> bytes:
        """A file with other bytes."""
        return b'globalThis.LOGLING_WEIGHTS = "' + base64.b64encode(data) + b'";\n'

    def rewritten(self, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> bytes:
        """A file whose header and card `change` has changed, with a checksum that is right again."""
        size = int.from_bytes(self.data[:8], "little")
        header, tensors = json.loads(self.data[8 : 8 + size]), self.data[8 + size :]
        card = json.loads(header["__metadata__"]["card"])
        change(header, card)
        text = json.dumps(card)
        if "__metadata__" in header:
            crc = zlib.crc32(tensors, zlib.crc32(text.encode()))
            header["__metadata__"] = {"card": text, "crc32": f"{crc:08x}"}
        new = json.dumps(header).encode()
        return self.with_data(len(new).to_bytes(8, "little") + new + tensors)


def base64_of(file: bytes) -> str:
    match = re.search(rb'"(.*)"', file)
    assert match
    return match[1].decode()


def weights_of(model: Model, **card: Any) -> Weights:
    file = encode(model, card, "12:00 bed1 air 20.0°C ok\n12:01 bed2")
    return Weights(file, decode(file)[0])


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
        "sample": "\n".join(made_up_log(6, seed=9)),
    }
    return weights_of(Model(config, vocabulary, training.best), **card)


SHAPES = {
    "three layers": Config(3, 3, 18, n_context=40, n_position=11, n_smear=3),
    "no smear": Config(2, 2, 10, n_context=33, n_position=7, n_smear=0),
    "no final norm": Config(1, 4, 16, n_context=48, n_position=48, n_smear=0, final_norm=False),
}


@cache
def random_weights(shape: str) -> Weights:
    """No tensor is zero, and the card holds nothing that is optional."""
    vocabulary = Vocabulary(" .:0123456789abcdefghilmnoprtuwx/°C🌱")
    config, rng = SHAPES[shape], np.random.default_rng(5)
    sizes = config.shapes(vocabulary.size)
    return weights_of(
        Model(config, vocabulary, {name: (rng.normal(size=size) / 2).astype("f4") for name, size in sizes.items()})
    )


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
def in_node() -> Ask:
    """Put one question to the page's scripts in Node: see runner.js."""
    node = shutil.which("node")
    assert node, "these tests need Node.js on the PATH"

    def ask(question: str, weights: Weights | bytes | str, **request: Any) -> Any:
        file = weights.file if isinstance(weights, Weights) else weights
        text = json.dumps(
            {"question": question, "base64": base64_of(file) if isinstance(file, bytes) else file, **request}
        )
        run = subprocess.run(
            [node, str(RUNNER)], input=text, capture_output=True, encoding="utf-8", timeout=NODE_PATIENCE, check=False
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    return ask


def browser_path(variable: str, *names: str) -> str:
    found = os.environ.get(variable) or next((path for name in names if (path := shutil.which(name))), None)
    assert found, f"these tests need one of {', '.join(names)} on the PATH, or its path in {variable}"
    return found


def open_chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(
        executable_path=browser_path("CHROMIUM", "chromium", "chromium-browser", "google-chrome"), args=["--no-sandbox"]
    )


def open_firefox(playwright: Playwright) -> Browser:
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=browser_path("FIREFOX", "firefox-esr", "firefox"),
        firefox_user_prefs={"security.fileuri.strict_origin_policy": True},
    )


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


class Where(NamedTuple):
    """A browser, and the kind of address that it opens the page from."""

    opener: Callable[[Playwright], Browser]
    scheme: str

    def __str__(self) -> str:
        return f"{self.opener.__name__.removeprefix('open_')} {self.scheme}"


USUAL = [Where(open_chromium, "file"), Where(open_firefox, "https")]
EVERYWHERE = [*USUAL, Where(open_chromium, "https"), Where(open_firefox, "file")]
IN_CHROMIUM = [where for where in EVERYWHERE if where.opener is open_chromium]


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


class StaticHost(NamedTuple):
    """A server on the loopback that serves a folder over https."""

    folder: Path
    address: str
    paths: list[str]


class PatientServer(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


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
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Opener]:
    """Open the page with these bytes as its weights.js, or none; it must ask for its own files only.

    What went wrong on it is in `page.troubles`. A `marker` in the address opens one of its views.
    """
    name = re.sub(r"\W+", "-", request.node.name)
    site = (tmp_path if where.scheme == "file" else static_host.folder / name) / "web"
    address = site.as_uri() if where.scheme == "file" else f"{static_host.address}/{name}/web"
    shutil.copytree(WEB, site, ignore=shutil.ignore_patterns("weights.js"))
    context = launched(where.opener).new_context(ignore_https_errors=True)
    context.set_default_timeout(PAGE_PATIENCE)
    page = context.new_page()
    troubles: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    def open_(weights: bytes | None, marker: str = "") -> Page:
        if weights is not None:
            (site / "weights.js").write_bytes(weights)
        page.goto(f"{address}/index.html{marker}")
        page.wait_for_selector("#views:not([hidden]), #trouble:not([hidden])")
        page.troubles = troubles  # type: ignore[attr-defined]
        page.requests = requests  # type: ignore[attr-defined]
        page.address = address  # type: ignore[attr-defined]
        return page

    yield open_
    context.close()
    assert [url for url in requests if not url.startswith((address + "/", f"blob:{origin_of(address)}"))] == []


def origin_of(address: str) -> str:
    """What the address of a blob begins with, that a page of this address made."""
    return "null/" if address.startswith("file:") else address.partition("/")[0] + "//" + address.split("/")[2]


@pytest.fixture
def page(open_page: Opener, trained: Weights) -> Iterator[Page]:
    """The page with the trained model, on which nothing may go wrong."""
    page = open_page(trained.file)
    yield page
    assert page.troubles == []  # type: ignore[attr-defined]


@pytest.fixture
def view(open_page: Opener, trained: Weights) -> Iterator[Callable[[str], Page]]:
    """The same, opened at one of its views."""
    pages = []

    def at(marker: str) -> Page:
        pages.append(open_page(trained.file, marker))
        return pages[-1]

    yield at
    assert [page.troubles for page in pages] == [[] for _ in pages]
