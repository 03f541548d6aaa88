"""Logging in and connecting as the official client does: behind proxies, and by auth-providers.

Its loader is used, and the urllib3 pool that it makes; its API classes, models and `Watch` are
never touched (platform.md 1.5). What it does to a terminal is done elsewhere (`plugins.py`).
Importing it costs 140 ms and 30 MB, so that this module is imported by those who need it.
"""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import urllib3
import urllib3.exceptions as http

from tui.domain.hidden import only_host, split_login
from tui.errors import SettingsError
from tui.sources.connections import Headers, NotConnected, ProxyFailed
from tui.sources.credentials import (
    MOST_CONNECTIONS,
    Access,
    Hidden,
    Login,
    basic_login,
)
from tui.sources.kubeconfig import is_address
from tui.sources.pools import client_certificate
from tui.sources.private_files import private_file

if TYPE_CHECKING:
    from kubernetes.client import Configuration

PROXY_SCHEMES = ("http", "https", "socks5", "socks5h", "socks4", "socks4a")


def access_of(login: Login) -> Access:
    """Connections as the official client makes them.

    Raises: SettingsError for what it cannot read, Unauthenticated where a plugin gives nothing.
    """
    configuration, pool = _configured(login)
    if not configuration.verify_ssl:
        # The kubeconfig skips the check itself; a warning a request would cover the screen.
        warnings.simplefilter("ignore", http.InsecureRequestWarning)

    def ask() -> Hidden:
        # Runs the loader's own renewal (OIDC, in-cluster token).
        told = configuration.auth_settings().get("BearerToken")
        return Hidden(str(told["value"]) if told and told["value"] else "")

    connections = PooledConnections(pool, configuration.host)
    return Access(
        connections,
        login.renewed_bearer() or ask,
        impersonated=login.impersonated,
        plugin=login.plugin,
    )


def _configured(login: Login) -> tuple[Configuration, urllib3.PoolManager]:
    """What the official client makes of a login. Raises: SettingsError."""
    from kubernetes.client import ApiClient
    from kubernetes.client import Configuration as Empty
    from kubernetes.config import ConfigException

    configuration = Empty()
    configuration.connection_pool_maxsize = MOST_CONNECTIONS
    configuration.keep_alive = True
    try:
        if login.chosen.is_in_cluster:
            configuration.ssl_ca_cert = login.service_account_authority()
        else:
            _load_kubeconfig(login, configuration)
        # Its loader takes the address with the login in it.
        configuration.host = login.chosen.server
        _log_in_to_proxy(configuration)
        return configuration, ApiClient(configuration).rest_client.pool_manager
    except ImportError as error:
        raise SettingsError(
            "the way to the cluster is a SOCKS proxy, which takes the Python package PySocks",
            hint="pip install pysocks",
        ) from error
    except (ConfigException, OSError, ValueError, TypeError, KeyError) as error:
        raise SettingsError(
            f"context {login.chosen.context} cannot be used: {error}",
            hint="repair the kubeconfig or use another --context",
        ) from error


def _log_in_to_proxy(configuration: Configuration) -> None:
    """Say the login of the proxy's address as a header; the official client leaves it out."""
    address: str = configuration.proxy or ""
    if not address:
        return
    if "://" not in address:
        address = f"http://{address}"  # as Go takes it
    if not is_address(address, PROXY_SCHEMES):
        raise ValueError(f"{only_host(address)} is no address of a proxy")
    if address.startswith("socks"):
        return
    configuration.proxy, login = split_login(address)
    if login is not None:
        basic = basic_login(*login).reveal()
        configuration.proxy_headers = {"Proxy-Authorization": basic}


def _load_kubeconfig(login: Login, configuration: Configuration) -> None:
    from kubernetes.config.kube_config import (
        ENV_KUBECONFIG_PATH_SEPARATOR,
        KubeConfigLoader,
        KubeConfigMerger,
    )

    class Loader(KubeConfigLoader):  # type: ignore[misc, unused-ignore]
        """The official loader, less what it does to a terminal."""

        def _load_user_token(self) -> bool | None:
            if login.token_file is not None:
                login.token_file.token()
                return True
            found: bool | None = super()._load_user_token()
            return found

        def _load_cluster_info(self) -> None:
            user = self._user.value if self._user else {}
            if "cert_file" not in self.__dict__:
                # It would write the key on the disk.
                found = client_certificate(user, login.chosen.user_folder, private_file)
                if found is not None:
                    self.cert_file, self.key_file = found
            super()._load_cluster_info()

        def _load_from_exec_plugin(self) -> bool | None:
            if "exec" not in self._user:
                return None
            config, cluster = self._user["exec"].value, self._cluster.value
            kept = login.make_plugin(config, cluster).credential()
            if kept.token:
                self.token = f"Bearer {kept.token}"
            else:
                self.cert_file = private_file(kept.certificate)
                self.key_file = private_file(kept.key)
            return True

    merger = KubeConfigMerger(ENV_KUBECONFIG_PATH_SEPARATOR.join(login.chosen.paths))
    Loader(
        config_dict=merger.config,
        active_context=login.chosen.context,
        config_base_path=None,
        config_persister=merger.save_changes,
    ).load_and_set(configuration)


