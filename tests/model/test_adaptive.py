import hashlib
import itertools
import re
import signal

import numpy as np
import pytest

from model import adaptive, scoring
from model.adaptive import FORMAT, LAST_QUESTION, Adaptive
from model.memory import HISTORY, hashed
from model.scoring import score_lines
from model.vocabulary import RESERVED, Vocabulary, escape_bits

CHARACTERS = "0123456789abcdefghijklmnop :"
VOCABULARY = Vocabulary(CHARACTERS)
LINE = "12:07 pump 3 on\n"


def made_up_logits(count, seed=0, scale=2.0):
    return np.random.default_rng(seed).normal(size=(count, VOCABULARY.size)) * scale


def read(text, logits=None, model=None):
    """The bits of a text, by flat logits unless said."""
    model = model or Adaptive(VOCABULARY)
    return model.read(np.zeros((len(text), VOCABULARY.size)) if logits is None else logits, text)


def having_read(text):
    model = Adaptive(VOCABULARY)
    read(text, made_up_logits(len(text)), model)
    return model


def shares(model, logits, read_so_far):
    """The probability of each symbol of the next character; all characters not met so far are one symbol, the last."""
    met = sorted(set(read_so_far + "\n" + model.vocabulary.characters))
    bits = [model.copy().read(logits, character)[0] for character in met]
    escape = escape_bits(np.array([ord("Ж")], dtype=np.uint32))[0]
    return [2**-cost for cost in [*bits, model.copy().read(logits, "Ж")[0] - escape]]


@pytest.mark.parametrize(
    "text", ["", LINE * 3, LINE + "Ä§Ä 7Ä\n" + LINE[:4], "aaaaaaaaab" * 9], ids=["begin", "known", "unknown", "sure"]
)
@pytest.mark.parametrize("scale", [None, 0.0, 2.0], ids=["no transformer", "flat", "opinionated"])
def test_the_probabilities_of_all_symbols_sum_to_one(text, scale):
    logits = None if scale is None else made_up_logits(1, seed=9, scale=scale)
    assert sum(shares(having_read(text), logits, text)) == pytest.approx(1, abs=1e-12)


def test_with_more_symbols_than_questions_they_still_sum_to_one():
    model = Adaptive(Vocabulary("".join(chr(code) for code in range(32, 127))))
    assert model.size > 2 * LAST_QUESTION
    model.read(None, LINE * 2)
    assert sum(shares(model, None, LINE)) == pytest.approx(1, abs=1e-12)


def test_a_character_is_charged_before_it_is_learned():
    logits = made_up_logits(40)
    text = (LINE * 3)[:40]
    other = text[:30] + "?" * 10
    assert np.array_equal(read(text, logits)[:30], read(other, logits)[:30])


def test_the_same_text_costs_the_same_again():
    logits = made_up_logits(64)
    assert np.array_equal(read(LINE * 4, logits), read(LINE * 4, logits))


def test_a_text_in_parts_costs_what_it_costs_whole():
    logits, model = made_up_logits(64), Adaptive(VOCABULARY)
    parts = [read((LINE * 4)[part], logits[part], model) for part in (slice(0, 1), slice(1, 40), slice(40, 64))]
    assert np.array_equal(np.concatenate(parts), read(LINE * 4, logits))


def test_what_comes_again_gets_cheap():
    bits = read(LINE * 30)
    assert bits[: len(LINE)].mean() > 3
    assert bits[-len(LINE) :].mean() < 0.1


def test_what_differs_in_its_numbers_alone_gets_cheap_but_for_the_numbers():
    lines = [f"{i * 37 % 100:02d}:{i * 53 % 60:02d} pump on\n" for i in range(60)]
    last = read("".join(lines))[-len(lines[-1]) :]
    assert last[5:].mean() < 0.2 < last[:2].mean()


def test_a_likely_first_character_costs_about_what_the_transformer_says():
    logits = made_up_logits(1, scale=3.0)
    static_bits = -np.log2(np.exp(logits[0]) / np.exp(logits[0]).sum())
    for symbol in np.flatnonzero(static_bits < 5):
        static = static_bits[symbol]
        assert read(CHARACTERS[symbol - RESERVED], logits)[0] == pytest.approx(static, abs=1 + 0.4 * static)


