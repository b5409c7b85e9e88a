"""Open the engine that the settings name."""

from __future__ import annotations

import os

from ..settings import EngineSettings
from .engine import CallFailed, Engine
from .worker_processes import WorkerProcesses


def open_engine(settings: EngineSettings, calls: int) -> Engine:
    """An engine for so many calls at a time; a context manager. Raises CallFailed if there is none."""
    count = local_width(calls)
    if settings.executor == "local":
        return WorkerProcesses(count)
    try:
        from .cluster import open_cluster
    except ImportError as error:
        raise CallFailed(f"executor = \"dask\" needs the package {error.name}: pip install 'logling[dask]'") from None
    return open_cluster(settings, count)


def local_width(calls: int) -> int:
    """How many processes make so many calls here: two where there is one core too, as a run trains two at least."""
    return max(1, min(calls, max(2, os.cpu_count() or 1)))
