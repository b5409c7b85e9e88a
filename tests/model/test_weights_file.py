import base64
import json
import re
import zlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest
from safetensors.numpy import load, safe_open, save

from model.config import PRESETS
from model.quantisation import shipped
from model.scoring import score_lines
from model.transformer import as_dtype
from model.weights_file import (
    BEFORE_RECALL,
    FORMAT,
    LARGEST_FILE,
    PROFILE,
    WeightsFileError,
    decode,
    encode,
    profile_bytes,
)
from tests.support.weights import random_weights
from tests.support.weights_cases import AROUND, REFUSED

GOLDEN = "abc 12\nk-9"
CARD = {"created": "2026-11-23T04:00:00+00:00", "bits_per_char": 0.34, "sample": 'a "quoted"\nλ🌱\x01'}


@pytest.fixture
def model(make_model):
    model = make_model()
    return model._replace(weights=as_dtype(model.weights, np.float32))


@pytest.fixture
def file(model):
    return encode(model, CARD, GOLDEN)


def payload(file):
    """The safetensors bytes of a file, found without the code under test."""
    return base64.b64decode(re.search(rb'= "(.*)";\n$', file)[1])


def wrapped(data):
    return b'// Logling\nglobalThis.LOGLING_WEIGHTS = "' + base64.b64encode(data) + b'";\n'


def card_and_tensors(file):
    data = payload(file)
    size = int.from_bytes(data[:8], "little")
    return json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["card"]), load(data)


def file_of(card, tensors):
    """A file with a right checksum, whatever is in it."""
    text = card if isinstance(card, str) else json.dumps(card)
    data = save(tensors)
    tensor_bytes = data[8 + int.from_bytes(data[:8], "little") :]
    return wrapped(save(tensors, {"card": text, "crc32": f"{zlib.crc32(text.encode() + tensor_bytes):08x}"}))


def assert_same_weights(one, other):
    assert one.keys() == other.keys()
    for name, w in one.items():
        np.testing.assert_array_equal(w, other[name])


# ---- there and back


def test_a_file_gives_the_model_back_as_it_ships(model, file):
    read, _ = decode(file)
    assert (read.config, read.vocabulary) == (model.config, model.vocabulary)
    assert_same_weights(read.weights, shipped(model.weights))


def test_every_form_of_model_comes_back(form, make_model):
    model = make_model(form)
    read, _ = decode(encode(model, {}, GOLDEN))
    assert read.config == form
    assert_same_weights(read.weights, shipped(model.weights))


def test_the_format_before_recall_is_read(make_model):
    model = make_model(replace(PRESETS["seed"].config, recall=False))
    card, tensors = card_and_tensors(encode(model, {}, GOLDEN))
    del card["config"]["recall"]
    read, _ = decode(file_of(card | {"format": BEFORE_RECALL}, tensors))
    assert_same_weights(read.weights, shipped(model.weights))


def test_a_file_gives_the_card_back(file):
    _, card = decode(file)
    assert {name: card[name] for name in CARD} == CARD


def test_the_card_says_what_the_model_is(model, file):
    _, card = decode(file)
    assert card["format"] == FORMAT
    assert card["config"] == model.config.as_dict()
    assert card["vocabulary"] == model.vocabulary.characters
    assert card["parameters"] == sum(w.size for w in model.weights.values())


def test_the_golden_bits_are_the_score_of_the_golden_text(file):
    read, card = decode(file)
    assert card["golden"]["text"] == GOLDEN
    assert card["golden"]["bits"] == sum(score.bits for score in score_lines(read, GOLDEN.split("\n")))


def test_the_same_model_and_card_give_the_same_bytes(model, file):
    assert {encode(model, CARD, GOLDEN) for _ in range(8)} == {file}


def test_the_same_model_and_card_give_the_same_bytes_in_another_process(model, file):
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(encode, model, CARD, GOLDEN).result() == file


def test_the_order_in_which_weights_are_held_does_not_matter(model, file):
    backwards = dict(reversed(model.weights.items()))
    assert encode(model._replace(weights=backwards), CARD, GOLDEN) == file


def test_the_tensors_begin_at_a_multiple_of_eight_bytes(file):
    assert int.from_bytes(payload(file)[:8], "little") % 8 == 0


