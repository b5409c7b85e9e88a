"""The card: facts about a model, and nothing of the log or the machine."""

import json
import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from model import weights_file
from model.card_facts import MOST_LOGS
from model.config import PRESETS
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from service.checking.learning import SCALES
from service.checking.packing import unpack
from service.checking.tails import Tail
from service.settings import MaskRule, Settings, Source
from service.storage.run_record import HoldoutScores, LogScore
from service.training.card import (
    GOLDEN_TEXT,
    MOST_HISTORY,
    ROOM_FOR_PROFILE,
    describe,
    encode_within_limit,
    with_room,
)
from service.training.split import Split
from tests.support.shop_log import shop_log
from tests.support.weights import Weights

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET_LINES = [f"secret line {number} of host zeus" for number in range(20)]


def card(**changes: Any) -> dict[str, Any]:
    settings = changes.pop("settings", Settings(preset="seed", source=[Source(files="/srv/zeus/auth.log")]))
    facts: dict[str, Any] = {
        "name": settings.model_name,
        "run": "20260301T120000Z-abcdef",
        "now": NOON,
        "tokens": 40_000,
        "tokens_per_second": 90_000,
        "scores": HoldoutScores(challenger=0.51239, ngram=1.5),
        "previous": None,
    }
    parts = Split([SECRET_LINES], [SECRET_LINES], [], [], {"1": 20})
    return describe(settings, parts, **{**facts, **changes})


def tiny(preset: str = "seed", characters: str = "abc") -> Model:
    config, vocabulary = PRESETS[preset].config, Vocabulary(characters)
    return Model(config, vocabulary, init_weights(config, vocabulary.size, np.random.default_rng(0)))


def test_no_line_path_or_name_is_in_it() -> None:
    text = json.dumps(card())
    assert [word for word in ("secret", "zeus", "/srv") if word in text] == []


def test_the_readings_are_in_it_each_once_and_no_rule_of_ones_own() -> None:
    sources = [Source(files=f"/srv/{name}.log", name=name, keep_time=name == "a") for name in ("a", "b", "c")]
    rules = [MaskRule(name="host", pattern="zeus")]
    settings = Settings(preset="seed", source=sources, mask=rules)
    found = card(settings=settings)["reading"]
    assert found == [{"name": "a", "own_rules": 1}, {"name": "b", "keep_time": False, "own_rules": 1}]


def test_the_name_of_the_model_is_in_it() -> None:
    assert card()["name"] == "auth"
    assert card(settings=Settings(name="doors", source=[Source(files="/srv/auth.log")]))["name"] == "doors"


def test_a_model_without_sources_has_no_name() -> None:
    assert "name" not in card(settings=Settings())


def test_the_scores_of_logs_are_in_it_rounded_and_as_many_as_a_card_may_have() -> None:
    scores = [LogScore(name=f"log {n}", lines=9, bits_per_char=0.123456, ngram=1.5) for n in range(20)]
    found = card(by_log=scores)["by_log"]
    assert found[0] == {"name": "log 0", "lines": 9, "bits_per_char": 0.1235, "ngram": 1.5}
    assert len(found) == MOST_LOGS


def test_shared_rules_are_in_it_as_far_as_there_is_room() -> None:
    assert card(normal=["door # opened", "*" * 1400, "x" * 200])["normal"] == ["door # opened", "*" * 1400]


def test_without_shared_rules_it_says_nothing_of_them() -> None:
    assert "normal" not in card()


def test_a_card_has_an_example_where_one_is_given() -> None:
    assert card(example=["pump 2: flow"])["example"] == ["pump 2: flow"]
    assert "example" not in card()


def test_an_example_that_does_not_fit_is_left_out_before_a_score_is() -> None:
    cap = PRESETS["full"].vocabulary_cap
    wide = tiny("full", "".join(chr(0x1F600 + number) for number in range(cap - 12)))
    previous = {"history": [["2026-01-01", 12.3456]] * MOST_HISTORY}
    facts = with_room(wide, card(previous=previous, example=["\N{SNOWMAN}" * 100] * 80))
    assert (len(facts["history"]), "example" in facts) == (MOST_HISTORY, False)


def test_dates_are_in_utc() -> None:
    assert card(now=NOON.astimezone(timezone(timedelta(hours=9))))["created"] == "2026-03-01T12:00:00+00:00"


