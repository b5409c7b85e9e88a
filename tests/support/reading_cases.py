"""The cases of reading_cases.json: bytes in, lines out, per setting."""

import base64
import json
from pathlib import Path
from typing import Any

from service.reading.reading import Reading

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "reading_cases.json").read_text())


def bytes_of(case: dict[str, Any]) -> bytes:
    """The log of a case."""
    text = base64.b64decode(case["base64"]) if "base64" in case else case["input"].encode()
    return b"\0" * case.get("nul_bytes_before", 0) + text


def reading_of(case: dict[str, Any]) -> Reading:
    """The reading by the settings of a case."""
    settings = case["settings"]
    return Reading(**{**settings, "mask": tuple(settings.get("mask", ()))})
