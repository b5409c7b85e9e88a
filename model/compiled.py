"""Functions that numba compiles to machine code, for loops that numpy has no words for.

A number comes out as the same expression in JavaScript gives it: without `fastmath` each operation is rounded by itself
and in its order, no sum is regrouped, and no product is fused with a sum. (`lanes.py` asks for fused ones by name.)

Compiling takes seconds. So what Python calls is kept on disk, in numba's cache (`__pycache__` beside the file, else the
user's cache folder, or NUMBA_CACHE_DIR), wherever that is possible.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar, cast

try:
    from numba import njit
except (ImportError, OSError) as error:  # not installed, not for this numpy, no memory may hold new machine code
    raise ImportError(
        f"Training, and learning from a text, need the package numba (pip install numba): {error}", name="numba"
    ) from error

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """A function that is compiled when compiled code first calls it."""
    return cast(Function, njit(error_model="numpy")(function))


def inlined(function: Function) -> Function:
    """A compiled function whose code takes the place of each call: a call would write all registers to memory."""
    return cast(Function, njit(error_model="numpy", forceinline=True)(function))


def compiled_on_disk(function: Function, modules: list[ModuleType], example: tuple[object, ...]) -> Function:
    """A compiled function that is taken from disk, or else compiled and kept there.

    numba notices a change of the function's own file alone. The name of what is kept therefore depends on the source
    of all `modules` that the function is made of. `example` are arguments with which it does nothing.
    """
    sources = "".join(inspect.getsource(module) for module in modules)
    digest, name = hashlib.sha256(sources.encode()).hexdigest()[:16], function.__name__
    for attempt in ("", "-again"):
        function.__qualname__ = f"{name}-{digest}{attempt}"
        try:
            kept = njit(error_model="numpy", cache=True)(function)
            kept(*example)
            return cast(Function, kept)
        except (EOFError, pickle.UnpicklingError):  # damaged, as after a loss of power
            continue
        except (RuntimeError, OSError):  # no folder that can be written to, or a full disk
            break
    return compiled(function)
