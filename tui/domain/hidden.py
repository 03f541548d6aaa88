"""Hiding passwords, tokens and signed addresses in everything that is shown.

A server, a proxy or a plugin may repeat what we sent it, in messages that are shown. So
code that reads a secret registers it with `IN_USE`, and no text that is drawn, printed, logged or
copied contains one: `domain.text` ensures that for drawn text, `TuiError` for messages.
Messages are also searched for anything that looks like a secret (`without_secrets`).
Manifests and logs are not: they are shown as they are, except for the secrets in use.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN = "***"

SHORTEST = 6
"""Minimum length of a secret in use; shorter ones would hide parts of words."""
NO_WORD = 8
"""Minimum length of a secret in use that looks like a word."""
KEPT = 64
"""Maximum number of secrets in use; the oldest belong to logins that were renewed since."""
SHORTEST_CORE = 10
"""Length from which base64 text cannot match by chance."""

# As texts: compiling them takes 3 ms, which is for those to wait who need one.
_NAME = r"secret|token|passw(?:or)?d|pwd|signature|credential|api[-_]?key|access[-_]?(?:key|id)"
_LOGIN = r"(?<=://)[^\s/?#\"'<>]*@"
_ASKED = rf"(?i)([?&;](?:[^=&;#\s\"'<>]*(?:{_NAME})[^=&;#\s]*|sig|auth|key)=)[^&;#\s\"'<>]+"
_SIGNED = (
    r"(?i)\b((?:credential|signature|x-amz-[a-z-]*(?:token|signature|credential))=)"
    r"[^\s,&;\"'<>]+"
)
_SCHEME = r"(?i)\b((?:bearer|basic|negotiate)(?::?\s+|%20|\+))([^\s\"',;<>&\\]+)"
_TOLD = (
    r"(?i)\b((?:[\w-]*(?:passw(?:or)?d|token|api[-_]?key|private[-_]?key|client[-_]?secret"
    r"|secret[-_]?(?:access[-_]?)?key)|pwd|authorization)[\"']?\s*[=:]\s*[\"']?)([^\s\"',;&<>]+)"
)
_GIVEN = rf"(?i)((?:{_NAME})[\w-]*[\"']?\s*[=:]\s*[\"']?)([^\s\"',;&]+)"
_WEB_TOKEN = r"\beyJ[\w-]{10,}(?:\.[\w-]*)*"
_ISSUED = (
    r"\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|(?:gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-)[\w-]{16,})"
)
_PEM = r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
_WORD = r"[A-Za-z]?[a-z]*(?:[-_][a-z]+)*[.:!?)]*"
_CHALLENGE = r"(?:realm|error|scope|service|error_description|charset)=.*"

LONG = 16
"""Length from which letters and digits together are taken for a key, not a word."""


class SecretsInUse:
    """The secrets that this process sends or signs with, in every form they may come back in.

    May be used on any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[str] = deque()
        self._known: tuple[tuple[int, ...], tuple[str, ...]] = ((), ())
        """Lengths and forms, the shortest first; one value, so that it can be read without lock."""
        self._sought: tuple[bytes, ...] = ()
        """The forms as bytes of UTF-8."""

    def keep(self, *secrets: str) -> None:
        """Register secrets; values that could be ordinary words are ignored."""
        for secret in secrets:
            secret = secret.strip()
            if len(secret) >= SHORTEST and not (len(secret) < NO_WORD and _is_word(secret)):
                self._keep(secret)

    def _keep(self, secret: str) -> None:
        with self._lock:
            if secret in self._kept:
                return
            self._kept.append(secret)
            if len(self._kept) > KEPT:
                self._kept.popleft()
            forms = {form for kept in self._kept for form in _forms(kept)}
            ordered = tuple(sorted(forms, key=len))
            self._known = tuple(map(len, ordered)), ordered
            self._sought = tuple(form.encode(errors="replace") for form in ordered)

    def forget(self) -> None:
        """Forget all secrets."""
        with self._lock:
            self._kept.clear()
            self._known = (), ()
            self._sought = ()

    def are_in(self, data: bytes) -> bool:
        """Whether one of them may stand in these bytes of UTF-8."""
        return any(form in data for form in self._sought)

    def hide(self, text: str) -> str:
        """The text with `***` in place of each secret."""
        # Every cell that is drawn comes here: what is longer than the text is not even looked at.
        lengths, forms = self._known
        fitting = bisect_right(lengths, len(text))
        for form in reversed(forms[:fitting]) if fitting else ():
            if form in text:
                text = text.replace(form, HIDDEN)
        return text


IN_USE = SecretsInUse()
"""The secrets of this process."""