def test_how_much_was_read_and_how_fast_is_in_it() -> None:
    assert (card()["tokens"], card()["tokens_per_second"]) == (40_000, 90_000)


def test_the_first_card_begins_the_history() -> None:
    assert card()["history"] == [["2026-03-01", 0.5124]]


def test_the_history_goes_on_from_the_champions_and_has_an_end() -> None:
    facts = card()
    for _ in range(MOST_HISTORY):
        facts = card(previous=facts, now=NOON + timedelta(weeks=1))
    assert len(facts["history"]) == MOST_HISTORY
    assert facts["history"][0][0] == "2026-03-08"


def test_a_champion_without_a_history_is_followed_by_one() -> None:
    assert len(card(previous={"format": 1})["history"]) == 1


@pytest.mark.parametrize("preset", PRESETS)
def test_the_largest_card_of_a_preset_still_fits_in_the_file(preset: str) -> None:
    cap = PRESETS[preset].vocabulary_cap
    wide = "".join(chr(0x1F600 + number) for number in range(cap - 2))
    previous = {"history": [["2026-01-01", 12.3456]] * MOST_HISTORY}
    facts = card(previous=previous)
    file = weights_file.encode(tiny(preset, wide), facts, GOLDEN_TEXT)
    assert len(file) <= weights_file.LARGEST_FILE


def test_a_card_comes_back_from_the_file() -> None:
    facts = card()
    _, read = weights_file.decode(weights_file.encode(tiny(), facts, GOLDEN_TEXT))
    assert {name: read[name] for name in facts} == facts


def test_a_card_that_is_too_long_loses_old_scores() -> None:
    wide = "".join(chr(0x4E00 + number) for number in range(94))
    model, facts = tiny("full", wide), card(previous={"history": [["2026-01-01", 0.1234]] * 60})
    least = weights_file.encode(model, {**facts, "history": []}, GOLDEN_TEXT, bytes(ROOM_FOR_PROFILE))
    facts["more"] = "x" * ((weights_file.LARGEST_FILE - len(least)) * 3 // 4 - 300)
    file = encode_within_limit(model, facts)
    _, read = weights_file.decode(file)
    assert len(read["history"]) < len(facts["history"])
    assert read["history"][-1] == facts["history"][-1]


def many_words(count: int) -> list[str]:
    """Lines with far more pairs of words than a profile has room for."""
    chance = random.Random(0)
    words = ["".join(chance.choices("abcdefgh", k=6)) for _ in range(700)]
    return [" ".join(chance.choices(words, k=6)) for _ in range(count)]


@pytest.mark.parametrize("preset", PRESETS)
def test_the_largest_card_of_a_preset_has_room_for_a_profile(preset: str) -> None:
    wide = "".join(chr(0x1F600 + number) for number in range(PRESETS[preset].vocabulary_cap - 2))
    previous = {"history": [["2026-01-01", 12.3456]] * MOST_HISTORY}
    facts = card(previous=previous)
    surprise = Tail.of(np.random.default_rng(0).exponential(size=100_000), 100_000, SCALES["surprise"])
    file = encode_within_limit(tiny(preset, wide), facts, [many_words(6000), shop_log(3000)], surprise)
    assert len(file) <= weights_file.LARGEST_FILE
    _, read = weights_file.decode(file)
    profile = unpack(read["profile"], weights_file.profile_bytes(file))
    assert (profile.lines, len(profile.grams) > 30) == (9000, True)


def test_a_plain_vocabulary_at_its_cap_loses_no_score_for_a_profile() -> None:
    plain = "".join(chr(33 + number) for number in range(PRESETS["full"].vocabulary_cap - 2))
    facts = card(previous={"history": [["2026-01-01", 12.3456]] * MOST_HISTORY})
    _, read = weights_file.decode(encode_within_limit(tiny("full", plain), facts, [many_words(6000)]))
    assert len(read["history"]) == MOST_HISTORY


def test_no_word_of_the_log_is_in_the_file_with_its_profile() -> None:
    planted = [f"{line} marigold{number % 2} x" for number, line in enumerate(shop_log(2000))]
    file = Weights(encode_within_limit(tiny(), card(), [planted]), tiny())
    held = file.data.lower()
    assert [word for word in (b"marigold", b"heartbeat", b"cart", b"zeus") if word in held] == []
