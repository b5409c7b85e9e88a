"""What git, a hook or a remote said, as a person may see it."""

import pytest

from service.site.git import GitError
from service.site.git_words import MENDS, MOST, clean, mend, without_hints

HARMFUL = {
    "a colour": ("\x1b[31mred\x1b[0m", "red"),
    "the clipboard": ("\x1b]52;c;bWFkZSB1cA==\x07text", "text"),
    "a link": ("\x1b]8;;http://made.up\x1b\\\\here\x1b]8;;\x1b\\\\".replace("\\\\", "\\"), "here"),
    "a title never ended": ("\x1b]0;title", ""),
    "a carriage return": ("remote: 10 %\rremote: 20 %", "remote: 10 % remote: 20 %"),
    "a backspace": ("ab\bc", "ab\N{REPLACEMENT CHARACTER}c"),
    "a change of direction": ("a\u202eb", "a\N{REPLACEMENT CHARACTER}b"),
    "an isolate": ("a\u2066b", "a\N{REPLACEMENT CHARACTER}b"),
    "an 8-bit sequence": ("a\x9b31mb", "a\N{REPLACEMENT CHARACTER}31mb"),
    "lines": ("one\n\ttwo\n", "one two"),
}


@pytest.mark.parametrize("kind", HARMFUL)
def test_what_moves_a_terminal_is_taken_out(kind: str) -> None:
    text, expected = HARMFUL[kind]
    assert clean(text) == expected


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    told = clean("first " + "x" * 100_000 + " last")
    assert (told[:5], told[-4:], len(told) < MOST + 10) == ("first", "last", True)


def test_letters_of_every_language_stay() -> None:
    assert clean("größer, 日本語, ελληνικά, עברית") == "größer, 日本語, ελληνικά, עברית"


def test_an_error_of_git_shows_no_secret_of_a_url() -> None:
    error = GitError("git fetch: unable to access 'https://made-up-token@example.org/a.git/?private_token=made-up'")
    assert "made-up" not in str(error)


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("fatal: detected dubious ownership in repository at '/a'", "chown -R"),
        ("Host key verification failed.", "ssh-keyscan"),
        ("WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! Host key verification failed.", "ssh-keygen -R"),
        ("fatal: unable to access 'https://a/': The requested URL returned error: 403", "may not push"),
        ("fatal: unable to access 'https://a/': SSL certificate problem: self-signed certificate", "sslCAInfo"),
        ("git@example.org: Permission denied (publickey,password).", "public key"),
        ("fatal: could not read Password for 'http://a': terminal prompts disabled", "credential helper"),
        ("error: insufficient permission for adding an object to repository database .git/objects", "chown -R"),
        ("error: could not lock config file .git/config: Permission denied", "chown -R"),
        ("remote: error: GH006: Protected branch update failed", "allow them"),
        ("remote: GitLab: You are not allowed to push code to protected branches", "allow them"),
        ("! [remote rejected] main (pre-receive hook declined)", "allow them"),
        ("! [remote rejected] main -> main (branch is currently checked out)", "updateInstead"),
        ("error: gpg failed to sign the data", "commit.gpgSign false"),
        ("fatal: '/a' does not appear to be a git repository", "git.remote"),
    ],
)
def test_what_is_known_to_go_wrong_comes_with_its_mend(words: str, advice: str) -> None:
    assert advice in str(GitError(words))


def test_what_is_not_known_comes_as_it_is() -> None:
    assert str(GitError("git push: made up")) == "git push: made up"


def test_each_mend_is_given_once() -> None:
    assert len(set(MENDS.values())) == len(MENDS)


def test_a_shallow_site_is_told_how_it_becomes_whole() -> None:
    assert "git fetch --unshallow" in mend("! HEAD:refs/heads/main [remote rejected] (shallow update not allowed)")


def test_what_git_prints_after_a_failed_push_is_no_part_of_the_reason() -> None:
    assert without_hints("! main [rejected]\nDone\nhint: try again\n") == "! main [rejected]"
