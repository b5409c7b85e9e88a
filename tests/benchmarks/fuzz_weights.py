"""Weights files as nobody writes them, a million of them: does anything but WeightsFileError come of one?

    python -m tests.benchmarks.fuzz_weights --count 1000000 [--seed 0] [--page 0.1] [--save cases.json]

Each file is made from one of two small ones by a mutation that its number decides: of the text, the bytes, the header,
the card, the tensors, or the profile; where it is of the contents, the checksum is right again. Reported are errors of
another kind, a decode that takes more than a second, memory beyond 200 MB, and files of the share `--page` that Python
and the page do not agree to read or to refuse.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import resource
import subprocess
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from model.config import Config
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.weights_file import WeightsFileError, encode
from service.checking.learning import learn
from service.checking.packing import as_card, pack
from service.checking.sound_weights import decode_weights
from service.installation import page_folder
from service.site.page_files import page_files
from tests.support.weights import base64_of

BATCH = 5000
SLOW = 1.0  # seconds of the processor
LARGE = 200_000  # KB
NUMBERS = [
    "0",
    "-1",
    "1",
    "2",
    "0.5",
    "1.0",
    "-0.0",
    "1e400",
    "1e308",
    "-1e308",
    "1e-400",
    "9007199254740991",
    "9007199254740992",
    "4294967296",
    "100000000",
    "NaN",
    "Infinity",
    "-Infinity",
    "01",
    "1.",
    "0x10",
    "9" * 400,
]
TEXTS = [
    f'"{text}"'
    for text in [
        r"a",
        r"\n",
        r"\ud800",
        r"\udc00\ud800",
        r"\u202e",
        r"\u0000",
        r"\/",
        r"\x",
        r"columns",
        r"seed",
        r"I8",
        r"F16",
        r"(a+)+$",
        r"{msg}",
        r"🌱",
        r"2026-02-29",
        r"2026-01-01",
        r"0000-01-01",
        r"2026-01-01T24:00:00Z",
        r"__proto__",
    ]
]
TEXTS += ['""', '"a', f'"{"x" * 300}"', f'"{"x" * 9000}"']
SHAPES = [
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    '[["2026-01-01",1]]',
    '{"a":1,"a":2}',
    '{"__proto__":1}',
    "[1,2]",
    "[0,0]",
    "[1e2]",
    "{",
    "]",
    ",",
]
SHAPES += ["", "[" * 20 + "]" * 20, "[" * 3000]
FIELDS = [
    "format",
    "config",
    "vocabulary",
    "parameters",
    "golden",
    "history",
    "created",
    "version",
    "lines",
    "reading",
    "normal",
    "profile",
    "sample",
    "bits_per_char",
    "__proto__",
    "constructor",
    "toString",
    "more",
]
SIGNS = (b"\0", b'"', b"\n", b"\r", b"\\", b"[", b"}", b",", b"\xff", b"\xef\xbb\xbf", b"/")


class Base(NamedTuple):
    """The parts of a sound file."""

    header: dict[str, Any]  # without its metadata
    card: dict[str, Any]
    tensors: bytes

    def file(self, card: str = "", header: str = "", tensors: bytes | None = None) -> bytes:
        """The file with some of its parts as given, and a checksum that is right."""
        card, tensors = card or json.dumps(self.card), self.tensors if tensors is None else tensors
        crc = zlib.crc32(tensors, zlib.crc32(card.encode("utf-8", "surrogatepass")))
        metadata = json.dumps({"card": card, "crc32": f"{crc:08x}"})
        text = f'{{"__metadata__":{metadata},{(header or json.dumps(self.header))[1:]}'.encode("utf-8", "surrogatepass")
        return wrapped(len(text).to_bytes(8, "little") + text + tensors)


def wrapped(data: bytes) -> bytes:
    return b'// fuzz\nglobalThis.LOGLING_WEIGHTS = "' + base64.b64encode(data) + b'";\n'


def data_of(file: bytes) -> bytes:
    return base64.b64decode(base64_of(file))


def bases() -> list[Base]:
    """Files of a few hundred parameters: a bare one, and one whose card says all that a card can."""
    rng = np.random.default_rng(0)
    vocabulary, config = Vocabulary("ab 1é"), Config(1, 1, 2, n_context=8, n_position=4, n_smear=1)
    model = Model(config, vocabulary, init_weights(config, vocabulary.size, rng))
    profile = learn([[f"a b {number} c" for number in range(60)]])
    full = {
        "run": "20260301T120000Z-012345",
        "version": "0.1.0",
        "preset": "seed",
        "created": "2026-03-01T12:00:00+00:00",
        "lines": 60,
        "characters": 600,
        "tokens": 1000,
        "tokens_per_second": 10,
        "seed": 0,
        "corpus": "0" * 16,
        "bits_per_char": 0.5,
        "ngram": 1.5,
        "history": [["2026-02-22", 0.75], ["2026-03-01", 0.5]],
        "sample": "a b\n",
        "reading": [{"name": "app", "container": "docker", "continuation": "^ ", "format": "{msg}", "mask": ["ip"]}],
        "normal": ["a *"],
        "profile": as_card(profile),
    }
    made = []
    for card, data in (({}, b""), (full, pack(profile))):
        file = data_of(encode(model, card, "ab 1\nb", data))
        size = int.from_bytes(file[:8], "little")
        header = json.loads(file[8 : 8 + size])
        made.append(Base(header, json.loads(header.pop("__metadata__")["card"]), file[8 + size :]))
    return made


# ---- mutations


def spoil_bytes(chance: random.Random, data: bytes) -> bytes:
    """Some bytes changed, gone, doubled or new."""
    text = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at = chance.randrange(len(text) + 1)
        how = chance.randrange(4)
        if how == 0:
            text[at : at + 1] = bytes([chance.randrange(256)])
        elif how == 1:
            del text[at : at + chance.choice((1, 2, 8, 64))]
        elif how == 2:
            text[at:at] = text[at : at + chance.choice((1, 8, 64))]
        else:
            text[at:at] = chance.choice(
                (b"\0", b'"', b"\n", b"\r", b"\\", b"[", b"}", b",", b"\xff", b"\xef\xbb\xbf", b"/")
            )
    return bytes(text)


def spoil_json(chance: random.Random, value: Any) -> str:
    """A JSON text with one node replaced, gone, doubled, or new."""
    places = list(nodes(value))
    path = chance.choice(places)
    how = chance.randrange(10)
    mark = "@here@"
    if how == 0 and path:
        return json.dumps(without(value, path))
    if how == 1:
        extra = f'"{chance.choice(FIELDS)}":{anything(chance)}'
        text = json.dumps(value)
        return f"{{{extra},{text[1:]}" if chance.random() < 0.5 else f"{text[:-1]},{extra}}}"
    if how == 2:
        return spoil_bytes(chance, json.dumps(value, ensure_ascii=False).encode()).decode(errors="replace")
    text = json.dumps(replaced(value, path, mark)) if path else f'"{mark}"'
    return text.replace(f'"{mark}"', anything(chance), 1)


def anything(chance: random.Random) -> str:
    return chance.choice(chance.choice((NUMBERS, NUMBERS, TEXTS, SHAPES)))


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, member in value.items():
            yield from nodes(member, (*path, key))
    if isinstance(value, list):
        for at, member in enumerate(value[:4]):
            yield from nodes(member, (*path, at))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def without(value: Any, path: tuple[Any, ...]) -> Any:
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = without(value[path[0]], path[1:])
    return copy


def spoil_scales(chance: random.Random, base: Base) -> bytes:
    """One number of a tensor is another."""
    tensors = bytearray(base.tensors)
    begin, end = chance.choice([entry["data_offsets"] for entry in base.header.values()])
    at = chance.randrange(begin, end)
    tensors[at : at + 1] = bytes([chance.choice((0, 1, 0x7C, 0x7E, 0x80, 0xFC, 0xFF, chance.randrange(256)))])
    return base.file(tensors=bytes(tensors))


Spoil = Callable[[random.Random, Base], bytes]
WAYS: dict[str, Spoil] = {
    "text": lambda chance, base: spoil_bytes(chance, base.file()),
    "bytes": lambda chance, base: wrapped(spoil_bytes(chance, data_of(base.file()))),
    "header": lambda chance, base: base.file(header=spoil_json(chance, base.header)),
    "card": lambda chance, base: base.file(card=spoil_json(chance, base.card)),
    "config": lambda chance, base: base.file(card=spoil_part(chance, base, "config")),
    "profile": lambda chance, base: base.file(card=spoil_part(chance, base, "profile")),
    "reading": lambda chance, base: base.file(card=spoil_part(chance, base, "reading")),
    "tensors": spoil_scales,
}
SEEN_BY_THE_PAGE = set(WAYS) - {"text"}


def spoil_part(chance: random.Random, base: Base, name: str) -> str:
    part = base.card.get(name, {})
    return json.dumps({**base.card, name: "@part@"}).replace('"@part@"', spoil_json(chance, part), 1)


def mutation(number: int, seed: int, sound: list[Base]) -> tuple[str, bytes]:
    """The mutation of a number. -> its kind, the file"""
    chance = random.Random(f"{seed} {number}")
    name = chance.choice(list(WAYS))
    return name, WAYS[name](chance, chance.choice(sound))


# ---- what is asked


def in_python(file: bytes) -> tuple[bool, str]:
    """Whether it is read. -> and what was wrong with how it was refused"""
    begun = time.process_time()
    trouble = ""
    try:
        decode_weights(file)
        is_read = True
    except WeightsFileError as refused:
        is_read, trouble = False, "a message of more than 400 characters" if len(str(refused)) > 400 else ""
    except BaseException as error:  # noqa: BLE001
        is_read, trouble = False, f"{type(error).__name__}: {str(error)[:100]}"
    seconds = time.process_time() - begun
    return is_read, trouble or (f"{seconds:.1f} s" if seconds > SLOW else "")


def in_page(engine: Path, files: list[bytes]) -> list[str]:
    """What the page says of each file: "read", "refused", or what went wrong."""
    if not files:
        return []
    texts = "\n".join(base64_of(file) for file in files)
    script = Path(__file__).with_suffix(".js")
    done = subprocess.run(["node", script, engine], input=texts, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def main() -> None:
    """Ask as many as are wanted, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--page", type=float, default=0.1)
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    sound, counts, found = bases(), Counter[str](), []
    engine = Path(tempfile.mkdtemp()) / "engine.js"
    engine.write_bytes(page_files(page_folder())["engine.js"])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for begin in range(options.first, options.first + options.count, BATCH):
        asked: list[tuple[int, str, bytes, bool]] = []
        for number in range(begin, min(begin + BATCH, options.first + options.count)):
            kind, file = mutation(number, options.seed, sound)
            is_read, trouble = in_python(file)
            counts[f"{kind} {'read' if is_read else 'refused'}"] += 1
            if trouble:
                found.append({"number": number, "kind": kind, "trouble": trouble, "file": file.decode("latin1")})
            if kind in SEEN_BY_THE_PAGE and random.Random(number).random() < options.page:
                asked.append((number, kind, file, is_read))
        answers = in_page(engine, [file for _, _, file, _ in asked])
        for (number, kind, file, is_read), answer in zip(asked, answers, strict=True):
            counts["asked of the page"] += 1
            if answer != ("read" if is_read else "refused"):
                trouble = f"Python {'reads' if is_read else 'refuses'} it, the page: {answer}"
                found.append({"number": number, "kind": kind, "trouble": trouble, "file": file.decode("latin1")})
        print(f"{begin + BATCH - options.first:,} files, {len(found)} found", flush=True)
        if options.save:
            options.save.write_text(json.dumps(found, indent=0))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    print(json.dumps(dict(sorted(counts.items())), indent=2))
    print(f"{grown / 1000:,.0f} MB more memory{' TOO MUCH' if grown > LARGE else ''}")
    for one in found[:20]:
        print(one["number"], one["kind"], one["trouble"])


if __name__ == "__main__":
    main()
