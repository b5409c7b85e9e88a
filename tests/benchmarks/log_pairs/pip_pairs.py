"""Jobs of pip: packages of the registry, and made-up ones beside the job. Nothing is installed outside its folder."""

from __future__ import annotations

import hashlib
import sys

from pair import Fault, Job, pair

PIP = [sys.executable, "-m", "pip", "--no-input", "--no-color", "--disable-pip-version-check"]
WANTED = [
    "requests==2.32.3",
    "urllib3==2.2.3",
    "idna==3.10",
    "certifi",
    "click==8.1.7",
    "rich==13.9.4",
    "jinja2==3.1.4",
    "attrs",
]
MADE_UP = [
    "adze",
    "bradawl",
    "chisel",
    "drawknife",
    "froe",
    "gimlet",
    "hacksaw",
    "jigsaw",
    "mallet",
    "planer",
    "rasp",
    "spokeshave",
]


def install(job: Job, *arguments: str) -> None:
    """Install into the job's folder, telling what is done."""
    job.run([*PIP, "install", "-v", "--progress-bar=off", "--target=installed", "--no-cache-dir", *arguments])


def project(job: Job, name: str, python: str = ">=3.9") -> str:
    """The path of a made-up package's source."""
    job.write(
        f"{name}/pyproject.toml",
        '[build-system]\nrequires = ["setuptools==75.6.0"]\nbuild-backend = "setuptools.build_meta"\n'
        f'[project]\nname = "made-up-{name}"\nversion = "1.4.0"\nrequires-python = "{python}"\n',
    )
    job.write(f"{name}/made_up_{name}/__init__.py", f"NAME = '{name}'\n")
    return f"./{name}"


@pair(
    Fault("cannot be together", r"^ERROR: Cannot install .*because these package versions have conflict"),
    Fault("who wants what", r"^ +The user requested urllib3==1\.20|requests 2\.32\.3 depends on urllib3"),
    Fault("no solution", r"^ERROR: ResolutionImpossible"),
)
def pip_conflict(job: Job) -> None:
    """Requirements that cannot be met together."""
    wanted = ["urllib3==1.20" if job.failing and word.startswith("urllib3") else word for word in WANTED]
    for name in MADE_UP[:4]:
        install(job, project(job, name))
    job.write("requirements.txt", "\n".join(wanted) + "\n")
    install(job, "-r", "requirements.txt")


@pair(
    Fault("hashes differ", r"^ERROR: THESE PACKAGES DO NOT MATCH THE HASHES|Expected sha256 0000"),
    Fault("what it has", r"^ +Got +[0-9a-f]{64}"),
    Fault("nothing installed", r"^Successfully installed .*MarkupSafe|^Successfully installed .*jinja2", "fewer"),
)
def pip_hash_mismatch(job: Job) -> None:
    """Packages with hashes of which one is wrong."""
    for name in MADE_UP[:4]:
        install(job, project(job, name))
    job.run([*PIP, "download", "-q", "--no-deps", "-d", "wheels", *WANTED, "markupsafe", "pygments"], quiet=True)
    lines = []
    for wheel in sorted((job.folder / "wheels").iterdir()):
        name, version = wheel.name.split("-")[:2]
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if job.failing and name == "certifi":
            digest = "0" * 64
        lines.append(f"{name}=={version} --hash=sha256:{digest}\n")
    job.write("requirements.txt", "".join(lines))
    install(job, "--no-deps", "--require-hashes", "-r", "requirements.txt")


@pair(
    Fault("missing header", r"fatal error: libplane\.h: No such file"),
    Fault("compiler failed", r"error: command .*gcc.* failed with exit code 1|compilation terminated"),
    Fault("no wheel", r"ERROR: Failed building wheel for made-up-planer|Failed to build made-up-planer"),
    goods=2,
)
def pip_failing_build(job: Job) -> None:
    """A package with an extension in C, of which one file wants a header that is not there."""
    for name in MADE_UP[:3]:
        install(job, project(job, name))
    path = project(job, "planer")
    sources = [f"part_{number:02}.c" for number in range(24)]
    for number, source in enumerate(sources):
        missing = "#include <libplane.h>\n" if job.failing and number == 17 else ""
        job.write(
            f"planer/{source}", f"#include <stdio.h>\n{missing}int part_{number}(int x) {{ return x + {number}; }}\n"
        )
    job.write(
        "planer/setup.py",
        "from setuptools import Extension, setup\n"
        f"setup(ext_modules=[Extension('made_up_planer.parts', {sources!r}, py_limited_api=False)])\n",
    )
    install(job, path)


@pair(
    Fault("needs another Python", r"requires a different Python"),
    Fault("not installed", r"^Successfully installed .*made-up-planer", "fewer"),
)
def pip_wrong_python(job: Job) -> None:
    """Made-up packages of which one wants a Python that does not exist yet."""
    for name in MADE_UP[:6]:
        install(job, project(job, name))
    paths = [
        project(job, name, python=">=3.99" if job.failing and name == "planer" else ">=3.9") for name in MADE_UP[6:]
    ]
    install(job, *paths)
