"""How soon the page answers, in Chromium from file://: python tests/benchmarks/page_opening.py WEIGHTS.JS [LOG]

Prints the time from navigation to the first prediction (new browser each time), the longest tasks on the page's own
thread while 10,000 lines are checked, how soon Stop answers, and the page's size. CHROMIUM names the browser. Times of
the clock mean something on a machine that does nothing else; times of the processor, on any.
"""

import gzip
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

WEB = Path(__file__).parents[2] / "web"
OPENINGS = 7
LINES = 10_000
PATIENCE = 600_000  # milliseconds

WATCH = """
new MutationObserver(() => {
    if (!globalThis.firstPrediction && document.querySelector('#likely li')) firstPrediction = performance.now();
}).observe(document, { subtree: true, childList: true });
"""
STOP = """() => new Promise((resolve) => {
    const began = performance.now();
    new MutationObserver((_, observer) => {
        if (!document.getElementById('check-summary').textContent.startsWith('Stopped')) return;
        observer.disconnect();
        resolve(performance.now() - began);
    }).observe(document.getElementById('check-summary'), { childList: true });
    document.getElementById('stop').click();
})"""


def main_thread_tasks(trace: bytes) -> list[tuple[float, float]]:
    """How long each task on the threads of pages took, by the clock and of the processor, in milliseconds."""
    events = json.loads(trace)["traceEvents"]
    threads = {(e["pid"], e["tid"]) for e in events if e.get("args", {}).get("name") == "CrRendererMain"}
    return [
        (e["dur"] / 1000, e.get("tdur", 0) / 1000)
        for e in events
        if e.get("ph") == "X" and "RunTask" in e["name"] and (e["pid"], e["tid"]) in threads
    ]


def main(weights: Path, log: Path | None) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder) / "web"
        shutil.copytree(WEB, site, ignore=shutil.ignore_patterns("weights.js"))
        shutil.copy(weights, site / "weights.js")

        def launch() -> Browser:
            path = os.environ.get("CHROMIUM") or shutil.which("chromium")
            return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])

        def opened(browser: Browser) -> Page:
            page = browser.new_page()
            page.set_default_timeout(PATIENCE)
            page.add_init_script(WATCH)
            page.goto((site / "index.html").as_uri())
            page.wait_for_selector("#likely li")
            return page

        times = []
        for _ in range(OPENINGS):
            browser = launch()
            times.append(opened(browser).evaluate("() => firstPrediction"))
            browser.close()
        print(f"first prediction  {min(times):.0f} ms at best, median {statistics.median(times):.0f} ms")

        browser = launch()
        page = opened(browser)
        page.click("#to-check")
        page.wait_for_selector("#save-csv:visible")
        path = log or Path(folder) / "made-up.log"
        if log is None:
            sample = page.input_value("#lines-to-check").splitlines()
            path.write_text("\n".join((sample * LINES)[:LINES]), encoding="utf-8")
        page.set_input_files("#file", path)
        page.wait_for_function("() => document.getElementById('check-status').textContent.startsWith('1,')")
        print(f"stop answers in   {page.evaluate(STOP):.0f} ms")
        browser.start_tracing(page=page, path=Path(folder) / "trace.json", categories=["toplevel"])
        page.click("#check-lines")
        page.wait_for_selector("#save-csv:visible")
        tasks = main_thread_tasks(browser.stop_tracing())
        clock, processor = (sorted(times) for times in zip(*tasks, strict=True))
        print(f"10,000 lines      longest task {clock[-1]:.0f} ms, {processor[-1]:.0f} ms of the processor")
        print(f"                  over 50 ms: {sum(t > 50 for t in clock)}, {sum(t > 50 for t in processor)}")
        browser.close()
        files = [file.read_bytes() for file in site.iterdir()]
        packed = sum(len(gzip.compress(content)) for content in files)
        print(f"size              {sum(map(len, files)) / 1000:.0f} KB, {packed / 1000:.0f} KB packed by gzip")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
