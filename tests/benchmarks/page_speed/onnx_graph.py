"""Write a model's weights as an ONNX graph that reads blocks of tokens with a cache of keys and values.

Run by page_speed.py in an environment of its own, which has the packages `onnx` and `numpy`:
    python onnx_graph.py WEIGHTS.npz CONFIG.json BLOCK OUT.onnx
All sizes are fixed, which is what the runtime likes best: BLOCK new tokens see themselves and the n_context - 1 tokens
before. A block of one token gives logits, a larger one what each target costs in nats.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

N_BUCKETS = 16
MASKED = -1e9


class Graph:
    """Nodes and constants under construction; each node has one output, named by `add`."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: np.ndarray) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, name: str | None = None, **attributes: object) -> str:
        name = name or f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, x: str, w: np.ndarray) -> str:
        return self.add("MatMul", x, self.constant(w.T.copy()))

    def rms_norm(self, x: str) -> str:
        mean = self.add("ReduceMean", self.add("Mul", x, x), axes=[-1], keepdims=1)
        rms = self.add("Sqrt", self.add("Add", mean, self.constant(np.float32(1e-5))))
        return self.add("Div", x, rms)

    def slice(self, x: str, begin: int, end: int, axis: int, name: str | None = None) -> str:
        bounds = [self.constant(np.array([value], dtype=np.int64)) for value in (begin, end, axis)]
        return self.add("Slice", x, *bounds, name=name)

    def reshape(self, x: str, *shape: int) -> str:
        return self.add("Reshape", x, self.constant(np.array(shape, dtype=np.int64)))


def embedding(graph: Graph, config: dict, weights: dict[str, np.ndarray]) -> str:
    """ids [T, 1 + n_smear], the last id of wte standing for no character, and rows [T] -> [T, C]"""
    c = config["n_embd"]
    characters = np.concatenate([weights["wte"], np.zeros((1, c), "f4")])
    x = graph.add("Gather", graph.constant(characters), "ids")
    shares = np.concatenate([np.ones((1, c), "f4"), weights.get("smear", np.zeros((0, c), "f4"))])
    mixed = graph.add(
        "ReduceSum", graph.add("Mul", x, graph.constant(shares)), graph.constant(np.array([1])), keepdims=0
    )
    return graph.rms_norm(graph.add("Add", mixed, graph.add("Gather", graph.constant(weights["wpe"]), "rows")))


def block(graph: Graph, config: dict, weights: dict[str, np.ndarray], layer: int, x: str, n: int) -> str:
    """One layer over n new tokens. [T, C] -> [T, C]; writes keys and values of the newest tokens."""
    c, heads, size = config["n_embd"], config["n_head"], config["n_embd"] // config["n_head"]
    w = {name: weights[f"h{layer}.{name}"] for name in ("wq", "wk", "wv", "wo", "fc1", "fc2")}
    qkv = graph.linear(graph.rms_norm(x), np.concatenate([w["wq"] / np.sqrt(size).astype("f4"), w["wk"], w["wv"]]))
    by_head = graph.add("Transpose", graph.reshape(qkv, n, 3 * heads, size), perm=[1, 0, 2])  # [3H, T, D]
    q = graph.slice(by_head, 0, heads, 0)
    cached = {}
    for part, kind in enumerate(("keys", "values"), 1):
        new = graph.slice(by_head, part * heads, (part + 1) * heads, 0)
        cached[kind] = graph.add("Concat", f"{kind}{layer}", new, axis=1)  # [H, S, D]
        graph.slice(cached[kind], n, n + config["n_context"] - 1, 1, name=f"next_{kind}{layer}")
    scores = graph.add("MatMul", q, graph.add("Transpose", cached["keys"], perm=[0, 2, 1]))
    bias = np.concatenate([weights[f"h{layer}.bias"], np.full((heads, 1), MASKED, "f4")], axis=1)
    scores = graph.add("Add", scores, graph.add("Gather", graph.constant(bias), "buckets", axis=1))
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), cached["values"])
    mixed = graph.reshape(graph.add("Transpose", mixed, perm=[1, 0, 2]), n, c)
    x = graph.add("Add", x, graph.linear(mixed, w["wo"]))
    hidden = graph.add("Relu", graph.linear(graph.rms_norm(x), w["fc1"]))
    return graph.add("Add", x, graph.linear(hidden, w["fc2"]))


def build(config: dict, weights: dict[str, np.ndarray], n: int) -> onnx.ModelProto:
    graph = Graph()
    x = embedding(graph, config, weights)
    for layer in range(config["n_layer"]):
        x = block(graph, config, weights, layer, x, n)
    x = graph.rms_norm(x) if config["final_norm"] else x
    vocabulary, past = len(weights["wte"]), config["n_context"] - 1
    logits = graph.linear(x, weights["lm_head"])
    inputs = [("ids", [n, 1 + config["n_smear"]]), ("rows", [n]), ("buckets", [n, past + n])]
    if n == 1:
        graph.add("Identity", logits, name="logits")
        predictions = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [n, vocabulary])
    else:
        inputs.append(("targets", [n, 1]))
        picked = graph.add("GatherElements", graph.add("LogSoftmax", logits, axis=-1), "targets", axis=1)
        graph.add("Neg", picked, name="nats")
        predictions = helper.make_tensor_value_info("nats", TensorProto.FLOAT, [n, 1])
    cache = [config["n_head"], past, config["n_embd"] // config["n_head"]]
    names = [f"{kind}{layer}" for layer in range(config["n_layer"]) for kind in ("keys", "values")]
    made = helper.make_graph(
        graph.nodes,
        "logling",
        [helper.make_tensor_value_info(name, TensorProto.INT32, shape) for name, shape in inputs]
        + [helper.make_tensor_value_info(name, TensorProto.FLOAT, cache) for name in names],
        [predictions, *(helper.make_tensor_value_info(f"next_{name}", TensorProto.FLOAT, cache) for name in names)],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    weights_file, config_file, size, out = sys.argv[1:]
    with np.load(weights_file) as arrays:
        tensors = {name: arrays[name].astype("f4") for name in arrays.files}
    onnx.save(build(json.loads(Path(config_file).read_text()), tensors, int(size)), out)
