"""The Atom feed of runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from .history import RunSummary
from .history_chart import describe_run

NAMESPACE = "http://www.w3.org/2005/Atom"
ENTRIES = 50


class FeedEntry(NamedTuple):
    """A run, with what stands before its page's path and its title where there are several homes."""

    run: RunSummary
    root: str = ""
    title: str = ""


def newest_entries(runs: Sequence[RunSummary]) -> list[FeedEntry]:
    """The newest of these runs, which are given oldest first."""
    return [FeedEntry(run) for run in runs[-ENTRIES:][::-1]]


def make_feed(entries: Sequence[FeedEntry], name: str) -> bytes:
    """These runs, newest first, with links to their pages.

    The links are relative to the feed, because a proxy may have put it under another path than it knows of.
    """
    feed = Xml.Element("feed", xmlns=NAMESPACE)
    updated = entries[0].run.finished if entries else datetime(1970, 1, 1, tzinfo=UTC)
    add_element(feed, "title", f"{name}: runs of Logling")
    add_element(feed, "id", f"tag:logling.invalid,2026:feed/{quote(name)}")
    add_element(feed, "updated", updated.isoformat(timespec="seconds"))
    add_element(feed, "link", rel="self", href="feed.atom")
    add_element(feed, "link", href="./")
    add_element(add_element(feed, "author"), "name", "Logling")
    for run, root, title in entries:
        entry = add_element(feed, "entry")
        add_element(entry, "title", f"{title}{describe_run(run)}")
        add_element(entry, "id", f"tag:logling.invalid,2026:run/{run.run}")
        add_element(entry, "updated", run.finished.isoformat(timespec="seconds"))
        add_element(entry, "link", href=f"{root}runs/{run.run}")
        add_element(entry, "category", term=run.outcome)
        add_element(entry, "content", run.reason, type="text")
    return bytes(Xml.tostring(feed, encoding="utf-8", xml_declaration=True))


def add_element(parent: Xml.Element, name: str, text: str = "", **attributes: str) -> Xml.Element:
    """A new element in `parent`."""
    element = Xml.SubElement(parent, name, attributes)
    element.text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text) or None
    return element
