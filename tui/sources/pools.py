"""The connections that a section of a kubeconfig comes to: its proxy, and its rules of TLS.

They are made without the official client, whose import costs 140 ms and 30 MB at every start, and
which follows Go neither in its proxies nor in its logins (platform.md 1.5).
"""

from __future__ import annotations

import base64
import binascii
import os
import ssl
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tui.errors import SettingsError
from tui.sources.direct import DirectConnections

if TYPE_CHECKING:
    from tui.sources.proxies import Proxy

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")

PrivateFile = Callable[[str], str]
"""Writes a secret where only we can read it; TLS wants its certificates as files."""


def make_connections(
    server: str,
    cluster: Mapping[str, Any],
    cluster_folder: str,
    certificate: tuple[str, str] | None,
    environ: Mapping[str, str],
    *,
    most: int,
) -> DirectConnections:
    """Connections to a cluster; `certificate` are the files of a client certificate and its key.

    Raises: SettingsError for a certificate authority that cannot be read, or a wrong proxy.
    """
    data, file = cluster.get("certificate-authority-data"), cluster.get("certificate-authority")
    text = path = None
    if data:
        text = from_base64(str(data), "certificate-authority-data")
    elif file:
        path = existing(cluster_folder, str(file), "certificate-authority")
    is_checked = not cluster.get("insecure-skip-tls-verify")
    return DirectConnections(
        server,
        lambda: tls_rules(path, text, certificate, is_checked=is_checked),
        name=str(cluster.get("tls-server-name") or ""),
        most=most,
        proxy=way_to(server, environ, str(cluster.get("proxy-url") or "")),
    )


def way_to(server: str, environ: Mapping[str, str], proxy_url: str = "") -> Proxy | None:
    """The proxy on the way to a server, None for none. Raises: SettingsError for a wrong one."""
    if not proxy_url and not any(environ.get(name) for name in PROXIES):
        return None
    from tui.sources.proxies import proxy_for

    return proxy_for(server, proxy_url, environ)


def tls_rules(
    path: str | None,
    text: str | None,
    certificate: tuple[str, str] | None = None,
    *,
    is_checked: bool = True,
) -> ssl.SSLContext:
    """Whom to trust, by the file or the text of an authority, else those of the system.

    Raises: OSError, ValueError for files that OpenSSL cannot use.
    """
    if is_checked:
        context = ssl.create_default_context(cafile=path, cadata=text)
        # As Go does it: an authority that is named is trusted though another one made it, and
        # those of many clusters lack fields that Python 3.13 begins to want.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    if certificate is not None:
        context.load_cert_chain(*certificate, password=_no_password)
    return context


def _no_password() -> str:
    # Without this OpenSSL would ask for it, on the terminal that the app draws on.
    raise ValueError("the client-key of the kubeconfig has a password")


def client_certificate(
    user: Mapping[str, Any], folder: str, private_file: PrivateFile
) -> tuple[str, str] | None:
    """The files of the user's certificate and key; None if there are none."""
    found: list[str] = []
    for name in ("client-certificate", "client-key"):
        if user.get(f"{name}-data"):
            text = from_base64(str(user[f"{name}-data"]), f"{name}-data")
            found.append(private_file(text))
        elif user.get(name):
            found.append(existing(folder, str(user[name]), name))
    return (found[0], found[1]) if len(found) == 2 else None


def existing(folder: str, path: str, what: str) -> str:
    """A file of the kubeconfig, relative to its folder."""
    full = os.path.normpath(os.path.join(folder, os.path.expanduser(path)))
    if not os.path.isfile(full):
        raise SettingsError(
            f"the {what} of the kubeconfig is not there: {full}",
            hint="repair the kubeconfig or use another --context",
        )
    return full


def from_base64(text: str, what: str) -> str:
    """The text inside a `…-data` field."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise SettingsError(
            f"the {what} of the kubeconfig is not base64",
            hint="repair the kubeconfig or use another --context",
        ) from error
