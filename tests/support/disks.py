"""Disks that are full at a size."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def disk_of_its_own(folder: Path, size: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as away:
        shutil.copytree(folder, away, dirs_exist_ok=True)
        subprocess.run(mounting(folder, size), check=True)
        try:
            shutil.copytree(away, folder, dirs_exist_ok=True)
            yield
            shutil.copytree(folder, away, dirs_exist_ok=True)
        finally:
            subprocess.run(["umount", folder], check=True)
            shutil.copytree(away, folder, dirs_exist_ok=True)


def mounting(folder: Path, size: str) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]


def may_mount(folder: Path) -> bool:
    if subprocess.run(mounting(folder, "1m"), capture_output=True).returncode:
        return False
    subprocess.run(["umount", folder], check=True)
    return True
