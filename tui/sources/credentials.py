"""Who we are to a cluster, and the connections that say so.

Ordinary kubeconfigs are turned into a urllib3 pool here (`pools.py`). Proxies and the odd ways to
log in are left to the official client's loader, which builds such a pool, too; its API classes,
models and `Watch` are never touched (platform.md 1.5). What it cannot do is done here: plugins
without our terminal, token files read again, impersonation.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3

from tui.errors import Refused, SettingsError
from tui.sources.kubeconfig import SERVICE_ACCOUNT, Chosen, choose
from tui.sources.plugins import Plugin
from tui.sources.pools import client_certificate, is_plain, make_pool

if TYPE_CHECKING:
    from kubernetes.client import Configuration

MOST_CONNECTIONS = 64
"""Connections kept; each watch and each followed log holds one."""


class Hidden:
    """A secret whose repr says nothing; tracebacks and logs print reprs."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

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
                text = self._path.read_text().strip()
                self._seen = (about.st_mtime_ns, about.st_size)
                self._token = Hidden(text)
        except OSError as error:
            if not self._token:
                raise Refused(
                    f"cannot read the token file {self._path}: {error.strerror or error}",
                    hint="kubeconfig names it for this user",
                    reason="TokenFile",
                ) from error
        return self._token


class Access:
    """Connections to one cluster as one user."""

    def __init__(
        self,
        server: str,
        pool: urllib3.PoolManager,
        bearer: Callable[[], Hidden],
        *,
        impersonated: tuple[tuple[str, str], ...] = (),
        plugin: Plugin | None = None,
    ) -> None:
        self.server = server
        self.pool = pool
        self._bearer = bearer
        self._impersonated = impersonated
        self._plugin = plugin

    def headers(self) -> urllib3.HTTPHeaderDict:
        """The headers that say who we are, renewed where that is due."""
        headers = urllib3.HTTPHeaderDict()
        bearer = self._bearer()
        if bearer:
            headers["Authorization"] = bearer.reveal()
        for name, value in self._impersonated:
            headers.add(name, value)
        return headers

    def forget(self) -> None:
        """The cluster refused these credentials: have none of them used again."""
        if self._plugin is not None:
            self._plugin.forget()

    def close(self) -> None:
        """Let go of idle connections."""
        self.pool.clear()


