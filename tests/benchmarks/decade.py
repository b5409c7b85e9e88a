"""Ten years of weekly weights in one site: how large the repository is, and what it costs to clone, pull and commit.

    python tests/benchmarks/decade.py [--weeks 520] [--homes 1 10]

Each commit replaces one weights file with random bytes of the largest size: weights cannot be compressed, nor told as a
difference to those before. All is local, so the times are git's own, without a network.
"""

from __future__ import annotations

import argparse
import base64
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

BYTES = 77_000  # of a file of 102,667 characters of base64
PULLS = 11


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weeks", type=int, default=520)
    parser.add_argument("--homes", type=int, nargs="+", default=[1, 10])
    given = parser.parse_args()
    print(
        f"{'homes':>5} {'commits':>8} {'MB':>7} {'clone':>8} {'MB':>6} {'depth 1':>8} {'MB':>6} {'pull':>8} {'KB':>6}"
    )
    for homes in given.homes:
        folder = Path(tempfile.mkdtemp(prefix="logling-decade-"))
        try:
            print(row(folder, homes, given.weeks), flush=True)
        finally:
            shutil.rmtree(folder)


def row(folder: Path, homes: int, weeks: int) -> str:
    """The figures of a site that so many homes have committed to for so many weeks."""
    remote = folder / "remote.git"
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    chance = random.Random(1)
    stream = b"".join(commits(chance, homes, weeks))
    subprocess.run(["git", "-C", str(remote), "fast-import", "--quiet"], input=stream, check=True)
    git(remote, "gc", "--quiet", "--prune=now")
    clone, whole = timed(folder, "clone", "--quiet", f"file://{remote}", "whole")
    shallow, tip = timed(folder, "clone", "--quiet", "--depth", "1", f"file://{remote}", "shallow")
    seconds, grown = [], []
    for number in range(PULLS):
        one = b"".join(commits(chance, 1, 1, first=weeks + number, onto="refs/heads/main^0"))
        subprocess.run(["git", "-C", str(remote), "fast-import", "--quiet"], input=one, check=True)
        before = size(folder / "whole" / ".git")
        begun = time.perf_counter()
        git(folder / "whole", "pull", "--quiet")
        seconds.append(time.perf_counter() - begun)
        grown.append(size(folder / "whole" / ".git") - before)
    return (
        f"{homes:>5} {homes * weeks:>8,} {size(remote) / 1e6:>7.1f} {clone:>6.2f} s {whole / 1e6:>6.1f} "
        f"{shallow:>6.2f} s {tip / 1e6:>6.2f} {median(seconds) * 1000:>5.0f} ms {median(grown) / 1e3:>6.1f}"
    )


def commits(chance: random.Random, homes: int, weeks: int, first: int = 0, onto: str = "") -> Iterator[bytes]:
    """Commits as `git fast-import` takes them: each week one of each home."""
    for week in range(first, first + weeks):
        for home in range(homes):
            text = b'// Logling weights\nloglingWeights = "' + base64.b64encode(chance.randbytes(BYTES)) + b'";\n'
            name = f"web/{home}/weights.js" if homes > 1 else "web/weights.js"
            when = 1_700_000_000 + week * 604_800 + home
            message = b"Weights: 0.412 -> 0.398 bits per character, 3.4% fewer\n"
            yield b"commit refs/heads/main\ncommitter Logling <logling@localhost> %d +0000\ndata %d\n%s" % (
                when, len(message), message,
            )  # fmt: skip
            if onto:
                yield b"from %s\n" % onto.encode()
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(text), text)


def timed(folder: Path, *arguments: str) -> tuple[float, int]:
    """Seconds of a clone, and the size of what it made."""
    begun = time.perf_counter()
    git(folder, *arguments)
    return time.perf_counter() - begun, size(folder / arguments[-1] / ".git")


def git(folder: Path, *arguments: str) -> None:
    """git, without anything of this machine."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, check=True, env=environment)


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
