"""How long a cold start takes to a given quality, beside PyTorch with the same recipe.

    python tests/benchmarks/time_to_quality.py LOG [--preset seed] [--target 0.37] [--tokens N] [--peer-python PYTHON]

A model learns the oldest 90 % of the lines of LOG, and is scored on the newest 10 % as a training scores its
validation, which is not timed. Each way is a process of its own; CPU time and the clock start with the process. PYTHON
is one that has torch and what this project needs (`pip install torch .` in an environment of its own).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHECKS = 40  # scores within the budget


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("--preset", default="seed", choices=["seed", "full"])
    parser.add_argument("--target", type=float, default=0.37)
    parser.add_argument("--tokens", type=int, default=2_000_000)
    parser.add_argument("--batch", type=int, default=0, help="tokens a step; 0: as a run has them")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peer-python", default=None)
    parser.add_argument("--worker", default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker is not None:
        work(arguments, *json.loads(arguments.worker))
        return
    what = f"{arguments.preset}, {arguments.tokens:,} tokens"
    print(f"| {what} | seed | CPU s to {arguments.target} | s by the clock | CPU s in all | bits at the end |")
    print("|---|---|---|---|---|---|")
    for seed in range(arguments.seeds):
        for way, python in {"numpy": sys.executable, "PyTorch": arguments.peer_python}.items():
            if python:
                print(row(way, seed, measured(way, seed, python)), flush=True)


def measured(way: str, seed: int, python: str) -> dict[str, Any]:
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [python, __file__, *sys.argv[1:], "--worker", json.dumps([way, seed])]
    run = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | one | {"PYTHONPATH": str(ROOT)}
    )
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def row(way: str, seed: int, result: dict[str, Any]) -> str:
    cpu, clock = (f"{x:.1f}" if x is not None else "never" for x in (result["cpu"], result["clock"]))
    return f"| {way} | {seed} | {cpu} | {clock} | {result['all']:.1f} | {result['bits']:.3f} |"


def work(arguments: argparse.Namespace, way: str, seed: int) -> None:
    """Train once, and print when the target was reached."""
    began = time.monotonic() - time.process_time()  # of the process, its imports included
    import numpy as np

    from model.config import PRESETS
    from model.training import Plan, begin, rate_factor, validation_bits
    from model.transformer import init_weights
    from model.vocabulary import Vocabulary
    from model.windows import batch_at, fitted_context, lay_out, window_starts
    from service.training.training_plan import PLANS, first_batch_tokens

    preset = PRESETS[arguments.preset]
    lines = arguments.log.read_text().splitlines()
    cut = len(lines) * 9 // 10
    vocabulary = Vocabulary("").extended(lines[:cut], preset.vocabulary_cap)
    config = fitted_context(preset.config, [lines[:cut]])
    text, test = (lay_out(vocabulary, [part]) for part in (lines[:cut], lines[cut:]))
    weights = init_weights(config, vocabulary.size, np.random.default_rng(seed))
    usual = PLANS[arguments.preset]
    plan = Plan(arguments.tokens, arguments.batch or first_batch_tokens(usual, arguments.tokens), usual.rates)
    learner = (Numpy if way == "numpy" else Torch)(config, weights, plan.rates, usual.dropout, seed)
    starts, training = window_starts(text, config.n_context), begin(weights)
    stable = int(plan.tokens * (1 - plan.decay))
    result: dict[str, Any] = {"cpu": None, "clock": None}
    read = step = 0
    unpaid_cpu = unpaid_clock = 0.0
    while read < plan.tokens:
        if read >= stable and training.decay_from is None:
            training = replace(training, decay_from=stable, decay_until=plan.tokens)
        rng = np.random.default_rng([seed, step])
        batch = batch_at(text, rng.choice(starts, max(1, plan.batch_tokens // config.n_context)), config.n_context)
        step += 1
        learner.step(batch, step, rate_factor(plan, training, read))
        read += batch.targets.size
        if read * CHECKS // plan.tokens > (read - batch.targets.size) * CHECKS // plan.tokens:
            cpu, clock = time.process_time(), time.monotonic()
            result["bits"] = validation_bits(config, learner.numbers(), test)
            if result["bits"] <= arguments.target and result["cpu"] is None:
                result |= {"cpu": cpu - unpaid_cpu, "clock": clock - began - unpaid_clock}
            unpaid_cpu, unpaid_clock = unpaid_cpu + time.process_time() - cpu, unpaid_clock + time.monotonic() - clock
    print(json.dumps(result | {"all": time.process_time() - unpaid_cpu}))


class Numpy:
    """The way of a run."""

    def __init__(self, config: Any, weights: Any, rates: Any, dropout: float, seed: int) -> None:
        from model.optimizer import fresh_moments
        from service.engine.malloc import keep_freed_memory

        keep_freed_memory()
        self.config, self.weights, self.rates, self.dropout, self.seed = config, weights, rates, dropout, seed
        self.moments = fresh_moments(weights)

    def step(self, batch: Any, number: int, factor: float) -> None:
        import numpy as np

        from model.gradient import Dropout, loss_and_gradients
        from model.optimizer import update

        dropout = Dropout(self.dropout, np.random.default_rng([self.seed, number])) if self.dropout else None
        _, grads = loss_and_gradients(self.config, self.weights, batch, dropout)
        update(self.weights, grads, self.moments, number, self.rates.scaled(factor))

    def numbers(self) -> Any:
        return self.weights


class Torch:
    """PyTorch, compiled, in the way that was fastest in `training.py`."""

    def __init__(self, config: Any, weights: Any, rates: Any, dropout: float, seed: int) -> None:
        import torch
        from torch_peer import Trainer

        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self.config, self.rates = config, rates
        self.trainer = Trainer(config, weights, rates, dropout=dropout, bias="index", compiled=True)

    def step(self, batch: Any, number: int, factor: float) -> None:
        from torch_peer import inputs_of

        optimizer = self.trainer.optimizer
        optimizer.rates = self.rates.scaled(factor)
        optimizer.adam.param_groups[0]["lr"] = optimizer.rates.rate
        self.trainer.step(inputs_of(self.config, batch))

    def numbers(self) -> Any:
        return {name: w.detach().numpy() for name, w in self.trainer.weights.items()}


if __name__ == "__main__":
    main()
