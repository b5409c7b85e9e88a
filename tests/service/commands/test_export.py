"""Export: the same numbers in every format, and an ONNX graph that computes the same logits."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from safetensors import safe_open

from model import weights_file
from model.config import PRESETS, Config
from model.recall import Recall
from model.transformer import Model, as_dtype, forward
from model.vocabulary import Vocabulary
from service.commands.export import as_json, as_npz, as_onnx, as_safetensors
from tests.support.windows import window_of

CHARACTERS = "0123456789abcdefghijklmnop -"
FORMS = {
    "seed": PRESETS["seed"].config,
    "full": PRESETS["full"].config,
    "no recall": Config(n_layer=1, n_head=2, n_embd=6, n_context=20, n_position=4, recall=False),
    "short context, smear 3": Config(n_layer=2, n_head=2, n_embd=8, n_context=9, n_position=6, n_smear=3),
    "no smear, no final norm": Config(
        n_layer=1, n_head=2, n_embd=6, n_context=20, n_position=4, n_smear=0, final_norm=False
    ),
}


def random_model(config: Config) -> Model:
    rng = np.random.default_rng(1)
    vocabulary = Vocabulary(CHARACTERS)
    shapes = config.shapes(vocabulary.size)
    weights = {name: (0.3 * rng.standard_normal(shape)).astype(np.float32) for name, shape in shapes.items()}
    return Model(config, vocabulary, weights)


def expected_logits(model: Model, tokens: Any) -> Any:
    window = window_of(model.vocabulary, tokens)
    return forward(model.config, as_dtype(model.weights, np.float64), window)[0][0]


def onnx_logits(graph: bytes, model: Model, tokens: Any) -> Any:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    inputs = {"tokens": tokens, "recalled": Recall(model.vocabulary).read_all(tokens)}
    return session.run(["logits"], {name.name: inputs[name.name].astype(np.int64) for name in session.get_inputs()})[0]


def text_of(length: int) -> str:
    rng = np.random.default_rng(length)
    return "".join(rng.choice(list("\n" * 6 + CHARACTERS + "§"), length))


@pytest.mark.parametrize("config", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("length", [1, 5, 47])
def test_the_onnx_graph_computes_the_same_logits_for_a_text_of_any_length(config: Config, length: int) -> None:
    model = random_model(config)
    tokens = model.vocabulary.encode("\n" + text_of(length))
    assert np.allclose(onnx_logits(as_onnx(model, {}), model, tokens), expected_logits(model, tokens), atol=2e-4)


def test_the_onnx_graph_sees_no_further_back_than_a_context() -> None:
    model = random_model(FORMS["full"])
    tokens = model.vocabulary.encode("\n" + text_of(900))
    assert np.allclose(onnx_logits(as_onnx(model, {}), model, tokens), expected_logits(model, tokens), atol=2e-4)


def test_npz_and_json_and_safetensors_have_the_same_float32_numbers(tmp_path: Path) -> None:
    model, card = random_model(FORMS["seed"]), {"run": "x", "text": "größe"}
    (tmp_path / "m.safetensors").write_bytes(as_safetensors(model, card))
    with safe_open(tmp_path / "m.safetensors", framework="np") as tensors:
        assert json.loads(tensors.metadata()["card"]) == card
        from_safetensors = {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118
    with np.load(io.BytesIO(as_npz(model, card)), allow_pickle=False) as arrays:
        assert json.loads(str(arrays["card"])) == card
        from_npz = {name: arrays[name] for name in arrays.files if name != "card"}
    document = json.loads(as_json(model, card))
    assert document["card"] == card
    from_json = {name: np.array(values, dtype=np.float32) for name, values in document["tensors"].items()}
    for tensors_of in (from_safetensors, from_npz, from_json):
        assert tensors_of.keys() == model.weights.keys()
        for name, tensor in model.weights.items():
            assert tensors_of[name].dtype == np.float32
            assert np.array_equal(tensors_of[name], tensor)


@pytest.mark.parametrize("form", ["safetensors", "npz", "json", "onnx"])
def test_the_command_writes_the_weights_of_the_site(reader: Any, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"out.{form}"
    done = reader.logling("export", "--format", form, "--output", file, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    model, card = weights_file.decode((reader.home.site / "web" / "weights.js").read_bytes())
    told = json.loads(done.stdout)
    assert told["bytes"] == file.stat().st_size
    assert told["parameters"] == card["parameters"]
    assert told["tensors"] == {name: list(tensor.shape) for name, tensor in model.weights.items()}


def test_the_committed_weights_as_onnx_know_the_log_and_carry_the_card(reader: Any, tmp_path: Path) -> None:
    file = tmp_path / "out.onnx"
    reader.logling("export", "--format", "onnx", "--output", file)
    (entry,) = onnx.load(file).metadata_props
    card = json.loads(entry.value)
    model, expected = weights_file.decode((reader.home.site / "web" / "weights.js").read_bytes())
    assert (entry.key, card) == ("card", expected)
    tokens = Vocabulary(card["vocabulary"]).encode("\n00 alpha fan slow ok\n01 bra")
    logits = onnx_logits(file.read_bytes(), model, tokens)
    assert np.allclose(logits, expected_logits(model, tokens), atol=2e-4)
    assert model.vocabulary.decode([int(logits[-1].argmax())]) == "v"


def test_without_the_package_onnx_there_is_a_sentence(reader: Any, tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['onnx'] = None; sys.argv = ['logling', *sys.argv[1:]]; "
        "from service.cli import main; main()"
    )
    arguments = ["export", "--format", "onnx", "--output", tmp_path / "x.onnx", "--home", reader.home.path]
    done = subprocess.run([sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "logling[export]" in done.stderr
    assert not (tmp_path / "x.onnx").exists()


def test_an_unknown_format_is_wrong_usage(reader: Any) -> None:
    done = reader.logling("export", "--format", "pickle")
    assert done.returncode == 2
    assert all(word in done.stderr for word in ("pickle", "safetensors", "npz", "json", "onnx"))


def test_without_weights_there_is_nothing_to_export(logling: Callable[..., Any], fresh: Any) -> None:
    done = logling("export", "--home", fresh.home.path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no weights yet" in done.stderr
