"""How fast the page's engine is, beside onnxruntime-web and TensorFlow.js running the same weights.

    .venv/bin/python tests/benchmarks/page_speed.py [--seconds S] [--rounds N] [--shape SHAPE] [--scratch FOLDER]

One command: it installs both peers by npm into a scratch folder (not into the project), writes random weights of each
shape, checks that the peers' logits are ours to 1e-4, and prints a table. All engines run in Chromium's main thread,
ours in Node too. Rounds are interleaved, medians told, and tokens counted per second of the processor too, so that
other work on the machine counts little. Sizes of blocks for the peers' scoring are tried and the best is taken.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import json
import os
import runpy
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import onnx
from playwright.sync_api import Browser, Page, sync_playwright

from model.config import PRESETS
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.weights_file import decode, encode
from service.installation import page_folder
from service.site.page_files import page_files

HERE = Path(__file__).parent / "page_speed"
SHAPES = {
    "seed-48": (replace(PRESETS["seed"].config, n_context=48), 80),  # sees as far as microgpt's
    "seed": (replace(PRESETS["seed"].config, n_context=128), 80),
    "full": (PRESETS["full"].config, 96),
}
PACKAGES = ("onnxruntime-web@1.30.0", "@tensorflow/tfjs-core@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0")
ORT_FILES = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
TF_FILES = ("tf-core.min.js", "tf-backend-wasm.min.js", "tfjs-backend-wasm-simd.wasm")
OURS = ("engine.js",)
SHIPPED = {  # what a page loads for one prediction
    "ours": [*OURS, "{shape}.js"],
    "onnxruntime-web": [f"ort/{name}" for name in ORT_FILES] + ["{shape}-1.onnx"],
    "TensorFlow.js": [f"tfjs/{name}" for name in TF_FILES] + ["{shape}.js"],
}
PEER_SCRIPTS = [f"ort/{ORT_FILES[0]}", *(f"tfjs/{name}" for name in TF_FILES[:2])]
OPENINGS = {
    "ours": ([], "openOurs()"),
    "onnxruntime-web": ([PEER_SCRIPTS[0], "places.js", "onnxruntime.js"], "openOnnxRuntime('{shape}')"),
    "TensorFlow.js": ([*PEER_SCRIPTS[1:], "places.js", "tensorflow.js"], "openTensorFlow()"),
}
BLOCKS = (32, 64, 128, 256)
TOLERANCE = 1e-4


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def install_peers(scratch: Path) -> None:
    """The peers' packages."""
    if not (scratch / "node_modules").exists():
        (scratch / "package.json").write_text('{"private": true}')
        run("npm", "install", "--no-audit", "--no-fund", *PACKAGES, cwd=scratch)


def write_site(scratch: Path) -> Path:
    """A folder with everything that any of the pages loads."""
    site = scratch / "site"
    shutil.rmtree(site, ignore_errors=True)
    (site / "ort").mkdir(parents=True)
    (site / "tfjs").mkdir()
    packages = scratch / "node_modules"
    for name in ORT_FILES:
        shutil.copy(packages / "onnxruntime-web" / "dist" / name, site / "ort")
    shutil.copy(packages / "@tensorflow/tfjs-core/dist/tf-core.min.js", site / "tfjs")
    for path in (packages / "@tensorflow/tfjs-backend-wasm").rglob("*"):
        if path.name == "tf-backend-wasm.min.js" or path.name.endswith("wasm-simd.wasm"):
            shutil.copy(path, site / "tfjs")
    (site / "engine.js").write_bytes(page_files(page_folder())["engine.js"])
    for path in HERE.glob("*.js"):
        shutil.copy(path, site)
    for shape in SHAPES:
        write_model(site, shape)
    return site


