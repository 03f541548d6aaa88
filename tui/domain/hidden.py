"""What is shown of a text that may hold a password, a token or a signed address.

Kubeconfigs, credential plugins and artifact stores give us such texts in places where nobody means
to show them: a server's address with a login in it, the last words of a plugin, a web address that
is a key by itself. They pass here on their way into an error or onto a screen. Manifests do not:
who looks at YAML is shown what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

HIDDEN = "***"

# As texts: compiling them takes 3 ms, which is for those to wait who need one.
_NAME = r"secret|token|passw(?:or)?d|pwd|signature|credential|api[-_]?key|access[-_]?(?:key|id)"
_LOGIN = r"(?<=://)[^\s/?#\"'<>]*@"
_ASKED = rf"(?i)([?&;](?:[^=&;#\s\"'<>]*(?:{_NAME})[^=&;#\s]*|sig|auth|key)=)[^&;#\s\"'<>]+"
_BEARER = r"(?i)\b((?:bearer|basic):?\s+)([^\s\"',;]+)"
_GIVEN = rf"(?i)((?:{_NAME})[\w-]*[\"']?\s*[=:]\s*[\"']?)([^\s\"',;&]+)"
_WEB_TOKEN = r"\beyJ[\w-]{10,}(?:\.[\w-]*)*"

LONG = 16
"""Characters from which letters and digits together are a key rather than a word."""


def without_secrets(text: str) -> str:
    """The text with `***` for logins and signatures in addresses, and for tokens."""
    if "://" in text:
        text = re.sub(_LOGIN, f"{HIDDEN}@", text)
        text = re.sub(_ASKED, rf"\1{HIDDEN}", text)
    text = re.sub(_WEB_TOKEN, HIDDEN, text)
    return re.sub(_BEARER, _if_key, text)


def names_secret(name: str) -> bool:
    """Whether a variable or a flag is called like something whose value is for nobody to see."""
    return re.search(_NAME, name, re.IGNORECASE) is not None


def said_without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """The same of what a program said, which may call its secrets by name; and these values."""
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return re.sub(_GIVEN, _if_key, without_secrets(text))


def split_login(address: str) -> tuple[str, tuple[str, str] | None]:
    """An address without the login in it, and user and password; None if there is none."""
    parts = urlsplit(address)
    login, mark, host = parts.netloc.rpartition("@")
    if not mark:
        return address, None
    user, _, password = login.partition(":")
    return parts._replace(netloc=host).geturl(), (unquote(user), unquote(password))


def only_host(address: str) -> str:
    """An address less all that may be a login, also where that is what spoils it."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        scheme, rest = "", address
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def _if_key(found: re.Match[str]) -> str:
    """Words stay: "token: expired" says what is wrong."""
    value = found[2]
    is_key = len(value) >= LONG and any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return found[1] + (HIDDEN if is_key else value)
