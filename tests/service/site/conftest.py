"""A site with a remote, and a web server that serves the remote."""

import base64
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from service.settings import GitSettings
from service.site.site import create
from tests.support.repositories import Pair, Serve, git


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """A site with one commit of weights that its remote has."""
    page, remote = tmp_path / "page", tmp_path / "remote.git"
    page.mkdir()
    (page / "page.js").write_text("page\n")
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    create(tmp_path / "site", page, GitSettings(remote=str(remote)))
    pair = Pair(tmp_path / "site", remote)
    pair.commit(b"first\n")
    pair.publish()
    return pair


class Served(BaseHTTPRequestHandler):
    """git http-backend behind Python's server: the smart protocol as a web server has it."""

    root: Path
    password = ""

    def do_GET(self) -> None:
        expected = "Basic " + base64.b64encode(self.password.encode()).decode()
        if self.password and self.headers["Authorization"] != expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            return self.end_headers()
        path, _, query = self.path.partition("?")
        length = self.headers["Content-Length"] or "0"
        variables = {
            "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers["Content-Type"] or "",
            "CONTENT_LENGTH": length, "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "",
            "GIT_PROTOCOL": self.headers["Git-Protocol"] or "", "REMOTE_USER": "somebody",
        }  # fmt: skip
        answer = subprocess.run(
            ["git", "http-backend"],
            input=self.rfile.read(int(length)),
            capture_output=True,
            env={**os.environ, **variables},
        ).stdout
        head, _, body = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        return None

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def serve(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serve the remote over http or https on loopback; gives its URL."""
    servers = []

    def begin(scheme: str, password: str = "", name: str = pair.remote.name) -> str:
        handler = type("Handler", (Served,), {"root": pair.remote.parent, "password": password})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if scheme == "https":
            key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                 "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                check=True, capture_output=True,
            )  # fmt: skip
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            monkeypatch.setenv("GIT_SSL_CAINFO", str(certificate))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        git(pair.remote.with_name(name), "config", "http.receivepack", "true")
        return f"{scheme}://127.0.0.1:{server.server_port}/{name}"

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()
