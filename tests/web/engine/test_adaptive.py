"""What the page learns from a text while it reads it is what Python learns."""

import random

import numpy as np

from model.adaptive import Adaptive
from model.common_text import common_text
from model.recall import Recall
from model.scoring import score_lines
from model.vocabulary import Vocabulary
from service.installation import page_folder
from tests.support.weights import made_up_log

CHARACTERS = "0123456789abcdefghilmnoprtuwx :./°C🌱"
STRANGE = "\nÄÖ ?? \x00\ud800\U0010ffff " + "x" * 70 + "\t\n\n" + "".join(chr(code) for code in range(400, 690))


def logits_for(text, vocabulary, seed=0):
    """Logits that often know better than chance, as a trained model does."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(len(text), vocabulary.size)) * 2
    logits[np.arange(len(text)), vocabulary.encode(text)] += rng.choice([-8, 0, 4, 9], len(text))
    return logits


def assert_alike(in_node, text, seed=0):
    assert_bits(in_node, text, logits_for(text, Vocabulary(CHARACTERS), seed))


def assert_bits(in_node, text, logits, characters=CHARACTERS):
    given = None if logits is None else logits.tolist()
    vocabulary = Vocabulary(characters)
    recalled = Recall(vocabulary).read_all(vocabulary.encode("\n" + text))[:, :-1]
    answer = in_node("adapted", "", characters=characters, logits=given, text=text, recalled=recalled.T.tolist())
    expected = Adaptive(vocabulary).read(logits, text, recalled)
    assert np.array(answer).tobytes() == expected.tobytes()


def test_the_bits_are_pythons(in_node):
    assert_alike(in_node, "\n".join(made_up_log(70)))


def test_the_bits_are_pythons_on_what_no_model_knows(in_node):
    assert_alike(in_node, STRANGE * 2 + "\n".join(made_up_log(5)), seed=1)


def test_the_bits_are_pythons_where_one_line_comes_again_and_again(in_node):
    assert_alike(in_node, "12:00 bed1 air 20.0°C ok\n" * 70, seed=2)


def test_the_bits_are_pythons_without_a_transformer(in_node):
    assert_bits(in_node, "\n".join(made_up_log(70)) + STRANGE, None)


def test_the_bits_are_pythons_without_a_transformer_or_vocabulary(in_node):
    assert_bits(in_node, "\n".join(made_up_log(20)) + STRANGE, None, characters="")


def test_the_bits_are_pythons_in_lines_longer_than_memory(in_node):
    line = "a1 bc: " * 700  # 4,900 symbols; 4,096 can be seen from the line below
    assert_bits(in_node, f"{line}\n{line}x\n{line}\n", None)


def test_the_bits_are_pythons_where_counts_are_halved(in_node):
    assert_bits(in_node, "\n".join(made_up_log(900)), None)


def test_adapted_scores_are_pythons(in_node, trained):
    lines, context = made_up_log(80, seed=3), made_up_log(30, seed=4)
    answer = in_node("scores", trained, lines=lines, context=context, adapts=True)
    expected = list(score_lines(trained.model, lines, context, adapt=True))
    for line, score in zip(answer["lines"], expected, strict=True):
        assert abs(line["bits"] - score.bits) < 1e-9
        assert abs(line["staticBits"] - score.static_bits) < 1e-9


def test_memory_does_not_grow_with_the_text(in_node):
    rng = np.random.default_rng(0)
    line = "".join(rng.choice(list(CHARACTERS[:30]), 10_000))
    assert in_node("growth", "", characters=CHARACTERS, text=line, times=4) < 300_000


def test_the_bits_are_pythons_where_numbers_go_together(in_node):
    times = [1_700_000_000 + 7919 * n for n in range(60)]
    lines = [
        f"{time} {time // 3600 % 24:02d}:{time // 60 % 60:02d}:{time % 60:02d} bed{n % 9} {time + 40}"
        for n, time in enumerate(times)
    ]
    strange = ["9" * 40, "0" * 20 + " 00", "1" * 15 + " " + "1" * 16, "7 " * 30, "3 2 1 0 -1"]
    assert_alike(in_node, "\n".join([*lines, *strange, *lines, *strange]), seed=3)


def test_the_bits_are_pythons_where_numbers_go_on_in_steps(in_node):
    chance = random.Random(4)
    seconds, job, heat = 35_000, 9_950, 995
    lines = []
    for n in range(150):
        seconds, job, heat = seconds + chance.randrange(9), job + chance.randrange(3), heat + chance.randrange(-4, 5)
        clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        lines.append(f"{clock} job {job} bed{n % 3} at {heat / 100:.2f} from 10.0.{n % 7}.{job % 250}")
    strange = ["1.2.3.4.5.6", "::..1:.2", "7:" * 30, "1" * 15 + ".2", "12:345:6", "-0.5"]
    assert_alike(in_node, "\n".join([*lines, *strange, *lines, *strange]), seed=5)


def test_the_page_has_read_the_same_words_before():
    page = (page_folder() / "engine" / "common_text.js").read_text(encoding="utf-8")
    assert page.split("`")[1] == common_text()
