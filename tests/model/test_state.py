import numpy as np
import pytest

from model.state import State
from model.transformer import forward
from tests.support.windows import pieces_of, window_of


def random_tokens(length, seed=0):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(length) < 0.2, 1, rng.integers(0, 30, length)).astype(np.int32)


def read(state, tokens):
    """The predictions after each token of one text. -> [T, V]"""
    return np.concatenate([state.read(token[None]) for token in tokens])


def test_reading_token_by_token_equals_forward_also_beyond_the_context(form, make_model):
    model = make_model(form)
    tokens = random_tokens(2 * form.n_context + 5 if form.n_context < 100 else form.n_context + 40)
    past, expected = None, []
    sizes = [form.n_context] * (len(tokens) // form.n_context + 1)
    for window in pieces_of(window_of(model.vocabulary, tokens), sizes):
        logits, past = forward(form, model.weights, window, past)
        expected.append(logits[0])
    np.testing.assert_allclose(read(State(model), tokens), np.concatenate(expected), rtol=0, atol=1e-12)


def test_texts_side_by_side_are_read_as_if_each_were_alone(form, make_model):
    model = make_model(form)
    texts = np.stack([random_tokens(15, seed) for seed in range(3)])
    state = State(model, 3)
    together = np.stack([state.read(column) for column in texts.T], axis=1)  # [N, T, V]
    for text, logits in zip(texts, together, strict=True):
        np.testing.assert_array_equal(logits, read(State(model), text))


def test_replicated_texts_go_on_independently(form, make_model):
    model = make_model(form)
    before, endings = random_tokens(6), np.stack([random_tokens(14, seed) for seed in (1, 2)])
    state = State(model)
    read(state, before)
    copies = state.replicated(2)
    together = np.stack([copies.read(column) for column in endings.T], axis=1)
    for ending, logits in zip(endings, together, strict=True):
        alone = read(State(model), np.concatenate([before, ending]))
        np.testing.assert_array_equal(logits, alone[len(before) :])


def test_a_replicated_text_does_not_disturb_the_one_it_came_from(form, make_model):
    model, tokens = make_model(form), random_tokens(10)
    state = State(model)
    read(state, tokens[:5])
    read(state.replicated(1), random_tokens(9, seed=3))
    np.testing.assert_array_equal(read(state, tokens[5:]), read(State(model), tokens)[5:])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_predictions_are_float64_whatever_the_weights(make_model, dtype):
    model = make_model()
    model = model._replace(weights={name: w.astype(dtype) for name, w in model.weights.items()})
    assert State(model).read(np.array([1])).dtype == np.float64


def test_a_text_can_go_back_while_another_reads_on(make_model):
    model = make_model()
    rng = np.random.default_rng(4)
    begun, left, right = (rng.integers(1, model.vocabulary.size, n).astype(np.int32) for n in (5, 30, 30))
    state = State(model)
    read(state, begun)
    state = state.replicated(2)
    start = state.text(1)
    for tokens in zip(left[:20], right[:20], strict=True):
        state.read(np.array(tokens))
    state.replace(1, start)
    both = np.array([state.read(np.array(tokens)) for tokens in zip(left[20:], right[:10], strict=True)])
    for i, text in enumerate((left, right[:10])):
        alone = read(State(model), np.concatenate([begun, text]))[-10:]
        np.testing.assert_array_equal(both[:, i], alone)
