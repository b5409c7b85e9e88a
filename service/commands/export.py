"""`logling export`: the committed weights in formats that other software reads.

Each has the float32 tensors by name, and the card beside them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from safetensors.numpy import save

from model.array_types import Array
from model.transformer import Model, Weights
from model.weights_file import Card

from ..checking.sound_weights import decode_weights
from ..errors import LoglingError
from ..home import Home, expanded, find_home
from ..site.champion import committed_weights
from ..storage.atomic_write import write_durably
from .terminal import HomeOption, JsonOption, out, print_json


class Format(StrEnum):
    """The formats of an export, which are also the endings of its file."""

    SAFETENSORS = "safetensors"
    NPZ = "npz"
    JSON = "json"
    ONNX = "onnx"


def export_command(
    form: Annotated[
        Format, typer.Option("--format", metavar="FORMAT", help="safetensors, npz, json or onnx.")
    ] = Format.SAFETENSORS,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file to write; else logling.FORMAT here.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the committed weights as float32 tensors for other software.

    logling export --home ~/log-model --format npz --output log-model.npz
    """
    done = export_weights(find_home(home), form, expanded(output or Path(f"logling.{form}")))
    if as_json:
        print_json(done._asdict())
        return
    out.print(f"{done.file}: {done.parameters:,} parameters in {len(done.tensors)} tensors, {done.bytes:,} bytes")


class Exported(NamedTuple):
    """What was written."""

    file: str
    format: str
    bytes: int
    parameters: int
    tensors: dict[str, list[int]]  # shapes by name


def export_weights(home: Home, form: Format, file: Path) -> Exported:
    """Write the weights at the tip of the site as a file. Raises LoglingError, WeightsFileError, OSError."""
    model, card = decode_weights(committed_weights(home))
    data = WRITERS[form](model, card)
    write_durably(file, data)
    shapes = {name: list(tensor.shape) for name, tensor in model.weights.items()}
    return Exported(str(file), form.value, len(data), model.config.parameters(model.vocabulary.size), shapes)


def as_safetensors(model: Model, card: Card) -> bytes:
    """Tensors, and the card as JSON in `__metadata__`."""
    return save(float32(model.weights), {"card": json.dumps(card, ensure_ascii=False)})


def as_npz(model: Model, card: Card) -> bytes:
    """Arrays. One of them, `card`, is the card as JSON. Nothing is pickled."""
    file = io.BytesIO()
    arrays: dict[str, Any] = {**float32(model.weights), "card": np.array(json.dumps(card, ensure_ascii=False))}
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def as_json(model: Model, card: Card) -> bytes:
    """`card`, and `tensors`: nested lists of the shortest decimals that read back as the same float32 numbers."""
    tensors = {name: decimals(tensor) for name, tensor in float32(model.weights).items()}
    return (json.dumps({"card": card, "tensors": tensors}, ensure_ascii=False) + "\n").encode()


def as_onnx(model: Model, card: Card) -> bytes:
    """A graph that computes the logits, the card in its metadata. Raises LoglingError without the package `onnx`."""
    try:
        from .export_onnx import text_graph
    except ModuleNotFoundError as error:
        if error.name != "onnx":
            raise
        raise LoglingError("--format onnx needs the package onnx: install logling[export]") from None
    graph = text_graph(model.config, float32(model.weights))
    graph.producer_name = "logling"
    graph.metadata_props.add(key="card", value=json.dumps(card, ensure_ascii=False))
    return bytes(graph.SerializeToString(deterministic=True))


WRITERS: dict[Format, Callable[[Model, Card], bytes]] = {
    Format.SAFETENSORS: as_safetensors,
    Format.NPZ: as_npz,
    Format.JSON: as_json,
    Format.ONNX: as_onnx,
}


def float32(weights: Weights) -> dict[str, Array]:
    """The tensors as float32, each in one piece of memory."""
    return {name: np.ascontiguousarray(tensor, dtype=np.float32) for name, tensor in weights.items()}


def decimals(tensor: Array) -> list[list[float]]:
    """[n, m] -> lists"""
    return [[float(str(number)) for number in row] for row in tensor]