def test_characters_that_need_escapes_come_back(make_model):
    characters = '"\\\x00\x01\t\r\x7f\u2028\ufffdλ€🌱</script>'[:14]
    read, _ = decode(encode(make_model(characters=characters), {"sample": characters}, characters))
    assert read.vocabulary.characters == characters


# ---- what others can rely on


def test_the_bytes_are_a_standard_safetensors_file(file, tmp_path):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(payload(file))
    with safe_open(path, "numpy") as tensors:
        assert {"card", "crc32"} <= tensors.metadata().keys()
        assert set(tensors.keys()) == set(load(payload(file)))


def test_each_tensor_is_int8_with_a_float16_scale_for_each_row(model, file):
    tensors = load(payload(file))
    for name, w in model.weights.items():
        assert (tensors[name].dtype, tensors[name].shape) == (np.int8, w.shape)
        assert (tensors[name + ".scale"].dtype, tensors[name + ".scale"].shape) == (np.float16, w.shape[:1])


def test_the_checksum_is_that_of_the_card_and_the_tensors(file):
    card, tensors = card_and_tensors(file)
    decode(file_of(card, tensors))


def test_the_file_is_one_comment_and_one_assignment_in_ascii(file):
    assert re.fullmatch(r'//[^\n]*\nglobalThis\.LOGLING_WEIGHTS = "[A-Za-z0-9+/]*=*";\n', file.decode("ascii"))


def test_the_comment_says_parameters_score_and_day(model, file):
    first = file.decode().splitlines()[0]
    parameters = sum(w.size for w in model.weights.values())
    assert f"{parameters:,} parameters, 0.340 bits per character, 2026-11-23" in first


# ---- truncated and altered


def assert_refused_or_the_same(changed, file):
    try:
        read, card = decode(changed)
    except WeightsFileError:
        return
    expected, expected_card = decode(file)
    assert (read.config, read.vocabulary, card) == (expected.config, expected.vocabulary, expected_card)
    assert_same_weights(read.weights, expected.weights)


def test_a_truncated_file_is_refused_wherever_it_ends(file):
    whole = len(file) - 1  # without its last newline, nothing is lacking
    for length in {*range(0, 400, 3), *range(400, whole, 41), *range(whole - 12, whole)}:
        with pytest.raises(WeightsFileError, match=r"empty|does not assign|truncated"):
            decode(file[:length])


@pytest.mark.parametrize("length", [0, 5, 8, 9, 200])
def test_bytes_that_end_inside_their_header_are_refused(file, length):
    with pytest.raises(WeightsFileError, match="truncated: it ends inside its header"):
        decode(wrapped(payload(file)[:length]))


@pytest.mark.parametrize("lacking", [1, 2, 100])
def test_bytes_that_end_inside_the_tensors_are_refused(file, lacking):
    with pytest.raises(WeightsFileError, match="checksum"):
        decode(wrapped(payload(file)[:-lacking]))


def test_bytes_behind_the_tensors_are_refused(file):
    with pytest.raises(WeightsFileError, match="checksum"):
        decode(wrapped(payload(file) + b"\0"))