def write_model(site: Path, shape: str) -> None:
    """Weights as ours, as graphs, and the pages that load them."""
    config, size = SHAPES[shape]
    vocabulary = Vocabulary("".join(map(chr, range(32, 30 + size))))
    rng = np.random.default_rng(0)
    weights = {name: w + 0.1 * rng.standard_normal(w.shape) for name, w in init_weights(config, size, rng).items()}
    file = encode(Model(config, vocabulary, weights), {}, "12:00 bed1 air 20.0 ok\n" * 8 + "12:01 bed2")
    (site / f"{shape}.js").write_bytes(file)
    model, _ = decode(file)
    blocks_graph = runpy.run_path(str(HERE / "onnx_blocks.py"))["blocks_graph"]
    for block in (1, *BLOCKS):
        onnx.save(blocks_graph(config, model.weights, block), site / f"{shape}-{block}.onnx")
    engines = ["places.js", "ours.js", "onnxruntime.js", "tensorflow.js", "rounds.js"]
    write_page(site / f"{shape}.html", [*OURS, f"{shape}.js", *PEER_SCRIPTS, *engines])
    for name, (scripts, opening) in OPENINGS.items():
        tail = f"<script>opened = {opening.format(shape=shape)};</script>"
        write_page(site / f"cold-{name}-{shape}.html", [*OURS, f"{shape}.js", *scripts, "cold.js"], tail)


def write_page(path: Path, scripts: list[str], tail: str = "") -> None:
    tags = "".join(f'<script src="{name}"></script>' for name in scripts)
    path.write_text(f'<!doctype html><meta charset="utf-8"><title>{path.stem}</title><body>{tags}{tail}')


