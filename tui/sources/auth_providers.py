"""The `auth-provider` of a kubeconfig: how people logged in before there were credential plugins.

kubectl still knows one, `oidc`, which renews its token by itself; the rules here are those of
client-go's plugin/pkg/client/auth/oidc. The tokens of `gcp` and `azure` are used as long as they
hold; what renews them is a credential plugin now, and the errors say which. Imported by those whose
kubeconfig has one.
"""

from __future__ import annotations

import json
import os
import shlex
import ssl
import subprocess
import threading
import time
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, Protocol
from urllib.parse import quote_plus, urlencode, urljoin, urlsplit

from tui.domain.hidden import IN_USE, said_without_secrets
from tui.errors import (
    Misconfigured,
    SettingsError,
    SourceError,
    TuiError,
    Unauthenticated,
    Unreachable,
)
from tui.sources.answers import unreachable
from tui.sources.connections import BROKEN, NotConnected
from tui.sources.direct import DirectConnections
from tui.sources.pools import existing, from_base64, tls_rules, way_to

SKEW = timedelta(seconds=10)
"""How long before its end a token is no longer used; client-go's own."""
TIMEOUT = 10.0
"""Seconds that connecting to an issuer, and each silence of it, may take."""
MOST_READ = 1 << 20
"""Bytes of an issuer's answer that are read."""
MOST_REDIRECTS = 5
REST = timedelta(seconds=30)
"""How long an issuer is not asked again for what it has just refused; several screens may ask."""
UNTOLD = timedelta(minutes=5)
"""How long a token is used of which nobody says when it is over."""
COMMAND_TIMEOUT = 60.0
"""Seconds that the command of a `gcp` provider may take."""
SHORT = 80
"""Characters of an issuer's answer that are told when it is not JSON."""

OVER = "the login is over, log in again"
"""Begins what is said; a header has room for little more."""
LOG_IN = "log in again as you did for kubectl"

Config = Mapping[str, Any]
Clock = Callable[[], datetime]


class AuthProvider(Protocol):
    """Something that has a token for us."""

    def token(self) -> str:
        """A token that holds for a while. Raises: SourceError that says what to do."""


class KubeconfigEntry(Protocol):
    """The `auth-provider` section of a user, in a kubeconfig that others read and write, too."""

    def read(self) -> Config:
        """Its `config` as the file has it now. Raises: SettingsError."""

    def write(self, old: Config, changes: Mapping[str, str]) -> None:
        """Change fields, if the file still has the old ones.

        Raises: OSError, SettingsError where that is not possible.
        """


def provider_of(
    section: Config,
    entry: KubeconfigEntry,
    folder: str,
    environ: Mapping[str, str],
    now: Clock = lambda: datetime.now(UTC),
) -> AuthProvider:
    """What an `auth-provider` section comes to; `folder` is what its relative paths start from.

    Raises: Misconfigured for a provider that nobody knows any more.
    """
    name = str(section.get("name") or "")
    if name == "oidc":
        return Oidc(entry, folder, environ, now)
    if name in _REPLACED:
        return _Replaced(name, entry, now)
    raise Misconfigured(
        f"the kubeconfig logs in by the auth-provider {name or 'without a name'}, "
        "which is not known",
        hint="kubectl does not know it either: log in by a credential plugin (exec)",
        reason="AuthProvider",
    )


# --- OpenID Connect -----------------------------------------------------------------------------


