"""How fast a model trains, beside PyTorch and beside a scalar microgpt: one table.

    python tests/benchmarks/training.py [--shape SHAPE]… [--rounds N] [--peer-python PYTHON] [--output FILE] [--quick]

PYTHON is one that has torch, numpy and safetensors (`pip install torch numpy safetensors` in an environment of its
own); without it PyTorch is left out. Every way to train is a process of its own, with one BLAS thread, that is told to
go on for a moment; they take turns, so that what else the machine does meets all alike. A step is forward, backward
and optimiser. Before anything is timed, losses and gradients must agree. Tokens per CPU-second on one core, medians;
then tokens a second by the clock on two: ours as two trainings side by side, as in every run, PyTorch with two threads
and as two processes. The scalar microgpt has no bias and places characters by their index; ours at its shape has the
bias and places them by column, which is the same for one line, so losses and gradients are compared on one line.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, count, cycle
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHAPES = ("seed", "full", "microgpt")
CONTEXT = {"seed": 128, "full": 336, "microgpt": 48}  # what a log of 43 characters a line gives; microgpt's own
BATCH_TOKENS = 1536
TOLERANCE = 2e-4  # of float32 gradients, in the largest of a tensor
SLICE = 0.4  # seconds a turn, at least one step
TUNING_ROUNDS = 3
TORCH = [
    f"torch {mode} {bias} {attention} {times}"
    for mode in ("eager", "compiled")
    for bias in ("index", "embedding")
    for attention in ("plain", "fused")
    for times in (1, 4)
]
QUICK = ["torch eager index plain 1", "torch compiled index plain 1", "torch compiled embedding fused 4"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", action="append", choices=SHAPES)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--output", type=Path, default=None)
    parser.add_argument("--quick", action="store_true", help="three ways of PyTorch instead of sixteen")
    parser.add_argument("--worker", default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        Worker(*json.loads(arguments.worker)).serve()
        return
    lines = []
    for line in chain(heading(), table(arguments)):
        print(line, flush=True)
        lines.append(line)
    if arguments.output:
        arguments.output.write_text("\n".join(lines) + "\n")


# ---- the parent: it lets workers take turns


@dataclass
class Contender:
    """A way to train, in a process that waits to be told to go."""

    name: str
    process: subprocess.Popen[str]
    tokens_per_cpu: list[float]

    def send(self, seconds: float) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, float]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with status {self.process.wait()}")
        answer: dict[str, float] = json.loads(line)
        return answer

    def turn(self) -> None:
        self.send(SLICE)
        answer = self.answer()
        self.tokens_per_cpu.append(answer["tokens"] / answer["cpu"])

    @property
    def speed(self) -> float:
        """Tokens per CPU-second."""
        return median(self.tokens_per_cpu)


def start(name: str, shape: str, python: str, threads: int = 1) -> Contender:
    """A contender that has warmed up and whose gradients agree. Raises RuntimeError when it could not."""
    limits = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    environment = os.environ | limits | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, __file__, "--worker", json.dumps([name, shape, threads])]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    contender = Contender(name, process, [])
    error = contender.answer()["error"]
    if error > TOLERANCE:
        raise RuntimeError(f"{name} at {shape}: gradients differ by {error:.1e}")
    return contender


def stop(contenders: list[Contender]) -> None:
    for contender in contenders:
        assert contender.process.stdin
        contender.process.stdin.close()
        contender.process.wait()


def interleaved(contenders: list[Contender], rounds: int) -> None:
    """Let each have a turn, again and again."""
    for contender in contenders:
        contender.tokens_per_cpu.clear()
    for _ in range(rounds):
        for contender in contenders:
            contender.turn()


def side_by_side(contenders: list[Contender]) -> float:
    """Tokens a second by the clock when all work at once."""
    begun = time.monotonic()
    for contender in contenders:
        contender.send(5 * SLICE)
    answers = [contender.answer() for contender in contenders]
    return sum(answer["tokens"] for answer in answers) / (time.monotonic() - begun)


def table(arguments: argparse.Namespace) -> Iterator[str]:
    """The rows, one by one as they are measured."""
    torch = has_torch(arguments.peer_python)
    if not torch:
        yield f"PyTorch is left out: {arguments.peer_python} has none (--peer-python)"
    for shape in arguments.shape or SHAPES:
        names = (QUICK if arguments.quick else TORCH) if torch and shape != "microgpt" else []
        tuned = tuning(names, shape, arguments.peer_python)
        for speed, name in tuned:
            yield f"  tuning {shape}: {name}: {speed:,.0f}"
        peers = [name for _, name in tuned[:2]]
        yield from one_core(shape, peers, arguments)
        if shape != "microgpt":
            yield from two_cores(shape, peers, arguments)


def has_torch(python: str) -> bool:
    return subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode == 0


def tuning(names: list[str], shape: str, python: str) -> list[tuple[float, str]]:
    """Tokens per CPU-second of each way of PyTorch, best first; a way that fails is left out."""
    speeds = []
    for name in names:
        try:
            contender = start(name, shape, python)
        except RuntimeError:
            continue
        interleaved([contender], TUNING_ROUNDS)
        speeds.append((contender.speed, name))
        stop([contender])
    return sorted(speeds, reverse=True)


def one_core(shape: str, peers: list[str], arguments: argparse.Namespace) -> Iterator[str]:
    """Tokens per CPU-second."""
    names = ["fast", "plain", *(["scalar"] if shape == "microgpt" else peers)]
    contenders = [start(n, shape, arguments.peer_python if n.startswith("torch") else sys.executable) for n in names]
    interleaved(contenders, arguments.rounds)
    stop(contenders)
    best = max((c.speed for c in contenders if c.name not in ("fast", "plain")), default=None)
    limit = peak_flops() / flops_per_token(shape)
    yield ""
    what = f"{shape}, context {CONTEXT[shape]}, one core"
    yield f"| {what} | tokens per CPU-second | against the best peer | of the limit |"
    yield "|---|---|---|---|"
    for contender in contenders:
        ratio = f"{contender.speed / best:,.2f}" if best else ""
        yield f"| {contender.name} | {contender.speed:,.0f} | {ratio} | {contender.speed / limit:.1%} |"


def two_cores(shape: str, peers: list[str], arguments: argparse.Namespace) -> Iterator[str]:
    """Tokens a second by the clock."""
    teams = {"fast, two processes": [start("fast", shape, sys.executable) for _ in range(2)]}
    if peers:
        teams[f"{peers[0]}, two threads"] = [start(peers[0], shape, arguments.peer_python, threads=2)]
        teams[f"{peers[0]}, two processes"] = [start(peers[0], shape, arguments.peer_python) for _ in range(2)]
    speeds: dict[str, list[float]] = {name: [] for name in teams}
    for _ in range(max(3, arguments.rounds // 3)):
        for name, team in teams.items():
            speeds[name].append(side_by_side(team))
    for team in teams.values():
        stop(team)
    medians = {name: median(values) for name, values in speeds.items()}
    best = max((speed for name, speed in medians.items() if not name.startswith("fast")), default=None)
    yield ""
    yield f"| {shape}, two cores | tokens a second by the clock | against the best peer |"
    yield "|---|---|---|"
    for name, speed in medians.items():
        yield f"| {name} | {speed:,.0f} | {f'{speed / best:.2f}' if best else ''} |"


def heading() -> list[str]:
    """When and on what."""
    import numpy as np

    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}{load}"
    return [
        f"Training, {datetime.now(UTC):%Y-%m-%d}; {processor()}, {machine}",
        f"sgemm peaks at {peak_flops() / 1e9:.0f} GFLOP/s per core; a token needs "
        + ", ".join(f"{flops_per_token(shape) / 1e3:.0f} kFLOP ({shape})" for shape in SHAPES),
    ]


def processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()


def peak_flops() -> float:
    """Floating-point operations a second of the best matmul of one core."""
    import numpy as np

    best = 0.0
    for size in (256, 512, 1024):
        a = np.ones((size, size), np.float32)
        for _ in range(5):
            begun = time.process_time()
            for _ in range(max(1, 512 // size) ** 3):
                a @ a
            best = max(best, max(1, 512 // size) ** 3 * 2 * size**3 / (time.process_time() - begun))
    return best


def flops_per_token(shape: str) -> float:
    """What forward and backward must multiply and add for a token: matrices, and attention to what is visible."""
    from model.optimizer import is_matrix

    setup = Setup(shape)
    tensors = setup.config.shapes(setup.vocabulary.size).items()
    matrices = [size for name, size in tensors if is_matrix(name) or name == "lm_head"]
    visible = (setup.config.n_context + 1) / 2
    forward = sum(2 * a * b for a, b in matrices) + setup.config.n_layer * visible * setup.config.n_embd * 4
    return 3 * forward


# ---- a worker: one way to train


class Setup:
    """The same log, weights and batches for everyone."""

    def __init__(self, shape: str, times: int = 1) -> None:
        import numpy as np
        from scalar_peer import SHAPE as MICROGPT

        from model.config import PRESETS
        from model.transformer import init_weights
        from model.vocabulary import Vocabulary
        from model.windows import lay_out
        from service.commands.demo_habitat import lines

        log = lines(0, 3000, seed=1)
        config = MICROGPT if shape == "microgpt" else PRESETS[shape].config
        self.config = replace(config, n_context=CONTEXT[shape])
        self.vocabulary = Vocabulary("").extended(log, 96)
        self.text = lay_out(self.vocabulary, [log])
        self.dropout = 0.1 if shape == "full" else 0.0
        self.n_window = times * (BATCH_TOKENS // self.config.n_context)
        self.rng = np.random.default_rng(0)
        self.weights = init_weights(self.config, self.vocabulary.size, self.rng)
        for w in self.weights.values():  # no tensor is zero, so that every gradient can be compared
            w += 0.1 * self.rng.standard_normal(w.shape).astype(np.float32)

    def batch(self, n_window: int | None = None) -> Any:
        from model.windows import batch_at, window_starts

        starts = window_starts(self.text, self.config.n_context)
        return batch_at(self.text, self.rng.choice(starts, n_window or self.n_window), self.config.n_context)


class Worker:
    """Takes steps when it is told to, and says how many tokens it read in how much time."""

    def __init__(self, name: str, shape: str, threads: int) -> None:
        self.name, _, details = name.partition(" ")
        times = int(details.split()[-1]) if details else 1
        self.setup, self.details, self.threads = Setup(shape, times), details.split(), threads
        ways = {"fast": self.numpy, "plain": self.numpy, "scalar": self.scalar}
        prepare = ways.get(self.name, self.torch)
        self.step, self.tokens, self.error = prepare()

    def serve(self) -> None:
        for _ in range(1 if self.name == "scalar" else 3):
            self.step()
        print(json.dumps({"error": self.error}), flush=True)
        for line in sys.stdin:
            print(json.dumps(self.run(float(line))), flush=True)

    def run(self, seconds: float) -> dict[str, float]:
        steps, cpu, wall = 0, time.process_time(), time.monotonic()
        while not steps or time.monotonic() - wall < seconds:
            self.step()
            steps += 1
        return {
            "tokens": steps * self.tokens,
            "cpu": time.process_time() - cpu,
            "wall": time.monotonic() - wall,
        }

    def plain_gradients(self, batch: Any) -> tuple[float, dict[str, Any]]:
        from tests.support.plain_gradient import plain_loss_and_gradients

        return plain_loss_and_gradients(self.setup.config, self.setup.weights, batch)

    def difference(self, batch: Any, loss: float, grads: dict[str, Any]) -> float:
        """From the plain gradients, in the largest of each tensor."""
        expected_loss, expected = self.plain_gradients(batch)
        errors = [abs(grad - expected[name]).max() / abs(expected[name]).max() for name, grad in grads.items()]
        return float(max(abs(loss - expected_loss), *errors))

    def numpy(self) -> tuple[Callable[[], object], int, float]:
        import numpy as np

        from model.gradient import Dropout, loss_and_gradients
        from model.optimizer import LearningRates, fresh_moments, update
        from service.engine.malloc import keep_freed_memory
        from tests.support.plain_gradient import plain_loss_and_gradients

        keep_freed_memory()
        setup, rng = self.setup, np.random.default_rng(1)
        small = setup.batch(3)
        error = self.difference(small, *loss_and_gradients(setup.config, setup.weights, small))
        moments, batches, numbers = fresh_moments(setup.weights), cycle([setup.batch() for _ in range(8)]), count(1)

        def gradients(batch: Any) -> dict[str, Any]:
            dropout = Dropout(setup.dropout, rng) if setup.dropout else None
            way = loss_and_gradients if self.name == "fast" else plain_loss_and_gradients
            return way(setup.config, setup.weights, batch, dropout)[1]

        def step() -> None:
            update(setup.weights, gradients(next(batches)), moments, next(numbers), LearningRates())

        return step, setup.n_window * setup.config.n_context, error

    def torch(self) -> tuple[Callable[[], object], int, float]:
        import torch
        from torch_peer import Trainer, inputs_of

        from model.optimizer import LearningRates

        torch.set_num_threads(self.threads)
        setup, (mode, bias, attention, _) = self.setup, self.details
        way = {"bias": bias, "fused": attention == "fused", "compiled": mode == "compiled"}
        small = setup.batch(3)
        checked = Trainer(setup.config, setup.weights, LearningRates(), **{**way, "compiled": False})
        loss = checked.gradients(inputs_of(setup.config, small))
        error = self.difference(small, loss, {name: w.grad.numpy() for name, w in checked.weights.items()})
        trainer = Trainer(setup.config, setup.weights, LearningRates(), dropout=setup.dropout, **way)
        batches = cycle([inputs_of(setup.config, setup.batch()) for _ in range(8)])
        return lambda: trainer.step(next(batches)), setup.n_window * setup.config.n_context, error

    def scalar(self) -> tuple[Callable[[], object], int, float]:
        import numpy as np
        from scalar_peer import Trainer

        from model.windows import batch_at, lay_out

        setup = self.setup
        setup.weights["h0.bias"] *= 0.0
        line = lay_out(setup.vocabulary, [["temp 20.5 ok " * 9]])
        batch = batch_at(line, np.array([0], np.int32), setup.config.n_context)
        batch = batch._replace(weight=np.ones_like(batch.weight))
        tokens = [*batch.window.tokens[0].tolist(), int(batch.targets[0, -1])]
        trainer = Trainer({name: w for name, w in setup.weights.items() if name != "h0.bias"}, 0.02)
        loss = trainer.gradients(tokens)
        grads = {n: np.array([[x.grad for x in row] for row in w]) for n, w in trainer.weights.items()}
        return lambda: trainer.step(tokens), len(tokens) - 1, self.difference(batch, loss, grads)


if __name__ == "__main__":
    main()