@contextmanager
def served(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        extensions_map: ClassVar = {
            **SimpleHTTPRequestHandler.extensions_map,
            ".mjs": "text/javascript",
            ".wasm": "application/wasm",
        }

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def chromium() -> str:
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return found or sys.exit("This needs Chromium on the PATH, or its path in CHROMIUM.")


def open_page(browser: Browser, url: str) -> Page:
    page = browser.new_context().new_page()
    page.on("pageerror", lambda error: sys.exit(f"{url}: {error}"))
    page.goto(url)
    return page


def check_agreement(page: Page, shape: str) -> None:
    for engine, far in page.evaluate("disagreement()").items():
        print(
            f"  {shape}, {engine}: logits within {far['logits']:.1e}, {far['bitsPerCharacter']:.1e} bits per character"
        )
        if max(far.values()) > TOLERANCE:
            sys.exit(f"{engine} does not compute the same model")


class Speed(NamedTuple):
    """Tokens a second of the clock, and of the processors."""

    clock: float
    processor: float


Ask = Callable[[], Speed]


def medians(asked: dict[str, Ask], rounds: int) -> dict[str, Speed]:
    """The median answer of each, asked in turns after one that does not count."""
    answers: dict[str, list[Speed]] = {name: [] for name in asked}
    for _ in range(1 + rounds):
        for name, ask in asked.items():
            answers[name].append(ask())
    return {
        name: Speed(*(statistics.median(figures) for figures in zip(*speeds[1:], strict=True)))
        for name, speeds in answers.items()
    }


class Rounds:
    """The engines in pages of their own browser, whose use of the processors is told by the browser."""

    def __init__(self, browser: Browser, url: str, shape: str, milliseconds: int) -> None:
        self.browser, self.url, self.shape, self.milliseconds = browser, url, shape, milliseconds
        self.session = browser.new_browser_cdp_session()

    def prepared(self, block: int) -> Page:
        page = open_page(self.browser, f"{self.url}/{self.shape}.html")
        page.evaluate(f"prepare('{self.shape}', {block})")
        return page

    def ask(self, page: Page, engine: str, task: str) -> Speed:
        before = self.processor_seconds()
        done = page.evaluate(f"round('{engine}', '{task}', {self.milliseconds})")
        return Speed(done["tokens"] / done["seconds"], done["tokens"] / (self.processor_seconds() - before))

    def processor_seconds(self) -> float:
        """Of all pages so far."""
        processes = self.session.send("SystemInfo.getProcessInfo")["processInfo"]
        return float(sum(process["cpuTime"] for process in processes if process["type"] == "renderer"))

    def best_blocks(self) -> dict[str, int]:
        """The number of tokens at once with which each peer scores fastest."""
        speeds: dict[str, dict[int, float]] = {"onnxruntime-web": {}, "TensorFlow.js": {}}
        for block in BLOCKS:
            page = self.prepared(block)
            for engine, by_block in speeds.items():
                self.ask(page, engine, "score")
                by_block[block] = self.ask(page, engine, "score").processor
            page.context.close()
        return {engine: max(by_block, key=lambda block: by_block[block]) for engine, by_block in speeds.items()}

    def in_node(self, weights: Path, task: str) -> Speed:
        done = json.loads(
            run("node", HERE / "in_node.js", weights.parent / "engine.js", weights, task, str(self.milliseconds))
        )
        return Speed(done["tokens"] / done["seconds"], done["tokens"] / done["processor"])


def measure(rounds: Rounds, site: Path, count: int) -> dict[str, Speed]:
    """The speeds by "task, engine"."""
    blocks = rounds.best_blocks()
    pages = {block: rounds.prepared(block) for block in set(blocks.values())}
    for page in pages.values():
        check_agreement(page, rounds.shape)
    ours = pages[blocks["onnxruntime-web"]]
    asked: dict[str, Ask] = {}
    for task in ("generate", "score"):
        asked[f"{task}, ours, Node"] = functools.partial(rounds.in_node, site / f"{rounds.shape}.js", task)
        for engine in ("ours", *blocks):
            page = pages[blocks[engine]] if engine in blocks else ours
            asked[f"{task}, {engine}"] = functools.partial(rounds.ask, page, engine, task)
    asked["generate, ours, many futures side by side"] = functools.partial(rounds.ask, ours, "ours", "futures")
    asked["score, ours, a worker for each core"] = functools.partial(rounds.ask, ours, "ours", "workers")
    speeds = medians(asked, count)
    for page in pages.values():
        page.context.close()
    return speeds


def first_token(browser: Browser, url: str, engine: str, shape: str) -> float:
    """Milliseconds from opening a page to its first prediction, with nothing cached."""
    page = open_page(browser, f"{url}/cold-{engine}-{shape}.html")
    milliseconds = float(page.evaluate("opened"))
    page.context.close()
    return milliseconds


def show(shape: str, speeds: dict[str, Speed], cold: dict[str, float], site: Path) -> None:
    print(f"\n{shape:<42}{'tokens per second of':>28}{'times onnxruntime-web':>28}")
    print(f"{'':<42}{'processor':>14}{'clock':>14}{'processor':>14}{'clock':>14}")
    for name, speed in speeds.items():
        peer = speeds[f"{name.split(',')[0]}, onnxruntime-web"]
        ratios = f"{speed.processor / peer.processor:>14.2f}{speed.clock / peer.clock:>14.2f}"
        print(f"  {name:<40}{speed.processor:>14,.0f}{speed.clock:>14,.0f}{ratios}")
    print("  from opening to the first token, and what is loaded for it")
    for engine, files in SHIPPED.items():
        contents = [(site / name.format(shape=shape)).read_bytes() for name in files]
        size, packed = sum(map(len, contents)), sum(len(gzip.compress(content)) for content in contents)
        print(f"    {engine:<38}{cold[engine]:>11,.0f} ms{size / 1024:>11,.0f} KB{packed / 1024:>11,.0f} KB gzip")


def first_tokens(browser: Browser, url: str, site: Path, shape: str, count: int) -> dict[str, float]:
    """Medians by engine; ours is opened as a file."""
    answers: dict[str, list[float]] = {engine: [] for engine in SHIPPED}
    for _ in range(count):
        for engine, milliseconds in answers.items():
            milliseconds.append(first_token(browser, site.as_uri() if engine == "ours" else url, engine, shape))
    return {engine: statistics.median(milliseconds) for engine, milliseconds in answers.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="The page's engine beside onnxruntime-web and TensorFlow.js")
    parser.add_argument("--seconds", type=float, default=1.0, help="of one round of one task")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shape", choices=SHAPES, action="append", help="one of them only")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "logling-page-speed")
    given = parser.parse_args()
    given.scratch.mkdir(parents=True, exist_ok=True)
    install_peers(given.scratch)
    site = write_site(given.scratch)
    with sync_playwright() as playwright, served(site) as url:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for shape in given.shape or SHAPES:
            speeds = measure(Rounds(browser, url, shape, int(given.seconds * 1000)), site, given.rounds)
            show(shape, speeds, first_tokens(browser, url, site, shape, given.rounds), site)
        browser.close()


if __name__ == "__main__":
    main()