class Login:
    """Makes an `Access` of a chosen context, as often as needed."""

    def __init__(
        self,
        chosen: Chosen,
        environ: Mapping[str, str],
        *,
        service_account: Path = SERVICE_ACCOUNT,
    ) -> None:
        self.chosen = chosen
        self._environ = environ
        self._service_account = service_account
        self._plugin: Plugin | None = None
        section = chosen.user.get("tokenFile")
        self._token_file: TokenFile | None = None
        if isinstance(section, str) and section:
            self._token_file = TokenFile(Path(chosen.user_folder, section))

    def access(self) -> Access:
        """Read everything anew and build the connections.

        Raises: SettingsError for files that are wrong, Refused where a plugin gives nothing.
        """
        chosen = self._read_again()
        if is_plain(chosen.cluster, chosen.user, self._environ):
            access = self._plain_access(chosen)
        else:
            access = self._official_access()
        return access

    def _read_again(self) -> Chosen:
        """The kubeconfig as it is now: logging in writes new tokens into it."""
        if self.chosen.is_in_cluster:
            return self.chosen
        joined = {"KUBECONFIG": os.pathsep.join(self.chosen.paths)}
        self.chosen = choose("", self.chosen.context, joined)
        return self.chosen

    def _plain_access(self, chosen: Chosen) -> Access:
        """Connections without the official client."""
        if chosen.is_in_cluster:
            authority = {"certificate-authority": str(self._service_account / "ca.crt")}
            self._token_file = TokenFile(self._service_account / "token")
            pool = make_pool(authority, "", None, most=MOST_CONNECTIONS)
            return Access(chosen.server, pool, self._file_bearer)
        user = chosen.user
        certificate = client_certificate(user, chosen.user_folder, _private_file)
        bearer = self._plain_bearer(user)
        if bearer is None and user.get("exec"):
            kept = self._make_plugin(user["exec"], chosen.cluster).credential()
            if kept.token:
                bearer = self._plugin_bearer
            else:
                certificate = (_private_file(kept.certificate), _private_file(kept.key))
        pool = make_pool(chosen.cluster, chosen.cluster_folder, certificate, most=MOST_CONNECTIONS)
        if chosen.cluster.get("insecure-skip-tls-verify"):
            _silence()
        return Access(
            chosen.server,
            pool,
            bearer or (lambda: Hidden("")),
            impersonated=_impersonation(user),
            plugin=self._plugin,
        )

    def _plain_bearer(self, user: Mapping[str, Any]) -> Callable[[], Hidden] | None:
        """What a token file, a token or a password come to; None if there is none of them."""
        if self._token_file is not None:
            return self._file_bearer
        if user.get("token"):
            token = Hidden(f"Bearer {user['token']}")
            return lambda: token
        if user.get("username") and user.get("password") and not user.get("exec"):
            pair = f"{user['username']}:{user['password']}"
            basic = Hidden(urllib3.util.make_headers(basic_auth=pair)["authorization"])
            return lambda: basic
        return None

    def _file_bearer(self) -> Hidden:
        return _bearer_of(self._token_file)

    def _plugin_bearer(self) -> Hidden:
        assert self._plugin is not None
        return Hidden(f"Bearer {self._plugin.credential().token}")

    def _make_plugin(self, config: Mapping[str, Any], cluster: Mapping[str, Any]) -> Plugin:
        if self._plugin is None:
            self._plugin = Plugin(config, folder=self.chosen.user_folder, cluster=cluster)
        return self._plugin

    def _official_access(self) -> Access:
        """Connections as the official client makes them."""
        from kubernetes.client import ApiClient
        from kubernetes.client import Configuration as Empty
        from kubernetes.config import ConfigException

        configuration = Empty()
        configuration.connection_pool_maxsize = MOST_CONNECTIONS
        configuration.keep_alive = True
        try:
            self._load_kubeconfig(configuration)
            pool = ApiClient(configuration).rest_client.pool_manager
        except (ConfigException, OSError, ValueError, TypeError, KeyError) as error:
            raise SettingsError(
                f"context {self.chosen.context} cannot be used: {error}",
                hint="repair the kubeconfig or use another --context",
            ) from error
        if not configuration.verify_ssl:
            _silence()
        return Access(
            configuration.host,
            pool,
            self._bearer(configuration),
            impersonated=_impersonation(self.chosen.user),
            plugin=self._plugin,
        )

    def _bearer(self, configuration: Configuration) -> Callable[[], Hidden]:
        if self._token_file is not None:
            return self._file_bearer
        if self._plugin is not None and self._plugin.credential().token:
            return self._plugin_bearer

        def ask() -> Hidden:
            # Runs the loader's own renewal (OIDC, in-cluster token).
            told = configuration.auth_settings().get("BearerToken")
            return Hidden(str(told["value"]) if told and told["value"] else "")

        return ask

    def _load_kubeconfig(self, configuration: Configuration) -> None:
        from kubernetes.config.kube_config import (
            ENV_KUBECONFIG_PATH_SEPARATOR,
            KubeConfigLoader,
            KubeConfigMerger,
        )

        login = self

        class Loader(KubeConfigLoader):  # type: ignore[misc, unused-ignore]
            """The official loader, less what it does to a terminal."""

            def _load_user_token(self) -> bool | None:
                if login._token_file is not None:
                    login._token_file.token()
                    return True
                found: bool | None = super()._load_user_token()
                return found

            def _load_from_exec_plugin(self) -> bool | None:
                if "exec" not in self._user:
                    return None
                config, cluster = self._user["exec"].value, self._cluster.value
                kept = login._make_plugin(config, cluster).credential()
                if kept.token:
                    self.token = f"Bearer {kept.token}"
                else:
                    self.cert_file = _private_file(kept.certificate)
                    self.key_file = _private_file(kept.key)
                return True

        merger = KubeConfigMerger(ENV_KUBECONFIG_PATH_SEPARATOR.join(self.chosen.paths))
        Loader(
            config_dict=merger.config,
            active_context=self.chosen.context,
            config_base_path=None,
            config_persister=merger.save_changes,
        ).load_and_set(configuration)


def _silence() -> None:
    """The kubeconfig skips the check itself; a warning a request would cover the screen."""
    warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)


def _bearer_of(file: TokenFile | None) -> Hidden:
    token = file.token() if file is not None else Hidden("")
    return Hidden(f"Bearer {token.reveal()}" if token else "")


def _private_file(content: str) -> str:
    """A file only we can read, gone when we are: TLS wants its certificates as files."""
    import atexit
    import tempfile

    descriptor, path = tempfile.mkstemp(prefix="argo-tui-")
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    atexit.register(Path(path).unlink, missing_ok=True)
    return path


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
