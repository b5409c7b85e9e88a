"""What compressors need for the newest lines of a log after the lines before: the extra bytes. And for whole files:

    python tests/benchmarks/compressors.py FILE…

prints how many times smaller each file gets, by compressors and by the learner alone: no weights are sent, and the
characters of the file are charged. The common words that the learner has read (model/common_text.txt) are a part of
the program and not charged. That is its ideal code length; what an arithmetic coder adds is a few bytes a file. Files
may be .xz or .gz.

Brotli, PPMd and zpaq are not needed by the project: `pip install brotli pyppmd`, `apt install zpaq`. One that is
missing is left out, and said so.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import importlib
import importlib.util
import lzma
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import zstandard

from model.adaptive import Adaptive
from model.recall import Recall
from model.vocabulary import Vocabulary

PPMD_ORDERS = (3, 4, 5, 6, 8, 10, 12, 16, 24, 32)
PPMD_MEMORY = 256 << 20
PART = 1 << 16  # characters that the learner reads at a time

Size = Callable[[bytes], int]


def extra_bits(size: Size, train: bytes, test: bytes) -> float:
    """Bits per character of the test: what compressing both needs beyond compressing the training lines."""
    return 8 * (size(train + test) - size(train)) / len(test.decode())


def xz(data: bytes) -> int:
    """xz -9e."""
    return len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))


def zstd(data: bytes) -> int:
    """zstd --ultra -22."""
    return len(zstandard.ZstdCompressor(level=22).compress(data))


def bzip2(data: bytes) -> int:
    """bzip2 -9."""
    return len(bz2.compress(data, 9))


def brotli(data: bytes) -> int:
    """brotli -q 11, the largest window."""
    return len(importlib.import_module("brotli").compress(data, quality=11, lgwin=24))


def ppmd_of(order: int) -> Size:
    """PPMd, variant H, of some order."""

    def size(data: bytes) -> int:
        encoder = importlib.import_module("pyppmd").Ppmd7Encoder(order, PPMD_MEMORY)
        return len(encoder.encode(data)) + len(encoder.flush())

    return size


def ppmd(train: bytes, test: bytes) -> float:
    """PPMd with the order that suits this very test best, which no one could have known before."""
    return min(extra_bits(ppmd_of(order), train, test) for order in PPMD_ORDERS)


def zpaq(data: bytes) -> int:
    """zpaq -m5."""
    with tempfile.TemporaryDirectory() as name:
        archive, file = Path(name) / "a.zpaq", Path(name) / "log"
        file.write_bytes(data)
        command = ["zpaq", "add", archive.name, file.name, "-m5", "-t1"]
        subprocess.run(command, check=True, cwd=name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return archive.stat().st_size


def by_extra_bytes(size: Size) -> Callable[[bytes, bytes], float]:
    """A column of the table."""
    return lambda train, test: extra_bits(size, train, test)


COMPRESSORS: dict[str, Callable[[bytes, bytes], float]] = {
    "xz": by_extra_bytes(xz),
    "zstd": by_extra_bytes(zstd),
    "brotli": by_extra_bytes(brotli),
    "bzip2": by_extra_bytes(bzip2),
    "PPMd": ppmd,
    "zpaq": by_extra_bytes(zpaq),
}


def is_here(name: str) -> bool:
    """Whether a compressor can be used on this machine."""
    modules = {"brotli": "brotli", "PPMd": "pyppmd"}
    if name == "zpaq":
        return shutil.which("zpaq") is not None
    return name not in modules or importlib.util.find_spec(modules[name]) is not None


def learner(text: str) -> float:
    """Bytes by the learner without a transformer, with the characters of the text."""
    vocabulary = Vocabulary("").extended(text.split("\n"), 4096)
    reader, recall, bits = Adaptive(vocabulary), Recall(vocabulary), 0.0
    last = recall.read_all(vocabulary.encode("\n"))
    for begin in range(0, len(text), PART):
        part = text[begin : begin + PART]
        recalled = np.concatenate([last, recall.read_all(vocabulary.encode(part))], axis=1)
        bits += float(reader.read(None, part, recalled[:, :-1]).sum())
        last = recalled[:, -1:]
    return bits / 8 + len(vocabulary.characters.encode())


def content(file: Path) -> bytes:
    """What is in a file, unpacked."""
    opened = {".xz": lzma.open, ".gz": gzip.open}.get(file.suffix)
    if opened is None:
        return file.read_bytes()
    with opened(file, "rb") as unpacked:
        return bytes(unpacked.read())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How many times smaller whole files get.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    given = parser.parse_args()
    sizes: dict[str, Size] = {"xz": xz, "zstd": zstd, "brotli": brotli, "zpaq": zpaq}
    here = {name: size for name, size in sizes.items() if is_here(name)}
    print("not here:", ", ".join(sizes.keys() - here.keys()) or "none")
    print("| file | bytes |", *(f"{name} |" for name in here), "learner alone | characters a second |")
    print("|---" * (len(here) + 4) + "|")
    for file in given.files:
        data = content(file)
        ratios = [f"{len(data) / size(data):.2f}" for size in here.values()]
        text, begun = data.decode(errors="replace"), time.process_time()
        ours = len(data) / learner(text)
        speed = len(text) / (time.process_time() - begun)
        cells = [file.name, f"{len(data):,}", *ratios, f"**{ours:.2f}**", f"{speed:,.0f}"]
        print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
