"""Who we are to a cluster, and the connections that say so.

Ordinary kubeconfigs are turned into connections here (`pools.py`). Proxies and the odd ways to log
in are left to the official client (`official.py`). What that cannot do is done here: plugins
without our terminal, token files read again, impersonation.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.domain.hidden import IN_USE, keep_login
from tui.errors import Misconfigured
from tui.sources.connections import Connections
from tui.sources.kubeconfig import SERVICE_ACCOUNT, Chosen, choose
from tui.sources.pools import client_certificate, is_plain, make_connections

if TYPE_CHECKING:
    from tui.sources.plugins import Plugin

MOST_CONNECTIONS = 64
"""Connections kept; each watch and each followed log holds one."""


class Hidden:
    """A secret whose repr says nothing; tracebacks and logs print reprs."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        IN_USE.keep(value, value.partition(" ")[2])

    def reveal(self) -> str:
        """The secret itself, for the header it belongs in."""
        return self._value

    def __repr__(self) -> str:
        return "Hidden(…)"

    def __bool__(self) -> bool:
        return bool(self._value)


class TokenFile:
    """A token in a file that somebody else renews."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] = (0, 0)
        self._token = Hidden("")

    def token(self) -> Hidden:
        """The token as the file has it now; the last good one while it cannot be read."""
        try:
            about = self._path.stat()
            if (about.st_mtime_ns, about.st_size) != self._seen:
                self._token = Hidden(self._path.read_text().strip())
                # Last, because other threads go by it.
                self._seen = (about.st_mtime_ns, about.st_size)
        except (OSError, UnicodeDecodeError) as error:
            if not self._token:
                raise Misconfigured(
                    f"cannot read the token file {self._path}: {_why(error)}",
                    hint="kubeconfig names it for this user",
                    reason="TokenFile",
                ) from error
        return self._token


def _why(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "it is not text"


class Access:
    """Connections to one cluster as one user."""

    def __init__(
        self,
        connections: Connections,
        bearer: Callable[[], Hidden],
        *,
        impersonated: tuple[tuple[str, str], ...] = (),
        plugin: Plugin | None = None,
    ) -> None:
        self.connections = connections
        self._bearer = bearer
        self._impersonated = impersonated
        self._plugin = plugin

    def headers(self) -> list[tuple[str, str]]:
        """The headers that say who we are, renewed where that is due."""
        bearer = self._bearer()
        own = [("Authorization", bearer.reveal())] if bearer else []
        return [*own, *self._impersonated]

    def claims(self) -> dict[str, Any]:
        """The claims in our token, unchecked; nothing where it has none, or speaks for another."""
        return {} if self._impersonated else claims_in(self._bearer())

    def forget(self) -> None:
        """The cluster refused these credentials: have none of them used again."""
        if self._plugin is not None:
            self._plugin.forget()

    def close(self) -> None:
        """Let go of connections, but of writes under way."""
        self.connections.close()


class Login:
    """Makes an `Access` of a chosen context, as often as needed."""

    def __init__(
        self,
        chosen: Chosen,
        environ: Mapping[str, str],
        by_official_client: Callable[[Login], Access],
        *,
        service_account: Path = SERVICE_ACCOUNT,
    ) -> None:
        self.chosen = chosen
        self._environ = environ
        self._by_official_client = by_official_client
        self._service_account = service_account
        self.plugin: Plugin | None = None
        keep_login(chosen.user)
        section = chosen.user.get("tokenFile")
        self.token_file: TokenFile | None = None
        if isinstance(section, str) and section:
            self.token_file = TokenFile(Path(chosen.user_folder, section))

    def access(self) -> Access:
        """Read everything anew and build the connections.

        Raises: SettingsError for files that are wrong, Unauthenticated where a plugin gives
            nothing.
        """
        chosen = self._read_again()
        if is_plain(chosen.cluster, chosen.user, self._environ):
            return self._plain_access(chosen)
        return self._by_official_client(self)

    def _read_again(self) -> Chosen:
        """The kubeconfig as it is now: logging in writes new tokens into it."""
        if self.chosen.is_in_cluster:
            return self.chosen
        joined = {"KUBECONFIG": os.pathsep.join(self.chosen.paths)}
        self.chosen = choose("", self.chosen.context, joined)
        keep_login(self.chosen.user)
        return self.chosen

    @property
    def impersonated(self) -> tuple[tuple[str, str], ...]:
        """The headers of `as…`."""
        return _impersonation(self.chosen.user)

    def renewed_bearer(self) -> Callable[[], Hidden] | None:
        """What the address, a token file or a plugin says; None if it comes from none of them."""
        if self.chosen.login is not None:
            return self._address_bearer
        if self.token_file is not None:
            return self._file_bearer
        if self.plugin is not None and self.plugin.credential().token:
            return self._plugin_bearer
        return None

    def service_account_authority(self) -> str:
        """Log in by the service account of the pod; whom it says to trust."""
        self.token_file = TokenFile(self._service_account / "token")
        return str(self._service_account / "ca.crt")

    def make_plugin(self, config: Mapping[str, Any], cluster: Mapping[str, Any]) -> Plugin:
        """The credential plugin of the kubeconfig, the same one again and again."""
        from tui.sources.plugins import Plugin

        if self.plugin is None:
            self.plugin = Plugin(config, folder=self.chosen.user_folder, cluster=cluster)
        return self.plugin

    def _plain_access(self, chosen: Chosen) -> Access:
        """Connections without the official client."""
        if chosen.is_in_cluster:
            authority = {"certificate-authority": self.service_account_authority()}
            inside = make_connections(chosen.server, authority, "", None, most=MOST_CONNECTIONS)
            return Access(inside, self._file_bearer)
        user = chosen.user
        certificate = client_certificate(user, chosen.user_folder, _private_file)
        bearer = self._plain_bearer(user)
        if bearer is None and user.get("exec"):
            kept = self.make_plugin(user["exec"], chosen.cluster).credential()
            if kept.token:
                bearer = self._plugin_bearer
            else:
                certificate = (_private_file(kept.certificate), _private_file(kept.key))
        return Access(
            make_connections(
                chosen.server,
                chosen.cluster,
                chosen.cluster_folder,
                certificate,
                most=MOST_CONNECTIONS,
            ),
            bearer or (lambda: Hidden("")),
            impersonated=self.impersonated,
            plugin=self.plugin,
        )

    def _plain_bearer(self, user: Mapping[str, Any]) -> Callable[[], Hidden] | None:
        """What a token file, a token or a password come to; None if there is none of them."""
        if self.chosen.login is not None:
            # As Go's HTTP client does it, above whatever else the kubeconfig says.
            return self._address_bearer
        if self.token_file is not None:
            return self._file_bearer
        if user.get("token"):
            token = Hidden(f"Bearer {user['token']}")
            return lambda: token
        if user.get("username") and user.get("password") and not user.get("exec"):
            basic = basic_login(user["username"], user["password"])
            return lambda: basic
        return None

    def _address_bearer(self) -> Hidden:
        assert self.chosen.login is not None
        return basic_login(*self.chosen.login)

    def _file_bearer(self) -> Hidden:
        return _bearer_of(self.token_file)

    def _plugin_bearer(self) -> Hidden:
        assert self.plugin is not None
        return Hidden(f"Bearer {self.plugin.credential().token}")


def claims_in(bearer: Hidden) -> dict[str, Any]:
    """The payload of a JSON web token (RFC 7519); nothing for any other credential."""
    parts = bearer.reveal().removeprefix("Bearer ").split(".")
    if len(parts) != 3:
        return {}
    payload = parts[1]
    try:
        padded = payload + "=" * (-len(payload) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def basic_login(user: object, password: object) -> Hidden:
    """User and password as a header says them."""
    IN_USE.keep(str(password))
    pair = f"{user}:{password}"
    return Hidden(f"Basic {base64.b64encode(pair.encode()).decode()}")


def _private_file(content: str) -> str:
    # Most kubeconfigs have a token, and need none.
    from tui.sources.private_files import private_file

    return private_file(content)


def _bearer_of(file: TokenFile | None) -> Hidden:
    token = file.token() if file is not None else Hidden("")
    return Hidden(f"Bearer {token.reveal()}" if token else "")


def _impersonation(user: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """`as…` of the kubeconfig as headers; the official client silently leaves them out."""
    headers: list[tuple[str, str]] = []
    if user.get("as"):
        headers.append(("Impersonate-User", str(user["as"])))
    if user.get("as-uid"):
        headers.append(("Impersonate-Uid", str(user["as-uid"])))
    for group in user.get("as-groups") or ():
        headers.append(("Impersonate-Group", str(group)))
    for key, values in (user.get("as-user-extra") or {}).items():
        for value in values or ():
            headers.append((f"Impersonate-Extra-{key}", str(value)))
    return tuple(headers)
