"""What git, a hook or a remote said, as a person may see it: one line without secrets and control signs, and a mend."""

from __future__ import annotations

import re

from ..reading.url_secrets import mask_urls

MOST = 1200  # signs of a message
_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # a colour, or a movement of the cursor
    r"|\x1b[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)?"  # a title, a link, what is put into the clipboard
    r"|\x1b."
)

# What git says, and what puts it right.
MENDS = {
    r"detected dubious ownership": "or give it to the user who runs this: `chown -R USER FOLDER`",
    r"REMOTE HOST IDENTIFICATION HAS CHANGED": (
        "the host has another key than before: ask who runs it whether that is right, and only then "
        "`ssh-keygen -R HOST`"
    ),
    r"Host key verification failed": (
        "the host is not known yet: run ssh to it once by hand as the user of the service, or add what "
        "`ssh-keyscan HOST` prints to ~/.ssh/known_hosts after comparing it"
    ),
    r"Permission denied \([^)]*publickey": (
        "the remote takes no ssh key of this user: add its public key there; the key must work without a passphrase"
    ),
    r"could not read (Username|Password)|Authentication failed": (
        "nobody is asked: give name and password by a credential helper (`git config credential.helper store` in the "
        "site), or use ssh with a key"
    ),
    r"cannot lock ref .*exists; cannot create": (
        "git cannot have both branches: rename it there, or set git.branch to another name"
    ),
    r"does not appear to be a git repository|repository '[^']*' not found|Repository not found": (
        "check git.remote in logling.toml, and that this user may read it"
    ),
    r"The requested URL returned error: 403": "name and password are known there, but may not push",
    r"SSL certificate problem|certificate verification failed": (
        "the host's certificate is not trusted here: `git config http.sslCAInfo FILE` in the site names one that is"
    ),
    r"Could not resolve host(name)?": "check the host in git.remote and the network",
    r"not allowed to push|protected branch|GH006|pre-receive hook declined": (
        "the remote refuses pushes to this branch: allow them to the user of the service there, or set git.branch to "
        "a branch that takes them"
    ),
    r"\[rejected\] \(stale info\)": (
        "somebody has changed the branch of the remote meanwhile: the next run looks at what is there"
    ),
    r"shallow update not allowed": (
        "the site is a shallow clone, without its older commits: `git fetch --unshallow REMOTE` in it, of a remote "
        "that has them"
    ),
    r"branch is currently checked out": (
        "the remote has a work tree: make it bare, or `git config receive.denyCurrentBranch updateInstead` there"
    ),
    r"insufficient permission for adding an object|(unable to|cannot|could not) [^:]*: Permission denied": (
        "files there belong to another user: `chown -R USER FOLDER`"
    ),
    r"gpg failed to sign|cannot run gpg|No secret key": (
        "commits are to be signed (commit.gpgSign) and the key cannot be used: give the user of the service one "
        "without a passphrase, or `git config commit.gpgSign false` in the site"
    ),
}


def clean(text: str) -> str:
    """A text for a terminal, a ledger and a page: in one line, without secrets of URLs, control signs and excess."""
    text = " ".join(_SEQUENCES.sub("", text).split())
    text = mask_urls("".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text))
    return text if len(text) <= MOST else f"{text[: MOST // 2]} … {text[-MOST // 2 :]}"


def without_hints(output: str) -> str:
    """The output of git without its hints, which are for people at a prompt, and the "Done" of `push --porcelain`."""
    lines = [line.strip() for line in output.splitlines()]
    return "\n".join(line for line in lines if line and not re.match(r"(remote: )?hint:|Done$", line))


def mend(words: str) -> str:
    """What puts a failure right that git described, as the end of a sentence. Empty where that is not known."""
    return next((f" ({advice})" for pattern, advice in MENDS.items() if re.search(pattern, words)), "")
