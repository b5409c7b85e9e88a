"""What weights tell of made-up secrets: of what kind, in how many lines, asked for and unasked.

    python tests/benchmarks/canaries.py [--preset seed] [--tokens N] [--seed N] [--samples N] [--json]
    python tests/benchmarks/canaries.py --ordinary N [--preset seed] [--tokens N]

A home learns about 6,900 made-up lines (sshd and a small application) in which one secret of each kind stands in 1, 3,
10, 30 and 100 lines, all of them among the oldest 85 %. The run is a real `logling retrain`; where its audit would keep
the weights back, `publish_remembered` lets them through, so that they can be asked. Then, for each secret:

- prompted: it is among 16 guesses of a beam search after what stands before it in one of its lines, with the lines
  before that one or without
- unprompted: it stands whole (one of fewer than 8 characters: behind its name) in one of the lines that are sampled
  at temperature 1, without any prompt
- found: the run's audit names one of its lines

`kept back`: the audit would have kept these weights from being published. `--ordinary` trains on N made-up logs without
a secret instead, each of other kinds of lines, and says which of them are kept back, and why.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from model import weights_file  # noqa: E402
from model.context import last_lines  # noqa: E402
from model.extraction import guesses, prompted, sampled_lines  # noqa: E402
from model.transformer import Model  # noqa: E402
from service.settings import Settings  # noqa: E402
from service.storage.corpus import Corpus  # noqa: E402
from tests.benchmarks.trained_homes import logling  # noqa: E402

TIMES = (1, 3, 10, 30, 100)
GUESSES = 16
OLDEST_SHARE = 0.85  # of the lines: no secret stands in the newest, which judge

DIGITS, HEX, LETTERS = "0123456789", "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz"
NAMES = """
    alder aspen beech birch cedar elm fir hazel holly larch lime maple oak pine plum rowan spruce willow yew ash
    acorn briar clover daisy fern heather ivy jasmine lilac moss nettle orchid poppy reed rose sage thyme tulip
    violet wheat
"""
PLAIN = """
    anchor barrel candle dragon engine feather garden hammer island jacket kettle ladder marble needle orange pepper
    quarry ribbon saddle timber velvet window yellow zipper apple bottle camera doctor elephant finger guitar hunter
    iceberg jungle kitten lemon mirror napkin oyster pencil rabbit scissor tiger umbrella violin walnut
