"""The page's scripts in Node give the numbers and the texts that Python gives."""

import numpy as np
import pytest

from model.forecast import Forecast
from model.sampling import continue_log, primed
from model.scoring import bits_per_character, score_lines
from model.state import State
from model.transformer import Model
from tests.support.weights import random_weights, weights_of

STRANGE = [
    "",
    "12:00 bed1 air 20.0°C ok",
    "",
    "a line with CAPITALS and 漢字 and 🚀🌱",
    "\ufffd \x00\x1b[31m\t\u202e ÿ",
    "12:01 bed2 air 20.1°C ok " * 40,
    "é" * 300,
]


def lines_to_score(count: int) -> list[str]:
    rng = np.random.default_rng(1)
    alphabet = "0123456789 :.abcdeo°C🌱"
    random = ["".join(rng.choice(list(alphabet), rng.integers(0, 60))) for _ in range(count - len(STRANGE))]
    return [*STRANGE, *random]


def python_logits(model, text):
    state = State(model)
    return np.array([state.read(token[None])[0] for token in model.vocabulary.encode(text)])


def test_the_weights_are_pythons(in_node, trained):
    weights = in_node("weights", trained)
    assert weights.keys() == trained.model.weights.keys()
    for name, tensor in trained.model.weights.items():
        assert np.array_equal(tensor.ravel(), weights[name]), name


@pytest.mark.parametrize("text", STRANGE)
def test_the_tokens_are_pythons(in_node, trained, text):
    tokens = trained.model.vocabulary.encode(text)
    answer = in_node("tokens", trained, text=text)
    assert answer["tokens"] == tokens.tolist()
    assert answer["text"] == trained.model.vocabulary.decode(tokens)


def test_the_logits_have_pythons_bits(in_node, trained):
    text = "\n" + "\n".join(STRANGE)[:400]
    logits = np.array(in_node("logits", trained, text=text))
    assert logits.tobytes() == python_logits(trained.model, text).tobytes()


def test_the_logits_have_pythons_bits_in_every_shape(in_node, shaped):
    text = "\n12:00 bed1 air 20.0°C ok\n\n12:01 pump: flow 4 l/min 🌱 ???\n" * 5
    logits = np.array(in_node("logits", shaped, text=text))
    assert logits.tobytes() == python_logits(shaped.model, text).tobytes()


@pytest.mark.parametrize("factor", [1, 30])
def test_attention_of_any_size_has_pythons_bits(in_node, factor):
    """Heads of four dimensions take another way where no score can be too large for a power."""
    model = random_weights("no recall").model
    larger = {**model.weights, "h0.wk": model.weights["h0.wk"] * factor}
    weights = weights_of(Model(model.config, model.vocabulary, larger))
    text = "\n" + "\n".join(STRANGE)[:400]
    logits = np.array(in_node("logits", weights, text=text))
    assert np.isfinite(logits).all()
    assert logits.tobytes() == python_logits(weights.model, text).tobytes()


@pytest.mark.parametrize("lines", [0, 1, 3, 9, 40])
def test_a_context_of_any_length_leads_to_pythons_prediction(in_node, shaped, lines):
    context = [f"12:{minute:02d} bed{minute % 4} air 20.{minute % 7}°C ok" for minute in range(lines)]
    _, expected = primed(shaped.model, context)
    assert np.array(in_node("primed", shaped, context=context, begun="")).tobytes() == expected.tobytes()


def test_copies_read_side_by_side_as_if_each_were_alone(in_node, shaped):
    """Twice copied, beyond what is copied rather than shared, and beyond the context."""
    shared, more = "\n12:00 bed1 air 20.0°C ok" * 4, "\n12:01 pump: flow 4 l/min" * 3
    texts = [[shared], [more, more[::-1]], [shared, shared[::-1], " 4" * 50]]
    (first,), second, third = in_node("copies", shaped, texts=texts)
    read = [shared], [shared + more, shared + more[::-1]]
    assert first == python_logits(shaped.model, shared)[-1].tolist()
    assert second == [python_logits(shaped.model, text)[-1].tolist() for text in read[1]]
    before = [*read[1], read[1][1]]
    read_by_now = [text + more for text, more in zip(before, texts[2], strict=True)]
    assert third == [python_logits(shaped.model, text)[-1].tolist() for text in read_by_now]


