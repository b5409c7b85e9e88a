"""Where compiled functions are kept, by a tiny function in a package of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from llvmlite import binding

from model.compiled import compiled

ROOT = Path(__file__).parents[2]
ENTRY = """
import sys
import rules
from model.compiled import compiled_on_disk

def entry(times):
    sum_ = 0
    for i in range(times):
        sum_ += rules.doubled(i)
    return sum_

print(compiled_on_disk(entry, [sys.modules[__name__], rules], (0,))(5))
"""
RULES = """
from model.compiled import compiled
FACTOR = 2

@compiled
def doubled(x):
    return FACTOR * x
"""


class Package:
    """The function and what it is made of, in a folder where numba can keep nothing."""

    def __init__(self, folder):
        self.folder = folder
        self.cache = folder / "cache"
        (folder / "entry.py").write_text(ENTRY)
        (folder / "rules.py").write_text(RULES)
        (folder / "__pycache__").touch()

    def run(self, before="pass", **variables):
        environment = {name: value for name, value in os.environ.items() if name not in ("XDG_CACHE_HOME", "HOME")}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/dev/null"} | variables
        program = f"{before}; import sys; sys.path.insert(0, {str(self.folder)!r}); import entry"
        done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    def run_with_cache(self, before="pass"):
        return self.run(before, NUMBA_CACHE_DIR=str(self.cache))

    def kept(self):
        return {path: path.stat().st_mtime_ns for path in self.cache.rglob("*.nb?")}


@pytest.fixture
def package(tmp_path):
    return Package(tmp_path)


def test_without_a_folder_to_keep_it_in_a_function_is_compiled_anew(package):
    assert package.run() == 20


def test_a_function_is_kept_and_not_compiled_again(package):
    assert package.run_with_cache() == 20
    kept = package.kept()
    assert package.run_with_cache() == 20
    assert package.kept() == kept != {}


def test_a_changed_rule_of_another_file_is_noticed(package):
    package.run_with_cache()
    (package.folder / "rules.py").write_text(RULES.replace("FACTOR = 2", "FACTOR = 3"))
    assert package.run_with_cache() == 30


@pytest.mark.parametrize("left", [b"", b"\0" * 4096, b"\x80\x05\x95"], ids=["nothing", "zeros", "the beginning"])
def test_a_damaged_file_is_passed_over_and_another_kept(package, left):
    package.run_with_cache()
    for path in package.kept():
        path.write_bytes(left)
    damaged = package.kept()
    assert package.run_with_cache() == 20
    again = package.kept()
    assert again.keys() > damaged.keys()
    assert package.run_with_cache() == 20
    assert package.kept() == again


def test_on_a_full_disk_a_function_is_compiled_and_not_kept(package):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    assert package.run_with_cache(full) == 20
    assert package.kept() == {}


@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
def test_no_product_is_fused_with_a_sum(processor):
    """A fused one is rounded once, and in JavaScript it is rounded twice."""
    function = compiled(lambda a, b, c: a * b + c)
    function(2.0, 3.0, 4.0)
    (code,) = function.inspect_llvm().values()
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    machine = binding.Target.from_triple(f"{processor}-unknown-linux-gnu").create_target_machine(
        cpu={"x86_64": "haswell", "aarch64": "cortex-a76"}[processor], opt=3
    )
    assembly = machine.emit_assembly(binding.parse_assembly(re.sub("(?m)^target .*$", "", code)))
    assert re.search(r"\b(v?mulsd|fmul)\b", assembly)
    assert not re.search(r"\b(vfn?m|fn?m)(add|sub|la|ls)", assembly)


def test_a_system_that_allows_no_new_machine_code_is_named():
    """As systemd's MemoryDenyWriteExecute does on Linux 6.3 and newer."""
    refused = "import ctypes; assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0, 'too old'"
    done = subprocess.run(
        [sys.executable, "-c", f"{refused}; import model.compiled"], cwd=ROOT, capture_output=True, text=True
    )
    if "too old" in done.stderr:
        pytest.skip("This Linux knows no such limit.")
    assert (
        "ImportError: Training, and learning from a text, need the package numba (pip install numba): [Errno 13]"
        in done.stderr
    )