def test_an_unknown_character_costs_little_more_than_an_escape_at_first():
    (bits,) = read("é")
    fixed = np.log2(VOCABULARY.size) + escape_bits(np.array([ord("é")], dtype=np.uint32))[0]
    assert abs(bits - fixed) < 2


def test_an_unknown_character_that_comes_back_is_cheap():
    bits = read("12 °C\n" * 12)
    assert bits[3] > 12
    assert bits[-3] < 1


def test_more_unknown_characters_than_there_is_room_for_stay_escapes(monkeypatch):
    monkeypatch.setattr(adaptive, "NEW_CHARACTERS", 3)
    model = Adaptive(VOCABULARY)
    bits = read("ÄÖÜßéè" * 5, None, model)
    assert model.size == VOCABULARY.size + 3
    assert np.isfinite(bits).all()
    assert bits[-1] > 11 > bits[-6]


@pytest.mark.parametrize("scale", [0.0, 1e3, -1e3], ids=["flat", "sure", "sure of something else"])
def test_no_logits_make_a_character_cost_nothing_or_everything(scale):
    text = "\x00" + LINE * 8 + "\U0010ffff\ud800"
    tokens = VOCABULARY.encode(text)
    logits = scale * np.eye(VOCABULARY.size)[tokens]
    bits = read(text, logits)
    assert np.isfinite(bits).all()
    assert bits.min() > 0
    assert bits.max() < 80


def test_no_text_has_no_bits():
    assert read("").shape == (0,)


def test_no_more_of_a_long_line_is_seen_than_the_line_below_can_see():
    bits = [read(line + "\n" + line, None)[-50:] for line in ("a b" * 1400, "a b" * 1400 + " z" * 300)]
    assert all(np.isfinite(bits_of_line).all() for bits_of_line in bits)


def test_logits_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"shape \(3, 30\).* have \(2, 30\)"):
        Adaptive(VOCABULARY).read(made_up_logits(2), "123")
    with pytest.raises(ValueError, match=r"shape \(2, 30\).* have \(2, 31\)"):
        Adaptive(VOCABULARY).read(np.zeros((2, 31)), "12")


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_logits_that_are_no_numbers_are_refused(wrong):
    logits = made_up_logits(2)
    logits[1, 3] = wrong
    with pytest.raises(ValueError, match="finite"):
        Adaptive(VOCABULARY).read(logits, "12")


@pytest.mark.parametrize(
    "arranged", [np.asfortranarray, lambda x: np.repeat(x, 2, axis=1)[:, ::2]], ids=["columns first", "with gaps"]
)
def test_nothing_is_compiled_again_for_logits_arranged_otherwise(arranged):
    logits = made_up_logits(len(LINE))
    assert np.array_equal(read(LINE, arranged(logits)), read(LINE, logits))
    assert len(adaptive.compiled_reading().signatures) == 1


def test_reading_a_long_text_can_be_interrupted():
    class Alarm(Exception):
        pass

    def ring(*_):
        raise Alarm

    model, text = Adaptive(VOCABULARY), LINE * 60_000
    read(LINE, None, model)
    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(Alarm):
            model.read(None, text)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert model.learner[0]["trail"]["length"] < len(text)


def test_no_hash_relies_on_the_overflow_of_signed_numbers():
    """The compiler may take for granted that these do not overflow."""
    for numbers in itertools.product((0, 1, 2**31, 2**32 - 1), repeat=2):
        hashed(*numbers)
    assert not [code for code in hashed.inspect_llvm().values() if re.search(r"mul[a-z ]* nsw", code)]


def test_without_logits_all_symbols_so_far_are_equally_likely_at_first():
    (bits,) = Adaptive(VOCABULARY).read(None, "a")
    assert bits == pytest.approx(np.log2(VOCABULARY.size), abs=1)


def test_without_logits_or_vocabulary_a_text_is_learned():
    bits = Adaptive(Vocabulary("")).read(None, LINE * 20)
    assert bits[-len(LINE) :].mean() < 0.1


# ---- saved, loaded and copied

STRANGE = LINE + "Ä§Ä 7Ä\n" + "".join(chr(code) for code in range(400, 690)) + "\ud800\n" + LINE[:7]


