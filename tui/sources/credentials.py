"""Who we are to a cluster, and the connections that say so.

The ways to log in, and which of them wins where a kubeconfig has several, are those of client-go,
whom everybody's kubeconfig is made for. As there, nothing of the user is sent to a server without
TLS, so that `kubectl proxy` is asked as nobody and no token goes over a network in the clear.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.domain.hidden import IN_USE, keep_login
from tui.errors import Misconfigured, SettingsError
from tui.sources.connections import Connections
from tui.sources.kubeconfig import SERVICE_ACCOUNT, Chosen, choose
from tui.sources.pools import client_certificate, make_connections

if TYPE_CHECKING:
    from tui.sources.auth_providers import AuthProvider
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
    """A token in a file that somebody else renews; `otherwise` is used while there is none."""

    def __init__(self, path: Path, otherwise: str = "") -> None:
        self.path = path
        self._seen: tuple[int, int] = (0, 0)
        self._token = Hidden(otherwise)

    def token(self) -> Hidden:
        """The token as the file has it now; the last good one while it cannot be read."""
        try:
            about = self.path.stat()
            if (about.st_mtime_ns, about.st_size) != self._seen:
                token = self.path.read_text().strip()
                # Who renews it may have emptied it first.
                if token or not self._token:
                    self._token = Hidden(token)
                # Last, because other threads go by it.
                self._seen = (about.st_mtime_ns, about.st_size)
        except (OSError, UnicodeDecodeError) as error:
            if not self._token:
                raise Misconfigured(
                    f"cannot read the token file {self.path}: {_why(error)}",
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

    @property
    def is_over(self) -> bool:
        """Whether new connections are due: the certificate that a plugin gave is at its end."""
        return self._plugin is not None and self._plugin.certificate_is_over

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
        *,
        acting_as: Mapping[str, Any] | None = None,
        service_account: Path = SERVICE_ACCOUNT,
    ) -> None:
        """`acting_as` has fields of a user's section that count more than those of the file."""
        self.chosen = chosen
        self._acting_as = acting_as or {}
        self._environ = environ
        self._service_account = service_account
        self._plugin: Plugin | None = None
        self._provider: AuthProvider | None = None
        self._token_file: TokenFile | None = None
        keep_login(chosen.user)

    def access(self) -> Access:
        """Read everything anew and build the connections.

        Raises: SettingsError for files that are wrong, Unauthenticated where a plugin gives
            nothing.
        """
        chosen = self.read_again()
        if chosen.is_in_cluster:
            return self._service_access(chosen)
        # Without TLS whoever is on the way would read what says who we are; kubectl sends nothing.
        user = chosen.user if chosen.server.startswith("https:") else {}
        certificate = client_certificate(user, chosen.user_folder, _private_file)
        bearer = self._told_bearer(user)
        plugin = None
        if isinstance(user.get("exec"), Mapping) and bearer is None and certificate is None:
            plugin = self._plugin_of(user["exec"], chosen)
            kept = plugin.credential()
            if kept.token:
                bearer = self._plugin_bearer
            if kept.certificate and kept.key:
                certificate = (_private_file(kept.certificate), _private_file(kept.key))
        elif user.get("auth-provider") is not None and bearer is None:
            self._provider = self._provider_of(user["auth-provider"], chosen)
            bearer = self._provider_bearer
        if chosen.login is not None:
            # As Go's HTTP client does it, above whatever else the kubeconfig says.
            bearer = self._address_bearer
        return Access(
            make_connections(
                chosen.server,
                chosen.cluster,
                chosen.cluster_folder,
                certificate,
                self._environ,
                most=MOST_CONNECTIONS,
            ),
            bearer or (lambda: Hidden("")),
            impersonated=_impersonation({**chosen.user, **self._acting_as}),
            plugin=plugin,
        )

    def read_again(self) -> Chosen:
        """The kubeconfig as it is now: logging in writes new tokens into it."""
        if self.chosen.is_in_cluster:
            return self.chosen
        joined = {"KUBECONFIG": os.pathsep.join(self.chosen.paths)}
        self.chosen = choose("", self.chosen.context, joined)
        keep_login(self.chosen.user)
        return self.chosen

    def _service_access(self, chosen: Chosen) -> Access:
        """As the service account of the pod that we run in."""
        self._token_file = TokenFile(self._service_account / "token")
        authority = {"certificate-authority": str(self._service_account / "ca.crt")}
        inside = make_connections(
            chosen.server, authority, "", None, self._environ, most=MOST_CONNECTIONS
        )
        return Access(inside, self._file_bearer, impersonated=_impersonation(self._acting_as))

    def _told_bearer(self, user: Mapping[str, Any]) -> Callable[[], Hidden] | None:
        """What a token file, a token or a password come to; None if there is none of them."""
        if user.get("tokenFile"):
            path = Path(self.chosen.user_folder, str(user["tokenFile"]))
            if self._token_file is None or self._token_file.path != path:
                self._token_file = TokenFile(path, str(user.get("token") or ""))
            return self._file_bearer
        if user.get("token"):
            token = Hidden(f"Bearer {user['token']}")
            return lambda: token
        if user.get("username"):
            basic = basic_login(user["username"], user.get("password") or "")
            return lambda: basic
        return None

    def _plugin_of(self, config: Mapping[str, Any], chosen: Chosen) -> Plugin:
        """The credential plugin of the kubeconfig, the same one as long as it says the same."""
        from tui.sources.plugins import Plugin

        if self._plugin is None or self._plugin.config != config:
            self._plugin = Plugin(
                config,
                folder=chosen.user_folder,
                cluster=chosen.cluster,
                cluster_folder=chosen.cluster_folder,
            )
        return self._plugin

    def _provider_of(self, section: object, chosen: Chosen) -> AuthProvider:
        from tui.sources.auth_providers import provider_of

        told = section if isinstance(section, Mapping) else {}
        entry = _Entry(self)
        return provider_of(told, entry, chosen.user_folder, self._environ)

    def _address_bearer(self) -> Hidden:
        assert self.chosen.login is not None
        return basic_login(*self.chosen.login)

    def _file_bearer(self) -> Hidden:
        return _bearer_of(self._token_file)

    def _plugin_bearer(self) -> Hidden:
        assert self._plugin is not None
        return Hidden(f"Bearer {self._plugin.credential().token}")

    def _provider_bearer(self) -> Hidden:
        assert self._provider is not None
        return Hidden(f"Bearer {self._provider.token()}")


