"""What a log costs as it stands and as it was read for training: python tests/benchmarks/readings.py [TOKENS]

Four made-up logs of 4,000 lines: mail, JSON lines, Docker's json-file and Kubernetes' CRI. For each a `seed` model is
trained on three quarters, and the rest is scored with `--raw` and with the model's reading, in bits per character. Both
cost different characters, so bits per line of the file stand beside them.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

LINES = 4000
LOGLING = Path(sys.executable).with_name("logling")


def message(rng: random.Random) -> str:
    return rng.choice(
        [
            f"GET /api/items/{rng.randrange(99)} 200 {rng.randrange(30)} ms",
            f"user user{rng.randrange(50)}@example.org logged in from 192.0.2.{rng.randrange(250)}",
            "worker ready",
            f"cache hit ratio 0.{rng.randrange(80, 99)}",
        ]
    )


def clock(number: int) -> str:
    return f"{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}"


def mail(number: int, rng: random.Random) -> str:
    size, sender, queue = rng.randrange(900, 9000), rng.randrange(100), rng.randrange(16**8)
    what = rng.choice(
        [
            f"qmgr[77]: {queue:08X}: from=<user{sender}@example.org>, size={size}, nrcpt=1 (queue active)",
            f"smtpd[{rng.randrange(9999)}]: connect from mail.example.org[192.0.2.{rng.randrange(250)}]",
        ]
    )
    return f"Nov {1 + number // 1000:2d} {clock(number * 17)} mx postfix/{what}"


def json_line(number: int, rng: random.Random) -> str:
    fields = {"ts": f"2026-11-01T{clock(number)}Z", "level": rng.choice(["info", "warn"]), "msg": message(rng)}
    return json.dumps({**fields, "trace": f"{rng.randrange(16**16):016x}", "pid": 77})


def docker(number: int, rng: random.Random) -> str:
    time = f"2026-11-01T{clock(number)}.{rng.randrange(10**9):09d}Z"
    return json.dumps({"log": message(rng) + "\n", "stream": "stdout", "time": time})


def cri(number: int, rng: random.Random) -> str:
    return f"2026-11-01T{clock(number)}.{rng.randrange(10**9):09d}Z stdout F {message(rng)}"


LOGS: dict[str, tuple[Callable[[int, random.Random], str], str]] = {
    "mail": (mail, ""),
    "JSON lines": (json_line, 'format = "{level} {msg}"'),
    "Docker's json-file": (docker, ""),
    "Kubernetes' CRI": (cri, ""),
}


def run(*arguments: object) -> str:
    return subprocess.run([LOGLING, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def score(home: Path, log: Path, *options: str) -> tuple[float, float]:
    """Bits per character, and per line of the file."""
    found = json.loads(run("score", log, "--home", home, "--json", *options))
    return found["bits_per_char"], found["bits_per_char"] * found["characters"] / len(log.read_text().splitlines())


def main() -> None:
    tokens = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{'bits per character':<20}{'raw':>8}{'read':>8}{'ratio':>8}{'bits a line: raw':>20}{'read':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        for place, (name, (write, settings)) in enumerate(LOGS.items()):
            folder, rng = Path(scratch) / str(place), random.Random(place)
            folder.mkdir()
            lines = [write(number, rng) + "\n" for number in range(LINES)]
            (folder / "train.log").write_text("".join(lines[: LINES * 3 // 4]))
            (folder / "test.log").write_text("".join(lines[LINES * 3 // 4 :]))
            home = folder / "home"
            run("init", home, "--preset", "seed", "--source", folder / "train.log")
            toml = (home / "logling.toml").read_text()
            toml = toml.replace("# tokens = 0", f"tokens = {tokens}").replace(
                '# format = ""', settings or '# format = ""'
            )
            (home / "logling.toml").write_text(toml)
            run("retrain", "--home", home)
            (raw, raw_line), (read, read_line) = (score(home, folder / "test.log", *o) for o in (["--raw"], []))
            print(f"{name:<20}{raw:>8.3f}{read:>8.3f}{raw / read:>8.1f}{raw_line:>20.1f}{read_line:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
