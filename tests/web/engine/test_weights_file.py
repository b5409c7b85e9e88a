"""The page reads weights files as Python does, and refuses what Python refuses, in the same words."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from model.weights_file import BEFORE_RECALL, WeightsFileError, decode, profile_bytes
from service.checking.learning import learn
from service.checking.packing import as_card, unpack
from service.checking.sound_weights import decode_weights
from tests.support import weights_cases
from tests.support.weights import Weights, base64_of, random_weights, weights_of
from tests.support.weights_cases import card_with


def altered_tensor(weights):
    data = bytearray(weights.data)
    data[-100] ^= 1
    return weights.with_data(bytes(data))


REFUSED = {
    "an altered tensor": ("damaged", altered_tensor),
    "truncated": ("damaged", lambda w: w.with_data(w.data[:300])),
    "a few bytes": ("damaged", lambda w: w.with_data(b"abc")),
    "no bytes": ("damaged", lambda w: w.with_data(b"")),
    "not safetensors": ("damaged", lambda w: w.with_data((5).to_bytes(8, "little") + b"hello")),
    "a header that is a list": ("damaged", lambda w: w.with_data((2).to_bytes(8, "little") + b"[]")),
    "a foreign safetensors file": ("foreign", lambda w: w.rewritten(lambda header, _: header.pop("__metadata__"))),
    "a card without format": ("foreign", lambda w: w.rewritten(lambda _, card: card.pop("format"))),
    "a newer format": ("newer", lambda w: w.rewritten(lambda _, card: card.update(format=3))),
    "an older format": ("older", lambda w: w.rewritten(lambda _, card: card.update(format=0))),
    "a format in words": ("foreign", lambda w: w.rewritten(lambda _, card: card.update(format="one"))),
    "another shape": ("damaged", lambda w: w.rewritten(lambda _, card: card["config"].update(n_position=41))),
    "one more layer": ("damaged", lambda w: w.rewritten(lambda _, card: card["config"].update(n_layer=2))),
    "another vocabulary": ("damaged", lambda w: w.rewritten(lambda _, card: card.update(vocabulary="abc"))),
    "no golden entry": ("damaged", lambda w: w.rewritten(lambda _, card: card.pop("golden"))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_in_pythons_words(in_node, trained, name):
    fault, spoil = REFUSED[name]
    file = spoil(trained)
    with pytest.raises(WeightsFileError) as refused:
        decode(file)
    assert in_node("refusal", file) == {"fault": fault, "message": str(refused.value)}


def test_it_refuses_what_no_run_writes_in_pythons_words(in_node):
    files = {name: spoil(random_weights("no smear")) for name, (spoil, _) in weights_cases.REFUSED.items()}
    refusals = in_node("refusals", "", files=[base64_of(file) for file in files.values()])
    assert dict(zip(files, refusals, strict=True)) == {name: refusal_of(file) for name, file in files.items()}


def refusal_of(file):
    with pytest.raises(WeightsFileError) as refused:
        decode(file)
    return str(refused.value)


def test_it_refuses_what_fuzzing_found_in_pythons_words(in_node):
    found = json.loads((Path(__file__).parents[2] / "weights_cases.json").read_text(encoding="utf-8"))
    refusals = in_node("refusals", "", files=[case["base64"] for case in found])
    told = zip(refusals, [case["says"] for case in found], strict=True)
    assert [pair for pair in told if not str(pair[0]).startswith(pair[1])] == []


def test_it_refuses_readings_that_python_refuses(in_node):
    files = [card_with(reading=reading)(random_weights("no smear")) for reading in weights_cases.READINGS.values()]
    for file in files:
        with pytest.raises(WeightsFileError, match="reading that cannot be followed"):
            decode_weights(file)
    refusals = in_node("refusals", "", files=[base64_of(file) for file in files])
    assert {refusal.rpartition(": ")[2] for refusal in refusals} == {"its card has a reading that cannot be followed"}


PROFILES = {
    "no object": lambda profile: "many",
    "no windows": lambda profile: {**profile, "windows": None},
    "other windows": lambda profile: {**profile, "windows": [64]},
    "no words": lambda profile: {**profile, "words": [1]},
    "negative words": lambda profile: {**profile, "words": [-1, 5]},
    "broken lines": lambda profile: {**profile, "lines": 0.5},
    "a foreign tail": lambda profile: {**profile, "tails": {"stars": {}}},
    "a tail without scores": lambda profile: {**profile, "tails": {"words": {"lines": 5}}},
    "a tail that rises": lambda profile: {**profile, "tails": {"words": {"lines": 5, "scores": [1, 2], "scale": 1}}},
    "a tail that is no tail": lambda profile: {**profile, "tails": {"words": 5}},
    "a steep tail": lambda profile: {**profile, "tails": {"words": {"lines": 5, "scores": [2], "scale": 0}}},
}


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_refused_in_pythons_words(in_node, trained, name):
    file = trained.rewritten(lambda _, card: card.update(profile=PROFILES[name](card["profile"])))
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        unpack(decode(file)[1]["profile"], profile_bytes(file))
    message = f"the weights file was altered or damaged: {refused.value}"
    assert in_node("refusal", file) == {"fault": "damaged", "message": message}


def test_a_profile_that_ends_too_early_is_refused_in_pythons_words(in_node, bare):
    card = as_card(learn([["a b c"] * 50]))
    file = weights_of(bare.model, profile=card, profile_bytes=b"\xff").file
    assert in_node("refusal", file)["message"].endswith("the profile's bytes end too early")


def test_a_card_with_a_profile_that_is_not_there_is_refused(in_node, bare):
    file = weights_of(bare.model, profile=as_card(learn([["a b c"] * 50]))).file
    assert "lacks the tensor 'profile'" in in_node("refusal", file)["message"]


@pytest.mark.parametrize("spoiled", ["a golden score", "a golden text"])
def test_a_golden_entry_that_does_not_hold_is_refused(in_node, trained, spoiled):
    change = {"a golden score": {"bits": 12.5}, "a golden text": {"text": "12:00 bed1 air 20.0°C on"}}[spoiled]
    file = trained.rewritten(lambda _, card: card["golden"].update(change))
    refusal = in_node("refusal", file)
    assert refusal["fault"] == "damaged"
    assert re.fullmatch(
        r"the golden text costs [\d.]+ bits here, the card says [\d.]+: do not trust it", refusal["message"]
    )


@pytest.mark.parametrize("text", ["AAA", "AAAA=AAA", "AA AA==", "<svg>"])
def test_wrong_base64_is_refused(in_node, text):
    refusal = in_node("refusal", text)
    assert refusal["message"].startswith("the weights file was altered or damaged: its base64 is wrong")


@pytest.mark.parametrize(
    "change",
    [{"n_embd": 15}, {"n_embd": 0}, {"n_smear": -1}, {"n_layer": 1.5}, {"positions": "none"}, {"final_norm": None}],
)
def test_an_impossible_shape_is_refused(in_node, trained, change):
    file = trained.rewritten(lambda _, card: card["config"].update(change))
    refusal = in_node("refusal", file)
    assert refusal["message"].startswith("the card does not describe a model: ")


def test_the_format_before_recall_is_read(in_node):
    weights = random_weights("no recall")
    card = weights.card
    del card["config"]["recall"]
    before = weights.with_card(json.dumps(card | {"format": BEFORE_RECALL}))
    answer = in_node("weights", Weights(before, weights.model))
    assert np.array_equal(answer["lm_head"], weights.model.weights["lm_head"].ravel())


def test_the_card_is_pythons(in_node, trained):
    assert in_node("card", trained) == decode(trained.file)[1]