class _Entry:
    """The `auth-provider` section of the user that a login is of."""

    def __init__(self, login: Login) -> None:
        self._login = login

    def read(self) -> Mapping[str, Any]:
        """Its `config` as the file has it now."""
        section = self._login.read_again().user.get("auth-provider")
        config = section.get("config") if isinstance(section, Mapping) else None
        return config if isinstance(config, Mapping) else {}

    def write(self, old: Mapping[str, Any], changes: Mapping[str, str]) -> None:
        """Change fields of it, as kubectl does."""
        from tui.sources.kubeconfig_writing import write_tokens

        chosen = self._login.chosen
        write_tokens(chosen.user_path, chosen.user_name, old, changes)


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
    """`as…` of a user's section as headers. Raises: SettingsError where it does not say whom."""
    name, uid = str(user.get("as") or ""), str(user.get("as-uid") or "")
    groups, extra = user.get("as-groups") or (), user.get("as-user-extra") or {}
    if not name:
        if uid or groups or extra:
            raise SettingsError(
                "a group, a uid or more is named to act as, but no user",
                hint="--as, or `as` in the kubeconfig, names the user",
            )
        return ()
    headers = [("Impersonate-User", name)]
    if uid:
        headers.append(("Impersonate-Uid", uid))
    headers += [("Impersonate-Group", str(group)) for group in groups]
    for key, values in extra.items():
        field = f"Impersonate-Extra-{_escaped(str(key))}"
        headers += [(field, str(value)) for value in values or ()]
    return tuple(headers)


_IN_NAMES = "!#$&'*+-.^_`|~"
"""What the name of a header may have in it besides letters and digits (RFC 9110), less the %."""


def _escaped(key: str) -> str:
    """A key as a part of a header's name; the API server takes it apart again."""
    return "".join(
        chr(byte)
        if byte < 0x80 and (chr(byte).isalnum() or chr(byte) in _IN_NAMES)
        else f"%{byte:02X}"
        for byte in key.encode()
    )
