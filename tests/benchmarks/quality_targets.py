"""What the project set out to reach, judged by the figures of quality.py."""

from __future__ import annotations

from collections.abc import Callable

Figures = dict[str, float]

BELOW_ZPAQ = 0.85
NEAR_LIMIT = {"full static": 1.08, "seed static": 1.2}  # of the true entropy


def targets(logs: dict[str, Figures]) -> list[str]:
    """One line each: what is wanted, on how many logs it holds, and where it does not, with both figures."""
    found = [
        judged("static full below the n-gram of any size", logs, against("full static", "n-gram")),
        judged("static full below the n-gram of equal bytes", logs, against("full static", "n-gram 101 KB")),
        judged("operator at least 15 % below zpaq", logs, against("full operator", "zpaq", BELOW_ZPAQ)),
        judged("operator below the prototype without a transformer", logs, against("full operator", "prototype")),
        judged("operator below prompted SmolLM2-135M", logs, against("full operator", "SmolLM2-135M")),
        judged("operator below prompted Qwen 1.5B", logs, against("full operator", "Qwen 1.5B")),
        judged("client below xz, which had the trained lines", logs, against("full client", "xz")),
        judged("client below PPMd, which had the trained lines", logs, against("full client", "PPMd")),
    ]
    for column, factor in NEAR_LIMIT.items():
        found.append(
            judged(f"{column} within {factor - 1:.0%} of the entropy", logs, against(column, "entropy", factor))
        )
    return [line for line in found if line]


def against(column: str, other: str, factor: float = 1.0) -> Callable[[Figures], tuple[float, float] | None]:
    """What is to be lower, and than what; nothing where one of them is not known."""

    def pair(figures: Figures) -> tuple[float, float] | None:
        return (figures[column], figures[other] * factor) if column in figures and other in figures else None

    return pair


def judged(what: str, logs: dict[str, Figures], pair: Callable[[Figures], tuple[float, float] | None]) -> str:
    """Where it holds and where not; nothing where it could not be judged."""
    pairs = {log: found for log, figures in logs.items() if (found := pair(figures))}
    if not pairs:
        return ""
    missed = [f"{log} {ours:.3f} against {theirs:.3f}" for log, (ours, theirs) in pairs.items() if ours > theirs]
    return f"- {what}: {len(pairs) - len(missed)} of {len(pairs)}" + (f"; not {', '.join(missed)}" if missed else "")
