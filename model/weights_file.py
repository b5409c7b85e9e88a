"""The weights file: safetensors bytes as base64 in one classic script, with the card that travels along.

    // Logling: a model of local logs, 4,800 parameters, 0.340 bits per character, 2026-11-23. …
    globalThis.LOGLING_WEIGHTS = "…";

The `__metadata__` of the safetensors bytes holds `card` (JSON) and `crc32` (of the card's text and the tensors' bytes).
The file is exactly such a comment and such an assignment, so that nothing else runs where a page loads it. `decode`
checks everything before it uses anything, and names what is wrong. Nothing is unpickled or evaluated.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import prod
from typing import Any

import numpy as np
from safetensors.numpy import save

from . import card_facts, strict_json
from .config import POSITIONS, Config
from .quantisation import dequantise, quantise, shipped
from .scoring import score_lines
from .transformer import Model, Weights
from .vocabulary import Vocabulary

FORMAT = 2
BEFORE_RECALL = 1  # the format of models without recall, which is read too
LARGEST_FILE = 103_424  # bytes: 101 KB
PROFILE = "profile"  # the tensor that is no weight
GOLDEN_TOLERANCE = 1e-6  # bits
FILE = re.compile(r'//[ -~]*\nglobalThis\.LOGLING_WEIGHTS = "([A-Za-z0-9+/=]*)";\n')
BEGINNING = re.compile(r"//[ -~]*\nglobalThis\.LOGLING_WEIGHTS[ \"A-Za-z0-9+/=;]*")
NAME = re.compile("[A-Za-z0-9._]{1,40}")  # of a tensor
KIND = re.compile("[A-Z0-9_]{1,8}")
KINDS: dict[str, np.dtype[Any]] = {"I8": np.dtype("i1"), "F16": np.dtype("<f2"), "U8": np.dtype("u1")}

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
    header, tensor_bytes = _header(_payload(file))
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or not isinstance(metadata.get("card"), str):
        raise WeightsFileError("not a Logling weights file: it is a safetensors file without a card")
    card = _card(metadata["card"])
    crc = zlib.crc32(tensor_bytes, zlib.crc32(metadata["card"].encode()))
    if metadata != {"card": metadata["card"], "crc32": f"{crc:08x}"}:
        raise damaged("its checksum does not match its contents")
    model = _model(card, _tensors(header, tensor_bytes))
    _check_golden(model, card)
    return model, card


def damaged(reason: str) -> WeightsFileError:
    """The error for a file that a run has not written so."""
    return WeightsFileError(f"the weights file was altered or damaged: {reason}")


def profile_bytes(file: bytes) -> bytes | None:
    """The bytes of the profile in a weights file that was decoded; None where it has none."""
    header, tensor_bytes = _header(_payload(file))
    del header["__metadata__"]
    profile = _tensors(header, tensor_bytes).get(PROFILE)
    return None if profile is None else profile.tobytes()


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
    match = FILE.fullmatch(text)
    if not match:
        raise WeightsFileError(_describe_foreign(text))
    try:
        data = base64.b64decode(match[1], validate=True)
    except binascii.Error:
        raise damaged("its base64 is wrong") from None
    if base64.b64encode(data).decode() != match[1]:
        raise damaged("its base64 is wrong")
    return data


def _describe_foreign(text: str) -> str:
    """Why a text is not one comment and one assignment."""
    if "LOGLING_WEIGHTS" not in text:
        return "not a Logling weights file: it does not assign LOGLING_WEIGHTS"
    if BEGINNING.fullmatch(text):
        return "the weights file is truncated: its assignment does not end"
    return "the weights file holds more than one comment line and the assignment of one base64 text: do not open it"


def _header(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The JSON header of safetensors bytes, and the tensors' bytes behind it."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > len(data) - 8:
        raise WeightsFileError("the weights file is truncated: it ends inside its header")
    header = _parsed(data[8 : 8 + size], "header")
    if not isinstance(header, dict):
        raise damaged("its header is not an object")
    return header, data[8 + size :]


def _parsed(text: bytes, what: str) -> Any:
    try:
        return strict_json.parse(text.decode())
    except UnicodeDecodeError:
        raise damaged(f"its {what} is not UTF-8") from None
    except ValueError as error:
        raise damaged(f"its {what} {error}") from None


def _with_metadata(data: bytes, metadata: Mapping[str, str]) -> bytes:
    """Safetensors bytes with the metadata in this order; `save` would write it in a random order."""
    header, tensor_bytes = _header(data)
    text = json.dumps({"__metadata__": metadata, **header}, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the tensors begin at a multiple of 8
    return len(text).to_bytes(8, "little") + text + tensor_bytes


def _card(text: str) -> Card:
    card = _parsed(text.encode(), "card")
    if not isinstance(card, dict) or not card_facts.is_whole(card.get("format")):
        raise WeightsFileError("not a Logling weights file: its card has no format number")
    if card["format"] not in (FORMAT, BEFORE_RECALL):
        words = f"the weights file has format {card['format']}, this version reads format {FORMAT}"
        if card["format"] > FORMAT:
            raise NewerFormat(f"{words}: update Logling")
        raise OlderFormat(f"{words}: retrain to write a new file")
    try:
        card_facts.check(card)
    except ValueError as error:
        raise damaged(f"in its card, {error}") from None
    return card


def _tensors(header: Mapping[str, Any], tensor_bytes: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """The tensors by name. They must lie one behind the other, from the first byte to the last."""
    tensors: dict[str, np.ndarray[Any, Any]] = {}
    end = 0
    for name in sorted(header, key=lambda name: _place(name, header[name])):
        entry = header[name]
        kind, shape = entry["dtype"], tuple(entry["shape"])
        expected = "U8" if name == PROFILE else "F16" if name.endswith(".scale") else "I8"
        if name == PROFILE and (kind, len(shape)) != (expected, 1):
            raise WeightsFileError("the profile is not one row of bytes")
        if kind != expected:
            raise WeightsFileError(f"the tensor {name!r} has type {kind}, not {expected}")
        begin, end = end, end + prod(shape) * KINDS[kind].itemsize
        if entry["data_offsets"] != [begin, end] or end > len(tensor_bytes):
            raise damaged(f"the tensor {name!r} does not lie where it must")
        tensors[name] = np.frombuffer(tensor_bytes[begin:end], KINDS[kind]).reshape(shape)
    if end != len(tensor_bytes):
        raise damaged("bytes behind its tensors belong to none")
    return tensors


def _place(name: str, entry: object) -> tuple[int, int]:
    """Where the header says that a tensor lies. Raises WeightsFileError if it does not say all of a tensor."""
    if not NAME.fullmatch(name):
        raise damaged("its header has a tensor of an impossible name")
    if isinstance(entry, dict) and entry.keys() == {"dtype", "shape", "data_offsets"}:
        kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        is_kind = isinstance(kind, str) and KIND.fullmatch(kind)
        if is_kind and _are_wholes(shape, (0, 1, 2)) and _are_wholes(offsets, (2,)):
            return offsets[0], offsets[1]
    raise damaged(f"its header does not describe the tensor {name!r}")


def _are_wholes(values: object, counts: Sequence[int]) -> bool:
    return isinstance(values, list) and len(values) in counts and all(map(card_facts.is_whole, values))


def _model(card: Card, tensors: Mapping[str, np.ndarray[Any, Any]]) -> Model:
    try:
        config, vocabulary = _config(card["format"], card.get("config")), _vocabulary(card.get("vocabulary"))
    except ValueError as error:
        raise WeightsFileError(f"the card does not describe a model: {error}") from None
    weights: Weights = {}
    shapes = config.shapes(vocabulary.size)
    for name, shape in shapes.items():
        steps, scale = tensors.get(name), tensors.get(name + ".scale")
        if steps is None or scale is None:
            raise WeightsFileError(f"the weights file lacks the tensor {name!r}")
        if (steps.shape, scale.shape) != (shape, shape[:1]):
            raise WeightsFileError(f"the tensor {name!r} has shape {list(steps.shape)}, the card says {list(shape)}")
        if not np.isfinite(scale).all():
            raise damaged(f"a scale of the tensor {name!r} is no number")
        weights[name] = dequantise(steps, scale)
    if unknown := sorted(tensors.keys() - {PROFILE, *shapes, *(name + ".scale" for name in shapes)}):
        raise damaged(f"the card knows no tensor {unknown[0]!r}")
    if card.get("parameters") != config.parameters(vocabulary.size):
        raise WeightsFileError("the card does not say how many parameters there are")
    return Model(config, vocabulary, weights)


def _config(written: int, sizes: object) -> Config:
    names = [field.name for field in fields(Config) if written != BEFORE_RECALL or field.name != "recall"]
    if not isinstance(sizes, dict) or sizes.keys() != {*names, "positions"}:
        raise ValueError(f"its config has not exactly {', '.join(names)} and positions")
    if sizes["positions"] != POSITIONS:
        raise ValueError(f"its positions are not {POSITIONS!r}, which this version reads")
    return Config(**{"recall": False, **{name: sizes[name] for name in names}})


def _vocabulary(characters: object) -> Vocabulary:
    if not isinstance(characters, str):
        raise ValueError("it has no vocabulary")
    if len({"\n", *characters}) != len(characters) + 1:
        raise ValueError("a character has two ids")
    return Vocabulary(characters)


def _check_golden(model: Model, card: Card) -> None:
    if "golden" not in card:
        raise WeightsFileError("the card has no golden entry")
    bits, expected = golden_bits(model, card["golden"]["text"]), card["golden"]["bits"]
    if not abs(bits - expected) <= GOLDEN_TOLERANCE:
        raise WeightsFileError(f"the golden text costs {bits} bits here, the card says {expected}: do not trust it")
