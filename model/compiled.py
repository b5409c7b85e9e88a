"""Functions that numba compiles to machine code, for loops that numpy has no words for.

A number comes out as the same expression in JavaScript gives it: without `fastmath` each operation is rounded by itself
and in its order, no sum is regrouped, and no product is fused with a sum.

Compiling takes seconds. So the functions that Python calls are kept on disk (numba's cache: `__pycache__` beside the
file, or a folder of the user, or NUMBA_CACHE_DIR) wherever that is possible.
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
except ImportError as error:  # not installed, or not for this numpy
    raise ImportError(f"Learning from a text needs the package numba: {error}", name="numba") from error

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """A function that is compiled when compiled code first calls it."""
    return cast(Function, njit(error_model="numpy")(function))


def compiled_on_disk(function: Function, modules: list[ModuleType], example: tuple[object, ...]) -> Function:
    """A compiled function that is taken from disk, or else compiled and kept there.

    numba notices a change of the function's own file alone. The names of what is kept therefore depend on the source
    of all `modules` that the function is made of. `example` are arguments with which it does nothing.
    """
    sources = "".join(inspect.getsource(module) for module in modules)
    function.__qualname__ += f"-{hashlib.sha256(sources.encode()).hexdigest()[:16]}"
    try:
        kept = njit(error_model="numpy", cache=True)(function)
        kept(*example)
    except (RuntimeError, OSError, EOFError, pickle.UnpicklingError):  # no folder, a full disk, a damaged file
        return compiled(function)
    return cast(Function, kept)
