"""The Atom feed of runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from .history import Short
from .history_chart import scores_in_words

NAMESPACE = "http://www.w3.org/2005/Atom"
ENTRIES = 50


def atom(runs: Sequence[Short], name: str, base: str) -> bytes:
    """The newest of these runs, oldest given first, as entries that link to their pages under `base`."""
    feed = Xml.Element("feed", xmlns=NAMESPACE)
    newest = runs[-ENTRIES:][::-1]
    updated = newest[0].finished if newest else datetime(1970, 1, 1, tzinfo=UTC)
    add(feed, "title", f"{name}: runs of Logling")
    add(feed, "id", f"{base}feed.atom")
    add(feed, "updated", updated.isoformat(timespec="seconds"))
    add(feed, "link", rel="self", href=f"{base}feed.atom")
    add(feed, "link", href=base)
    add(add(feed, "author"), "name", "Logling")
    for run in newest:
        entry = add(feed, "entry")
        add(entry, "title", scores_in_words(run))
        add(entry, "id", f"tag:logling.invalid,2026:run/{run.run}")
        add(entry, "updated", run.finished.isoformat(timespec="seconds"))
        add(entry, "link", href=f"{base}runs/{run.run}")
        add(entry, "category", term=run.outcome)
        add(entry, "content", run.reason, type="text")
    return bytes(Xml.tostring(feed, encoding="utf-8", xml_declaration=True))


def add(parent: Xml.Element, name: str, text: str = "", **attributes: str) -> Xml.Element:
    """A new element in `parent`."""
    element = Xml.SubElement(parent, name, attributes)
    element.text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text) or None
    return element