class PooledAnswer:
    """An answer over a connection of urllib3."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response
        self.status: int = response.status
        self.headers = cast(Mapping[str, str], response.headers)

    def body(self) -> bytes:
        """All of it, unpacked."""
        with _plain_errors():
            return self._response.read(decode_content=True)

    def pieces(self, most: int) -> Iterator[bytes]:
        """It as it comes."""
        with _plain_errors():
            if getattr(self._response, "chunked", False):
                yield from self._response.stream(most, decode_content=True)
            else:
                # `stream` would wait for a full piece here.
                while piece := self._response.read1(most, decode_content=True):
                    yield piece

    def allow_silence(self, seconds: float | None) -> None:
        """Give the socket another limit."""
        connection = getattr(self._response, "connection", None)
        sock: socket.socket | None = getattr(connection, "sock", None)
        if sock is not None:
            sock.settimeout(seconds)

    def break_off(self) -> None:
        """`close` would not end a read of another thread (platform.md 1.6)."""
        # Raised when the answer has ended already, which is just as well.
        with suppress(ValueError, RuntimeError, OSError):
            self._response.shutdown()

    def done(self) -> None:
        """Give the connection back, if it can be used again."""
        if getattr(self._response, "connection", None) is not None:
            self._response.close()
        self._response.release_conn()

    def close(self) -> None:
        """Close it."""
        self._response.close()


class PooledConnections:
    """The connections of a pool of urllib3."""

    def __init__(self, pool: urllib3.PoolManager, server: str) -> None:
        self._pool = pool
        self._server = server
        self._lock = threading.Lock()
        self._reading: weakref.WeakSet[PooledAnswer] = weakref.WeakSet()

    def ask(
        self,
        method: str,
        target: str,
        headers: Headers,
        body: bytes | None,
        *,
        connect: float,
        read: float,
    ) -> PooledAnswer:
        """Send a request, once."""
        several = urllib3.HTTPHeaderDict()
        for name, value in headers:
            several.add(name, value)
        with _plain_errors():
            response = self._pool.request(
                method,
                self._server + target,
                headers=several,
                body=body,
                preload_content=False,
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=connect, read=read),
            )
        answer = PooledAnswer(response)
        if method == "GET":
            with self._lock:
                self._reading.add(answer)
        return answer

    def close(self) -> None:
        """Let go of idle connections, and end reads that have begun; writes go on."""
        self._pool.clear()
        with self._lock:
            for answer in self._reading:
                answer.break_off()


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except http.HTTPError as error:
        plain = _plain(error)
        raise plain from plain.__cause__ or error


def _plain(error: http.HTTPError) -> Exception:
    """What happened, without what urllib3 puts around it."""
    cause: BaseException = error
    while isinstance(cause, http.ProxyError | http.MaxRetryError):
        inner: Any = getattr(cause, "original_error", None) or getattr(cause, "reason", None)
        if not isinstance(inner, BaseException):
            break
        cause = inner
    if isinstance(error, http.ProxyError):
        return ProxyFailed(str(cause))
    # urllib3 puts the exception that says what happened behind words of its own.
    inner = next((each for each in cause.args if isinstance(each, BaseException)), None)
    if isinstance(cause, http.ReadTimeoutError):
        return TimeoutError(str(cause))
    if isinstance(cause, http.NameResolutionError):
        return _not_connected(socket.gaierror(str(cause)))
    # Before what it is derived from: it is no timeout.
    if isinstance(cause, http.NewConnectionError):
        return _not_connected(OSError(str(cause)))
    if isinstance(cause, http.ConnectTimeoutError):
        return _not_connected(TimeoutError(str(cause)))
    if isinstance(cause, http.SSLError):
        return _not_connected(inner if isinstance(inner, Exception) else ssl.SSLError(str(cause)))
    return inner if isinstance(inner, Exception) else ConnectionError(str(cause))


def _not_connected(why: Exception) -> NotConnected:
    error = NotConnected(str(why))
    error.__cause__ = why
    return error
