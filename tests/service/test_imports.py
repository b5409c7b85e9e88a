"""What may import what: no circles, neither between files nor between rooms, and a model that knows nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Imports = Mapping[str, set[str]]  # the names of what each file, or room, imports

# Each room, and the rooms that it may import, besides files at the top of service/.
ALLOWED = {
    "reading": set(),
    "storage": set(),
    "engine": set(),
    "checking": {"reading", "storage"},
    "sources": {"reading", "storage"},
    "auditing": {"reading", "storage", "checking", "training", "engine"},
    "training": {"reading", "storage", "checking", "engine"},
    "site": {"reading", "storage", "checking"},
    "telling": {"storage"},
    "schedule": {"storage", "telling"},
    "admin": {"reading", "storage", "schedule"},
    "fleet": {"storage", "schedule", "admin"},
}
# Files at the top of service/ that put the rooms together; no room but commands/ may import them.
COMPOSING = {"cli", "run", "serve"}


def files() -> dict[str, Path]:
    """Every file of the two packages, by its dotted name."""
    paths = [path for package in ("model", "service") for path in (ROOT / package).rglob("*.py")]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def imported(name: str, path: Path) -> set[str]:
    """The dotted names that a file imports, also within functions."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, *(node.module.split(".") if node.module else [])]
            found |= {".".join(module), *(".".join([*module, alias.name]) for alias in node.names)}
    return found


@pytest.fixture(scope="module")
def imports() -> Imports:
    known = files()
    return {name: imported(name, path) & known.keys() - {name} for name, path in known.items()}


def circles(graph: Imports) -> list[str]:
    """The names from which a way leads back to themselves."""

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        ahead = list(graph[start])
        while ahead:
            if (name := ahead.pop()) not in seen:
                seen.add(name)
                ahead += graph[name]
        return seen

    return sorted(name for name in graph if name in reachable(name))


def room(name: str) -> str:
    """The room of a file of service/; its own name where it is at the top."""
    return name.split(".")[1] if "." in name else name


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]


def test_no_file_imports_itself_through_others(imports: Imports) -> None:
    assert circles(imports) == []


def test_no_room_imports_itself_through_others(imports: Imports) -> None:
    rooms: dict[str, set[str]] = {}
    for name, others in imports.items():
        if name.startswith("service."):
            ours = {room(other) for other in others if other.startswith("service.")}
            rooms.setdefault(room(name), set()).update(ours - {room(name)})
    assert circles(rooms) == []


@pytest.mark.parametrize("name", ALLOWED)
def test_a_room_knows_only_rooms_below_it(imports: Imports, name: str) -> None:
    ours = [others for file, others in imports.items() if file.startswith("service.") and room(file) == name]
    known = {room(other) for others in ours for other in others if other.startswith("service.")}
    assert known & (ALLOWED.keys() | {"commands"} | COMPOSING) - ALLOWED[name] - {name} == set()


def test_the_model_imports_numpy_safetensors_numba_with_llvmlite_and_itself_alone() -> None:
    found = {
        top.split(".")[0] for name, path in files().items() if name.startswith("model") for top in imported(name, path)
    }
    assert found - sys.stdlib_module_names == {"numpy", "safetensors", "numba", "llvmlite", "model"}


def test_only_what_trains_or_learns_from_a_text_imports_numba() -> None:
    program = "import sys, service.run, service.commands.backtest, service.commands.predict; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert {"model.training", "model.scoring", "service.training"} <= set(loaded)
    assert {"numba", "llvmlite"} & set(loaded) == set()


def test_the_model_does_not_touch_the_world() -> None:
    world = {
        "os",
        "pathlib",
        "time",
        "datetime",
        "subprocess",
        "multiprocessing",
        "threading",
        "socket",
        "sqlite3",
        "io",
    }
    found = {
        top.split(".")[0] for name, path in files().items() if name.startswith("model") for top in imported(name, path)
    }
    assert found & world == set()


@pytest.mark.parametrize("name", [*ALLOWED, "commands"])
def test_a_room_says_what_it_is_for(name: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / "service" / name / "__init__.py").read_text(encoding="utf-8")))
