"""The weights file: safetensors bytes as base64 in one classic script, with the card that travels along.

    // Logling: a model of local logs, 4,800 parameters, 0.340 bits per character, 2026-11-23. …
    globalThis.LOGLING_WEIGHTS = "…";

The `__metadata__` of the safetensors bytes holds `card` (JSON) and `crc32` (of the card's text and the tensors' bytes).
`decode` checks everything before it uses anything, and names what is wrong. Nothing is unpickled or evaluated.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from .config import POSITIONS, Config
from .quantisation import dequantise, quantise, shipped
from .scoring import score_lines
from .transformer import Model, Weights
from .vocabulary import Vocabulary

FORMAT = 1
LARGEST_FILE = 103_424  # bytes: 101 KB
PROFILE = "profile"  # the tensor that is no weight
GOLDEN_TOLERANCE = 1e-6  # bits
ASSIGNMENT = re.compile(r'^globalThis\.LOGLING_WEIGHTS = "([A-Za-z0-9+/=]*)";\s*\Z', re.MULTILINE)

Card = dict[str, Any]


class WeightsFileError(ValueError):
    """A weights file that must not be used; the message says why."""


class NewerFormat(WeightsFileError):
    """A weights file that a newer version has written."""


class OlderFormat(WeightsFileError):
    """A weights file that an older version has written, in a format that this one cannot read."""


class TooLarge(WeightsFileError):
    """A weights file that would be larger than LARGEST_FILE."""


def golden_bits(model: Model, text: str) -> float:
    """The bits of the golden text, each of its lines with a newline."""
    return sum(score.bits for score in score_lines(model, text.split("\n")))


def encode(model: Model, card: Mapping[str, Any], golden_text: str, profile: bytes = b"") -> bytes:
    """The file for a model and its card, and the bytes of a profile of normal lines, whose facts the card has.

    The card gets format, config, vocabulary, parameters and the golden entry: the text, and its score by the weights as
    a reader gets them. Raises TooLarge when the file would be larger than LARGEST_FILE.
    """
    card = {
        "format": FORMAT,
        **card,
        "config": model.config.as_dict(),
        "vocabulary": model.vocabulary.characters,
        "parameters": model.config.parameters(model.vocabulary.size),
        "golden": {
            "text": golden_text,
            "bits": golden_bits(model._replace(weights=shipped(model.weights)), golden_text),
        },
    }
    tensors: dict[str, np.ndarray[Any, Any]] = {}
    for name, tensor in model.weights.items():
        tensors[name], tensors[name + ".scale"] = quantise(tensor)
    if profile:
        tensors[PROFILE] = np.frombuffer(profile, dtype=np.uint8)
    text = json.dumps(card, ensure_ascii=False, separators=(",", ":"))
    crc = checksum(text, save(tensors))
    data = _with_metadata(save(tensors), {"card": text, "crc32": f"{crc:08x}"})
    file = f'{comment(card)}\nglobalThis.LOGLING_WEIGHTS = "{base64.b64encode(data).decode()}";\n'.encode()
    if len(file) > LARGEST_FILE:
        raise TooLarge(
            f"the weights file would have {len(file):,} bytes, more than {LARGEST_FILE:,}: use a smaller preset"
        )
    return file


def comment(card: Mapping[str, Any]) -> str:
    """The first line of the file, for people who open it."""
    bits = card.get("bits_per_char")
    score = f", {bits:.3f} bits per character" if isinstance(bits, float) else ""
    day = str(card.get("created", ""))[:10]
    return (
        f"// Logling: a model of local logs, {card['parameters']:,} parameters{score}{', ' + day if day else ''}. "
        "Written by a run; read by index.html beside it. Base64 of a safetensors file, its card in __metadata__."
    )


def decode(file: bytes) -> tuple[Model, Card]:
    """The model and the card of a weights file. Raises WeightsFileError, naming what is wrong."""
    data = _payload(file)
    header, tensor_bytes = _header(data)
    metadata = header.get("__metadata__")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("card"), str):
        raise WeightsFileError("not a Logling weights file: it is a safetensors file without a card")
    card = _card(metadata["card"])
    crc = zlib.crc32(tensor_bytes, zlib.crc32(metadata["card"].encode("utf-8", "surrogatepass")))
    if metadata.get("crc32") != f"{crc:08x}":
        raise WeightsFileError("the weights file was altered or damaged: its checksum does not match its contents")
    model = _model(card, _tensors(data))
    _check_golden(model, card)
    return model, card


def profile_bytes(file: bytes) -> bytes:
    """The bytes of the profile in a weights file that was decoded; empty where it has none."""
    profile = _tensors(_payload(file)).get(PROFILE)
    return b"" if profile is None else profile.tobytes()


def checksum(card_text: str, data: bytes) -> int:
    """CRC-32 of the card's text followed by the tensors' bytes of a safetensors file."""
    _, tensor_bytes = _header(data)
    return zlib.crc32(tensor_bytes, zlib.crc32(card_text.encode()))


def _payload(file: bytes) -> bytes:
    if not file:
        raise WeightsFileError("the weights file is empty")
    if len(file) > LARGEST_FILE:
        raise WeightsFileError(f"not a Logling weights file: it has {len(file):,} bytes, more than {LARGEST_FILE:,}")
    try:
        text = file.decode("ascii")
    except UnicodeDecodeError:
        raise WeightsFileError("not a Logling weights file: it holds bytes that are not ASCII") from None
    match = ASSIGNMENT.search(text)
    if not match:
        cut = "LOGLING_WEIGHTS" in text
        raise WeightsFileError(
            "the weights file is truncated: its assignment does not end"
            if cut
            else "not a Logling weights file: it does not assign LOGLING_WEIGHTS"
        )
    try:
        return base64.b64decode(match[1], validate=True)
    except binascii.Error as error:
        raise WeightsFileError(f"the weights file was altered or damaged: its base64 is wrong ({error})") from None


def _header(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The JSON header of safetensors bytes, and the tensors' bytes behind it."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > len(data) - 8:
        raise WeightsFileError("the weights file is truncated: it ends inside its header")
    try:
        header = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError):
        raise WeightsFileError("the weights file was altered or damaged: its header is not JSON") from None
    if not isinstance(header, dict):
        raise WeightsFileError("the weights file was altered or damaged: its header is not an object")
    return header, data[8 + size :]


def _with_metadata(data: bytes, metadata: Mapping[str, str]) -> bytes:
    """Safetensors bytes with the metadata in this order; `save` would write it in a random order."""
    header, tensor_bytes = _header(data)
    text = json.dumps({"__metadata__": metadata, **header}, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the tensors begin at a multiple of 8
    return len(text).to_bytes(8, "little") + text + tensor_bytes


def _card(text: str) -> Card:
    try:
        card = json.loads(text)
    except (ValueError, RecursionError):
        raise WeightsFileError("the weights file was altered or damaged: its card is not JSON") from None
    if not isinstance(card, dict) or "format" not in card:
        raise WeightsFileError("not a Logling weights file: its card has no format number")
    if card["format"] != FORMAT:
        words = f"the weights file has format {card['format']!r}, this version reads format {FORMAT}"
        if isinstance(card["format"], int) and card["format"] > FORMAT:
            raise NewerFormat(f"{words}: update Logling")
        raise OlderFormat(f"{words}: retrain to write a new file")
    return card


def _tensors(data: bytes) -> dict[str, np.ndarray[Any, Any]]:
    try:
        tensors: dict[str, np.ndarray[Any, Any]] = load(data)
    except (SafetensorError, KeyError) as error:
        raise WeightsFileError(f"the weights file was altered or damaged: {error}") from None
    for name, tensor in tensors.items():
        if name == PROFILE:
            if tensor.dtype != np.uint8 or tensor.ndim != 1:
                raise WeightsFileError("the profile is not one row of bytes")
        elif tensor.dtype not in (np.int8, np.float16):
            raise WeightsFileError(f"the tensor {name!r} has type {tensor.dtype}, not int8 or float16")
    return tensors


def _model(card: Card, tensors: Mapping[str, np.ndarray[Any, Any]]) -> Model:
    try:
        config = Config(**{field.name: card["config"][field.name] for field in fields(Config)})
        if card["config"]["positions"] != POSITIONS:
            raise ValueError(f"positions are {card['config']['positions']!r}, this version reads {POSITIONS!r}")
        vocabulary = Vocabulary(card["vocabulary"])
        if config.n_layer > len(tensors):
            raise ValueError(f"{config.n_layer} layers, but {len(tensors)} tensors")
        if vocabulary.size != len(set("\n" + vocabulary.characters)) + 1:
            raise ValueError("a character has two ids")
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsFileError(f"the card does not describe a model: {error}") from None
    weights: Weights = {}
    for name, shape in config.shapes(vocabulary.size).items():
        steps, scale = tensors.get(name), tensors.get(name + ".scale")
        if steps is None or scale is None:
            raise WeightsFileError(f"the weights file lacks the tensor {name!r}")
        if (steps.shape, steps.dtype.kind, scale.shape, scale.dtype.kind) != (shape, "i", shape[:1], "f"):
            raise WeightsFileError(f"the tensor {name!r} has shape {list(steps.shape)}, the card says {list(shape)}")
        weights[name] = dequantise(steps, scale)
    return Model(config, vocabulary, weights)


def _check_golden(model: Model, card: Card) -> None:
    try:
        text, expected = str(card["golden"]["text"]), float(card["golden"]["bits"])
    except (KeyError, TypeError, ValueError):
        raise WeightsFileError("the card has no golden entry") from None
    bits = golden_bits(model, text)
    if not abs(bits - expected) <= GOLDEN_TOLERANCE:
        raise WeightsFileError(f"the golden text costs {bits} bits here, the card says {expected}: do not trust it")
