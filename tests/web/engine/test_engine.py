"""The engine knows no document, and gives the same names to a page and to Node.js."""

import json
import re
import subprocess

import pytest

from service.installation import page_folder

OF_A_PAGE = r"\b(document|window|location|navigator|history|localStorage|HTML\w*|Element|requestAnimationFrame|alert)\b"
COMMENTS = r"/\*.*?\*/|//.*?$"
PATIENCE = 600  # seconds


@pytest.fixture
def names_in_node(site_files, tmp_path):
    """The names that a script in Node.js finds, given what `engine.js` is to it."""
    (tmp_path / "engine.js").write_bytes(site_files["engine.js"])

    def names(expression):
        code = f"console.log(JSON.stringify({expression}))"
        run = subprocess.run(
            ["node", "-e", code], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=True
        )
        return json.loads(run.stdout)

    return names


@pytest.mark.parametrize("path", sorted((page_folder() / "engine").glob("*.js")), ids=lambda path: path.stem)
def test_no_file_mentions_what_only_a_page_has(path):
    code = re.sub(COMMENTS, "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    words = r"^  \w+: \[|^const COMMON_TEXT = `[^`]*`"  # names of facts, words of logs
    code = re.sub(words, "", code, flags=re.MULTILINE)
    assert re.findall(OF_A_PAGE, code) == []


def test_node_gets_all_public_names_and_no_others(names_in_node):
    listed = (page_folder() / "engine" / "exports.js").read_text(encoding="utf-8")
    assert names_in_node("Object.keys(require('./engine.js'))") == re.findall(r"^  (\w+),$", listed, re.MULTILINE)


def test_a_page_gets_the_same_names_as_globals(names_in_node):
    as_a_page = "require('vm').runInNewContext(require('fs').readFileSync('engine.js', 'utf8') + ';', page)"
    new = names_in_node(f"(() => {{ const page = {{ URL, TextEncoder }}; {as_a_page}; return Object.keys(page) }})()")
    own = {"URL", "TextEncoder", "loglingEngine"}
    assert sorted(set(new) - own) == sorted(names_in_node("Object.keys(require('./engine.js'))"))


def test_no_function_is_declared_twice(site_files):
    """The second would take the place of the first in the whole file, and no checker says so."""
    declared = r"^(?:async )?function\*? (\w+)"
    names = re.findall(declared, site_files["engine.js"].decode() + "\n" + site_files["page.js"].decode(), re.MULTILINE)
    assert [name for name in set(names) if names.count(name) > 1] == []


def test_what_the_page_uses_of_the_engine_is_public(site_files):
    """Its other names are not there when the page runs, though the type checker knows them."""
    declared = r"^(?:async )?(?:function\*?|class|const|let) (\w+)"
    engine = site_files["engine.js"].decode()
    public = set(re.findall(r"^  (\w+),$", engine[engine.index("const publicNames") :], re.MULTILINE))
    inner = set(re.findall(declared, engine, re.MULTILINE)) - public - {"loglingEngine"}
    page = re.sub(COMMENTS, "", site_files["page.js"].decode(), flags=re.DOTALL | re.MULTILINE)
    called = set(re.findall(r"(?<![.\w])(?:new )?(\w+)\(", page)) | set(re.findall(r"\b[A-Z][A-Z_]+\b", page))
    assert called & inner == set()
