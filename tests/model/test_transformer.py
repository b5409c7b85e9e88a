import math

import numpy as np
import pytest

from model.config import N_BUCKETS, PRESETS, Config
from model.recall import Recall
from model.transformer import Past, as_dtype, for_rows, forward, init_weights
from model.vocabulary import Vocabulary
from tests.model.conftest import CHARACTERS
from tests.support.windows import pieces_of, window_of

VOCABULARY = 30
LETTERS = Vocabulary(CHARACTERS)


def random_tokens(rng, *shape, newlines=0.2):
    """Ids of random text with many short lines."""
    tokens = rng.integers(2, VOCABULARY, shape)
    return np.where(rng.random(shape) < newlines, 1, tokens).astype(np.int32)


def predictions(model, tokens):
    return forward(model.config, model.weights, window_of(model.vocabulary, tokens))[0][0]


# ---- the same forward, written plainly


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def added(a, b):
    return [x + y for x, y in zip(a, b, strict=True)]


def times(w, x):
    return [dot(row, x) for row in w]


def normed(x):
    root = math.sqrt(dot(x, x) / len(x) + 1e-5)
    return [value / root for value in x]


def plain_bucket(back, across):
    """The bucket of a key `back` lines earlier and `across` columns to the right of the query."""
    if back == 0:
        return 5 if across <= -8 else 4 if across <= -4 else -across
    if back == 1:
        return 6 if across <= -3 else 12 if across >= 3 else across + 9
    if back == 2:
        return 13 if 0 <= across <= 2 else 14
    return 15


def plain_places(tokens):
    column = line = 0
    for token in tokens:
        column, line = (0, line + 1) if token == 1 else (column + 1, line)
        yield column, line


def plain_forward(config, weights, tokens):
    """Logits of every next token; lists and loops only."""
    w = {name: tensor.tolist() for name, tensor in weights.items()}
    places = list(plain_places(tokens))
    recall = Recall(LETTERS)
    stream = []
    for t, token in enumerate(tokens):
        x = added(w["wte"][token], w["wpe"][places[t][0] % config.n_position])
        for back in range(1, config.n_smear + 1):
            if t >= back:
                x = added(x, [a * b for a, b in zip(w["wte"][tokens[t - back]], w["smear"][back - 1], strict=True)])
        stream.append(normed(x))
    recalled = [recall.read(token) for token in tokens]
    nothing = [()] * len(tokens)
    for layer in range(config.n_layer):
        is_last = config.recall and layer == config.n_layer - 1
        stream = plain_layer(config, w, f"h{layer}.", stream, places, recalled if is_last else nothing)
    return [times(w["lm_head"], normed(x) if config.final_norm else x) for x in stream]


def plain_layer(config, w, h, stream, places, recalled):
    inner = [normed(x) for x in stream]
    q, k, v = ([times(w[h + name], x) for x in inner] for name in ("wq", "wk", "wv"))
    result = []
    for t, x in enumerate(stream):
        mixed = []
        for head in range(config.n_head):
            mixed += plain_head(config, w[h + "bias"], head, t, q, k, v, places)
        x = added(x, times(w[h + "wo"], mixed))
        for kind, guess in enumerate(recalled[t]):
            if guess:
                x = added(x, [a * b for a, b in zip(w["lm_head"][guess], w["recall"][kind], strict=True)])
        hidden = [max(0.0, value) for value in times(w[h + "fc1"], normed(x))]
        result.append(added(x, times(w[h + "fc2"], hidden)))
    return result


def plain_head(config, bias, head, t, q, k, v, places):
    size = config.n_embd // config.n_head
    mine = slice(head * size, head * size + size)
    seen = range(max(0, t - config.n_context + 1), t + 1)
    scores = []
    for s in seen:
        score = dot(q[t][mine], k[s][mine]) / math.sqrt(size)
        (column, line), (key_column, key_line) = places[t], places[s]
        score += bias[head][plain_bucket(line - key_line, key_column - column)]
        scores.append(score)
    exps = [math.exp(score) for score in scores]
    parts = [e / sum(exps) for e in exps]
    return [sum(p * v[s][i] for p, s in zip(parts, seen, strict=True)) for i in range(mine.start, mine.stop)]


def test_forward_agrees_with_a_plainly_written_one(form, make_model):
    model = make_model(form)
    tokens = random_tokens(np.random.default_rng(3), min(40, 2 * form.n_context))
    expected = plain_forward(form, model.weights, tokens.tolist())
    np.testing.assert_allclose(predictions(model, tokens), expected, rtol=0, atol=1e-11)


def test_every_bucket_of_the_bias_is_used():
    pairs = [(0, a) for a in range(-12, 1)] + [(back, a) for back in (1, 2, 3, 9) for a in range(-12, 6)]
    assert {plain_bucket(back, across) for back, across in pairs} == set(range(N_BUCKETS))


# ---- shapes


@pytest.mark.parametrize("size", [30, 31, 160])
def test_seed_has_4800_parameters_at_30_characters_and_32_more_for_each_further_one(size):
    config = PRESETS["seed"].config
    assert config.parameters(size) == 4800 + 32 * (size - 30)


