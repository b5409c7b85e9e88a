"""The whole table of speed in one go, printed and written to a file.

    python tests/benchmarks/speed.py [--peer-python PYTHON] [--megabytes N] [--output FILE] [--quick]

Training beside PyTorch and a scalar microgpt, reading, scoring, the page beside onnxruntime-web and TensorFlow.js, and
cost over a long history; each part is a benchmark of its own, run one after the other. What one of them cannot do is
said in its place.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--megabytes", type=int, default=100, help="how much of a log is read")
    parser.add_argument("--output", type=Path, default=Path("speed.md"))
    parser.add_argument("--quick", action="store_true", help="fewer ways of PyTorch, fewer turns")
    arguments = parser.parse_args()
    with arguments.output.open("w") as file:
        for line in parts(arguments):
            print(line, end="", flush=True)
            file.write(line)
            file.flush()


def parts(arguments: argparse.Namespace) -> Iterator[str]:
    """What each benchmark prints, line by line."""
    training = ["training.py", "--peer-python", arguments.peer_python]
    training += ["--quick", "--rounds", "5"] if arguments.quick else []
    size = str(arguments.megabytes)
    for title, command in (
        ("Training", training),
        ("Reading", ["reading.py", size]),
        ("Scoring", ["scoring.py"]),
        ("The page", ["page_speed.py"]),
        ("A long history", ["long_history.py", "1", size]),
    ):
        yield f"\n## {title}\n\n"
        yield from printed(command)


def printed(command: list[str]) -> Iterator[str]:
    """The output of a benchmark, and how it ended where it did not end well."""
    arguments = [sys.executable, str(HERE / command[0]), *command[1:]]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield from process.stdout
    if process.returncode:
        yield f"{command[0]} ended with status {process.returncode}\n"


if __name__ == "__main__":
    main()
