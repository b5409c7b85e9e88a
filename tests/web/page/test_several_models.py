"""The page of a site that several homes publish into: which model is open, and how another is chosen or proposed."""

import gzip

import numpy as np
import pytest

from model.config import PRESETS
from model.training import Plan, train
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.windows import fitted_context, lay_out
from service.installation import page_folder
from service.site.models_list import models_script
from service.site.page_files import page_files
from tests.support.browsers import open_chromium
from tests.support.check_view import finished, go_to
from tests.support.weights import made_up_log, weights_of

SHIPS = ["Ane", "Bjarke", "Clara", "Dorte"]
MOVES = ["enters", "leaves"]


def harbour_log(count, seed=0):
    rng = np.random.default_rng(seed)
    return [
        f"SHIP {rng.choice(SHIPS)} {rng.choice(MOVES)} BERTH-{rng.integers(1, 7)} tide={rng.integers(1, 4)}"
        for _ in range(count)
    ]


@pytest.fixture(scope="session")
def harbour():
    """A small model of another log than the greenhouse's."""
    lines = harbour_log(900)
    vocabulary = Vocabulary("").extended(lines, PRESETS["seed"].vocabulary_cap)
    config = fitted_context(PRESETS["seed"].config, [lines])
    start = init_weights(config, vocabulary.size, np.random.default_rng(0))
    text, validation = lay_out(vocabulary, [lines[:800]]), lay_out(vocabulary, [lines[800:]])
    training = train(config, Plan(tokens=60_000, rounds=3), text, validation, start)
    return weights_of(Model(config, vocabulary, training.best), name="Harbour", lines=900, characters=30_000)


@pytest.fixture
def open_several(open_page, trained, harbour):
    """Open the page of a site with these models, by default of a greenhouse and a harbour."""
    pages = []

    def open_(marker="", models=None, **changed):
        models = models or {"greenhouse": trained.file, "harbour": harbour.file}
        files = {f"{name}/weights.js": file for name, file in models.items() if name != "."}
        index = page_files(page_folder(), of_several=True)["index.html"]
        given = {"index.html": index, "models.js": models_script(models), **files, **changed}
        pages.append(open_page(models.get("."), marker, **given))
        return pages[-1]

    yield open_
    assert [page.problems for page in pages if not getattr(page, "may_complain", False)] in ([], [[]])


def opened(page, name):
    page.wait_for_function(
        "(name) => document.getElementById('model-name').textContent === name"
        " && document.getElementById('self-check').textContent.includes('verified')"
        " && !document.getElementById('views').hidden",
        arg=name,
    )


def drop(page, lines, name="dropped.log", packed=False):
    data = "".join(line + "\n" for line in lines).encode()
    page.set_input_files(
        "#file", {"name": name, "mimeType": "text/plain", "buffer": gzip.compress(data) if packed else data}
    )


@pytest.fixture
def asked_for(where, static_host):
    """What a page has asked for of its own files. Firefox tells nothing of file://, and not all of https://."""

    def asked_for(page):
        if where.scheme == "file":
            if where.opener is not open_chromium:
                pytest.skip("Firefox does not tell what it asked for")
            return {
                url.removeprefix(page.address + "/").partition("#")[0] for url in page.requests if "blob:" not in url
            }
        folder = page.address.removeprefix(static_host.address) + "/"
        return {path.removeprefix(folder) for path in static_host.paths if path.startswith(folder)}

    return asked_for


@pytest.mark.everywhere
def test_it_opens_the_first_model_and_loads_no_other(open_several, asked_for):
    page = open_several()
    opened(page, "greenhouse")
    assert page.locator("#model option").all_inner_texts() == ["greenhouse", "harbour"]
    assert {name for name in asked_for(page) if name.endswith("weights.js")} == {"greenhouse/weights.js"}


@pytest.mark.everywhere
def test_an_address_may_name_a_model(open_several):
    page = open_several("#about?model=harbour")
    opened(page, "Harbour")
    assert page.input_value("#model") == "harbour"
    assert page.is_visible("#about-view")


def test_an_unknown_name_in_the_address_is_passed_over(open_several):
    opened(open_several("#check?model=../elsewhere"), "greenhouse")


