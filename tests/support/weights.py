"""Small models and their weights files, for the tests of the page."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from model.config import Config
from model.transformer import Model
from model.vocabulary import Vocabulary
from model.weights_file import decode, encode


def made_up_log(count: int, seed: int = 0) -> list[str]:
    """Lines of a greenhouse that nobody has, some with wide characters."""
    rng = np.random.default_rng(seed)
    lines = []
    for number in range(count):
        clock = f"{number // 60 % 24:02d}:{number % 60:02d}"
        bed, air = rng.integers(1, 5), 18 + 6 * np.sin(number / 40) + rng.normal() / 4
        lines.append(f"{clock} bed{bed} air {air:.1f}°C {'fan on' if air > 21 else 'ok'}")
        if rng.random() < 0.08:
            lines.append(f"{clock} pump: flow {rng.integers(2, 9)} l/min 🌱")
    return lines


class Weights(NamedTuple):
    """A weights file, and the model that Python reads from it."""

    file: bytes
    model: Model

    @property
    def base64(self) -> str:
        return base64_of(self.file)

    @property
    def data(self) -> bytes:
        """The safetensors bytes."""
        return base64.b64decode(self.base64)

    def with_data(self, data: bytes) -> bytes:
        """A file with other bytes."""
        return b'// made up\nglobalThis.LOGLING_WEIGHTS = "' + base64.b64encode(data) + b'";\n'

    def with_parts(self, header: str, tensors: bytes) -> bytes:
        """A file with another header and other bytes behind it."""
        text = header.encode("utf-8", "surrogatepass")
        return self.with_data(len(text).to_bytes(8, "little") + text + tensors)

    @property
    def parts(self) -> tuple[dict[str, Any], bytes]:
        """The header, and the tensors' bytes behind it."""
        size = int.from_bytes(self.data[:8], "little")
        return json.loads(self.data[8 : 8 + size]), self.data[8 + size :]

    @property
    def card(self) -> dict[str, Any]:
        card: dict[str, Any] = json.loads(self.parts[0]["__metadata__"]["card"])
        return card

    def with_card(self, text: str) -> bytes:
        """A file with this text for a card, and a checksum that is right."""
        header, tensors = self.parts
        crc = zlib.crc32(tensors, zlib.crc32(text.encode("utf-8", "surrogatepass")))
        header["__metadata__"] = {"card": text, "crc32": f"{crc:08x}"}
        return self.with_parts(json.dumps(header), tensors)

    def rewritten(self, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> bytes:
        """A file whose header and card `change` has changed, with a checksum that is right again."""
        (header, tensors), card = self.parts, self.card
        change(header, card)
        text = json.dumps(card)
        if "__metadata__" in header:
            crc = zlib.crc32(tensors, zlib.crc32(text.encode()))
            header["__metadata__"] = {"card": text, "crc32": f"{crc:08x}"}
        return self.with_parts(json.dumps(header), tensors)


def base64_of(file: bytes) -> str:
    match = re.search(rb'"(.*)"', file)
    assert match
    return match[1].decode()


def weights_of(model: Model, profile_bytes: bytes = b"", **card: Any) -> Weights:
    """A weights file with this card. `profile_bytes`: those of the card's `profile`."""
    file = encode(model, card, "12:00 bed1 air 20.0°C ok\n12:01 bed2", profile_bytes)
    return Weights(file, decode(file)[0])


SHAPES = {
    "three layers": Config(3, 3, 18, n_context=40, n_position=11, n_smear=3),
    "no smear": Config(2, 2, 10, n_context=33, n_position=7, n_smear=0),
    "no recall": Config(1, 2, 8, n_context=40, n_position=9, recall=False),
    "no final norm": Config(2, 4, 16, n_context=48, n_position=48, n_smear=1, final_norm=False),
}


@cache
def random_weights(shape: str) -> Weights:
    """No tensor is zero, and the card holds nothing that is optional."""
    vocabulary = Vocabulary(" .:0123456789abcdefghilmnoprtuwx/°C🌱")
    config, rng = SHAPES[shape], np.random.default_rng(5)
    sizes = config.shapes(vocabulary.size)
    return weights_of(
        Model(config, vocabulary, {name: (rng.normal(size=size) / 2).astype("f4") for name, size in sizes.items()})
    )
