"""The model as an ONNX graph: characters' ids in, logits out.

    tokens    int64 [n]         ids of a text's characters; a text begins with a newline, id 1
    recalled  int64 [3, n]      what `Recall.read_all` of model/recall.py gives for them; zeros, nothing recalled, cost
                                quality. A model without recall has no such input.
    logits    float32 [n, V]    what is expected after each

It computes what `model/transformer.py` computes, for a text of any length, each prediction from the last `n_context`
tokens. Columns, lines and the buckets of the attention bias are worked out inside. There is no cache of keys and
values: for text that is written a character at a time, the graph reads all of it anew.
Needs the package `onnx`, which the extra `export` installs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model.array_types import Array
from model.config import N_BUCKETS, N_RECALLED, Config
from model.positions import BUCKETS, FURTHEST_BACK, FURTHEST_LEFT, FURTHEST_RIGHT
from model.transformer import EPSILON, MASKED, Weights, recallable
from model.vocabulary import NEWLINE

OPSET, IR_VERSION = 17, 8  # what runtimes of 2022 and later read


class Graph:
    """Nodes and constants under construction; each node has one output, named by `add`."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: Any) -> str:
        """A tensor that is part of the graph."""
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        """A node; returns its output."""
        name = name or f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, x: str, w: Array) -> str:
        """[T, n_in], [n_out, n_in] -> [T, n_out]"""
        return self.add("MatMul", x, self.constant(w.T.copy()))

    def rms_norm(self, x: str) -> str:
        """[T, C] -> [T, C]"""
        mean = self.add("ReduceMean", self.add("Mul", x, x), axes=[-1], keepdims=1)
        return self.add("Div", x, self.add("Sqrt", self.add("Add", mean, self.constant(np.float32(EPSILON)))))

    def slice(self, x: str, begin: int, end: int, axis: int) -> str:
        """x[begin:end] along an axis."""
        bounds = [self.constant(np.array([value], dtype=np.int64)) for value in (begin, end, axis)]
        return self.add("Slice", x, *bounds)

    def reshape(self, x: str, *shape: int) -> str:
        """x with another shape; -1 is what is left."""
        return self.add("Reshape", x, self.constant(np.array(shape, dtype=np.int64)))

    def finished(self, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
        """The whole graph, checked."""
        made = helper.make_graph(self.nodes, "logling", inputs, outputs, self.constants)
        model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return model


def text_graph(config: Config, weights: Weights) -> onnx.ModelProto:
    """The graph of this module's first lines. `weights` are float32."""
    graph = Graph()
    rows, bucket = places(graph, config)
    x = embedding(graph, config, weights, rows)
    for layer in range(config.n_layer):
        x = block(graph, config, weights, layer, x, bucket)
    graph.add("Identity", head(graph, config, weights, x), name="logits")
    inputs = [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["n"])]
    if config.recall:
        inputs.append(helper.make_tensor_value_info("recalled", TensorProto.INT64, [N_RECALLED, "n"]))
    return graph.finished(
        inputs,
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(weights["wte"])])],
    )


def places(graph: Graph, config: Config) -> tuple[str, str]:
    """The row of `wpe` of each token, and the bucket of every pair, N_BUCKETS where it is hidden. -> [T], [T, S]"""
    one = graph.constant(np.int64(1))
    newline = graph.add("Cast", graph.add("Equal", "tokens", graph.constant(np.int64(NEWLINE))), to=TensorProto.INT64)
    index = graph.add("CumSum", graph.add("Add", graph.add("Mul", "tokens", graph.constant(np.int64(0))), one),
                      graph.constant(np.int64(0)))  # fmt: skip
    later = graph.add("Sub", across_pairs(graph, index, 1), across_pairs(graph, index, 0))  # query's index - key's
    future = graph.add("Less", later, graph.constant(np.int64(0)))
    begun = graph.add("Where", future, graph.constant(np.int64(0)),
                      across_pairs(graph, graph.add("Mul", newline, index), 0))  # fmt: skip
    columns = graph.add("Sub", index, graph.add("ReduceMax", begun, axes=[1], keepdims=0))
    lines = graph.add("CumSum", newline, graph.constant(np.int64(0)))
    across = graph.add("Sub", across_pairs(graph, columns, 0), across_pairs(graph, columns, 1))
    back = graph.add("Sub", across_pairs(graph, lines, 1), across_pairs(graph, lines, 0))
    across = clipped(graph, across, FURTHEST_LEFT, FURTHEST_RIGHT)
    back = graph.add("Mul", clipped(graph, back, 0, FURTHEST_BACK), graph.constant(np.int64(BUCKETS.shape[1])))
    flat = graph.add("Add", graph.add("Add", back, across), graph.constant(np.int64(-FURTHEST_LEFT)))
    bucket = graph.add("Gather", graph.constant(BUCKETS.ravel().astype(np.int64)), flat)
    beyond = graph.add("GreaterOrEqual", later, graph.constant(np.int64(config.n_context)))
    hidden = graph.add("Or", future, beyond)
    bucket = graph.add("Where", hidden, graph.constant(np.int64(N_BUCKETS)), bucket)
    return graph.add("Mod", columns, graph.constant(np.int64(config.n_position))), bucket