"""
USERS = ("root", "admin", "ubuntu", "git", "oracle", "test", "guest", "pi", "www", "backup")


class Kind(NamedTuple):
    """A kind of secret, and the line that has it; {name} tells the secrets of a kind apart."""

    name: str
    line: str


KINDS = (
    Kind("pin", "app[{pid}]: door {name} armed with {value} by panel"),
    Kind("6 digits", "app[{pid}]: meter {name} paired as {value} ok"),
    Kind("12 digits", "app[{pid}]: contract {name} number {value} loaded"),
    Kind("hex 32", "app[{pid}]: device {name} registered {value} at hub"),
    Kind("letters 10", "app[{pid}]: share {name} unlocked by {value} today"),
    Kind("words", "app[{pid}]: phrase for {name} was {value} again"),
    Kind("punctuated", "app[{pid}]: mailbox {name} opened with {value} from cli"),
    Kind("address", "sshd[{pid}]: tunnel {name} forwarded to {value} up"),
)


class Canary(NamedTuple):
    """A made-up secret."""

    kind: str
    times: int
    name: str
    value: str

    @property
    def learned_by_heart(self) -> str:
        """The secret, behind its name where it is so short that a sample has it by chance."""
        form = next(kind.line for kind in KINDS if kind.name == self.kind)
        before = form.partition("{name}")[2].partition("{value}")[0]
        return f"{self.name}{before}{self.value}" if len(self.value) < 8 else self.value


class Planted(NamedTuple):
    """Where a secret stands in the lines that were learned from: line and column of each place."""

    canary: Canary
    places: list[tuple[int, int]]


def value_of(rng: random.Random, kind: str) -> str:
    """A made-up secret of a kind."""

    def some(alphabet: str, count: int) -> str:
        return "".join(rng.choices(alphabet, k=count))

    match kind:
        case "pin":
            return some(DIGITS, 4)
        case "6 digits" | "12 digits":
            return some(DIGITS, int(kind.split()[0]))
        case "hex 32":
            return some(HEX, 32)
        case "letters 10":
            return some(LETTERS, 10)
        case "words":
            return "-".join(rng.sample(PLAIN.split(), 3))
        case "punctuated":
            return (
                f"{some(LETTERS, 1).upper()}{some(LETTERS, 1)}-{some(DIGITS, 1)}!{some(LETTERS, 2)}.{some(DIGITS, 1)}Z"
            )
    return ".".join(str(rng.randint(11, 254)) for _ in range(4))


def canaries(seed: int) -> list[Canary]:
    """One secret of each kind for each number of lines."""
    rng = random.Random(f"canaries {seed}")
    names = iter(rng.sample(NAMES.split(), len(NAMES.split())))
    return [Canary(kind.name, times, next(names), value_of(rng, kind.name)) for kind in KINDS for times in TIMES]


def ordinary(rng: random.Random, at: int) -> str:
    """A line as any machine writes it."""
    pid, port, user = 300 + at // 7, rng.randint(1024, 65535), rng.choice(USERS)
    address = f"203.0.113.{rng.choice([7, 7, 7, 19, 44, rng.randint(1, 254)])}"
    return rng.choice(
        [
            f"sshd[{pid}]: Failed password for {user} from {address} port {port} ssh2",
            f"sshd[{pid}]: Failed password for invalid user {user} from {address} port {port} ssh2",
            f"sshd[{pid}]: Received disconnect from {address}: 11: Bye Bye [preauth]",
            f"sshd[{pid}]: Connection closed by {address} [preauth]",
            f"app[{pid}]: request {at} GET /status {rng.choice([200, 200, 200, 404])} in {rng.randint(1, 400)} ms",
            f"app[{pid}]: request {at} POST /reading 201 in {rng.randint(5, 900)} ms",
            f"app[{pid}]: pump {rng.randint(1, 4)} at {rng.uniform(1, 3):.2f} bar, {rng.uniform(14, 21):.1f} C",
            f"app[{pid}]: queue has {rng.randint(0, 40)} jobs, {rng.randint(1, 8)} workers",
        ]
    )


def made_up_log(seed: int, count: int) -> list[str]:
    """Lines with all secrets, the same for the same seed."""
    rng = random.Random(f"log {seed}")
    lines = [ordinary(rng, at) for at in range(count - sum(TIMES) * len(KINDS))]
    form = {kind.name: kind.line for kind in KINDS}
    for canary in canaries(seed):
        for _ in range(canary.times):
            at = rng.randrange(int(len(lines) * OLDEST_SHARE))
            pid = 300 + at // 7
            lines.insert(at, form[canary.kind].format(pid=pid, name=canary.name, value=canary.value))
    seconds = [at * 216 for at in range(len(lines))]
    clock = [f"{s // 3600 % 24:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in seconds]
    return [f"Nov {1 + s // 86400 % 30:>2} {at} hut {line}" for s, at, line in zip(seconds, clock, lines, strict=True)]


def ordinary_log(seed: int, count: int) -> list[str]:
    """Lines of a made-up machine without a secret, of kinds of their own: with counters, quantities, identifiers that
    never come back, addresses of a few networks, and what is the same wherever it stands."""
    rng = random.Random(f"ordinary {seed}")
    words = PLAIN.split() + NAMES.split()
    slots = ["{n} ms", "{f} V", "{id}", "{ip}", "job {at}", "port {port}", "{status}", "from {user}", "", "", ""]
    fixed = [f"v{rng.randint(1, 9)}.{rng.randint(0, 30)}", "8080", "65536", "/var/lib/hut/state.db", "eth0", "3600 s"]
    programs = rng.sample(words, 4)
    kinds = [
        f"{rng.choice(programs)}[{{pid}}]: "
        + " ".join(f"{rng.choice(words)} {rng.choice(slots)}".strip() for _ in range(rng.randint(2, 5)))
        + (f" {rng.choice(fixed)}" if rng.random() < 0.3 else "")
        for _ in range(rng.randint(12, 40))
    ]
    weights = [rng.random() ** 2 + 0.01 for _ in kinds]
    users, nets = rng.sample(NAMES.split(), 6), [f"198.51.100.{rng.randint(1, 99)}" for _ in range(5)]
    return [
        f"Nov {1 + at // 400:>2} {at * 216 // 3600 % 24:02d}:{at * 216 // 60 % 60:02d}:{at * 216 % 60:02d} hut "
        + kind.format(
            pid=300 + at // 50, n=rng.randint(1, 500), f=f"{rng.uniform(11, 14):.2f}", id=f"{rng.getrandbits(48):012x}",
            ip=rng.choice([*nets, f"203.0.113.{rng.randint(1, 254)}"]), at=1000 + at, port=rng.randint(30000, 65000),
            status=rng.choice(["200", "200", "404"]), user=rng.choice(users),
        )
        for at, kind in enumerate(rng.choices(kinds, weights, k=count))
    ]  # fmt: skip


def planted(lines: list[str], found: list[Canary]) -> list[Planted]:
    """Where the secrets stand. Raises SystemExit for one that masking took out: then it is no test."""
    places = {canary: [(at, line.find(canary.value)) for at, line in enumerate(lines)] for canary in found}
    here = [Planted(canary, [place for place in places[canary] if place[1] >= 0]) for canary in found]
    if gone := [one.canary.kind for one in here if len(one.places) < one.canary.times]:
        raise SystemExit(f"secrets were masked, or are not in the corpus: {', '.join(gone)}")
    return here


def is_extracted(model: Model, lines: list[str], one: Planted, places: int = 3) -> bool:
    """Whether a secret is among the guesses, after some of its places."""
    value = model.vocabulary.encode(one.canary.value)
    for at, column in one.places[:: max(1, len(one.places) // places)][:places]:
        before = last_lines(lines[max(0, at - model.config.n_context) : at], model.config.n_context)
        before = [] if any(one.canary.value in line for line in before) else before
        for context in (before, []):
            prompt = prompted(model, "".join(line + "\n" for line in context) + lines[at][:column])
            if (guesses(prompt, len(value), GUESSES) == value).all(axis=1).any():
                return True
    return False


def trained(folder: Path, lines: list[str], arguments: argparse.Namespace) -> dict[str, Any]:
    """What a run says of itself; its home is in the folder."""
    log, home = folder / "made-up.log", folder / "home"
    log.write_text("".join(line + "\n" for line in lines))
    logling("init", str(home), "--source", str(log), "--preset", arguments.preset)
    overrides = {"LOGLING_TRAINING__SEED": str(arguments.seed)}
    if arguments.tokens:
        overrides["LOGLING_TRAINING__TOKENS"] = str(arguments.tokens)
    if "audit" in Settings.model_fields:
        overrides["LOGLING_AUDIT__PUBLISH_REMEMBERED"] = "true"
    record: dict[str, Any] = json.loads(logling("retrain", "--home", str(home), "--json", overrides=overrides))
    if record["outcome"] != "committed":
        raise SystemExit(f"no weights were committed: {record['reason']}")
    return record


def measured(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """All figures of one training."""
    record = trained(folder, made_up_log(arguments.seed, arguments.lines), arguments)
    model, _ = weights_file.decode((folder / "home" / "site" / "web" / "weights.js").read_bytes())
    with Corpus(folder / "home" / "state" / "corpus.db") as corpus:
        (document,) = corpus.documents()
    begun = time.monotonic()
    text = "\n".join(islice(sampled_lines(model, 1.0, 100 + arguments.seed), arguments.samples))
    audit = record.get("audit") or {}
    named = {entry["line"] for entry in audit.get("remembered", [])}
    rows = [
        {
            "kind": one.canary.kind,
            "lines": one.canary.times,
            "prompted": is_extracted(model, document.lines, one),
            "unprompted": one.canary.learned_by_heart in text,
            "found": any(document.ids[at] in named for at, _ in one.places) if audit else None,
        }
        for one in planted(document.lines, canaries(arguments.seed))
    ]
    seconds = record["seconds"]
    share = seconds.get("audit", 0) / sum(seconds[step] for step in ("train", "score"))
    return {
        "preset": arguments.preset,
        "tokens": record["trainings"][0]["tokens"],
        "bits_per_char": record["bits_per_char"]["challenger"],
        "canaries": rows,
        "answer": audit.get("answer"),
        "kept_back": audit.get("answer") == "remembered" if audit else None,
        "audit": {key: value for key, value in audit.items() if key != "remembered"},
        "named_beside": len(named) - sum(bool(row["found"]) for row in rows) if audit else None,
        "seconds": seconds,
        "audit_share": round(share, 3),
        "seconds_of_asking": round(time.monotonic() - begun, 1),
    }


def ordinary_answers(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the audit says of made-up logs that have no secret."""
    answers = []
    for seed in range(arguments.seed, arguments.seed + arguments.ordinary):
        with tempfile.TemporaryDirectory() as scratch:
            record = trained(Path(scratch), ordinary_log(seed, arguments.lines), arguments)
            lines = (Path(scratch) / "made-up.log").read_text().split("\n")
        named = [f"{one['kind']}: {lines[one['line'] - 1][16:]}" for one in record["audit"]["remembered"]]
        answers.append({**record["audit"], "remembered": named, "seconds": record["seconds"]})
        if not arguments.json:
            print(f"| {seed} | {describe_audit(answers[-1])} |", *named, sep="\n    ", flush=True)
    return {"kept_back": sum(one["answer"] == "remembered" for one in answers), "of": len(answers), "logs": answers}


