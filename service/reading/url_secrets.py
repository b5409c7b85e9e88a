"""Mask the secrets in URLs before a person sees them: passwords, tokens, and values of a query that are one."""

import re

MASK = "***"

# The name and password before the host. A password may have any character, also an unencoded / or @.
_WEB_USER = re.compile(r"(?i)\b(https?|ftps?)://(?:[^\s/'\"<>]*|[^\s/'\"<>:]*:(?!\d+/)[^\s'\"<>]*)@")
_PASSWORD = re.compile(r"(\b[a-zA-Z][\w+.-]*://[^\s/:@'\"<>]*):(?!\d+/)[^\s'\"<>]*@")
_QUERY = re.compile(
    r"(?i)([?&;#][\w.-]*(?:token|key|secret|pass|pwd|auth|sig|cred|code|session)[\w.-]*=)[^\s&;#,)'\"<>]+"
)


def mask_urls(text: str) -> str:
    """A text with the secrets of its URLs masked. On the web a name may be a token, so it is masked, too.

    >>> mask_urls("https://me:made-up@example.org/a.git and ssh://git:made-up@example.org/a.git")
    'https://***@example.org/a.git and ssh://git:***@example.org/a.git'
    >>> mask_urls("https://example.org/a.git?access_token=made-up, git@example.org:a.git, ssh://git@example.org/a.git")
    'https://example.org/a.git?access_token=***, git@example.org:a.git, ssh://git@example.org/a.git'
    """
    text = _WEB_USER.sub(rf"\1://{MASK}@", text)
    text = _PASSWORD.sub(rf"\1:{MASK}@", text)
    return _QUERY.sub(rf"\1{MASK}", text)
