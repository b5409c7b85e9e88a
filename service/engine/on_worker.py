"""What a worker of the cluster does with a call. The function travels as code, so a worker needs no package to get it.

Each call is made in a process of its own: whatever leaks or dies there is gone with it, and the worker stays.
"""

from __future__ import annotations


def call_on_worker(payload: bytes, version: str, seconds: float) -> tuple[bytes, str]:
    """Make a call in a process of its own. -> its answer, or why there is none

    All that it needs is imported here, on the worker.
    """
    import subprocess
    import sys

    try:
        from service.installation import program_version
    except ImportError:
        return b"", f"it lacks the package logling {version}: install it there"
    if program_version() != version:
        return b"", f"it has logling {program_version()}, and {version} is needed"
    command = [sys.executable, "-P", "-m", "service.engine.task_process"]
    try:
        done = subprocess.run(command, input=payload, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return b"", f"a call took more than {seconds:g} s"
    except OSError as error:
        return b"", f"no process could be started: {error.strerror}"
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return b"", f"its process ended with status {done.returncode}{': ' + said[-1][:200] if said else ''}"
    return done.stdout, ""
