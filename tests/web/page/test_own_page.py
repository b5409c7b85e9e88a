"""The examples of the manual: the model in a page of one's own, and in Node."""

import re
import subprocess
from pathlib import Path

import pytest

from model.sampling import continue_log
from model.scoring import score_lines

MANUAL = Path(__file__).parents[3] / "deploy" / "docs" / "own-page.md"
PATIENCE = 600  # seconds


def example(language):
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", MANUAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture
def folder(tmp_path, trained, site_files):
    (tmp_path / "engine.js").write_bytes(site_files["engine.js"])
    (tmp_path / "weights.js").write_bytes(trained.file)
    (tmp_path / "index.html").write_text(example("html"), encoding="utf-8")
    (tmp_path / "score.js").write_text(example("js"), encoding="utf-8")
    return tmp_path


def test_a_page_with_two_script_tags_scores_and_continues_as_python_does(where, launched, folder, trained):
    """From a file, in each browser."""
    page = launched(where.opener).new_page()
    page.goto((folder / "index.html").as_uri())
    before = ["12:00 bed1 air 20.0 ok", "12:01 bed2 air 20.1 ok"]
    (score,) = score_lines(trained.model, ["12:02 bed1 air 20.2 ok"], before)
    assert page.inner_text("#score") == f"{score.bits / score.characters:.3f} bits per character"
    (sample,) = continue_log(trained.model, before, steps=3, seed=1)
    assert page.text_content("#next") == "\n".join(sample.lines)
    page.close()


def test_node_scores_as_python_does(folder, trained):
    run = subprocess.run(["node", "score.js"], cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=True)
    expected = score_lines(trained.model, ["12:00 bed1 air 20.0 ok", "12:01 bed2 on fire"])
    assert run.stdout.splitlines() == [f"{score.number} {score.bits:.1f}" for score in expected]
