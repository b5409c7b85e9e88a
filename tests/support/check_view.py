"""The page's Check in a browser: what a person does there, and the log of a made-up greenhouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

STRANGE = "12:03 bed1 FIRE °°°"
PATIENCE = 60_000  # milliseconds


def greenhouse(count: int, strange: int | None = None) -> list[str]:
    """Lines of the greenhouse; number `strange`, from 1, is not one of them."""
    lines = [f"{i // 60 % 24:02d}:{i % 60:02d} bed{i % 4 + 1} air {18 + i % 5}.{i % 10}°C ok" for i in range(count)]
    lines[39::40] = [f"{i // 60 % 24:02d}:{i % 60:02d} pump: flow {i % 7 + 2} l/min 🌱" for i in range(39, count, 40)]
    if strange:
        lines[strange - 1] = STRANGE
    return lines


def finished(page: Page) -> None:
    """Wait for the end of a check."""
    page.wait_for_selector('#checked[aria-busy="false"]', timeout=PATIENCE)


def listed(page: Page) -> list[str]:
    """The texts of the findings that are listed, also of those that are familiar."""
    return page.locator(".findings .finding .text").all_text_contents()


def standing_out(page: Page) -> list[str]:
    """The texts of the findings that stand out."""
    return page.locator("#findings .finding .text").all_text_contents()


def go_to(page: Page, name: str) -> None:
    """Follow the link to a view, and wait until it is shown: that comes with an event, a moment after the click."""
    page.click(f"#to-{name}")
    page.wait_for_selector(f"#{name}-view:visible")


def unfold(page: Page, name: str) -> None:
    """Show a part of the page that its button unfolds."""
    if page.get_attribute(f"#show-{name}", "aria-expanded") == "false":
        page.click(f"#show-{name}")


def paste(page: Page, text: str) -> None:
    """Begin to check these lines."""
    unfold(page, "paste")
    page.fill("#lines-to-check", text)
    page.click("#check-lines")


def check(page: Page, text: str) -> list[str]:
    """Check these lines to the end. Returns what is listed."""
    paste(page, text)
    finished(page)
    return listed(page)


def open_file(page: Page, path: Path, content: bytes | None = None) -> list[str]:
    """Check a file to its end, with this content. Returns what is listed."""
    if content is not None:
        path.write_bytes(content)
    page.set_input_files("#file", path)
    finished(page)
    return listed(page)


def saved(page: Page, button: str) -> Any:
    """What a button gives the browser to save: automated Firefox saves nothing."""
    page.evaluate(
        """() => {
            const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => { globalThis.savedBlob = blob; return make.call(URL, blob); };
        }"""
    )
    if button.startswith(("#save-csv", "#save-json", "#save-html")):
        unfold(page, "export")
    page.click(button)
    return page.evaluate("() => savedBlob.text()")
