import numpy as np
import pytest

from model.config import Config
from model.positions import columns_and_lines
from model.recall import TEXT, places_of
from model.vocabulary import NEWLINE, Vocabulary
from model.windows import OPENING_WEIGHT, Text, batch_at, fitted_context, lay_out, window_starts

SIZE = 32
SHAPE = Config(n_layer=1, n_head=1, n_embd=4, n_context=256, n_position=8)
LETTERS = Vocabulary("abcdefgh")


def made_up_lines(lengths, seed=0):
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list(LETTERS.characters), length)) for length in lengths]


RNG = np.random.default_rng(1)
CORPORA = {
    "short": [made_up_lines([5] * 40)],
    "empty lines": [made_up_lines([0, 0, 5, 0, 0, 0, 7, 0] * 4)],
    "half a window": [made_up_lines([SIZE // 2 - 1] * 12)],
    "just over half": [made_up_lines([SIZE // 2] * 12)],
    "exactly a window": [made_up_lines([SIZE - 1] * 9)],
    "longer than the context": [made_up_lines([5 * SIZE + 3] * 4)],
    "mixed": [made_up_lines(RNG.integers(0, 3 * SIZE, 40))],
    "short, then long": [made_up_lines([4, 100, 4, 100])],
    "several documents": [made_up_lines([6] * 10), made_up_lines([50, 3]), [], made_up_lines([9])],
    "shorter than a window": [made_up_lines([4, 4, 4])],
}


@pytest.fixture(params=CORPORA.values(), ids=CORPORA.keys())
def text(request):
    return lay_out(LETTERS, request.param)


def all_windows(text, size=SIZE):
    """Every window there is, with the tokens' indices in place of the tokens."""
    batch = batch_at(text, window_starts(text, size), size)
    index = text.newlines[batch.window.lines] + batch.window.columns
    return batch._replace(window=batch.window._replace(tokens=index), targets=index + 1)


def second_line(text):
    """The index of the newline that begins the second line."""
    return np.flatnonzero(text.tokens == NEWLINE)[1]


@pytest.mark.parametrize("size", [SIZE, SIZE + 1])
def test_every_character_that_has_a_line_before_it_is_learned(text, size):
    batch = all_windows(text, size)
    learned = set(batch.targets[(batch.weight == 1)].tolist())
    assert learned >= set(range(second_line(text) + 1, len(text.tokens)))


def test_the_target_of_each_token_is_the_next_one(text):
    batch = batch_at(text, window_starts(text, SIZE), SIZE)
    np.testing.assert_array_equal(batch.targets[:, :-1], batch.window.tokens[:, 1:])
    np.testing.assert_array_equal(batch.targets, text.tokens[all_windows(text).targets])


def test_a_windows_first_line_does_not_fully_count_in_its_first_half(text):
    batch = all_windows(text)
    first_line = batch.window.lines == batch.window.lines[:, :1]
    first_half = np.arange(batch.targets.shape[1]) < SIZE // 2
    assert not (batch.weight == 1)[first_line & first_half].any()


@pytest.mark.parametrize("name", ["short", "half a window"])
def test_each_learned_line_has_the_whole_line_before_it_in_its_window(name):
    text = lay_out(LETTERS, CORPORA[name])
    starts = window_starts(text, SIZE)
    whole = starts[starts <= len(text.tokens) - 1 - SIZE]
    batch = batch_at(text, whole, SIZE)
    assert (batch.window.tokens[:, 0] == NEWLINE).all()
    assert not (batch.weight == 1)[batch.window.lines == batch.window.lines[:, :1]].any()


def test_each_character_of_a_long_line_is_learned_with_half_a_window_before_it():
    text = lay_out(LETTERS, CORPORA["longer than the context"])
    batch = all_windows(text)
    seen = np.broadcast_to(np.arange(1, SIZE + 1), batch.targets.shape)
    enough = set(batch.targets[(batch.weight == 1) & (seen >= SIZE // 2)].tolist())
    assert enough >= set(range(second_line(text) + 1, len(text.tokens)))


def test_no_window_reads_beyond_the_text(text):
    batch = all_windows(text)
    assert batch.targets.max() == len(text.tokens) - 1


def test_windows_keep_the_columns_and_lines_of_the_text(text):
    window = batch_at(text, window_starts(text, SIZE), SIZE).window
    begins = np.minimum(window_starts(text, SIZE), max(0, len(text.tokens) - 1 - SIZE))
    index = begins[:, None] + np.arange(window.tokens.shape[1])
    columns, lines = columns_and_lines(text.tokens)
    np.testing.assert_array_equal(window.tokens, text.tokens[index])
    np.testing.assert_array_equal(window.columns, columns[index])
    np.testing.assert_array_equal(window.lines, lines[index])


def test_documents_are_laid_end_to_end_with_one_newline_before_and_after_each_line():
    text = lay_out(LETTERS, [["ab", "c"], [], ["d"]])
    assert LETTERS.decode(text.tokens) == "\nab\nc\nd\n"


def test_a_newline_begins_the_line_that_follows_it():
    text = lay_out(LETTERS, [["ab", "", "c"]])
    window = text.window(np.array([0, 1]), 6)
    assert window.columns.tolist() == [[0, 1, 2, 0, 0, 1], [1, 2, 0, 0, 1, 0]]
    assert window.lines.tolist() == [[1, 1, 1, 2, 3, 3], [1, 1, 2, 3, 3, 4]]


def test_a_text_that_begins_within_a_line_counts_its_columns_from_one():
    tokens = LETTERS.encode("ab\nc").astype(np.uint16)
    window = Text(tokens, np.array([-1, 2]), places_of(tokens, LETTERS)).window(np.array([0]), 4)
    assert (window.columns.tolist(), window.lines.tolist()) == ([[1, 2, 0, 1]], [[0, 0, 1, 1]])


def test_the_context_is_fitted_to_about_three_lines():
    assert fitted_context(SHAPE, [["x" * 39] * 10]).n_context == 128


def test_the_fitted_context_is_at_least_48():
    assert fitted_context(SHAPE, [["x"] * 10]).n_context == 48


def test_the_fitted_context_is_never_larger_than_the_shapes_own():
    assert fitted_context(SHAPE, [["x" * 1000]]).n_context == SHAPE.n_context


def test_fitting_changes_nothing_but_the_context():
    fitted = fitted_context(SHAPE, [["x" * 20] * 3]).as_dict()
    assert {name for name, value in SHAPE.as_dict().items() if fitted[name] != value} == {"n_context"}


def test_the_microgpt_form_keeps_its_context_of_48():
    assert fitted_context(SHAPE, [["x" * 200]]) == SHAPE


def test_without_a_line_there_is_a_context_all_the_same():
    assert fitted_context(SHAPE, []).n_context == 48


def test_a_windows_first_line_counts_little_where_it_begins_a_line_and_nothing_where_it_does_not():
    text = lay_out(LETTERS, [["ab" * SIZE, "c", "d"]])
    begun, midway = batch_at(text, np.array([0, 2]), SIZE).weight[:, 0]
    assert (begun, midway) == (OPENING_WEIGHT, 0)


def test_an_opening_recalls_nothing_from_before_it_and_all_from_within():
    text = lay_out(LETTERS, [["abc"] * 6])
    opening, other = batch_at(text, np.array([8, 8]), 8, openings=1).window.recalled[TEXT]
    assert LETTERS.decode(other) == "abc\nabc\n"
    assert opening[:4].tolist() == [0, 0, 0, 0]
    assert LETTERS.decode(opening[4:]) == "abc\n"


def test_the_first_line_of_an_opening_counts_as_any_other():
    text = lay_out(LETTERS, [["abc"] * 6])
    opening, other = batch_at(text, np.array([8, 8]), 8, openings=1).weight
    assert (opening[0], other[0]) == (1, OPENING_WEIGHT)
    assert (opening == 1).all()