class _Renewed:
    """Tokens that replaced others, for kubeconfigs that cannot be written.

    An issuer may take each refresh token but once, and the same login may be opened several times
    in a process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asking: dict[tuple[str, str], threading.Lock] = {}
        self._by_spent: dict[tuple[str, str, str], dict[str, str]] = {}
        self._refused: dict[tuple[str, str, str], tuple[datetime, SourceError]] = {}

    def refuse(self, config: Config, at: datetime, error: SourceError) -> None:
        """The issuer takes this refresh token no more."""
        with self._lock:
            self._refused[_identity(config)] = at, error

    def check(self, config: Config, now: datetime) -> None:
        """Raises: what came of it when a refresh token was refused a moment ago."""
        with self._lock:
            at, error = self._refused.get(_identity(config), (None, None))
        if at is not None and error is not None and now < at + REST:
            raise error

    def asking(self, config: Config) -> threading.Lock:
        """What whoever asks the issuer holds meanwhile: one renewal of a client at a time."""
        issuer, client, _ = _identity(config)
        with self._lock:
            return self._asking.setdefault((issuer, client), threading.Lock())

    def keep(self, config: Config, changes: Mapping[str, str]) -> None:
        """What this config is to be read as from now on."""
        with self._lock:
            self._by_spent[_identity(config)] = dict(changes)

    def now(self, config: Config) -> Config:
        """The config with all that replaced its tokens since."""
        seen: set[tuple[str, str, str]] = set()
        with self._lock:
            while (key := _identity(config)) in self._by_spent and key not in seen:
                seen.add(key)
                config = {**config, **self._by_spent[key]}
        return config


def _identity(config: Config) -> tuple[str, str, str]:
    names = ("idp-issuer-url", "client-id", "refresh-token")
    issuer, client, token = (str(config.get(name) or "") for name in names)
    return issuer, client, token


_RENEWED = _Renewed()


class Oidc:
    """An id token, renewed with a refresh token when it is over."""

    def __init__(
        self, entry: KubeconfigEntry, folder: str, environ: Mapping[str, str], now: Clock
    ) -> None:
        self._entry = entry
        self._folder = folder
        self._environ = environ
        self._now = now
        self._held: tuple[str, datetime | None] = ("", None)
        self._failed: tuple[float, SourceError] | None = None
        """When the last attempt ended, and how."""

    def token(self) -> str:
        """The id token. Raises: Unauthenticated, Unreachable where it cannot be renewed."""
        if self._holds(self._held):
            return self._held[0]
        asked = time.monotonic()
        try:
            with _RENEWED.asking(self._entry.read()):
                # All who waited for an attempt share what came of it.
                if self._failed is not None and self._failed[0] >= asked:
                    raise self._failed[1]
                if not self._holds(self._held):
                    self._held = self._renewed()
        except SettingsError as error:
            raise Misconfigured(error.what, hint=error.hint, reason="Settings") from error
        except SourceError as error:
            self._failed = time.monotonic(), error
            raise
        return self._held[0]

    def _holds(self, held: tuple[str, datetime | None]) -> bool:
        token, ends = held
        return bool(token) and ends is not None and self._now() + SKEW < ends

    def _renewed(self) -> tuple[str, datetime | None]:
        config = _RENEWED.now(self._entry.read())
        token = str(config.get("id-token") or "")
        held = token, end_of(token)
        # kubectl, or another one of us, may have renewed it meanwhile.
        if self._holds(held):
            return held
        if not config.get("refresh-token"):
            raise Unauthenticated(
                f"{OVER}: the id-token of the kubeconfig is over, and it has no refresh-token"
                if token
                else "the kubeconfig has neither id-token nor refresh-token",
                hint=LOG_IN,
                reason="Oidc",
            )
        _RENEWED.check(config, self._now())
        try:
            changes = self._refreshed(config)
        except Unauthenticated as error:
            _RENEWED.refuse(config, self._now(), error)
            raise
        IN_USE.keep(*changes.values())
        held = changes["id-token"], end_of(changes["id-token"])
        try:
            self._entry.write(config, changes)
        except (OSError, TuiError, ValueError) as error:
            from tui.bugs import note

            note(f"the renewed tokens of the kubeconfig are kept in memory only: {error}")
            _RENEWED.keep(config, changes)
        if not self._holds(held):
            # Sent all the same: our clock may be wrong, and the cluster will say so.
            return held[0], self._now() + 2 * SKEW
        return held

    # --- the issuer ------------------------------------------------------------------------

    def _refreshed(self, config: Config) -> dict[str, str]:
        """New tokens from the issuer, by the names of their fields."""
        issuer, client = (str(config.get(name) or "") for name in ("idp-issuer-url", "client-id"))
        for name, value in (("idp-issuer-url", issuer), ("client-id", client)):
            if not value:
                raise Misconfigured(
                    f"the auth-provider oidc of the kubeconfig has no {name}",
                    hint="repair the kubeconfig, or log in again",
                    reason="Oidc",
                )
        secret, spent = (str(config.get(name) or "") for name in ("client-secret", "refresh-token"))
        IN_USE.keep(secret, spent)
        web = _Web(issuer, self._rules(config), self._environ)
        endpoint = _token_endpoint(web, issuer)
        told = _grant(web, issuer, endpoint, client, secret, spent)
        token = told.get("id_token")
        if not isinstance(token, str) or not token:
            raise Unauthenticated(
                f"{OVER}: the issuer {issuer} renewed it without an id_token",
                hint="was the login made with the scope openid? log in again",
                reason="Oidc",
            )
        changes = {"id-token": token}
        following = told.get("refresh_token")
        if isinstance(following, str) and following and following != spent:
            changes["refresh-token"] = following
        return changes

    def _rules(self, config: Config) -> Callable[[], ssl.SSLContext]:
        """Whom to trust as the issuer; like kubectl, never just anybody."""
        data, file = (
            str(config.get(name) or "")
            for name in ("idp-certificate-authority-data", "idp-certificate-authority")
        )
        text = from_base64(data, "idp-certificate-authority-data") if data else None
        path = None
        if file and not data:
            path = existing(self._folder, file, "idp-certificate-authority")
        return lambda: tls_rules(path, text)


class _Web:
    """Requests to an issuer, whose words are told without secrets."""

    def __init__(
        self, issuer: str, rules: Callable[[], ssl.SSLContext], environ: Mapping[str, str]
    ) -> None:
        self._issuer = issuer
        self._rules = rules
        self._environ = environ

    def ask(
        self, method: str, address: str, headers: list[tuple[str, str]], body: bytes | None = None
    ) -> tuple[int, str, bytes]:
        """Status, where it sends us, and body. Raises: Unreachable."""
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Misconfigured(
                f"the issuer of the login has no usable address ({address})",
                hint="look at idp-issuer-url in the kubeconfig",
                reason="Oidc",
            )
        connections = DirectConnections(
            origin, self._rules, most=0, proxy=way_to(origin, self._environ)
        )
        try:
            answer = connections.ask(method, target, headers, body, connect=TIMEOUT, read=TIMEOUT)
            try:
                read = b""
                for piece in answer.pieces(MOST_READ):
                    read += piece
                    if len(read) > MOST_READ:
                        raise ValueError("the answer is larger than can be read")
                return answer.status, answer.headers.get("Location", ""), read
            finally:
                answer.close()
        except BROKEN as error:
            told = unreachable(error, origin)
            hint = "is the issuer of the login up, and the network (VPN)?"
            if told.reason == "Certificate":
                hint = "is idp-certificate-authority right in the kubeconfig?"
            # Nothing was asked of the cluster, whatever became of this request.
            raise Unreachable(
                f"the login cannot be renewed: {told.what}", hint=hint, reason=told.reason
            ) from NotConnected(told.what)


def _token_endpoint(web: _Web, issuer: str) -> str:
    address = issuer.removesuffix("/") + "/.well-known/openid-configuration"
    for _ in range(MOST_REDIRECTS + 1):
        status, elsewhere, body = web.ask("GET", address, [("Accept", "application/json")])
        if not (300 <= status < 400 and elsewhere):
            break
        address = urljoin(address, elsewhere)
    if status != 200:
        _fail(f"the issuer {issuer} does not say where to renew the login", status, body)
    endpoint = _object_in(body).get("token_endpoint")
    if not isinstance(endpoint, str) or not endpoint:
        _fail(f"the issuer {issuer} names no token_endpoint", 200, b"")
    return endpoint


def _grant(
    web: _Web, issuer: str, endpoint: str, client: str, secret: str, spent: str
) -> dict[str, Any]:
    """The answer to a refresh token (RFC 6749 6).

    A client with a secret says it in a header, and where that is refused in the body, as Go does
    it; a public one has nothing to say but its name.
    """
    form = {"grant_type": "refresh_token", "refresh_token": spent}
    headers = [("Accept", "application/json")]
    headers += [("Content-Type", "application/x-www-form-urlencoded")]
    pair = f"{quote_plus(client)}:{quote_plus(secret)}"
    basic = b64encode(pair.encode()).decode()
    IN_USE.keep(basic)
    in_body = {**form, "client_id": client, **({"client_secret": secret} if secret else {})}
    ways = [([*headers, ("Authorization", f"Basic {basic}")], form)] if secret else []
    ways += [(headers, in_body)]
    for own, fields in ways:
        status, _, body = web.ask("POST", endpoint, own, urlencode(fields).encode())
        if not 400 <= status < 500:
            break
    if not 200 <= status < 300:
        _fail(f"{OVER}: the issuer {issuer} refuses to renew it", status, body)
    return _object_in(body)


def _fail(what: str, status: int, body: bytes) -> NoReturn:
    """Raises: Unreachable for what may work later, else Unauthenticated."""
    said = _object_in(body)
    words = ": ".join(
        said[name]
        for name in ("error", "error_description")
        if isinstance(said.get(name), str) and said[name]
    )
    if not words and body and not said:
        words = " ".join(body[: 4 * SHORT].decode(errors="replace").split())[:SHORT]
    shown = f"{what}: " + (f"{words} ({status})" if words else f"an answer of {status}")
    shown = said_without_secrets(shown)
    if status == 429 or status >= 500:
        raise Unreachable(shown, hint="it may work later", reason="Oidc") from NotConnected(what)
    raise Unauthenticated(shown, hint=LOG_IN, reason="Oidc")


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def end_of(token: str) -> datetime | None:
    """When a JSON web token (RFC 7519) is over, as it says; None where it says nothing."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None


