"""Signatures of commits, by keys that ssh-keygen has made."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from service.settings import GitSettings
from service.site.signature import Signature, read_signature
from service.site.site import Site


def make_key(folder: Path, name: str) -> Path:
    """A key of ssh without a passphrase."""
    key = folder / name
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return key


@pytest.fixture
def signed(committed: Any) -> Any:
    """A home whose newest weights a person has signed with a key that git knows."""
    key = make_key(committed.folder, "operator")
    allowed = committed.folder / "allowed"
    allowed.write_text(f"operator@example.org {key.with_suffix('.pub').read_text()}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(allowed)),
    ):
        committed.git("config", name, value)
    committed.git("commit", "--quiet", "--amend", "--no-edit", "-S")
    return committed


def signature(place: Any) -> Signature:
    return read_signature(Site(place.home.site, GitSettings()), "HEAD")


def altered(place: Any) -> None:
    """The signed commit with another message, under the same signature."""
    raw = subprocess.run(
        ["git", "-C", str(place.home.site), "cat-file", "commit", "HEAD"], check=True, capture_output=True
    ).stdout
    made = subprocess.run(
        ["git", "-C", str(place.home.site), "hash-object", "-t", "commit", "-w", "--stdin"],
        input=raw.replace(b"First weights", b"Other weights"), check=True, capture_output=True,
    ).stdout.decode().strip()  # fmt: skip
    place.git("update-ref", "refs/heads/main", made)


def test_a_commit_without_a_signature_has_none(committed: Any) -> None:
    assert signature(committed) == Signature("none")


def test_a_signature_by_a_known_key_is_good(signed: Any) -> None:
    assert signature(signed) == Signature("good", "operator@example.org")


def test_a_signature_of_something_else_is_bad(signed: Any) -> None:
    altered(signed)
    assert signature(signed).state == "bad"


def test_a_signature_by_another_key_is_unknown(signed: Any) -> None:
    other = make_key(signed.folder, "other")
    (signed.folder / "allowed").write_text(f"operator@example.org {other.with_suffix('.pub').read_text()}")
    assert signature(signed).state == "unknown"


def test_a_signature_is_unknown_where_no_key_is_known(signed: Any) -> None:
    signed.git("config", "--unset", "gpg.ssh.allowedSignersFile")
    assert signature(signed).state == "unknown"


def test_a_signature_in_the_message_is_none(committed: Any) -> None:
    committed.git("commit", "--quiet", "--amend", "--message", "Weights\n\ngpgsig -----BEGIN SSH SIGNATURE-----")
    assert signature(committed) == Signature("none")


def test_verify_says_who_signed(signed: Any) -> None:
    done = signed.logling("verify", "HEAD")
    assert (done.returncode, "signature: good, by operator@example.org" in done.stdout) == (0, True)


def test_verify_fails_for_a_bad_signature_of_the_same_bytes(signed: Any) -> None:
    altered(signed)
    done = signed.logling("verify", "--json", "HEAD")
    told = json.loads(done.stdout)
    assert (done.returncode, told["equal"], told["signature"]) == (1, True, "bad")


def test_verify_does_not_fail_for_a_key_that_is_not_known(signed: Any) -> None:
    signed.git("config", "--unset", "gpg.ssh.allowedSignersFile")
    done = signed.logling("verify", "HEAD")
    assert (done.returncode, "a key that is not known here" in " ".join(done.stdout.split())) == (0, True)
