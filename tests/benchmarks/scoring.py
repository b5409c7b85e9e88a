"""How fast Python scores a log, by the weights alone and learning from what it reads: one table.

    python tests/benchmarks/scoring.py [--rounds N]

Characters in a second of the processor, medians of rounds in turns, by random weights: their values do not change what
a character costs. What the page does with the same models is in `page_speed.py`.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from statistics import median

import numpy as np

from model.config import PRESETS
from model.scoring import score_lines
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary

SHAPES = {"seed": replace(PRESETS["seed"].config, n_context=128), "full": PRESETS["full"].config}
ALPHABET = "".join(map(chr, range(32, 110)))
LINES = [f"12:{number % 60:02d} bed{number % 7} air {20 + number % 13}.{number % 10} ok" for number in range(100)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    ways = [(shape, adapt) for shape in SHAPES for adapt in (False, True)]
    speeds: dict[tuple[str, bool], list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            speeds[way].append(characters_per_second(*way))
    print("| scoring in Python, characters per CPU-second | weights alone | learning |")
    print("|---|---|---|")
    for shape in SHAPES:
        print(f"| {shape} | {median(speeds[shape, False]):,.0f} | {median(speeds[shape, True]):,.0f} |")


def characters_per_second(shape: str, adapt: bool) -> float:
    vocabulary = Vocabulary(ALPHABET)
    model = Model(SHAPES[shape], vocabulary, init_weights(SHAPES[shape], vocabulary.size, np.random.default_rng(0)))
    list(score_lines(model, LINES[:1], adapt=adapt))  # the learner is compiled, or taken from disk
    begun = time.process_time()
    characters = sum(score.characters for score in score_lines(model, LINES, adapt=adapt))
    return characters / (time.process_time() - begun)


if __name__ == "__main__":
    main()