# --- what plugins replaced ----------------------------------------------------------------------

_REPLACED = {
    "gcp": "gke-gcloud-auth-plugin (`gcloud container clusters get-credentials` sets it up)",
    "azure": "kubelogin (`kubelogin convert-kubeconfig` sets it up)",
}
"""Providers that kubectl gave up with 1.26, and the plugin that came in their place."""


class _Replaced:
    """A `gcp` or `azure` provider: its token while that holds, and what its own command says."""

    def __init__(self, name: str, entry: KubeconfigEntry, now: Clock) -> None:
        self._name = name
        self._entry = entry
        self._now = now
        self._lock = threading.Lock()
        self._held: tuple[str, datetime | None] = ("", None)

    def token(self) -> str:
        with self._lock:
            if not self._holds(self._held):
                self._held = self._found()
            return self._held[0]

    def _holds(self, held: tuple[str, datetime | None]) -> bool:
        token, ends = held
        return bool(token) and ends is not None and self._now() + SKEW < ends

    def _found(self) -> tuple[str, datetime | None]:
        config = self._entry.read()
        stored = (
            str(config.get("access-token") or ""),
            _moment(config.get("expiry") or config.get("expires-on")),
        )
        if self._holds(stored):
            return stored
        if self._name == "gcp" and config.get("cmd-path"):
            token, ends = _by_command(config)
            return token, ends or self._now() + UNTOLD
        raise Misconfigured(
            f"the kubeconfig logs in by the auth-provider {self._name}, which kubectl gave up",
            hint=f"install {_REPLACED[self._name]}",
            reason="AuthProvider",
        )


