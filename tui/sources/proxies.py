"""The proxy on the way to a server: chosen as Go chooses it, and spoken to.

kubectl and Argo's command line are Go programs, and people set their proxies up for those: the
rules of HTTPS_PROXY and NO_PROXY are those of golang.org/x/net/http/httpproxy, to the letter.
A `proxy-url` of the kubeconfig is always used, whatever NO_PROXY says. Imported by those who have a
proxy.
"""

from __future__ import annotations

import base64
import ipaddress
import socket
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.domain.hidden import IN_USE, only_host, split_login
from tui.errors import SettingsError
from tui.sources.connections import ProxyFailed

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""Schemes of proxies that Go knows, and their usual ports."""
SERVER_PORTS = {"http": 80, "https": 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and who we are to it."""

    scheme: str
    host: str
    port: int
    login: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def takes_whole_addresses(self) -> bool:
        """Whether it is asked for http addresses itself, without a tunnel through it."""
        return self.scheme in ("http", "https")

    def headers(self) -> list[tuple[str, str]]:
        """The headers that log in to it."""
        if self.login is None:
            return []
        basic = base64.b64encode(":".join(self.login).encode()).decode()
        IN_USE.keep(basic)
        return [("Proxy-Authorization", f"Basic {basic}")]


def proxy_for(server: str, proxy_url: str, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy on the way to the address of a server, None for none.

    `proxy_url` is that of the kubeconfig, "" for none.
    Raises: SettingsError for an address that is none of a proxy.
    """
    if proxy_url:
        return read_proxy(proxy_url, "the proxy-url of the kubeconfig")
    parts = urlsplit(server)
    name = "HTTPS_PROXY" if parts.scheme == "https" else "HTTP_PROXY"
    address = _first(environ, name)
    if not address:
        return None
    port = parts.port or SERVER_PORTS.get(parts.scheme, 0)
    if goes_around(parts.hostname or "", port, _first(environ, "NO_PROXY")):
        return None
    return read_proxy(address, name)


def _first(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.lower()) or ""


def read_proxy(address: str, named_by: str) -> Proxy:
    """The proxy of an address; without a scheme it is an http one.

    Raises: SettingsError, its words without the login of the address.
    """
    whole = address.strip()
    if "://" not in whole:
        whole = f"http://{whole}"
    try:
        bare, login = split_login(whole)
        parts = urlsplit(bare)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        scheme, host, port = "", "", None
    if scheme.startswith("socks4"):
        raise SettingsError(
            f"{only_host(whole)} is a SOCKS 4 proxy, which cannot be used",
            hint=f"set {named_by} to a socks5, http or https proxy",
        )
    if scheme not in PORTS or not host or port == 0:
        raise SettingsError(
            f"{only_host(whole)} is no address of a proxy",
            hint=f"{named_by} wants http://, https:// or socks5://HOST:PORT",
        )
    return Proxy(scheme, host, port or PORTS[scheme], login)


# --- NO_PROXY -----------------------------------------------------------------------------------


def goes_around(host: str, port: int, no_proxy: str) -> bool:
    """Whether a server is asked without the proxy of the environment.

    This machine always is. `no_proxy` has commas between: `*` is every server, `10.0.0.0/8` a
    network, `10.1.2.3` an address, `example.com` a host and all below it, `.example.com` and
    `*.example.com` what is below only; with a port (`example.com:8443`) only that port.
    """
    host = _ascii(host.lower().strip())
    if host == "localhost":
        return True
    address = _address(host)
    if address is not None and address.is_loopback:
        return True
    rules = [rule for rule in (part.strip().lower() for part in no_proxy.split(",")) if rule]
    if "*" in rules:
        return True
    return any(_covers(rule, host, address, port) for rule in rules)


def _covers(rule: str, host: str, address: Address | None, port: int) -> bool:
    if (network := _network(rule)) is not None:
        return address is not None and address in network
    name, wanted_port = _split_port(rule)
    if not name or wanted_port not in ("", str(port)):
        return False
    named = _address(name)
    if named is not None:
        return named == address
    name = _ascii(name.removeprefix("*") if name.startswith("*.") else name)
    if name.startswith("."):
        return host.endswith(name)
    return host == name or host.endswith(f".{name}")


def _split_port(rule: str) -> tuple[str, str]:
    """Host and port of `host:port`; an IPv6 address has its port behind brackets only."""
    if rule.startswith("["):
        inner, bracket, rest = rule[1:].partition("]")
        return (inner, rest[1:]) if bracket and rest.startswith(":") else (rule, "")
    if rule.count(":") == 1:
        name, _, port = rule.partition(":")
        return name, port
    return rule, ""


def _network(rule: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    _, slash, length = rule.partition("/")
    # Python would take a mask as well, which Go does not.
    if not slash or not length.isdecimal():
        return None
    try:
        return ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return None


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _ascii(host: str) -> str:
    """A name as it is asked for; those with other letters have a form of ASCII."""
    if host.isascii():
        return host
    dot = "." if host.startswith(".") else ""
    try:
        return dot + host.removeprefix(".").encode("idna").decode()
    except UnicodeError:
        return host


# --- speaking to it -----------------------------------------------------------------------------


def connect_by(
    proxy: Proxy,
    tunnel_to: tuple[str, int] | None,
    seconds: float,
    rules: Callable[[], ssl.SSLContext],
) -> socket.socket:
    """A socket to the proxy, or through it to this host and port.

    `seconds` is what connecting may take, `rules` are those of TLS with the proxy itself.
    Raises: ProxyFailed.
    """
    with _told(proxy):
        sock = socket.create_connection((proxy.host, proxy.port), seconds)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if proxy.scheme == "https":
                sock = rules().wrap_socket(sock, server_hostname=proxy.host)
            if tunnel_to is not None and proxy.takes_whole_addresses:
                _through_connect(sock, proxy, *tunnel_to)
            elif tunnel_to is not None:
                _through_socks(sock, proxy, *tunnel_to)
        except BaseException:
            sock.close()
            raise
    return sock


@contextmanager
def _told(proxy: Proxy) -> Iterator[None]:
    where = f"{proxy.scheme}://{proxy.host}:{proxy.port}"
    try:
        yield
    except ProxyFailed as error:
        raise ProxyFailed(f"{where}: {error}") from error
    except (OSError, HTTPException, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ProxyFailed(f"{where}: {why}") from error


def _through_connect(sock: socket.socket, proxy: Proxy, host: str, port: int) -> None:
    """Have an http proxy make a tunnel (RFC 9110 9.3.6)."""
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    lines += [f"{name}: {value}" for name, value in proxy.headers()]
    sock.sendall("\r\n".join((*lines, "", "")).encode())
    # The server waits for us to speak, so nothing of its is read with the answer.
    answer = HTTPResponse(sock, method="CONNECT")
    try:
        answer.begin()
        if answer.status == 407:
            raise ProxyFailed("it wants a login (407): http://USER:PASSWORD@HOST:PORT")
        if answer.status != 200:
            raise ProxyFailed(f"it answers {answer.status} {answer.reason}".strip())
    finally:
        answer.close()


_SOCKS_ERRORS = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "the network is unreachable",
    4: "the host is unreachable",
    5: "the connection is refused",
    6: "it took too long",
    7: "it does not know how to connect",
    8: "it does not know this kind of address",
}


def _through_socks(sock: socket.socket, proxy: Proxy, host: str, port: int) -> None:
    """Have a SOCKS 5 proxy make a tunnel (RFC 1928, 1929); it looks the name up, as for Go."""
    methods = b"\x00\x02" if proxy.login else b"\x00"
    sock.sendall(bytes((5, len(methods))) + methods)
    version, method = _exactly(sock, 2)
    if version != 5:
        raise ProxyFailed("it does not speak SOCKS 5")
    if method == 2 and proxy.login:
        user, password = (part.encode() for part in proxy.login)
        sock.sendall(b"\x01" + _short(user) + _short(password))
        if _exactly(sock, 2)[1] != 0:
            raise ProxyFailed("it does not accept the login of its address")
    elif method != 0:
        raise ProxyFailed("it wants another login: socks5://USER:PASSWORD@HOST:PORT")
    address = _address(host)
    if address is None:
        where = b"\x03" + _short(_ascii(host).encode())
    else:
        where = (b"\x01" if address.version == 4 else b"\x04") + address.packed
    sock.sendall(b"\x05\x01\x00" + where + port.to_bytes(2, "big"))
    _, code, _, kind = _exactly(sock, 4)
    if code:
        raise ProxyFailed(f"it cannot connect: {_SOCKS_ERRORS.get(code, f'error {code}')}")
    length = {1: 4, 4: 16}.get(kind) or _exactly(sock, 1)[0]
    _exactly(sock, length + 2)


def _short(text: bytes) -> bytes:
    if len(text) > 255:
        raise ProxyFailed("a name or a password is longer than SOCKS 5 takes")
    return bytes((len(text),)) + text


def _exactly(sock: socket.socket, count: int) -> bytes:
    # Byte by byte from the socket itself: what follows belongs to the server.
    found = b""
    while len(found) < count:
        piece = sock.recv(count - len(found))
        if not piece:
            raise ProxyFailed("it closed the connection")
        found += piece
    return found
