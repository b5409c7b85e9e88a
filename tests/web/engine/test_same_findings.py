"""The page learns and finds what Python learns and finds of the same logs."""

import random

import pytest

from service.checking.findings import Finding
from service.checking.judge import Judge
from service.checking.learning import learn
from service.checking.log_check import LogCheck
from service.checking.missing import ExpectedLines
from service.checking.normal_rules import NormalRules
from service.checking.packing import as_card, learn_fitting, unpack
from service.checking.profile import Profile
from service.checking.tails import Tail
from service.checking.words import template, words_of
from tests.support.made_up_logs import ODD, made_up
from tests.support.shop_log import shop_log
from tests.support.weights import weights_of

SEEDS = range(20)
SURPRISE = Tail(5000, (14.5, 12.25, 9.0, 8.5, 8.5, 3.0), 1.443)


def nearly(found):
    """The same, whose floats may differ in their last bits."""
    if isinstance(found, dict):
        return {key: nearly(value) for key, value in found.items()}
    if isinstance(found, (list, tuple)):
        return [nearly(value) for value in found]
    return pytest.approx(found, rel=1e-6, abs=1e-12) if isinstance(found, float) else found


def as_json(finding: Finding):
    return {**finding.as_json(), "strangeness": finding.strangeness}


def python_finds(profile, lines, rules=(), expected=None, surprises=None):
    check = LogCheck(profile, NormalRules(rules), expected)
    for i, line in enumerate(lines):
        check.add(i + 1, line, surprises[i] if surprises else None)
    found = check.findings()
    return {
        **found.as_json(),
        "findings": [as_json(finding) for finding in found.findings],
        "familiar": [as_json(finding) for finding in found.familiar],
    }


def by_good(good):
    profile = learn(good, same_job=True)
    profile.stand_out = max(100, min(10_000, profile.lines))
    return profile, ExpectedLines([log for log in good if log], profile)


@pytest.mark.parametrize("seed", SEEDS)
def test_by_good_logs_the_page_finds_what_python_finds(in_node, seed):
    good, lines = made_up(seed)
    profile, expected = by_good(good)
    told = in_node("check", "", good=good, lines=lines)
    assert told["found"] == nearly(python_finds(profile, lines, expected=expected))
    assert len(told["found"]["findings"]) + len(told["found"]["familiar"]) > 1


def test_the_page_shows_the_same_line_of_what_never_comes(in_node):
    good, later = shop_log(600), [line for line in shop_log(600, first=600) if "heartbeat" not in line]
    profile, expected = by_good([good])
    told = in_node("check", "", good=[good], lines=later)
    assert "heartbeat" in told["found"]["findings"][0]["text"]
    assert told["found"] == nearly(python_finds(profile, later, expected=expected))


def test_a_new_word_beside_a_strange_number_is_one_line_for_the_page_too(in_node):
    good = [[f"job {i} took={20 + 37 * i % 70}ms on queue a" for i in range(300)]]
    later = [*good[0][:50], "job 7 took=4000ms on queue a and failed", *good[0][50:60]]
    profile, expected = by_good(good)
    told = in_node("check", "", good=good, lines=later)
    assert told["found"]["findings"][0]["count"] == 1
    assert told["found"] == nearly(python_finds(profile, later, expected=expected))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_page_learns_what_python_learns(in_node, seed):
    good, _lines = made_up(seed)
    profile, _ = by_good(good)
    told = in_node("check", "", good=good, lines=[])["profile"]
    assert sorted(told["grams"]) == sorted([key, gram.count, gram.types] for key, gram in profile.grams.items())
    assert told["rates"] == [[key, rate.count, list(rate.most), rate.gap] for key, rate in profile.rates.items()]
    assert sorted(told["literal"]) == sorted(profile.literal)
    assert sorted(told["values"]) == nearly(sorted([key, *usual] for key, usual in profile.values.items()))
    assert told["tails"] == nearly({name: tail.as_card() for name, tail in profile.tails.items()})
    for name, theirs in {"longestPause": "longest_pause", "farthestBack": "farthest_back"}.items():
        assert told[name] == getattr(profile, theirs)
    assert (told["duration"], told["timed"]) == (profile.duration, profile.timed)


@pytest.mark.parametrize("seed", range(6))
def test_by_its_weights_the_page_finds_what_python_finds(in_node, bare, seed):
    rng = random.Random(seed)
    good, lines = made_up(seed + 100)
    packed, data = learn_fitting(good, lambda _, data: len(data) <= 4000)
    card = as_card(packed.with_surprise(SURPRISE))
    surprises = [rng.random() * 20 for _ in lines]
    file = weights_of(bare.model, profile=card, profile_bytes=data).file
    told = in_node("check", file, lines=lines, surprises=surprises)
    assert told["found"] == nearly(python_finds(unpack(card, data), lines, surprises=surprises))


@pytest.mark.parametrize("seed", range(4))
def test_rules_cover_the_same_lines(in_node, seed):
    good, lines = made_up(seed)
    profile, expected = by_good(good)
    templates = [template(line, words_of(line)) for line in lines]
    rules = [*random.Random(seed).sample(templates, 9), "*:*", "x*"]
    told = in_node("check", "", good=good, lines=lines, rules=rules)
    assert told["found"] == nearly(python_finds(profile, lines, rules, expected))
    assert told["found"]["normal"] > 0


def test_words_templates_and_moments_are_pythons(in_node):
    lines = [*ODD, *(line for seed in SEEDS for line in made_up(seed)[1][:80])]
    judge = Judge(Profile())
    expected = []
    for line in lines:
        moment = judge.judge(line).moment
        words = [[word.text, line[word.begin : word.end], word.place] for word in words_of(line)]
        expected.append(
            {"words": words, "template": template(line, words_of(line)), "moment": list(moment) if moment else None}
        )
    assert in_node("words", "", lines=lines) == expected