def across_pairs(graph: Graph, x: str, axis: int) -> str:
    """[T] -> [1, S] of the keys for axis 0, [T, 1] of the queries for axis 1"""
    return graph.add("Unsqueeze", x, graph.constant(np.array([axis], dtype=np.int64)))


def clipped(graph: Graph, x: str, low: int, high: int) -> str:
    """[T, S] -> [T, S]"""
    return graph.add("Clip", x, graph.constant(np.int64(low)), graph.constant(np.int64(high)))


def embedding(graph: Graph, config: Config, weights: Weights, rows: str) -> str:
    """Characters, what the smear lets through of those before, and places. -> [T, C]"""
    character = graph.add("Gather", graph.constant(weights["wte"]), "tokens")
    x = graph.add("Add", character, graph.add("Gather", graph.constant(weights["wpe"]), rows))
    for back in range(1, config.n_smear + 1):
        nothing = graph.constant(np.zeros((back, config.n_embd), np.float32))
        earlier = graph.slice(graph.add("Concat", nothing, character, axis=0), 0, -back, 0)
        x = graph.add("Add", x, graph.add("Mul", earlier, graph.constant(weights["smear"][back - 1])))
    return graph.rms_norm(x)


def recalled(graph: Graph, weights: Weights) -> str:
    """What the last layer gets of the characters that earlier lines recall. -> [T, C]"""
    parts = []
    for kind in range(N_RECALLED):
        ids = graph.reshape(graph.slice("recalled", kind, kind + 1, 0), -1)
        guess = graph.add("Gather", graph.constant(recallable(weights)), ids)
        parts.append(graph.add("Mul", guess, graph.constant(weights["recall"][kind])))
    return graph.add("Sum", *parts)


def block(graph: Graph, config: Config, weights: Weights, layer: int, x: str, bucket: str) -> str:
    """One layer. [T, C] -> [T, C]"""
    q, k, v = queries_keys_values(graph, config, weights, layer, x)
    guesses = recalled(graph, weights) if config.recall and layer == config.n_layer - 1 else ""
    return attention_and_perceptron(graph, config, weights, layer, x, (q, k, v), bucket, guesses)


def queries_keys_values(graph: Graph, config: Config, weights: Weights, layer: int, x: str) -> tuple[str, str, str]:
    """What attention takes; queries are divided by √D. [T, C] -> [H, T, D] three times"""
    heads, size = config.n_head, config.head_size
    w = {name: weights[f"h{layer}.{name}"] for name in ("wq", "wk", "wv")}
    together = np.concatenate([w["wq"] * np.float32(size**-0.5), w["wk"], w["wv"]])
    qkv = graph.reshape(graph.linear(graph.rms_norm(x), together), -1, 3 * heads, size)
    by_head = graph.add("Transpose", qkv, perm=[1, 0, 2])  # [3H, T, D]
    q, k, v = (graph.slice(by_head, part * heads, (part + 1) * heads, 0) for part in range(3))
    return q, k, v


def attention_and_perceptron(
    graph: Graph,
    config: Config,
    weights: Weights,
    layer: int,
    x: str,
    qkv: tuple[str, str, str],
    bucket: str,
    guesses: str = "",
) -> str:
    """What a layer adds to its input, and the input. [T, C], [H, T, D], [H, S, D] twice, [T, S], [T, C] -> [T, C]"""
    q, k, v = qkv
    scores = graph.add("MatMul", q, graph.add("Transpose", k, perm=[0, 2, 1]))  # [H, T, S]
    bias = np.concatenate([weights[f"h{layer}.bias"], np.full((config.n_head, 1), MASKED, np.float32)], axis=1)
    scores = graph.add("Add", scores, graph.add("Gather", graph.constant(bias), bucket, axis=1))
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), v)
    mixed = graph.reshape(graph.add("Transpose", mixed, perm=[1, 0, 2]), -1, config.n_embd)
    x = graph.add("Add", x, graph.linear(mixed, weights[f"h{layer}.wo"]))
    x = graph.add("Add", x, guesses) if guesses else x
    hidden = graph.add("Relu", graph.linear(graph.rms_norm(x), weights[f"h{layer}.fc1"]))
    return graph.add("Add", x, graph.linear(hidden, weights[f"h{layer}.fc2"]))


def head(graph: Graph, config: Config, weights: Weights, x: str) -> str:
    """[T, C] -> logits [T, V]"""
    return graph.linear(graph.rms_norm(x) if config.final_norm else x, weights["lm_head"])
