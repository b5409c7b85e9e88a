"""How fast the learner reads the logs of a folder, in Python beside JavaScript in Node: one table.

    python tests/benchmarks/learner_speed.py FOLDER [--rounds N] [--characters N]

Characters in a second of the processor, one thread, constant logits (so that no transformer is measured), medians of
rounds in turns. It fails where the two come to different bits. Then what the first use in a process costs, with what
was compiled kept on disk and without, and what it costs to save, load and copy a learner.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from page_engine import ask_engine

from model.adaptive import Adaptive
from model.vocabulary import Vocabulary

IN_NODE = Path(__file__).with_suffix(".js")
ROOT = Path(__file__).parents[2]
PART = 4096  # characters of which the logits are held at once
FIRST_USE = "from model.adaptive import Adaptive; from model.vocabulary import Vocabulary; "
FIRST_USE += "Adaptive(Vocabulary('ab')).read(None, 'ab')"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--characters", type=int, default=220_000, help="of each log, at most")
    options = parser.parse_args()
    print("| log | characters | Python, characters a CPU-second | JavaScript | ratio | bits per character |")
    print("|---|---|---|---|---|---|")
    for path in sorted(options.folder.glob("*.txt")):
        text = path.read_text(encoding="utf-8", errors="replace")[: options.characters]
        print(row(path.stem, text, options.rounds))
    print()
    for way, seconds in first_use(options.rounds):
        print(f"first use, {way}: {seconds:.2f} CPU seconds")
    for way, seconds in stored(options.rounds):
        print(f"{way}: {seconds * 1000:.0f} ms")


def row(name: str, text: str, rounds: int) -> str:
    """The speeds of one log."""
    vocabulary = Vocabulary("").extended(text.split("\n"), 256)
    speeds: list[tuple[float, float]] = []
    for _ in range(rounds):
        python, bits = in_python(vocabulary, text)
        node = ask_engine(IN_NODE, request={"characters": vocabulary.characters, "text": text})
        if bits != node["bits"]:
            sys.exit(f"{name}: {bits} bits in Python and {node['bits']} in JavaScript")
        speeds.append((python, node["speed"]))
    python, node = (median(column) for column in zip(*speeds, strict=True))
    ratio = median(ours / theirs for ours, theirs in speeds)
    return f"| {name} | {len(text):,} | {python:,.0f} | {node:,.0f} | {ratio:.2f} | {bits / len(text):.3f} |"


def in_python(vocabulary: Vocabulary, text: str) -> tuple[float, float]:
    """Characters in a second of the processor, and all bits."""
    learner = Adaptive(vocabulary)
    learner.read(None, " ")  # compiled, or taken from disk
    learner, logits, bits = Adaptive(vocabulary), np.zeros((PART, vocabulary.size)), 0.0
    begun = time.process_time()
    for start in range(0, len(text), PART):
        part = text[start : start + PART]
        for cost in learner.read(logits[: len(part)], part).tolist():
            bits += cost
    return len(text) / (time.process_time() - begun), bits


def first_use(rounds: int) -> list[tuple[str, float]]:
    """CPU seconds of a process that reads two characters."""
    with tempfile.TemporaryDirectory() as folder:
        cold = child_seconds(FIRST_USE, folder)
        warm = median(child_seconds(FIRST_USE, folder) for _ in range(rounds))
    numpy = median(child_seconds("import numpy", "") for _ in range(rounds))
    return [("nothing kept", cold), ("kept on disk", warm), ("importing numpy alone, for comparison", numpy)]


def child_seconds(program: str, cache: str) -> float:
    """CPU seconds of a Python program that keeps what it compiles in a folder."""
    before = os.times()
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=os.environ | {"NUMBA_CACHE_DIR": cache}, check=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def stored(rounds: int) -> list[tuple[str, float]]:
    """Seconds in which a learner of 4 MB is saved, loaded and copied."""
    vocabulary = Vocabulary("0123456789abcdef :")
    rng = np.random.default_rng(0)
    learner = Adaptive(vocabulary)
    learner.read(None, "".join(rng.choice(list("0123456789abcdef :\n"), 4_000_000)))
    saved = learner.save()
    ways: list[tuple[str, Callable[[], object]]] = [
        (f"save ({len(saved) / 1e6:.1f} MB)", learner.save),
        ("load", lambda: Adaptive.load(vocabulary, saved)),
        ("copy", learner.copy),
        ("begin anew", lambda: Adaptive(vocabulary)),
    ]
    return [(name, median(seconds_of(way) for _ in range(rounds))) for name, way in ways]


def seconds_of(way: Callable[[], object]) -> float:
    """CPU seconds that something takes."""
    begun = time.process_time()
    way()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
