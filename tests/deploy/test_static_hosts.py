"""The static hosts send what the page asks for in its own head, and hide what is not the page."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
HOSTS = ["nginx.conf", "Caddyfile"]


def header(host: str, name: str) -> str:
    """What a configuration sends under a header's name."""
    text = (ROOT / "deploy" / host).read_text()
    found = re.findall(rf'^\s*(?:add_header )?{name} ("[^"]*"|[^\s"]+)(?: always;)?$', text, re.MULTILINE)
    assert len(found) == 1, f"{name} in {host}: {found}"
    return str(found[0]).strip('"')


@pytest.mark.parametrize("host", HOSTS)
def test_the_policy_is_the_pages_own_and_forbids_framing(host: str) -> None:
    index = (ROOT / "web" / "index.html").read_text()
    own = re.search(r'http-equiv="Content-Security-Policy"\s+content="([^"]+)"', index)
    assert own
    assert header(host, "Content-Security-Policy") == f"{own[1]}; frame-ancestors 'none'"


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cache-Control", "no-cache"),  # kept, and asked for again: never the scripts of two versions
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_each_host_sends_the_same_headers(host: str, name: str, value: str) -> None:
    assert header(host, name) == value


@pytest.mark.parametrize(("host", "words"), [("nginx.conf", "root"), ("Caddyfile", r"root \*")])
def test_what_is_served_is_the_folder_of_the_page_and_not_the_repository(host: str, words: str) -> None:
    roots = re.findall(rf"^\s*{words} (\S+?);?$", (ROOT / "deploy" / host).read_text(), re.MULTILINE)
    assert roots == ["/srv/logling/web"]
