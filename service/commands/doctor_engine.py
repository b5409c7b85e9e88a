"""What `logling doctor` checks of the engine: that the scheduler answers, and that a worker can make a call."""

from __future__ import annotations

from ..engine.opening import open_engine
from ..errors import LoglingError
from ..settings import EngineSettings


def check_engine(settings: EngineSettings) -> str:
    """Have a small call made where the settings say. Raises LoglingError."""
    if settings.executor == "local":
        return "processes of this machine"
    for file in filter(None, (settings.ca, settings.cert, settings.key)):
        with open(file, "rb"):  # noqa: PTH123 - an OSError names the file as it was given
            pass
    once = settings.model_copy(update={"fallback": False, "tries": 1})
    with open_engine(once, 1) as engine:
        if engine.submit(pow, 2, 10).result() != 1024:
            raise LoglingError(f"{settings.scheduler} computes wrongly")
        return f"{settings.scheduler}: {engine.width} calls at a time"