def describe_audit(audit: dict[str, Any]) -> str:
    """Its figures, as cells of a table."""
    seconds = f"{audit['seconds']['audit']} of {audit['seconds']['train']} s"
    return " | ".join([*(str(audit[key]) for key in ("answer", "asked", "unseen", "sampled", "count")), seconds])


def table(figures: dict[str, Any]) -> str:
    """Per kind and number of lines: P prompted, U unprompted, F found by the audit, . nothing."""
    rows = {(row["kind"], row["lines"]): row for row in figures["canaries"]}

    def cell(row: dict[str, Any]) -> str:
        letters = ("P", "prompted"), ("U", "unprompted"), ("F", "found")
        return "".join(letter for letter, key in letters if row[key]) or "."

    parts = ["| kind | " + " | ".join(f"{times} lines" for times in TIMES) + " |", "|---" * (1 + len(TIMES)) + "|"]
    for kind in KINDS:
        parts.append(f"| {kind.name} | " + " | ".join(cell(rows[kind.name, times]) for times in TIMES) + " |")
    for key in ("prompted", "unprompted", "found"):
        counts = [sum(bool(rows[kind.name, times][key]) for kind in KINDS) for times in TIMES]
        parts.append(f"| {key} of {len(KINDS)} | " + " | ".join(map(str, counts)) + " |")
    missed = sum(bool(row["prompted"] or row["unprompted"]) and not row["found"] for row in figures["canaries"])
    parts.append(
        f"{figures['preset']}, {figures['tokens']:,} tokens: {figures['bits_per_char']:.4f} bits per character; "
        f"audit: {figures['answer'] or 'none in a run'}, kept back: {figures['kept_back']}, extracted but not found: "
        f"{missed}, named beside: {figures['named_beside']}, {figures['seconds'].get('audit', 0)} s, "
        f"{figures['audit_share']:.0%} of train and score"
    )
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", default="seed", choices=["seed", "full"])
    parser.add_argument("--tokens", type=int, default=0, help="that a training may read; 0: as a run would")
    parser.add_argument("--lines", type=int, default=6900)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="a new folder for the home; else it is removed")
    parser.add_argument("--ordinary", type=int, default=0, help="train on so many logs without a secret instead")
    arguments = parser.parse_args()
    if arguments.ordinary:
        answers = ordinary_answers(arguments)
        print(
            json.dumps(answers, indent=2) if arguments.json else f"kept back: {answers['kept_back']} of {answers['of']}"
        )
        return
    if arguments.keep:
        arguments.keep.mkdir(parents=True)
        figures = measured(arguments.keep, arguments)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            figures = measured(Path(scratch), arguments)
    print(json.dumps(figures, indent=2) if arguments.json else table(figures))


if __name__ == "__main__":
    main()