@pytest.mark.everywhere
def test_another_model_is_chosen_by_keyboard_and_stays_in_no_address(open_several):
    page = open_several("#about")
    opened(page, "greenhouse")
    page.focus("#model")
    page.keyboard.press("h")
    page.keyboard.press("Enter")
    opened(page, "Harbour")
    assert "Harbour has learned from 900 lines" in page.inner_text("#about-words").replace("\u2068", "").replace(
        "\u2069", ""
    )
    assert page.evaluate("() => location.hash") == "#about"
    assert page.evaluate("() => document.activeElement.id") == "model"


def test_an_address_that_named_another_names_the_chosen_one(open_several):
    page = open_several("#check?model=harbour")
    opened(page, "Harbour")
    page.select_option("#model", "greenhouse")
    opened(page, "greenhouse")
    assert page.evaluate("() => location.hash") == "#check?model=greenhouse"


def test_a_model_that_is_named_in_the_open_page_is_opened(open_several):
    page = open_several()
    opened(page, "greenhouse")
    page.evaluate("() => { location.hash = '#about?model=harbour'; }")
    opened(page, "Harbour")


def test_another_model_begins_as_a_page_that_was_just_opened(open_several):
    page = open_several("#predict")
    opened(page, "greenhouse")
    page.fill("#log", "typed by a person")
    page.select_option("#model", "harbour")
    opened(page, "Harbour")
    assert "typed by a person" not in page.input_value("#log")
    page.wait_for_function("() => document.getElementById('futures-status').textContent.includes('sampled')")
    page.fill("#log", "SHIP Ane enters BERTH-3 tide=2")
    page.wait_for_function("() => document.getElementById('futures-status').textContent.includes('sampled')")


def test_a_change_in_the_middle_of_a_check_leaves_nothing_of_it(open_several):
    page = open_several("#check?model=greenhouse")
    opened(page, "greenhouse")
    drop(page, made_up_log(20_000))
    page.wait_for_selector("#checked:visible")
    page.select_option("#model", "harbour")
    opened(page, "Harbour")
    finished(page)
    assert page.inner_text("#log-name") == "An example"


def test_a_link_to_a_prediction_names_the_model(open_several):
    page = open_several("#predict?model=harbour")
    opened(page, "Harbour")
    page.click("#another")
    page.wait_for_function("() => location.hash.includes('seed=')")
    assert "model=harbour" in page.evaluate("() => location.hash")


# ---- which model reads a log best


@pytest.mark.everywhere
def test_a_log_is_opened_with_the_model_that_reads_it_best(open_several):
    page = open_several()
    opened(page, "greenhouse")
    drop(page, harbour_log(400, seed=5))
    opened(page, "Harbour")
    finished(page)
    assert page.inner_text("#log-name") == "dropped.log"
    assert page.inner_text("#better-model").startswith("Read with harbour (")


def test_a_packed_log_is_opened_with_the_model_that_reads_it_best(open_several):
    page = open_several()
    opened(page, "greenhouse")
    drop(page, harbour_log(400, seed=5), name="old.log.gz", packed=True)
    opened(page, "Harbour")


def test_another_model_than_the_chosen_one_is_proposed_and_not_used(open_several):
    page = open_several("#check?model=greenhouse")
    opened(page, "greenhouse")
    drop(page, harbour_log(5000, seed=5))
    page.wait_for_selector("#better-model button")
    assert page.inner_text("#better-model").startswith("This reads like the log of harbour (")
    assert page.inner_text("#model-name") == "greenhouse"
    page.click("#better-model button")
    opened(page, "Harbour")
    finished(page)
    assert page.inner_text("#log-name") == "dropped.log"
    assert page.inner_text("#better-model") == ""


def test_the_model_that_reads_a_log_well_stays(open_several):
    page = open_several()
    opened(page, "greenhouse")
    drop(page, made_up_log(300, seed=5))
    finished(page)
    page.wait_for_selector("#log-name:text('dropped.log')")
    assert page.inner_text("#better-model") == ""
    assert page.inner_text("#model-name") == "greenhouse"


def test_a_log_that_cannot_be_read_says_so_as_ever(open_several):
    page = open_several()
    opened(page, "greenhouse")
    page.set_input_files(
        "#file", {"name": "x.zst", "mimeType": "text/plain", "buffer": b"\x28\xb5\x2f\xfd" + b"x" * 99}
    )
    page.wait_for_selector("#check-problem:not(:empty)")
    assert "packed with zstd" in page.inner_text("#check-problem")