@pytest.mark.parametrize("flip", [0x01, 0x02, 0x10, 0x80])
def test_a_flipped_bit_of_the_file_never_gives_another_model(file, flip):
    begin = file.index(b"\n")
    for at in {
        *range(begin, begin + 60),
        *range(begin + 60, len(file), len(file) // 200),
        *range(len(file) - 8, len(file)),
    }:
        changed = bytearray(file)
        changed[at] ^= flip
        assert_refused_or_the_same(bytes(changed), file)


@pytest.mark.parametrize("flip", [0x01, 0x04, 0x20])
def test_a_flipped_bit_of_the_header_never_gives_another_model(file, flip):
    data = payload(file)
    for at in range(0, 8 + int.from_bytes(data[:8], "little"), 5):
        changed = bytearray(data)
        changed[at] ^= flip
        assert_refused_or_the_same(wrapped(bytes(changed)), file)


def test_a_flipped_bit_of_a_tensor_is_refused_as_damage(file):
    data = bytearray(payload(file))
    data[-3] ^= 1
    with pytest.raises(WeightsFileError, match="altered or damaged: its checksum"):
        decode(wrapped(bytes(data)))


def test_a_whole_number_that_is_written_with_a_fraction_is_that_number(file):
    card, tensors = card_and_tensors(file)
    decode(file_of(json.dumps(card).replace('"format": 1', '"format": 1.0'), tensors))


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_no_run_writes_is_refused_by_what_is_wrong(name):
    spoil, words = REFUSED[name]
    with pytest.raises(WeightsFileError, match=re.escape(words)):
        decode(spoil(random_weights("no smear")))


@pytest.mark.parametrize("name", AROUND)
def test_anything_but_a_comment_and_an_assignment_is_refused(file, name):
    with pytest.raises(WeightsFileError):
        decode(AROUND[name](file))


def test_wrong_base64_is_refused(file):
    with pytest.raises(WeightsFileError, match="base64 is wrong"):
        decode(file.replace(b'";', b'A";'))


def test_a_header_that_is_not_json_is_refused():
    with pytest.raises(WeightsFileError, match="header is not JSON"):
        decode(wrapped((9).to_bytes(8, "little") + b"not JSON!"))


def test_a_header_nested_without_end_is_refused():
    with pytest.raises(WeightsFileError, match="header is nested deeper than 16"):
        decode(wrapped((50_000).to_bytes(8, "little") + b"[" * 50_000))


def test_a_header_with_half_a_surrogate_is_refused():
    header = json.dumps({"__metadata__": {"card": "\ud800", "crc32": "0"}}).encode()
    with pytest.raises(WeightsFileError, match="half a character"):
        decode(wrapped(len(header).to_bytes(8, "little") + header))


# ---- foreign


def test_an_empty_file_is_refused():
    with pytest.raises(WeightsFileError, match="empty"):
        decode(b"")


@pytest.mark.parametrize("foreign", [b"alert(1);\n", b"{}", b"<!doctype html>", b"globalThis.OTHER = 'x';"])
def test_a_foreign_script_is_refused(foreign):
    with pytest.raises(WeightsFileError, match="does not assign LOGLING_WEIGHTS"):
        decode(foreign)


def test_a_file_that_is_not_ascii_is_refused():
    with pytest.raises(WeightsFileError, match="not ASCII"):
        decode("// λ\n".encode())


def test_bare_safetensors_bytes_are_refused(file):
    with pytest.raises(WeightsFileError, match="not a Logling weights file"):
        decode(payload(file))


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_a_safetensors_file_of_another_program_is_refused(metadata):
    with pytest.raises(WeightsFileError, match="without a card"):
        decode(wrapped(save({"a": np.zeros(3)}, metadata)))


@pytest.mark.parametrize(("number", "advice"), [(FORMAT + 1, "update Logling"), (0, "retrain")])
def test_another_format_is_refused_by_its_number(file, number, advice):
    card, tensors = card_and_tensors(file)
    with pytest.raises(WeightsFileError, match=f"format {number!r}.*{advice}"):
        decode(file_of(card | {"format": number}, tensors))


@pytest.mark.parametrize("card", ["not JSON", "[]", "{}", "[" * 20_000])
def test_a_card_that_is_not_a_card_is_refused(file, card):
    with pytest.raises(WeightsFileError, match="its card"):
        decode(file_of(card, card_and_tensors(file)[1]))


# ---- right checksum, wrong contents


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"config": None}, "does not describe a model"),
        ({"config": {}}, "n_layer"),
        ({"vocabulary": None}, "does not describe a model"),
        ({"vocabulary": 30}, "does not describe a model"),
        ({"vocabulary": "aa"}, "two ids"),
        ({"vocabulary": "a\n"}, "two ids"),
        ({"vocabulary": "abc"}, "'wte' has shape"),
        ({"golden": None}, "'golden' is not a text"),
        ({"golden": {"text": GOLDEN}}, "'golden' is not a text"),
        ({"golden": {"text": GOLDEN, "bits": 1.0}}, "golden text costs"),
    ],
)
def test_a_card_that_does_not_fit_its_tensors_is_refused(file, change, named):
    card, tensors = card_and_tensors(file)
    with pytest.raises(WeightsFileError, match=named):
        decode(file_of(card | change, tensors))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"n_layer": 2}, "lacks the tensor 'h1"),
        ({"n_layer": 1.5}, "whole number"),
        ({"n_context": "12"}, "whole number"),
        ({"n_head": 3}, "n_head"),
        ({"n_embd": 8}, "'wte' has shape"),
        ({"positions": "absolute"}, "positions are not 'columns', which this version reads"),
        ({"final_norm": False}, "golden text costs"),
        ({"n_context": 3}, "golden text costs"),
    ],
)
def test_a_shape_that_is_not_that_of_the_tensors_is_refused(file, change, named):
    card, tensors = card_and_tensors(file)
    card["config"] |= change
    with pytest.raises(WeightsFileError, match=named):
        decode(file_of(card, tensors))


