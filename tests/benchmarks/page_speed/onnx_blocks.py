"""A model's weights as an ONNX graph that reads blocks of tokens with a cache of keys and values.

All sizes are fixed, which is what the runtime likes best: so many new tokens see themselves and the n_context - 1
tokens before. A block of one token gives logits, a larger one what each target costs in nats.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from model.config import Config
from model.transformer import Weights
from service.commands.export_onnx import Graph, attention_and_perceptron, head, queries_keys_values


def embedding(graph: Graph, config: Config, weights: Weights) -> str:
    """ids [T, 1 + n_smear], the last id of wte standing for no character, and rows [T] -> [T, C]"""
    c = config.n_embd
    characters = np.concatenate([weights["wte"], np.zeros((1, c), "f4")])
    x = graph.add("Gather", graph.constant(characters), "ids")
    shares = np.concatenate([np.ones((1, c), "f4"), weights.get("smear", np.zeros((0, c), "f4"))])
    mixed = graph.add(
        "ReduceSum", graph.add("Mul", x, graph.constant(shares)), graph.constant(np.array([1])), keepdims=0
    )
    return graph.rms_norm(graph.add("Add", mixed, graph.add("Gather", graph.constant(weights["wpe"]), "rows")))


def block(graph: Graph, config: Config, weights: Weights, layer: int, x: str, n: int) -> str:
    """One layer for n tokens after `n_context - 1` earlier ones. [n, C] -> [n, C]

    The keys and values of the earlier tokens are the inputs `keys0` and so on; the outputs `next_keys0` and so on are
    the inputs for the next block.
    """
    q, k, v = queries_keys_values(graph, config, weights, layer, x)
    k, v = (graph.add("Concat", f"{kind}{layer}", new, axis=1) for kind, new in (("keys", k), ("values", v)))
    for kind, whole in (("keys", k), ("values", v)):
        graph.add("Identity", graph.slice(whole, n, n + config.n_context - 1, 1), name=f"next_{kind}{layer}")
    return attention_and_perceptron(graph, config, weights, layer, x, (q, k, v), "buckets")


def blocks_graph(config: Config, weights: Weights, n: int) -> onnx.ModelProto:
    """The graph for blocks of n tokens. `weights` are float32."""
    graph = Graph()
    x = embedding(graph, config, weights)
    for layer in range(config.n_layer):
        x = block(graph, config, weights, layer, x, n)
    logits = head(graph, config, weights, x)
    past = config.n_context - 1
    inputs = [("ids", [n, 1 + config.n_smear]), ("rows", [n]), ("buckets", [n, past + n])]
    if n == 1:
        graph.add("Identity", logits, name="logits")
        predictions = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [n, len(weights["wte"])])
    else:
        inputs.append(("targets", [n, 1]))
        picked = graph.add("GatherElements", graph.add("LogSoftmax", logits, axis=-1), "targets", axis=1)
        graph.add("Neg", picked, name="nats")
        predictions = helper.make_tensor_value_info("nats", TensorProto.FLOAT, [n, 1])
    cache = [config.n_head, past, config.head_size]
    names = [f"{kind}{layer}" for layer in range(config.n_layer) for kind in ("keys", "values")]
    return graph.finished(
        [helper.make_tensor_value_info(name, TensorProto.INT32, shape) for name, shape in inputs]
        + [helper.make_tensor_value_info(name, TensorProto.FLOAT, cache) for name in names],
        [predictions, *(helper.make_tensor_value_info(f"next_{name}", TensorProto.FLOAT, cache) for name in names)],
    )