def _by_command(config: Config) -> tuple[str, datetime | None]:
    """The token that the command of a `gcp` provider prints."""
    path, args = str(config["cmd-path"]), config.get("cmd-args")
    try:
        command = [path, *shlex.split(str(args))] if args else shlex.split(path)
    except ValueError:
        command = [path, *str(args or "").split()]
    name = os.path.basename(command[0]) if command else path
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_TIMEOUT
        )
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        why = getattr(error, "strerror", None) or "it did not answer in time"
        raise Unauthenticated(
            f"the command {name} of the auth-provider gcp failed: {why}",
            hint=f"install {_REPLACED['gcp']}",
            reason="AuthProvider",
        ) from None
    told = _object_in(done.stdout)
    token = _at(told, str(config.get("token-key") or "{.access_token}"))
    if done.returncode or not isinstance(token, str) or not token:
        said = said_without_secrets(done.stderr.decode(errors="replace").strip())[-400:]
        raise Unauthenticated(
            f"the command {name} of the auth-provider gcp gave no token"
            + (f": {said}" if said else ""),
            hint="log in again (`gcloud auth login`)",
            reason="AuthProvider",
        )
    IN_USE.keep(token)
    return token, _moment(_at(told, str(config.get("expiry-key") or "{.token_expiry}")))


def _at(told: Any, path: str) -> Any:
    """What is at `{.credential.access_token}`."""
    for name in path.strip("{}").strip(".").split("."):
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _moment(value: Any) -> datetime | None:
    """A time as these providers write it: RFC 3339, or seconds since 1970."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    text = str(value or "").strip()
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
