"""When one of the page's files is missing, damaged or of another version, the page says which and what to do."""

import pytest

CONFLICT = b"<<<<<<< HEAD\n%s\n=======\n%s\n>>>>>>> origin/main\n"
FILES = ["engine.js", "style.css", "page.js", "index.html"]


@pytest.fixture
def version(site_files):
    """The version that the page's files have in them."""
    text = site_files["index.html"].decode()
    return text.partition('data-version="')[2].partition('"')[0]


def other_version(content, version):
    assert version.encode() in content
    return content.replace(version.encode(), b"000000000000")


def said(page):
    page.wait_for_selector("#problem:not([hidden])")
    assert page.locator("main > :visible").count() == 1
    assert not page.is_visible("#views")
    return page.inner_text("#problem")


@pytest.mark.everywhere
def test_it_says_that_the_engine_is_missing(open_page, trained):
    text = said(open_page(trained.file, **{"engine.js": None}))
    assert "engine.js is missing or damaged." in text
    assert "git checkout HEAD -- ." in text


def test_it_says_that_a_merge_left_its_marks_in_the_engine(open_page, trained, site_files):
    engine = site_files["engine.js"]
    text = said(open_page(trained.file, **{"engine.js": CONFLICT % (engine, engine)}))
    assert "engine.js is missing or damaged." in text


@pytest.mark.everywhere
def test_it_says_that_the_style_is_missing(open_page, trained):
    assert "style.css is missing or damaged." in said(open_page(trained.file, **{"style.css": None}))


@pytest.mark.parametrize("name", FILES)
def test_it_says_which_file_is_of_another_version(open_page, trained, site_files, version, name):
    text = said(open_page(trained.file, **{name: other_version(site_files[name], version)}))
    assert f"{name} is of another version than the other files." in text


def test_it_names_all_files_that_a_pull_cut_short_left_behind(open_page, trained, site_files, version):
    old = {name: other_version(site_files[name], version) for name in ("engine.js", "style.css")}
    assert "engine.js and style.css are of another version" in said(open_page(trained.file, **old))


@pytest.mark.everywhere
@pytest.mark.parametrize("content", [None, b"<<<<<<< HEAD\n"], ids=["missing", "with a merge's marks"])
def test_it_says_that_its_own_program_does_not_run(open_page, trained, content):
    page = open_page(trained.file, **{"page.js": content})
    page.wait_for_selector("#not-started:visible")
    assert "page.js is missing, damaged or of an older version" in page.inner_text("#not-started")


def test_nothing_of_that_is_shown_when_all_is_well(page):
    assert not page.is_visible("#not-started")
    assert not page.is_visible("#problem")


@pytest.mark.everywhere
def test_it_says_that_a_merge_left_its_marks_in_the_weights(open_page, trained):
    text = said(open_page(CONFLICT % (trained.file, trained.file)))
    assert "cannot be read as a script" in text
    assert "git checkout HEAD -- weights.js" in text


def test_an_error_that_nobody_foresaw_is_shown(open_page, trained, site_files):
    odd = b"function startLog() { throw Error('odd'); }\nfunction x("
    page = site_files["page.js"].replace(b"function startLog(", odd)
    assert "It could not begin: Error: odd." in said(open_page(trained.file, **{"page.js": page}))
