"""The steps for GitHub and GitLab, run as a runner runs them: by the shell they name, with the variables it sets."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
STRANGE = "linker: cannot find libgarden"


def build(count: int, seed: int) -> str:
    """The log of a made-up build that was fine."""
    chance = random.Random(seed)
    steps = [f"compiling part {n} of the garden in {chance.randrange(9)} ms" for n in range(count)]
    return "\n".join([*steps, "all parts are linked", ""])


@dataclass
class Runner:
    """A runner with the log of a failed build, two good ones, and Logling installed where a step expects it."""

    folder: Path
    status: int = 0
    said: str = ""

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def install_at(self, name: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).symlink_to(Path(sys.executable).parent.parent)

    def run(self, command: list[str], script: str, **variables: str) -> None:
        self.write("step.sh", script)
        done = subprocess.run(
            [*command, "step.sh"],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        self.status, self.said = done.returncode, done.stdout + done.stderr

    def github(self, step: int = 1, **inputs: str) -> None:
        """Run a step of the action."""
        action = yaml.safe_load((DEPLOY / "github-action" / "action.yml").read_text())
        defaults = {name: given["default"] for name, given in action["inputs"].items() if "default" in given}
        values = {f"inputs.{name}": value for name, value in {**defaults, "log": "build.log", **inputs}.items()}
        values["github.action_path"] = str(DEPLOY / "github-action")
        known: dict[str, Any] = action["runs"]["steps"][step]
        assert known["shell"] == "bash"
        files = {"GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "output", "RUNNER_TEMP": "temp"}
        self.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
            known["run"],
            **{name: str(self.folder / path) for name, path in files.items()},
            **{
                name: re.sub(r"\$\{\{ (.+?) \}\}", lambda at: values[at[1]], text)
                for name, text in known["env"].items()
            },
        )

    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.read("output").splitlines())

    def gitlab(self, part: str = "script", **variables: str) -> None:
        """Run a part of the job."""
        job = yaml.safe_load((DEPLOY / "gitlab-ci.yml").read_text())[".logling-check"]
        self.run(["sh", "-e"], "\n".join(job[part]), **{**job["variables"], **variables})


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(tmp_path)
    made.write("good/monday.log", build(200, 1))
    made.write("good/tues day.log", build(200, 2))
    made.write("build.log", build(200, 3).replace("all parts are linked", STRANGE))
    made.write("fine.log", build(200, 3))
    made.install_at("temp/logling")
    made.install_at(".logling")
    return made


def test_github_shows_what_stands_out_in_the_summary_of_the_job(runner: Runner) -> None:
    runner.github(good="good/*.log")
    assert (runner.status, STRANGE in runner.read("summary")) == (0, True), runner.said


def test_github_names_the_report(runner: Runner) -> None:
    runner.github(good="good/*.log")
    assert "<html" in Path(runner.outputs()["report"]).read_text()


@pytest.mark.parametrize(("log", "stands_out"), [("build.log", "true"), ("fine.log", "false")])
def test_github_says_whether_something_stands_out(runner: Runner, log: str, stands_out: str) -> None:
    runner.github(good="good/monday.log\ngood/tues day.log\n", log=log)
    assert (runner.status, runner.outputs()["stands-out"]) == (0, stands_out), runner.said


@pytest.mark.parametrize(("log", "status"), [("build.log", 3), ("fine.log", 0)])
def test_github_fails_the_step_where_that_is_asked_for(runner: Runner, log: str, status: int) -> None:
    runner.github(good="good/*.log", log=log, fail="true")
    assert (runner.status, bool(runner.read("summary"))) == (status, True), runner.said


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"good": "good/*.txt"}, "there is no file good/*.txt"),
        ({"good": "\n"}, "name at least one log"),
        ({"good": "good/*.log", "fail": "yes"}, "fail is 'true' or 'false', not 'yes'"),
        ({"good": "good/*.log", "log": "no.log"}, "no.log"),
    ],
)
def test_github_says_what_is_wrong_with_an_input(runner: Runner, inputs: dict[str, str], said: str) -> None:
    runner.github(**inputs)
    assert (runner.status, said in runner.said) == (1, True), runner.said


def test_github_takes_an_input_as_text_and_not_as_a_command(runner: Runner) -> None:
    runner.github(good="$(touch made)\n`touch made`")
    assert (runner.status, (runner.folder / "made").exists()) == (1, False)


def test_github_keeps_the_summary_within_its_limit(runner: Runner) -> None:
    words = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(300)]
    runner.write("build.log", "".join(f"{word} {word}x {word * 990}\n" * 3 for word in words))
    runner.github(good="good/*.log")
    assert 0 < len(runner.read("summary").encode()) <= 1024 * 1024, runner.said


def test_github_installs_the_project_that_the_action_is_of(runner: Runner) -> None:
    runner.write("bin/python3", '#!/bin/sh\nmkdir -p "$3/bin"; cp "$0.pip" "$3/bin/python"\n')
    runner.write("bin/python3.pip", '#!/bin/sh\nfor last; do :; done\ncd "$last" && pwd >"$OLDPWD/installed"\n')
    for name in ("bin/python3", "bin/python3.pip"):
        (runner.folder / name).chmod(0o755)
    (runner.folder / "temp" / "logling").unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{runner.folder}/bin:{os.environ['PATH']}")
        runner.github(step=0)
    assert (runner.status, runner.read("installed").strip()) == (0, str(DEPLOY.parent)), runner.said


def test_gitlab_prints_what_stands_out_and_keeps_a_page(runner: Runner) -> None:
    runner.gitlab(CHECK_GOOD="good/monday.log fine.log")
    assert (runner.status, STRANGE in runner.said) == (0, True), runner.said
    assert "<html" in runner.read("logling-report.html")


@pytest.mark.parametrize(("log", "status"), [("build.log", 3), ("fine.log", 0)])
def test_gitlab_fails_the_job_where_that_is_asked_for(runner: Runner, log: str, status: int) -> None:
    runner.gitlab(CHECK_LOG=log, CHECK_GOOD="good/m*.log", CHECK_FAIL="true")
    assert runner.status == status, runner.said


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"CHECK_GOOD": "no/*.log"}, "CHECK_GOOD: there is no file no/*.log"),
        ({"CHECK_GOOD": ""}, "CHECK_GOOD: name at least one log"),
        ({"CHECK_FAIL": "1"}, "CHECK_FAIL is 'true' or 'false', not '1'"),
        ({"CHECK_LOG": "no.log"}, "no.log"),
    ],
)
def test_gitlab_says_what_is_wrong_with_a_variable(runner: Runner, variables: dict[str, str], said: str) -> None:
    runner.gitlab(**{"CHECK_GOOD": "good/m*.log", **variables})
    assert (runner.status, said in runner.said) == (1, True), runner.said


def test_gitlab_asks_where_logling_is_installed_from(runner: Runner) -> None:
    runner.gitlab("before_script")
    assert (runner.status, "CHECK_PROJECT" in runner.said) == (1, True)


def test_gitlab_keeps_the_page_that_the_job_writes() -> None:
    job = yaml.safe_load((DEPLOY / "gitlab-ci.yml").read_text())[".logling-check"]
    assert f">{job['artifacts']['paths'][0]}" in "\n".join(job["script"])
