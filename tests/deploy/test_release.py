"""The release: one version, and a wheel that works where nothing else of the project is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from model.config import PRESETS
from service.installation import program_version
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
MANUAL = sorted(path.name for path in (ROOT / "deploy/docs").glob("*.md"))
TOKENS = "40000"


def run(*command: object, at: Path, **environment: str) -> str:
    """What a command prints, without anything of this process's own Python."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LOGLING_"))}
    done = subprocess.run(
        [str(word) for word in command], cwd=at, env={**variables, **environment},
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheel and sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, at=ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel. What it depends on is lent by the environment of the tests."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", folder, at=built)
    pip = (sys.executable, "-m", "pip", "--python", folder / "bin/python", "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel_of(built), at=built)
    (packages,) = folder.glob("lib/python*/site-packages")
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "lent.pth").write_text("".join(f"{path}\n" for path in lent))
    return folder


@pytest.fixture(scope="module")
def played(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which a demo was played, and what it said."""
    folder = tmp_path_factory.mktemp("any where")
    command = (installed / "bin/logling", "demo", "--weeks", "2")
    return folder, run(*command, at=folder, LOGLING_TRAINING__TOKENS=TOKENS)


def wheel_of(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


def test_wheel_and_sdist_have_the_version_of_the_program(built: Path) -> None:
    names = {path.name for path in built.iterdir()}
    assert names == {f"logling-{program_version()}{end}" for end in ("-py3-none-any.whl", ".tar.gz")}


def test_the_newest_changes_are_those_of_this_version_and_dated() -> None:
    newest = re.findall("^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]
    assert re.fullmatch(rf"{re.escape(program_version())} \(20\d\d-\d\d-\d\d\)", newest)


def test_the_wheel_has_the_page_the_manual_and_the_licence(built: Path) -> None:
    names = zipfile.ZipFile(wheel_of(built)).namelist()
    page = {path.relative_to(ROOT).as_posix() for path in (ROOT / "web").rglob("*.*") if path.name != "weights.js"}
    assert {f"service/{name}" for name in page} <= set(names)
    assert sorted(Path(name).name for name in names if "/share/doc/logling/" in name) == MANUAL
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_wheel_has_the_weights_that_first_models_begin_with(built: Path) -> None:
    names = zipfile.ZipFile(wheel_of(built)).namelist()
    assert {f"service/training/head_start_{preset}.safetensors" for preset in PRESETS} <= set(names)


def test_the_sdist_has_all_that_the_wheel_is_built_from(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "web/index.html", "deploy/try.sh"} <= names
    assert {f"deploy/docs/{page}" for page in MANUAL} <= names


def test_the_installed_program_is_that_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = run(
        installed / "bin/python", "-c", "import service, model; print(service.__file__, model.__file__)", at=tmp_path
    )
    assert [path for path in where.split() if not path.startswith(str(installed))] == []
    assert run(installed / "bin/logling", "--version", at=tmp_path) == f"logling {program_version()}\n"


def test_the_installed_demo_gives_a_client_the_page(played: tuple[Path, str]) -> None:
    folder, _ = played
    files = {path.name for path in (folder / "logling-demo/client/web").iterdir()}
    assert {"index.html", "style.css", "engine.js", "page.js", "weights.js"} <= files


def test_the_installed_demo_names_its_page_and_a_check_that_works(played: tuple[Path, str], tmp_path: Path) -> None:
    folder, said = played
    (address,) = re.findall("^The page: +open (.+)$", said, re.MULTILINE)
    assert address == (folder / "logling-demo/client/web/index.html").as_uri()
    (check,) = re.findall("^The same here: +(.+)$", said, re.MULTILINE)
    assert "pump" in run("sh", "-c", check, at=tmp_path)
