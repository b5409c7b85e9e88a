"""Runs as `logling history --json` prints them."""

from __future__ import annotations

from typing import Any

from service.storage.ledger import Ledger

Document = dict[str, Any]


def documents(ledger: Ledger, limit: int = -1) -> list[Document]:
    """All ended runs, newest first."""
    return [run.as_json() for run in ledger.runs(limit)]