@pytest.mark.parametrize("name", ["wte", "h0.wq", "h0.bias.scale", "lm_head"])
def test_a_missing_tensor_is_refused_by_its_name(file, name):
    card, tensors = card_and_tensors(file)
    del tensors[name]
    with pytest.raises(WeightsFileError, match=f"lacks the tensor '{name.removesuffix('.scale')}'"):
        decode(file_of(card, tensors))


@pytest.mark.parametrize("name", ["wte", "h0.fc1", "h0.fc1.scale"])
def test_a_tensor_of_another_shape_is_refused_by_its_name(file, name):
    card, tensors = card_and_tensors(file)
    tensors[name] = tensors[name][:-1]
    with pytest.raises(WeightsFileError, match=f"'{name.removesuffix('.scale')}' has shape"):
        decode(file_of(card, tensors))


def test_a_tensor_of_another_type_is_refused_by_its_name(file):
    card, tensors = card_and_tensors(file)
    tensors["wte"] = tensors["wte"].astype(np.float32)
    with pytest.raises(WeightsFileError, match="'wte' has type F32, not I8"):
        decode(file_of(card, tensors))


def test_a_tensor_of_numbers_that_are_none_is_refused(file):
    card, tensors = card_and_tensors(file)
    tensors["lm_head.scale"][:] = np.nan
    with pytest.raises(WeightsFileError, match="a scale of the tensor 'lm_head' is no number"):
        decode(file_of(card, tensors))


# ---- size


def test_a_model_that_would_make_too_large_a_file_is_refused(model):
    with pytest.raises(WeightsFileError, match=r"more than 103,424: use a smaller preset"):
        encode(model, {"sample": "x" * LARGEST_FILE}, GOLDEN)


@pytest.mark.parametrize("name", PRESETS)
def test_the_largest_file_of_a_preset_stays_in_bounds(name, make_model):
    preset = PRESETS[name]
    characters = "".join(chr(0x1F300 + i) for i in range(preset.vocabulary_cap - 2))
    card = {
        "run": "2026-11-23T04:00:00-0123456789abcdef",
        "version": "100.100.100",
        "preset": name,
        "created": "2026-11-23T04:00:00+00:00",
        "lines": 10**9,
        "characters": 10**11,
        "tokens": 10**10,
        "seed": 2**32,
        "corpus": "0" * 64,
        "bits_per_char": 10.1234,
        "ngram": 10.1234,
        "history": [["2026-11-23", 10.1234]] * 52,
        "sample": characters[:1] * 375,  # 1.5 KB
    }
    file = encode(make_model(preset.config, characters), card, characters[:1] * 160)
    assert len(file) <= LARGEST_FILE


@pytest.mark.parametrize("size", [0, 1, 7, 8, 5000])
def test_a_profile_of_any_size_comes_back(model, size):
    profile = bytes(number % 256 for number in range(size))
    file = encode(model, CARD, GOLDEN, profile)
    assert profile_bytes(file) == (profile or None)


def test_a_profile_changes_nothing_of_the_model(model, file):
    read, _ = decode(encode(model, CARD, GOLDEN, b"profile"))
    plain, _ = decode(file)
    assert {name: w.tobytes() for name, w in read.weights.items()} == {
        name: w.tobytes() for name, w in plain.weights.items()
    }


@pytest.mark.parametrize("profile", [np.zeros(3, np.int8), np.zeros((2, 2), np.uint8), np.zeros(3, np.float16)])
def test_a_profile_that_is_no_row_of_bytes_is_refused(file, profile):
    card, tensors = card_and_tensors(file)
    with pytest.raises(WeightsFileError, match="the profile is not one row of bytes"):
        decode(file_of(card, {**tensors, PROFILE: profile}))


def test_a_profile_that_was_altered_is_told(model):
    file = encode(model, CARD, GOLDEN, b"profile" * 9)
    data = payload(file).replace(b"profileprofile", b"Profileprofile", 1)
    with pytest.raises(WeightsFileError, match="altered or damaged"):
        decode(wrapped(data))
