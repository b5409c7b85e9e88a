"""Whether a model counts: the counters of made-up logs, and of a log of one's own, with recall and without.

    python tests/benchmarks/counting.py [--log FILE] [--preset seed] [--tokens 2000000] [--seeds 3]

Each log is learned twice with the same seed: by a model that recalls earlier lines (model/recall.py), and by one that
does not, whose rows of positions take that room. Of each log's last tenth the next line is continued 300 times with the
likeliest characters. A counter is right where it is the number that the log has; the second figure is of lines where a
digit before the last one changes too (0059 to 0060). Beside it: bits per character of that tenth. Medians.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from model.config import PRESETS, Config
from model.sampling import context_tokens
from model.scoring import bits_per_character, score_lines
from model.state import State
from model.training import Plan, train
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.windows import fitted_context, lay_out
from service.commands.demo_habitat import Habitat
from service.training.training_plan import PLANS

LINES = 6000
CONTEXT = 30  # lines
CONTINUED = 300
DAEMONS = ("pump", "fan", "lamp", "door", "valve")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--log", type=Path, help="a log whose lines have a counter, such as habitat.txt")
    parser.add_argument("--counter", default=r"^\S+ (\d+)", help="a regular expression with the counter in its group")
    parser.add_argument("--preset", choices=tuple(PRESETS), default="seed")
    parser.add_argument("--tokens", type=int, default=2_000_000)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    logs = dict(made_up())
    if given.log:
        logs[given.log.stem] = (given.log.read_text(errors="replace").splitlines(), given.counter)
    print(f"{'log':<12} {'recall':<7} {'bits/char':>9} {'right':>7} {'carries':>8}  (of so many)")
    for name, (lines, counter) in logs.items():
        for recall in (True, False):
            found = [measure(lines, re.compile(counter), given, recall, seed) for seed in range(given.seeds)]
            bits, right, carried = (median(values) for values in zip(*(one[:3] for one in found), strict=True))
            print(f"{name:<12} {'yes' if recall else 'no':<7} {bits:9.4f} {right:7.1%} {carried:8.1%}  ({found[0][3]})")


def made_up() -> Iterator[tuple[str, tuple[list[str], str]]]:
    """Logs with counters, each with a regular expression for its counter."""
    yield "habitat", (Habitat(7).next(LINES), r"^(\d+)")
    rng = np.random.default_rng(1)
    numbers = dict.fromkeys(DAEMONS, 0)
    mixed = []
    for _ in range(LINES):
        daemon = DAEMONS[rng.choice(len(DAEMONS), p=(0.4, 0.3, 0.15, 0.1, 0.05))]
        numbers[daemon] += 1
        mixed.append(f"{daemon}: cycle {numbers[daemon]} took {rng.integers(20, 90)} ms")
    yield "five kinds", (mixed, r"^pump: cycle (\d+)")
    uptime = [f"load 0.{rng.integers(10, 99)} uptime {86_400 + 300 * n} s" for n in range(LINES)]
    yield "steps of 300", (uptime, r"uptime (\d+)")
    clock = [f"{n // 60 % 24:02d}:{n % 60:02d} air {18 + rng.normal():.1f}" for n in range(LINES)]
    yield "a clock", (clock, r"^(\d\d:\d\d)")


def measure(
    lines: Sequence[str], counter: re.Pattern[str], given: argparse.Namespace, recall: bool, seed: int
) -> tuple[float, float, float, int]:
    """Bits per character, shares of counters that were right, of all and of those with a carry, and their number."""
    first, last = int(0.85 * len(lines)), int(0.9 * len(lines))
    model = learned(lines[:first], lines[first:last], given.preset, given.tokens, recall, seed)
    bits, _ = bits_per_character(score_lines(model, lines[last:], lines[last - CONTEXT : last], dtype=np.float32))
    numbers = [n for n in range(last, len(lines)) if counter.search(lines[n])]
    right, carries = [], []
    for n in numbers[:: max(1, len(numbers) // CONTINUED)]:
        actual = counter.search(lines[n])
        assert actual
        begun = lines[n][: actual.start(1)]
        right.append(number_after(model, lines[n - CONTEXT : n], begun, len(actual[1])) == actual[1])
        before = next(found for line in reversed(lines[:n]) if (found := counter.search(line)))
        carries.append(before[1][:-1] != actual[1][:-1])
    carried = [is_right for is_right, has_carry in zip(right, carries, strict=True) if has_carry]
    return bits, float(np.mean(right)), float(np.mean(carried)), len(carried)


def learned(
    lines: Sequence[str], validation: Sequence[str], preset: str, tokens: int, recall: bool, seed: int
) -> Model:
    """A model of some lines."""
    config = with_or_without(PRESETS[preset].config, recall)
    config = fitted_context(config, [lines])
    vocabulary = Vocabulary("").extended(lines, PRESETS[preset].vocabulary_cap)
    plan = Plan(tokens=tokens, batch_tokens=PLANS[preset].batch_tokens, rates=PLANS[preset].rates, rounds=12, seed=seed)
    start = init_weights(config, vocabulary.size, np.random.default_rng(seed))
    training = train(config, plan, lay_out(vocabulary, [lines]), lay_out(vocabulary, [validation]), start)
    return Model(config, vocabulary, training.best)


def with_or_without(config: Config, recall: bool) -> Config:
    """The same shape and the same number of parameters, with recall or with three more rows of positions."""
    return config if recall else replace(config, recall=False, n_position=config.n_position + 3)


def number_after(model: Model, context: Sequence[str], begun: str, digits: int) -> str:
    """The likeliest characters after the beginning of a line."""
    state = State(model)
    tokens = np.concatenate([context_tokens(model, context), model.vocabulary.encode(begun)])
    for token in tokens:
        logits = state.read(token[None])
    found = ""
    for _ in range(digits):
        token = int(np.argmax(logits[0]))
        found += model.vocabulary.decode([token])
        logits = state.read(np.array([token]))
    return found


if __name__ == "__main__":
    main()