@pytest.mark.parametrize("top_k", [0, 1, 5])
@pytest.mark.parametrize("temperature", [0, 0.3, 1.0, 2.5])
def test_seeded_text_is_pythons(in_node, trained, temperature, top_k):
    context = ["12:00 bed1 air 20.0°C ok", "12:01 pump: flow 4 l/min 🌱", ""]
    given = {"samples": 3, "steps": 2, "seed": 4294967295, "temperature": temperature}
    answer = in_node("samples", trained, context=context, options={**given, "topK": top_k})
    expected = continue_log(trained.model, context, **given, top_k=top_k)
    assert [sample["lines"] for sample in answer] == [sample.lines for sample in expected]
    assert np.allclose([sample["bits"] for sample in answer], [sample.bits for sample in expected], atol=1e-9, rtol=0)


def test_seeded_text_is_pythons_in_every_shape(in_node, shaped):
    context = ["12:00 bed1 air 20.0°C ok"] * 9
    for seed in (0, 7):
        (answer,) = in_node("samples", shaped, context=context, options={"steps": 1, "seed": seed})
        (expected,) = continue_log(shaped.model, context, steps=1, seed=seed)
        assert answer["lines"] == expected.lines


def test_many_samples_side_by_side_are_pythons(in_node, trained):
    context = ["12:00 bed1 air 20.0°C ok", "12:01 pump: flow 4 l/min 🌱"]
    answer = in_node("samples", trained, context=context, options={"samples": 11, "steps": 3, "seed": 5})
    expected = continue_log(trained.model, context, samples=11, steps=3, seed=5)
    assert [sample["lines"] for sample in answer] == [sample.lines for sample in expected]


def test_lines_chosen_by_their_numbers_are_pythons(in_node, trained):
    context = [f"12:{n % 60:02d} bed{n % 4} air 2{n % 3}.{n % 7}°C ok" for n in range(200)]
    given = {"samples": 9, "steps": 4, "seed": 2, "temperature": 0.7}
    answer = in_node("samples", trained, context=context, options=given)
    expected = continue_log(trained.model, context, **given)
    assert [sample["lines"] for sample in answer] == [sample.lines for sample in expected]
    plain = continue_log(trained.model, context, **given, candidates=1)
    assert [sample.lines for sample in plain] != [sample.lines for sample in expected]


def test_the_plausibility_of_numbers_has_pythons_bits(in_node):
    rng = np.random.default_rng(3)
    odd = ["9" * 400, "0." + "1" * 30, "-5", "-0.0", "1234567890123456789", "10.0.0.7", "§ ٣"]
    lines = [
        f"{i} air {rng.normal(20, 3):.2f} of {odd[i % 7] if i % 3 else rng.integers(-9, 9)} {'ok' if i % 5 else 'low'}"
        for i in range(900)
    ]
    forecast = Forecast(lines[:850])
    expected = [forecast.plausibility(line) if forecast.known_kind(line) else None for line in lines]
    assert in_node("plausibilities", "", lines=lines[:850], next=lines) == expected
    assert None in expected
    assert any(expected)


def test_scores_are_pythons_on_a_thousand_lines(in_node, trained):
    lines, context = lines_to_score(1000), STRANGE[1:4]
    answer = in_node("scores", trained, lines=lines, context=context)
    expected = list(score_lines(trained.model, lines, context))
    assert abs(answer["bitsPerCharacter"] - bits_per_character(expected)[0]) < 1e-9
    for line, score in zip(answer["lines"], expected, strict=True):
        assert (line["number"], line["characters"]) == (score.number, score.characters)
        assert np.allclose(line["byCharacter"], score.by_character, atol=1e-9, rtol=0), lines[score.number - 1]
        assert abs(line["bits"] - score.bits) < 1e-7
        assert abs(line["surprise"] - score.surprise) < 1e-9


def test_scores_are_pythons_in_every_shape(in_node, shaped):
    lines = STRANGE[:5]
    answer = in_node("scores", shaped, lines=lines, context=[])
    expected = list(score_lines(shaped.model, lines))
    assert np.allclose([line["bits"] for line in answer["lines"]], [score.bits for score in expected], atol=1e-7)
