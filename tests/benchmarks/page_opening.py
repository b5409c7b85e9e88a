"""How soon the page answers, in Chromium from file://: python tests/benchmarks/page_opening.py WEIGHTS.JS… [--log LOG]

Prints, for each weights file in turns, the time from navigation to the first finding of Check's example, and to the
first prediction of Predict (each time in a new browser that has done with its own start), how soon Stop answers, the
longest tasks on the page's own thread while 10,000 lines are checked, and the size of the page with these weights, as
it lies there and as a host that compresses sends it.
CHROMIUM names the browser. Times of the clock mean something on a machine that does nothing else; times of the
processor, on any.
"""

import argparse
import gzip
import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from service.installation import page_folder
from service.site.page_files import page_files

OPENINGS = 7
LINES = 10_000
PATIENCE = 600_000  # milliseconds
CHECKED = '#checked[aria-busy="false"]'
SETTLED = 1_500  # milliseconds after which a browser has done with its own start

FIRST = {"#check": ".findings li", "#predict": "#likely li"}  # what a view shows first, by the view's address
WATCH = """
new MutationObserver(() => {
    if (!globalThis.firstAnswer && document.querySelector('%s')) {
        firstAnswer = performance.now();
        performance.mark('first answer');
    }
}).observe(document, { subtree: true, childList: true });
"""
STOP = """() => new Promise((resolve) => {
    const began = performance.now();
    new MutationObserver((_, observer) => {
        if (!document.getElementById('notes').textContent.startsWith('Stopped')) return;
        observer.disconnect();
        resolve(performance.now() - began);
    }).observe(document.getElementById('notes'), { childList: true });
    document.getElementById('stop').click();
})"""


def main_thread_tasks(trace: bytes, until: str = "") -> list[tuple[float, float]]:
    """How long each task on the threads of pages took, by the clock and of the processor, in milliseconds.

    `until` names a mark: then only those tasks count that began before it, on the thread that made it.
    """
    events = json.loads(trace)["traceEvents"]
    marks = [e for e in events if until and e["name"] == until]
    threads = {(e["pid"], e["tid"]) for e in events if e.get("args", {}).get("name") == "CrRendererMain"}
    return [
        (e["dur"] / 1000, e.get("tdur", 0) / 1000)
        for e in events
        if e.get("ph") == "X" and "RunTask" in e["name"] and (e["pid"], e["tid"]) in threads
        if all((e["pid"], e["tid"]) == (mark["pid"], mark["tid"]) and e["ts"] < mark["ts"] for mark in marks)
    ]


def write_site(folder: Path, weights: Path) -> Path:
    """The page as a clone has it."""
    folder.mkdir()
    for name, content in page_files(page_folder()).items():
        (folder / name).write_bytes(content)
    shutil.copy(weights, folder / "weights.js")
    return folder


def launch(playwright: Playwright) -> Browser:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


def opened(browser: Browser, site: Path, view: str, categories: list[str] | None = None) -> Page:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(WATCH % FIRST[view])
    page.wait_for_timeout(SETTLED)
    if categories:
        browser.start_tracing(page=page, categories=categories)
    page.goto((site / "index.html").as_uri() + view)
    page.wait_for_selector(FIRST[view])
    return page


def first_answer(playwright: Playwright, site: Path, view: str) -> tuple[float, float]:
    """Milliseconds from navigation, in a browser that has opened nothing before: of the clock and of the processor."""
    browser = launch(playwright)
    page = opened(browser, site, view, ["toplevel", "blink.user_timing"])
    milliseconds = float(page.evaluate("() => firstAnswer"))
    tasks = main_thread_tasks(browser.stop_tracing(), until="first answer")
    browser.close()
    return milliseconds, sum(processor for _, processor in tasks)


def write_log(page: Page, path: Path) -> Path:
    """10,000 lines of the page's own example."""
    sample = page.evaluate("() => exampleLog(readWeights(LOGLING_WEIGHTS).card)").splitlines()
    path.write_text("\n".join((sample * LINES)[:LINES]), encoding="utf-8")
    return path


def long_work(playwright: Playwright, site: Path, log: Path | None) -> None:
    """Check a long log, stop it, and check it once more to its end."""
    browser = launch(playwright)
    page = opened(browser, site, "#check")
    page.wait_for_selector(CHECKED)
    log = log or write_log(page, site / "made-up.log")
    page.set_input_files("#file", log)
    page.wait_for_function("() => document.getElementById('check-status').textContent.startsWith('1,')")
    print(f"  stop answers in   {page.evaluate(STOP):.0f} ms")
    trace = site / "trace.json"
    browser.start_tracing(page=page, path=trace, categories=["toplevel"])
    began = time.monotonic()
    page.set_input_files("#file", log)
    page.wait_for_selector(CHECKED)
    seconds = time.monotonic() - began
    clock, processor = (sorted(times) for times in zip(*main_thread_tasks(browser.stop_tracing()), strict=True))
    print(
        f"  10,000 lines      {seconds:.1f} s; longest task {clock[-1]:.0f} ms, {processor[-1]:.0f} ms of the processor"
    )
    print(f"                    over 50 ms: {sum(t > 50 for t in clock)}, {sum(t > 50 for t in processor)}")
    browser.close()
    for path in (trace, site / "made-up.log"):
        path.unlink(missing_ok=True)


def size(site: Path) -> str:
    files = [file.read_bytes() for file in site.iterdir()]
    packed = sum(len(gzip.compress(content)) for content in files)
    return f"{sum(map(len, files)) / 1000:.0f} KB, {packed / 1000:.0f} KB packed by gzip"


def main() -> None:
    parser = argparse.ArgumentParser(description="How soon the page answers, and how large it is")
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--log", type=Path, help="checked in place of the page's own example")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        sites = [write_site(Path(folder) / str(i), weights) for i, weights in enumerate(given.weights)]
        times: list[dict[str, list[tuple[float, float]]]] = [{view: [] for view in FIRST} for _ in sites]
        for _ in range(OPENINGS):
            for site, answers in zip(sites, times, strict=True):
                for view, those in answers.items():
                    those.append(first_answer(playwright, site, view))
        for weights, site, answers in zip(given.weights, sites, times, strict=True):
            print(f"{weights}\n  size              {size(site)}")
            for view, those in answers.items():
                clock, processor = (sorted(figures) for figures in zip(*those, strict=True))
                print(
                    f"  first of {view:<9}{clock[0]:.0f} ms at best, median {statistics.median(clock):.0f} ms; "
                    f"of the processor {statistics.median(processor):.0f} ms"
                )
            long_work(playwright, site, given.log)


if __name__ == "__main__":
    main()
