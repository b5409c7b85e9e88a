"""How near its best a training comes, and how soon: rates, batches and budgets against each other.

    python tests/benchmarks/schedules.py LOG [--preset seed] [--rates R,M …] [--batches N …] [--tokens N …] [--seeds N]

Every combination is trained with every seed as the first run of a home that holds the oldest 90 % of the lines of
LOG, in a process of its own, two at a time. R is Adam's rate, M that of the matrices. Bits per character are those of
the newest 10 %, scored as a training scores its validation. The last line names the way that came within 1 % of the
best median for the fewest CPU-seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
NEAR = 1.01  # times the best


class Way(NamedTuple):
    """How to train; 0 is what a run would do."""

    rates: str
    batch: int
    tokens: int
    dropout: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("--preset", default="seed", choices=["seed", "full"])
    parser.add_argument("--rates", nargs="+", default=["0"])
    parser.add_argument("--batches", nargs="+", type=int, default=[0])
    parser.add_argument("--tokens", nargs="+", type=int, default=[0])
    parser.add_argument("--dropouts", nargs="+", type=float, default=[-1.0], help="below 0: what a run would do")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--worker", default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker is not None:
        way, seed = json.loads(arguments.worker)
        print(json.dumps(trained(arguments.log, arguments.preset, Way(*way), seed)))
        return
    print(f"| {arguments.preset}, {arguments.log.stem}: rates, batch, tokens, dropout | bits, median | all | CPU s |")
    print("|---|---|---|---|")
    medians: dict[str, tuple[float, float]] = {}
    ways = [Way(*way) for way in product(arguments.rates, arguments.batches, arguments.tokens, arguments.dropouts)]
    with ThreadPoolExecutor(2) as pool:
        for way in ways:
            results = list(pool.map(lambda seed, way=way: measured(way, seed), range(arguments.seeds)))
            name = results[0]["way"]
            medians[name] = median(r["cpu"] for r in results), median(r["bits"] for r in results)
            every = ", ".join(f"{r['bits']:.3f}" for r in results)
            print(f"| {name} | {medians[name][1]:.4f} | {every} | {medians[name][0]:.1f} |", flush=True)
    best = min(bits for _, bits in medians.values())
    seconds, soonest = min((cpu, way) for way, (cpu, bits) in medians.items() if bits <= NEAR * best)
    print(f"\nWithin 1 % of {best:.4f} for {seconds:.1f} CPU-seconds: {soonest}")


def measured(way: Way, seed: int) -> dict[str, Any]:
    """One training in a process of its own, on one core."""
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, __file__, *sys.argv[1:], "--worker", json.dumps([way, seed])]
    run = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | one | {"PYTHONPATH": str(ROOT)}
    )
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def trained(log: Path, preset: str, way: Way, seed: int) -> dict[str, Any]:
    """Train, and score the newest lines."""
    from dataclasses import replace

    import numpy as np

    from model.config import PRESETS
    from model.optimizer import LearningRates
    from model.training import train, validation_bits
    from model.vocabulary import Vocabulary
    from model.windows import fitted_context, lay_out
    from service.engine.malloc import keep_freed_memory
    from service.settings import Settings
    from service.storage.corpus import Document
    from service.training.head_start import fresh_weights
    from service.training.split import split
    from service.training.training_plan import plan_for

    keep_freed_memory()
    lines = log.read_bytes().decode().split("\n")[:-1]
    cut = len(lines) * 9 // 10
    parts = split([Document(1, list(range(1, cut + 1)), lines[:cut])], {})
    settings = Settings.model_validate({"preset": preset, "training": {"seed": seed, "tokens": way.tokens}})
    plan = plan_for(settings, parts, "fresh", seed, first=True)
    if way.rates != "0":
        plan = replace(plan, rates=LearningRates(*map(float, way.rates.split(","))))
    plan = replace(plan, batch_tokens=way.batch or plan.batch_tokens)
    plan = replace(plan, dropout=plan.dropout if way.dropout < 0 else way.dropout)
    config = fitted_context(PRESETS[preset].config, parts.train)
    vocabulary = Vocabulary("").extended(
        (line for part in parts.train for line in part), PRESETS[preset].vocabulary_cap
    )
    begun = time.process_time()
    start = fresh_weights(config, vocabulary, np.random.default_rng(seed))
    learned, checked = lay_out(vocabulary, parts.train), lay_out(vocabulary, parts.validation)
    training = train(config, plan, learned, checked, start)
    cpu = time.process_time() - begun
    bits = validation_bits(config, training.best, lay_out(vocabulary, [lines[cut:]]))
    rates = f"{plan.rates.rate:g}, {plan.rates.matrix_rate:g}"
    described = f"({rates}), {plan.batch_tokens}, {training.tokens:,}, {plan.dropout:g}"
    return {"bits": bits, "cpu": cpu, "way": described}


if __name__ == "__main__":
    main()
