"""Made-up findings, as the engine gives them."""

from __future__ import annotations

from typing import Any


def finding(text: str = "disk sda FAILED", **changed: Any) -> dict[str, Any]:
    """A finding on line 3, with some of its fields changed."""
    return {
        "line": 3,
        "lines": [3],
        "count": 1,
        "text": text,
        "strangeness": 20_000,
        "standsOut": True,
        "kind": "new",
        "why": "`FAILED` was never seen",
        "words": [],
        "before": ["one", "two"],
        "after": ["four"],
        "around": [1, 2, 3, 4],
        "key": text,
        "figures": {"bits": 1.5, "characters": len(text) + 1, "surprise": 9.25},
        **changed,
    }
