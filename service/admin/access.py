"""Who may see the admin page, and what a browser may do with it.

A request must name this host by an IP address, `localhost` or a name from the settings. Otherwise a page elsewhere on
the web could point its own name at this machine and read the answers (DNS rebinding). If a token is set, everything
but `/healthz` needs it: as `Authorization: Bearer TOKEN`, or as the password of any user, which a browser asks for.
"""

from __future__ import annotations

import base64
import binascii
import hmac

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..settings import AdminSettings, is_address

WITHOUT_TOKEN = "/healthz"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """An ASGI application around another one. It refuses requests and adds headers to answers."""

    def __init__(self, app: ASGIApp, settings: AdminSettings, file: str = "logling.toml") -> None:
        """`file` is called what has these settings."""
        self._app = app
        self._file = file
        self._names = {"localhost", settings.host, *settings.names}
        self._token = settings.token.get_secret_value()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (self._refusal(scope) or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_our_name(host):
            return PlainTextResponse(
                "This page was asked for by a name that is not its own. "
                f"Add the name to admin.names in {self._file} if it should.\n",
                421,
            )
        if self._token and scope["path"] != WITHOUT_TOKEN and not self._is_token(headers.get("authorization", "")):
            challenge = {"WWW-Authenticate": 'Basic realm="Logling", charset="UTF-8"'}
            words = f"This page needs the token from {self._file}, as the password.\n"
            return PlainTextResponse(words, 401, challenge)
        return None

    def _is_our_name(self, host: str) -> bool:
        name = host_name(host)
        return name in self._names or is_address(name)

    def _is_token(self, authorization: str) -> bool:
        # The comparison takes the same time wherever the two differ.
        kind, _, given = authorization.partition(" ")
        if kind.lower() == "basic":
            given = basic_password(given)
        elif kind.lower() != "bearer":
            return False
        return hmac.compare_digest(given.strip().encode(), self._token.encode())


def host_name(host: str) -> str:
    """The name or address in a Host header, without its port and the dot that may end a complete name."""
    name = host.lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0].removesuffix(".")


def basic_password(given: str) -> str:
    """The password in credentials of HTTP's Basic scheme; empty when they are malformed."""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
