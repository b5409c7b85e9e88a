"""Weights files that are not as a run writes them. Python and the page refuse each, for the reason beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .weights import Weights

Spoil = Callable[[Weights], bytes]


def card_with(**facts: Any) -> Spoil:
    return lambda weights: weights.with_card(json.dumps({**weights.card, **facts}))


def config_with(**sizes: Any) -> Spoil:
    return lambda weights: card_with(config={**weights.card["config"], **sizes})(weights)


def card_and(text: str) -> Spoil:
    """A card with one more field, as it is written."""
    return lambda weights: weights.with_card(f"{json.dumps(weights.card)[:-1]},{text}}}")


def header_with(**entries: Any) -> Spoil:
    def spoil(weights: Weights) -> bytes:
        header, tensors = weights.parts
        return weights.with_parts(json.dumps({**header, **entries}), tensors)

    return spoil


def an_infinite_scale(weights: Weights) -> bytes:
    """Of the last character, which the golden text does not have."""
    header, tensors = weights.parts
    end = header["wte.scale"]["data_offsets"][1]
    changed = Weights(
        weights.with_parts(json.dumps(header), tensors[: end - 2] + b"\0\x7c" + tensors[end:]), weights.model
    )
    return changed.with_card(json.dumps(weights.card))


def in_another_encoding(weights: Weights) -> bytes:
    header, tensors = weights.parts
    text = json.dumps(header).encode("utf-16")
    return weights.with_data(len(text).to_bytes(8, "little") + text + tensors)


REFUSED: dict[str, tuple[Spoil, str]] = {
    "a number that is none": (card_and('"lines":NaN'), "its card is not JSON"),
    "an infinity": (card_and('"bits_per_char":-Infinity'), "its card is not JSON"),
    "a number beyond all numbers": (card_and('"ngram":1e400'), "its card has a number that is too large"),
    "a number of 50,000 digits": (card_and(f'"lines":{"9" * 50_000}'), "its card has a number that is too large"),
    "a number that is not exact": (card_and('"lines":9007199254740993'), "its card has a number that is too large"),
    "a key that comes twice": (card_and('"format":1'), "its card has a key twice"),
    "deep nesting": (card_and(f'"x":{"[" * 900}{"]" * 900}'), "its card is nested deeper than 16"),
    "nesting without end": (card_and(f'"x":{"[" * 30_000}'), "its card is nested deeper than 16"),
    "half a character": (card_and('"x":"\\ud800"'), "its card has half a character"),
    "a context of 10^8": (config_with(n_context=10**8), "n_context is from 1 to 4,096, not 100,000,000"),
    "10^9 layers": (config_with(n_layer=10**9), "n_layer is from 1 to 64, not 1,000,000,000"),
    "true layers": (config_with(n_layer=True), "every size of a model is a whole number"),
    "a final norm that is a number": (config_with(final_norm=1), "final_norm is true or false"),
    "one more size": (config_with(n_more=1), "its config has not exactly n_layer"),
    "other positions": (config_with(positions="x" * 5000), "its positions are not 'columns'"),
    "a character twice": (card_with(vocabulary="aa"), "a character has two ids"),
    "a format that is true": (card_with(format=True), "its card has no format number"),
    "a format in words": (card_with(format="2"), "its card has no format number"),
    "a name that is empty": (card_with(name=""), "'name' is not a text of 1 to 40 characters"),
    "a long name": (card_with(name="x" * 41), "'name' is not a text of 1 to 40 characters"),
    "a name of two lines": (card_with(name="a\nb"), "'name' is not a text of 1 to 40 characters"),
    "a name that is a number": (card_with(name=7), "'name' is not a text of 1 to 40 characters"),
    "scores by log that are no list": (card_with(by_log={"auth": 0.2}), "'by_log' is not a list of at most 12 logs"),
    "too many scores by log": (
        card_with(by_log=[{"name": "a", "lines": 1, "bits_per_char": 0.2}] * 13),
        "'by_log' is not a list of at most 12 logs",
    ),
    "a score of a log without a name": (
        card_with(by_log=[{"lines": 1, "bits_per_char": 0.2}]),
        "'by_log' is not a list of at most 12 logs",
    ),
    "a score of a log that is text": (
        card_with(by_log=[{"name": "a", "lines": 1, "bits_per_char": "0.2"}]),
        "'by_log' is not a list of at most 12 logs",
    ),
    "half a line of a log": (
        card_with(by_log=[{"name": "a", "lines": 0.5, "bits_per_char": 0.2}]),
        "'by_log' is not a list of at most 12 logs",
    ),
    "an n-gram of a log that is none": (
        card_with(by_log=[{"name": "a", "lines": 1, "bits_per_char": 0.2, "ngram": None}]),
        "'by_log' is not a list of at most 12 logs",
    ),
    "a history that is no list": (card_with(history={"2026-01-01": 1}), "'history' is not a list of at most 52 days"),
    "a history too long": (card_with(history=[["2026-01-01", 1.5]] * 53), "'history' is not a list"),
    "a history without dates": (card_with(history=[["soon", 1.5]]), "'history' is not a list"),
    "a history of a day that is none": (card_with(history=[["2026-02-29", 1.5]]), "'history' is not a list"),
    "a history of words": (card_with(history=[["2026-01-01", "1.5"]]), "'history' is not a list"),
    "a date that is none": (card_with(created="yesterday"), "'created' is not a date"),
    "a date that is a number": (card_with(created=20260101), "'created' is not a date"),
    "a score that is text": (card_with(bits_per_char="0.3"), "'bits_per_char' is not a number from 0 to 1000"),
    "a score below zero": (card_with(ngram=-1), "'ngram' is not a number from 0 to 1000"),
    "lines below zero": (card_with(lines=-1), "'lines' is not a whole number"),
    "half a line": (card_with(tokens=0.5), "'tokens' is not a whole number"),
    "a version that turns around": (card_with(version="0.1\u202e0"), "'version' is not a text"),
    "a version with a line end": (card_with(version="0.1\n0"), "'version' is not a text"),
    "a run too long": (card_with(run="r" * 201), "'run' is not a text of at most 200 characters"),
    "a sample that is a list": (card_with(sample=["a"]), "'sample' is not a text"),
    "rules that are no list": (card_with(normal="a"), "'normal' is not a list of at most 1000 rules"),
    "an example that is a text": (card_with(example="a"), "'example' is not a list of at most 120 lines"),
    "an example of lists": (card_with(example=[["a"]]), "'example' is not a list"),
    "an example of many lines": (card_with(example=["a"] * 121), "'example' is not a list"),
    "an example of long lines": (card_with(example=["a" * 4001, "b" * 4000]), "120 lines, 8000 characters"),
    "an example with a line end": (card_with(example=["a\nb"]), "without control characters"),
    "a golden text that is long": (card_with(golden={"text": "a" * 1001, "bits": 1}), "'golden' is not a text"),
    "a wrong count of parameters": (card_with(parameters=7), "does not say how many parameters"),
    "an infinite scale": (an_infinite_scale, "a scale of the tensor 'wte' is no number"),
    "one more tensor": (
        header_with(more={"dtype": "I8", "shape": [0], "data_offsets": [0, 0]}),
        "the card knows no tensor 'more'",
    ),
    "a tensor of an impossible shape": (
        header_with(more={"dtype": "I8", "shape": [2**40, 2**40], "data_offsets": [0, 8]}),
        "the tensor 'more' does not lie where it must",
    ),
    "a tensor of an impossible name": (header_with(**{"\u202e": 1}), "a tensor of an impossible name"),
    "a tensor that is none": (header_with(more=[]), "its header does not describe the tensor 'more'"),
    "metadata of others": (
        lambda weights: header_with(__metadata__={**weights.parts[0]["__metadata__"], "more": "x"})(weights),
        "its checksum does not match",
    ),
    "a header in UTF-16": (in_another_encoding, "its header is not UTF-8"),
    "a header of 2^63 bytes": (
        lambda weights: weights.with_data((2**63).to_bytes(8, "little") + weights.data[8:]),
        "truncated",
    ),
}  # fmt: skip

# Refused by what stands beside the model, in Python and on the page.
READINGS: dict[str, Any] = {
    "no list": 5,
    "no object": [5],
    "an unknown step": [{"shout": True}],
    "a rule that may take for ever": [{"continuation": "(a+)+$"}],
    "a rule within a rule that may": [{"continuation": "((a|b)x)*$"}],
    "a rule that is none": [{"continuation": "("}],
    "a rule that is long": [{"continuation": "a" * 201}],
    "an unknown container": [{"container": "box"}],
    "an unknown encoding": [{"encoding": "klingon"}],
    "a name that turns around": [{"name": "a\u202eb"}],
    "a format without a field": [{"format": "text"}],
    "a format that does not end": [{"format": "{msg"}],
    "an unknown kind of mask": [{"mask": ["names"]}],
    "a mask of lists": [{"mask": [[]]}],
    "half a rule of one's own": [{"own_rules": 0.5}],
    "too many": [{}] * 101,
}

# Text around the base64. The page is given what the script assigned, so Python alone can tell.
AROUND: dict[str, Callable[[bytes], bytes]] = {
    "a statement before": lambda file: b"alert(1);\n" + file,
    "a statement behind": lambda file: file + b"alert(1);\n",
    "a statement on the line": lambda file: file.replace(b'";', b'";alert(1);'),
    "a second assignment": lambda file: file + file.split(b"\n", 1)[1],
    "a second comment": lambda file: b"// more\n" + file,
    "a comment of another kind": lambda file: b"/* more */" + file,
    "no comment": lambda file: file.split(b"\n", 1)[1],
    "a line end too many": lambda file: file + b"\n",
    "no line end": lambda file: file[:-1],
    "a carriage return": lambda file: file.replace(b"\n", b"\r\n"),
    "a carriage return within the comment": lambda file: file.replace(b"// ", b"// \ralert(1)//", 1),
    "a tab": lambda file: file.replace(b" = ", b"\t= "),
    "a byte order mark": lambda file: b"\xef\xbb\xbf" + file,
    "a sum": lambda file: file.replace(b'";', b'" + "";'),
    "a template": lambda file: file.replace(b'"', b"`"),
    "another global": lambda file: file.replace(b"globalThis.LOGLING_WEIGHTS", b"globalThis.x=LOGLING_WEIGHTS"),
    "a getter": lambda file: b"// a\nObject.defineProperty(globalThis,'LOGLING_WEIGHTS',{get(){return ''}});\n" + file,
    "a null byte": lambda file: file + b"\0",
}