# As `html.escape` does it, whose module every start would have to load.
_IN_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def _forms(secret: str) -> Iterator[str]:
    """What a secret looks like in plain text, Python, JSON (in JSON), HTML, an address, base64 and
    hexadecimal.
    """
    import base64
    import json

    yield secret
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield json.dumps(json.dumps(secret)[1:-1])[1:-1]
    yield secret.translate(_IN_HTML)
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    data = secret.encode(errors="replace")
    yield data.hex()
    for before in range(3):
        # Within a longer text the same bytes have three looks; those at the ends are of others too.
        packed = base64.b64encode(b"\0" * before + data).rstrip(b"=").decode()
        core = packed[(before * 8 + 5) // 6 : len(packed) - bool((before + len(data)) % 3)]
        if len(core) >= SHORTEST_CORE:
            yield core
            yield core.replace("+", "-").replace("/", "_")
            yield quote(core, safe="")


def keep_login(section: Mapping[str, Any]) -> None:
    """Register the secrets in a user's section of a kubeconfig with `IN_USE`."""
    for name, value in section.items():
        if isinstance(value, Mapping):
            keep_login(value)
        elif isinstance(value, list):
            for item in value:
                # Variables of a plugin: `{name: …, value: …}`.
                if isinstance(item, Mapping):
                    keep_login({str(item.get("name") or ""): item.get("value")})
        elif isinstance(value, str) and (names_secret(name) or name == "client-key-data"):
            IN_USE.keep(value)


def without_secrets(text: str) -> str:
    """The text with `***` for the secrets in use, and for what looks like one: logins and
    signatures in addresses, tokens, passwords, private keys."""
    text = IN_USE.hide(text)
    if not text or _is_harmless(text):
        return text
    if "://" in text:
        text = re.sub(_LOGIN, f"{HIDDEN}@", text)
        text = re.sub(_ASKED, rf"\1{HIDDEN}", text)
    text = re.sub(_PEM, HIDDEN, text, flags=re.DOTALL)
    text = re.sub(_WEB_TOKEN, HIDDEN, text)
    text = re.sub(_ISSUED, HIDDEN, text)
    text = re.sub(_SIGNED, rf"\1{HIDDEN}", text)
    text = re.sub(_SCHEME, _if_no_word, text)
    return re.sub(_TOLD, _if_value, text)


_SIGNS = (
    "://",
    "bearer",
    "basic",
    "negotiate",
    "token",
    "passw",
    "pwd",
    "key",
    "secret",
    "signature",
    "credential",
    "authorization",
    "eyj",
    "akia",
    "asia",
    "gh",
    "glpat",
    "xox",
)


def _is_harmless(text: str) -> bool:
    """A fast check: whether the text contains nothing that a secret could begin with."""
    lower = text.lower()
    return not any(sign in lower for sign in _SIGNS)


def names_secret(name: str) -> bool:
    """Whether a variable or a flag has a name that suggests a secret value."""
    return re.search(_NAME, name, re.IGNORECASE) is not None


def said_without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """Hide secrets in the output of a program, which may name them, and these values."""
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return re.sub(_GIVEN, _if_key, without_secrets(text))


def split_login(address: str) -> tuple[str, tuple[str, str] | None]:
    """An address without its login, and the user and password; None if it has no login.

    The password is registered as a secret in use.
    """
    parts = urlsplit(address)
    login, mark, host = parts.netloc.rpartition("@")
    if not mark:
        return address, None
    user, _, password = login.partition(":")
    IN_USE.keep(password, unquote(password))
    return parts._replace(netloc=host).geturl(), (unquote(user), unquote(password))


def only_host(address: str) -> str:
    """An address without anything that may be a login, even if the address is malformed."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        scheme, rest = "", address
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def _is_word(text: str) -> bool:
    return re.fullmatch(_WORD, text) is not None


def _if_no_word(found: re.Match[str]) -> str:
    """What follows `Bearer` is hidden unless it is a word of the sentence, or of a challenge."""
    value = found[2]
    stays = _is_word(value) or re.fullmatch(_CHALLENGE, value) is not None
    return found[1] + (value if stays else HIDDEN)


def _if_value(found: re.Match[str]) -> str:
    """ "token: expired" says what is wrong, "token: /run/token" where, `token: 3` is a number."""
    value = found[2]
    stays = _is_word(value) or value[0] in "/<{[(" or value.isdecimal() or len(value) < SHORTEST
    return found[1] + (value if stays else HIDDEN)


def _if_key(found: re.Match[str]) -> str:
    """Words stay: "token: expired" says what is wrong."""
    value = found[2]
    is_key = len(value) >= LONG and any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return found[1] + (HIDDEN if is_key else value)