@pytest.mark.parametrize("text", ["", LINE * 40, STRANGE], ids=["nothing", "lines", "new characters"])
def test_a_loaded_learner_reads_on_as_the_saved_one(text):
    model = having_read(text)
    loaded = Adaptive.load(VOCABULARY, model.save())
    logits = made_up_logits(len(STRANGE), seed=3)
    assert read(STRANGE, logits, loaded).tobytes() == read(STRANGE, logits, model).tobytes()
    assert loaded.save() == model.save()


def test_a_copy_and_its_original_learn_apart():
    model = having_read(LINE)
    other, saved = model.copy(), model.save()
    read(STRANGE, None, other)
    assert model.save() == saved != other.save()


def test_what_is_saved_does_not_grow_with_the_text():
    assert len(having_read(STRANGE * 9).save()) == len(having_read("").save()) < 37e6


def test_what_was_read_beyond_all_memory_is_saved_in_the_same_size():
    model = Adaptive(Vocabulary("ab"))
    model.read(None, "ab\n" * (HISTORY // 3 + 5))
    saved = model.save()
    more = Adaptive.load(Vocabulary("ab"), saved).read(None, "ab\nba\n" * 9)
    assert more.tobytes() == model.read(None, "ab\nba\n" * 9).tobytes()


@pytest.fixture(scope="module")
def saved():
    return having_read(LINE).save()


def flipped(saved, place):
    return saved[:place] + bytes([saved[place] ^ 1]) + saved[place + 1 :]


WRONG = {
    "nothing": (lambda saved: b"", "not a saved learner"),
    "another file": (lambda saved: b"const LOGLING_WEIGHTS = 0;", "not a saved learner"),
    "another version": (lambda saved: saved.replace(b"learner 3", b"learner 2", 1), "this version.*learner 2"),
    "no more than the first line": (lambda saved: FORMAT, "another vocabulary, or damaged"),
    "a bit of the digest": (lambda saved: flipped(saved, len(FORMAT) + 40), "is damaged"),
    "a bit inside": (lambda saved: flipped(saved, 1_000_000), "is damaged"),
    "the last bit": (lambda saved: flipped(saved, len(saved) - 1), "is damaged"),
    "a byte less": (lambda saved: saved[:-1], "is damaged"),
    "a byte more": (lambda saved: saved + b"\0", "is damaged"),
    "half of it": (lambda saved: saved[: len(saved) // 2], "is damaged"),
}


@pytest.mark.parametrize(("change", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_no_learner_saved_is_refused_in_a_sentence(saved, change, words):
    with pytest.raises(ValueError, match=words):
        Adaptive.load(VOCABULARY, change(saved))


@pytest.mark.parametrize("characters", ["", CHARACTERS[::-1], CHARACTERS + "x"])
def test_a_learner_of_another_vocabulary_is_refused(saved, characters):
    with pytest.raises(ValueError, match="another vocabulary"):
        Adaptive.load(Vocabulary(characters), saved)


def test_another_way_of_learning_has_another_format_number():
    """Where this fails, raise the number in FORMAT, and put the new digest here."""
    learned = hashlib.sha256(having_read(STRANGE + LINE * 9).save()).hexdigest()
    assert (FORMAT, learned[:16]) == (b"Logling learner 3\n", "248a150ef83272b6")


LINES = ["12:00 pump 3 on", "12:01 pump 3 on", "", "12:02 pümp 3 on"] * 6


def test_adapted_scores_have_the_static_ones_beside_them(make_model):
    model = make_model()
    alone = list(score_lines(model, LINES))
    adapted = list(score_lines(model, LINES, adapt=True))
    assert [score.static_bits for score in adapted] == [score.bits for score in alone]
    assert [score.static_bits for score in alone] == [score.bits for score in alone]
    assert sum(score.bits for score in adapted) < 0.5 * sum(score.bits for score in alone)


def test_adapted_scores_do_not_depend_on_how_the_text_is_cut(make_model, monkeypatch):
    before = [score.bits for score in score_lines(make_model(), LINES, adapt=True)]
    monkeypatch.setattr(scoring, "CHUNK", 7)
    after = [score.bits for score in score_lines(make_model(), LINES, adapt=True)]
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-9)


def test_the_lines_before_are_learned_from(make_model):
    (alone,) = score_lines(make_model(), LINES[:1], adapt=True)
    (after,) = score_lines(make_model(), LINES[:1], LINES, adapt=True)
    assert after.number == 1
    assert after.bits < 0.3 * alone.bits