def test_fresh_weights_have_the_shapes_of_the_config_in_float32(form):
    weights = init_weights(form, VOCABULARY, np.random.default_rng(0))
    assert {name: w.shape for name, w in weights.items()} == form.shapes(VOCABULARY)
    assert {w.dtype for w in weights.values()} == {np.dtype(np.float32)}
    assert form.parameters(VOCABULARY) == sum(w.size for w in weights.values())


def test_fresh_weights_predict_all_characters_alike(form):
    weights = init_weights(form, VOCABULARY, np.random.default_rng(0))
    assert not forward(form, weights, window_of(LETTERS, random_tokens(np.random.default_rng(1), 8)))[0].any()


def test_float32_weights_are_computed_in_float32(form, make_model):
    model = make_model(form)
    model = model._replace(weights=as_dtype(model.weights, np.float32))
    assert predictions(model, random_tokens(np.random.default_rng(1), 8)).dtype == np.float32


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"n_head": 3}, "n_head"),
        ({"n_layer": 0}, "n_layer is from 1 to 64"),
        ({"n_smear": -1}, "n_smear"),
        ({"n_smear": 8}, "n_smear"),
    ],
)
def test_an_impossible_shape_is_refused_with_its_reason(wrong, named):
    shape = {"n_layer": 1, "n_head": 2, "n_embd": 4, "n_context": 8, "n_position": 8}
    with pytest.raises(ValueError, match=named):
        Config(**(shape | wrong))


# ---- what a prediction can see


def test_a_later_character_changes_no_earlier_prediction(form, make_model):
    model = make_model(form)
    tokens = random_tokens(np.random.default_rng(4), 8)
    other = tokens.copy()
    other[5] = 1 if tokens[5] != 1 else 2
    np.testing.assert_array_equal(predictions(model, tokens)[:5], predictions(model, other)[:5])
    assert (predictions(model, tokens)[5] != predictions(model, other)[5]).any()


@pytest.mark.parametrize("sizes", [[1] * 30, [7, 1, 15, 7], [29, 1]])
def test_windows_handed_on_equal_one_long_window(form, make_model, sizes):
    model = make_model(form)
    tokens = random_tokens(np.random.default_rng(5), sum(sizes))
    past, parts = None, []
    for window in pieces_of(window_of(LETTERS, tokens), sizes):
        logits, past = forward(form, model.weights, window, past)
        parts.append(logits[0])
    np.testing.assert_allclose(np.concatenate(parts), predictions(model, tokens), rtol=0, atol=1e-12)


def test_what_is_handed_on_never_grows_beyond_the_context(form, make_model):
    model, past = make_model(form), None
    tokens = random_tokens(np.random.default_rng(6), form.n_context * 3)
    for window in pieces_of(window_of(LETTERS, tokens), [form.n_context] * 3):
        past = forward(form, model.weights, window, past)[1]
        assert isinstance(past, Past)
        sizes = {part.shape[1] for part in (past.tokens, past.columns, past.lines, *past.keys, *past.values)}
        assert len(sizes) == 1
        assert sizes.pop() < form.n_context


def test_one_layer_sees_nothing_beyond_the_context(make_model):
    config = Config(n_layer=1, n_head=2, n_embd=4, n_context=8, n_position=5, n_smear=2)
    model = make_model(config)
    tokens = random_tokens(np.random.default_rng(7), 20, newlines=0)
    reach = config.n_context - 1 + config.n_smear
    changed = tokens.copy()
    changed[3] = 2 if tokens[3] != 2 else 3
    differs = (predictions(model, changed) != predictions(model, tokens)).any(axis=-1)
    assert not differs[3 + reach + 1 :].any()
    assert differs[3 + config.n_context - 1]


def test_the_texts_of_a_batch_do_not_see_each_other(form, make_model):
    model = make_model(form)
    one, other = random_tokens(np.random.default_rng(9), 2, 8)
    logits = forward(form, model.weights, window_of(LETTERS, one, other))[0]
    np.testing.assert_allclose(logits[1], predictions(model, other), rtol=0, atol=1e-13)


# ---- another vocabulary


def rows(*ids: int) -> np.ndarray:
    """Those of the model's own vocabulary, and behind them some more."""
    return np.array([*range(VOCABULARY), *ids])


def test_each_character_takes_its_row_along(form, make_model):
    weights = make_model(form).weights
    other = for_rows(weights, np.array([0, 1, 4, 2]))
    assert {name: w.shape for name, w in other.items()} == form.shapes(4)
    for name in ("wte", "lm_head"):
        np.testing.assert_array_equal(other[name], weights[name][[0, 1, 4, 2]])


def test_more_characters_leave_the_predictions_of_old_texts_as_they_were(form, make_model):
    model = make_model(form)
    tokens = random_tokens(np.random.default_rng(10), 8)
    larger = model._replace(weights=for_rows(model.weights, rows(0, 0, 0)))
    np.testing.assert_allclose(
        predictions(larger, tokens)[:, :VOCABULARY], predictions(model, tokens), rtol=0, atol=1e-13
    )


def test_the_same_characters_change_nothing(make_model):
    weights = make_model().weights
    assert all(np.array_equal(w, weights[name]) for name, w in for_rows(weights, rows()).items())