def test_a_damaged_model_is_not_proposed(open_several, trained, harbour):
    damaged = harbour.rewritten(lambda _, card: card["golden"].update(bits=1.0))
    page = open_several("", {"damaged": damaged, "greenhouse": trained.file, "harbour": harbour.file})
    page.wait_for_selector("#problem:visible")
    assert "git checkout HEAD -- damaged/weights.js" in page.inner_text("#problem")
    page.select_option("#model", "greenhouse")
    opened(page, "greenhouse")
    drop(page, harbour_log(400, seed=5))
    page.wait_for_selector("#better-model button")
    assert page.inner_text("#better-model button") == "Use harbour"


def test_the_best_of_many_models_is_found(open_several, trained, harbour):
    models = {f"greenhouse-{number}": trained.file for number in range(7)} | {"z-harbour": harbour.file}
    page = open_several("", models)
    opened(page, "greenhouse-0")
    drop(page, harbour_log(400, seed=5))
    opened(page, "Harbour")


def test_another_model_is_opened_where_the_browser_has_no_workers(open_several, site_files):
    script = site_files["page.js"]
    assert b"new Worker(" in script
    page = open_several("#predict", **{"page.js": script.replace(b"new Worker(", b"new NoWorker(")})
    opened(page, "greenhouse")
    page.select_option("#model", "harbour")
    opened(page, "Harbour")
    page.wait_for_function("() => document.getElementById('futures-status').textContent.includes('sampled')")
    go_to(page, "check")
    drop(page, made_up_log(60, seed=5))
    page.wait_for_selector("#better-model button")


# ---- what may be wrong


def test_a_model_that_is_missing_is_named_and_another_can_be_chosen(open_several, trained):
    page = open_several("", {"auth": None, "greenhouse": trained.file})
    page.may_complain = True  # the browser says itself what is missing
    page.wait_for_selector("#problem:visible")
    assert "The file auth/weights.js is not beside this page." in page.inner_text("#problem")
    page.select_option("#model", "greenhouse")
    opened(page, "greenhouse")


def test_a_list_that_names_no_model_says_that_there_is_none_yet(open_page):
    index = page_files(page_folder(), of_several=True)["index.html"]
    page = open_page(None, **{"index.html": index, "models.js": models_script([])})
    assert "There is no model here yet" in page.inner_text("#problem")


@pytest.mark.parametrize(
    "list_",
    [b'"auth"', b'["../auth"]', b'["auth", "auth"]', b"[1]", b"{}"],
    ids=["text", "path", "twice", "1", "object"],
)
def test_a_list_of_another_form_is_refused(open_page, list_):
    index = page_files(page_folder(), of_several=True)["index.html"]
    page = open_page(None, **{"index.html": index, "models.js": b"globalThis.LOGLING_MODELS = " + list_ + b";\n"})
    assert "git checkout HEAD -- models.js" in page.inner_text("#problem")


def test_weights_of_a_model_that_are_no_script_are_named(open_several):
    page = open_several("", {"auth": b"<<<<<<< HEAD\n"})
    page.may_complain = True
    page.wait_for_selector("#problem:visible")
    assert "cannot be read as a script" in page.inner_text("#problem")


def test_the_page_adds_no_script_but_engine_and_weights(open_several):
    page = open_several()
    if page.evaluate("() => !window.trustedTypes"):
        pytest.skip("this browser has no trusted types")
    for address in ("https://example.org/x.js", "../weights.js", "a/b/weights.js", "auth/other.js"):
        assert page.evaluate("(address) => String(scriptUrl(address))", address) == ""


# ---- one model


@pytest.mark.everywhere
def test_a_site_of_one_model_has_no_choice_and_asks_for_what_it_always_did(page, asked_for):
    assert not page.is_visible("#model-choice")
    own = {"index.html", "style.css", "icon.svg", "engine.js", "page.js", "weights.js"}
    assert asked_for(page) | {"icon.svg"} == own


def test_a_page_may_have_a_thousand_models(open_several):
    names = ["greenhouse", *(f"home-{number}" for number in range(999))]
    page = open_several(**{"models.js": models_script(names)})
    opened(page, "greenhouse")
    assert page.locator("#model option").count() == 1_000


def test_a_single_model_of_a_list_has_no_choice(open_several, trained):
    page = open_several("", {"greenhouse": trained.file})
    opened(page, "greenhouse")
    assert not page.is_visible("#model-choice")


def test_a_model_without_a_folder_is_one_of_several(open_several, trained, harbour):
    page = open_several("", {".": trained.file, "harbour": harbour.file})
    opened(page, "default")
    page.select_option("#model", "harbour")
    opened(page, "Harbour")
