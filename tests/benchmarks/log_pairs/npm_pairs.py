"""Jobs of npm: a workspace of made-up packages, and small packages of the registry."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from pair import Fault, Job, pair

PACKAGES = [
    "amber",
    "basalt",
    "cobalt",
    "dolomite",
    "emerald",
    "feldspar",
    "garnet",
    "hematite",
    "iolite",
    "jasper",
    "kyanite",
    "lapis",
]
WANTED = {
    "chalk": "4.1.2",
    "commander": "11.1.0",
    "debug": "4.3.7",
    "semver": "7.6.3",
    "yargs": "17.7.2",
    "glob": "10.4.5",
}
NPM = "npm --no-audit --no-fund --no-update-notifier --cache=cache --loglevel="


def workspace(
    job: Job,
    scripts: dict[str, dict[str, str]] | None = None,
    wanted: dict[str, str] | None = None,
    packages: Sequence[str] = PACKAGES,
) -> None:
    """Write twelve packages, each with a build, a test and a script after installation."""
    root = {"name": "made-up-stones", "version": "1.0.0", "private": True, "workspaces": ["packages/*"]}
    job.write("package.json", json.dumps(root | {"dependencies": wanted or {}}, indent=2))
    for place, name in enumerate(packages):
        usual = {
            "postinstall": f"node -e \"console.log('{name}: cutting', process.pid)\"",
            "build": "node build.js",
            "test": f"node -e \"for (let i = 1; i < 9; i++) console.log('ok', i, '- {name} holds')\"",
        }
        package = {"name": f"@made-up/{name}", "version": f"1.{place}.0", "scripts": (scripts or {}).get(name, usual)}
        job.write(f"packages/{name}/package.json", json.dumps(package, indent=2))
        job.write(
            f"packages/{name}/build.js",
            f"for (const part of ['index', 'types', 'styles', 'icons']) console.log(`{name}: ${{part}} written, "
            "${100 + (process.pid % 900)} bytes`);\n",
        )


@pair(
    Fault("conflict of peers", r"npm (ERR!|error).*ERESOLVE|npm error code ERESOLVE"),
    Fault("which peer", r"npm (ERR!|error) peer react@|Could not resolve dependency"),
    Fault("advice", r"npm (ERR!|error).*--legacy-peer-deps"),
    Fault("nothing is there", r"^npm (ERR!|error) missing:|^npm error code ELSPROBLEMS"),
)
def npm_peer_conflict(job: Job) -> None:
    """Install packages of which one wants another version of a peer."""
    workspace(job, wanted=WANTED | {"react": "17.0.2", "react-dom": "18.2.0" if job.failing else "17.0.2"})
    job.shell(f"{NPM}http install; {NPM}notice ls; {NPM}notice run build --workspaces; {NPM}notice test --workspaces")


@pair(
    Fault("no such script", r"Missing script: \"build\""),
    Fault(
        "in which package",
        r"workspace @made-up/hematite@|location: .*packages/hematite|in workspace: @made-up/hematite",
    ),
    Fault("not built", r"hematite: index written", "fewer"),
    goods=2,
    stamped=True,
)
def npm_missing_script(job: Job) -> None:
    """Build and test a workspace in which a package has no script to build it."""
    lost = {"test": "node -e \"for (let i = 1; i < 9; i++) console.log('ok', i, '- hematite holds')\""}
    workspace(job, {"hematite": lost} if job.failing else None)
    job.shell(f"{NPM}info install; {NPM}info run build --workspaces; {NPM}info test --workspaces; {NPM}info ls")


@pair(
    Fault("script failed", r"npm (ERR!|error) code 7|Exit status 7|command failed|code: 7"),
    Fault("what it said", r"garnet: no lathe was found"),
    Fault("which command", r"npm (ERR!|error) command sh -c|npm (ERR!|error) path .*garnet"),
    goods=2,
)
def npm_failing_lifecycle(job: Job) -> None:
    """Install a workspace of which one's script after installation fails."""
    failing = {
        "postinstall": "node -e \"console.error('garnet: no lathe was found'); process.exit(7)\"",
        "build": "node build.js",
        "test": "node -e \"console.log('ok')\"",
    }
    workspace(job, {"garnet": failing} if job.failing else None, WANTED)
    job.shell(f"{NPM}verbose install; {NPM}notice run build --workspaces; {NPM}notice test --workspaces")


@pair(
    Fault("integrity", r"EINTEGRITY|integrity checksum failed"),
    Fault("nothing installed", r"^added \d+ packages", "fewer"),
    Fault("tests cannot load", r"Cannot find module 'semver'|MODULE_NOT_FOUND"),
)
def npm_integrity(job: Job) -> None:
    """Install what a lock file says, of which one hash is wrong."""
    workspace(job, wanted=WANTED)
    job.shell(f"{NPM}silent install --package-lock-only", quiet=True)
    lock = job.folder / "package-lock.json"
    if job.failing:
        wrong = r'("node_modules/semver": \{.*?"integrity": "sha512-).{20}'
        lock.write_text(re.sub(wrong, r"\g<1>" + "A" * 20, lock.read_text(), count=1, flags=re.DOTALL))
    job.shell(
        f"rm -rf cache; {NPM}http ci; {NPM}notice run build --workspaces; {NPM}notice test --workspaces\n"
        "node -e \"console.log('semver', require('semver').valid('1.2.3'))\""
    )


@pair(
    Fault("the test that fails", r"^not ok 5 - jasper holds"),
    Fault("exit status", r"npm (ERR!|error) code 4|Lifecycle script `test` failed"),
    Fault("in which package", r"npm (ERR!|error) .*(workspace|location|path).*jasper"),
)
def npm_another_commit(job: Job) -> None:
    """Dependencies are newer and packages were added, which is as it should be; a test of one fails."""
    test = (
        "node -e \"for (let i = 1; i < 9; i++) console.log(i === 5 ? 'not ok' : 'ok', i, '- jasper holds'); "
        'process.exit(4)"'
    )
    failing = {"jasper": {"build": "node build.js", "test": test}}
    newer = WANTED | {"chalk": "5.3.0", "commander": "12.1.0", "glob": "11.0.0", "picocolors": "1.1.1"}
    grown = [*PACKAGES, "malachite", "nephrite", "onyx"]
    workspace(job, *((failing, newer, grown) if job.failing else (None, WANTED)))
    job.shell(f"{NPM}http install; {NPM}notice run build --workspaces; {NPM}notice test --workspaces")
