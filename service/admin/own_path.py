"""The page under any path of a proxy, whether the proxy takes its prefix away or not.

All links on the page are relative, so it need not know the prefix. What is asked for is found by how its path ends:
`/logling/runs/ID` is `/runs/ID`, and `/logling/` is `/`. Only a prefix that ends in `/runs/` has to be taken away.
"""

from __future__ import annotations

from collections.abc import Container

from starlette.types import ASGIApp, Receive, Scope, Send


class AnyPrefix:
    """An ASGI application around another one, which gets paths without a prefix. `names` are those at its top."""

    def __init__(self, app: ASGIApp, names: Container[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": own_path(scope["path"], self._names)}
        await self._app(scope, receive, send)


def own_path(path: str, names: Container[str]) -> str:
    """A path without the prefix that a proxy may have left before it; unchanged if it ends in nothing of ours.

    >>> own_path("/logling/runs.csv", {"runs.csv"}), own_path("/logs/runs/1", ()), own_path("/logling/", ())
    ('/runs.csv', '/runs/1', '/')
    """
    folder, _, name = path.rpartition("/")
    if name in names:
        return f"/{name}"
    if folder.endswith("/runs"):
        return f"/runs/{name}"
    return path if name else "/"
