"""The cases of checking_cases.json: the words of lines, and what is found in logs beside good ones."""

import json
from pathlib import Path
from typing import Any

CASES: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "checking_cases.json").read_text(encoding="utf-8")
)
WORDS, CHECKS = CASES["words"], CASES["checks"]


def told(finding: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """What a case tells of a finding, which has more fields."""
    return {name: finding[name] for name in case["found"][0]}
